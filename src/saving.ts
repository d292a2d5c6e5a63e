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
  constructor(options: {
    readonly context: NotebookContext;
    readonly contents: Contents.IManager;
    readonly trans: TranslationBundle;
    /** What the user has to be told. */
    readonly tell: (message: string) => void;
    /** What was told holds no longer. */
    readonly takeBack: (message: string) => void;
  }) {
    const { context } = options;
    this._options = options;
    this._context = context;
    this._trans = options.trans;
    context.saveState.connect(this._onSaveState, this);
  }

  /** Hash of the file as this document last loaded or saved it. */
  get base(): string | null {
    return this._context.contentsModel?.hash ?? null;
  }

  /** Saves once more after a save that goes on; the user is told what hinders it. */
  async save(): Promise<void> {
    if (this._isSaving) {
      this._again = true;
      return;
    }
    this._isSaving = true;
    try {
      await this._saveOnce();
    } finally {
      this._isSaving = false;
      if (this._again) {
        this._again = false;
        void this.save();
      }
    }
  }

  /**
   * Settles, before the documents are brought together, how the file and this document stand to each other; and the
   * server is there: what could not be saved while it was away is saved.
   */
  async reconcile(file: Welcome['file']): Promise<void> {
    await this._settle(file);
    if (this._failed) {
      this._failed = false;
      await this.save();
    }
  }

  private async _settle(file: Welcome['file']): Promise<void> {
    switch (file) {
      case 'same':
        return;
      case 'ours':
        return this._takeOver();
      case 'other':
        // With unsaved changes, JupyterLab's own dialog asks at the next save.
        return this._context.model.dirty ? undefined : this._revert();
    }
  }

  private async _revert(): Promise<void> {
    try {
      await this._context.revert();
    } catch {
      // JupyterLab has said why; it asks at the next save.
    }
  }

  private async _saveOnce(): Promise<void> {
    const name = this._context.path;
    if (!this._context.contentsModel?.writable) {
      return this._tell(
        this._trans.__('%1 is read-only: what was done is in this tab only. Save it under another name.', name)
      );
    }
    if (this._failed) {
      return;
    }
    if (await this._changedOnDisk()) {
      return this._tell(
        this._trans.__('%1 was changed outside of this tab. Save it to decide which version stays.', name)
      );
    }
    try {
      await this._context.save();
    } catch (error) {
      this._failed = true;
      this._tell(
        this._trans.__('%1 could not be saved (%2). Save it again when the cause is gone.', name, reason(error))
      );
    }
  }

  /** The message, but only the first time in a row. */
  private _tell(message: string): void {
    if (this._told !== message) {
      this._told = message;
      this._options.tell(message);
    }
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
      return await this._options.contents.get(this._context.path, { content: false, hash: true });
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
      if (this._told !== '') {
        this._options.takeBack(this._told);
        this._told = '';
      }
    }
  }

  private readonly _options: ConstructorParameters<typeof Saving>[0];
  private readonly _context: NotebookContext;
  private readonly _trans: TranslationBundle;
  private _isSaving = false;
  private _again = false;
  private _failed = false;
  private _told = '';
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
