/**
 * One notebook's websocket: it comes back by itself, goes on from the last event seen, and gives each event once.
 */

import { ISignal, Signal } from '@lumino/signaling';

import { ClientMessage, ServerMessage, Subscribe } from './protocol';

/** Close code of a socket whose notebook was opened in a newer browser document. */
export const SUPERSEDED = 4409;

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/** Statuses of a plain request to the socket's address that say why it does not open: trying again soon will not help. */
const REFUSALS = [401, 403, 404];

export type ConnectionStatus = 'connecting' | 'open' | 'reconnecting' | 'refused' | 'superseded' | 'closed';

/** What a connection needs of its owner. */
export interface ConnectionOptions {
  /** Opens a socket to the notebook's present address. */
  readonly open: () => WebSocket;
  /** The HTTP status of a plain request to that address: a socket that does not open gives no reason. */
  readonly probe: () => Promise<number>;
  /** The rest of `subscribe`, asked for at each opening. */
  readonly subscription: () => Pick<Subscribe, 'base' | 'settings'>;
  /** Milliseconds before the first attempt to come back; each later one doubles it. */
  readonly firstPause?: number;
}

export class Connection {
  constructor(options: ConnectionOptions) {
    this._options = options;
  }

  /** Text messages, each recorded event once. */
  get message(): ISignal<this, ServerMessage> {
    return this._message;
  }

  /** Binary messages: the document's. */
  get binary(): ISignal<this, Uint8Array> {
    return this._binary;
  }

  get statusChanged(): ISignal<this, ConnectionStatus> {
    return this._statusChanged;
  }

  get status(): ConnectionStatus {
    return this._status;
  }

  /** The HTTP status for which the socket is refused; 0: it is not. */
  get refusal(): number {
    return this._status === 'refused' ? this._refusal : 0;
  }

  /** Opens the socket; also takes a notebook over again after it was superseded. */
  connect(): void {
    if (this._socket !== null || this._status === 'closed') {
      return;
    }
    clearTimeout(this._timer);
    const socket = this._options.open();
    socket.binaryType = 'arraybuffer';
    this._socket = socket;
    if (this._status !== 'refused') {
      this._setStatus(this._welcomedOnce ? 'reconnecting' : 'connecting');
    }
    let opened = false;
    socket.onopen = () => {
      opened = true;
      const after = Object.fromEntries(this._seen);
      socket.send(JSON.stringify({ type: 'subscribe', after, ...this._options.subscription() }));
    };
    socket.onmessage = event => this._receive(event.data);
    socket.onclose = event => this._closed(socket, event.code, opened);
  }

  /** Sends a message, or says that there is no open socket for it now. */
  send(message: ClientMessage): boolean {
    if (this._socket === null || this._status !== 'open') {
      return false;
    }
    this._socket.send(JSON.stringify(message));
    return true;
  }

  sendBinary(data: Uint8Array): void {
    if (this._status === 'open') {
      this._socket?.send(data);
    }
  }

  /** Ends it for good; what was sent before still goes out. */
  close(): void {
    this._setStatus('closed');
    clearTimeout(this._timer);
    this._socket?.close();
    this._socket = null;
  }

  private _receive(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      this._binary.emit(new Uint8Array(data));
    } else if (typeof data === 'string') {
      const message: unknown = JSON.parse(data);
      if (isServerMessage(message)) {
        this._take(message);
      }
    }
  }

  private _take(message: ServerMessage): void {
    if (message.type === 'recorded') {
      const seen = this._seen.get(message.run) ?? 0;
      if (message.seq <= seen) {
        return;
      }
      const gap = `${message.run} ${seen}`;
      if (message.seq > seen + 1 && gap !== this._gap) {
        // What is missing is sent again to a new socket. Twice the same gap is the server's own: it is passed over.
        this._gap = gap;
        this._socket?.close();
        return;
      }
      this._seen.set(message.run, message.seq);
    }
    if (message.type === 'welcome') {
      this._welcomedOnce = true;
      this._failures = 0;
      this._setStatus('open');
    }
    this._message.emit(message);
  }

  private _closed(socket: WebSocket, code: number, opened: boolean): void {
    if (socket !== this._socket) {
      return;
    }
    this._socket = null;
    if (code === SUPERSEDED) {
      this._setStatus('superseded');
      return;
    }
    if (!opened) {
      void this._learnWhy();
    } else {
      this._setStatus('reconnecting');
    }
    const pause = (this._options.firstPause ?? FIRST_PAUSE) * 2 ** this._failures;
    this._failures += 1;
    this._timer = setTimeout(() => this.connect(), Math.min(pause, LONGEST_PAUSE));
  }

  private async _learnWhy(): Promise<void> {
    const status = await this._options.probe();
    if (this._status === 'open' || this._status === 'superseded') {
      return; // another attempt has succeeded meanwhile
    }
    if (REFUSALS.includes(status)) {
      this._refusal = status;
      this._setStatus('refused');
    } else {
      this._setStatus('reconnecting');
    }
  }

  private _setStatus(status: ConnectionStatus): void {
    if (status !== this._status && this._status !== 'closed') {
      this._status = status;
      this._statusChanged.emit(status);
    }
  }

  private readonly _options: ConnectionOptions;
  private _socket: WebSocket | null = null;
  private _status: ConnectionStatus = 'connecting';
  private _welcomedOnce = false;
  private _failures = 0;
  private _refusal = 0;
  private _gap = '';
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _seen = new Map<string, number>();
  private readonly _message = new Signal<this, ServerMessage>(this);
  private readonly _binary = new Signal<this, Uint8Array>(this);
  private readonly _statusChanged = new Signal<this, ConnectionStatus>(this);
}

const KNOWN: Readonly<Record<ServerMessage['type'], true>> = {
  welcome: true,
  recorded: true,
  typing: true,
  doing: true,
  queued: true,
  save: true,
  start_kernel: true,
  ask_restart: true,
  notice: true,
  refused: true
};

// A newer server may send what this page does not know yet: that is left out, not guessed.
function isServerMessage(value: unknown): value is ServerMessage {
  return typeof value === 'object' && value !== null && 'type' in value && Object.hasOwn(KNOWN, String(value.type));
}
