/** Two users in one notebook that jupyter-collaboration keeps: both see one run, and each can have a say in it. */

import type { Browser, Dialog } from '@playwright/test';

import { Lab, act, expect, test, until } from '../tests/lab';

const SHOTS = 'test-results/shots';

/** Opens the notebook as another user does, in a browser of their own. */
async function another(browser: Browser, lab: Lab, name = 'work.ipynb'): Promise<Lab> {
  return lab.show(await (await browser.newContext()).newPage(), 'ben', name);
}

test('both see the cells and the run as it goes on, and the one who did not ask stops it', async ({
  lab: ada,
  browser
}) => {
  ada.writeNotebook(['x = 6']);
  const code = `print("begun")\n${until('go')}\n6 * 7`;
  await ada.script(act('Multiply', code), act('Look on', until('never')), 'Never said.');
  const notebook = await ada.open();
  const ben = await another(browser, ada);
  await ada.panel.ask('What is six times seven?');

  for (const each of [ada, ben]) {
    await each.notebook().expectAgentCells([{ source: code, running: true, outputs: ['begun\n'] }]);
    await expect(each.panel.words.first()).toContainText('six times seven');
    await expect(each.panel.stop).toBeVisible();
  }
  await ben.notebook().edit(0);
  await ben.page.keyboard.type('  # by Ben');
  ada.letGo('go');
  await expect(ada.panel.state).toHaveText('step 2 of 30');
  await expect(ben.panel.state).toHaveText('step 2 of 30');
  await ada.page.screenshot({ path: `${SHOTS}/room-asked.png` });
  await ben.page.screenshot({ path: `${SHOTS}/room-looks-on.png` });
  await ben.panel.stop.click();

  for (const each of [ada, ben]) {
    await each.panel.ended();
    await each
      .notebook()
      .expectAgentCells([
        { source: code, running: false, count: 1, outputs: ['begun\n', 'text/plain 42'] },
        { source: until('never') }
      ]);
    await expect(each.page.getByRole('dialog')).toHaveCount(0);
  }
  expect((await notebook.cells())[0].source).toBe('x = 6  # by Ben');
  await expect.poll(() => ada.saved().map(cell => [cell.source].flat().join(''))[0]).toBe('x = 6  # by Ben');
  expect(ada.saved()[1].outputs).toHaveLength(2);
  await ben.page.context().close();
});

test('one asks, the other allows it, and nobody is asked about the file', async ({ lab: ada, browser }) => {
  ada.writeNotebook(['x = 6']);
  const code = 'open("made.txt", "w").write("made")';
  await ada.script(act('Write it down', code), 'Written.');
  await ada.open();
  const ben = await another(browser, ada);
  const asked: string[] = [];
  for (const each of [ada, ben]) {
    each.page.on('dialog', (dialog: Dialog) => asked.push(dialog.message()));
  }
  await ada.panel.ask('Write it down');
  const run = ben.panel.root.getByRole('button', { name: /^Run/ }).first();
  await expect(run).toBeVisible();
  await ben.page.screenshot({ path: `${SHOTS}/room-approval.png` });
  await expect(ada.panel.root.getByRole('button', { name: /^Run/ }).first()).toBeVisible();
  await run.click();

  for (const each of [ada, ben]) {
    await each.panel.ended();
    await expect(each.panel.answers).toHaveText('Written.');
    await expect(each.panel.banner).toHaveCount(0);
  }
  // both save, as users do out of habit: the file is the one that they know
  for (const each of [ada, ben]) {
    await each.notebook().save();
    expect(await each.notebook().isDirty()).toBe(false);
    await expect(each.page.locator('.jp-Dialog')).toHaveCount(0);
  }
  expect(asked).toEqual([]);
  expect(ada.saved().map(cell => [cell.source].flat().join(''))).toEqual(['x = 6', code]);
  await ben.page.context().close();
});

test('what the agent shows is shown as if the user had run it, also to who comes later', async ({
  lab: ada,
  browser
}) => {
  ada.writeNotebook();
  await ada.script(
    act('Show', 'from IPython.display import HTML\nHTML("<script>document.body.dataset.ran = 1</script><b>shown</b>")'),
    'Shown.'
  );
  await ada.configure({ ...ada.settings, approval: 'auto' });
  const notebook = await ada.open();
  await ada.panel.ask('Show it');
  await ada.panel.ended();
  await expect(notebook.view.locator('.jp-OutputArea b')).toHaveText('shown');
  expect(await ada.page.evaluate(() => document.body.dataset.ran)).toBe('1');
  const ben = await another(browser, ada);
  await expect(ben.notebook().view.locator('.jp-OutputArea b')).toHaveText('shown');
  await expect(ben.panel.answers).toHaveText('Shown.');
  expect(await notebook.isDirty()).toBe(false);
  await ben.page.context().close();
});
