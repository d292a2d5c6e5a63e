/**
 * Keeps the notebook's shared document and the server's replica of it the same, over the binary frames of a connection.
 */

import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { readSyncMessage, writeSyncStep1, writeUpdate } from 'y-protocols/sync';
import type { Doc, Transaction } from 'yjs';

import { Arrivals, TRUSTED } from './arrivals';
import type { Connection } from './connection';

const SYNC = 0;
const UPDATE = 2;

/** Marks what came from the server, so that it is not sent back. */
export const ORIGIN = { name: 'codeact-jupyter' };

export class DocumentSync {
  constructor(doc: Doc, connection: Connection, arrivals: Arrivals) {
    this._doc = doc;
    this._connection = connection;
    this._arrivals = arrivals;
    connection.binary.connect(this._onBinary, this);
    doc.on('update', this._onUpdate);
  }

  /** Begins on a socket that is open and whose file question is settled. */
  start(): void {
    const encoder = begun();
    writeSyncStep1(encoder, this._doc);
    this._started = true;
    this._connection.sendBinary(encoding.toUint8Array(encoder));
    this._receiveWaiting();
  }

  /** Holds what comes until `start`: a new socket begins anew. */
  pause(): void {
    this._started = false;
    this._waiting = [];
  }

  dispose(): void {
    this._arrivals.dispose();
    this._connection.binary.disconnect(this._onBinary, this);
    this._doc.off('update', this._onUpdate);
  }

  private _onBinary(_: Connection, data: Uint8Array): void {
    this._waiting.push(data);
    if (this._started && !this._isHeld) {
      this._receiveWaiting();
    }
  }

  private _receiveWaiting(): void {
    for (let data = this._waiting.shift(); data !== undefined; data = this._waiting.shift()) {
      if (data[1] === UPDATE && this._arrivals.holds(data, () => this._release())) {
        this._isHeld = true;
        this._waiting.unshift(data);
        return;
      }
      this._receive(data);
    }
  }

  private _release(): void {
    this._isHeld = false;
    const data = this._started ? this._waiting.shift() : undefined;
    if (data !== undefined) {
      this._receive(data);
      this._receiveWaiting();
    }
  }

  private _receive(data: Uint8Array): void {
    const decoder = decoding.createDecoder(data);
    if (decoding.readVarUint(decoder) !== SYNC) {
      return;
    }
    const encoder = begun();
    readSyncMessage(decoder, encoder, this._doc, ORIGIN);
    if (encoding.length(encoder) > 1) {
      this._connection.sendBinary(encoding.toUint8Array(encoder));
    }
    this._arrivals.made(data);
  }

  private readonly _onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (!this._started || origin === ORIGIN) {
      return;
    }
    const encoder = begun();
    writeUpdate(encoder, update);
    this._connection.sendBinary(encoding.toUint8Array(encoder));
  };

  private readonly _doc: Doc;
  private readonly _connection: Connection;
  private readonly _arrivals: Arrivals;
  private _isHeld = false;
  private _started = false;
  private _waiting: Uint8Array[] = [];
}

/** Sees to what others bring into a document that `DocumentSync` does not keep: the room of a collaboration does. */
export class DocumentWatch {
  constructor(doc: Doc, arrivals: Arrivals) {
    this._doc = doc;
    this._arrivals = arrivals;
    doc.on('afterTransaction', this._onChange);
  }

  dispose(): void {
    this._arrivals.dispose();
    this._doc.off('afterTransaction', this._onChange);
  }

  private readonly _onChange = (transaction: Transaction): void => {
    if (!transaction.local && [...transaction.changed.values()].some(names => names.has(TRUSTED))) {
      this._arrivals.trust();
    }
  };

  private readonly _doc: Doc;
  private readonly _arrivals: Arrivals;
}

function begun(): encoding.Encoder {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SYNC);
  return encoder;
}
