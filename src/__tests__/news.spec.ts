import { nullTranslator } from '@jupyterlab/translation';

import type { Entry } from '../archive';
import { entryText } from '../components/runListWording';
import { News, RunNews, newsOf } from '../notifications';
import { newRun } from '../run';
import { lackedBefore, lackingIn } from '../runReading';
import type { Run, RunState, Step } from '../runState';
import { EMPTY } from '../runState';

const RUN: Run = { ...newRun('r', 'count', '2025-01-01T10:00:00Z'), conversation: 'c' };
const ANSWERED: Run = {
  ...RUN,
  live: false,
  finished: { type: 'run_finished', reason: 'answered', answer: '3', message: '' }
};
const state = (run: Run, restartOffered: string | null = null): RunState => ({ ...EMPTY, runs: [run], restartOffered });
const told = (before: RunState, now: RunState): string[] => newsOf(before, now).map(news => news.state);

test('only what ends or waits before our eyes is news', () => {
  expect(told(EMPTY, state(ANSWERED))).toEqual([]);
  expect(told(EMPTY, state(RUN))).toEqual([]);
  expect(told(state(RUN), state(ANSWERED))).toEqual(['answered']);
  expect(told(state(ANSWERED), state(ANSWERED))).toEqual([]);
  expect(told(state(RUN), state({ ...RUN, live: false }))).toEqual(['interrupted']);
  expect(told(state(RUN), state(RUN, 'r'))).toEqual(['waiting']);
  expect(told(state(RUN, 'r'), state(RUN, 'r'))).toEqual([]);
});

test('a run that was answered while the server was away is told as answered', () => {
  const model = { ...new Closing(), conversation: { name: 'a.ipynb', state: { ...state(RUN), isUpToDate: true } } };
  const news: string[] = [];
  const follow = new RunNews({
    archive: { list: async () => [] },
    isInView: () => false,
    tell: one => news.push(one.state)
  });
  const away: Run = { ...RUN, live: false };
  for (const now of [model.conversation.state, state(RUN), state(away), { ...state(ANSWERED), isUpToDate: true }]) {
    model.conversation.state = now;
    follow.look(model);
  }
  expect(news).toEqual(['answered']);
});

const ENTRY: Entry = {
  run: 'r',
  path: 'a.ipynb',
  name: 'a.ipynb',
  request: 'count',
  state: 'running',
  started: '2025-01-01T10:00:00Z',
  ended: null,
  steps: 2,
  tokens: 0,
  cost: null,
  model: 'm'
};

/** A conversation, as far as news are made of it. */
class Closing {
  readonly conversation = { name: 'a.ipynb', state: state(RUN) };
  readonly context = {
    path: 'a.ipynb',
    localPath: 'a.ipynb',
    disposed: { connect: (slot: () => void) => this._slots.push(slot) }
  };

  dispose(): void {
    this._slots.forEach(slot => slot());
  }

  private readonly _slots: (() => void)[] = [];
}

test('the run of a closed notebook is followed until it ends, and each new state is told once', async () => {
  const answers: (Entry[] | null)[] = [
    [ENTRY],
    null,
    [{ ...ENTRY, state: 'waiting' }],
    [{ ...ENTRY, state: 'waiting' }],
    [ENTRY],
    [{ ...ENTRY, state: 'waiting' }],
    [{ ...ENTRY, state: 'answered', ended: '2025-01-01T10:01:00Z' }]
  ];
  const news: News[] = [];
  const over = new Promise<void>(resolve => {
    const follow = new RunNews({
      archive: { list: async () => (answers.length > 0 ? answers.splice(0, 1)[0] : []) },
      isInView: () => false,
      tell: one => news.push(one) && one.state === 'answered' && resolve(),
      pause: 1
    });
    const model = new Closing();
    follow.look(model);
    model.dispose();
  });
  await over;
  expect(news.map(one => [one.run, one.state])).toEqual([
    ['r', 'waiting'],
    ['r', 'waiting'],
    ['r', 'answered']
  ]);
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(answers).toEqual([]);
});

const step = (status: Step['status'], error = '', number = 1): Step => ({
  kind: 'step',
  number,
  act: 'cell',
  actionId: 'a',
  cellId: 'cell',
  scratch: false,
  rewrites: false,
  label: '',
  prose: '',
  status,
  code: '',
  approval: null,
  decided: null,
  error,
  startedAt: '',
  endedAt: ''
});
const MISSING = "ModuleNotFoundError: No module named 'sklearn'";

test('a module that was missing to the end is lacking, one that was done without is not', () => {
  expect(lackingIn({ ...ANSWERED, rows: [step('failed', MISSING)] })).toEqual({ module: 'sklearn', cellId: 'cell' });
  expect(lackingIn({ ...ANSWERED, rows: [step('failed', MISSING), step('ok', '', 2)] })).toBeNull();
  expect(lackingIn({ ...ANSWERED, rows: [step('failed', 'KeyError: 1')] })).toBeNull();
});

test('after an installation that went well, what lacked it can be asked again', () => {
  const lacked = { ...ANSWERED, rows: [step('failed', MISSING)] };
  const install = { ...ANSWERED, id: 'i', isInstall: true, rows: [step('ok')] };
  const failed = { ...install, rows: [step('failed', MISSING)] };
  expect(lackedBefore([lacked, install], install)).toBe(lacked);
  expect(lackedBefore([lacked, failed, install], install)).toBe(lacked);
  expect(lackedBefore([lacked, failed], failed)).toBeNull();
  expect(lackedBefore([ANSWERED, install], install)).toBeNull();
  expect(lackedBefore([lacked, ANSWERED], ANSWERED)).toBeNull();
});

test('when a run was, how long and how many steps it took', () => {
  const trans = nullTranslator.load('');
  const at = (time: string): string =>
    entryText(
      trans,
      { ...ENTRY, started: '2025-01-01T10:00:00', ended: '2025-01-01T10:01:05' },
      new Date(time)
    ).replace(/\u00a0/g, ' ');
  expect(at('2025-01-01T12:00:00')).toMatch(/10:00.* · 2 steps · 1 min 5 s$/);
  expect(at('2025-01-02T12:00:00')).not.toMatch(/10:00|2025/);
  expect(at('2026-01-02T12:00:00')).toMatch(/2025/);
});

test('what a run has used is told where it is known', () => {
  const trans = nullTranslator.load('');
  const used = (entry: Partial<Entry>): string =>
    entryText(trans, { ...ENTRY, ...entry }, new Date()).replace(/\u00a0/g, ' ');
  expect(used({ tokens: 4040, cost: 0.0123 })).toMatch(/ · 4\.0k tokens · cost 0\.012$/);
  expect(used({ tokens: 4040 })).toMatch(/ · 4\.0k tokens$/);
  expect(used({ tokens: 4040, model: 'offline' })).not.toMatch(/tokens/);
});
