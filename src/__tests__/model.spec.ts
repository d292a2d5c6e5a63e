/**
 * @jest-environment node
 */
import { nullTranslator } from '@jupyterlab/translation';
import { PromiseDelegate } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';

import { SUPERSEDED } from '../connection';
import { RunModel } from '../model';
import type { ServerMessage } from '../protocol';
import { interruptedRuns } from '../runReading';
import { WELCOME, asked, finished, record, replied } from './events';

const HEARD: ServerMessage = { type: 'queued', requests: [] };

/** The page's end of a socket; the test is the server. */
class FakeSocket {
  constructor() {
    sockets.push(this);
  }

  send(message: string): void {
    this.sent.push(JSON.parse(message).type);
  }

  say(...messages: ServerMessage[]): void {
    messages.forEach(message => this.onmessage({ data: JSON.stringify(message) }));
  }

  /** By the page: what comes after it nobody hears. */
  close(): void {}

  /** By the server, or the network. */
  drop(code = 1006): void {
    this.onclose({ code });
  }

  onopen = (): void => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: (event: { code: number }) => void = () => undefined;
  readonly sent: string[] = [];
}

let sockets: FakeSocket[] = [];
/** Ends the reading of the file, one for each time that it was begun. */
let reverts: PromiseDelegate<void>[] = [];
let model: RunModel;

/** As much of a value as is used. */
const part = (parts: object): ReturnType<typeof JSON.parse> => parts;
const signals = (...names: string[]): object => Object.fromEntries(names.map(name => [name, new Signal({})]));
const turn = (): Promise<void> => new Promise(resolve => setTimeout(resolve));

beforeEach(() => {
  sockets = [];
  reverts = [];
  model = new RunModel({
    context: part({
      ready: Promise.resolve(),
      path: 'a.ipynb',
      localPath: 'a.ipynb',
      contentsModel: { hash: 'h', writable: true },
      model: { dirty: false, sharedModel: {}, ...signals('stateChanged') },
      sessionContext: {
        session: null,
        kernelDisplayName: 'Python 3',
        kernelDisplayStatus: 'idle',
        ...signals('kernelChanged', 'statusChanged', 'connectionStatusChanged')
      },
      revert: () => {
        reverts.push(new PromiseDelegate());
        return reverts.at(-1)?.promise;
      },
      ...signals('pathChanged', 'saveState', 'disposed')
    }),
    contents: part({}),
    serverSettings: part({ WebSocket: FakeSocket, wsUrl: 'ws://127.0.0.1/', appendToken: false, token: '' }),
    settings: () => ({}),
    trans: nullTranslator.load('')
  });
});

afterEach(() => model.dispose());

/** The socket that was opened last, open. */
async function opened(): Promise<FakeSocket> {
  await turn();
  const socket = sockets[sockets.length - 1];
  socket.onopen();
  return socket;
}

test('what was recorded is shown when it is whole: no run as cut off whose end is on its way', async () => {
  const cutOff: number[] = [];
  const runs: number[] = [];
  model.changed.connect(({ conversation: { state } }) => {
    cutOff.push(interruptedRuns(state).length);
    runs.push(state.runs.length);
  });
  await model.connect();
  const socket = await opened();
  for (const message of [
    WELCOME,
    ...record('r', [asked('Mean?'), replied('It is 2.'), finished('answered', 'It is 2.')])
  ]) {
    socket.say(message);
    await turn();
  }
  expect(runs.at(-1)).toBe(0);
  socket.say(HEARD);
  await turn();
  expect(runs.at(-1)).toBe(1);
  expect(new Set(cutOff)).toEqual(new Set([0]));

  // it goes on and is answered while this page is away
  socket.say({ ...WELCOME, live: ['s'] }, ...record('s', [asked('And?')]));
  await turn();
  socket.drop();
  await model.reconnect();
  const second = await opened();
  second.say(WELCOME);
  await turn();
  second.say(...record('s', [asked('And?'), finished('answered', '3')]).slice(1));
  await turn();
  second.say(HEARD);
  await turn();
  expect(runs.at(-1)).toBe(2);
  expect(new Set(cutOff)).toEqual(new Set([0]));
});

test('another conversation, begun elsewhere, is shown', async () => {
  await model.connect();
  const socket = await opened();
  socket.say(WELCOME, ...record('r', [asked('Mean?'), finished('answered', '2')]), HEARD);
  socket.say({ ...WELCOME, conversation: 'c2' });
  await turn();
  expect(model.conversation.state.welcome?.conversation).toBe('c2');
});

test('a server whose record cannot be read is shown with what it says', async () => {
  await model.connect();
  (await opened()).say({ ...WELCOME, conversation: '', problem: 'The record cannot be read.' });
  await turn();
  expect(model.conversation.state.welcome?.problem).toBe('The record cannot be read.');
});

test('who only looks at a notebook leaves it to the newer tab; who asks takes it over', async () => {
  await model.connect();
  const socket = await opened();
  socket.say(WELCOME, HEARD);
  socket.drop(SUPERSEDED);
  await model.connect();
  await turn();
  expect(sockets).toHaveLength(1);
  model.ask('Mean?', null);
  await turn();
  expect(sockets).toHaveLength(2);
});

test('a connection that breaks while the file is settled is greeted anew', async () => {
  model.ask('Mean?', null);
  const first = await opened();
  first.say({ ...WELCOME, file: 'other' }, HEARD);
  first.drop();
  await model.reconnect();
  const second = await opened();
  second.say({ ...WELCOME, file: 'other' }, HEARD);
  expect(reverts).toHaveLength(2);
  reverts[0].resolve();
  await turn();
  expect([first.sent, second.sent]).toEqual([['subscribe'], ['subscribe']]);
  reverts[1].reject(new Error('The file cannot be read.')); // JupyterLab says so; the request is not lost
  await turn();
  expect(second.sent).toEqual(['subscribe', 'start_run']);
});
