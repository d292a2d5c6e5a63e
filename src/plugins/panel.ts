import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, ISanitizer, IThemeManager } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator } from '@jupyterlab/translation';
import { Menu } from '@lumino/widgets';

import { showCell } from '../cells';
import { addCommands } from '../commands';
import type { PanelActions } from '../components/ConversationView';
import { ConnectClient } from '../connect';
import { LocalSanitizer } from '../images';
import { SidePanel } from '../panel';
import { CommandIDs, IRunModels } from '../tokens';

/** The panel in the right sidebar; it follows the notebook in front. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: 'codeact-jupyter:panel',
  description: 'The panel beside the notebook: requests, steps and answers.',
  autoStart: true,
  requires: [IRunModels, INotebookTracker, IRenderMimeRegistry, ISanitizer, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer, IThemeManager],
  activate: (
    app: JupyterFrontEnd,
    models: IRunModels,
    tracker: INotebookTracker,
    rendermime: IRenderMimeRegistry,
    sanitizer: ISanitizer,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    themes: IThemeManager | null
  ) => {
    const trans = translator.load('codeact_jupyter');
    const menu = new Menu({ commands: app.commands });
    menu.addItem({ command: CommandIDs.newConversation });
    menu.addItem({ command: CommandIDs.connectModel });
    menu.addItem({ command: CommandIDs.openSettings });
    const actions: PanelActions = {
      goToNotebook: () => panel.notebook !== null && app.shell.activateById(panel.notebook.id),
      goToCell: async cellId => {
        const { notebook } = panel;
        if (notebook === null) {
          return false;
        }
        app.shell.activateById(notebook.id);
        return showCell(notebook, cellId);
      },
      createNotebook: () =>
        app.commands.execute('notebook:create-new', {
          activate: true,
          kernelName: app.serviceManager.kernelspecs.specs?.default
        }),
      connectModel: () => app.commands.execute(CommandIDs.connectModel),
      leaveConnect: () => panel.showConnect(false),
      openSettings: () => app.commands.execute(CommandIDs.openSettings),
      openMenu: (x, y) => menu.open(x, y, { horizontalAlignment: 'right' })
    };
    const panel = new SidePanel({
      models,
      client: new ConnectClient(app.serviceManager.serverSettings),
      rendermime: rendermime.clone({ sanitizer: new LocalSanitizer(sanitizer) }),
      themes,
      trans,
      actions
    });
    addCommands(app, panel, palette, trans);
    tracker.currentChanged.connect((_, notebook) => panel.follow(notebook));
    panel.follow(tracker.currentWidget);
    app.shell.add(panel, 'right', { rank: 900 });
    restorer?.add(panel, panel.id);
  }
};

export default plugin;
