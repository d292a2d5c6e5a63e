/** Where a server of the tests lives: nothing of this machine's user is read or written. */

import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';

/** Settings of JupyterLab that would otherwise put something of their own on the screen, or ask the network. */
const QUIET: Readonly<Record<string, object>> = {
  '@jupyterlab/apputils-extension/notification': {
    fetchNews: 'false',
    checkForUpdates: false,
    doNotDisturbMode: true
  },
  '@jupyterlab/docmanager-extension/plugin': { autosave: false }
};

/** Folders for one server. */
export function newPlace(): string {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'codeact-ui-tests-'));
  for (const name of ['root', 'settings', 'workspaces', 'runtime']) {
    fs.mkdirSync(path.join(home, name));
  }
  for (const [plugin, settings] of Object.entries(QUIET)) {
    writeSettings(home, plugin, settings);
  }
  return home;
}

/** That of the server that all tests share. */
export function place(): string {
  return process.env.UI_TESTS_PLACE ?? '';
}

/** A user's settings of a plugin, as JupyterLab keeps them; they hold from the next load of the page on. */
export function writeSettings(home: string, plugin: string, settings: object): void {
  const file = path.join(home, 'settings', `${plugin}.jupyterlab-settings`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(settings));
}

/** What a server is started with: no key, no endpoint, no folder of the user's. */
export function environment(home: string): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(JUPYTER|OPENAI_|CODEACT_|IPYTHON)/.test(name)
  ) as [string, string][];
  return {
    ...Object.fromEntries(inherited),
    HOME: home,
    JUPYTER_CONFIG_DIR: path.join(home, 'config'),
    JUPYTER_DATA_DIR: path.join(home, 'data'),
    JUPYTER_RUNTIME_DIR: path.join(home, 'runtime'),
    JUPYTERLAB_SETTINGS_DIR: path.join(home, 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: path.join(home, 'workspaces'),
    JUPYTERLAB_GALATA_ROOT_DIR: path.join(home, 'root'),
    IPYTHONDIR: path.join(home, 'ipython'),
    UI_TESTS_PORT: process.env.UI_TESTS_PORT ?? ''
  };
}
