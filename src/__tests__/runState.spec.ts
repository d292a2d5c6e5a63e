import type { RunEvent } from '../protocol';
import { conversationRuns, isRepaired, liveRun, stepsOf, summaryOf } from '../runReading';
import { LocalMessage, RunState } from '../runState';
import { WELCOME, asked, asking, finished, observed, play, proposed, record, replied, started } from './events';

/** A run's rows, as the panel's lines: mark, label, error or words. */
function lines(state: RunState, index = 0): string[] {
  const run = state.runs[index];
  return run.rows.map(row =>
    row.kind === 'words'
      ? `you: ${row.text}`
      : row.kind === 'resumed'
        ? `resumed: ${row.note}`
        : [row.status, row.label || row.act, isRepaired(run, row) ? `${row.error} (repaired)` : row.error]
            .filter(part => part !== '')
            .join(' | ')
  );
}

const REPAIRED = [
  asked('Mean by species'),
  replied('I look first. Then I group.\n<execute>df.head()</execute>'),
  proposed('a', 'df.head()'),
  started('a'),
  observed('a', 'ok', '…'),
  replied('<execute># Mean mass\ndf.mass.mean()</execute>'),
  proposed('b', '# Mean mass\ndf.mass.mean()'),
  started('b'),
  observed('b', 'error', "Traceback\nKeyError: 'mass'\n\n[28 steps left]"),
  replied('<execute>df.mass_g.mean()</execute>'),
  proposed('c', 'df.mass_g.mean()'),
  started('c'),
  observed('c', 'ok', '5'),
  replied('It is 5.'),
  finished('answered', 'It is 5.')
];

describe('a run as lines', () => {
  const cases: [string, RunEvent[], string[]][] = [
    [
      'repaired',
      REPAIRED,
      ['ok | I look first', "failed | Mean mass | KeyError: 'mass' (repaired)", 'ok | df.mass_g.mean()']
    ],
    [
      'a failure that nothing repaired',
      [asked('x'), replied(''), proposed('a', 'x'), started('a'), observed('a', 'error', 'NameError: x')],
      ['failed | x | NameError: x']
    ],
    [
      'an action that goes on, a wait, its end',
      [
        asked('x'),
        replied('Train.'),
        proposed('a', 'fit()'),
        started('a'),
        observed('a', 'running'),
        replied('<wait seconds="60"/>'),
        observed('a', 'ok')
      ],
      ['ok | Train', 'ok | wait']
    ],
    [
      'an action that goes on',
      [asked('x'), replied('Train.'), proposed('a', 'fit()'), started('a'), observed('a', 'running')],
      ['running | Train']
    ],
    [
      'an interrupt',
      [
        asked('x'),
        replied('T.'),
        proposed('a', 'f()'),
        observed('a', 'running'),
        replied('<interrupt/>'),
        observed('a', 'interrupted')
      ],
      ['stopped | T', 'ok | interrupt']
    ],
    [
      'a reply that could not be read',
      [asked('x'), replied('<execute></execute>'), observed(null, 'unparsed', 'The block is empty.')],
      ['failed | unread | The block is empty.']
    ],
    [
      'steering in its place',
      [
        asked('x'),
        replied('One.'),
        proposed('a', '1'),
        observed('a', 'ok'),
        { type: 'steered', text: 'in grams' },
        replied('Two.'),
        proposed('b', '2')
      ],
      ['ok | One', 'you: in grams', 'running | Two']
    ],
    [
      'stopped in mid-action',
      [asked('x'), replied('Loop.'), proposed('a', '1'), started('a'), finished('stopped', null, 'Stopped.')],
      ['stopped | Loop']
    ],
    [
      'a dead kernel',
      [asked('x'), replied('E.'), proposed('a', '1'), observed('a', 'died', 'The kernel died.')],
      ['failed | E | The kernel died.']
    ]
  ];
  test.each(cases)('%s', (_, events, expected) => {
    expect(lines(play([WELCOME, ...record('r', events)]))).toEqual(expected);
  });
});

test('the one line of a finished run counts steps, repairs, cells and seconds', () => {
  const [run] = play([WELCOME, ...record('r', REPAIRED)]).runs;
  expect(summaryOf(run)).toEqual({ steps: 3, repaired: 1, cells: 3, seconds: 14 });
  expect([run.promptTokens, run.completionTokens, run.finished?.answer]).toEqual([400, 40, 'It is 5.']);
  expect(stepsOf(run).map(step => step.cellId)).toEqual(['cell-a', 'cell-b', 'cell-c']);
});

test('a run without its end that the server does not name as live was cut off', () => {
  const cut = record('r', REPAIRED.slice(0, 4));
  expect(liveRun(play([WELCOME, ...cut]))).toBeNull();
  expect(liveRun(play([{ ...WELCOME, live: ['r'] }, ...cut]))?.id).toBe('r');
});

test('a run that this page began is live until its end, also over a reconnection', () => {
  const mine: LocalMessage = asking('Mean by species');
  const begun = play([WELCOME, mine]);
  expect(liveRun(begun)?.request).toBe('Mean by species');
  const again = play([...record('r', REPAIRED.slice(0, 4)), { ...WELCOME, live: ['r'] }], begun);
  expect(liveRun(again)?.id).toBe('r');
  expect(again.runs).toHaveLength(1);
  const over = play(record('r', REPAIRED).slice(4), again);
  expect(liveRun(over)).toBeNull();
  expect(lines(over)).toHaveLength(3);
});

test('a request that was sent while the server was away waits for it', () => {
  const mine: LocalMessage = asking('x');
  expect(liveRun(play([mine, WELCOME]))?.id).toBe('r');
});

test('an installation that is refused gives no words back', () => {
  const state = play([WELCOME, asking('Install x', true), { type: 'refused', run: 'r', message: 'Busy.' }]);
  expect([state.runs, state.returned, state.notice]).toEqual([[], [], 'Busy.']);
});

test('a step knows when it looks around, and when it writes a cell anew', () => {
  const look: RunEvent = { ...proposed('a', 'dir()'), scratch: true };
  const again: RunEvent = { ...proposed('b', 'x'), cell_id: 'cell-a' };
  const theirs: RunEvent = { ...proposed('c', 'y'), cell_id: 'user' };
  const request: RunEvent = { ...asked('mend it', 'c1', ['user']), model: '' };
  const events = [request, replied(''), look, replied(''), again, replied(''), theirs];
  const [run] = play([WELCOME, ...record('r', events)]).runs;
  expect(stepsOf(run).map(({ scratch, rewrites }) => [scratch, rewrites])).toEqual([
    [true, false],
    [false, true],
    [false, true]
  ]);
  expect([run.cells, run.isInstall]).toEqual([['user'], true]);
});

test('the words of a refused request go back to the composer', () => {
  const mine: LocalMessage = asking('plot it');
  const state = play([WELCOME, mine, { type: 'refused', run: 'r', message: 'A run goes on.' }]);
  expect([state.runs, state.returned, state.notice]).toEqual([[], ['plot it'], 'A run goes on.']);
});

test('steering that no step took up goes back to the composer at the end', () => {
  const steer = (text: string): LocalMessage => ({ type: 'steering', run: 'r', text });
  const begun = play([{ ...WELCOME, live: ['r'] }, ...record('r', [asked('x')]), steer('in grams'), steer('by sex')]);
  const state = play(record('r', [{ type: 'steered', text: 'in grams' }, finished('answered', '5')]), begun);
  expect([state.runs[0].steering, state.returned]).toEqual([[], ['by sex']]);
});

test('what streams is replaced by the reply, and what a run waits for ends with it', () => {
  const live = play([{ ...WELCOME, live: ['r'] }, ...record('r', [asked('x')])]);
  const typing = play(
    [
      { type: 'typing', run: 'r', text: 'I lo' },
      { type: 'doing', run: 'r', what: 'waiting_for_cell', detail: '' }
    ],
    live
  );
  expect([typing.runs[0].typing, typing.runs[0].doing?.what]).toEqual(['I lo', 'waiting_for_cell']);
  const read = play(record('r', [replied('I look.')]), typing);
  expect(read.runs[0].typing).toBe('');
  const over = play(record('r', [finished('answered', 'I look.')]), read);
  expect(over.runs[0].doing).toBeNull();
  const late = play([{ type: 'doing', run: 'r', what: 'saving', detail: '' }], over);
  expect([late.runs[0].live, late.runs[0].doing]).toEqual([false, null]);
});

test('a new conversation hides the runs until now', () => {
  const both = play([
    WELCOME,
    ...record('r', [asked('old'), finished('answered', '1')]),
    { ...WELCOME, conversation: 'c2' }
  ]);
  expect(conversationRuns(both)).toEqual([]);
  const next = play(record('s', [asked('new', 'c2')]), both);
  expect(conversationRuns(next).map(run => run.request)).toEqual(['new']);
});

test('an offer to restart ends with its run, and with its server', () => {
  const offered = play([{ ...WELCOME, live: ['r'] }, ...record('r', [asked('x')]), { type: 'ask_restart', run: 'r' }]);
  expect(offered.restartOffered).toBe('r');
  expect(play(record('r', [finished('stopped')]), offered).restartOffered).toBeNull();
  expect(play([{ ...WELCOME, live: ['r'] }], offered).restartOffered).toBe('r');
  expect(play([WELCOME], offered).restartOffered).toBeNull();
});
