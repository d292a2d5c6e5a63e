import { act, expect, test, until } from './lab';

test('the runs of all notebooks are listed, narrowed down, and opened', async ({ lab }) => {
  lab.writeNotebook([''], 'one.ipynb');
  lab.writeNotebook([''], 'two.ipynb');
  await lab.script(act('Add', '1 + 1'), 'It is 2.', 'Nothing.');
  const one = await lab.open('one.ipynb');
  await lab.panel.ask('Add one and one');
  await lab.panel.ended();
  await lab.open('two.ipynb');
  await lab.panel.ask('What is here?');
  await lab.panel.ended();

  await lab.panel.button('More').click();
  await lab.page.getByRole('menuitem', { name: 'Runs' }).click();
  const entries = lab.panel.root.locator('.codeact-Entry');
  await expect(entries.nth(0)).toContainText('What is here?');
  await expect(entries.nth(0)).toContainText('two.ipynb · answered');
  await expect(entries.nth(1)).toContainText(/Add one and one.*one.ipynb · answered · .* · 1\sstep · /);
  await lab.page.screenshot({ path: 'test-results/shots/runs.png' });
  await lab.panel.root.getByLabel('This notebook only').check();
  await expect(entries).toHaveCount(1);
  await lab.panel.root.getByLabel('This notebook only').uncheck();
  await expect(entries.nth(1)).toContainText('Add one and one');

  await entries.nth(0).focus();
  await lab.page.keyboard.press('ArrowDown');
  await lab.page.keyboard.press('Enter');
  await expect(lab.panel.name).toHaveText('one.ipynb');
  await expect(one.view).toBeVisible();
  await expect(lab.panel.runs).toBeFocused();
  await expect(lab.panel.words).toHaveText('Add one and one');
});

test('a run that ends in a notebook out of view is told, with the way to it; one in view is not', async ({ lab }) => {
  await lab.notifications(false);
  lab.writeNotebook([''], 'one.ipynb');
  lab.writeNotebook([''], 'two.ipynb');
  await lab.script('Seen.', act('Wait', until('go')), 'Done.');
  const one = await lab.open('one.ipynb');
  await lab.panel.ask('In view');
  await lab.panel.ended();
  await lab.panel.ask('Wait for me');
  await one.expectAgentCells([{ running: true }]);
  await lab.open('two.ipynb');
  lab.letGo('go');
  const toast = lab.page.locator('.Toastify__toast');
  await expect(toast).toContainText('one.ipynb: answered (“Wait for me”)');
  await expect(toast).toHaveCount(1);
  await lab.page.screenshot({ path: 'test-results/shots/notification.png' });
  await toast.getByRole('button', { name: 'Open' }).click();
  await expect(lab.panel.name).toHaveText('one.ipynb');
  await expect(lab.panel.runs.last()).toBeFocused();
  await lab.notifications(true);
});

test('a run of a notebook that was closed is told when it ends', async ({ lab }) => {
  await lab.notifications(false);
  lab.writeNotebook([''], 'one.ipynb');
  await lab.script(act('Wait', until('go')), 'Done.');
  const one = await lab.open('one.ipynb');
  await lab.panel.ask('Go on alone');
  await one.expectAgentCells([{ running: true }]);
  await one.save();
  await one.ask('(widget.dispose(), null)');
  lab.letGo('go');
  await expect(lab.page.locator('.Toastify__toast')).toContainText('one.ipynb: answered (“Go on alone”)', {
    timeout: 30_000
  });
  await lab.notifications(true);
});
