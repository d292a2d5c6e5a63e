/**
 * What can be read off the state of a conversation. Pure.
 */

import { missingModule } from './missing';
import type { Run, RunState, Step } from './runState';

/** The runs of the conversation that goes on, oldest first. */
export function conversationRuns(state: RunState): readonly Run[] {
  const current = state.welcome?.conversation;
  return state.runs.filter(run => run.conversation === null || run.conversation === current);
}

/** The run that goes on, if any. */
export function liveRun(state: RunState): Run | null {
  return state.runs.filter(run => run.live).at(-1) ?? null;
}

/** Ids of the runs that ended with their server, without a word. */
export function cutOffRuns(state: RunState): readonly string[] {
  return state.runs.filter(run => !run.live && run.finished === null).map(run => run.id);
}

/** The steps of a run, in order. */
export function stepsOf(run: Run): readonly Step[] {
  return run.rows.flatMap(row => (row.kind === 'step' ? [row] : []));
}

/** Whether a later step of the run succeeded. */
export function isRepaired(run: Run, step: Step): boolean {
  return step.status === 'failed' && stepsOf(run).some(later => later.number > step.number && later.status === 'ok');
}

/** The module that a run lacked to its end, and the cell that lacked it. */
export function lackingIn(run: Run): { readonly module: string; readonly cellId: string | null } | null {
  const steps = run.isInstall ? [] : stepsOf(run).filter(step => step.status === 'failed' && !isRepaired(run, step));
  const step = steps.filter(({ error }) => missingModule(error) !== null).at(-1);
  const module = missingModule(step?.error ?? '');
  return step === undefined || module === null ? null : { module, cellId: step.cellId };
}

/** The run for whose sake a module was installed: the last one before that was no installation, if it lacked one. */
export function lackedBefore(runs: readonly Run[], install: Run): Run | null {
  if (!install.isInstall || stepsOf(install).some(step => step.status !== 'ok')) {
    return null;
  }
  const before = runs.slice(0, runs.indexOf(install)).filter(run => !run.isInstall);
  const last = before.at(-1);
  return last !== undefined && lackingIn(last) !== null ? last : null;
}

/** The numbers of a run's one line. */
export function summaryOf(run: Run): { steps: number; repaired: number; cells: number; seconds: number } {
  const steps = stepsOf(run);
  const cells = new Set(steps.flatMap(step => (step.cellId === null ? [] : [step.cellId])));
  return {
    steps: steps.length,
    repaired: steps.filter(step => isRepaired(run, step)).length,
    cells: cells.size,
    seconds: run.endedAt === null ? 0 : secondsBetween(run.startedAt, run.endedAt)
  };
}

/** Seconds from one recorded time to another. */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
