import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';

import { RunArchive } from '../archive';
import { News, RunNews, isWaiting, newsText } from '../notifications';
import { CommandIDs, IRunModels } from '../tokens';

/** Tells of runs in notebooks that are not in view. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: 'codeact-jupyter:notifications',
  description: 'Notifies of runs that end, or wait for the user, in notebooks that are not in view.',
  autoStart: true,
  requires: [IRunModels, INotebookTracker, ITranslator],
  activate: (app: JupyterFrontEnd, models: IRunModels, tracker: INotebookTracker, translator: ITranslator) => {
    const trans = translator.load('codeact_jupyter');
    /** By run: what still stands on the screen. */
    const waiting = new Map<string, string>();
    const news = new RunNews({
      archive: new RunArchive(app.serviceManager.serverSettings),
      isInView: ({ context }) =>
        !document.hidden && tracker.find(panel => panel.context === context && panel.isVisible) !== undefined,
      tell: told => notify(told)
    });
    const takeBack = (run: string): void => {
      const id = waiting.get(run);
      if (id !== undefined) {
        Notification.dismiss(id);
        waiting.delete(run);
      }
    };
    const notify = (told: News): void => {
      const { path, run } = told;
      takeBack(run);
      const id = Notification.emit(newsText(trans, told), typeOf(told), {
        autoClose: told.state === 'waiting' ? false : undefined,
        actions: [
          {
            label: trans.__('Open'),
            caption: trans.__('Open %1 and show this run', path),
            callback: () => void app.commands.execute(CommandIDs.showRun, { path, run })
          }
        ]
      });
      if (told.state === 'waiting') {
        waiting.set(run, id);
      }
    };
    models.changed.connect((_, model) => {
      news.look(model);
      const { state } = model.conversation;
      state.runs.filter(({ id }) => !isWaiting(state, id)).forEach(({ id }) => takeBack(id));
    });
  }
};

function typeOf({ state }: News): Notification.TypeOptions {
  switch (state) {
    case 'answered':
      return 'success';
    case 'failed':
    case 'interrupted':
      return 'error';
    case 'stopped':
    case 'limit':
    case 'stuck':
    case 'waiting':
      return 'warning';
  }
}

export default plugin;
