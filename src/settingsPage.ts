/**
 * Where our settings are changed. In JupyterLab that is a tab of the page; Notebook has it on the page of its file browser only.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';

const EDITOR = 'settingeditor:open';

/** Asks the file browser's page for our settings. */
const WANTED = '#codeact-settings';

export function openSettingsPage(app: JupyterFrontEnd): void {
  if (!showSettings(app)) {
    window.open(URLExt.join(PageConfig.getBaseUrl(), 'tree') + WANTED, '_blank');
  }
}

/** Shows them on a page that was opened for them. */
export async function showWantedSettings(app: JupyterFrontEnd): Promise<void> {
  if (window.location.hash === WANTED) {
    await app.restored;
    showSettings(app);
  }
}

/** False: this page has no editor for settings. */
function showSettings({ commands }: JupyterFrontEnd): boolean {
  const isHere = commands.hasCommand(EDITOR);
  if (isHere) {
    void commands.execute(EDITOR, { query: 'CodeAct' });
  }
  return isHere;
}
