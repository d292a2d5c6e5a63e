/**
 * What a cell's metadata say of it, and its error. Pure.
 */

import { missingModule } from '../missing';

/** That the agent wrote a cell, and what shall become of it. */
export interface CellMark {
  readonly run: string;
  readonly step: number | null;
  /** Why it is folded to one line: its error. Null: it is not. */
  readonly fold: string | null;
  /** Only for looking around: folded at once, gone at the end of the run. */
  readonly scratch: boolean;
  /** Id of the user's cell that it would take the place of; empty: it is no proposal to rewrite one. */
  readonly replaces: string;
}

/** Characters of an error's line: it becomes a part of a request. */
const LONGEST = 300;

/** The mark in a cell's metadata; null: the agent did not write it. */
export function markOf(codeact: unknown): CellMark | null {
  if (typeof codeact !== 'object' || codeact === null || !('run' in codeact) || typeof codeact.run !== 'string') {
    return null;
  }
  const isStep = 'step' in codeact && Number.isInteger(codeact.step);
  return {
    run: codeact.run,
    step: isStep ? Number(codeact.step) : null,
    fold: 'fold' in codeact && typeof codeact.fold === 'string' ? codeact.fold.slice(0, LONGEST) : null,
    scratch: 'scratch' in codeact && codeact.scratch === true,
    replaces: 'replaces' in codeact && typeof codeact.replaces === 'string' ? codeact.replaces : ''
  };
}

/** Marks of the user's on a cell: it is not rewritten, or not run again, before the agent has asked. */
export const TAGS = { protected: 'codeact-protected', expensive: 'codeact-expensive' } as const;

export type Tag = keyof typeof TAGS;

/** Whether a cell's tags, as JupyterLab keeps them, have one of ours. */
export function hasTag(tags: unknown, tag: Tag): boolean {
  return Array.isArray(tags) && tags.includes(TAGS[tag]);
}

/** The tags with one of ours more, or without it. */
export function withTag(tags: unknown, tag: Tag, isOn: boolean): readonly string[] {
  const given: readonly unknown[] = Array.isArray(tags) ? tags : [];
  const others = given.filter((other): other is string => typeof other === 'string' && other !== TAGS[tag]);
  return isOn ? [...others, TAGS[tag]] : others;
}

/** An error that a cell shows. */
export interface CellError {
  /** In one line: `KeyError: 'x'`. */
  readonly line: string;
  /** The module that could not be imported, as it was imported. */
  readonly missing: string | null;
}

/** The error of one output; null: it is none. */
export function errorOf(output: unknown): CellError | null {
  if (typeof output !== 'object' || output === null || !('output_type' in output) || output.output_type !== 'error') {
    return null;
  }
  const name = 'ename' in output && typeof output.ename === 'string' ? output.ename : '';
  const value = 'evalue' in output && typeof output.evalue === 'string' ? output.evalue : '';
  const whole = [name, value.split('\n', 1)[0]].filter(part => part !== '').join(': ');
  const line = whole.length <= LONGEST ? whole : `${whole.slice(0, LONGEST - 1)}…`;
  return { line, missing: missingModule(line) };
}

/** What a scratch cell is about: its first comment, else its first line. */
export function firstLineOf(source: string): string {
  const lines = source
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
  const comment = lines.find(line => /^#(?!!)\s*\S/.test(line));
  return comment?.replace(/^#+\s*/, '') ?? lines[0] ?? '';
}
