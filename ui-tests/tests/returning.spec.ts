import { Lab, act, expect, test, until } from './lab';

const TWO_STEPS = [
  act('Count', `for i in range(5):\n    print("line", i)\n${until('go')}\nprint("over")`),
  act('Add', '1 + 1'),
  'It is 2.'
] as const;

const LINES = Array.from({ length: 5 }, (_, line) => `line ${line}\n`).join('');
const WHOLE = [
  { outputs: [`${LINES}over\n`], count: 1, running: false },
  { outputs: ['text/plain 2'], count: 2, running: false }
];

/** The file has each of the agent's cells once, with what it put out. */
async function expectSaved(lab: Lab): Promise<void> {
  const text = (part: string | string[] | undefined): string => (Array.isArray(part) ? part.join('') : (part ?? ''));
  await expect
    .poll(() =>
      lab
        .saved()
        .filter(cell => cell.metadata.codeact)
        .map(cell => [cell.execution_count, cell.outputs.map(output => text(output.text)).join('')])
    )
    .toEqual([
      [1, `${LINES}over\n`],
      [2, '']
    ]);
}

test('a reload in mid-run shows every cell, output and message once, and so does the file', async ({ lab }) => {
  lab.writeNotebook(['# mine']);
  await lab.script(...TWO_STEPS);
  const notebook = await lab.open();
  await lab.panel.ask('Count');
  await notebook.expectAgentCells([{ running: true, outputs: [LINES] }]);
  await lab.reload();
  await notebook.ready();
  await notebook.expectAgentCells([{ running: true, outputs: [LINES] }]);
  lab.letGo('go');
  await lab.panel.open();
  await lab.panel.ended();

  await notebook.expectAgentCells(WHOLE);
  expect((await notebook.cells()).map(cell => cell.source)[0]).toBe('# mine');
  await expect(lab.panel.words).toHaveText(['Count']);
  await expect(lab.panel.answers).toHaveText(['It is 2.']);
  await lab.panel.unfold();
  await expect(lab.panel.steps).toHaveText([/Count/, /Add/]);
  await expectSaved(lab);
  await expect.poll(() => notebook.isDirty()).toBe(false);
});

test('asked while the page still starts the kernel, the work is done in that one', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script(act('Add', '1 + 1'), 'It is 2.');
  let letStart = (): void => undefined;
  const held = new Promise<void>(resolve => (letStart = resolve));
  let starts = 0;
  const sessions = /\/api\/sessions\b/;
  await lab.page.route(sessions, async route => {
    if (route.request().method() === 'POST') {
      starts += 1;
      await held;
    }
    await route.continue();
  });
  const notebook = lab.notebook();
  await lab.page.evaluate(
    path => void (window as any).jupyterapp.commands.execute('docmanager:open', { path }),
    notebook.path
  );
  await notebook.ready();
  await lab.panel.open();
  await lab.panel.ask('Add');
  await expect(lab.panel.state).toHaveText('starting kernel');
  await lab.page.waitForTimeout(1_000); // one that is started twice is so by now
  letStart();
  await lab.panel.ended();
  await expect(lab.panel.answers).toHaveText(['It is 2.']);
  await notebook.expectAgentCells([{ outputs: ['text/plain 2'], count: 1 }]);
  expect(starts).toBe(1);
  await lab.page.unroute(sessions);
});

test('a notebook closed in mid-run and opened again has the work once', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script(...TWO_STEPS);
  const notebook = await lab.open();
  await lab.panel.ask('Count');
  await notebook.expectAgentCells([{ running: true, outputs: [LINES] }]);
  await notebook.save();
  await notebook.ask('(widget.dispose(), null)');
  lab.letGo('go');
  await expectSaved(lab);

  await lab.open();
  await notebook.expectAgentCells(WHOLE);
  await lab.panel.ended();
  await expect(lab.panel.answers).toHaveText(['It is 2.']);
  await expectSaved(lab);
});

test('a browser tab closed in mid-run comes back to the whole work', async ({ lab }) => {
  test.setTimeout(120_000); // another page is loaded
  lab.writeNotebook();
  await lab.script(...TWO_STEPS);
  const tab = await lab.tab();
  await tab.panel.ask('Count');
  await tab.notebook().expectAgentCells([{ running: true, outputs: [LINES] }]);
  await tab.page.close();
  lab.letGo('go');

  const notebook = await lab.open();
  await lab.panel.ended();
  await notebook.expectAgentCells(WHOLE);
  await expect(lab.panel.answers).toHaveText(['It is 2.']);
  await expectSaved(lab);
});

test('of two tabs the newer is the live one, until the older takes over', async ({ lab }) => {
  test.setTimeout(120_000); // another page is loaded
  lab.writeNotebook();
  await lab.script(...TWO_STEPS);
  const notebook = await lab.open();
  await lab.panel.ask('Count');
  await notebook.expectAgentCells([{ running: true, outputs: [LINES] }]);
  await notebook.save();

  const tab = await lab.tab();
  const newer = tab.notebook();
  await expect(lab.panel.banner).toContainText('This notebook is open in a newer tab.');
  await newer.expectAgentCells([{ running: true, outputs: [LINES] }]);

  // to look at it is not to take it over
  await lab.page.evaluate(() => (window as any).jupyterapp.shell.collapseRight());
  await lab.panel.open();
  await notebook.ask('app.shell.activateById(widget.id)');
  await expect(lab.panel.banner).toContainText('This notebook is open in a newer tab.');
  await expect(tab.panel.banner).toHaveCount(0);

  await lab.panel.button('Take over here').click();
  await expect(tab.panel.banner).toContainText('This notebook is open in a newer tab.');
  await expect(lab.panel.banner).toHaveCount(0);

  await tab.panel.button('Take over here').click();
  await expect(lab.panel.banner).toContainText('This notebook is open in a newer tab.');
  lab.letGo('go');
  await tab.panel.ended();
  await newer.expectAgentCells(WHOLE);
  await expect(tab.panel.answers).toHaveText(['It is 2.']);
  await expectSaved(tab);
  await tab.page.close();

  await lab.panel.button('Take over here').click();
  await lab.panel.ended();
  await notebook.expectAgentCells(WHOLE);
  await expect(lab.panel.answers).toHaveText(['It is 2.']);
});

test('a long conversation is at its end after a reload, and stays where its reader scrolls to', async ({ lab }) => {
  const answer = ['Found.', '| a | b |', '|---|---|', ...Array.from({ length: 12 }, (_, row) => `| ${row} | x |`)];
  const answers = Array.from({ length: 8 }, (_, count) => `${answer.join('\n')}\n\nThat was ${count + 1}.`);
  lab.writeNotebook();
  await lab.script(...answers);
  const notebook = await lab.open();
  for (let count = 1; count <= answers.length; count += 1) {
    await lab.panel.ask(`Request ${count}`);
    await lab.panel.ended(count);
  }
  await lab.reload();
  await notebook.ready();
  await lab.panel.open();
  await expect(lab.panel.answers).toHaveCount(answers.length);
  const log = lab.panel.root.locator('.codeact-Log');
  const left = (): Promise<number> => log.evaluate(box => box.scrollHeight - box.scrollTop - box.clientHeight);
  await expect(lab.panel.answers.last().locator('table')).toBeVisible();
  await lab.page.waitForTimeout(500);
  expect(await left()).toBeLessThan(2);
  // a request of many lines is typed: each letter has the composer measured anew
  await lab.panel.composer.fill('words\nthat\nmake\nthe\nlog\nsmaller');
  await lab.panel.composer.press('End');
  await lab.page.keyboard.type('still');
  await lab.page.waitForTimeout(300);
  expect(await left()).toBeLessThan(2);
  await lab.panel.composer.fill('');
  await log.hover();
  await lab.page.mouse.wheel(0, -300);
  await expect.poll(left).toBeGreaterThan(200);
  await lab.panel.composer.fill('words\nthat\nmake\nthe log\nsmaller');
  await lab.page.waitForTimeout(300);
  expect(await left()).toBeGreaterThan(200);
});
