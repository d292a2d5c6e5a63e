/**
 * Commands on the cell that waits for the user: run it, say no, change it.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { editCell, showCell } from './cells';
import { findPlace } from './cells/find';
import type { RunModel } from './model';
import { liveRun, waitingStep } from './runReading';
import { CommandIDs, IRunModels } from './tokens';

export interface ApprovalCommandOptions {
  readonly app: JupyterFrontEnd;
  readonly tracker: INotebookTracker;
  readonly models: IRunModels;
  readonly palette: ICommandPalette | null;
  readonly trans: TranslationBundle;
}

/** A notebook with a cell that waits. */
interface Waiting {
  readonly notebook: NotebookPanel;
  readonly model: RunModel;
  readonly action: string;
  readonly cellId: string;
}

export function addApprovalCommands(options: ApprovalCommandOptions): void {
  const { app, palette, trans } = options;
  const { commands } = app;
  const isEnabled = (args: ReadonlyPartialJSONObject): boolean => findWaiting(options, args) !== null;
  const isHeard = (args: ReadonlyPartialJSONObject): boolean =>
    findWaiting(options, args)?.model.conversation.status === 'open';
  commands.addCommand(CommandIDs.approve, {
    label: trans.__('Run the Cell That Waits'),
    caption: trans.__('Let the agent run it as it stands now'),
    isEnabled: isHeard,
    execute: args => {
      const waiting = findWaiting(options, args);
      const code = waiting && cellOf(waiting)?.model.sharedModel.getSource();
      if (waiting !== null && code !== undefined && code !== null) {
        leaveButton(waiting, false);
        waiting.model.requests.decide(waiting.action, { decision: 'allow', code, scope: 'once', note: '' });
      }
    }
  });
  commands.addCommand(CommandIDs.deny, {
    label: trans.__('Deny the Cell That Waits…'),
    caption: trans.__('Say what the agent shall do instead'),
    isEnabled: isHeard,
    execute: async args => {
      const waiting = findWaiting(options, args);
      if (waiting === null) {
        return;
      }
      if (typeof args.note === 'string') {
        leaveButton(waiting, true);
        waiting.model.requests.decide(waiting.action, { decision: 'deny', code: null, scope: 'once', note: args.note });
      } else {
        app.shell.activateById(waiting.notebook.id);
        await showCell(waiting.notebook, waiting.cellId);
        cellOf(waiting)?.node.querySelector<HTMLElement>('.codeact-Approval-deny[aria-expanded=false]')?.click();
      }
    }
  });
  commands.addCommand(CommandIDs.editProposal, {
    label: trans.__('Edit the Cell That Waits'),
    caption: trans.__('Change what the agent wants to run'),
    isEnabled,
    execute: async args => {
      const waiting = findWaiting(options, args);
      if (waiting !== null) {
        app.shell.activateById(waiting.notebook.id);
        await editCell(waiting.notebook, waiting.cellId);
      }
    }
  });
  for (const command of [CommandIDs.approve, CommandIDs.deny, CommandIDs.editProposal]) {
    palette?.addItem({ command, category: trans.__('CodeAct') });
  }
}

/** What waits in the cell that is named, else in the notebook in front. */
function findWaiting({ tracker, models }: ApprovalCommandOptions, args: ReadonlyPartialJSONObject): Waiting | null {
  const notebook = typeof args.cell === 'string' ? findPlace(tracker, args)?.notebook : tracker.currentWidget;
  const model = notebook ? models.find(notebook.context) : null;
  const step = model && waitingStep(liveRun(model.conversation.state));
  if (!notebook || model === null || !step?.actionId || step.cellId === null) {
    return null;
  }
  return { notebook, model, action: step.actionId, cellId: step.cellId };
}

function cellOf({ notebook, cellId }: Waiting): NotebookPanel['content']['widgets'][number] | undefined {
  return notebook.content.widgets.find(cell => cell.model.id === cellId);
}

/** The button that was pressed goes; of a cell that is denied, the cell too. */
function leaveButton({ notebook: { content }, cellId }: Waiting, isDenied: boolean): void {
  const index = content.widgets.findIndex(cell => cell.model.id === cellId);
  if (content.widgets[index]?.node.contains(document.activeElement)) {
    content.activeCellIndex = isDenied ? Math.max(0, index - 1) : index;
    content.mode = 'command';
    content.activate();
  }
}
