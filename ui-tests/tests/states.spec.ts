import * as fs from 'fs';

import { act, expect, test, until } from './lab';

const SHOTS = 'test-results/shots';

test('without a notebook the panel says what to do, and makes one', async ({ lab }) => {
  await lab.page.keyboard.press('Control+Shift+A');
  await expect(lab.panel.root).toContainText('Open a notebook to ask about it.');
  await lab.page.screenshot({ path: `${SHOTS}/no-notebook.png` });
  await lab.panel.button('New notebook').click();
  await expect(lab.panel.name).toHaveText(/^Untitled.*\.ipynb$/);
  await expect(lab.panel.composer).toBeVisible();
});

test('a notebook without a kernel says so, and a run starts one', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script(act('Add', '1 + 1'), 'It is 2.');
  const notebook = await lab.open();
  await notebook.ask('context.sessionContext.shutdown()');
  await expect(lab.panel.state).toHaveText('no kernel');
  await lab.panel.ask('Add');
  await lab.panel.ended();
  await notebook.expectAgentCells([{ outputs: ['text/plain 2'], count: 1 }]);
  await expect(lab.panel.state).toHaveText(/idle$/);
});

test('a key that is refused ends the run with what to do, and asks again with the same words', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script({ fault: 401, message: 'Incorrect API key provided' }, 'Now it works.');
  await lab.open();
  await lab.panel.ask('Plot sales by month');
  await lab.panel.ended();
  await expect(lab.panel.banner).toHaveAttribute('data-tone', 'error');
  await expect(lab.panel.banner).toContainText('401');
  await expect(lab.panel.words).toHaveText('Plot sales by month');
  await expect(lab.panel.button('Open settings')).toBeVisible();
  await lab.page.screenshot({ path: `${SHOTS}/key-refused.png` });
  await lab.panel.button('Try again').click();
  await lab.panel.ended(2);
  await expect(lab.panel.words).toHaveText(['Plot sales by month', 'Plot sales by month']);
  await expect(lab.panel.answers).toHaveText('Now it works.');
});

test('in a read-only notebook the run works, and the panel says that it is not in the file', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script(act('Add', '1 + 1'), act('Write', 'open("out.txt", "w").close()'), 'It is 2.');
  const before = fs.readFileSync(lab.file('work.ipynb'), 'utf-8');
  // root may write any file: what JupyterLab was told is what counts
  await lab.page.route(/\/api\/contents\/.*work\.ipynb/, async route => {
    const answer = await route.fetch();
    const body = await answer.json();
    await route.fulfill({ response: answer, json: { ...body, writable: false } });
  });
  const notebook = await lab.open();
  await lab.panel.ask('Add');
  await expect(lab.panel.banner).toContainText('work.ipynb is read-only');
  // what stands there for long keeps nothing else from being said
  const said = lab.panel.root.getByRole('alert');
  await expect(said.filter({ hasText: 'work.ipynb is read-only' })).toHaveCount(1);
  await expect(said.filter({ hasText: 'Run this?' })).toHaveCount(1);
  await lab.panel.root.locator('.codeact-Approval-run').click();
  await lab.panel.ended();
  await notebook.expectAgentCells([{ outputs: ['text/plain 2'] }, { outputs: [] }]);
  expect(fs.readFileSync(lab.file('work.ipynb'), 'utf-8')).toBe(before);
  await lab.page.unroute(/\/api\/contents\/.*work\.ipynb/);
});

test('a notebook that the server no longer has is no reason to reconnect for ever', async ({ lab }) => {
  lab.writeNotebook();
  lab.writeNotebook([''], 'gone.ipynb');
  await lab.script('Hello.');
  await lab.open();
  await lab.page.evaluate(() => (window as any).jupyterapp.shell.collapseRight());
  const gone = lab.notebook('gone.ipynb');
  await lab.page.evaluate(
    async path => void (await (window as any).jupyterapp.commands.execute('docmanager:open', { path })),
    gone.path
  );
  await gone.ready();
  await gone.kernelReady();
  fs.rmSync(lab.file('gone.ipynb'));
  await lab.page.keyboard.press('Control+Shift+A');
  await expect(lab.panel.banner).toContainText('The server does not have this notebook (404).');
  await expect(lab.panel.state).toHaveText('refused');
  lab.writeNotebook([''], 'gone.ipynb');
  await lab.panel.button('Try again').click();
  await expect(lab.panel.banner).toHaveCount(0);
});

test('everything can be reached by keyboard, and is said aloud', async ({ lab }) => {
  lab.writeNotebook(['x = 1', '# far below']);
  await lab.script(act('Fail', '1 / 0'), act('Divide', '1 / 2'), 'A half.');
  const notebook = await lab.open();
  await notebook.edit(0);
  await lab.page.keyboard.press('Control+Shift+A');
  await expect(lab.panel.composer).toBeFocused();
  await lab.page.keyboard.type('Divide');
  await lab.page.keyboard.press('Shift+Enter');
  await lab.page.keyboard.type('one by two');
  await lab.page.keyboard.press('Enter');
  await lab.panel.ended();
  await expect(lab.panel.words).toHaveText('Divide\none by two');
  await expect(lab.panel.said).toHaveText('Answered.');

  const reached: string[] = [];
  for (let back = 0; back < 5; back++) {
    await lab.page.keyboard.press('Shift+Tab');
    reached.unshift(await lab.page.evaluate(() => document.activeElement?.className.split(' ').at(-1) ?? ''));
    if (back === 0) {
      await lab.page.keyboard.press('Enter'); // unfolds the run
    }
  }
  expect(reached.join(' ')).toContain('codeact-Header-name');
  await lab.panel.composer.focus();
  await lab.page.keyboard.press('Shift+Tab');
  const focused = lab.page.locator('button.codeact-Step:focus');
  await expect(focused).toContainText('Divide');
  await lab.page.keyboard.press('Enter');
  const cells = await notebook.cells();
  expect(await notebook.ask('widget.content.activeCell.model.id')).toBe(
    cells.find(cell => cell.source === '1 / 2')?.id
  );
  await lab.page.keyboard.press('Control+Shift+A');
  await expect(lab.panel.composer).toBeFocused();
  await lab.page.keyboard.press('ArrowUp');
  await expect(lab.panel.composer).toHaveValue('Divide\none by two');
});

test('the focus is never lost with what had it, nor what is selected in an answer', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script('It is **2**.', act('Wait', until('go')), act('Loop', 'while True: pass'), 'Done.');
  const notebook = await lab.open();
  const { panel, page } = lab;
  await panel.button('More').press('Enter');
  await page.keyboard.press('Escape'); // the menu
  await expect(panel.button('More')).toBeFocused();
  await panel.ask('How much?');
  await panel.ended();

  await panel.ask('Wait');
  await notebook.expectAgentCells([{ running: true }]);
  await panel.answers.first().evaluate(answer => document.getSelection()?.selectAllChildren(answer));
  lab.letGo('go');
  await notebook.expectAgentCells([{ running: false }, { running: true }]);
  expect(await page.evaluate(() => document.getSelection()?.toString().trim())).toBe('It is 2.');

  await panel.stop.press('Enter');
  await panel.ended(2);
  await expect(panel.composer).toBeFocused();
  await panel.button('Continue').press('Enter');
  await panel.ended(3);
  await expect(panel.composer).toBeFocused();
});

for (const theme of ['JupyterLab Light', 'JupyterLab Dark']) {
  test(`the panel wears the colours of ${theme}`, async ({ lab }) => {
    lab.writeNotebook(['import math']);
    lab.write('cities.csv', 'city,inhabitants\nBern,134\nBasel,175\n');
    await lab.script(
      act('Read the table', 'import pandas as pd\ndf = pd.read_csv("cities.csv")\ndf'),
      act('Mean of the inhabitants', 'df["inhabitant"].mean()'),
      act('Mean of the inhabitants, by the right name', `${until('go')}\ndf["inhabitants"].mean()`),
      'On average there are **154.5** thousand.\n\n| city | thousands |\n|---|---|\n| Bern | 134 |\n| Basel | 175 |'
    );
    await lab.page.evaluate(
      name => (window as any).jupyterapp.commands.execute('apputils:change-theme', { theme: name }),
      theme
    );
    const short = theme.split(' ')[1].toLowerCase();
    const shoot = async (name: string): Promise<unknown> =>
      lab.page.screenshot({ path: `${SHOTS}/${name}-${short}.png` });
    const notebook = await lab.open();
    await expect(lab.panel.root.getByRole('button', { name: /cities\.csv/ }).first()).toBeVisible();
    await shoot('empty');
    await lab.panel.ask('Average number of inhabitants?');
    await notebook.expectAgentCells([{ running: false }, { running: false }, { running: true }]);
    await lab.page.waitForTimeout(300);
    await shoot('running');
    const name = await lab.panel.name.evaluate(element => element.scrollWidth <= element.clientWidth);
    const state = await lab.panel.state.evaluate(element => element.scrollWidth <= element.clientWidth);
    expect({ name, state }).toEqual({ name: true, state: true });
    lab.letGo('go');
    await lab.panel.ended();
    await lab.panel.unfold();
    await shoot('answered');

    const colours = await lab.panel.root.evaluate(element => {
      const style = getComputedStyle(element);
      const probe = element.appendChild(document.createElement('div'));
      probe.style.cssText = 'background: var(--jp-layout-color1); color: var(--jp-ui-font-color1)';
      const wanted = getComputedStyle(probe);
      const result = [style.backgroundColor, wanted.backgroundColor, style.color, wanted.color];
      probe.remove();
      return result;
    });
    expect(colours[0]).toBe(colours[1]);
    expect(colours[2]).toBe(colours[3]);
    await lab.page.evaluate(() =>
      (window as any).jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' })
    );
  });
}
