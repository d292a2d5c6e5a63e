/** What every test begins with: a folder of its own, a scripted model, JupyterLab in a real browser, and the panel. */

import * as fs from 'fs';
import * as path from 'path';

import { galata } from '@jupyterlab/galata';
import { Page, test as base } from '@playwright/test';

import { Models } from './models';
import { NotebookView } from './notebook';
import { Panel } from './panel';
import { newPlace, place } from './place';
import { Server } from './server';

/** A reply of the model, as `python -m codeact_jupyter.testing` reads it. */
export type Reply =
  | string
  | { say: string; delay?: number; pieces?: number }
  | { fault: number | string; delay?: number; code?: string; message?: string };

/** An action, with a sentence before it that names its step. */
export const act = (label: string, code: string): string => `${label}.\n<execute>\n${code}\n</execute>`;

/** Code that goes on until the test lets it: `lab.letGo(name)`. */
export const until = (name: string): string =>
  `import os, time\nwhile not os.path.exists(${JSON.stringify(name)}):\n    time.sleep(0.02)`;

const SETTINGS = 'codeact-jupyter:plugin';

/** A folder on the server, and a browser that shows it. */
export class Lab {
  constructor(
    readonly page: Page,
    /** On the server. */
    readonly path: string,
    readonly url: string,
    readonly models: Models,
    readonly home: string = place()
  ) {
    this.panel = new Panel(page);
    fs.mkdirSync(this.file(''), { recursive: true });
  }

  readonly panel: Panel;

  file(name: string): string {
    return path.join(this.home, 'root', this.path, name);
  }

  write(name: string, text: string): void {
    fs.writeFileSync(this.file(name), text);
  }

  letGo(name: string): void {
    this.write(name, '');
  }

  /** The cells of a notebook's file, as it is on disk now; none while it is being written. */
  saved(name = 'work.ipynb'): SavedCell[] {
    const text = fs.readFileSync(this.file(name), 'utf-8');
    try {
      return JSON.parse(text).cells;
    } catch {
      return [];
    }
  }

  /** Writes a notebook with these code cells, as JupyterLab itself would. */
  writeNotebook(sources: readonly string[] = [''], name = 'work.ipynb'): void {
    const kernelspec = { display_name: 'Python 3 (ipykernel)', language: 'python', name: 'python3' };
    const cells = sources.map((source, index) => ({
      cell_type: 'code',
      execution_count: null,
      id: `user-${index + 1}`,
      metadata: {},
      outputs: [],
      source
    }));
    this.write(
      name,
      JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }, null, 1) + '\n'
    );
  }

  /** Starts a model that says this, one reply for each request, and makes it the user's. */
  async script(...replies: readonly Reply[]): Promise<void> {
    const file = path.join(this.home, 'script.json');
    fs.writeFileSync(file, JSON.stringify(replies.map(reply => (typeof reply === 'string' ? { say: reply } : reply))));
    await this.configure({ model: 'scripted', base_url: await this.models.serve(file) });
  }

  /** What the user has set. */
  settings: object = {};

  /** What the user sets in JupyterLab's settings; what is not named is at its default. */
  async configure(settings: object): Promise<void> {
    this.settings = settings;
    await this.page.evaluate(
      async ([plugin, wanted]) => {
        const registry = await (window as any).galata.getPlugin('@jupyterlab/apputils-extension:settings');
        await registry.upload(plugin, JSON.stringify(wanted));
      },
      [SETTINGS, settings] as const
    );
  }

  /** JupyterLab's own notifications: shown as they come, or kept for later. */
  async notifications(isQuiet: boolean): Promise<void> {
    await this.page.evaluate(async quiet => {
      const registry = await (window as any).galata.getPlugin('@jupyterlab/apputils-extension:settings');
      const settings = { fetchNews: 'false', checkForUpdates: false, doNotDisturbMode: quiet };
      await registry.upload('@jupyterlab/apputils-extension:notification', JSON.stringify(settings));
    }, isQuiet);
  }

  /** Opens a notebook with its kernel, and the panel beside it. */
  async open(name = 'work.ipynb'): Promise<NotebookView> {
    const notebook = this.notebook(name);
    await this.page.evaluate(
      async path => void (await (window as any).jupyterapp.commands.execute('docmanager:open', { path })),
      notebook.path
    );
    await notebook.ready();
    await notebook.kernelReady();
    await this.panel.open();
    return notebook;
  }

  /** Opens a notebook in another tab of the browser, with the panel beside it. */
  async tab(name = 'work.ipynb'): Promise<Lab> {
    return this.show(await this.page.context().newPage(), 'another', name);
  }

  /** Opens a notebook on another page, in a workspace of its own, with the panel beside it. */
  async show(page: Page, workspace: string, name = 'work.ipynb'): Promise<Lab> {
    await page.goto(`${this.url}/lab/workspaces/${workspace}/tree/${this.path}/${name}?reset`);
    await settled(page);
    const other = new Lab(page, this.path, this.url, this.models, this.home);
    await other.notebook(name).ready();
    await other.notebook(name).kernelThere();
    await other.panel.open();
    return other;
  }

  notebook(name = 'work.ipynb'): NotebookView {
    return new NotebookView(this.page, `${this.path}/${name}`);
  }

  /** Loads the page again, as it is left. */
  async reload(): Promise<void> {
    await this.page.reload();
    await settled(this.page);
  }

  /** Puts the page back to where the next test begins. */
  async leave(): Promise<void> {
    await this.page.evaluate(async () => {
      const app = (window as any).jupyterapp;
      const open = [...app.shell.widgets('main')].filter(candidate => candidate.context);
      await Promise.all(open.map(widget => widget.context.sessionContext.shutdown()));
      open.forEach(widget => widget.dispose());
      app.shell.collapseRight();
    });
    await this.configure({});
  }
}

/** A cell in an `.ipynb` file. */
export interface SavedCell {
  readonly id: string;
  readonly source: string | string[];
  readonly outputs: readonly { readonly output_type: string; readonly text?: string | string[] }[];
  readonly execution_count: number | null;
  readonly metadata: { readonly codeact?: object };
}

/** A page with galata's in-page helpers, loaded and empty. */
async function load(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/lab?reset`);
  await settled(page);
}

/**
 * Waits until a page stays as it is: its sidebars are as they were left, and what its address names is open.  JupyterLab
 * opens that last, and would bring it to the front of the next test.
 */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => Boolean((window as any).galata?.app));
  await page.evaluate(async () => void (await (window as any).jupyterapp.restored));
  await page.waitForFunction(() => !document.querySelector('#jupyterlab-splash, .jp-FileBrowser.jp-mod-restoring'));
}

/**
 * Galata's page, loaded once for all tests: each opens notebooks of its own in it.  Nothing is mocked: settings,
 * workspaces and kernels are the server's.
 */
export const test = base.extend<{ lab: Lab; ownLab: { lab: Lab; server: Server } }, { labPage: Page; models: Models }>({
  models: [
    async ({}, use) => {
      const models = new Models();
      await use(models);
      models.end();
    },
    { scope: 'worker' }
  ],
  labPage: [
    async ({ browser }, use, { project }) => {
      const baseURL = project.use.baseURL ?? '';
      const { page } = await galata.newPage({
        browser,
        autoGoto: false,
        baseURL,
        mockConfig: false,
        mockKernels: false,
        mockSessions: false,
        mockSettings: false,
        mockState: false,
        mockTerminals: false,
        mockUser: false,
        waitForApplication: async () => undefined
      });
      await load(page, baseURL);
      await page.setViewportSize(project.use.viewport ?? { width: 1280, height: 800 });
      await use(page);
      await page.context().close();
    },
    { scope: 'worker', timeout: 120_000 }
  ],
  lab: async ({ labPage, baseURL, models }, use, info) => {
    const lab = new Lab(labPage, `${info.testId}-${info.retry}`, baseURL ?? '', models);
    await use(lab);
    if (info.status !== info.expectedStatus) {
      await labPage.screenshot({ path: info.outputPath('page.png') });
      return; // the next test gets a page of its own
    }
    await lab.leave();
  },
  /** On a server of its own, which ends with the test. */
  ownLab: async ({ browser, models }, use, info) => {
    const server = new Server(newPlace(), Number(process.env.UI_TESTS_PORT) + 1);
    const page = await browser.newPage();
    const lab = new Lab(page, `${info.testId}-${info.retry}`, server.url, models, server.home);
    try {
      await server.start();
      await load(page, server.url);
      await use({ lab, server });
    } finally {
      await page.close();
      await server.kill();
      fs.rmSync(server.home, { recursive: true, force: true, maxRetries: 3 });
    }
  }
});

export { expect } from '@playwright/test';
