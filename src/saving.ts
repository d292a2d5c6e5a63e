/**
 * The file behind an open notebook: saved when the server asks, and never at the price of somebody else's work.
 */

import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Welcome } from './protocol';

export type NotebookContext = DocumentRegistry.IContext<INotebookModel>;

export class Saving {
  constructor(context: NotebookContext, contents: Contents.IManager, trans: TranslationBundle) {
    this._context = context;
    this._contents = contents;
    this._trans = trans;
    context.saveState.connect(this._onSaveState, this);
  }

  /** Hash of the file as this document last loaded or saved it. */
  get base(): string | null {
    return this._context.contentsModel?.hash ?? null;
  }

  /** Saves once more after a save that goes on; resolves to what the user has to be told, or to nothing. */
  async save(): Promise<string> {
    if (this._saving !== null) {
      this._again = true;
      return '';
    }
    this._saving = this._saveOnce();
    try {
      return await this._saving;
    } finally {
      this._saving = null;
      if (this._again) {
        this._again = false;
        void this.save();
      }
    }
  }

  /** Settles, before the documents are brought together, how the file and this document stand to each other. */
  async reconcile(file: Welcome['file']): Promise<void> {
    switch (file) {
      case 'same':
        return;
      case 'ours':
        return this._takeOver();
      case 'other':
        // With unsaved changes, JupyterLab's own dialog asks at the next save.
        return this._context.model.dirty ? undefined : this._context.revert();
    }
  }

  private async _saveOnce(): Promise<string> {
    const name = this._context.path;
    if (!this._context.contentsModel?.writable) {
      return this._told(
        'read-only',
        this._trans.__('%1 is read-only: what was done is in this tab only. Save it under another name.', name)
      );
    }
    if (this._failed) {
      return '';
    }
    if (await this._changedOnDisk()) {
      return this._told(
        'conflict',
        this._trans.__('%1 was changed outside of this tab. Save it to decide which version stays.', name)
      );
    }
    try {
      await this._context.save();
      this._lastTold = '';
      return '';
    } catch (error) {
      this._failed = true;
      return this._trans.__('%1 could not be saved (%2). Save it again when the cause is gone.', name, reason(error));
    }
  }

  /** The message, but only the first time in a row. */
  private _told(kind: string, message: string): string {
    const isNew = this._lastTold !== kind;
    this._lastTold = kind;
    return isNew ? message : '';
  }

  private async _changedOnDisk(): Promise<boolean> {
    const known = this._context.contentsModel;
    const onDisk = await this._stat();
    if (known === null || onDisk === null) {
      return false;
    }
    if (known.hash && onDisk.hash) {
      return known.hash !== onDisk.hash;
    }
    return Date.parse(onDisk.last_modified) - Date.parse(known.last_modified) > 500;
  }

  private async _stat(): Promise<Contents.IModel | null> {
    try {
      return await this._contents.get(this._context.path, { content: false, hash: true });
    } catch {
      // Gone or unreachable: the save itself will say so.
      return null;
    }
  }

  /** Makes the context know the file as it is, since all that is new in it is in the server's replica too. */
  private async _takeOver(): Promise<void> {
    const onDisk = await this._stat();
    // There is no public way; without this one JupyterLab asks at the next save, and nothing is lost.
    const update: unknown = Reflect.get(this._context, '_updateContentsModel');
    if (onDisk !== null && typeof update === 'function') {
      Reflect.apply(update, this._context, [onDisk]);
    }
  }

  private _onSaveState(_: NotebookContext, state: DocumentRegistry.SaveState): void {
    if (state === 'completed') {
      this._failed = false;
    }
  }

  private readonly _context: NotebookContext;
  private readonly _contents: Contents.IManager;
  private readonly _trans: TranslationBundle;
  private _saving: Promise<string> | null = null;
  private _again = false;
  private _failed = false;
  private _lastTold = '';
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
