import { act, expect, test, until } from './lab';

test('a server that is killed and comes back finds the panel again, and the work in the notebook', async ({
  ownLab
}) => {
  test.setTimeout(120_000);
  const { lab, server } = ownLab;
  lab.writeNotebook(['# mine']);
  await lab.script(act('Add', '1 + 1'), act('Wait', until('go')), 'Again.');
  const notebook = await lab.open();
  await lab.panel.ask('Add');
  await notebook.expectAgentCells([{ outputs: ['text/plain 2'] }, { running: true, outputs: [] }]);

  // JupyterLab's own words about a server that is away
  const dialog = lab.page.locator('.jp-Dialog');
  await lab.page.addLocatorHandler(dialog, () => dialog.locator('button.jp-mod-accept, button').first().click());
  await server.kill();
  await expect(lab.panel.state).toHaveText('reconnecting');
  await server.start();
  // beside it may stand that a save failed, which was under way when the server ended
  await expect(lab.panel.banner.filter({ hasText: 'Interrupted' })).toBeVisible({ timeout: 30_000 });
  await lab.page.screenshot({ path: 'test-results/shots/cut-off.png' });
  await notebook.expectAgentCells([{ outputs: ['text/plain 2'] }, { running: false, outputs: [] }]);
  expect((await notebook.cells())[0].source).toBe('# mine');
  await expect(lab.panel.words).toHaveText(['Add']);

  await lab.panel.ask('Are you there?');
  await lab.panel.ended(2);
  await expect(lab.panel.answers).toHaveText('Again.');
});
