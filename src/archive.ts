/**
 * The runs that the server has recorded, of all notebooks: their list, and one with what happened in it.
 */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { ServerMessage } from './protocol';
import type { Run } from './run';
import { EMPTY, reduce } from './runState';

/** How a run stands. */
export type EntryState = 'running' | 'waiting' | 'answered' | 'stopped' | 'failed' | 'limit' | 'stuck' | 'interrupted';

/** A run in the list. */
export interface Entry {
  readonly run: string;
  /** Of its notebook; empty: it cannot be opened on this server. */
  readonly path: string;
  /** The notebook's name. */
  readonly name: string;
  readonly request: string;
  readonly state: EntryState;
  readonly started: string;
  /** Null while it goes on. */
  readonly ended: string | null;
  readonly steps: number;
  readonly tokens: number;
  /** Null: not known. */
  readonly cost: number | null;
  readonly model: string;
}

/** A run with what happened in it. */
export interface RunRecord {
  readonly entry: Entry;
  readonly conversation: string;
  readonly run: Run;
}

export interface Wanted {
  /** Of this notebook alone; empty: of all. */
  readonly path: string;
  /** Those that started before then; empty: the newest. */
  readonly before: string;
  readonly limit: number;
}

export class RunArchive {
  constructor(server: ServerConnection.ISettings) {
    this._server = server;
  }

  /** Newest first; null: the server does not say. */
  async list({ path, before, limit }: Wanted): Promise<readonly Entry[] | null> {
    const answer = await this._get<{ runs: readonly Entry[] }>('runs', { path, before, limit: String(limit) });
    return answer?.runs ?? null;
  }

  /** Null: nothing is known of this run here. */
  async record(run: string): Promise<RunRecord | null> {
    const answer = await this._get<Answer>('run', { run });
    if (answer === null) {
      return null;
    }
    const { events, conversation, ...entry } = answer;
    const { runs } = events.reduce(reduce, EMPTY);
    return runs.length === 0 ? null : { entry, conversation, run: runs[0] };
  }

  /** The package that brings a module; null: the server does not say. */
  async packageOf(module: string): Promise<string | null> {
    return (await this._get<{ package: string }>('package', { module }))?.package ?? null;
  }

  private async _get<T>(route: string, query: Record<string, string>): Promise<T | null> {
    const url = URLExt.join(this._server.baseUrl, 'codeact/api', route) + URLExt.objectToQueryString(query);
    try {
      const response = await ServerConnection.makeRequest(url, {}, this._server);
      return response.ok ? await response.json() : null;
    } catch (error) {
      // A proxy in between may answer something else than JSON, such as the page to log in at.
      if (error instanceof ServerConnection.NetworkError || error instanceof SyntaxError) {
        return null;
      }
      throw error;
    }
  }

  private readonly _server: ServerConnection.ISettings;
}

interface Answer extends Entry {
  readonly conversation: string;
  readonly events: readonly ServerMessage[];
}
