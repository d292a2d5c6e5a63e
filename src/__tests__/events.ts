/** Messages of the server, as the tests write them. */

import type { ActionProposed, Observed, RunEvent, RunFinished, ServerMessage, UserAsked, Welcome } from '../protocol';
import { EMPTY, LocalMessage, RunState, reduce } from '../runState';

export const WELCOME: Welcome = {
  type: 'welcome',
  conversation: 'c1',
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

export const asked = (text: string, conversation = 'c1', cells: string[] = []): UserAsked => ({
  type: 'user_asked',
  text,
  path: 'a.ipynb',
  anchor: null,
  conversation,
  cells,
  continues: null,
  goes_on: false,
  model: 'm',
  format: 'code',
  approval: 'risky',
  allowed: [],
  settings: {},
  prices: null
});
export const replied = (text: string): RunEvent => ({
  type: 'model_replied',
  text,
  calls: [],
  usage: { prompt: 100, completion: 10, estimated: false }
});
export const proposed = (id: string, code: string): ActionProposed => ({
  type: 'action_proposed',
  action_id: id,
  code,
  cell_id: `cell-${id}`,
  scratch: false
});
export const started = (id: string): RunEvent => ({
  type: 'action_started',
  action_id: id,
  msg_id: 'x',
  cell_id: null,
  kernel: 'k'
});
export const observed = (id: string | null, status: Observed['status'], text = ''): Observed => ({
  type: 'observed',
  action_id: id,
  status,
  text,
  images: [],
  changes: []
});
export const finished = (reason: RunFinished['reason'], answer: string | null = null, message = ''): RunFinished => ({
  type: 'run_finished',
  reason,
  answer,
  message
});

export const asking = (request: string, isInstall = false): LocalMessage => ({
  type: 'asked',
  run: 'r',
  request,
  isInstall,
  at: '2025-01-01T00:00:00Z'
});

/** The events of one run, a second apart. */
export function record(run: string, events: readonly RunEvent[]): ServerMessage[] {
  return events.map((event, index) => ({
    type: 'recorded',
    run,
    seq: index + 1,
    at: new Date(Date.UTC(2025, 0, 1, 0, 0, index)).toISOString(),
    event
  }));
}

export function play(messages: readonly (ServerMessage | LocalMessage)[], from: RunState = EMPTY): RunState {
  return messages.reduce(reduce, from);
}
