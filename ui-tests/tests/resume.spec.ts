import { Lab, act, expect, test, until } from './lab';
import type { Server } from './server';

const SHOTS = 'test-results/shots';
const COUNT = 'import pathlib\nwith open("count.txt", "a") as file:\n    _ = file.write("x")';

/** Ends the server without a word, and starts it again; JupyterLab's own words about it are put away. */
async function crash(lab: Lab, server: Server, before: () => Promise<void> = async () => undefined): Promise<void> {
  const dialog = lab.page.locator('.jp-Dialog');
  await lab.page.addLocatorHandler(dialog, () => dialog.locator('button.jp-mod-accept, button').first().click(), {
    noWaitAfter: true // it may come again at once
  });
  await before();
  await server.kill();
  await expect(lab.panel.state).toHaveText('reconnecting');
  await server.start();
}

test('a run that was interrupted says what is lost, is resumed, and runs nothing twice', async ({ ownLab }) => {
  test.setTimeout(240_000);
  const { lab, server } = ownLab;
  const { panel } = lab;
  lab.writeNotebook(['# mine']);
  await lab.script(
    act('Set', 'x = 20'),
    act('Write', `${COUNT}\n${until('go')}`),
    act('Look', '"x" in dir()'),
    'It is gone.'
  );
  await lab.configure({ ...lab.settings, approval: 'auto' });
  const notebook = await lab.open();
  await panel.ask('Count');
  await notebook.expectAgentCells([{ running: false }, { running: true }]);
  await crash(lab, server);

  const interrupted = panel.banner.filter({ hasText: 'Interrupted' });
  await expect(interrupted).toContainText('it is not run again by itself', { timeout: 30_000 });
  await expect(panel.state).toHaveText('interrupted');
  await lab.page.screenshot({ path: `${SHOTS}/interrupted.png` });
  await panel.button('More').click();
  await lab.page.getByRole('menuitem', { name: 'Runs' }).click();
  const entry = panel.root.locator('.codeact-Entry').first();
  await expect(entry).toContainText('work.ipynb · interrupted');
  await lab.page.screenshot({ path: `${SHOTS}/runs-interrupted.png` });
  await panel.button('Resume “Count”').click();
  await panel.ended(1, 60_000);
  await expect(panel.answers).toHaveText('It is gone.');
  await expect(interrupted).toHaveCount(0);
  await panel.unfold();
  await expect(panel.root.locator('.codeact-Steps')).toContainText('Resumed.');
  await expect(panel.marks).toHaveText(['✓', '?', '✓']);
  await lab.page.screenshot({ path: `${SHOTS}/resumed.png` });
  await notebook.expectAgentCells([{ source: 'x = 20' }, { running: false }, { outputs: ['text/plain False'] }]);
  await expect.poll(() => lab.saved().length).toBe(4);
  expect(
    await notebook.ask(
      'fetch(app.serviceManager.serverSettings.baseUrl + "files/" + context.path.replace("work.ipynb", "count.txt")).then(answer => answer.text())'
    )
  ).toBe('x');
});

test('what could not be saved when the server went away is saved when it is back', async ({ ownLab }) => {
  test.setTimeout(240_000);
  const { lab, server } = ownLab;
  const { panel } = lab;
  lab.writeNotebook(['# mine']);
  await lab.script(act('Set', 'x = 20'), act('Wait', until('go')), 'It is gone.');
  const notebook = await lab.open();
  const file = '**/api/contents/**/work.ipynb*';
  await lab.page.route(file, route => (route.request().method() === 'PUT' ? route.abort() : route.continue()));
  await panel.ask('Count');
  await notebook.expectAgentCells([{ running: false }, { running: true }]);
  await crash(lab, server, async () => {
    await expect(panel.root).toContainText('work.ipynb could not be saved');
    await lab.page.unroute(file);
  });

  await expect.poll(() => lab.saved().length, { timeout: 30_000 }).toBe(3);
  await expect(panel.root).not.toContainText('could not be saved');
  await panel.root.getByRole('button', { name: 'Resume', exact: true }).click();
  await panel.ended(1, 60_000);
  await expect.poll(() => notebook.isDirty()).toBe(false);
});

test('resumed with replay, its variables are there again', async ({ ownLab }) => {
  test.setTimeout(240_000);
  const { lab, server } = ownLab;
  const { panel } = lab;
  lab.writeNotebook();
  await lab.script(act('Set', 'x = 20'), act('Wait', until('go')), act('Look', 'x + 1'), 'It is 21.');
  const notebook = await lab.open();
  await panel.ask('Count');
  await notebook.expectAgentCells([{ running: false }, { running: true }]);
  await crash(lab, server);
  await panel.button('Resume and replay').click({ timeout: 30_000 });
  await panel.ended(1, 60_000);
  await expect(panel.answers).toHaveText('It is 21.');
  await notebook.expectAgentCells([{ source: 'x = 20' }, { running: false }, { outputs: ['text/plain 21'] }]);
});

for (const way of ['list', 'record']) {
  test(`a run of an earlier conversation is resumed from its ${way}, and brings that conversation back`, async ({
    ownLab
  }) => {
    test.setTimeout(240_000);
    const { lab, server } = ownLab;
    const { panel } = lab;
    lab.writeNotebook();
    await lab.script('It is early.', act('Wait', until('go')), 'New.', 'It is late.');
    const notebook = await lab.open();
    await panel.ask('What time?');
    await panel.ended();
    await panel.ask('Wait');
    await notebook.expectAgentCells([{ running: true }]);
    await crash(lab, server);
    await expect(panel.state).toHaveText('interrupted', { timeout: 30_000 });
    await panel.button('More').click();
    await lab.page.getByRole('menuitem', { name: 'New Conversation' }).click();
    await panel.ask('Something else');
    await panel.ended();

    await panel.button('More').click();
    await lab.page.getByRole('menuitem', { name: 'Runs' }).click();
    if (way === 'list') {
      await panel.button('Resume “Wait”').click();
    } else {
      await panel.root.locator('.codeact-Entry', { hasText: 'Wait' }).click();
      await expect(panel.root.locator('.codeact-Record-note')).toContainText(
        'that conversation is the notebook’s again'
      );
      await lab.page.screenshot({ path: `${SHOTS}/record-interrupted.png` });
      await panel.root.getByRole('button', { name: 'Resume', exact: true }).click();
    }
    await panel.ended(2, 60_000);
    await expect(panel.words).toHaveText(['What time?', 'Wait']);
    await expect(panel.answers).toHaveText(['It is early.', 'It is late.']);
    await lab.page.screenshot({ path: `${SHOTS}/brought-back.png` });
  });
}
