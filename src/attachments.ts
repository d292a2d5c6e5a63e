/**
 * The cells that the next request is about, as chips above the composer.
 */

import { ISignal, Signal } from '@lumino/signaling';

export interface Attachment {
  readonly cellId: string;
  /** `cell [4]`, or what it begins with. */
  readonly label: string;
  /** Its first line. */
  readonly title: string;
}

interface Taken {
  readonly request: string;
  readonly taken: readonly Attachment[];
}

const NOTHING: Taken = { request: '', taken: [] };

export class Attachments {
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** A new array after each change. */
  get all(): readonly Attachment[] {
    return this._all;
  }

  add(attachments: readonly Attachment[]): void {
    const added = new Set(attachments.map(attachment => attachment.cellId));
    this._set([...this._all.filter(known => !added.has(known.cellId)), ...attachments]);
  }

  remove(cellId: string): void {
    this._set(this._all.filter(attachment => attachment.cellId !== cellId));
  }

  /** The ids, once: the request that takes them is sent. */
  take(request: string): readonly string[] {
    const taken = this._all;
    this._taken = { request, taken };
    this._set([]);
    return taken.map(attachment => attachment.cellId);
  }

  /** The request that took them last is among those that were not taken: they are here again. */
  giveBack(requests: readonly string[]): void {
    if (requests.includes(this._taken.request)) {
      this.add(this._taken.taken);
      this._taken = NOTHING;
    }
  }

  private _set(all: readonly Attachment[]): void {
    this._all = all;
    this._changed.emit();
  }

  private _taken: Taken = NOTHING;
  private _all: readonly Attachment[] = [];
  private readonly _changed = new Signal<this, void>(this);
}
