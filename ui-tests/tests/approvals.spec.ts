import * as fs from 'fs';

import { Endpoint } from './endpoint';
import { Lab, act, expect, test, until } from './lab';
import type { NotebookView } from './notebook';

const SHOTS = 'test-results/shots';
const WRITE = 'open("out.txt", "w").write("as proposed")';

const card = (lab: Lab) => lab.panel.root.locator('.codeact-Approval');
const bar = (notebook: NotebookView) => notebook.view.locator('.codeact-Approval-cell');
const waiting = (notebook: NotebookView) => notebook.view.locator('.jp-Cell.codeact-mod-waiting');
const cell = (notebook: NotebookView, index: number) => notebook.view.locator('.jp-Cell').nth(index);

/** Waits for the question, and until keys are taken for an answer to it. */
async function question(lab: Lab): Promise<void> {
  await expect(card(lab)).toBeVisible();
  await lab.page.waitForTimeout(600);
}

async function theme(lab: Lab, name: 'Light' | 'Dark'): Promise<void> {
  await lab.page.evaluate(
    wanted => (window as any).jupyterapp.commands.execute('apputils:change-theme', { theme: wanted }),
    `JupyterLab ${name}`
  );
  await lab.page.waitForFunction(dark => document.body.dataset.jpThemeLight === String(!dark), name === 'Dark');
}

async function select(notebook: NotebookView, index: number): Promise<void> {
  await notebook.ask(`(app.shell.activateById(widget.id),
    widget.content.activeCellIndex = ${index}, widget.content.mode = 'command', widget.content.activate(), null)`);
  await expect(cell(notebook, index)).toHaveClass(/jp-mod-active/);
}

/** Asks for something that writes a file, up to the question. */
async function asked(lab: Lab, mode = 'risky', code = WRITE, ...then: string[]): Promise<NotebookView> {
  lab.writeNotebook(['x = 1', '']);
  await lab.script(act('Save it', code), ...then, 'Saved.');
  await lab.configure({ ...lab.settings, approval: mode });
  const notebook = await lab.open();
  await lab.panel.ask('Save it');
  await question(lab);
  return notebook;
}

test('an action that asks stands in the panel and at its cell, and Enter runs it', async ({ lab }) => {
  const notebook = await asked(lab);
  await expect(card(lab).locator('h3')).toHaveText(/^Run this\? It .*file/);
  await expect(card(lab).locator('.codeact-Approval-code')).toHaveText(WRITE);
  await expect(card(lab).locator('.codeact-Approval-code span').first()).toBeVisible(); // coloured
  await expect(lab.panel.state).toHaveText('waits for you');
  await expect(waiting(notebook)).toHaveCount(1);
  await expect(bar(notebook)).toContainText('writes or deletes files');
  await expect(bar(notebook)).toContainText('edit the cell to change it');
  await expect(lab.panel.root.getByRole('alert').first()).toContainText('Run this?');
  expect(fs.existsSync(lab.file('out.txt'))).toBe(false);

  for (const name of ['Dark', 'Light'] as const) {
    await theme(lab, name);
    await lab.page.waitForTimeout(300);
    await lab.page.screenshot({ path: `${SHOTS}/approval-${name.toLowerCase()}.png` });
  }

  // who asked is in the empty composer: the focus came to the card
  await expect(card(lab).getByRole('button', { name: 'Run' })).toBeFocused();
  await lab.page.keyboard.press('Enter');
  await lab.panel.ended();
  expect(fs.readFileSync(lab.file('out.txt'), 'utf-8')).toBe('as proposed');
  await expect(card(lab)).toHaveCount(0);
  await expect(bar(notebook)).toHaveCount(0);
  await expect(lab.panel.composer).toBeFocused();
});

for (const place of ['panel', 'cell']) {
  test(`what the user makes of it in its cell is what is shown and what runs, by the ${place}`, async ({ lab }) => {
    const notebook = await asked(lab);
    await lab.page.keyboard.press('e');
    await expect(waiting(notebook).locator('.cm-content')).toBeFocused();
    await lab.page.keyboard.press('Control+A');
    await lab.page.keyboard.type('open("out.txt", "w").write("as edited")');
    await expect(card(lab).locator('.codeact-Approval-code')).toHaveText('open("out.txt", "w").write("as edited")');
    expect(fs.existsSync(lab.file('out.txt'))).toBe(false);
    await (place === 'cell' ? bar(notebook) : card(lab)).getByRole('button', { name: 'Run' }).click();
    await lab.panel.ended();
    expect(fs.readFileSync(lab.file('out.txt'), 'utf-8')).toBe('as edited');
    await notebook.expectAgentCells([{ source: 'open("out.txt", "w").write("as edited")', count: 1 }]);
    await lab.panel.unfold();
    await expect(lab.panel.root.locator('.codeact-Step-note')).toHaveText('edited by you');
  });
}

test('a denial takes a word to the model, and its cell goes', async ({ lab }) => {
  const endpoint = await new Endpoint({}, [{ code: WRITE }, 'Then not.']).start();
  try {
    lab.writeNotebook();
    await lab.configure({ model: 'm', base_url: endpoint.url });
    const notebook = await lab.open();
    await lab.panel.ask('Save it');
    await question(lab);
    await lab.page.keyboard.press('d');
    await expect(card(lab).getByPlaceholder('Say what to do instead')).toBeFocused();
    await lab.page.keyboard.type('print it, do not delete'); // e and d are words here
    await lab.page.screenshot({ path: `${SHOTS}/approval-deny.png` });
    await lab.page.keyboard.press('Enter');
    await lab.panel.ended();
    expect(JSON.stringify(endpoint.asked.at(-1)?.body.messages)).toContain('print it, do not delete');
    expect(fs.existsSync(lab.file('out.txt'))).toBe(false);
    await lab.panel.unfold();
    await expect(lab.panel.root.locator('.codeact-Step-note')).toHaveText(
      'not run: denied (“print it, do not delete”)'
    );
    expect(await notebook.agentCells()).toEqual([]);
  } finally {
    endpoint.close();
  }
});

test('a class that is allowed for the run is not asked about again in it, but in the next', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script(
    act('One', 'open("1.txt", "w").write("1")'),
    act('Two', 'open("2.txt", "w").write("2")'),
    'Both are there.',
    act('Three', 'open("3.txt", "w").write("3")'),
    'All.'
  );
  await lab.open();
  await lab.panel.ask('Two files');
  await question(lab);
  await card(lab).getByLabel('allow writing and deleting files for this run').check();
  await lab.page.keyboard.press('Enter'); // on the checkbox
  await lab.panel.ended();
  expect([1, 2].map(name => fs.existsSync(lab.file(`${name}.txt`)))).toEqual([true, true]);
  await lab.panel.unfold();
  await expect(lab.panel.root.locator('.codeact-Step-note')).toHaveText([
    'allowed for this run: writes or deletes files'
  ]);
  await lab.panel.ask('And one more');
  await expect(card(lab)).toBeVisible();
  await card(lab).getByRole('button', { name: 'Run' }).click();
  await lab.panel.ended(2);
});

test('a question waits through a reload of the page', async ({ lab }) => {
  const notebook = await asked(lab);
  await notebook.save();
  await lab.reload();
  await notebook.ready();
  await lab.panel.open();
  await expect(card(lab).locator('.codeact-Approval-code')).toHaveText(WRITE);
  await expect(lab.panel.state).toHaveText('waits for you');
  await card(lab).getByRole('button', { name: 'Run' }).click();
  await lab.panel.ended();
  expect(fs.readFileSync(lab.file('out.txt'), 'utf-8')).toBe('as proposed');
});

test('a decision that is lost with the connection is said again', async ({ lab }) => {
  await asked(lab);
  await lab.page.evaluate(() => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (data): void {
      if (typeof data === 'string' && data.includes('"decide"')) {
        WebSocket.prototype.send = send;
        this.close(); // what was said is on no way any more
      } else {
        send.call(this, data);
      }
    };
  });
  await lab.page.keyboard.press('Enter');
  await lab.panel.ended();
  expect(fs.readFileSync(lab.file('out.txt'), 'utf-8')).toBe('as proposed');
  await expect(card(lab)).toHaveCount(0);
});

test('the mode is chosen below the panel: never asks, always asks, and holds from the next run on', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script(act('Write', WRITE), 'Done.', act('Add', '1 + 1'), 'It is 2.');
  await lab.open();
  const picker = lab.panel.root.getByLabel('When the agent asks before it acts');
  await expect(picker).toHaveValue('risky');
  await expect(lab.panel.root.locator('.codeact-ModePicker')).toContainText('asks: risky');
  await picker.selectOption('auto');
  await expect(lab.panel.root.locator('.codeact-ModePicker')).toContainText('asks: never');
  await lab.panel.ask('Write');
  await lab.panel.ended();
  expect(fs.existsSync(lab.file('out.txt'))).toBe(true);

  await picker.selectOption('ask');
  await expect(picker).toHaveValue('ask');
  await lab.panel.ask('Add');
  await expect(card(lab)).toContainText('You are asked about every action.');
  await expect(card(lab).locator('input[type=checkbox]')).toHaveCount(0);
  await card(lab).getByRole('button', { name: 'Run' }).click();
  await lab.panel.ended(2);
});

test('a protected cell asks in every mode; the rewrite waits below it, and takes its place when it may', async ({
  lab
}) => {
  lab.writeNotebook(['a = 1 +']);
  await lab.script('<execute cell="user-1">\na = 1 + 1\na\n</execute>', 'Mended.');
  await lab.configure({ ...lab.settings, approval: 'auto' });
  const notebook = await lab.open();
  await cell(notebook, 0).locator('.jp-InputArea-prompt').click({ button: 'right' });
  await lab.page.getByRole('menuitem', { name: 'Protect from the Agent' }).click();
  const badge = cell(notebook, 0).locator('.codeact-CellTags');
  await expect(badge).toHaveText('protected');
  expect(await notebook.ask('context.model.sharedModel.cells[0].getMetadata("tags")')).toEqual(['codeact-protected']);

  await select(notebook, 0);
  await lab.page.keyboard.press('Shift+Q');
  await lab.panel.ask('Mend it');
  await expect(card(lab)).toContainText('Replaces the cell above');
  await expect(card(lab).getByRole('button', { name: 'Run' })).toBeFocused();
  await expect(card(lab).locator('h3')).toContainText('protected cell');
  await expect(card(lab).locator('input[type=checkbox]')).toHaveCount(0); // it is asked about each time
  await expect(bar(notebook)).toContainText('replaces the cell above');
  expect((await notebook.cells()).map(({ source }) => source)).toEqual(['a = 1 +', 'a = 1 + 1\na']);
  await lab.page.screenshot({ path: `${SHOTS}/approval-replaces.png` });
  await card(lab).getByRole('button', { name: 'Show that one' }).click();
  await expect(cell(notebook, 0)).toHaveClass(/jp-mod-active/);

  await card(lab).getByRole('button', { name: 'Run' }).click();
  await lab.panel.ended();
  await expect
    .poll(async () => (await notebook.cells()).map(({ id, source }) => [id, source]))
    .toEqual([['user-1', 'a = 1 + 1\na']]);
  await expect(badge).toHaveText('protected');

  // the menu shows it, and takes it off again
  await cell(notebook, 0).locator('.jp-InputArea-prompt').click({ button: 'right' });
  const item = lab.page.locator('.lm-Menu-item', { hasText: 'Protect from the Agent' });
  await expect(item).toHaveClass(/lm-mod-toggled/);
  await item.click();
  await expect(badge).toHaveCount(0);
  expect(await notebook.ask('context.model.sharedModel.cells[0].getMetadata("tags") ?? null')).toBeNull();
});

test('it is decided by keyboard alone, from the panel and from the notebook', async ({ lab }) => {
  const notebook = await asked(lab, 'risky', WRITE, act('Again', 'open("2.txt", "w").write("2")'));
  // Esc goes back to the composer, Ctrl+Shift+A to the notebook, and from there to what waits
  const run = card(lab).getByRole('button', { name: 'Run' });
  await expect(run).toBeFocused();
  await lab.page.keyboard.press('Escape');
  await expect(lab.panel.composer).toBeFocused();
  await expect(lab.panel.state).toHaveText('waits for you');
  await lab.page.keyboard.press('Control+Shift+A');
  await lab.page.keyboard.press('Control+Shift+A');
  await expect(run).toBeFocused();
  // other letters are words for the composer
  await lab.page.keyboard.press('n');
  await expect(lab.panel.composer).toBeFocused();
  await expect(lab.panel.composer).toHaveValue('n');
  await lab.page.keyboard.press('Backspace');

  await select(notebook, 1);
  await lab.page.keyboard.press('Shift+Y');
  await expect(card(lab).locator('.codeact-Approval-code')).toContainText('2.txt');
  expect(fs.existsSync(lab.file('out.txt'))).toBe(true);

  await select(notebook, 2);
  await lab.page.keyboard.press('Shift+N');
  await expect(bar(notebook).getByPlaceholder('Say what to do instead')).toBeFocused();
  await lab.page.keyboard.type('dd');
  await lab.page.keyboard.press('Escape');
  await expect(bar(notebook).getByRole('button', { name: 'Deny…' })).toBeFocused();
  await lab.page.keyboard.press('Enter');
  await lab.page.keyboard.press('Enter');
  await lab.panel.ended();
  expect(fs.existsSync(lab.file('2.txt'))).toBe(false);
  expect((await notebook.cells()).map(({ source }) => source)).toEqual(['x = 1', WRITE, '']);
  await expect(notebook.view.locator('.jp-Cell:focus')).toHaveCount(1);
});

test('a key that was under way when the card came decides nothing', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script({ say: act('Save it', WRITE), pieces: 400, delay: 2 }, 'Saved.');
  await lab.open();
  await lab.panel.ask('Save it');
  await lab.page.evaluate(() => {
    const press = (key: string): unknown =>
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    const observer = new MutationObserver(() => {
      if (document.activeElement?.closest('.codeact-Approval')) {
        observer.disconnect();
        press('Enter');
        press('d');
      }
    });
    observer.observe(document.body, { childList: true, subtree: true });
  });
  await expect(lab.panel.composer).toBeFocused(); // the letter is one of words
  await expect(card(lab)).toBeVisible();
  await expect(card(lab).getByPlaceholder('Say what to do instead')).toHaveCount(0);
  expect(fs.existsSync(lab.file('out.txt'))).toBe(false);
  await card(lab).getByRole('button', { name: 'Run' }).click();
  await lab.panel.ended();
});

test('Shift+Enter on the cell is the user’s run: the question stays', async ({ lab }) => {
  const notebook = await asked(lab, 'ask', 'y = 5\ny');
  await select(notebook, 1);
  await lab.page.keyboard.press('Shift+Enter');
  await expect.poll(async () => (await notebook.cells())[1].count).toBe(1);
  await expect(card(lab)).toBeVisible();
  await card(lab).getByRole('button', { name: 'Run' }).click();
  await lab.panel.ended();
  await expect.poll(async () => (await notebook.cells())[1].count).toBe(2);
});

test('nobody who writes is disturbed, and another notebook is told', async ({ lab }) => {
  lab.writeNotebook();
  lab.writeNotebook(['other'], 'other.ipynb');
  await lab.script({ say: act('Save it', WRITE), pieces: 400, delay: 2 }, 'Saved.');
  const notebook = await lab.open();
  await lab.panel.ask('Save it');
  await lab.panel.composer.fill('but first');
  await expect(card(lab)).toBeVisible();
  await expect(lab.panel.composer).toBeFocused();
  await card(lab).getByRole('button', { name: 'Run' }).click();
  await lab.panel.ended();

  await lab.notifications(false);
  await lab.panel.composer.fill('');
  await lab.script(act('Wait', until('go')), act('Save it', WRITE), 'Saved.');
  await lab.panel.ask('Save it again');
  await lab.open('other.ipynb');
  lab.letGo('go');
  const toast = lab.page.locator('.Toastify__toast', { hasText: 'work.ipynb waits for you: writes or deletes files' });
  await expect(toast).toBeVisible();
  await toast.getByRole('button', { name: 'Open' }).click();
  await expect(card(lab)).toBeVisible();
  await expect(notebook.view.locator('.codeact-Approval-cell')).toBeVisible();
  await lab.notifications(true);
  await lab.page.keyboard.press('Control+Shift+A');
  await lab.panel.stop.click();
  await lab.panel.ended(2);
  await expect(card(lab)).toHaveCount(0);
  await expect(bar(notebook)).toHaveCount(0);
});

test('"Fix this error" is its user’s leave to rewrite that cell', async ({ lab }) => {
  lab.writeNotebook(['1 / 0']);
  await lab.script('<execute cell="user-1">\n1 / 1\n</execute>', 'Mended.');
  const notebook = await lab.open();
  await select(notebook, 0);
  await notebook.ask('void app.commands.execute("notebook:run-cell")');
  await cell(notebook, 0).getByRole('button', { name: 'Fix this error' }).click();
  await lab.panel.ended();
  expect((await notebook.cells()).map(({ source }) => source)).toEqual(['1 / 1']);
});
