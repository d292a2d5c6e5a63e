/**
 * Commands on the runs of all notebooks.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { SidePanel } from './panel';
import { CommandIDs } from './tokens';

export interface RunCommandOptions {
  readonly app: JupyterFrontEnd;
  readonly panel: SidePanel;
  readonly tracker: INotebookTracker;
  readonly palette: ICommandPalette | null;
  readonly trans: TranslationBundle;
}

export function addRunCommands({ app, panel, tracker, palette, trans }: RunCommandOptions): void {
  const { commands, shell } = app;
  commands.addCommand(CommandIDs.listRuns, {
    label: trans.__('Runs'),
    caption: trans.__('What was asked in all notebooks, and what came of it'),
    execute: () => {
      shell.activateById(panel.id);
      panel.turnTo({ kind: 'runs' });
    }
  });
  palette?.addItem({ command: CommandIDs.listRuns, category: trans.__('CodeAct') });
  commands.addCommand(CommandIDs.showRun, {
    label: trans.__('Show a Run'),
    execute: async ({ path, run, resume }) => {
      if (typeof path !== 'string' || typeof run !== 'string') {
        return;
      }
      await commands.execute('docmanager:open', { path });
      const notebook = tracker.find(candidate => candidate.context.path === path);
      if (notebook !== undefined) {
        await notebook.context.ready;
        panel.follow(notebook);
        shell.activateById(panel.id);
        await panel.reveal({ run, cellId: '' });
        if (resume === true) {
          panel.resume(run, false);
        }
      }
    }
  });
}
