import { act, expect, test, until } from './lab';

test('the status bar says what the agent does in the notebook in front, and a click opens the panel', async ({
  lab
}) => {
  const item = lab.page.locator('#jp-main-statusbar .codeact-StatusItem');
  lab.writeNotebook();
  lab.writeNotebook([''], 'other.ipynb');
  await lab.script(act('Wait', until('go')), 'Done.');
  const notebook = await lab.open();
  await lab.panel.ask('Wait');
  await notebook.expectAgentCells([{ running: true }]);
  await expect(item).toHaveText('CodeAct: step 1 of 30');
  const contrast = await item.locator('button').evaluate(button => getComputedStyle(button).color);
  expect(contrast).toBe(await lab.page.locator('#jp-main-statusbar').evaluate(bar => getComputedStyle(bar).color));

  await lab.page.evaluate(() => (window as any).jupyterapp.shell.collapseRight());
  await expect(lab.panel.root).toBeHidden();
  await item.getByRole('button').click();
  await expect(lab.panel.root).toBeVisible();
  await expect(lab.panel.composer).toBeFocused();

  await lab.open('other.ipynb');
  await expect(item).toHaveText(/^CodeAct: Python 3.* · idle$/);
  await notebook.ask('app.shell.activateById(widget.id)');
  await expect(item).toHaveText('CodeAct: step 1 of 30');
  lab.letGo('go');
  await lab.panel.ended();
  await expect(item).toHaveText(/^CodeAct: Python 3.* · idle$/);
});

test('where no notebook is in front, the status bar says nothing of the agent', async ({ lab }) => {
  lab.writeNotebook();
  await lab.open();
  const item = lab.page.locator('#jp-main-statusbar .codeact-StatusItem');
  await expect(item).toBeVisible();
  await lab.page.evaluate(
    async cwd => void (await (window as any).jupyterapp.commands.execute('fileeditor:create-new', { cwd })),
    lab.path
  );
  await expect(item).toBeHidden();
});
