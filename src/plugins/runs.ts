import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { RunModels } from '../runModels';
import { ownSettings } from '../settings';
import { IRunModels, PLUGIN_ID } from '../tokens';

/** Provides the conversations, with the user's settings in them. */
const plugin: JupyterFrontEndPlugin<IRunModels> = {
  id: PLUGIN_ID,
  description: 'The conversations of the open notebooks with the agent.',
  autoStart: true,
  provides: IRunModels,
  requires: [ITranslator, ISettingRegistry],
  activate: async (app: JupyterFrontEnd, translator: ITranslator, registry: ISettingRegistry) => {
    const settings = await registry.load(PLUGIN_ID);
    const models = new RunModels({
      contents: app.serviceManager.contents,
      serverSettings: app.serviceManager.serverSettings,
      settings: () => ownSettings(settings),
      trans: translator.load('codeact_jupyter')
    });
    settings.changed.connect(() => models.configure());
    return models;
  }
};

export default plugin;
