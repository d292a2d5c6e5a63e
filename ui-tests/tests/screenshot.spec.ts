/** The pictures of the docs, from real runs: `make tour`, or `jlpm test --grep @screenshot`. */

import * as fs from 'fs';
import * as path from 'path';

import type { Locator } from '@playwright/test';

import { Endpoint } from './endpoint';
import { Lab, expect, test as base, until, act } from './lab';
import type { NotebookView } from './notebook';

const HERE = path.join(__dirname, '..', '..');
const IMAGES = path.join(HERE, 'docs', 'images');
/** Of the cells that the question leads to. */
const FAILED = 1;
const QUESTION = 'What is the average mean radius by planet? Plot it as a bar chart.';

/** In a folder whose name may be seen, with the table of the examples in it. */
const test = base.extend<{ moons: Lab }>({
  moons: async ({ lab }, use) => {
    const moons = new Lab(lab.page, 'moons', lab.url, lab.models, lab.home);
    fs.copyFileSync(path.join(HERE, 'examples', 'moons.csv'), moons.file('moons.csv'));
    await lab.page.setViewportSize({ width: 1400, height: 900 });
    await use(moons);
    await theme(moons, 'Light');
  }
});

async function theme(lab: Lab, name: 'Light' | 'Dark'): Promise<void> {
  await lab.page.evaluate(
    wanted => (window as any).jupyterapp.commands.execute('apputils:change-theme', { theme: wanted }),
    `JupyterLab ${name}`
  );
  await lab.page.waitForFunction(dark => document.body.dataset.jpThemeLight === String(!dark), name === 'Dark');
}

/** Nothing but the notebook and the panel, which is drawn wider by the mouse. */
async function arrange(lab: Lab, panelWidth: number): Promise<void> {
  await lab.page.evaluate(() => {
    const app = (window as any).jupyterapp;
    app.shell.collapseLeft();
    for (const widget of [...app.shell.widgets('main')].filter(candidate => candidate.context === undefined)) {
      widget.dispose();
    }
  });
  const box = await lab.panel.root.boundingBox();
  if (box !== null) {
    const edge = box.x - 2;
    await lab.page.mouse.move(edge, 450);
    await lab.page.mouse.down();
    await lab.page.mouse.move(edge + box.width - panelWidth, 450, { steps: 5 });
    await lab.page.mouse.up();
    await lab.page.mouse.move(2, 450);
  }
}

/** Scrolls to a cell; twice, since cells get their height when they come into view. */
async function scrollTo(notebook: NotebookView, index: number): Promise<void> {
  for (let times = 0; times < 2; times++) {
    await notebook.ask(`widget.content.widgets[${index}].node.scrollIntoView({ block: "start" })`);
    await notebook.page.waitForTimeout(500);
  }
}

/** Takes the picture of the page, or of a part of it. */
async function shoot(lab: Lab, name: string, part?: Locator, height?: number): Promise<void> {
  await lab.page.waitForTimeout(300); // what fades in has come
  const file = path.join(IMAGES, `${name}.png`);
  const box = await part?.boundingBox();
  const clip = box ? { ...box, height: Math.min(box.height, height ?? box.height) } : undefined;
  await lab.page.screenshot({ path: file, clip, animations: 'disabled' });
  expect(fs.statSync(file).size).toBeLessThan(200_000);
}

test('the panel, light and dark, and a folded attempt @screenshot', async ({ moons: lab }) => {
  lab.writeNotebook([''], 'moons.ipynb');
  const notebook = await lab.open('moons.ipynb');
  await arrange(lab, 430);
  await lab.panel.ask(QUESTION);
  await lab.panel.ended(1, 60_000);
  await lab.panel.unfold();
  await expect(lab.panel.marks.first()).toBeVisible();
  await lab.panel.root.locator('.codeact-Log').evaluate(log => (log.scrollTop = 0));
  await scrollTo(notebook, FAILED);
  await shoot(lab, 'panel');

  await theme(lab, 'Dark');
  await scrollTo(notebook, FAILED);
  await shoot(lab, 'panel-dark');

  await theme(lab, 'Light');
  await scrollTo(notebook, FAILED);
  await shoot(lab, 'folded', notebook.view.locator('.jp-WindowedPanel-outer'), 330);
});

test('where a model is connected @screenshot', async ({ moons: lab }) => {
  const endpoint = new Endpoint({ models: ['large-24b', 'small-4b'] }, []);
  await endpoint.start(8000).catch(() => endpoint.start());
  await lab.page.setViewportSize({ width: 1400, height: 1250 });
  lab.writeNotebook([''], 'moons.ipynb');
  await lab.open('moons.ipynb');
  await arrange(lab, 430);
  await lab.panel.root
    .getByRole('button', { name: 'Connect a model' })
    .or(lab.panel.button('connect a model'))
    .last()
    .click();
  const view = lab.page.locator('.codeact-Connect');
  await view.getByRole('radio', { name: 'Other (URL)' }).check();
  await view.getByLabel('Address (base URL)').fill(endpoint.url);
  await view.getByRole('combobox', { name: 'Model' }).fill('large-24b');
  await view.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(view.locator('.codeact-Verdict')).toBeVisible();
  await view.locator('.codeact-Verdict').scrollIntoViewIfNeeded();
  await shoot(lab, 'connect', lab.panel.root);
  endpoint.close();
  await view.getByRole('button', { name: 'Back' }).click();
});

test('the list of runs @screenshot', async ({ moons: lab }) => {
  lab.writeNotebook([''], 'periods.ipynb');
  await lab.open('periods.ipynb');
  await arrange(lab, 430);
  await lab.panel.ask('What is the average period by planet?');
  await lab.panel.ended(1, 60_000);
  await lab.panel.ask('And the median? As a bar chart.');
  await lab.panel.ended(2, 60_000);
  lab.writeNotebook([''], 'distances.ipynb');
  await lab.open('distances.ipynb');
  await lab.panel.ask('Is distance correlated with period? Show a scatter plot.');
  await lab.panel.ended(1, 60_000);
  lab.writeNotebook([''], 'orbits.ipynb');
  await lab.script(act('Follow the orbits for a million years', until('go')));
  const notebook = await lab.open('orbits.ipynb');
  await lab.panel.ask('Simulate the orbits of the four largest moons.');
  await notebook.expectAgentCells([{ running: true }]);
  await lab.page.evaluate(() => (window as any).jupyterapp.commands.execute('codeact:list-runs'));
  await expect(lab.panel.root.locator('.codeact-Entry')).not.toHaveCount(0);
  await shoot(lab, 'runs', lab.panel.root, 520);
  await lab.page.evaluate(() => (window as any).jupyterapp.commands.execute('codeact:stop-run'));
  await lab.panel.button('Back').click();
  await lab.panel.ended();
});

test('%%codeact in a cell @screenshot', async ({ moons: lab }) => {
  const cells = ['%load_ext codeact_jupyter', '%%codeact\nWhat is the average period by planet?'];
  lab.writeNotebook(cells, 'magic.ipynb');
  const notebook = await lab.open('magic.ipynb');
  await arrange(lab, 430);
  await notebook.ask('void app.commands.execute("notebook:run-all-cells")');
  await expect(notebook.view.getByText(/Answered in \d+ steps/)).toBeVisible({ timeout: 60_000 });
  await notebook.ask('(widget.content.activeCellIndex = 1, null)');
  await scrollTo(notebook, 0);
  await shoot(lab, 'magic', notebook.view.locator('.jp-WindowedPanel-outer'), 620);
});

test('%%codeact while its run goes on @screenshot', async ({ moons: lab }) => {
  lab.writeNotebook(
    ['%load_ext codeact_jupyter', '%%codeact\nSimulate sixty days of the four largest moons.', '6 * 7'],
    'sixty-days.ipynb'
  );
  await lab.script(act('I simulate it', 'import time\n\nfor day in range(60):\n    time.sleep(1)'));
  const notebook = await lab.open('sixty-days.ipynb');
  await arrange(lab, 430);
  await notebook.ask('void app.commands.execute("notebook:run-all-cells")');
  await notebook.expectAgentCells([{ running: true }]);
  await expect(notebook.view.getByText(/Step 1 of \d+ · running/)).toBeVisible();
  await scrollTo(notebook, 0);
  await shoot(lab, 'magic-running', notebook.view.locator('.jp-WindowedPanel-outer'), 330);
  await lab.panel.stop.click();
  await lab.panel.ended();
});

test('all pictures together are small @screenshot', () => {
  const sizes = fs.readdirSync(IMAGES).map(name => fs.statSync(path.join(IMAGES, name)).size);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_500_000);
});
