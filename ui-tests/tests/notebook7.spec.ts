/** The same front-end in Jupyter Notebook 7: one document on a page, with the panel in its right sidebar. */

import * as fs from 'fs';

import { Page } from '@playwright/test';

import { Lab, act, expect, test as base, until } from './lab';
import { NotebookView } from './notebook';
import { newPlace, writeSettings } from './place';
import { Server } from './server';

/** A folder on a Notebook server, and a page that shows one of its notebooks. */
class Notebook7 extends Lab {
  /** In the user's file of settings: they hold from the next page on. */
  async configure(settings: object): Promise<void> {
    writeSettings(this.home, 'codeact-jupyter/plugin', settings);
  }

  async open(name = 'work.ipynb'): Promise<NotebookView> {
    await this.page.goto(`${this.url}/notebooks/${this.path}/${name}`);
    const notebook = this.notebook(name);
    await notebook.ready();
    await notebook.kernelReady();
    await this.panel.open();
    return notebook;
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.waitForFunction(() => Boolean((window as any).jupyterapp));
  }
}

const test = base.extend<{ classic: Notebook7; errors: string[] }, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = new Server(newPlace(), Number(process.env.UI_TESTS_PORT) + 2, 'notebook');
      try {
        await server.start();
        await use(server);
      } finally {
        await server.kill();
        fs.rmSync(server.home, { recursive: true, force: true, maxRetries: 3 });
      }
    },
    { scope: 'worker', timeout: 90_000 }
  ],
  /** What our code throws on the page. */
  errors: async ({ page }, use) => {
    const errors: string[] = [];
    page.on('pageerror', error => /codeact/.test(error.stack ?? '') && errors.push(error.message));
    await use(errors);
    expect(errors).toEqual([]);
  },
  classic: async ({ page, server, models, errors }, use, info) => {
    void errors;
    const classic = new Notebook7(page, `${info.testId}-${info.retry}`, server.url, models, server.home);
    classic.writeNotebook(['x = 6']);
    await use(classic);
  }
});

const LINES = ['line 0', 'line 1', 'line 2', ''].join('\n');

/** The submenu of View that shows what the right sidebar holds. */
async function sidebarMenu(page: Page): Promise<void> {
  await page.locator('.lm-MenuBar-item', { hasText: 'View' }).click();
  await page.locator('.lm-Menu-item', { hasText: 'Right Sidebar' }).click();
}

test('the panel opens in the right sidebar, by keys, by menu and by the palette', async ({ classic }) => {
  const { page, panel } = classic;
  const notebook = await classic.open();
  await expect(panel.name).toHaveText('work.ipynb');
  await expect(panel.composer).toBeFocused();
  expect(await notebook.ask('[...app.shell.widgets("right")].map(widget => widget.id)')).toContain(
    'codeact-jupyter-panel'
  );

  await page.keyboard.press('Control+Shift+A');
  await expect(notebook.view.locator('.jp-Cell.jp-mod-active')).toBeFocused();
  await page.keyboard.press('Control+Shift+A');
  await expect(panel.composer).toBeFocused();

  const entry = page.locator('.lm-Menu-item', { hasText: 'Show CodeAct' });
  await sidebarMenu(page);
  await expect(entry).toHaveClass(/lm-mod-toggled/);
  await entry.click();
  await expect(panel.root).toBeHidden();
  await sidebarMenu(page);
  await entry.click();
  await expect(panel.root).toBeVisible();

  await page.keyboard.press('Control+Shift+C');
  await page.keyboard.type('connect a model');
  await page.keyboard.press('Enter');
  await expect(panel.root.getByRole('heading', { name: 'Connect a model' })).toBeVisible();
});

test('a request runs as cells of the notebook, and Notebook saves them', async ({ classic }) => {
  await classic.script(act('Multiply', 'x = 7\nx * y'), act('Set y first', 'y = 6\nx * y'), 'It is **42**.');
  const { panel } = classic;
  const notebook = await classic.open();
  await panel.ask('What is seven times six?');
  await panel.ended();
  await expect(panel.answers.locator('strong')).toHaveText('42');
  await notebook.expectAgentCells([
    { outputs: ["NameError: name 'y' is not defined"], count: 1, running: false },
    { outputs: ['text/plain 42'], count: 2, running: false }
  ]);
  await expect(notebook.view.locator('.jp-Cell.codeact-agentCell')).toHaveCount(2);
  await expect.poll(() => classic.saved().map(cell => cell.execution_count)).toEqual([null, 1, 2]);
  await expect.poll(() => notebook.isDirty()).toBe(false);

  await panel.unfold();
  await panel.steps.last().click();
  await expect(notebook.view.locator('.jp-Cell').last()).toHaveClass(/jp-mod-active/);
  await classic.page.keyboard.press('Shift+Q');
  await expect(panel.root.locator('.codeact-Chip')).toHaveCount(1);
  await expect(panel.composer).toBeFocused();
});

test('Stop ends an endless loop', async ({ classic }) => {
  await classic.script(act('Loop', 'while True: pass'));
  const { panel } = classic;
  const notebook = await classic.open();
  await panel.ask('Loop for ever');
  await notebook.expectAgentCells([{ running: true }]);
  await panel.stop.click();
  await panel.ended();
  await expect(panel.state).toHaveText('stopped');
  await notebook.expectAgentCells([{ running: false, outputs: ['KeyboardInterrupt: '] }]);
});

test('a reload in mid-run shows every cell, output and message once', async ({ classic }) => {
  const code = `for i in range(3):\n    print("line", i)\n${until('go')}\nprint("over")`;
  await classic.script(act('Count', code), act('Add', '1 + 1'), 'It is 2.');
  const { panel } = classic;
  const notebook = await classic.open();
  await panel.ask('Count');
  await notebook.expectAgentCells([{ running: true, outputs: [LINES] }]);
  await classic.reload();
  await notebook.ready();
  await notebook.expectAgentCells([{ running: true, outputs: [LINES] }]);
  classic.letGo('go');
  await panel.open();
  await panel.ended();
  await expect(panel.words).toHaveText(['Count']);
  await expect(panel.answers).toHaveText(['It is 2.']);
  await notebook.expectAgentCells([
    { outputs: [`${LINES}over\n`], count: 1, running: false },
    { outputs: ['text/plain 2'], count: 2, running: false }
  ]);
  await expect.poll(() => classic.saved().filter(cell => cell.metadata.codeact).length).toBe(2);
});

test("settings open on the file browser's page, which is where Notebook has them", async ({ classic }) => {
  await classic.open();
  await classic.panel.button('More').click();
  const [tree] = await Promise.all([
    classic.page.context().waitForEvent('page'),
    classic.page.locator('.lm-Menu-item', { hasText: 'Settings' }).last().click()
  ]);
  await expect(tree.locator('.jp-SettingsPanel').getByText('Base URL')).toBeVisible({ timeout: 30_000 });
  await tree.close();
});
