/**
 * What can be read off the state of a conversation. Pure.
 */

import { lineage, newestAfter, parentsOf, siblingsOf } from './lineage';
import { missingModule } from './missing';
import type { Welcome } from './protocol';
import type { Budgets, Run, RunState, Step } from './runState';
import { secondsBetween } from './time';

/** The runs of the conversation that goes on, oldest first. */
export function conversationRuns(state: RunState): readonly Run[] {
  const current = state.welcome?.conversation;
  return state.runs.filter(run => run.conversation === null || run.conversation === current);
}

/** The runs of the branch that is shown, oldest first: the newest one, or that which the user has chosen. */
export function shownRuns(state: RunState): readonly Run[] {
  const runs = conversationRuns(state);
  const isKnown = runs.some(run => run.id === state.branch);
  return lineage(runs, isKnown && state.branch !== null ? newestAfter(runs, state.branch) : null);
}

/** The run that a new request goes on from; null: the newest, whichever that is. */
export function continuedRun(state: RunState): string | null {
  const shown = shownRuns(state).at(-1);
  return shown === conversationRuns(state).at(-1) ? null : (shown?.id ?? null);
}

/** The run that a run goes on from; empty: none. */
export function runBefore(state: RunState, run: Run): string {
  return parentsOf(conversationRuns(state)).get(run.id) ?? '';
}

/** The runs that were asked at the same place, oldest first, itself among them. */
export function alternativesTo(state: RunState, run: Run): readonly string[] {
  return siblingsOf(conversationRuns(state), run.id);
}

/** The request that a run works on: that of the run which it continues, when it goes on with it. */
export function requestOf(state: RunState, run: Run): string {
  const before = run.goesOn ? lineage(conversationRuns(state), run.id).filter(({ goesOn }) => !goesOn) : [];
  return (before.at(-1) ?? run).request;
}

/** Whether a run neither goes on nor has come to its end. */
export function isInterrupted(run: Run): boolean {
  return !run.live && run.finished === null && run.conversation !== null;
}

const NO_BUDGETS: Budgets = { max_steps: 0, max_tokens: 0, max_seconds: 0, max_cost: 0 };

/** What a run may use, as far as this page knows. */
export function budgetsOf(run: Run, welcome: Welcome | null): Budgets {
  const { max_steps, max_tokens, max_seconds, max_cost } = welcome ?? NO_BUDGETS;
  return { max_steps, max_tokens, max_seconds, max_cost, ...run.granted };
}

/** What a run has used until now. */
export function spentBy(run: Run, now: string): Spent {
  const { promptTokens, completionTokens, prices } = run;
  const end = run.endedAt ?? run.idleSince ?? (run.live ? now : run.lastAt);
  return {
    max_steps: run.replies,
    max_tokens: promptTokens + completionTokens,
    max_seconds: Math.max(0, secondsBetween(run.startedAt, end) - run.idle),
    max_cost: prices === null ? null : (promptTokens * prices[0] + completionTokens * prices[1]) / 1e6
  };
}

/** By the budget that it counts against; cost is null where the model's prices are not known. */
export type Spent = { readonly [Budget in keyof Budgets]: Budget extends 'max_cost' ? number | null : number };

/** The run that goes on, if any. */
export function liveRun(state: RunState): Run | null {
  return state.runs.filter(run => run.live).at(-1) ?? null;
}

/** Ids of the runs that ended with their server, without a word. */
export function interruptedRuns(state: RunState): readonly string[] {
  return state.runs.filter(isInterrupted).map(run => run.id);
}

/** The step of a run that waits for the user's word. */
export function waitingStep(run: Run | null): Step | null {
  return run?.live ? (stepsOf(run).find(step => step.status === 'waiting') ?? null) : null;
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
  // The cell of what was denied is gone.
  const cells = new Set(steps.flatMap(step => (step.cellId === null || step.status === 'denied' ? [] : [step.cellId])));
  return {
    steps: steps.length,
    repaired: steps.filter(step => isRepaired(run, step)).length,
    cells: cells.size,
    seconds: spentBy(run, run.lastAt).max_seconds
  };
}
