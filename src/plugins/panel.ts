import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, ISanitizer, IThemeManager } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator } from '@jupyterlab/translation';
import { Menu } from '@lumino/widgets';

import { RunArchive } from '../archive';
import { addCellCommands } from '../cellCommands';
import { showCell } from '../cells';
import { addCommands } from '../commands';
import type { PanelActions } from '../components/ConversationView';
import { ConnectClient } from '../connect';
import { LocalSanitizer } from '../images';
import { SidePanel } from '../panel';
import { addRunCommands } from '../runCommands';
import { showWantedSettings } from '../settingsPage';
import { CommandIDs, ICellViews, IRunModels } from '../tokens';

/** The panel in the right sidebar; it follows the notebook in front. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: 'codeact-jupyter:panel',
  description: 'The panel beside the notebook: requests, steps and answers.',
  autoStart: true,
  requires: [IRunModels, ICellViews, INotebookTracker, IRenderMimeRegistry, ISanitizer, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer, IThemeManager],
  activate: (
    app: JupyterFrontEnd,
    models: IRunModels,
    views: ICellViews,
    tracker: INotebookTracker,
    rendermime: IRenderMimeRegistry,
    sanitizer: ISanitizer,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    themes: IThemeManager | null
  ) => {
    const trans = translator.load('codeact_jupyter');
    const archive = new RunArchive(app.serviceManager.serverSettings);
    const menu = new Menu({ commands: app.commands });
    menu.addItem({ command: CommandIDs.newConversation });
    menu.addItem({ command: CommandIDs.listRuns });
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
        views.open(notebook, cellId);
        return showCell(notebook, cellId);
      },
      factsOf: cellId => (panel.notebook === null ? null : views.factsOf(panel.notebook, cellId)),
      packageOf: module => archive.packageOf(module),
      openRun: entry => void app.commands.execute(CommandIDs.showRun, { path: entry.path, run: entry.run }),
      createNotebook: () =>
        app.commands.execute('notebook:create-new', {
          activate: true,
          kernelName: app.serviceManager.kernelspecs.specs?.default
        }),
      connectModel: () => app.commands.execute(CommandIDs.connectModel),
      leavePage: () => panel.turnTo({ kind: 'conversation' }),
      openSettings: () => app.commands.execute(CommandIDs.openSettings),
      openMenu: (x, y) => menu.open(x, y, { horizontalAlignment: 'right' })
    };
    const panel = new SidePanel({
      models,
      archive,
      client: new ConnectClient(app.serviceManager.serverSettings),
      rendermime: rendermime.clone({ sanitizer: new LocalSanitizer(sanitizer) }),
      themes,
      trans,
      actions
    });
    addCommands(app, panel, palette, trans);
    addRunCommands({ app, panel, tracker, palette, trans });
    addCellCommands({ app, panel, tracker, models, views, palette, trans });
    views.changed.connect((_, notebook) => notebook === panel.notebook && panel.update());
    tracker.currentChanged.connect((_, notebook) => panel.follow(notebook));
    panel.follow(tracker.currentWidget);
    app.shell.add(panel, 'right', { rank: 900 });
    restorer?.add(panel, panel.id);
    void showWantedSettings(app);
  }
};

export default plugin;
