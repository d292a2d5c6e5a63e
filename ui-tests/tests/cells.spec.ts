import { Lab, act, expect, test, until } from './lab';
import type { NotebookView } from './notebook';

/** Selects a cell as a user does who then uses the keyboard. */
async function select(notebook: NotebookView, index: number): Promise<void> {
  await notebook.ask(`(app.shell.activateById(widget.id),
    widget.content.activeCellIndex = ${index}, widget.content.mode = 'command', widget.content.activate(), null)`);
  await expect(notebook.view.locator('.jp-Cell').nth(index)).toHaveClass(/jp-mod-active/);
}

async function runCell(notebook: NotebookView, index: number): Promise<void> {
  await select(notebook, index);
  await notebook.ask('void app.commands.execute("notebook:run-cell")');
}

const cell = (notebook: NotebookView, index: number) => notebook.view.locator('.jp-Cell').nth(index);
const line = (notebook: NotebookView) => notebook.view.locator('.codeact-FoldLine-button');

async function shot(lab: Lab, name: string): Promise<void> {
  await lab.page.screenshot({ path: `test-results/shots/${name}.png` });
}

async function repaired(lab: Lab): Promise<NotebookView> {
  lab.writeNotebook(['x = 1']);
  await lab.script(
    act('Read a column', '{}["mass"]'),
    act('Read the right one', '{"mass_g": 2}["mass_g"]'),
    'It is 2.'
  );
  const notebook = await lab.open();
  await lab.panel.ask('Mean?');
  await lab.panel.ended();
  return notebook;
}

test('a failed attempt folds to one line that says its error, and opens by click and by Enter', async ({ lab }) => {
  const notebook = await repaired(lab);
  const failed = cell(notebook, 1);
  await expect(line(notebook)).toHaveText("Failed attempt: KeyError: 'mass'");
  await expect(line(notebook)).toHaveAttribute('aria-expanded', 'false');
  await expect(failed.locator('.jp-InputArea')).toBeHidden();
  await expect(failed.locator('.jp-OutputArea-output')).toBeHidden();
  await expect(cell(notebook, 2).locator('.jp-OutputArea-output')).toBeVisible();
  expect((await failed.boundingBox())?.height).toBeLessThan(45);
  await shot(lab, 'folded');

  await line(notebook).click();
  await expect(line(notebook)).toHaveAttribute('aria-expanded', 'true');
  await expect(failed.locator('.jp-InputArea')).toBeVisible();
  await shot(lab, 'opened');
  await line(notebook).press('Enter');
  await expect(failed.locator('.jp-InputArea')).toBeHidden();

  // Enter on the cell opens it and puts the cursor into it
  await select(notebook, 0);
  await lab.page.keyboard.press('ArrowDown');
  await lab.page.keyboard.press('Enter');
  await expect(failed.locator('.cm-content')).toBeFocused();
  await lab.page.keyboard.press('Escape');
  await expect(failed.locator('.jp-InputArea')).toBeVisible();

  // nothing of it is in the file but what the server says of the cell
  await notebook.save();
  const saved = lab.saved()[1].metadata as { codeact?: { fold?: string }; jupyter?: object };
  expect([saved.codeact?.fold, saved.jupyter]).toEqual(["KeyError: 'mass'", undefined]);
  await lab.reload();
  await notebook.ready();
  await expect(line(notebook)).toHaveText("Failed attempt: KeyError: 'mass'");
  await expect(failed.locator('.jp-InputArea')).toBeHidden();
});

for (const windowing of ['contentVisibility', 'full', 'none']) {
  test(`what the user looks at stays in its place when a cell above it folds (${windowing})`, async ({ lab }) => {
    lab.writeNotebook(Array.from({ length: 30 }, (_, index) => `# ${index}\n${'1\n'.repeat(8)}`));
    const notebook = await lab.open();
    await notebook.ask(
      `(widget.content.notebookConfig = { ...widget.content.notebookConfig, windowingMode: '${windowing}' }, null)`
    );
    const top = (index: number): Promise<number> =>
      notebook.ask(`widget.content.widgets[${index}].node.getBoundingClientRect().top`);
    const mark = (more: string): Promise<unknown> =>
      notebook.ask(`(context.model.sharedModel.cells[4].setMetadata('codeact', { run: 'r', step: 1${more} }), null)`);
    await mark('');
    for (const active of [5, 0]) {
      await select(notebook, active);
      await notebook.ask('(widget.content.widgets[5].node.scrollIntoView({ block: "center" }), null)');
      await lab.page.waitForTimeout(500);
      const before = await top(5);
      await mark(', fold: "KeyError"');
      await expect(line(notebook)).toHaveCount(1);
      await lab.page.waitForTimeout(500);
      expect(Math.abs((await top(5)) - before)).toBeLessThan(3);
      await mark('');
      await expect(line(notebook)).toHaveCount(0);
    }
  });
}

test('a cell that the user edits is not folded under their hands', async ({ lab }) => {
  lab.writeNotebook(['a = 1', 'b = 2']);
  const notebook = await lab.open();
  await notebook.edit(0);
  await notebook.ask(
    `(context.model.sharedModel.cells[0].setMetadata('codeact', { run: 'r', step: 1, fold: 'E' }), null)`
  );
  await expect(line(notebook)).toHaveAttribute('aria-expanded', 'true');
  await lab.page.keyboard.type('0');
  expect((await notebook.cells())[0].source).toBe('a = 10');
});

test('a scratch cell is one line while it runs, and gone with the run', async ({ lab }) => {
  lab.writeNotebook(['x = 6']);
  await lab.script(`I look.\n<execute scratch>\n# the folder\n${until('go')}\n</execute>`, act('Say', 'x'), 'Done.');
  const notebook = await lab.open();
  await lab.panel.ask('Look');
  await expect(line(notebook)).toHaveText('Scratch: the folder');
  await expect(lab.panel.root.locator('.codeact-Step-note')).toHaveText('scratch');
  await shot(lab, 'scratch');
  lab.letGo('go');
  await lab.panel.ended();
  await expect(line(notebook)).toHaveCount(0);
  await notebook.expectAgentCells([{ source: 'x' }]);
  await lab.panel.unfold();
  await expect(lab.panel.root.locator('.codeact-Step-note')).toHaveText('scratch, taken out');
});

test("an error of the user's is mended in its own cell, by the button below it", async ({ lab }) => {
  lab.writeNotebook(['total = 2', 'print(totl)', '# below']);
  await lab.script('The name is misspelt.\n<execute cell="user-2">\nprint(total)\n</execute>', 'It was misspelt.');
  const notebook = await lab.open();
  await runCell(notebook, 0);
  await runCell(notebook, 1);
  const fix = cell(notebook, 1).getByRole('button', { name: 'Fix this error' });
  await expect(fix).toBeVisible();
  await expect(notebook.view.getByRole('button', { name: 'Fix this error' })).toHaveCount(1);
  await shot(lab, 'fix-this-error');
  await fix.focus();
  await lab.page.keyboard.press('Enter');
  await lab.panel.ended();
  await expect(cell(notebook, 1)).toBeFocused();

  await expect(lab.panel.words).toHaveText("Fix this error in cell [2]: NameError: name 'totl' is not defined");
  const cells = await notebook.cells();
  expect(cells.map(({ id, source }) => [id, source])).toEqual([
    ['user-1', 'total = 2'],
    ['user-2', 'print(total)'],
    ['user-3', '# below']
  ]);
  expect(cells[1].outputs).toEqual(['2\n']);
  await expect(fix).toHaveCount(0);
  await lab.panel.unfold();
  await expect(lab.panel.root.locator('.codeact-Step-note')).toHaveText('rewrote [3]');
});

test('selected cells go along with a request as chips that can be taken away', async ({ lab }) => {
  lab.writeNotebook(['a = 1', '# the second', 'c = 3']);
  await lab.script('They are three.');
  const notebook = await lab.open();
  await runCell(notebook, 0);
  await expect.poll(async () => (await notebook.cells())[0].count).toBe(1);
  await select(notebook, 0);
  await lab.page.keyboard.press('Shift+ArrowDown');
  await lab.page.keyboard.press('Shift+ArrowDown');
  await lab.page.keyboard.press('Shift+Q');
  const chips = lab.panel.root.locator('.codeact-Chip');
  await expect(chips).toHaveText([/^cell \[1\]/, /^cell “the second”/, /^cell “c = 3”/]);
  await expect(lab.panel.composer).toBeFocused();
  await shot(lab, 'chips');

  await lab.page.keyboard.press('Backspace');
  await expect(chips).toHaveCount(2);
  await lab.page.keyboard.press('Shift+Tab');
  await lab.page.keyboard.press('Enter');
  await expect(chips).toHaveText([/^cell \[1\]/]);
  await expect(lab.panel.composer).toBeFocused();
  await lab.panel.ask('What is this?');
  await lab.panel.ended();
  await expect(chips).toHaveCount(0);
  expect(await cellsOfLastRun(lab)).toEqual(['user-1']);
});

/** The cells that the newest run is about, as the server has recorded it. */
async function cellsOfLastRun(lab: Lab): Promise<string[]> {
  return lab.page.evaluate(async url => {
    const { runs } = await (await fetch(`${url}/codeact/api/runs?limit=1`)).json();
    const { events } = await (await fetch(`${url}/codeact/api/run?run=${runs[0].run}`)).json();
    return events[0].event.cells;
  }, lab.url);
}

test('a cell says why it is here, in this conversation, an earlier one, and when nothing is known', async ({ lab }) => {
  const notebook = await repaired(lab);
  await select(notebook, 2);
  await lab.page.keyboard.press('Shift+W');
  const step = lab.panel.steps.nth(1);
  await expect(step).toBeFocused();
  await expect(step).toContainText('Read the right one');
  await expect(lab.panel.words).toHaveText('Mean?');
  await shot(lab, 'why');
  await lab.page.keyboard.press('Control+Shift+A');
  await expect(cell(notebook, 2)).toBeFocused();
  await lab.page.keyboard.press('Control+Shift+A');

  await lab.page.evaluate(() => (window as any).jupyterapp.commands.execute('codeact:new-conversation'));
  await expect(lab.panel.runs).toHaveCount(0);
  await select(notebook, 1);
  await cell(notebook, 1).click({ button: 'right' });
  await lab.page.getByRole('menuitem', { name: 'Why Is This Cell Here?' }).click();
  const record = lab.panel.root.locator('.codeact-Record');
  await expect(record).toContainText('From an earlier conversation about work.ipynb');
  await expect(record.locator('button.codeact-Step').first()).toBeFocused();
  await expect(record.locator('.codeact-Words')).toHaveText('Mean?');
  await shot(lab, 'record');
  await lab.panel.button('Back').click();
  await expect(lab.panel.composer).toBeFocused();

  await notebook.ask(`(context.model.sharedModel.cells[0].setMetadata('codeact', { run: 'nobody', step: 1 }), null)`);
  await select(notebook, 0);
  await lab.page.keyboard.press('Shift+W');
  await expect(record).toContainText('of which nothing is recorded here');
  await lab.page.keyboard.press('Escape');
  await expect(lab.panel.composer).toBeFocused();
});

const PREPARED = `import os, sys, zipfile
os.environ.update(PIP_NO_INDEX="1", PIP_FIND_LINKS=os.getcwd(), PIP_TARGET=os.path.join(os.getcwd(), "site"))
sys.path.insert(0, "site")
info = "codeact_sample-1.0.dist-info"
with zipfile.ZipFile("codeact_sample-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("codeact_sample.py", "answer = 42")
    wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: codeact-sample\\nVersion: 1.0\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", "")`;

test('a missing module is installed after a question that names the package, and the same is asked again', async ({
  lab
}) => {
  test.setTimeout(120_000);
  lab.writeNotebook([PREPARED, '# here']);
  await lab.script(
    act('Use the sample', 'import codeact_sample'),
    'It is not installed.',
    act('Use the sample', 'import codeact_sample\ncodeact_sample.answer'),
    'It is 42.'
  );
  const notebook = await lab.open();
  await runCell(notebook, 0);
  await expect.poll(async () => (await notebook.cells())[0].count).toBe(1);
  await select(notebook, 1);
  await lab.panel.ask('What is the answer?');
  await lab.panel.ended();
  const offer = lab.panel.root.locator('.codeact-Onward').getByRole('button', { name: 'Install codeact_sample' });
  await expect(cell(notebook, 2).getByRole('button', { name: 'Install codeact_sample' })).toBeVisible();
  await offer.focus();
  await lab.page.keyboard.press('Enter');
  const question = lab.panel.root.getByRole('group', { name: 'Run %pip install codeact-sample?' });
  await expect(question.getByRole('button', { name: 'Install' })).toBeFocused();
  await shot(lab, 'install');
  await lab.page.keyboard.press('Escape');
  await expect(offer).toBeFocused();
  await lab.page.keyboard.press('Enter');
  await expect(question.getByRole('button', { name: 'Install' })).toBeFocused();
  await lab.page.keyboard.press('Enter');
  await lab.panel.ended(2, 60_000);
  await expect(lab.panel.answers.last()).toContainText('is installed');
  await lab.panel.root.getByRole('button', { name: 'Ask again', exact: true }).click();
  await lab.panel.ended(3);
  await expect(lab.panel.answers.last()).toHaveText('It is 42.');
  await expect(lab.panel.words).toHaveText(['What is the answer?', 'Install codeact-sample', 'What is the answer?']);
});

for (const theme of ['JupyterLab Light', 'JupyterLab Dark']) {
  test(`cells and list in ${theme}`, async ({ lab }) => {
    await lab.page.evaluate(
      name => (window as any).jupyterapp.commands.execute('apputils:change-theme', { theme: name }),
      theme
    );
    lab.writeNotebook(['x = 1', 'import nothing_like_it']);
    await lab.script(act('Read a column', '{}["mass"]'), act('Read the right one', '2'), 'It is 2.', 'Nothing.');
    const notebook = await lab.open();
    await select(notebook, 0);
    await lab.panel.ask('Mean?');
    await lab.panel.ended();
    await runCell(notebook, 3);
    await cell(notebook, 3).getByRole('button', { name: 'Install nothing_like_it' }).click();
    await expect(cell(notebook, 3).getByRole('group', { name: 'Run %pip install nothing-like-it?' })).toBeVisible();
    await lab.panel.unfold();
    await lab.page.keyboard.press('Tab');
    await shot(lab, `cells ${theme}`);
    await lab.page.evaluate(() => (window as any).jupyterapp.commands.execute('codeact:list-runs'));
    await expect(lab.panel.root.locator('.codeact-Entry').first()).toContainText('Mean?');
    await shot(lab, `runs ${theme}`);
    await lab.panel.button('Back').click();
    await lab.page.evaluate(() =>
      (window as any).jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' })
    );
  });
}
