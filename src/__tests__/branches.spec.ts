import { lineage, newestAfter, siblingsOf } from '../lineage';
import type { Queued, ServerMessage } from '../protocol';
import { alternativesTo, continuedRun, conversationRuns, requestOf, runBefore, shownRuns } from '../runReading';
import type { LocalMessage, RunState } from '../runState';
import { WELCOME, asked, finished, play, record } from './events';

const QUEUED: Queued = { type: 'queued', requests: [] };

type Knot = { id: string; continues: string | null };
const knots = (...runs: [string, string | null][]): Knot[] => runs.map(([id, continues]) => ({ id, continues }));
const ids = (runs: readonly Knot[]): string[] => runs.map(run => run.id);

// a -> b -> c, then b is asked anew as d (after a), which e follows; f begins anew
const TREE = knots(['a', null], ['b', null], ['c', null], ['d', 'a'], ['e', null], ['f', '']);

test.each([
  ['the newest', null, ['f']],
  ['a line', 'c', ['a', 'b', 'c']],
  ['a branch', 'e', ['a', 'd', 'e']],
  ['a run that is not known', 'x', []]
])('the runs that lead to a run: %s', (_, of, expected) => {
  expect(ids(lineage(TREE, of))).toEqual(expected);
});

test('a run without a word of what it continues goes on from the one before it, a branch not from the line', () => {
  expect(ids(lineage(TREE.slice(0, 3)))).toEqual(['a', 'b', 'c']);
  expect(ids(lineage(TREE.slice(0, 5)))).toEqual(['a', 'd', 'e']);
  expect(lineage([])).toEqual([]);
});

test('a circle, which nobody should have written, ends', () => {
  expect(ids(lineage(knots(['a', 'b'], ['b', 'a'])))).toEqual(['a', 'b']);
});

test('each run leads to the newest below it, and has those beside it that go on from the same', () => {
  expect([newestAfter(TREE, 'b'), newestAfter(TREE, 'd'), newestAfter(TREE, 'a'), newestAfter(TREE, 'c')]).toEqual([
    'c',
    'e',
    'e',
    'c'
  ]);
  expect(siblingsOf(TREE, 'd')).toEqual(['b', 'd']);
  expect(siblingsOf(TREE, 'f')).toEqual(['a', 'f']);
  expect(siblingsOf(TREE, 'c')).toEqual(['c']);
});

const ran = (id: string, text: string, continues: string | null = null, goesOn = false): ServerMessage[] =>
  record(id, [{ ...asked(text), continues, goes_on: goesOn }, finished('answered', text)]);
const BRANCHED = [WELCOME, ...ran('a', 'A'), ...ran('b', 'B'), ...ran('c', 'C'), ...ran('d', 'B2', 'a')];
const shown = (state: RunState): string[] => shownRuns(state).map(run => run.request);
const choose = (run: string): LocalMessage => ({ type: 'branching', run });

test('the newest branch is shown at first, and another one when it is chosen', () => {
  const state = play(BRANCHED);
  expect(shown(state)).toEqual(['A', 'B2']);
  expect(alternativesTo(state, shownRuns(state)[1])).toEqual(['b', 'd']);
  const old = play([choose('b')], state);
  expect(shown(old)).toEqual(['A', 'B', 'C']);
  expect(shown(play([choose('d')], old))).toEqual(['A', 'B2']);
});

test('a request goes on from the branch that is shown', () => {
  const state = play(BRANCHED);
  expect(continuedRun(state)).toBeNull();
  const old = play([choose('b')], state);
  expect(continuedRun(old)).toBe('c');
  const mine: LocalMessage = { type: 'asked', run: 'e', request: 'D', at: '', isInstall: false, continues: 'c' };
  expect(shown(play([mine], old))).toEqual(['A', 'B', 'C', 'D']);
});

test('what comes to the branch that is shown is shown, what comes elsewhere moves nothing', () => {
  const old = play([...BRANCHED, choose('b')]);
  expect(shown(play(ran('e', 'D', 'c'), old))).toEqual(['A', 'B', 'C', 'D']);
  expect(shown(play(ran('e', 'D', 'd'), old))).toEqual(['A', 'B', 'C']);
});

test('a request is edited where it was asked, also the first one', () => {
  const state = play([...BRANCHED, choose('b')]);
  expect(shownRuns(state).map(run => runBefore(state, run))).toEqual(['', 'a', 'b']);
});

test('a run that goes on works on the request that was asked in words', () => {
  const state = play([
    WELCOME,
    ...ran('a', 'plot it'),
    ...ran('b', 'Continue', 'a', true),
    ...ran('c', 'On', 'b', true)
  ]);
  expect(shownRuns(state).map(run => requestOf(state, run))).toEqual(['plot it', 'plot it', 'plot it']);
});

test('a new conversation begins with no branch', () => {
  const state = play([...BRANCHED, choose('b'), { ...WELCOME, conversation: 'c2' }]);
  expect([state.branch, shown(state)]).toEqual([null, []]);
});

test('a conversation that is brought back goes on in the run that was resumed, and in no other', () => {
  const lost = record('lost', [asked('one', 'c0')]);
  const cut = record('cut', [asked('two', 'c0'), { type: 'resumed', note: '' }]);
  const here = play([WELCOME, ...record('r', [asked('new'), finished('answered', '1')]), QUEUED]);
  const back = play([{ ...WELCOME, conversation: 'c0' }, ...lost, cut[0], QUEUED, cut[1]], here);
  expect(conversationRuns(back).map(({ id, live }) => [id, live])).toEqual([
    ['lost', false],
    ['cut', true]
  ]);
  expect(conversationRuns(here).map(({ id }) => id)).toEqual(['r']);
});
