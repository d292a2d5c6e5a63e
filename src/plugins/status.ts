import { ILabShell, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { StatusItem } from '../statusItem';
import { CommandIDs, IRunModels } from '../tokens';

/** What the agent does in the notebook in front, in JupyterLab's status bar. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: 'codeact-jupyter:status',
  description: 'Shows in the status bar what the agent does in the notebook in front.',
  autoStart: true,
  requires: [IRunModels, INotebookTracker, ITranslator],
  optional: [IStatusBar, ILabShell],
  activate: (
    app: JupyterFrontEnd,
    models: IRunModels,
    tracker: INotebookTracker,
    translator: ITranslator,
    statusBar: IStatusBar | null,
    labShell: ILabShell | null
  ) => {
    if (statusBar === null) {
      return;
    }
    const item = new StatusItem(translator.load('codeact_jupyter'), () => {
      void app.commands.execute(CommandIDs.openPanel);
    });
    const draw = (): void => {
      const context = tracker.currentWidget?.context ?? null;
      item.tell(context === null ? null : (models.find(context)?.conversation ?? null));
    };
    const moved = new Signal<JupyterFrontEndPlugin<void>, void>(plugin);
    statusBar.registerStatusItem('codeact-jupyter:status', {
      item,
      align: 'right',
      rank: 80,
      isActive: () => tracker.currentWidget !== null && (labShell?.currentWidget ?? null) === tracker.currentWidget,
      activeStateChanged: moved
    });
    (labShell ?? tracker).currentChanged.connect(() => {
      draw();
      moved.emit();
    });
    models.changed.connect(draw);
    draw();
  }
};

export default plugin;
