/**
 * What the server says of connections to models: the shapes of its answers.
 */

/** A provider that the server knows how to talk to. */
export interface Preset {
  readonly kind: string;
  readonly label: string;
  readonly base_url: string;
  readonly needs_key: boolean;
  readonly help: string;
}

/** What a test found: how the model is asked from then on. */
export interface Found {
  readonly format: 'code' | 'tool';
  readonly images: boolean;
  readonly context_length: number | null;
}

export interface SavedConnection extends Found {
  readonly name: string;
  readonly kind: string;
  readonly base_url: string;
  readonly model: string;
  /** When it was tested; null: never, or not since it was changed. */
  readonly tested: string | null;
  readonly has_key: boolean;
}

export interface Connections {
  readonly presets: readonly Preset[];
  readonly connections: readonly SavedConnection[];
  /** Name of the one that new conversations ask; empty: none. */
  readonly default: string;
  readonly key_store: 'keyring' | 'file';
  /** Names of settings that the administrator fixed. */
  readonly locked: readonly string[];
}

/** A server that answers on one of this machine's usual ports. */
export interface LocalServer {
  readonly kind: string;
  readonly label: string;
  readonly base_url: string;
  readonly models: readonly string[];
}

/** Where to ask, and as whom. */
export interface Endpoint {
  readonly kind: string;
  readonly base_url: string;
  /** Of the saved connection whose key is used while none is given. */
  readonly name?: string;
  /** Empty: none, also where one was saved. */
  readonly key?: string;
}

export interface ListedModel {
  readonly id: string;
  readonly context_length: number | null;
}

/** One check of a test, over. */
export interface Check {
  readonly check: string;
  readonly result: 'yes' | 'no' | 'unknown';
  readonly words: string;
  readonly seconds: number;
}

/** The end of a test. */
export interface Verdict extends Found {
  readonly check: 'done';
  readonly works: boolean;
  readonly tokens: number;
  readonly seconds: number;
  readonly words: string;
}

/** A request that was not answered as asked. */
export class ConnectError extends Error {
  constructor(
    /** The server's words; empty: it had none. */
    message: string,
    /** HTTP status; 0: Jupyter's own server did not answer. */
    readonly status: number
  ) {
    super(message);
  }
}

/** Where what is sent to an address goes. */
export function whereOf(baseUrl: string): 'local' | 'remote' {
  const host = hostOf(baseUrl).replace(/:\d+$/, '');
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.') ? 'local' : 'remote';
}

/** Host and port of an address; empty if it is none. */
export function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : '';
}
