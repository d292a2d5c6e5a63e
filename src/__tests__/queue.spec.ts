import type { Queued } from '../protocol';
import { liveRun } from '../runReading';
import type { LocalMessage, RunState } from '../runState';
import { WELCOME, asked, finished, play, record } from './events';

const queued = (...requests: [string, string][]): Queued => ({
  type: 'queued',
  requests: requests.map(([run, request]) => ({ run, request }))
});
const queueing = (run: string, request: string): LocalMessage => ({ type: 'queueing', run, request });
const words = (state: RunState): string[] => state.queue.map(waiting => waiting.request);
const AWAY: LocalMessage = { type: 'disconnected' };
const RUNNING = [{ ...WELCOME, live: ['r'] }, ...record('r', [asked('first')]), queued()];

test('what is queued stands in order, at once and when the server has it', () => {
  const sent = play([...RUNNING, queueing('a', 'plot'), queueing('b', 'save')]);
  expect(words(sent)).toEqual(['plot', 'save']);
  // the second is still on its way
  const half = play([queued(['a', 'plot'])], sent);
  expect([words(half), half.returned]).toEqual([['plot', 'save'], []]);
  expect(words(play([queued(['a', 'plot'], ['b', 'save'])], half))).toEqual(['plot', 'save']);
});

test('a request is changed in its place, and taken out', () => {
  const both = play([...RUNNING, queued(['a', 'plot'], ['b', 'save'])]);
  const changed = play([queueing('a', 'plot it')], both);
  expect(words(changed)).toEqual(['plot it', 'save']);
  expect(words(play([{ type: 'unqueueing', run: 'a' }], changed))).toEqual(['save']);
});

test('words that were lost on the way go back to the composer, those that arrived do not', () => {
  const sent = play([...RUNNING, queueing('a', 'plot'), queueing('b', 'save'), AWAY]);
  const back = play([WELCOME, queued(['a', 'plot'])], sent);
  expect([words(back), back.returned]).toEqual([['plot'], ['save']]);
});

test('a change that was lost on the way goes back to the composer', () => {
  const sent = play([...RUNNING, queued(['a', 'plot']), queueing('a', 'plot it'), AWAY]);
  const back = play([WELCOME, queued(['a', 'plot'])], sent);
  expect([words(back), back.returned]).toEqual([['plot'], ['plot it']]);
});

test('what began while the page was away was not lost', () => {
  const sent = play([...RUNNING, queueing('a', 'plot'), AWAY]);
  const back = play([{ ...WELCOME, live: ['a'] }, ...record('a', [asked('plot')]), queued()], sent);
  expect([words(back), back.returned, liveRun(back)?.request]).toEqual([[], [], 'plot']);
});

test('a request that is refused gives its words back', () => {
  const state = play([...RUNNING, queueing('a', 'plot'), { type: 'refused', run: 'a', message: 'No.' }]);
  expect([words(state), state.returned, state.notice]).toEqual([[], ['plot'], 'No.']);
});

test('the next request begins by itself, and goes on from the first moment', () => {
  const over = play([
    ...RUNNING,
    queued(['a', 'plot']),
    ...record('r', [asked('first'), finished('answered', '1')]).slice(1)
  ]);
  const begun = play([...record('a', [asked('plot')]), queued()], over);
  expect([words(begun), liveRun(begun)?.request]).toEqual([[], 'plot']);
});

test('what waits belongs to its conversation', () => {
  expect(words(play([...RUNNING, queued(['a', 'plot']), { ...WELCOME, conversation: 'c2' }]))).toEqual([]);
});
