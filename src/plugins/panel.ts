import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, ISanitizer, IThemeManager } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';
import { Menu } from '@lumino/widgets';

import { RunArchive } from '../archive';
import { addApprovalCommands } from '../approvalCommands';
import { addCellCommands } from '../cellCommands';
import { showCell } from '../cells';
import { addCommands } from '../commands';
import type { PanelActions } from '../components/ConversationView';
import { ConnectClient } from '../connect';
import { LocalParser, LocalSanitizer } from '../images';
import { SidePanel } from '../panel';
import { addRunCommands } from '../runCommands';
import { showWantedSettings } from '../settingsPage';
import { addTagCommands } from '../tagCommands';
import { CommandIDs, ICellViews, IRunModels, PLUGIN_ID } from '../tokens';

/** The panel in the right sidebar; it follows the notebook in front. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: 'codeact-jupyter:panel',
  description: 'The panel beside the notebook: requests, steps and answers.',
  autoStart: true,
  requires: [IRunModels, ICellViews, INotebookTracker, IRenderMimeRegistry, ISanitizer, ITranslator, ISettingRegistry],
  optional: [ICommandPalette, ILayoutRestorer, IThemeManager],
  activate: (
    app: JupyterFrontEnd,
    models: IRunModels,
    views: ICellViews,
    tracker: INotebookTracker,
    rendermime: IRenderMimeRegistry,
    sanitizer: ISanitizer,
    translator: ITranslator,
    settings: ISettingRegistry,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    themes: IThemeManager | null
  ) => {
    const trans = translator.load('codeact_jupyter');
    const archive = new RunArchive(app.serviceManager.serverSettings);
    const menu = new Menu({ commands: app.commands });
    menu.addItem({ command: CommandIDs.newConversation });
    menu.addItem({ command: CommandIDs.deleteConversation });
    menu.addItem({ command: CommandIDs.listRuns });
    menu.addItem({ command: CommandIDs.connectModel });
    menu.addItem({ command: CommandIDs.openSettings });
    let opener: Element | null = null;
    // Before what was chosen is done, which may want the focus elsewhere.
    menu.aboutToClose.connect(() => opener instanceof HTMLElement && opener.focus());
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
      editCell: cell => void app.commands.execute(CommandIDs.editProposal, { cell }),
      chooseMode: mode => void settings.set(PLUGIN_ID, 'approval', mode),
      factsOf: cellId => (panel.notebook === null ? null : views.factsOf(panel.notebook, cellId)),
      packageOf: module => archive.packageOf(module),
      openRun: ({ path, run }, resume) => void app.commands.execute(CommandIDs.showRun, { path, run, resume }),
      createNotebook: () =>
        app.commands.execute('notebook:create-new', {
          activate: true,
          kernelName: app.serviceManager.kernelspecs.specs?.default
        }),
      connectModel: () => app.commands.execute(CommandIDs.connectModel),
      resumeRun: (run, replay) => panel.resume(run, replay),
      leavePage: () => panel.turnTo({ kind: 'conversation' }),
      openSettings: () => app.commands.execute(CommandIDs.openSettings),
      openMenu: (x, y) => {
        opener = document.activeElement;
        menu.open(x, y, { horizontalAlignment: 'right' });
      }
    };
    const panel = new SidePanel({
      models,
      archive,
      client: new ConnectClient(app.serviceManager.serverSettings),
      rendermime: rendermime.clone({
        sanitizer: new LocalSanitizer(sanitizer),
        markdownParser: rendermime.markdownParser === null ? undefined : new LocalParser(rendermime.markdownParser)
      }),
      themes,
      trans,
      actions
    });
    addCommands(app, panel, palette, trans);
    addRunCommands({ app, panel, tracker, palette, trans });
    addApprovalCommands({ app, tracker, models, palette, trans });
    addTagCommands(app, tracker, palette, trans);
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
