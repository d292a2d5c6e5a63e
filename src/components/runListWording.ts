/**
 * A run of the list in words.
 */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Entry, EntryState } from '../archive';
import { secondsBetween } from '../time';
import { costText, countText, secondsText } from './wording';

/** The built-in model's name: its tokens are nobody's. */
const BUILT_IN = 'offline';

/** Shapes, so that colour alone tells nothing. */
export const ENTRY_MARKS: Readonly<Record<EntryState, string>> = {
  running: '◌',
  waiting: '?',
  answered: '✓',
  stopped: '■',
  failed: '✗',
  limit: '!',
  stuck: '!',
  interrupted: '✂'
};

export function entryStateText(trans: TranslationBundle, state: EntryState): string {
  switch (state) {
    case 'running':
      return trans.__('running');
    case 'waiting':
      return trans.__('waits for you');
    case 'answered':
      return trans.__('answered');
    case 'stopped':
      return trans.__('stopped');
    case 'failed':
      return trans.__('failed');
    case 'limit':
      return trans.__('came to its limit');
    case 'stuck':
      return trans.__('went in circles');
    case 'interrupted':
      return trans.__('interrupted');
  }
}

/** `today 14:03 · 4 steps · 5.2 s · 4.0k tokens · cost 0.012` */
export function entryText(trans: TranslationBundle, entry: Entry, now = new Date()): string {
  const steps = entry.steps > 0 ? trans._n('%1 step', '%1 steps', entry.steps) : '';
  const took = entry.ended === null ? '' : secondsText(trans, secondsBetween(entry.started, entry.ended));
  const isCounted = entry.tokens > 0 && entry.model !== BUILT_IN;
  const tokens = isCounted ? trans.__('%1 tokens', countText(entry.tokens)) : '';
  const cost = isCounted && entry.cost !== null ? trans.__('cost %1', costText(entry.cost)) : '';
  const parts = [whenText(entry.started, now), steps, took, tokens, cost].filter(part => part !== '');
  return parts.map(part => part.replace(/ /g, '\u00a0')).join(' · ');
}

/** The time of a day that is not over, the day of others; as the user's language writes them. */
export function whenText(at: string, now: Date): string {
  const date = new Date(at);
  const isToday = date.toDateString() === now.toDateString();
  const isThisYear = date.getFullYear() === now.getFullYear();
  const year = isThisYear ? undefined : 'numeric';
  return isToday
    ? date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })
    : date.toLocaleDateString(undefined, { day: 'numeric', month: 'short', year });
}
