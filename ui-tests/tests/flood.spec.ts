import * as fs from 'fs';

import { Lab, act, expect, test } from './lab';
import type { NotebookView } from './notebook';
import { place } from './place';
import { memoryOf } from './server';

const MEGABYTE = 2 ** 20;

/** 100 MB in lines of 100 characters. */
const LINES = 'line = "x" * 99\nfor _ in range(1_048_576):\n    print(line)';

/** The most memory that the server holds until `stop`. */
function watchMemory(): { readonly begun: number; stop: () => number } {
  const begun = memoryOf(place());
  let most = begun;
  const timer = setInterval(() => (most = Math.max(most, memoryOf(place()))), 100);
  return {
    begun,
    stop: () => {
      clearInterval(timer);
      return Math.max(most, memoryOf(place())) - begun;
    }
  };
}

/** Milliseconds until a key that was pressed in a cell stands in it: until the frame after. */
async function echo(lab: Lab, notebook: NotebookView): Promise<number> {
  const before = (await notebook.cells())[0].source.length;
  const shown = lab.page.evaluate(async length => {
    const line = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell .cm-content');
    let begun = 0;
    document.addEventListener('keydown', () => (begun = performance.now()), { capture: true, once: true });
    while ((line?.textContent?.length ?? 0) <= length) {
      await new Promise(resolve => requestAnimationFrame(resolve));
    }
    return performance.now() - begun;
  }, before);
  const begun = Date.now();
  await lab.page.keyboard.press('y');
  await shown;
  return Date.now() - begun;
}

/** The words for what was not kept, which stand before the end of it. */
const leftOut = async (notebook: NotebookView): Promise<string> =>
  (await notebook.agentCells())[0].outputs.at(-2) ?? '';

test('while 100 MB of lines are printed the user can type, and server and file stay small', async ({ lab }) => {
  test.setTimeout(180_000);
  lab.writeNotebook(['']);
  await lab.script(act('Print 100 MB', LINES), 'Done.');
  const notebook = await lab.open();
  await notebook.ask('context.model.sharedModel.insertCell(0, { cell_type: "code", source: "" })');
  await notebook.edit(0);
  await notebook.ask('(widget.content.activeCellIndex = 1, null)');
  const memory = watchMemory();
  await lab.panel.ask('Flood');
  await notebook.expectAgentCells([{ running: true }]);
  await notebook.edit(0);
  const echoes: number[] = [];
  while (echoes.length < 40 && (await notebook.agentCells())[0].running) {
    echoes.push(await echo(lab, notebook));
    await lab.page.waitForTimeout(200);
  }
  await lab.panel.ended(1, 120_000);
  const grown = memory.stop();
  await expect.poll(() => notebook.isDirty()).toBe(false);
  const size = fs.statSync(lab.file('work.ipynb')).size;
  const sorted = [...echoes].sort((one, other) => one - other);
  console.log(
    `echo ms: median ${sorted[Math.floor(sorted.length / 2)]}, most ${sorted.at(-1)}, of ${sorted.length};` +
      ` server +${grown.toFixed(0)} MB; file ${(size / MEGABYTE).toFixed(2)} MB; ${(await leftOut(notebook)).trim()}`
  );
  expect(echoes.length).toBeGreaterThan(0);
  expect(sorted.at(-1)).toBeLessThan(500);
  expect(grown).toBeLessThan(300);
  expect(size).toBeLessThan(5 * MEGABYTE);
  expect(await leftOut(notebook)).toMatch(/more of output was not kept/);
});

test('one print of 100 MB ends, and the cell says how much was left out', async ({ lab }) => {
  test.setTimeout(180_000);
  lab.writeNotebook(['']);
  await lab.script(act('Print 100 MB at once', 'print("x" * 100 * 2**20)'), 'Done.');
  const notebook = await lab.open();
  const memory = watchMemory();
  const begun = Date.now();
  await lab.panel.ask('Flood');
  await lab.panel.ended(1, 120_000);
  await expect.poll(() => notebook.isDirty()).toBe(false);
  const size = fs.statSync(lab.file('work.ipynb')).size;
  console.log(
    `one print: ${((Date.now() - begun) / 1000).toFixed(1)} s; server +${memory.stop().toFixed(0)} MB;` +
      ` file ${(size / MEGABYTE).toFixed(2)} MB; ${(await leftOut(notebook)).trim()}`
  );
  expect(size).toBeLessThan(5 * MEGABYTE);
  expect(await leftOut(notebook)).toMatch(/more of output was not kept/);
});
