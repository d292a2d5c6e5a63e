/**
 * What the panel knows of a notebook's conversation, reduced from the server's messages. Pure: begin at `reduce`.
 */

import { Recorded, RunFinished, ServerMessage, Welcome } from './protocol';
import type { Row, Run } from './run';
import { observed, proposed, withStep } from './steps';

export type { Row, Run, Step, StepStatus, Words } from './run';

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
  | {
      readonly type: 'asked';
      readonly run: string;
      readonly request: string;
      readonly at: string;
      readonly isInstall: boolean;
    }
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
      return {
        ...state,
        notice: '',
        runs: [...state.runs, { ...newRun(message.run, message.request, message.at), isInstall: message.isInstall }]
      };
    case 'steering':
      return withRun(state, message.run, run => ({ ...run, steering: [...run.steering, message.text] }));
    case 'unsent':
      return { ...state, notice: message.notice, returned: [...state.returned, message.words] };
    case 'stopping':
      return withRun(state, message.run, run => ({ ...run, stopping: true }));
    case 'words_returned':
      return { ...state, returned: [] };
    case 'queued':
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
    cells: [],
    isInstall: false,
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
  return { ...state, notice, runs, returned: [...state.returned, ...(run.isInstall ? [] : [run.request])] };
}

function recorded(state: RunState, { run: id, at, event }: Recorded): RunState {
  switch (event.type) {
    case 'user_asked': {
      const known = state.runs.find(run => run.id === id);
      const live = known !== undefined || (state.welcome?.live.includes(id) ?? false);
      const { text, conversation, cells } = event;
      const begun = { ...newRun(id, text, at), conversation, cells, isInstall: event.model === '', live };
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
      return withRun(state, id, run => proposed(run, at, event, wasWritten(state, event.cell_id)));
    case 'action_started':
      return withRun(state, id, run => withStep(run, event.action_id, step => ({ ...step, startedAt: at })));
    case 'observed':
      return withRun(state, id, run => observed(run, at, event));
    case 'run_finished':
      return finished(state, id, at, event);
    case 'resumed':
    case 'approval_asked':
    case 'action_decided':
      return state;
    default:
      return unreachable(event);
  }
}

/** Whether a cell was written before by a run that is known. */
function wasWritten(state: RunState, cellId: string): boolean {
  return state.runs.some(run => run.rows.some(row => row.kind === 'step' && row.cellId === cellId));
}

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
