/**
 * Numbers and states in words, with their units.
 */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { CellFacts } from '../cells/facts';
import type { Conversation } from '../conversation';
import type { Welcome } from '../protocol';
import {
  budgetsOf,
  isInterrupted,
  isRepaired,
  liveRun,
  shownRuns,
  spentBy,
  summaryOf,
  waitingStep
} from '../runReading';
import type { Run, Step } from '../runState';

/** The colour of a state; its words say the same. */
export type Tone = 'quiet' | 'busy' | 'warn' | 'error';

export function secondsText(trans: TranslationBundle, seconds: number): string {
  return seconds < 10 ? trans.__('%1 s', seconds.toFixed(1)) : wholeSecondsText(trans, seconds);
}

export function wholeSecondsText(trans: TranslationBundle, seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? trans.__('%1 s', whole) : trans.__('%1 min %2 s', Math.floor(whole / 60), whole % 60);
}

/** `840`, `4.0k`. */
export function countText(count: number): string {
  const thousands = count / 1000;
  return count < 1000 ? String(count) : `${thousands.toFixed(count < 100_000 && count % 1000 !== 0 ? 1 : 0)}k`;
}

/** In the currency of the price table. */
export function costText(cost: number): string {
  if (cost > 0 && cost < 0.0001) {
    return '<0.0001';
  }
  return String(Number(cost < 1 ? cost.toPrecision(2) : cost.toFixed(2)));
}

/** What a run has used, against what it may use: `4.0k of 20k tokens · cost 0.012 of 0.05 · 6 s of 60 s`. */
export function usedText(trans: TranslationBundle, run: Run, welcome: Welcome | null, now: string): string {
  const spent = spentBy(run, now);
  const budgets = budgetsOf(run, welcome);
  const of = (used: string, budget: number, text: (amount: number) => string): string =>
    budget > 0 ? trans.__('%1 of %2', used, text(budget)) : used;
  const parts: string[] = [];
  if (spent.max_tokens > 0 && welcome?.where !== 'built-in') {
    const tokens = run.estimated ? `~${countText(spent.max_tokens)}` : countText(spent.max_tokens);
    parts.push(trans.__('%1 tokens', of(tokens, budgets.max_tokens, countText)));
    if (spent.max_cost !== null) {
      parts.push(trans.__('cost %1', of(costText(spent.max_cost), budgets.max_cost, costText)));
    } else if (budgets.max_cost > 0) {
      parts.push(trans.__('cost unknown'));
    }
  }
  const seconds = (amount: number): string => wholeSecondsText(trans, amount);
  parts.push(of(seconds(spent.max_seconds), budgets.max_seconds, seconds));
  return parts.map(part => part.replace(/ /g, '\u00a0')).join(' · ');
}

/** `4 steps · 1 repaired · 3 cells · 5.2 s` */
export function summaryText(trans: TranslationBundle, run: Run): string {
  const { steps, repaired, cells, seconds } = summaryOf(run);
  return [
    trans._n('%1 step', '%1 steps', steps),
    repaired > 0 ? trans.__('%1 repaired', repaired) : '',
    cells > 0 ? trans._n('%1 cell', '%1 cells', cells) : '',
    secondsText(trans, seconds)
  ]
    .filter(part => part !== '')
    .join(' · ');
}

export function stepText(trans: TranslationBundle, step: Step): string {
  if (step.label !== '') {
    return step.label;
  }
  switch (step.act) {
    case 'cell':
      return trans.__('Empty cell');
    case 'wait':
      return trans.__('Wait for the cell');
    case 'interrupt':
      return trans.__('Interrupt the cell');
    case 'unread':
      return trans.__('A reply without an action');
  }
}

export function statusText(trans: TranslationBundle, status: Step['status']): string {
  switch (status) {
    case 'running':
      return trans.__('running');
    case 'ok':
      return trans.__('done');
    case 'failed':
      return trans.__('failed');
    case 'stopped':
      return trans.__('stopped');
    case 'unknown':
      return trans.__('may have run');
    case 'waiting':
      return trans.__('waits for you');
    case 'denied':
      return trans.__('not run');
  }
}

export function errorText(trans: TranslationBundle, run: Run, step: Step): string {
  return isRepaired(run, step) ? trans.__('%1 → repaired below', step.error) : step.error;
}

/** What became of a step's cell: `rewrote [3]`, `scratch`, `folded`. */
export function notesOf(trans: TranslationBundle, run: Run, step: Step, cell: CellFacts | null): readonly string[] {
  const notes: string[] = [];
  if (step.status === 'unknown') {
    notes.push(trans.__('may have run, in part or whole'));
  }
  if (step.rewrites) {
    notes.push(cell?.name ? trans.__('rewrote %1', cell.name) : trans.__('rewrote a cell'));
  }
  if (step.scratch) {
    notes.push(cell === null && !run.live ? trans.__('scratch, taken out') : trans.__('scratch'));
  } else if (cell?.isFolded) {
    notes.push(trans.__('folded'));
  }
  return notes;
}

/** Why the server does not let this page in. */
export function refusalText(trans: TranslationBundle, status: number): string {
  return status === 404
    ? trans.__(
        'The server does not have this notebook (404). It was moved or deleted, or the server extension codeact_jupyter is not enabled.'
      )
    : trans.__('The server does not let you run code here (%1). Log in again, or ask its administrator.', status);
}

/** What is offered while code runs on that was stopped. */
export function restartText(trans: TranslationBundle): string {
  return trans.__('This code cannot be interrupted. A restart of the kernel ends it; all variables are lost.');
}

/** The one state of the header. */
export function stateOf(trans: TranslationBundle, conversation: Conversation): { text: string; tone: Tone } {
  const { state, status, kernel } = conversation;
  const run = liveRun(state);
  if (status === 'reconnecting') {
    return { text: trans.__('reconnecting'), tone: 'warn' };
  }
  if (status === 'refused') {
    return { text: trans.__('refused'), tone: 'error' };
  }
  if (status === 'superseded') {
    return { text: trans.__('open in a newer tab'), tone: 'warn' };
  }
  if (run !== null) {
    return runState(trans, run, budgetsOf(run, state.welcome).max_steps);
  }
  if (state.welcome === null) {
    return { text: trans.__('connecting'), tone: 'quiet' };
  }
  if (state.welcome.problem !== '') {
    return { text: trans.__('no model'), tone: 'error' };
  }
  const last = shownRuns(state).at(-1);
  if (last?.finished?.reason === 'failed') {
    return { text: trans.__('failed'), tone: 'error' };
  }
  if (last !== undefined && isInterrupted(last)) {
    return { text: trans.__('interrupted'), tone: 'warn' };
  }
  if (last?.finished?.reason === 'stopped') {
    return { text: trans.__('stopped'), tone: 'warn' };
  }
  if (!kernel.present) {
    return { text: trans.__('no kernel'), tone: 'quiet' };
  }
  return { text: trans.__('%1 · %2', kernel.name, kernelText(trans, kernel.status)), tone: 'quiet' };
}

function kernelText(trans: TranslationBundle, status: string): string {
  switch (status) {
    case 'idle':
      return trans.__('idle');
    case 'busy':
      return trans.__('busy');
    case 'starting':
    case 'initializing':
      return trans.__('starting');
    case 'restarting':
    case 'autorestarting':
      return trans.__('restarting');
    default:
      return trans.__('not connected');
  }
}

function runState(trans: TranslationBundle, run: Run, most: number): { text: string; tone: Tone } {
  if (run.stopping) {
    return { text: trans.__('stopping'), tone: 'warn' };
  }
  if (waitingStep(run) !== null) {
    return { text: trans.__('waits for you'), tone: 'warn' };
  }
  switch (run.doing?.what) {
    case 'starting_kernel':
      return { text: trans.__('starting kernel'), tone: 'busy' };
    case 'waiting_for_cell':
      return { text: trans.__('waiting for your cell'), tone: 'warn' };
    case 'interrupting':
      return { text: trans.__('interrupting'), tone: 'warn' };
    case 'restarting':
      return { text: trans.__('restarting kernel'), tone: 'warn' };
    case 'thinking':
    case 'retrying':
      return { text: stepOf(trans, Math.min(run.replies + 1, Math.max(run.replies, most)), most), tone: 'busy' };
    case 'running':
    case 'saving':
      return { text: stepOf(trans, Math.max(run.replies, 1), most), tone: 'busy' };
    case undefined:
      return run.replies === 0
        ? { text: trans.__('starting'), tone: 'busy' }
        : { text: stepOf(trans, run.replies, most), tone: 'busy' };
  }
}

/** Settings may have changed since: then a run's steps may be more than they say. */
function stepOf(trans: TranslationBundle, step: number, most: number): string {
  return step <= most ? trans.__('step %1 of %2', step, most) : trans.__('step %1', step);
}
