import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';

import { markCells } from '../cells';
import { IRunModels } from '../tokens';

/** Marks the agent's cells in every notebook, and comes back to the runs that the page was left with. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: 'codeact-jupyter:cells',
  description: 'Shows which cells of a notebook the agent wrote.',
  autoStart: true,
  requires: [IRunModels, INotebookTracker],
  activate: (_: JupyterFrontEnd, models: IRunModels, tracker: INotebookTracker) => {
    const mark = (panel: NotebookPanel): void => {
      if (!panel.isDisposed && panel.content.model !== null) {
        markCells(panel, models.find(panel.context));
      }
    };
    const watch = (panel: NotebookPanel): void => {
      const markSoon = (): void => queueMicrotask(() => mark(panel));
      const markNew = (): void => {
        // A cell of the user's that the agent reuses gets its metadata later. Connecting twice does nothing.
        for (const cell of panel.context.model.cells) {
          cell.metadataChanged.connect(markSoon);
        }
        markSoon();
      };
      void panel.context.ready.then(() => {
        panel.context.model.cells.changed.connect(markNew);
        models.resume(panel.context);
        markNew();
      });
    };
    tracker.forEach(watch);
    tracker.widgetAdded.connect((_, panel) => watch(panel));
    models.changed.connect((_, model) => {
      tracker.filter(panel => panel.context === model.context).forEach(mark);
    });
  }
};

export default plugin;
