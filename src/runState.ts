/**
 * What the panel knows of a notebook's conversation, reduced from the server's messages. Pure: begin at `reduce`.
 */

import { errorLine, labelOf, restOf, splitReply } from './label';
import { Doing, Observed, Recorded, RunFinished, ServerMessage, Welcome } from './protocol';

export type StepStatus = 'running' | 'ok' | 'failed' | 'stopped';

/** One step: a cell, a wait, an interrupt, or a reply that could not be read. */
export interface Step {
  readonly kind: 'step';
  readonly number: number;
  readonly act: 'cell' | 'wait' | 'interrupt' | 'unread';
  readonly actionId: string | null;
  readonly cellId: string | null;
  readonly label: string;
  /** What the prose says after its label. */
  readonly prose: string;
  readonly status: StepStatus;
  /** In one line; empty unless it failed. */
  readonly error: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** Words of the user in mid-run. */
export interface Words {
  readonly kind: 'words';
  readonly text: string;
}

export type Row = Step | Words;

/** One request and what came of it. */
export interface Run {
  readonly id: string;
  readonly request: string;
  /** Null until the server has recorded the request. */
  readonly conversation: string | null;
  readonly rows: readonly Row[];
  /** The reply that has no action yet. */
  readonly reply: string | null;
  readonly replies: number;
  /** The reply as it streams in. */
  readonly typing: string;
  readonly doing: Doing | null;
  /** Words sent that no step has taken up yet. */
  readonly steering: readonly string[];
  readonly stopping: boolean;
  readonly live: boolean;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly finished: RunFinished | null;
  readonly tokens: number;
  readonly estimated: boolean;
}

export interface RunState {
  readonly welcome: Welcome | null;
  readonly runs: readonly Run[];
  /** The run whose code only a restart ends. */
  readonly restartOffered: string | null;
  /** For the user, and of no run. */
  readonly notice: string;
  /** Words that were not taken: they go back into the composer. */
  readonly returned: readonly string[];
}

/** What happens in this browser. */
export type LocalMessage =
  | { readonly type: 'asked'; readonly run: string; readonly request: string; readonly at: string }
  | { readonly type: 'steering'; readonly run: string; readonly text: string }
  | { readonly type: 'unsent'; readonly words: string; readonly notice: string }
  | { readonly type: 'stopping'; readonly run: string }
  | { readonly type: 'offer_restart'; readonly run: string }
  | { readonly type: 'restarting' }
  | { readonly type: 'dismissed' }
  | { readonly type: 'words_returned' };

export const EMPTY: RunState = { welcome: null, runs: [], restartOffered: null, notice: '', returned: [] };

/** The state after a message; the same object when it changes nothing. */
export function reduce(state: RunState, message: ServerMessage | LocalMessage): RunState {
  switch (message.type) {
    case 'welcome':
      return welcomed(state, message);
    case 'recorded':
      return recorded(state, message);
    case 'typing':
      return withRun(state, message.run, run => ({ ...run, typing: message.text, live: true }));
    case 'doing':
      return withRun(state, message.run, run => ({ ...run, doing: message, live: true }));
    case 'ask_restart':
    case 'offer_restart':
      return { ...state, restartOffered: message.run };
    case 'restarting':
      return { ...state, restartOffered: null };
    case 'notice':
      return { ...state, notice: message.message };
    case 'dismissed':
      return { ...state, notice: '' };
    case 'refused':
      return refused(state, message.run, message.message);
    case 'asked':
      return { ...state, notice: '', runs: [...state.runs, newRun(message.run, message.request, message.at)] };
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

function newRun(id: string, request: string, at: string): Run {
  return {
    id,
    request,
    conversation: null,
    rows: [],
    reply: null,
    replies: 0,
    typing: '',
    doing: null,
    steering: [],
    stopping: false,
    live: true,
    startedAt: at,
    endedAt: null,
    finished: null,
    tokens: 0,
    estimated: false
  };
}

function welcomed(state: RunState, welcome: Welcome): RunState {
  const runs = state.runs.map(run => ({
    ...run,
    stopping: false,
    live: run.finished === null && (run.conversation === null || welcome.live.includes(run.id))
  }));
  return { ...state, welcome, runs };
}

function withRun(state: RunState, id: string, change: (run: Run) => Run): RunState {
  return { ...state, runs: state.runs.map(run => (run.id === id ? change(run) : run)) };
}

function refused(state: RunState, id: string | null, notice: string): RunState {
  const run = state.runs.find(candidate => candidate.id === id && candidate.conversation === null);
  if (run === undefined) {
    return { ...state, notice };
  }
  const runs = state.runs.filter(candidate => candidate !== run);
  return { ...state, notice, runs, returned: [...state.returned, run.request] };
}

function recorded(state: RunState, { run: id, at, event }: Recorded): RunState {
  switch (event.type) {
    case 'user_asked': {
      const known = state.runs.find(run => run.id === id);
      const live = known !== undefined || (state.welcome?.live.includes(id) ?? false);
      const begun = { ...newRun(id, event.text, at), conversation: event.conversation, live };
      const runs = known === undefined ? [...state.runs, begun] : state.runs.map(run => (run === known ? begun : run));
      return { ...state, runs };
    }
    case 'steered':
      return withRun(state, id, run => ({
        ...run,
        steering: without(run.steering, event.text),
        rows: [...run.rows, { kind: 'words', text: event.text }]
      }));
    case 'model_replied':
      return withRun(state, id, run => ({
        ...run,
        typing: '',
        reply: event.text,
        replies: run.replies + 1,
        tokens: run.tokens + event.usage.prompt + event.usage.completion,
        estimated: run.estimated || event.usage.estimated
      }));
    case 'action_proposed':
      return withRun(state, id, run => ({
        ...run,
        reply: null,
        rows: [
          ...run.rows,
          newStep(run, at, event.code, { act: 'cell', actionId: event.action_id, cellId: event.cell_id })
        ]
      }));
    case 'action_started':
      return withRun(state, id, run => withStep(run, event.action_id, step => ({ ...step, startedAt: at })));
    case 'observed':
      return withRun(state, id, run => observed(run, at, event));
    case 'run_finished':
      return finished(state, id, at, event);
    case 'approval_asked':
    case 'action_decided':
      return state;
    default:
      return unreachable(event);
  }
}

function newStep(run: Run, at: string, code: string, target: Pick<Step, 'act' | 'actionId' | 'cellId'>): Step {
  const { prose } = splitReply(run.reply ?? '');
  return {
    kind: 'step',
    number: run.replies,
    ...target,
    label: labelOf(prose, code),
    prose: restOf(prose),
    status: 'running',
    error: '',
    startedAt: at,
    endedAt: null
  };
}

function withStep(run: Run, actionId: string, change: (step: Step) => Step): Run {
  return { ...run, rows: run.rows.map(row => (row.kind === 'step' && row.actionId === actionId ? change(row) : row)) };
}

function observed(run: Run, at: string, event: Observed): Run {
  const status = STATUS[event.status];
  const error = status === 'failed' ? errorLine(event.text) : '';
  const endedAt = status === 'running' ? null : at;
  const settle = (step: Step): Step => ({ ...step, status, error, endedAt });
  const spoken = run.reply === null ? run : { ...run, reply: null, rows: [...run.rows, wordlessStep(run, at)] };
  if (event.action_id === null) {
    const last = spoken.rows.at(-1);
    return { ...spoken, rows: spoken.rows.map(row => (row === last && row.kind === 'step' ? settle(row) : row)) };
  }
  return withStep(spoken, event.action_id, settle);
}

/** A step that wrote no cell: it waited, interrupted, or could not be read. */
function wordlessStep(run: Run, at: string): Step {
  const reply = run.reply ?? '';
  const tag = /<(wait|interrupt)\b/i.exec(reply)?.[1].toLowerCase();
  const act = tag === 'wait' || tag === 'interrupt' ? tag : 'unread';
  const step = newStep(run, at, splitReply(reply).code ?? '', { act, actionId: null, cellId: null });
  return { ...step, status: 'ok', endedAt: at };
}

const STATUS: Readonly<Record<Observed['status'], StepStatus>> = {
  ok: 'ok',
  running: 'running',
  interrupted: 'stopped',
  error: 'failed',
  unresponsive: 'failed',
  died: 'failed',
  denied: 'failed',
  unparsed: 'failed',
  rejected: 'failed',
  unknown: 'failed'
};

function finished(state: RunState, id: string, at: string, event: RunFinished): RunState {
  const run = state.runs.find(candidate => candidate.id === id);
  const settle = (row: Row): Row =>
    row.kind === 'step' && row.status === 'running' ? { ...row, status: 'stopped', endedAt: at } : row;
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
