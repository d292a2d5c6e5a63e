import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';

import { RunArchive } from '../archive';
import { ApprovalBar } from '../cells/approval';
import { ErrorActions } from '../cells/errorActions';
import { CellViews } from '../cells/views';
import { CommandIDs, ICellViews, IRunModels } from '../tokens';

/** Marks the agent's cells in every notebook, and comes back to the runs that the page was left with. */
const plugin: JupyterFrontEndPlugin<ICellViews> = {
  id: 'codeact-jupyter:cells',
  description: 'Shows which cells of a notebook the agent wrote, and what can be done about errors.',
  autoStart: true,
  provides: ICellViews,
  requires: [IRunModels, INotebookTracker, ITranslator],
  activate: (app: JupyterFrontEnd, models: IRunModels, tracker: INotebookTracker, translator: ITranslator) => {
    const { commands, serviceManager } = app;
    const trans = translator.load('codeact_jupyter');
    const archive = new RunArchive(serviceManager.serverSettings);
    const views = new CellViews({
      models,
      trans,
      actions: cell =>
        new ErrorActions({
          trans,
          onFix: () => void commands.execute(CommandIDs.fixError, { cell }),
          onInstall: module => void commands.execute(CommandIDs.installModule, { cell, module }),
          packageOf: module => archive.packageOf(module)
        }),
      approval: cell =>
        new ApprovalBar({
          trans,
          onRun: () => void commands.execute(CommandIDs.approve, { cell }),
          onDeny: note => void commands.execute(CommandIDs.deny, { cell, note })
        })
    });
    const watch = (panel: NotebookPanel): void => {
      views.watch(panel);
      void panel.context.ready.then(() => models.resume(panel.context));
    };
    tracker.forEach(watch);
    tracker.widgetAdded.connect((_, panel) => watch(panel));
    return views;
  }
};

export default plugin;
