/**
 * A run as the panel knows it: the values that `runState` makes of what is recorded.
 */

import type { Doing, RunFinished } from './protocol';

export type StepStatus = 'running' | 'ok' | 'failed' | 'stopped';

/** One step: a cell, a wait, an interrupt, or a reply that could not be read. */
export interface Step {
  readonly kind: 'step';
  readonly number: number;
  readonly act: 'cell' | 'wait' | 'interrupt' | 'unread';
  readonly actionId: string | null;
  readonly cellId: string | null;
  /** Only for looking around: its cell goes at the end of the run. */
  readonly scratch: boolean;
  /** It has written its cell anew: one that the agent wrote before, or that the request is about. */
  readonly rewrites: boolean;
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
  /** Ids of the cells that it is about. */
  readonly cells: readonly string[];
  /** No model is asked: a module is installed that the run before lacked. */
  readonly isInstall: boolean;
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
