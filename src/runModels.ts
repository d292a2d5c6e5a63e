import type { Contents, ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ISignal, Signal } from '@lumino/signaling';

import { RunModel } from './model';
import type { Subscribe } from './protocol';
import { liveRun } from './runReading';
import type { NotebookContext } from './saving';
import type { IRunModels } from './tokens';

const REMEMBERED = 'codeact-jupyter:live';

export interface RunModelsOptions {
  readonly contents: Contents.IManager;
  readonly serverSettings: ServerConnection.ISettings;
  readonly settings: () => Subscribe['settings'];
  readonly trans: TranslationBundle;
}

/** One model for each document that the panel has shown, for as long as the document is open. */
export class RunModels implements IRunModels {
  constructor(options: RunModelsOptions) {
    this._options = options;
  }

  get changed(): ISignal<this, RunModel> {
    return this._changed;
  }

  find(context: NotebookContext): RunModel | null {
    return this._models.get(context) ?? null;
  }

  get(context: NotebookContext): RunModel {
    const known = this._models.get(context);
    if (known !== undefined) {
      return known;
    }
    const model = new RunModel({ context, ...this._options });
    this._models.set(context, model);
    model.changed.connect(this._onChanged, this);
    context.disposed.connect(() => {
      this._models.delete(context);
    });
    this._changed.emit(model);
    return model;
  }

  /** Connects a document whose run went on when the page was left, whether the panel shows it or not. */
  resume(context: NotebookContext): void {
    if (remembered().includes(this._key(context))) {
      void this.get(context).connect();
    }
  }

  /** The settings changed. */
  configure(): void {
    this._models.forEach(model => model.configure());
  }

  private _key(context: NotebookContext): string {
    return this._options.serverSettings.baseUrl + context.path;
  }

  private _onChanged(model: RunModel): void {
    const { state, status } = model.conversation;
    if (status === 'open') {
      remember(this._key(model.context), liveRun(state) !== null);
    }
    this._changed.emit(model);
  }

  private readonly _options: RunModelsOptions;
  private readonly _models = new Map<NotebookContext, RunModel>();
  private readonly _changed = new Signal<this, RunModel>(this);
}

function remembered(): readonly string[] {
  return (localStorage.getItem(REMEMBERED) ?? '').split('\n').filter(key => key !== '');
}

function remember(key: string, live: boolean): void {
  const keys = remembered();
  if (keys.includes(key) !== live) {
    localStorage.setItem(REMEMBERED, (live ? [...keys, key] : keys.filter(other => other !== key)).join('\n'));
  }
}
