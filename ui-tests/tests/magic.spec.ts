import { Lab, act, expect, test, until } from './lab';
import type { NotebookView } from './notebook';

/** Opens a notebook with its kernel, and leaves the panel closed. */
async function openAlone(lab: Lab): Promise<NotebookView> {
  const notebook = lab.notebook();
  await lab.page.evaluate(
    async path => void (await (window as any).jupyterapp.commands.execute('docmanager:open', { path })),
    notebook.path
  );
  await notebook.ready();
  await notebook.kernelReady();
  return notebook;
}

async function runAll(lab: Lab): Promise<void> {
  await lab.page.evaluate(() => void (window as any).jupyterapp.commands.execute('notebook:run-all-cells'));
}

const LOAD = '%load_ext codeact_jupyter';

test("\"Run all\": the user's next cell runs first, then the agent's below the magic, in the panel's conversation", async ({
  lab
}) => {
  lab.writeNotebook([LOAD, '%%codeact\nAdd one to y.', 'y = 1']);
  await lab.script(act('Add one', 'y += 1\ny'), 'It is **2** now.');
  const notebook = await openAlone(lab);
  await runAll(lab);

  await notebook.expectAgentCells([{ source: 'y += 1\ny', outputs: ['text/plain 2'], running: false }]);
  const cells = await notebook.cells();
  expect(cells.map(cell => cell.source)).toEqual([LOAD, '%%codeact\nAdd one to y.', 'y += 1\ny', 'y = 1']);
  expect(cells.map(cell => cell.count)).toEqual([1, 2, 4, 3]);
  const shown = notebook.view.locator('.jp-Cell').nth(1).locator('.jp-OutputArea-output');
  await expect(shown.locator('strong')).toHaveText('2');
  await expect(shown).toContainText(/Answered in 2 steps\. \d+ s · \d+ tokens/);
  await expect(shown.getByRole('button')).toHaveCount(0);

  await lab.panel.open();
  await lab.panel.ended();
  await expect(lab.panel.words).toHaveText(['Add one to y.']);
  await expect(lab.panel.answers).toHaveText('It is 2 now.');
});

test('"Run all" with --wait: the agent\'s cells run before the user\'s next one', async ({ lab }) => {
  lab.writeNotebook([LOAD, '%%codeact --wait\nSet y.', 'y + 1']);
  await lab.script(act('Set', 'y = 41'), act('Look', 'y'), 'It is set.');
  const notebook = await openAlone(lab);
  await runAll(lab);

  await expect
    .poll(async () => (await notebook.cells()).map(cell => [cell.source, cell.outputs.join()]), { timeout: 30_000 })
    .toEqual([
      [LOAD, ''],
      ['%%codeact --wait\nSet y.', expect.stringContaining('It is set.')],
      ['y = 41', ''],
      ['y', 'text/plain 41'],
      ['y + 1', 'text/plain 42']
    ]);
});

for (const wait of ['', ' --wait']) {
  test(`the widget shows how it goes, opens the panel, and its Stop ends an endless loop${wait}`, async ({ lab }) => {
    lab.writeNotebook([LOAD, `%%codeact${wait}\nLoop.`, '6 * 7']);
    await lab.script(act('Loop', 'print("begun")\nwhile True: pass'));
    const notebook = await openAlone(lab);
    await runAll(lab);

    const widget = notebook.view.locator('.jp-Cell').nth(1).locator('.jp-OutputArea-output');
    await expect(widget).toContainText(/Step 1 of 30 · running · [1-9]\d* s · \d+ tokens/);
    await notebook.expectAgentCells([{ running: true, outputs: ['begun\n'] }]);

    await expect(lab.panel.root).toBeHidden();
    await widget.getByRole('button', { name: 'Open panel' }).click();
    await expect(lab.panel.words).toHaveText(['Loop.']);
    await expect(lab.panel.stop).toBeVisible();

    await widget.getByRole('button', { name: 'Stop' }).click();
    await expect(widget.first()).toContainText('Stopped. What ran until then is in the notebook');
    await notebook.expectAgentCells([{ running: false, outputs: ['begun\n', 'KeyboardInterrupt: '] }]);
    await lab.panel.ended();
    await expect(lab.panel.state).toHaveText('stopped');
    // a stopped run ends "Run all" where it was waited for
    const last = (await notebook.cells()).at(-1);
    expect(last?.outputs).toEqual(wait === '' ? ['text/plain 42'] : []);
  });
}

test('what cannot begin is told in the cell', async ({ lab }) => {
  lab.writeNotebook([LOAD, '%%codeact\nWait.', '%%codeact\nAnother.']);
  await lab.script(act('Wait', until('go')), 'Done.');
  const notebook = await openAlone(lab);
  await runAll(lab);

  await expect(notebook.view.getByText('A run goes on in this notebook')).toBeVisible();
  lab.letGo('go');
  await expect(notebook.view.getByText('Answered in 2 steps')).toBeVisible();
});
