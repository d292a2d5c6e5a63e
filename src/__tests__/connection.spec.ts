/**
 * @jest-environment-options {"customExportConditions": ["node"]}
 */
import type { AddressInfo } from 'net';

import { WebSocket as Socket, WebSocketServer } from 'ws';

import { Connection, ConnectionStatus, SUPERSEDED } from '../connection';
import type { ServerMessage, Subscribe, Welcome } from '../protocol';

const WELCOME: Welcome = {
  type: 'welcome',
  conversation: 'c',
  live: [],
  model: 'm',
  where: 'local',
  problem: '',
  connection: '',
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

const recorded = (run: string, seq: number): ServerMessage => ({
  type: 'recorded',
  run,
  seq,
  at: '2025-01-01T00:00:00.000000+00:00',
  event: { type: 'steered', text: `${seq}` }
});

/** A real socket server on this machine; what each socket is sent is up to the test. */
class Peer {
  constructor(onSubscribe: (peer: Peer, socket: Socket, message: Subscribe) => void) {
    this._server.on('connection', socket => {
      this.sockets.push(socket);
      socket.on('message', data => {
        const message = JSON.parse(String(data));
        this.heard.push(message);
        if (message.type === 'subscribe') {
          onSubscribe(this, socket, message);
        }
      });
    });
  }

  get port(): number {
    const address: AddressInfo | string | null = this._server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async listening(): Promise<void> {
    await until(() => this.port !== 0);
  }

  say(socket: Socket, ...messages: ServerMessage[]): void {
    messages.forEach(message => socket.send(JSON.stringify(message)));
  }

  close(): void {
    this._server.close();
    this.sockets.forEach(socket => socket.terminate());
  }

  readonly sockets: Socket[] = [];
  readonly heard: Record<string, unknown>[] = [];
  private readonly _server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
}

let peer: Peer;
let connection: Connection;
let got: ServerMessage[];
let statuses: ConnectionStatus[];
let answer = 400;

async function connected(onSubscribe: (peer: Peer, socket: Socket, message: Subscribe) => void): Promise<void> {
  peer = new Peer(onSubscribe);
  await peer.listening();
  got = [];
  statuses = [];
  connection = new Connection({
    open: () => new WebSocket(`ws://127.0.0.1:${peer.port}`),
    probe: () => Promise.resolve(answer),
    subscription: () => ({ base: 'h', settings: { max_steps: 5 } }),
    firstPause: 5
  });
  connection.message.connect((_, message) => got.push(message));
  connection.statusChanged.connect((_, status) => statuses.push(status));
  connection.connect();
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

afterEach(() => {
  connection.close();
  peer.close();
});

const seqs = (): number[] => got.flatMap(message => (message.type === 'recorded' ? [message.seq] : []));

test('it subscribes first, with what this document knows', async () => {
  await connected((server, socket) => server.say(socket, WELCOME));
  await until(() => connection.status === 'open');
  expect(peer.heard).toEqual([{ type: 'subscribe', after: {}, base: 'h', settings: { max_steps: 5 } }]);
});

test('a dropped socket comes back and asks for what came after the last event of each run', async () => {
  await connected((server, socket, { after }) => {
    server.say(socket, WELCOME, ...[1, 2, 3, 4].slice(after.r ?? 0).map(seq => recorded('r', seq)));
    if (server.sockets.length === 1) {
      server.say(socket, recorded('s', 1));
    }
  });
  await until(() => got.length === 6);
  peer.sockets[0].terminate();
  await until(() => peer.heard.length === 2 && connection.status === 'open');
  expect(peer.heard[1]).toMatchObject({ type: 'subscribe', after: { r: 4, s: 1 } });
  expect(statuses).toEqual(['open', 'reconnecting', 'open']);
});

test('an event that is sent twice is given once', async () => {
  await connected((server, socket) =>
    server.say(
      socket,
      WELCOME,
      recorded('r', 1),
      recorded('r', 2),
      recorded('r', 1),
      recorded('r', 2),
      recorded('r', 3)
    )
  );
  await until(() => seqs().includes(3));
  expect(seqs()).toEqual([1, 2, 3]);
});

test('a superseded socket stays closed until the user takes over', async () => {
  await connected((server, socket) => server.say(socket, WELCOME));
  await until(() => connection.status === 'open');
  peer.sockets[0].close(SUPERSEDED);
  await until(() => connection.status === 'superseded');
  await new Promise(resolve => setTimeout(resolve, 60));
  expect(peer.sockets).toHaveLength(1);
  connection.connect();
  await until(() => connection.status === 'open');
  expect(peer.sockets).toHaveLength(2);
});

test('what is sent without an open socket is refused, not lost in silence', async () => {
  await connected((server, socket) => server.say(socket, WELCOME));
  expect(connection.send({ type: 'new_conversation' })).toBe(false);
  await until(() => connection.status === 'open');
  expect(connection.send({ type: 'new_conversation' })).toBe(true);
});

test('a message of an unknown kind is left out', async () => {
  await connected((server, socket) => {
    socket.send('{"type": "from_the_future"}');
    server.say(socket, WELCOME);
  });
  await until(() => connection.status === 'open');
  expect(got).toEqual([WELCOME]);
});

test('an event that is missing is asked for again, and nothing is given out of order', async () => {
  await connected((server, socket, { after }) => {
    const events = server.sockets.length === 1 ? [1, 2, 4, 5] : [3, 4, 5];
    expect(after.r ?? 0).toBe(server.sockets.length === 1 ? 0 : 2);
    server.say(socket, WELCOME, ...events.map(seq => recorded('r', seq)));
  });
  await until(() => seqs().includes(5));
  expect(seqs()).toEqual([1, 2, 3, 4, 5]);
});

test('an event that the server lacks too is passed over', async () => {
  await connected((server, socket, { after }) =>
    server.say(socket, WELCOME, ...[1, 3].slice(after.r ?? 0).map(seq => recorded('r', seq)))
  );
  await until(() => seqs().includes(3));
  expect(seqs()).toEqual([1, 3]);
  expect(peer.sockets).toHaveLength(2);
});

test('a server that refuses the socket says why, and lets it in when it changes its mind', async () => {
  answer = 403;
  let isRefusing = true;
  peer = new Peer((server, socket) => server.say(socket, WELCOME));
  await peer.listening();
  statuses = [];
  const { port } = peer;
  connection = new Connection({
    open: () => new WebSocket(`ws://127.0.0.1:${isRefusing ? 1 : port}`),
    probe: () => Promise.resolve(answer),
    subscription: () => ({ base: null, settings: {} }),
    firstPause: 5
  });
  connection.statusChanged.connect((_, status) => statuses.push(status));
  connection.connect();
  await until(() => connection.refusal === 403);
  isRefusing = false;
  await until(() => connection.status === 'open');
  expect(connection.refusal).toBe(0);
  expect(statuses).toEqual(['refused', 'open']);
  answer = 400;
});

test('an attempt whose failure is understood late says nothing of the one after it', async () => {
  let isRefusing = true;
  let understood: (status: number) => void = () => undefined;
  peer = new Peer((server, socket) => server.say(socket, WELCOME));
  await peer.listening();
  statuses = [];
  connection = new Connection({
    open: () => new WebSocket(`ws://127.0.0.1:${isRefusing ? 1 : peer.port}`),
    probe: () => new Promise(resolve => (understood = resolve)),
    subscription: () => ({ base: null, settings: {} }),
    firstPause: 5
  });
  connection.statusChanged.connect((_, status) => {
    statuses.push(status);
  });
  connection.connect();
  isRefusing = false;
  await until(() => connection.status === 'open');
  peer.sockets[0].close(SUPERSEDED);
  await until(() => connection.status === 'superseded');
  understood(0);
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(statuses).toEqual(['open', 'superseded']);
});
