import { nullTranslator } from '@jupyterlab/translation';

import { hasTag, withTag } from '../cells/mark';
import { allowText, decisionNotes, doesText, questionText } from '../components/approvalWording';
import { isWaiting, newsOf, newsText } from '../notifications';
import type { ActionDecided, RunEvent } from '../protocol';
import { liveRun, stepsOf, summaryOf, waitingStep } from '../runReading';
import type { RunState } from '../runState';
import { WELCOME, asked, finished, observed, play, proposed, record, replied, started } from './events';

const trans = nullTranslator.load('codeact_jupyter');
const LIVE = { ...WELCOME, live: ['r'] };
const asks = (id: string, ...effects: string[]): RunEvent => ({
  type: 'approval_asked',
  action_id: id,
  reason: 'It writes a file.',
  effects
});
const decided = (id: string, change: Partial<ActionDecided> = {}): RunEvent => ({
  type: 'action_decided',
  action_id: id,
  decision: 'allow',
  by: 'user',
  code: 'save()',
  scope: 'once',
  note: '',
  ...change
});
const UNTIL = [asked('Save'), replied('<execute>save()</execute>'), proposed('a', 'save()'), asks('a', 'write_files')];
const after = (...events: RunEvent[]): RunState => play([LIVE, ...record('r', [...UNTIL, ...events])]);
const waits = (state: RunState): string | null => waitingStep(liveRun(state))?.actionId ?? null;
const notes = (...events: RunEvent[]): readonly string[] => decisionNotes(trans, stepsOf(after(...events).runs[0])[0]);

test('an action waits from its question to the decision, only while its run goes on', () => {
  expect(waits(after())).toBe('a');
  expect(waitingStep(liveRun(after()))?.approval).toEqual({ reason: 'It writes a file.', effects: ['write_files'] });
  expect(waits(after(decided('a')))).toBeNull();
  expect(waits(after(decided('a', { decision: 'deny' })))).toBeNull();
  expect(waits(after(finished('stopped')))).toBeNull();
  expect(stepsOf(after(finished('stopped')).runs[0])[0].status).toBe('stopped');
  // the same events, of a run that was cut off
  expect(waitingStep(play([WELCOME, ...record('r', UNTIL)]).runs[0])).toBeNull();
});

test('a rewrite that was allowed is of the user’s cell from then on', () => {
  const began: RunEvent = { type: 'action_started', action_id: 'a', msg_id: 'm', cell_id: 'theirs', kernel: 'k' };
  expect(stepsOf(after(decided('a'), began).runs[0])[0]).toMatchObject({ cellId: 'theirs', rewrites: true });
  expect(stepsOf(after(decided('a'), started('a')).runs[0])[0]).toMatchObject({ cellId: 'cell-a', rewrites: false });
});

test('a step says what was decided about it', () => {
  expect(notes()).toEqual([]);
  expect(notes(decided('a'), started('a'), observed('a', 'ok'))).toEqual([]);
  expect(notes(decided('a', { code: 'save("b")' }))).toEqual(['edited by you']);
  expect(notes(decided('a', { scope: 'run' }))).toEqual(['allowed for this run: writes or deletes files']);
  const denied = (change: Partial<ActionDecided>): readonly string[] =>
    notes(decided('a', { decision: 'deny', ...change }), observed('a', 'denied', 'This was not allowed to run.'));
  expect(denied({})).toEqual(['not run: denied']);
  expect(denied({ note: 'print it' })).toEqual(['not run: denied (“print it”)']);
  expect(denied({ by: 'policy', note: 'Nobody can be asked.' })).toEqual(['not run: Nobody can be asked.']);
  const noCell = after(decided('a', { decision: 'deny' })).runs[0];
  expect([stepsOf(noCell)[0].status, summaryOf(noCell).cells]).toEqual(['denied', 0]);
});

test('effects are said in the user’s words, and one that is not known by its name', () => {
  const approval = { reason: 'It does.', effects: ['network', 'teleport'] };
  expect(doesText(trans, approval)).toBe('uses the network, teleport');
  expect(doesText(trans, { ...approval, effects: [] })).toBe('It does.');
  expect(doesText(trans, { ...approval, effects: ['edit_cell', 'protected_cell'] })).toBe('rewrites a protected cell');
  expect(questionText(trans, approval)).toBe('Run this? It does.');
  expect(allowText(trans, ['edit_cell', 'network'])).toBe('allow rewriting your cells, using the network for this run');
  expect(allowText(trans, [])).toBe('');
});

test('what is asked about each time is not offered for the run', () => {
  expect(allowText(trans, ['edit_cell', 'protected_cell'])).toBe('');
  expect(allowText(trans, ['expensive_cell'])).toBe('');
  expect(allowText(trans, ['write_files', 'edit_cell', 'protected_cell'])).toBe(
    'allow writing and deleting files for this run'
  );
  const both = asks('a', 'write_files', 'protected_cell');
  const run = play([LIVE, ...record('r', [...UNTIL.slice(0, 3), both, decided('a', { scope: 'run' })])]).runs[0];
  expect(decisionNotes(trans, stepsOf(run)[0])).toEqual(['allowed for this run: writes or deletes files']);
});

test('each question is told once, with what it is about, until it is decided', () => {
  const before = play([LIVE, ...record('r', UNTIL.slice(0, 3))]);
  const [news] = newsOf(before, after());
  expect([news.state, news.approval?.effects]).toEqual(['waiting', ['write_files']]);
  const told = { ...news, path: 'a.ipynb', name: 'a.ipynb', run: 'r', request: 'Save' };
  expect(newsText(trans, told)).toBe('a.ipynb waits for you: writes or deletes files');
  expect(newsOf(after(), after())).toEqual([]);
  const next = after(decided('a'), started('a'), observed('a', 'ok'), replied(''), proposed('b', 'x'), asks('b'));
  expect(newsOf(after(), next).map(({ state }) => state)).toEqual(['waiting']);
  expect([isWaiting(after(), 'r'), isWaiting(after(decided('a')), 'r')]).toEqual([true, false]);
});

test('our tags stand beside the user’s own, as JupyterLab keeps them', () => {
  expect(withTag(undefined, 'protected', true)).toEqual(['codeact-protected']);
  expect(withTag(['mine', 'codeact-protected'], 'expensive', true)).toEqual([
    'mine',
    'codeact-protected',
    'codeact-expensive'
  ]);
  expect(withTag(['mine', 'codeact-protected'], 'protected', false)).toEqual(['mine']);
  expect([hasTag(['codeact-protected'], 'protected'), hasTag('codeact-protected', 'protected')]).toEqual([true, false]);
});
