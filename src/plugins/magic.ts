import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';

import { hearMagics } from '../magic';
import { CommandIDs, IRunModels } from '../tokens';

/** Takes part in `%codeact`: connects the notebook that asks, and shows the panel. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: 'codeact-jupyter:magic',
  description: 'Lets %codeact in a notebook work in the document that the page shows.',
  autoStart: true,
  requires: [IRunModels, INotebookTracker],
  activate: (app: JupyterFrontEnd, models: IRunModels, tracker: INotebookTracker) => {
    const hear = (panel: NotebookPanel): void =>
      hearMagics(panel.sessionContext, {
        asked: () => void models.get(panel.context).reconnect(),
        openPanel: () => {
          app.shell.activateById(panel.id);
          void app.commands.execute(CommandIDs.openPanel);
        }
      });
    tracker.forEach(hear);
    tracker.widgetAdded.connect((_, panel) => hear(panel));
  }
};

export default plugin;
