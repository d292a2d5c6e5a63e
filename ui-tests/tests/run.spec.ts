import { act, expect, test, until } from './lab';

test('cells appear while their code streams in, run, and get their count last', async ({ lab }) => {
  lab.writeNotebook(['x = 6']);
  const code = `print("begun")\n${until('go')}\nprint("ended")\nx = 7\nx * 6`;
  await lab.script({ say: act('Multiply', code), pieces: 4, delay: 0.1 }, 'It is 42.');
  const notebook = await lab.open();
  await lab.panel.ask('What is seven times six?');

  // its beginning is there before its end
  await expect
    .poll(async () => (await notebook.agentCells())[0]?.source ?? '')
    .toMatch(/^print\("begun"\)(?![\s\S]*x \* 6)/);
  await notebook.expectAgentCells([{ source: code, running: true, count: null, outputs: ['begun\n'] }]);
  const running = notebook.view.locator('.jp-Cell.codeact-agentCell.codeact-mod-running');
  await expect(running.locator('.jp-InputPrompt')).toHaveText('[*]:');
  await expect(lab.panel.stop).toBeVisible();
  await expect(lab.panel.state).toHaveText('step 1 of 30');
  lab.letGo('go');

  await notebook.expectAgentCells([
    { source: code, running: false, count: 1, outputs: ['begun\nended\n', 'text/plain 42'] }
  ]);
  await lab.panel.ended();
  await expect(lab.panel.answers).toHaveText('It is 42.');
  await expect(running).toHaveCount(0);
  expect((await notebook.cells()).map(cell => cell.source)).toEqual(['x = 6', code]);
});

test('a failing cell is repaired, and the answer is markdown in which no remote image is loaded', async ({ lab }) => {
  lab.writeNotebook();
  const answer = [
    'The **mean** is $\\bar{x} = 2$.',
    '',
    '| a | b |',
    '|---|---|',
    '| 1 | 2 |',
    '',
    '![a spy](http://127.0.0.1:9/spy.png)'
  ].join('\n');
  await lab.script(act('Read a column', '{}["masss"]'), act('Read the right column', '{"mass": 2}["mass"]'), answer);
  const asked: string[] = [];
  const listen = (request: { url: () => string }): unknown => asked.push(request.url());
  lab.page.on('request', listen);
  const notebook = await lab.open();
  await lab.panel.ask('Mean?');
  await lab.panel.ended();

  await notebook.expectAgentCells([
    { attempt: 1, outputs: ["KeyError: 'masss'"] },
    { attempt: 2, outputs: ['text/plain 2'] }
  ]);
  await expect(lab.panel.runs.locator('.codeact-Fold > summary')).toHaveText(/^2 steps · 1 repaired · 2 cells · \d/);
  await lab.panel.unfold();
  await expect(lab.panel.steps).toHaveText([/Read a column/, /Read the right column/]);
  await expect(lab.panel.marks).toHaveText(['✗', '✓']);
  await expect(lab.panel.root.locator('.codeact-Step-error')).toHaveText("KeyError: 'masss' → repaired below");

  const prose = lab.panel.answers;
  await expect(prose.locator('strong')).toHaveText('mean');
  await expect(prose.locator('td')).toHaveText(['1', '2']);
  await expect(prose.locator('mjx-container')).toBeVisible();
  await expect(prose.locator('img')).toHaveCount(0);
  await expect(prose.getByRole('link', { name: 'a spy' })).toBeVisible();
  expect(asked.filter(url => url.includes('spy'))).toEqual([]);
  lab.page.off('request', listen);
});

test('words sent in mid-run stand in the run, and a follow-up goes below it', async ({ lab }) => {
  lab.writeNotebook();
  await lab.script(
    act('Wait', `${until('go')}\nx = 1`),
    act('Add', 'x + 1'),
    'It is 2.',
    act('Add again', 'x + 2'),
    'It is 3.'
  );
  const notebook = await lab.open();
  await lab.panel.ask('Add one');
  await notebook.expectAgentCells([{ running: true }]);
  await lab.panel.ask('to x, please');
  await expect(lab.panel.words).toHaveText(['Add one', 'to x, please']);
  lab.letGo('go');
  await lab.panel.ended();
  await lab.panel.unfold();
  const order = lab.panel.runs.locator('.codeact-Steps > li');
  await expect(order).toHaveText([/Wait/, 'to x, please', /Add/]);

  await lab.panel.ask('And two?');
  await lab.panel.ended(2);
  await expect(lab.panel.answers).toHaveText(['It is 2.', 'It is 3.']);
  await notebook.expectAgentCells([
    { outputs: [], count: 1 },
    { outputs: ['text/plain 2'], count: 2 },
    { outputs: ['text/plain 3'], count: 3 }
  ]);
});

for (const way of ['the button', 'Esc']) {
  test(`Stop by ${way} ends an endless loop at once`, async ({ lab }) => {
    lab.writeNotebook();
    await lab.script(act('Loop', 'while True: pass'));
    const notebook = await lab.open();
    await lab.panel.ask('Loop for ever');
    await notebook.expectAgentCells([{ running: true }]);
    await expect(lab.panel.steps).toHaveText([/Loop/]);

    // Esc that gives up a word which is being composed is for that word alone
    await lab.panel.composer.dispatchEvent('keydown', { key: 'Escape', isComposing: true });
    await expect(lab.panel.state).toHaveText('step 1 of 30');
    const from = Date.now();
    await (way === 'Esc' ? lab.panel.composer.press('Escape') : lab.panel.stop.click());
    await notebook.page.waitForFunction(
      path =>
        [...(window as any).jupyterapp.shell.widgets('main')].find((widget: any) => widget.context?.path === path)
          .context.sessionContext.session.kernel.status === 'idle',
      notebook.path
    );
    const took = Date.now() - from;
    console.log(`idle ${took} ms after Stop by ${way}`);
    expect(took).toBeLessThan(3000);
    await lab.panel.ended();
    await expect(lab.panel.state).toHaveText('stopped');
    await notebook.expectAgentCells([{ running: false, count: 1, outputs: ['KeyboardInterrupt: '] }]);
  });
}
