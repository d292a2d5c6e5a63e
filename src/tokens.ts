import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { RunModel } from './model';
import type { NotebookContext } from './saving';

/** The conversations of the open notebooks, one for each document. */
export interface IRunModels {
  /** That of a document; made, but not connected, at the first call. */
  get(context: NotebookContext): RunModel;
  /** That of a document, if it was made already. */
  find(context: NotebookContext): RunModel | null;
  /** Connects a document whose run went on when the page was left, whether the panel shows it or not. */
  resume(context: NotebookContext): void;
  /** A conversation was made or has changed. */
  readonly changed: ISignal<IRunModels, RunModel>;
}

export const IRunModels = new Token<IRunModels>(
  'codeact-jupyter:IRunModels',
  'The conversations of the open notebooks.'
);

export const CommandIDs = {
  openPanel: 'codeact:open-panel',
  stopRun: 'codeact:stop-run',
  newConversation: 'codeact:new-conversation',
  connectModel: 'codeact:connect-model',
  openSettings: 'codeact:open-settings'
} as const;

/** Also the id of the settings' schema. */
export const PLUGIN_ID = 'codeact-jupyter:plugin';
