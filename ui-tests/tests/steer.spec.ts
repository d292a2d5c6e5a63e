import { Lab, act, expect, test, until } from './lab';

const SHOTS = 'test-results/shots';

const queue = (lab: Lab) => lab.panel.root.locator('.codeact-Queue-words');
const used = (lab: Lab) => lab.panel.root.locator('.codeact-Status-used');

/** Shows the panel in both themes. */
async function shoot(lab: Lab, name: string): Promise<void> {
  for (const theme of ['Dark', 'Light']) {
    await lab.page.evaluate(
      wanted => (window as any).jupyterapp.commands.execute('apputils:change-theme', { theme: wanted }),
      `JupyterLab ${theme}`
    );
    await lab.page.waitForTimeout(300);
    await lab.page.screenshot({ path: `${SHOTS}/${name}-${theme.toLowerCase()}.png` });
  }
}

test('words go to the next step, or wait; what waits is changed, taken out, and asked by itself', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script(act('Wait', until('go')), act('Add', '1 + 1'), 'It is 2.', 'Plotted by sex.', 'Saved.');
  const notebook = await lab.open();
  const { panel, page } = lab;
  await panel.ask('Add');
  await notebook.expectAgentCells([{ running: true }]);

  await panel.ask('in grams');
  await expect(panel.words).toHaveText(['Add', 'in grams']);
  for (const words of ['Plot it', 'Never mind', 'Save it']) {
    await panel.composer.fill(words);
    await panel.composer.press('Alt+Enter');
    await expect(panel.composer).toHaveValue('');
  }
  await expect(queue(lab)).toHaveText(['Plot it', 'Never mind', 'Save it']);
  await shoot(lab, 'queue');

  // by keyboard: change the first, take out the second
  await panel.composer.focus();
  for (let back = 0; back < 6; back++) {
    await page.keyboard.press('Shift+Tab');
  }
  await expect(panel.button('Change “Plot it”')).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.type(' by sex');
  await page.keyboard.press('Enter');
  await expect(queue(lab)).toHaveText(['Plot it by sex', 'Never mind', 'Save it']);
  await expect(panel.button('Change “Plot it by sex”')).toBeFocused();
  await panel.button('Change “Never mind”').press('Enter');
  await page.keyboard.press('Escape'); // out of the editor, and nothing is stopped
  await expect(panel.button('Change “Never mind”')).toBeFocused();
  await panel.button('Remove “Never mind”').press('Enter');
  await expect(queue(lab)).toHaveText(['Plot it by sex', 'Save it']);
  await expect(panel.button('Remove “Save it”')).toBeFocused();

  await lab.reload();
  await notebook.ready();
  await panel.open();
  await expect(queue(lab)).toHaveText(['Plot it by sex', 'Save it']);
  lab.letGo('go');
  await panel.ended(3);
  await expect(queue(lab)).toHaveCount(0);
  await expect(panel.answers).toHaveText(['It is 2.', 'Plotted by sex.', 'Saved.']);
  await panel.unfold();
  await expect(panel.words).toHaveText(['Add', 'in grams', 'Plot it by sex', 'Save it']);
});

test('after a stop what waits is asked when the user wants it', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script(act('Wait', until('never')), 'Nothing more.', 'Done.');
  const notebook = await lab.open();
  const { panel } = lab;
  await panel.ask('Wait');
  await notebook.expectAgentCells([{ running: true }]);
  await panel.composer.fill('And then?');
  await panel.button('After this run').click();
  await expect(panel.composer).toBeFocused();
  await expect(queue(lab)).toHaveText(['And then?']);
  await expect(panel.button('Ask now')).toHaveCount(0);
  await panel.stop.click();
  await panel.ended();
  await expect(panel.root.locator('.codeact-Queue')).toContainText('Waiting: the run before did not answer');
  await shoot(lab, 'stopped');
  await panel.button('Ask now').click();
  await panel.ended(2);
  await expect(queue(lab)).toHaveCount(0);
  await expect(panel.answers).toHaveText('Nothing more.');
});

test('a request that is being changed when its turn comes gives the change back', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script(act('Wait', until('go')), 'Done.', 'Plotted.');
  const notebook = await lab.open();
  const { panel } = lab;
  await panel.ask('Wait');
  await notebook.expectAgentCells([{ running: true }]);
  await panel.composer.fill('Plot');
  await panel.composer.press('Alt+Enter');
  await panel.button('Change “Plot”').click();
  await lab.page.keyboard.type(' by sex');
  lab.letGo('go');
  await panel.ended(2);
  await expect(panel.composer).toHaveValue('Plot by sex');
});

test('after its limit a run goes on in a new one, with more steps', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script(
    act('One', 'x = 1'),
    'Not done yet.',
    act('Two', 'x + 1'),
    act('Three', 'x + 2'),
    'It is 2, then 3.'
  );
  const notebook = await lab.open();
  const { panel } = lab;
  await lab.configure({ ...lab.settings, max_steps: 1 });
  await panel.ask('Count');
  await panel.ended();
  await expect(panel.banner).toContainText('1 step');
  await panel.button('Grant more…').click();
  const steps = panel.root.getByLabel('Steps');
  await expect(steps).toBeFocused();
  await expect(steps).toHaveValue('2');
  await lab.page.keyboard.press('Escape');
  await expect(panel.button('Grant more…')).toBeFocused();
  await lab.page.keyboard.press('Enter');
  await lab.page.keyboard.press('Backspace');
  await lab.page.keyboard.press('Enter'); // no number is no budget without an end
  await expect(steps).toHaveJSProperty('validity.valid', false);
  await steps.fill('5');
  await shoot(lab, 'limit');
  await lab.page.keyboard.press('Enter');
  await panel.ended(2);
  await expect(panel.words).toHaveText(['Count', 'Continue: Count']);
  await expect(panel.answers.last()).toHaveText('It is 2, then 3.');
  await notebook.expectAgentCells([{ source: 'x = 1' }, { outputs: ['text/plain 2'] }, { outputs: ['text/plain 3'] }]);
});

test('a budget of tokens is shown while it is spent, and ends the run', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script(act('Wait', until('go')), act('Again', '2'), 'Half of it.');
  const notebook = await lab.open();
  const { panel } = lab;
  await lab.configure({ ...lab.settings, max_tokens: 200, max_cost: 5, prices: { scripted: [10, 40] } });
  await panel.ask('Spend');
  await notebook.expectAgentCells([{ running: true }]);
  await expect(panel.state).toHaveText('step 1 of 30');
  await expect(used(lab)).toHaveText(/^~?[\d.]+k?\sof\s200\stokens · cost\s0\.\d+\sof\s5 · \d+\ss$/);
  await shoot(lab, 'budget');
  lab.letGo('go');
  await panel.ended();
  await expect(panel.banner).toContainText('budget of 200 tokens is used up');
  await expect(panel.button('Continue')).toBeVisible();
  await panel.button('Grant more…').click();
  await expect(panel.root.getByLabel('Tokens')).toHaveValue('400');
  await expect(panel.root.getByLabel('Cost')).toHaveValue('5');
});

test('an earlier request is edited: the conversation branches, and both branches stay', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script('A bar chart.', 'By species.', 'A line chart.', 'By island.', 'By year.');
  const notebook = await lab.open();
  const { panel, page } = lab;
  await panel.ask('Plot it');
  await panel.ended();
  await panel.ask('By what?');
  await panel.ended(2);

  await panel.runs.first().locator('.codeact-Words').hover();
  await panel.runs.first().getByRole('button', { name: 'Edit and ask again' }).click();
  const editor = panel.root.getByRole('textbox', { name: 'Edit and ask again' });
  await expect(editor).toHaveValue('Plot it');
  await page.keyboard.press('Escape');
  await expect(panel.words).toHaveText(['Plot it', 'By what?']);
  await page.keyboard.press('Enter'); // the pencil has the focus
  await editor.fill('Draw it as a line');
  await shoot(lab, 'edit');
  await editor.press('Enter');
  await expect(panel.answers).toHaveText(['A line chart.']);
  await expect(panel.words).toHaveText(['Draw it as a line']);
  await panel.ask('And by what?');
  await expect(panel.answers).toHaveText(['A line chart.', 'By island.']);

  const versions = panel.root.getByRole('group', { name: /^Version/ });
  await expect(versions).toHaveText('2/2');
  await shoot(lab, 'branches');
  await panel.button('Version before').press('Enter');
  await expect(versions).toHaveText('1/2');
  await expect(panel.answers).toHaveText(['A bar chart.', 'By species.']);
  await expect(panel.button('Version before')).toBeFocused();

  // asked from the older branch, it goes on there
  await panel.ask('Now by year');
  await expect(panel.answers).toHaveText(['A bar chart.', 'By species.', 'By year.']);
  await lab.reload();
  await notebook.ready();
  await panel.open();
  await expect(panel.answers).toHaveText(['A bar chart.', 'By species.', 'By year.']);
  await panel.button('Version after').click();
  await expect(panel.answers).toHaveText(['A line chart.', 'By island.']);
});

test('a conversation is deleted with what was recorded of it, and its cells stay', async ({ lab }) => {
  lab.writeNotebook(['# mine']);
  await lab.script(act('Add', '1 + 1'), 'It is 2.', 'Hello.');
  const notebook = await lab.open();
  const { panel, page } = lab;
  await panel.ask('Add');
  await panel.ended();
  const before = await notebook.cells();
  const choose = async (): Promise<void> => {
    await panel.button('More').click();
    await page.getByRole('menuitem', { name: 'Delete Conversation…' }).click();
  };
  await choose();
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog).toContainText('The cells and their outputs stay in the notebook.');
  await page.screenshot({ path: `${SHOTS}/delete.png` });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(panel.words).toHaveText(['Add']);
  await choose();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(panel.runs).toHaveCount(0);
  await expect(panel.root).toContainText('Ask about this notebook.');
  expect(await notebook.cells()).toEqual(before);
  await lab.reload();
  await notebook.ready();
  await panel.open();
  await expect(panel.runs).toHaveCount(0);
  await panel.ask('Are you there?');
  await panel.ended();
  await expect(panel.answers).toHaveText('Hello.');
});
