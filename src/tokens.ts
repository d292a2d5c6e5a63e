import type { NotebookPanel } from '@jupyterlab/notebook';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { CellFacts } from './cells/facts';
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

/** The agent's cells as the views of notebooks show them. */
export interface ICellViews {
  /** Null when the notebook has no such cell. */
  factsOf(panel: NotebookPanel, cellId: string): CellFacts | null;
  /** The error that a cell shows, in one line; empty: it shows none. */
  errorOf(panel: NotebookPanel, cellId: string): string;
  /** Unfolds a cell. */
  open(panel: NotebookPanel, cellId: string): void;
  /** What can be told of the agent's cells in a view has changed. */
  readonly changed: ISignal<ICellViews, NotebookPanel>;
}

export const ICellViews = new Token<ICellViews>(
  'codeact-jupyter:ICellViews',
  "The agent's cells in the views of notebooks."
);

export const CommandIDs = {
  openPanel: 'codeact:open-panel',
  stopRun: 'codeact:stop-run',
  newConversation: 'codeact:new-conversation',
  deleteConversation: 'codeact:delete-conversation',
  connectModel: 'codeact:connect-model',
  listRuns: 'codeact:list-runs',
  /** Opens the notebook at `path` and shows the run `run`; with `resume` it is taken up. */
  showRun: 'codeact:show-run',
  askAboutCell: 'codeact:ask-about-cell',
  fixError: 'codeact:fix-error',
  installModule: 'codeact:install-module',
  whyCell: 'codeact:why-cell',
  approve: 'codeact:approve',
  deny: 'codeact:deny',
  editProposal: 'codeact:edit-proposal',
  protectCell: 'codeact:protect-cell',
  askBeforeRerun: 'codeact:ask-before-rerun',
  openSettings: 'codeact:open-settings'
} as const;

/** Also the id of the settings' schema. */
export const PLUGIN_ID = 'codeact-jupyter:plugin';
