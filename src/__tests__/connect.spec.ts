/**
 * @jest-environment node
 */
import { createServer, IncomingMessage, Server, ServerResponse } from 'http';
import type { AddressInfo } from 'net';

import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';

import { ConnectClient } from '../connect';
import { Check, ConnectError, hostOf, SavedConnection, whereOf } from '../connections';
import { draftOf, endpointOf, hasKey, matching, NOTHING, problemsOf, withPreset } from '../components/connectForm';
import { failureText } from '../components/connectWording';
import { optionGroups, shownGroups } from '../components/modelOptions';
import type { Welcome } from '../protocol';

const trans = nullTranslator.load('');

interface Heard {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly body: unknown;
}

/** A real HTTP server in the place of Jupyter's. */
class Peer {
  constructor(answer: (heard: Heard, response: ServerResponse) => void | Promise<void>) {
    this._server = createServer((request, response) => void this._take(request, response, answer));
  }

  readonly heard: Heard[] = [];

  async client(): Promise<ConnectClient> {
    await new Promise<void>(resolve => this._server.listen(0, '127.0.0.1', resolve));
    const address: AddressInfo | string | null = this._server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const baseUrl = `http://127.0.0.1:${port}/user/ada/`;
    return new ConnectClient(ServerConnection.makeSettings({ baseUrl, token: 'secret' }));
  }

  close(): void {
    this._server.close();
    this._server.closeAllConnections();
  }

  private async _take(
    request: IncomingMessage,
    response: ServerResponse,
    answer: (heard: Heard, response: ServerResponse) => void | Promise<void>
  ): Promise<void> {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    await new Promise(resolve => request.on('end', resolve));
    const text = Buffer.concat(pieces).toString();
    const heard = {
      method: request.method ?? '',
      path: (request.url ?? '').split('?')[0],
      authorization: request.headers.authorization ?? '',
      body: text === '' ? null : JSON.parse(text)
    };
    this.heard.push(heard);
    await answer(heard, response);
  }

  private readonly _server: Server;
}

const peers: Peer[] = [];

function peer(answer: (heard: Heard, response: ServerResponse) => void | Promise<void>): Peer {
  const made = new Peer(answer);
  peers.push(made);
  return made;
}

afterEach(() => peers.splice(0).forEach(made => made.close()));

const SAVED: SavedConnection = {
  name: 'OpenRouter',
  kind: 'openrouter',
  base_url: 'https://openrouter.ai/api/v1',
  model: 'qwen',
  format: 'tool',
  images: true,
  context_length: 32768,
  tested: null,
  has_key: true
};
const ENDPOINT = { kind: 'openai', base_url: 'https://api.openai.com/v1' };
const STREAMS: Check = { check: 'streams', result: 'yes', words: 'Streams: 14 pieces – fast', seconds: 0.2 };
const DONE = { check: 'done', format: 'code', images: false, context_length: null, works: true, tokens: 9, seconds: 1 };

test('requests go below the base URL, with who asks, and names are escaped', async () => {
  const server = peer((_, response) => void response.writeHead(204).end());
  const client = await server.client();
  await client.remove('a/b c');
  expect(server.heard).toEqual([
    { method: 'DELETE', path: '/user/ada/codeact/api/connections/a%2Fb%20c', authorization: 'token secret', body: null }
  ]);
});

test('what a test found is saved with the connection, and an untested one says nothing of it', async () => {
  const server = peer((_, response) => void response.end(JSON.stringify(SAVED)));
  const client = await server.client();
  expect(await client.save({ ...ENDPOINT, key: 'k' }, 'm', null)).toEqual(SAVED);
  await client.save(ENDPOINT, 'm', { format: 'tool', images: true, context_length: 8000 });
  expect(server.heard.map(({ body }) => body)).toEqual([
    { ...ENDPOINT, key: 'k', model: 'm' },
    { ...ENDPOINT, model: 'm', format: 'tool', images: true, context_length: 8000, tested: true }
  ]);
});

test('checks are told one by one as they come, also where a line comes in pieces', async () => {
  const told: Check[] = [];
  let toldBefore = -1;
  const server = peer(async (_, response) => {
    const bytes = Buffer.from(`${JSON.stringify(STREAMS)}\n${JSON.stringify({ ...STREAMS, check: 'usage' })}\n`);
    const cut = bytes.indexOf(0xe2) + 1; // in the middle of a character
    response.write(bytes.subarray(0, cut));
    await new Promise(resolve => setTimeout(resolve, 30));
    response.write(bytes.subarray(cut));
    for (let times = 0; times < 100 && told.length < 2; times++) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    toldBefore = told.length;
    response.end(JSON.stringify({ ...DONE, words: '' }) + '\n');
  });
  const client = await server.client();
  const verdict = await client.test(ENDPOINT, 'm', check => told.push(check), new AbortController().signal);
  expect(toldBefore).toBe(2);
  expect(told).toEqual([STREAMS, { ...STREAMS, check: 'usage' }]);
  expect(verdict).toEqual({ ...DONE, words: '' });
  expect(server.heard[0].body).toEqual({ ...ENDPOINT, model: 'm' });
});

test('a test that is cancelled closes its connection', async () => {
  const controller = new AbortController();
  let closed: () => void = () => undefined;
  const left = new Promise<void>(resolve => (closed = resolve));
  const server = peer((_, response) => {
    response.on('close', closed);
    response.write(JSON.stringify(STREAMS) + '\n');
  });
  const client = await server.client();
  const testing = client.test(ENDPOINT, 'm', () => controller.abort(), controller.signal);
  await expect(testing).rejects.toBeInstanceOf(ConnectError);
  await left;
});

test.each([
  [
    'the server’s own words',
    400,
    '{"message": "Nobody answers at http://a. Start it."}',
    'Nobody answers at http://a. Start it.'
  ],
  ['a login page', 403, '<html>Log in</html>', 'The Jupyter server does not let you do that (403). Log in again.'],
  [
    'no such route',
    404,
    '',
    'The Jupyter server does not know this (404). Restart it if the extension was just updated.'
  ],
  ['a defect', 500, '{}', 'The Jupyter server could not do that (500); its log says why.'],
  [
    'a page to log in at',
    200,
    '<!doctype html><title>Log in</title>',
    'The Jupyter server does not let you do that (401). Log in again.'
  ]
])('an error in plain words: %s', async (_, status, body, words) => {
  const client = await peer((_heard, response) => void response.writeHead(status).end(body)).client();
  const error = await client.models(ENDPOINT).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConnectError);
  expect(error instanceof ConnectError ? failureText(trans, error) : '').toBe(words);
});

test('a server that is gone, or goes in mid-test, is told like one', async () => {
  const server = peer((_, response) => {
    response.write(JSON.stringify(STREAMS) + '\n{"check": "us');
    setTimeout(() => response.destroy(), 50);
  });
  const client = await server.client();
  const gone = { status: 0, message: '' };
  await expect(client.test(ENDPOINT, 'm', () => undefined, new AbortController().signal)).rejects.toMatchObject(gone);
  server.close();
  await expect(client.list()).rejects.toMatchObject(gone);
});

test('where what is sent goes', () => {
  expect(['http://localhost:1/v1', 'http://127.0.0.1:8000/v1', 'http://[::1]:1/v1'].map(whereOf)).toEqual(
    Array(3).fill('local')
  );
  expect(['https://api.openai.com/v1', 'http://192.168.0.4:8000', 'http://localhost.evil.org'].map(whereOf)).toEqual(
    Array(3).fill('remote')
  );
  expect([hostOf('http://a:1/v1'), hostOf('nonsense')]).toEqual(['a:1', '']);
});

test('a saved key is used at its own address only, until another is typed or it is removed', () => {
  const draft = draftOf(SAVED);
  const elsewhere = { ...draft, baseUrl: 'https://evil.org/v1' };
  expect([hasKey(draft), hasKey({ ...draft, baseUrl: `${SAVED.base_url}/ ` }), hasKey(elsewhere)]).toEqual([
    true,
    true,
    false
  ]);
  const asked = { kind: SAVED.kind, base_url: SAVED.base_url, name: SAVED.name };
  expect(endpointOf(draft, '')).toEqual(asked);
  expect(endpointOf({ ...draft, keyPlan: 'replace' }, 'new')).toEqual({ ...asked, key: 'new' });
  expect(endpointOf({ ...draft, keyPlan: 'remove' }, '')).toEqual({ ...asked, key: '' });
  expect(endpointOf({ ...NOTHING, kind: 'x', baseUrl: 'http://a/v1/' }, '')).toEqual({
    kind: 'x',
    base_url: 'http://a/v1'
  });
});

test('a provider that is saved already is shown as it is saved', () => {
  const preset = { kind: 'openrouter', label: 'OpenRouter', base_url: SAVED.base_url, needs_key: true, help: '' };
  expect(withPreset(preset, [SAVED])).toEqual(draftOf(SAVED));
  expect(withPreset(preset, [])).toEqual({ ...NOTHING, kind: 'openrouter', baseUrl: SAVED.base_url });
});

test('what is missing is said at its field', () => {
  expect(Object.keys(problemsOf(NOTHING, trans, true))).toEqual(['kind']);
  expect(Object.keys(problemsOf({ ...NOTHING, kind: 'x', baseUrl: 'a.org/v1' }, trans, true))).toEqual(['baseUrl']);
  const listed = { ...NOTHING, kind: 'x', baseUrl: 'http://a.org/v1' };
  expect(Object.keys(problemsOf(listed, trans, true))).toEqual(['model']);
  expect(problemsOf(listed, trans, false)).toEqual({});
});

test('the models to choose from: those saved, those listed, the built-in one; narrowed down by words', () => {
  const welcome: Welcome = {
    type: 'welcome',
    conversation: 'c',
    live: [],
    model: 'other/llama-8b',
    where: 'remote',
    problem: '',
    connection: 'OpenRouter',
    format: 'code',
    images: false,
    max_steps: 30,
    max_tokens: 0,
    max_seconds: 0,
    max_cost: 0,
    approval: 'risky',
    modes: ['risky', 'ask', 'auto'],
    examples: [],
    file: 'same',
    hash: null
  };
  const labels = (words: string, listed: Record<string, string[]>): string[] =>
    shownGroups(optionGroups([SAVED], listed, welcome, trans), words).flatMap(group =>
      group.options.map(option => `${option.isCurrent ? '*' : ''}${group.label}: ${option.label}`)
    );
  expect(labels('', {})).toEqual([
    'Without a connection: Built-in model',
    'Without a connection: As configured',
    'OpenRouter: qwen',
    'OpenRouter: Other models…'
  ]);
  expect(labels('router 8B', { OpenRouter: ['qwen', 'other/llama-8b', 'other/llama-70b'] })).toEqual([
    '*OpenRouter: other/llama-8b'
  ]);
  expect(matching(['a b', 'b a c', 'c'], 'A  b', text => text)).toEqual(['a b', 'b a c']);
});
