/**
 * The steps of a run, from what is recorded of them. Pure.
 */

import { errorLine, labelOf, restOf, splitReply } from './label';
import type { ActionDecided, ActionProposed, ActionStarted, ApprovalAsked, Observed } from './protocol';
import type { Run, Step, StepStatus } from './run';

/** The run with the step that a proposed action begins. */
export function proposed(run: Run, at: string, action: ActionProposed, wasWritten: boolean): Run {
  const { action_id: actionId, cell_id: cellId, code, scratch } = action;
  const step = newStep(run, at, code, { act: 'cell', actionId, cellId });
  const rewrites = wasWritten || run.cells.includes(cellId);
  return { ...run, reply: null, rows: [...run.rows, { ...step, scratch, rewrites }] };
}

function newStep(run: Run, at: string, code: string, target: Pick<Step, 'act' | 'actionId' | 'cellId'>): Step {
  const { prose } = splitReply(run.reply ?? '');
  return {
    kind: 'step',
    number: run.replies,
    ...target,
    scratch: false,
    rewrites: false,
    label: labelOf(prose, code),
    prose: restOf(prose),
    status: 'running',
    code,
    approval: null,
    decided: null,
    error: '',
    startedAt: at,
    endedAt: null
  };
}

/** The run with one of its steps changed. */
export function withStep(run: Run, actionId: string, change: (step: Step) => Step): Run {
  return { ...run, rows: run.rows.map(row => (row.kind === 'step' && row.actionId === actionId ? change(row) : row)) };
}

/** The run with an action that waits for the user. */
export function waits(run: Run, { action_id, reason, effects }: ApprovalAsked): Run {
  return withStep(run, action_id, step => ({ ...step, status: 'waiting', approval: { reason, effects } }));
}

/** The run with what was decided about an action. */
export function decided(run: Run, { action_id, decision, by, code, scope, note }: ActionDecided): Run {
  const status = decision === 'allow' ? 'running' : 'denied';
  return withStep(run, action_id, step => ({
    ...step,
    status,
    decided: { by, scope, note, isEdited: decision === 'allow' && code !== step.code }
  }));
}

/** The run with an action that runs: where it was proposed, or in the user's cell that it has taken the place of. */
export function started(run: Run, at: string, { action_id, cell_id }: ActionStarted): Run {
  return withStep(run, action_id, step => ({
    ...step,
    startedAt: at,
    cellId: cell_id ?? step.cellId,
    rewrites: step.rewrites || cell_id !== null
  }));
}

/** The run with what came of an action. */
export function observed(run: Run, at: string, event: Observed): Run {
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
  denied: 'denied',
  unparsed: 'failed',
  rejected: 'failed',
  unknown: 'unknown'
};
