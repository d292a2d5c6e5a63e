/**
 * What an action does that asks first, and what was decided about it, in words.
 */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Approval, Step } from '../run';

/** For each class of effects: what the action does, and what would be allowed for the run. */
function wordsOf(trans: TranslationBundle): Readonly<Record<string, readonly [string, string]>> {
  return {
    write_files: [trans.__('writes or deletes files'), trans.__('writing and deleting files')],
    read_outside: [
      trans.__('reads files outside of the notebook’s folder'),
      trans.__('reading files outside of the notebook’s folder')
    ],
    network: [trans.__('uses the network'), trans.__('using the network')],
    shell: [trans.__('runs a shell command'), trans.__('running shell commands')],
    install: [trans.__('installs packages'), trans.__('installing packages')],
    system: [
      trans.__('changes the environment or starts processes'),
      trans.__('changing the environment and starting processes')
    ],
    overwrite: [trans.__('overwrites a large variable of yours'), trans.__('overwriting your large variables')],
    edit_cell: [trans.__('rewrites a cell of yours'), trans.__('rewriting your cells')],
    protected_cell: [trans.__('rewrites a protected cell'), trans.__('rewriting protected cells')],
    expensive_cell: [trans.__('runs an expensive cell again'), trans.__('running expensive cells again')],
    dynamic: [trans.__('runs code that is made while it runs'), trans.__('running code that is made while it runs')],
    pickle: [trans.__('loads a pickle, which may run code'), trans.__('loading pickles')]
  };
}

/** Effects on cells that the user marked: they are asked about each time, whatever was allowed. */
const EACH_TIME: readonly string[] = ['protected_cell', 'expensive_cell'];

/** `writes or deletes files, uses the network` */
export function doesText(trans: TranslationBundle, { effects, reason }: Approval): string {
  const words = wordsOf(trans);
  // a protected cell is one of theirs
  const told = effects.filter(effect => effect !== 'edit_cell' || !effects.includes('protected_cell'));
  return told.map(effect => words[effect]?.[0] ?? effect).join(', ') || reason;
}

/** `allow writing and deleting files for this run`; empty: nothing of it can be allowed at once. */
export function allowText(trans: TranslationBundle, effects: readonly string[]): string {
  const words = wordsOf(trans);
  const acts = lasting(effects).map(effect => words[effect]?.[1] ?? effect);
  return acts.length === 0 ? '' : trans.__('allow %1 for this run', acts.join(', '));
}

/** What can be allowed for a run: to rewrite a marked cell is to rewrite one of theirs, and is asked about each time. */
function lasting(effects: readonly string[]): string[] {
  const isMarked = effects.some(effect => EACH_TIME.includes(effect));
  return effects.filter(effect => !EACH_TIME.includes(effect) && !(isMarked && effect === 'edit_cell'));
}

/** The question, with the server's reason for it. */
export function questionText(trans: TranslationBundle, { reason }: Approval): string {
  return trans.__('Run this? %1', reason);
}

/** What was decided about a step: `edited by you`, `not run: denied (“another file”)`. */
export function decisionNotes(trans: TranslationBundle, { status, approval, decided }: Step): readonly string[] {
  if (decided === null) {
    return [];
  }
  const { by, scope, note, isEdited } = decided;
  if (status === 'denied') {
    const why = by === 'user' && note !== '' ? trans.__('denied (“%1”)', note) : trans.__('denied');
    return [trans.__('not run: %1', by === 'policy' && note !== '' ? note : why)];
  }
  return [
    isEdited ? trans.__('edited by you') : '',
    scope === 'run' && approval !== null
      ? trans.__('allowed for this run: %1', doesText(trans, { ...approval, effects: lasting(approval.effects) }))
      : ''
  ].filter(part => part !== '');
}
