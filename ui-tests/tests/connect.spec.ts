import * as fs from 'fs';
import * as path from 'path';

import { Locator, Page } from '@playwright/test';

import { Endpoint, EndpointOptions, Said } from './endpoint';
import { Lab, expect, test as base } from './lab';

const SHOTS = 'test-results/shots';
const CANARY = 'sk-canary-4f1d7b90c2';

/** Where a model is connected, as a user finds it. */
class ConnectView {
  constructor(readonly page: Page) {
    this.root = page.locator('.codeact-Connect');
    this.title = this.root.getByRole('heading');
    this.url = this.root.getByLabel('Address (base URL)');
    this.key = this.root.locator('input[type=password]');
    this.model = this.root.getByRole('combobox', { name: 'Model' });
    this.options = this.root.getByRole('option');
    this.checks = this.root.locator('.codeact-Check');
    this.verdict = this.root.locator('.codeact-Verdict');
  }

  readonly root: Locator;
  readonly title: Locator;
  readonly url: Locator;
  readonly key: Locator;
  readonly model: Locator;
  readonly options: Locator;
  readonly checks: Locator;
  readonly verdict: Locator;

  button(name: string, exact = true): Locator {
    return this.root.getByRole('button', { name, exact });
  }

  problem(text: string | RegExp): Locator {
    return this.root.getByRole('alert').filter({ hasText: text });
  }

  async choose(provider: string): Promise<void> {
    await this.root.getByRole('radio', { name: provider }).check();
  }
}

interface Parts {
  view: ConnectView;
  /** Starts an endpoint that says this in runs. */
  serve: (options?: EndpointOptions, ...replies: Said[]) => Promise<Endpoint>;
  forget: void;
}

const test = base.extend<Parts>({
  view: async ({ lab }, use) => {
    const view = new ConnectView(lab.page);
    await use(view);
    if (await view.root.isVisible()) {
      await view.button('Back').click();
    }
  },
  serve: async ({}, use) => {
    const endpoints: Endpoint[] = [];
    await use(async (options = {}, ...replies) => {
      const endpoint = await new Endpoint(options, replies).start();
      endpoints.push(endpoint);
      return endpoint;
    });
    endpoints.forEach(endpoint => endpoint.close());
  },
  /** Other tests begin with the built-in model. */
  forget: [
    async ({ baseURL }, use) => {
      await use();
      const saved = await (await fetch(`${baseURL}/codeact/api/connections`)).json();
      for (const { name } of saved.connections) {
        await fetch(`${baseURL}/codeact/api/connections/${encodeURIComponent(name)}`, { method: 'DELETE' });
      }
    },
    { auto: true }
  ]
});

/** The model's name in the status line. */
const picker = (lab: Lab): Locator => lab.panel.root.getByRole('button', { name: /^Model: / });
const status = (lab: Lab): Locator => lab.panel.root.locator('.codeact-Status');
/** The offer beside the built-in model. */
const link = (lab: Lab): Locator => status(lab).getByRole('button', { name: 'connect a model' });
const choices = (lab: Lab): Locator => lab.panel.root.getByRole('dialog', { name: 'Model of this conversation' });

/** All that the browser was told, and all that it keeps. */
function listen(page: Page): { all: () => Promise<string>; sent: string[] } {
  const told: (string | Promise<string>)[] = [];
  const sent: string[] = [];
  page.on('response', response => told.push(response.text().catch(() => '')));
  page.on('request', request =>
    sent.push(`${request.method()} ${new URL(request.url()).pathname} ${request.postData()}`)
  );
  page.on('websocket', socket => {
    socket.on('framereceived', frame => told.push(frame.payload.toString()));
    socket.on('framesent', frame => told.push(frame.payload.toString()));
  });
  const kept = (): Promise<string> =>
    page.evaluate(() =>
      [
        document.documentElement.outerHTML,
        ...[...document.querySelectorAll('input, textarea')].map(input => (input as HTMLInputElement).value),
        JSON.stringify({ ...localStorage }),
        JSON.stringify({ ...sessionStorage }),
        document.cookie,
        location.href
      ].join('\n')
    );
  return { sent, all: async () => [...(await Promise.all(told)), await kept()].join('\n') };
}

/** Whether a folder holds a text anywhere. */
function holds(folder: string, text: string): string[] {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  return files.map(file => path.join(file.parentPath, file.name)).filter(file => fs.readFileSync(file).includes(text));
}

test('a model is connected, tested, saved and asked, and its key never comes back', async ({ lab, view, serve }) => {
  lab.writeNotebook();
  const models = ['big-9b', 'small-1b', 'tiny'];
  const endpoint = await serve({ key: CANARY, models }, { code: 'print(6 * 7)' }, 'It is 42.');
  const heard = listen(lab.page);
  const notebook = await lab.open();
  await lab.panel.composer.fill('Six by seven?');
  await link(lab).click();
  await expect(view.title).toBeFocused();

  await view.choose('Other (URL)');
  await view.url.fill(`${endpoint.url}/`);
  await view.key.fill(CANARY);
  await view.model.click();
  await expect(view.options).toHaveText(models);
  await view.model.fill('sm');
  await expect(view.options).toHaveText(['small-1b']);
  await view.options.click();
  await view.button('Test').click();
  await expect(view.verdict).toContainText('It can be used: it writes its actions as tool calls, does not see figures');
  const results = await view.checks.evaluateAll(lines =>
    lines.map(line => [...line.children].slice(0, 2).map(part => part.textContent))
  );
  expect(results).toEqual([
    ['✓', 'Reachable: yes'],
    ['✓', 'Answers: yes'],
    [expect.anything(), expect.stringMatching('^Streams')], // by the speed of this machine
    ['✓', 'Counts tokens: yes'],
    ['✓', 'Tool calls: yes'],
    ['✗', 'Sees images: no'],
    ['✓', 'Context length: yes']
  ]);
  await lab.page.screenshot({ path: `${SHOTS}/connect-tested.png` });
  await view.button('Save and use').click();

  await expect(view.root).toHaveCount(0);
  expect(await heard.all()).not.toContain(CANARY);
  await expect(status(lab)).toContainText('small-1b ▾· local · figures not sent');
  await expect(lab.panel.composer).toBeFocused();
  await expect(lab.panel.composer).toHaveValue('Six by seven?');
  await lab.page.keyboard.press('Enter');
  await lab.panel.ended();
  await notebook.expectAgentCells([{ outputs: ['42\n'] }]);
  const runs = endpoint.asked.filter(({ body }) => body.messages?.[0].role === 'system');
  expect(runs.map(({ body, authorization }) => [body.model, authorization, body.tools?.length])).toEqual(
    Array(2).fill(['small-1b', `Bearer ${CANARY}`, expect.any(Number)])
  );

  await picker(lab).click();
  await choices(lab)
    .getByRole('button', { name: /^Connect another/ })
    .click();
  await view.button('Edit 127.0.0.1').click();
  await expect(view.root).toContainText('A key is saved.');
  await expect(view.key).toHaveCount(0);
  expect(await heard.all()).not.toContain(CANARY);
  expect(heard.sent.filter(text => text.includes(CANARY)).map(text => text.split(' ').slice(0, 2).join(' '))).toEqual([
    'POST /codeact/api/models',
    'POST /codeact/api/test',
    'PUT /codeact/api/connections'
  ]);
  expect(['workspaces', 'settings', 'root'].flatMap(name => holds(path.join(lab.home, name), CANARY))).toEqual([]);
});

test('each notebook asks the model that was chosen for it', async ({ lab, view, serve }) => {
  lab.writeNotebook();
  lab.writeNotebook([''], 'other.ipynb');
  const endpoint = await serve({ models: ['big-9b', 'small-1b'] }, 'From the first.', 'From the second.');
  await lab.open();
  await connect(view, lab, endpoint.url, 'small-1b');
  await lab.panel.ask('Who are you?');
  await lab.panel.ended();
  await expect(lab.panel.answers).toHaveText('From the first.');

  await picker(lab).click();
  await expect(choices(lab).getByRole('option', { selected: true })).toContainText('small-1b');
  await choices(lab).getByRole('option', { name: 'Other models…' }).click();
  await choices(lab).getByRole('option', { name: 'big-9b' }).click();
  await expect(choices(lab)).toHaveCount(0);
  await expect(picker(lab)).toBeFocused();
  await expect(status(lab)).toContainText('big-9b');
  await lab.panel.ask('And now?');
  await lab.panel.ended(2);

  await lab.open('other.ipynb');
  await expect(lab.panel.name).toHaveText('other.ipynb');
  await expect(status(lab)).toContainText('small-1b'); // as connected last
  await picker(lab).click();
  await choices(lab)
    .getByRole('option', { name: /Built-in model/ })
    .click();
  await expect(status(lab)).toContainText('built-in model ▾· simple questions');
  await lab.panel.ask('Hello?');
  await lab.panel.ended();
  const asked = endpoint.asked.filter(({ body }) => body.messages?.[0].role === 'system');
  expect(asked.map(({ body }) => body.model)).toEqual(['small-1b', 'big-9b']);
  await lab.open();
  await expect(status(lab)).toContainText('big-9b');
});

test('what is wrong is said in plain words at the model, whose name can be typed all the same', async ({
  lab,
  view,
  serve
}) => {
  lab.writeNotebook();
  const [page, empty, strict] = [await serve({ is: 'page' }), await serve({ is: 'empty' }), await serve({ key: 'k' })];
  const gone = await serve();
  gone.close();
  await lab.open();
  await link(lab).click();
  await view.button('Save and use').click();
  await expect(view.problem('Choose who answers.')).toBeVisible();
  await view.choose('Other (URL)');
  await view.button('Test').click();
  await expect(view.problem('Enter the address of the endpoint')).toBeVisible();
  await expect(view.url).toBeFocused();
  for (const [endpoint, words] of [
    [gone, /Nothing (listens|answers)|cannot be reached|refused/i],
    [page, /sent no list of models\. Check the URL/],
    [empty, /has no list of models \(404: Not Found\)\. Check the URL/],
    [strict, /wants a key|refused the key/]
  ] as const) {
    await view.url.fill(endpoint.url);
    await view.model.click();
    await expect(view.problem(words)).toBeVisible();
    await view.model.fill('mine');
    await expect(view.model).toHaveValue('mine');
    await view.model.fill('');
  }
  await lab.page.screenshot({ path: `${SHOTS}/connect-refused.png` });
  await view.key.fill('another');
  await view.model.click();
  await expect(view.problem(/refused the key \(401: Incorrect API key provided/)).toBeVisible();
  await view.button('Save and use').click();
  await expect(view.problem('Choose a model, or type its name.')).toBeVisible();
  await view.model.fill('mine');
  await view.button('Test').click();
  await expect(view.verdict).toContainText('It cannot be used yet');
  await view.button('Save and use').click();

  await lab.panel.ask('Plot sales by month');
  await lab.panel.ended();
  await expect(lab.panel.banner).toContainText('401');
  await lab.panel.banner.getByRole('button', { name: 'Connect a model' }).click();
  await view.button('Edit 127.0.0.1').click();
  await view.button('Replace').click();
  await expect(view.key).toBeFocused();
  await view.key.fill('k');
  await view.button('Save and use').click();
  await lab.panel.button('Try again').click();
  await lab.panel.ended(2);
  await expect(lab.panel.answers).toHaveText('There is no more in the script.');
});

test('a test that takes long says so, and can be cancelled', async ({ lab, view, serve }) => {
  lab.writeNotebook();
  const endpoint = await serve({ delay: 2 });
  await lab.open();
  await link(lab).click();
  await view.choose('Other (URL)');
  await view.url.fill(endpoint.url);
  await view.model.fill('slow');
  await view.button('Test').click();
  await expect(view.root).toContainText('Testing');
  await expect(view.checks).toHaveCount(1);
  await view.button('Cancel the test').click();
  await expect(view.button('Test again')).toBeFocused();
  const asked = endpoint.asked.length;
  await lab.page.waitForTimeout(2500);
  expect(endpoint.asked.length).toBe(asked);
  await expect(view.checks).toHaveCount(1);
  await expect(view.root.locator('.codeact-Problem:not(:empty)')).toHaveCount(0);
});

test('a server on this machine is offered, and not chosen', async ({ lab, view }) => {
  lab.writeNotebook();
  const { endpoint, label } = await onUsualPort(['gemma', 'qwen']);
  try {
    await lab.open();
    await link(lab).click();
    const offered = view.root.getByRole('region', { name: 'Found on this machine' });
    await expect(offered).toContainText(`A server answers on ${label}’s usual port`);
    await expect(offered).toContainText('anybody may be listening there');
    await expect(view.root.getByRole('radio', { checked: true })).toHaveCount(0);
    await expect(view.url).toHaveValue('');
    await lab.page.screenshot({ path: `${SHOTS}/connect-offered.png` });
    await view.button(`Use ${label} on this machine`).click();
    await expect(view.url).toHaveValue(endpoint.url);
    await expect(view.model).toBeFocused();
    await expect(view.options).toHaveText(['gemma', 'qwen']);
    await view.options.filter({ hasText: 'qwen' }).click();
    await view.button('Save and use').click();
    await expect(status(lab)).toContainText('qwen ▾· local');
  } finally {
    endpoint.close();
  }
});

test('a key is removed, and a connection deleted only when that is said twice', async ({ lab, view, serve }) => {
  lab.writeNotebook();
  const endpoint = await serve({ key: 'k', models: ['m'] });
  await lab.open();
  await connect(view, lab, endpoint.url, 'm', 'k');
  await lab.panel.button('More').click();
  await lab.page.getByRole('menuitem', { name: 'Connect a Model' }).click();
  await view.button('Edit 127.0.0.1').click();
  await view.button('Remove').click();
  await expect(view.root).toContainText('The saved key is removed when you save.');
  await view.button('Keep the saved key').click();
  await view.url.fill('http://127.0.0.1:9/v1');
  await expect(view.root).toContainText('The saved key is not sent to another address.');
  await view.url.fill(endpoint.url);
  await view.button('Remove').click();
  await view.button('Save and use').click();
  await lab.panel.ask('Hello?');
  await lab.panel.ended();
  expect(endpoint.asked.at(-1)?.authorization).not.toContain('k');

  await picker(lab).click();
  await choices(lab)
    .getByRole('button', { name: /^Connect another/ })
    .click();
  await view.button('Delete 127.0.0.1…').click();
  await view.button('Keep').click();
  await view.button('Delete 127.0.0.1…').click();
  await view.button('Delete 127.0.0.1 and its key').click();
  await expect(view.root.getByRole('region', { name: 'Saved connections' })).toHaveCount(0);
  await view.button('Back').click();
  await expect(lab.panel.banner.last()).toContainText('There is no connection');
});

test('all of it by keyboard alone', async ({ lab, view, serve }) => {
  lab.writeNotebook();
  const endpoint = await serve({ models: ['big-9b', 'small-1b'] }, 'By keyboard.');
  const { keyboard } = lab.page;
  const tabTo = async (target: Locator, key = 'Tab'): Promise<void> => {
    await expect(target).toBeVisible();
    for (let times = 0; times < 25; times++) {
      await keyboard.press(key);
      if (await target.evaluate(element => element === document.activeElement)) {
        return;
      }
    }
    throw new Error('it cannot be reached by Tab');
  };
  await lab.open();
  await lab.panel.composer.focus();
  await keyboard.type('Hello?');
  await tabTo(picker(lab));
  await keyboard.press('Enter');
  await expect(choices(lab).getByRole('combobox')).toBeFocused();
  await keyboard.press('Escape');
  await expect(picker(lab)).toBeFocused();
  await keyboard.press('Enter');
  await tabTo(choices(lab).getByRole('button', { name: 'Connect a model…' }));
  await keyboard.press('Enter');
  await expect(view.title).toBeFocused();
  await tabTo(view.root.getByRole('radio', { name: 'OpenAI' }));
  await keyboard.press('ArrowUp'); // round to the last
  await expect(view.root.getByRole('radio', { name: 'Other (URL)' })).toBeChecked();
  await tabTo(view.url);
  await keyboard.type(endpoint.url);
  await tabTo(view.model);
  await expect(view.options).toHaveCount(2);
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await expect(view.model).toHaveValue('small-1b');
  await keyboard.press('ArrowDown');
  await expect(view.options).toHaveCount(2);
  await keyboard.press('Escape'); // of the list alone
  await expect(view.root.getByRole('listbox')).toHaveCount(0);
  await expect(view.model).toHaveValue('small-1b');
  await tabTo(view.button('Test'));
  await keyboard.press('Enter');
  await expect(view.verdict).toBeVisible();
  await tabTo(view.button('Save and use'));
  await keyboard.press('Enter');
  await expect(lab.panel.composer).toBeFocused();
  await expect(lab.panel.composer).toHaveValue('Hello?');
  await keyboard.press('Enter');
  await lab.panel.ended();
  await expect(lab.panel.answers).toHaveText('By keyboard.');

  await tabTo(picker(lab));
  await keyboard.press('Enter');
  await keyboard.type('built');
  await keyboard.press('Enter');
  await expect(status(lab)).toContainText('built-in model');
  await keyboard.press('Control+Shift+C');
  await keyboard.type('connect a model');
  await keyboard.press('Enter');
  await expect(view.title).toBeFocused();
  await keyboard.press('Escape');
  await expect(lab.panel.composer).toBeFocused();
});

for (const theme of ['Light', 'Dark']) {
  test(`where a model is connected fits a narrow panel, in the colours of JupyterLab ${theme}`, async ({
    lab,
    view,
    serve
  }) => {
    lab.writeNotebook();
    const long = 'an-organisation-with-a-long-name/a-model-with-a-very-long-name-instruct-q4_k_m.gguf';
    const endpoint = await serve({ key: 'k', models: [long, 'm'] });
    const shoot = async (name: string): Promise<unknown> =>
      lab.page.screenshot({ path: `${SHOTS}/connect-${name}-${theme.toLowerCase()}.png` });
    const overflow = (): Promise<string[]> =>
      lab.panel.root.evaluate(root =>
        [root, ...root.querySelectorAll<HTMLElement>('.codeact-Connect, .codeact-Picker-box, .codeact-List')]
          .filter(element => element.scrollWidth > element.clientWidth)
          .map(element => element.className)
      );
    await lab.page.evaluate(
      name => (window as any).jupyterapp.commands.execute('apputils:change-theme', { theme: name }),
      `JupyterLab ${theme}`
    );
    await lab.open();
    await lab.panel.root.evaluate(root => (root.style.maxWidth = '260px'));
    await connect(view, lab, endpoint.url, long, 'k');
    await picker(lab).click();
    await expect(choices(lab).getByRole('option', { name: 'Other models…' })).toBeVisible();
    await shoot('picker');
    expect(await overflow()).toEqual([]);
    await choices(lab)
      .getByRole('button', { name: /^Connect another/ })
      .click();
    await view.button('Edit 127.0.0.1').click();
    await shoot('edit');
    await view.button('Replace').click();
    await view.key.fill('wrong');
    await view.model.click();
    await expect(view.problem('refused the key')).toBeVisible();
    await view.button('Test').click();
    await expect(view.verdict).toBeVisible();
    await view.button('Save and use').scrollIntoViewIfNeeded();
    await shoot('failed');
    expect(await overflow()).toEqual([]);
    await view.button('Keep the saved key').click();
    await view.model.click();
    await expect(view.options).toHaveCount(2);
    await shoot('models');
    expect(await overflow()).toEqual([]);
    await keepLight(lab);
  });
}

test('the settings page has all that a run is made with, and a change holds from the next run on', async ({ lab }) => {
  lab.writeNotebook();
  const sent: string[] = [];
  lab.page.on('websocket', socket => socket.on('framesent', ({ payload }) => sent.push(payload.toString())));
  await lab.open();
  await lab.page.evaluate(() => (window as any).jupyterapp.commands.execute('codeact:open-settings'));
  const form = lab.page.locator('.jp-SettingsForm, .jp-SettingsPanel').filter({ hasText: 'Failed attempts' }).first();
  for (const name of ['Model', 'Base URL', 'Actions', 'Figures', 'Steps', 'Failed attempts', 'Scratch cells']) {
    await expect(form.getByText(name, { exact: true }).first()).toBeVisible();
  }
  await expect(form).toContainText('API keys are not settings');
  await form.locator('select').filter({ hasText: 'Folded to one line' }).selectOption({ label: 'Removed' });
  await expect.poll(() => sent.filter(text => text.includes('"configure"')).at(-1) ?? '').toContain('"tidy":"remove"');
  await lab.page.screenshot({ path: `${SHOTS}/connect-settings.png` });
  await lab.page.evaluate(() =>
    [...(window as any).jupyterapp.shell.widgets('main')].find((w: any) => w.id.includes('setting'))?.dispose()
  );
});

test('what the administrator fixed is shown as fixed', async ({ ownLab: { lab, server } }) => {
  test.setTimeout(120_000); // two server starts
  await server.kill();
  fs.mkdirSync(path.join(server.home, 'config'));
  const fixed = { model: 'the-one', base_url: 'http://127.0.0.1:9/v1', locked: ['model', 'base_url'] };
  fs.writeFileSync(path.join(server.home, 'config', 'jupyter_codeact_config.json'), JSON.stringify({ CodeAct: fixed }));
  await server.start();
  lab.writeNotebook();
  await lab.reload();
  await lab.open();
  await expect(status(lab)).toContainText('the-one ▾');
  await picker(lab).click();
  await expect(choices(lab)).toContainText('The model is fixed by the administrator of this server.');
  await expect(choices(lab).getByRole('option')).toHaveCount(0);
  await choices(lab).getByRole('button').click();
  await expect(new ConnectView(lab.page).root).toContainText('It cannot be changed here.');
});

/** Connects this model by mouse, without a test of it. */
async function connect(view: ConnectView, lab: Lab, url: string, model: string, key = ''): Promise<void> {
  await link(lab).click();
  await view.choose('Other (URL)');
  await view.url.fill(url);
  await view.key.fill(key);
  await view.model.fill(model);
  await view.button('Save and use').click();
  await expect(view.root).toHaveCount(0);
  await expect(status(lab)).toContainText(`${model} ▾`);
}

/** An endpoint where a local server of a known kind usually listens: one that nobody uses now. */
async function onUsualPort(models: string[]): Promise<{ endpoint: Endpoint; label: string }> {
  const usual: [number, string][] = [
    [1234, 'LM Studio'],
    [11434, 'Ollama'],
    [8080, 'llama.cpp']
  ];
  for (const [port, label] of usual) {
    const endpoint = await new Endpoint({ models }, []).start(port).catch(() => null);
    if (endpoint !== null) {
      return { endpoint, label };
    }
  }
  throw new Error('all usual ports of local servers are taken');
}

async function keepLight(lab: Lab): Promise<void> {
  await lab.page.evaluate(() =>
    (window as any).jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' })
  );
}
