/**
 * What the panel knows of a notebook's conversation, reduced from the server's messages. Pure: begin at `reduce`.
 */

import { ModelReplied, Recorded, RunFinished, ServerMessage, UserAsked, Welcome } from './protocol';
import { Budgets, Row, Run, newRun } from './run';
import { decided, observed, proposed, started, waits } from './steps';
import { secondsBetween } from './time';
import { Waiting, adrift, queued, queueing } from './waiting';

export type { Budgets, Row, Run, Step, StepStatus, Words } from './run';

export interface RunState {
  readonly welcome: Welcome | null;
  readonly runs: readonly Run[];
  /** What is asked after the run that goes on, the next first. */
  readonly queue: readonly Waiting[];
  /** All that was recorded before the connection opened is here: what comes now happens now. */
  readonly isUpToDate: boolean;
  /** A run of the branch that the user has chosen; null: the newest one's. */
  readonly branch: string | null;
  /** The run whose code only a restart ends. */
  readonly restartOffered: string | null;
  /** For the user, and of no run. */
  readonly notice: string;
  /** Words that were not taken: they go back into the composer. */
  readonly returned: readonly string[];
}

/** What happens in this browser. */
export type LocalMessage =
  | {
      readonly type: 'asked';
      readonly run: string;
      readonly request: string;
      readonly at: string;
      readonly isInstall: boolean;
      readonly continues?: string | null;
      readonly goesOn?: boolean;
      readonly granted?: Partial<Budgets>;
    }
  | { readonly type: 'queueing'; readonly run: string; readonly request: string }
  | { readonly type: 'unqueueing'; readonly run: string }
  | { readonly type: 'branching'; readonly run: string }
  | { readonly type: 'disconnected' }
  | { readonly type: 'steering'; readonly run: string; readonly text: string }
  | { readonly type: 'unsent'; readonly words: string; readonly notice: string }
  | { readonly type: 'stopping'; readonly run: string }
  | { readonly type: 'offer_restart'; readonly run: string }
  | { readonly type: 'restarting' }
  | { readonly type: 'dismissed' }
  | { readonly type: 'settled'; readonly notice: string }
  | { readonly type: 'words_returned' };

export const EMPTY: RunState = {
  welcome: null,
  runs: [],
  queue: [],
  isUpToDate: false,
  branch: null,
  restartOffered: null,
  notice: '',
  returned: []
};

/** The state after a message; the same object when it changes nothing. */
export function reduce(state: RunState, message: ServerMessage | LocalMessage): RunState {
  switch (message.type) {
    case 'welcome':
      return welcomed(state, message);
    case 'recorded':
      return recorded(state, message);
    case 'typing':
      return withOpenRun(state, message.run, run => ({ ...run, typing: message.text, live: true }));
    case 'doing':
      return withOpenRun(state, message.run, run => ({ ...run, doing: message, live: true }));
    case 'ask_restart':
    case 'offer_restart':
      return { ...state, restartOffered: message.run };
    case 'restarting':
      return { ...state, restartOffered: null };
    case 'notice':
      return { ...state, notice: message.message };
    case 'dismissed':
      return { ...state, notice: '' };
    case 'settled':
      return state.notice === message.notice ? { ...state, notice: '' } : state;
    case 'refused':
      return refused(state, message.run, message.message);
    case 'asked': {
      const { isInstall, continues = null, goesOn = false, granted = {} } = message;
      const run = { ...newRun(message.run, message.request, message.at), isInstall, continues, goesOn, granted };
      return { ...state, notice: '', branch: null, runs: [...state.runs, run] };
    }
    case 'queueing':
      return { ...state, notice: '', queue: queueing(state.queue, message.run, message.request) };
    case 'unqueueing':
      return { ...state, queue: state.queue.filter(({ run }) => run !== message.run) };
    case 'queued': {
      const { queue, lost } = queued(state.queue, message.requests, state.runs);
      return { ...state, queue, isUpToDate: true, returned: [...state.returned, ...lost] };
    }
    case 'branching':
      return { ...state, branch: message.run };
    case 'disconnected':
      return { ...state, isUpToDate: false, queue: adrift(state.queue) };
    case 'steering':
      return withRun(state, message.run, run => ({ ...run, steering: [...run.steering, message.text] }));
    case 'unsent':
      return { ...state, notice: message.notice, returned: [...state.returned, message.words] };
    case 'stopping':
      return withRun(state, message.run, run => ({ ...run, stopping: true }));
    case 'words_returned':
      return { ...state, returned: [] };
    case 'save':
    case 'start_kernel':
      return state;
    default:
      return unreachable(message);
  }
}

function unreachable(message: never): never {
  throw new Error(`No case for ${JSON.stringify(message)}`);
}

function welcomed(state: RunState, welcome: Welcome): RunState {
  const runs = state.runs.map(run => ({
    ...run,
    stopping: false,
    live: run.finished === null && (run.conversation === null || welcome.live.includes(run.id))
  }));
  const isSame = welcome.conversation === state.welcome?.conversation;
  // A server that has no conversation to tell of, as its record cannot be read, says nothing more.
  const kept = isSame ? {} : { queue: [], branch: null, isUpToDate: welcome.conversation === '' };
  const offered = state.restartOffered;
  const restartOffered = offered !== null && welcome.live.includes(offered) ? offered : null;
  return { ...state, welcome, runs, restartOffered, ...kept };
}

function withRun(state: RunState, id: string, change: (run: Run) => Run): RunState {
  return { ...state, runs: state.runs.map(run => (run.id === id ? change(run) : run)) };
}

/** Nothing that comes late makes a run go on that has come to its end. */
function withOpenRun(state: RunState, id: string, change: (run: Run) => Run): RunState {
  return withRun(state, id, run => (run.finished === null ? change(run) : run));
}

function refused(state: RunState, id: string | null, notice: string): RunState {
  const run = state.runs.find(candidate => candidate.id === id && candidate.conversation === null);
  const waiting = state.queue.find(candidate => candidate.run === id && !candidate.isKnown);
  const words = waiting?.request ?? (run === undefined || run.isInstall || run.goesOn ? null : run.request);
  return {
    ...state,
    notice,
    runs: state.runs.filter(candidate => candidate !== run),
    queue: state.queue.filter(candidate => candidate !== waiting),
    returned: words === null ? state.returned : [...state.returned, words]
  };
}

function recorded(state: RunState, message: Recorded): RunState {
  const { run: id, at, event } = message;
  const after = event.type === 'user_asked' ? asked(state, id, at, event) : happened(state, message);
  return withRun(after, id, run => ({ ...run, lastAt: at }));
}

function asked(state: RunState, id: string, at: string, event: UserAsked): RunState {
  const known = state.runs.find(run => run.id === id);
  const begun: Run = {
    ...newRun(id, event.text, at),
    conversation: event.conversation,
    continues: event.continues,
    goesOn: event.goes_on,
    granted: event.settings,
    cells: event.cells,
    isInstall: event.model === '',
    mode: event.approval,
    live: known !== undefined || state.isUpToDate || (state.welcome?.live.includes(id) ?? false),
    prices: event.prices === null ? null : [Number(event.prices[0]), Number(event.prices[1])]
  };
  return {
    ...state,
    queue: state.queue.filter(({ run }) => run !== id),
    runs: known === undefined ? [...state.runs, begun] : state.runs.map(run => (run === known ? begun : run))
  };
}

function happened(state: RunState, { run: id, at, event }: Recorded): RunState {
  switch (event.type) {
    case 'steered':
      return withRun(state, id, run => ({
        ...run,
        steering: without(run.steering, event.text),
        rows: [...run.rows, { kind: 'words', text: event.text }]
      }));
    case 'model_replied':
      return withRun(state, id, run => replied(run, event));
    case 'action_proposed':
      return withRun(state, id, run => proposed(run, at, event, wasWritten(state, event.cell_id)));
    case 'approval_asked':
      return withRun(state, id, run => ({ ...waits(run, event), idleSince: at }));
    case 'action_decided':
      return withRun(state, id, run => rested(decided(run, event), run.idleSince ?? at, at));
    case 'action_started':
      return withRun(state, id, run => started(run, at, event));
    case 'observed':
      return withRun(state, id, run => observed(run, at, event));
    case 'resumed':
      return withRun(state, id, run => ({
        ...rested(run, run.lastAt, at),
        idleSince: run.idleSince === null ? null : at,
        live: run.live || state.isUpToDate,
        rows: [...run.rows, { kind: 'resumed', note: event.note }]
      }));
    case 'run_finished':
      return finished(state, id, at, event);
    case 'user_asked':
      return state;
    default:
      return unreachable(event);
  }
}

function replied(run: Run, { text, usage }: ModelReplied): Run {
  return {
    ...run,
    typing: '',
    reply: text,
    replies: run.replies + 1,
    promptTokens: run.promptTokens + usage.prompt,
    completionTokens: run.completionTokens + usage.completion,
    estimated: run.estimated || usage.estimated
  };
}

/** The run after a time that was none of its own. */
function rested(run: Run, from: string, to: string): Run {
  return { ...run, idle: run.idle + secondsBetween(from, to), idleSince: null };
}

/** Whether a cell was written before by a run that is known. */
function wasWritten(state: RunState, cellId: string): boolean {
  return state.runs.some(run => run.rows.some(row => row.kind === 'step' && row.cellId === cellId));
}

function finished(state: RunState, id: string, at: string, event: RunFinished): RunState {
  const run = state.runs.find(candidate => candidate.id === id);
  const settle = (row: Row): Row =>
    row.kind === 'step' && (row.status === 'running' || row.status === 'waiting')
      ? { ...row, status: 'stopped', endedAt: at }
      : row;
  return {
    ...withRun(state, id, running => ({
      ...running,
      finished: event,
      endedAt: at,
      live: false,
      doing: null,
      typing: '',
      reply: null,
      stopping: false,
      steering: [],
      idleSince: null,
      rows: running.rows.map(settle)
    })),
    restartOffered: state.restartOffered === id ? null : state.restartOffered,
    returned: [...state.returned, ...(run?.steering ?? [])]
  };
}

function without(words: readonly string[], text: string): readonly string[] {
  const at = words.indexOf(text);
  return at < 0 ? words : [...words.slice(0, at), ...words.slice(at + 1)];
}
