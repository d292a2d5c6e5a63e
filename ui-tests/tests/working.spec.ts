import { act, expect, test, until } from './lab';

const FOX = 'the quick brown fox jumps over the lazy dog '.repeat(2).trim();

test('what the user types in one cell, while the agent writes another, is all there', async ({ lab }) => {
  lab.writeNotebook(['']);
  const code = Array.from({ length: 30 }, (_, line) => `value_${line} = ${line}`).join('\n');
  await lab.script({ say: act('Write much', code), pieces: 8, delay: 0.06 }, 'Done.');
  const notebook = await lab.open();
  await notebook.ask('context.model.sharedModel.insertCell(0, { cell_type: "code", source: "# mine: " })');
  await notebook.edit(1);
  await lab.panel.ask('Write');
  await expect.poll(async () => (await notebook.agentCells())[0]?.source ?? '').toContain('value_0');
  await notebook.edit(0);
  await lab.page.keyboard.type(FOX, { delay: 15 });
  await lab.panel.ended();
  expect((await notebook.cells())[0].source).toBe(`# mine: ${FOX}`);
  await notebook.expectAgentCells([{ source: code, count: 1 }]);
});

test('what the user types into the very cell that streams in is kept, and so is what the model writes', async ({
  lab
}) => {
  lab.writeNotebook(['# a cell of the user']);
  const code = Array.from({ length: 40 }, (_, line) => `value_${line} = ${line}`).join('\n');
  await lab.script({ say: act('Write much', code), pieces: 8, delay: 0.08 }, 'Done.');
  const notebook = await lab.open();
  await lab.panel.ask('Write');
  await expect.poll(async () => (await notebook.agentCells())[0]?.source ?? '').toContain('value_1');
  await notebook.view.locator('.jp-Cell.codeact-agentCell .cm-line').first().click();
  await lab.page.keyboard.press('Control+Home');
  await lab.page.keyboard.type('# mine\n', { delay: 30 });
  await lab.panel.ended();
  const [cell] = await notebook.agentCells();
  expect(cell.source).toBe(`# mine\n${code}`);
});

test('cells land in the notebook that was asked about, whichever is in front', async ({ lab }) => {
  lab.writeNotebook();
  lab.writeNotebook(['# the other'], 'other.ipynb');
  await lab.script(act('Wait', `${until('go')}\n1`), act('Add', '1 + 1'), 'It is 2.');
  const notebook = await lab.open();
  await lab.panel.ask('Add');
  await notebook.expectAgentCells([{ running: true }]);
  const other = await lab.open('other.ipynb');
  await expect(lab.panel.name).toHaveText('other.ipynb');
  await other.edit(0);
  lab.letGo('go');
  await lab.page.keyboard.type(' mine');
  await notebook.expectAgentCells([{ outputs: ['text/plain 1'] }, { outputs: ['text/plain 2'] }]);
  expect((await other.cells()).map(cell => cell.source)).toEqual(['# the other mine']);
  await expect(lab.panel.runs).toHaveCount(0);

  await notebook.ask('app.shell.activateById(widget.id)');
  await expect(lab.panel.name).toHaveText('work.ipynb');
  await lab.panel.ended();
  await expect(lab.panel.answers).toHaveText('It is 2.');
});

test('a notebook renamed in mid-run keeps its run', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script(act('Wait', `${until('go')}\n1`), act('Add', '1 + 1'), 'It is 2.');
  const notebook = await lab.open();
  await lab.panel.ask('Add');
  await notebook.expectAgentCells([{ running: true }]);
  await notebook.ask('context.rename("renamed.ipynb")');
  notebook.path = `${lab.path}/renamed.ipynb`;
  await expect(lab.panel.name).toHaveText('renamed.ipynb');
  lab.letGo('go');
  await lab.panel.ended();
  await notebook.expectAgentCells([{ outputs: ['text/plain 1'] }, { outputs: ['text/plain 2'] }]);
  await expect.poll(() => lab.saved('renamed.ipynb').filter(cell => cell.metadata.codeact).length).toBe(2);
});

test("a user's cell sent during an action runs before the next one, and the panel says so", async ({ lab }) => {
  lab.writeNotebook([`order = []\n${until('mine')}\norder.append("mine")`]);
  await lab.script(act('First', until('first')), act('Next', 'order.append("next")\norder'), 'Done.');
  const notebook = await lab.open();
  await lab.panel.ask('Go');
  await notebook.expectAgentCells([{ running: true }]);
  await notebook.ask('app.shell.activateById(widget.id)');
  await notebook.ask('(widget.content.activeCellIndex = 0, void app.commands.execute("notebook:run-cell"))');
  lab.letGo('first');
  await expect(lab.panel.state).toHaveText('waiting for your cell');
  await lab.page.screenshot({ path: 'test-results/shots/waiting-for-your-cell.png' });
  lab.letGo('mine');
  await lab.panel.ended();
  await notebook.expectAgentCells([{ outputs: [] }, { outputs: ["text/plain ['mine', 'next']"] }]);
});

test('a kernel that the user restarts in mid-action is told, and the run goes on', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script(act('Sleep', 'import time\nx = 1\ntime.sleep(600)'), act('Look', '"x" in dir()'), 'It is gone.');
  const notebook = await lab.open();
  await lab.panel.ask('Sleep');
  await notebook.expectAgentCells([{ running: true }]);
  await expect(notebook.page.locator('.jp-Notebook-ExecutionIndicator[data-status="busy"]').first()).toBeVisible();
  await notebook.ask('context.sessionContext.restartKernel().then(() => null)');
  await lab.panel.ended();
  await expect(lab.panel.answers).toHaveText('It is gone.');
  await notebook.expectAgentCells([{ running: false }, { running: false, outputs: ['text/plain False'] }]);
  await lab.panel.unfold();
  await expect(lab.panel.marks).toHaveText(['✗', '✓']);
  await expect(lab.panel.root.locator('.codeact-Step-error').first()).toContainText(/all variables are lost/i);
});

test('neither the panel nor a run that is over leaves a notebook unsaved', async ({ lab }) => {
  lab.writeNotebook(['x = 1']);
  await lab.script(act('Add', '1 + 1'), 'It is 2.');
  // JupyterLab itself writes the kernel's language into a notebook that has none: that is saved first
  const notebook = await lab.open();
  await notebook.save();
  await notebook.ask('(widget.dispose(), null)');
  await lab.open();
  await lab.page.waitForTimeout(500);
  expect(await notebook.isDirty()).toBe(false);

  await lab.panel.ask('Add');
  await lab.panel.ended();
  await expect.poll(() => notebook.isDirty()).toBe(false);
  const saved = lab
    .saved()
    .map(({ id, source, outputs, execution_count }) => ({ id, source, outputs, execution_count }));
  expect(saved).toHaveLength(2);
  expect(saved.map(cell => cell.execution_count)).toEqual([null, 1]);
  expect(await notebook.ask('context.model.sharedModel.cells.map(cell => cell.id)')).toEqual(
    saved.map(cell => cell.id)
  );
});

test("the user's undo takes back the user's words and leaves the agent's cells", async ({ lab }) => {
  lab.writeNotebook(['']);
  await lab.script(act('Add', '1 + 1'), 'It is 2.');
  const notebook = await lab.open();
  await notebook.ask('context.model.sharedModel.insertCell(0, { cell_type: "code", source: "" })');
  await notebook.edit(0);
  await lab.page.keyboard.type('mine');
  await notebook.ask('(widget.content.activeCellIndex = 1, null)');
  await lab.panel.ask('Add');
  await lab.panel.ended();
  await notebook.edit(0);
  for (let times = 0; times < 3; times++) {
    await lab.page.keyboard.press('Control+z');
  }
  expect((await notebook.cells())[0].source).toBe('');
  await notebook.expectAgentCells([{ source: '1 + 1', outputs: ['text/plain 2'] }]);
});
