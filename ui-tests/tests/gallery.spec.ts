/**
 * The cells of `gallery.ipynb`, run by JupyterLab and run by the agent: the same is shown, and the same is saved.
 */

import * as fs from 'fs';
import * as path from 'path';

import { Lab, SavedCell, act, expect, test } from './lab';
import type { NotebookView } from './notebook';

interface GalleryCell {
  readonly id: string;
  readonly source: string;
}

/** A cell with what is shown below it, piece by piece, and what is saved of that. */
interface Shown {
  readonly cell: string;
  readonly shown: readonly string[];
  readonly saved: readonly unknown[];
}

/** Each begins with this cell: a later one goes on from what an earlier one has shown, and the last has only failures. */
const RUNS = ['first', 'widgets', 'second-run', 'error'];

/** What a thread puts out last, after its cell has ended. */
const LATE = 'late display';

function gallery(): GalleryCell[] {
  const { cells } = JSON.parse(fs.readFileSync(path.join(__dirname, '..', 'gallery.ipynb'), 'utf-8'));
  return cells.map(({ id, source }: SavedCell) => ({ id, source: [source].flat().join('') }));
}

/** Without what differs from one run of a cell to the next. */
function steady(text: string): string {
  return text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replace(/\b[0-9a-f]{32}\b/g, 'UUID')
    .replace(/\b(altair-viz-|MJX-\S*?-)[0-9a-f]+/g, '$1ID')
    .replace(/\b0x[0-9a-f]+/g, '0xADDRESS')
    .replace(/ipykernel_\d+\/\d+/g, 'ipykernel')
    .replace(/\d\d:\d\d<(\d\d:\d\d|\?),\s*(\?|[\d.]+)\s?(it\/s|s\/it)/g, 'TIMES')
    .replace(/-?\d:\d\d:\d\d|-:--:--/g, 'TIME');
}

function steadied(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, item) =>
      name === 'execution_count' ? null : typeof item === 'string' ? steady(item) : item
    )
  );
}

/** What stands below each code cell of a notebook, in the page and in the file. */
async function shownIn(lab: Lab, notebook: NotebookView, name: string, names: readonly string[]): Promise<Shown[]> {
  const texts = await notebook.ask<string[][]>(`widget.content.widgets.map(cell =>
    [...cell.outputArea.node.children].map(child => {
      const output = child.querySelector(':scope > .jp-OutputArea-output') ?? child;
      return (output.querySelector('iframe')?.contentDocument?.body ?? output).textContent;
    }))`);
  const saved = lab.saved(name);
  return saved.map((cell, at) => ({
    cell: names[at] ?? cell.id,
    shown: (texts[at] ?? []).map(steady),
    saved: cell.outputs.map(steadied)
  }));
}

/** Waits until nothing changes any more. */
async function settled(lab: Lab, notebook: NotebookView, name: string, names: readonly string[]): Promise<Shown[]> {
  let last = '';
  for (;;) {
    await lab.page.waitForTimeout(2000); // what the run had saved is in the file
    if (await notebook.isDirty()) {
      await notebook.save();
    }
    const now = await shownIn(lab, notebook, name, names);
    if (JSON.stringify(now) === last) {
      return now;
    }
    last = JSON.stringify(now);
  }
}

async function late(notebook: NotebookView): Promise<void> {
  const shown = `widget.content.widgets.some(cell => cell.outputArea.node.textContent.includes('${LATE}'))`;
  await expect.poll(() => notebook.ask(shown), { timeout: 20_000 }).toBe(true);
}

async function runByLab(lab: Lab, cells: readonly GalleryCell[]): Promise<Shown[]> {
  lab.writeNotebook(
    cells.map(cell => cell.source),
    'lab.ipynb'
  );
  const notebook = await lab.open('lab.ipynb');
  for (const part of runsOf(cells)) {
    const [from, to] = [cells.indexOf(part[0]), cells.indexOf(part[part.length - 1])];
    await notebook.ask(`(async () => {
      for (let at = ${from}; at <= ${to}; at += 1) {
        widget.content.activeCellIndex = at;
        await app.commands.execute('notebook:run-cell');
      }
    })()`);
    await expect.poll(async () => (await notebook.cells())[to].running, { timeout: 60_000 }).toBe(false);
    await (part.some(cell => cell.id === 'late-thread') ? late(notebook) : undefined);
  }
  return settled(
    lab,
    notebook,
    'lab.ipynb',
    cells.map(cell => cell.id)
  );
}

async function runByAgent(lab: Lab, cells: readonly GalleryCell[]): Promise<Shown[]> {
  lab.writeNotebook([''], 'agent.ipynb');
  const parts = runsOf(cells);
  await lab.script(...parts.flatMap(part => [...part.map(cell => act(cell.id, cell.source)), 'Done.']));
  await lab.configure({ ...lab.settings, approval: 'auto' }); // some cells hold scripts, which ask
  const notebook = await lab.open('agent.ipynb');
  for (const [at, part] of parts.entries()) {
    await lab.panel.ask(`Run part ${at + 1}`);
    await lab.panel.ended(at + 1, 120_000);
    await (part.some(cell => cell.id === 'late-thread') ? late(notebook) : undefined);
  }
  return settled(
    lab,
    notebook,
    'agent.ipynb',
    cells.map(cell => cell.id)
  );
}

function runsOf(cells: readonly GalleryCell[]): GalleryCell[][] {
  const starts = RUNS.map(id => cells.findIndex(cell => cell.id === id));
  return starts.map((start, at) => cells.slice(start, starts[at + 1] ?? cells.length));
}

test('each cell of the gallery shows and saves the same, whether JupyterLab runs it or the agent', async ({ lab }) => {
  test.setTimeout(400_000);
  const cells = gallery();
  const byAgent = await runByAgent(lab, cells); // first: nothing of the widgets is loaded yet
  const byLab = await runByLab(lab, cells);
  if (process.env.GALLERY_OUT) {
    fs.writeFileSync(process.env.GALLERY_OUT, JSON.stringify({ byLab, byAgent }, null, 1));
  }
  for (const [at, expected] of byLab.entries()) {
    expect.soft(byAgent[at], expected.cell).toEqual(expected);
  }
  expect(byAgent.length).toBe(byLab.length);
});
