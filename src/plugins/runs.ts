import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { RunModels } from '../runModels';
import { loadSettings, ownSettings } from '../settings';
import { IRunModels, PLUGIN_ID } from '../tokens';

/** Provides the conversations, with the user's settings in them. */
const plugin: JupyterFrontEndPlugin<IRunModels> = {
  id: PLUGIN_ID,
  description: 'The conversations of the open notebooks with the agent.',
  autoStart: true,
  provides: IRunModels,
  requires: [ITranslator, ISettingRegistry],
  activate: async (app: JupyterFrontEnd, translator: ITranslator, registry: ISettingRegistry) => {
    const trans = translator.load('codeact_jupyter');
    const settings = await loadSettings(registry, () =>
      Notification.warning(
        trans.__('The settings of CodeAct cannot be used. Correct them in the settings editor, and reload the page.')
      )
    );
    const models = new RunModels({
      contents: app.serviceManager.contents,
      serverSettings: app.serviceManager.serverSettings,
      settings: () => ownSettings(settings),
      trans
    });
    settings?.changed.connect(() => models.configure());
    return models;
  }
};

export default plugin;
