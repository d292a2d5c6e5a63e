import { nullTranslator } from '@jupyterlab/translation';

import { doubled } from '../components/GrantMore';
import { usedText } from '../components/wording';
import type { RunEvent, UserAsked, Welcome } from '../protocol';
import { interruptedRuns, spentBy, stepsOf } from '../runReading';
import type { Run } from '../runState';
import { WELCOME, asked, finished, observed, play, proposed, record, replied, started } from './events';

const trans = nullTranslator.load('codeact_jupyter');
const PRICED: UserAsked = { ...asked('x'), prices: [10, 40] };
const FREE: Welcome = { ...WELCOME, live: ['r'] };

/** The only run, of such events a second apart. */
function run(events: readonly RunEvent[], welcome: Welcome = FREE): Run {
  return play([welcome, ...record('r', events)]).runs[0];
}

function used(events: readonly RunEvent[], budgets: Partial<Welcome> = {}, now = '2025-01-01T00:00:12Z'): string {
  const welcome = { ...FREE, ...budgets };
  return usedText(trans, run(events, welcome), welcome, now);
}

const big = (prompt: number, estimated = false): RunEvent => ({
  type: 'model_replied',
  text: '',
  calls: [],
  usage: { prompt, completion: 0, estimated }
});

test.each<[string, RunEvent[], Partial<Welcome>, string]>([
  ['nothing yet', [asked('x')], {}, '12 s'],
  ['tokens', [asked('x'), replied('')], {}, '110 tokens · 12 s'],
  ['tokens of a budget', [asked('x'), big(4_000)], { max_tokens: 20_000 }, '4k of 20k tokens · 12 s'],
  ['many tokens', [asked('x'), big(4_040, true)], { max_tokens: 25_500 }, '~4.0k of 25.5k tokens · 12 s'],
  ['seconds of a budget', [asked('x')], { max_seconds: 60 }, '12 s of 1 min 0 s'],
  ['cost', [PRICED, replied('')], {}, '110 tokens · cost 0.0014 · 12 s'],
  ['cost of a budget', [PRICED, big(4_000)], { max_cost: 0.5 }, '4k tokens · cost 0.04 of 0.5 · 12 s'],
  [
    'a cost that is not known, where it counts',
    [asked('x'), replied('')],
    { max_cost: 1 },
    '110 tokens · cost unknown · 12 s'
  ],
  ['the built-in model', [asked('x'), replied('')], { where: 'built-in' }, '12 s']
])('what a run has used is told against its budgets: %s', (_, events, budgets, expected) => {
  expect(used(events, budgets).replace(/\u00a0/g, ' ')).toBe(expected);
});

test('the user who is waited for, and the time in which a run was cut off, do not count', () => {
  const events: RunEvent[] = [
    asked('x'), // 0
    replied('Save.'), // 1
    proposed('a', 'save()'), // 2
    { type: 'approval_asked', action_id: 'a', reason: 'writes', effects: [] }, // 3
    { type: 'action_decided', action_id: 'a', decision: 'allow', by: 'user', code: 'save()', scope: 'once', note: '' },
    started('a'), // 5
    { type: 'resumed', note: '' }, // 6
    observed('a', 'unknown') // 7
  ];
  const seconds = (until: number): number => spentBy(run(events.slice(0, until)), '2025-01-01T01:00:00Z').max_seconds;
  expect(seconds(4)).toBe(3);
  expect(spentBy(run(events), '2025-01-01T00:00:07Z').max_seconds).toBe(5);
});

test('a run that was cut off and taken up again says so, and what may have run did not fail', () => {
  const cut: RunEvent[] = [asked('x'), replied('Save.'), proposed('a', 'save()'), started('a')];
  const before = play([WELCOME, ...record('r', cut), { type: 'queued', requests: [] }]);
  expect(interruptedRuns(before)).toEqual(['r']);
  const on: RunEvent[] = [
    ...cut,
    { type: 'resumed', note: 'The kernel is new.' },
    observed('a', 'unknown', 'It may have run.')
  ];
  const after = play(record('r', on).slice(4), before);
  expect([after.runs[0].live, interruptedRuns(after)]).toEqual([true, []]);
  expect(after.runs[0].rows.at(-1)).toEqual({ kind: 'resumed', note: 'The kernel is new.' });
  expect(stepsOf(after.runs[0]).map(step => [step.status, step.error])).toEqual([['unknown', '']]);
});

test('the history of a run that was taken up and cut off again does not go on', () => {
  const state = play([
    WELCOME,
    ...record('r', [asked('x'), { type: 'resumed', note: '' }]),
    { type: 'queued', requests: [] }
  ]);
  expect(interruptedRuns(state)).toEqual(['r']);
});

test.each([
  ['steps', { max_steps: 2 }, { max_steps: 4 }],
  ['tokens', { max_tokens: 200 }, { max_tokens: 400 }],
  ['seconds', { max_seconds: 3 }, { max_seconds: 6 }],
  ['cost', { max_cost: 0.001 }, { max_cost: 0.002 }],
  ['none that can be told', {}, { max_steps: 60 }]
])('what was used up is offered doubled: %s', (_, budgets, expected) => {
  const welcome = { ...FREE, ...budgets };
  const over = run([PRICED, replied(''), replied(''), finished('limit')], welcome);
  const { max_steps, max_tokens, max_seconds, max_cost } = welcome;
  const given = { max_steps, max_tokens, max_seconds, max_cost };
  expect(doubled(given, spentBy(over, ''))).toEqual({ ...given, ...expected });
});
