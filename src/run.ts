/**
 * A run as the panel knows it: the values that `runState` makes of what is recorded.
 */

import type { ActionDecided, ApprovalAsked, Doing, RunFinished, UserAsked, Welcome } from './protocol';

/** What a run may use, by the names of the settings; 0: as much as it likes. */
export type Budgets = Readonly<Pick<Welcome, 'max_steps' | 'max_tokens' | 'max_seconds' | 'max_cost'>>;

/** `unknown`: it was cut off while it ran, and may have had its effects. */
export type StepStatus = 'waiting' | 'running' | 'ok' | 'failed' | 'stopped' | 'denied' | 'unknown';

/** Why an action waits for the user, and the classes of its effects. */
export type Approval = Pick<ApprovalAsked, 'reason' | 'effects'>;

/** What was decided about an action, and whether the user had changed it. */
export type Decided = Pick<ActionDecided, 'by' | 'scope' | 'note'> & { readonly isEdited: boolean };

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
  /** As it was proposed. */
  readonly code: string;
  /** Null: it need not ask. */
  readonly approval: Approval | null;
  /** Null: not yet. */
  readonly decided: Decided | null;
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

/** The run was cut off here, and went on. */
export interface Resumption {
  readonly kind: 'resumed';
  readonly note: string;
}

export type Row = Step | Words | Resumption;

/** One request and what came of it. */
export interface Run {
  readonly id: string;
  readonly request: string;
  /** Null until the server has recorded the request. */
  readonly conversation: string | null;
  /** The run that it goes on from; null: the one before it; empty: none. */
  readonly continues: string | null;
  /** It works on the request of the run that it continues. */
  readonly goesOn: boolean;
  /** What was set for it alone. */
  readonly granted: Partial<Budgets>;
  /** Ids of the cells that it is about. */
  readonly cells: readonly string[];
  /** No model is asked: a module is installed that the run before lacked. */
  readonly isInstall: boolean;
  /** When it asks before it acts. */
  readonly mode: UserAsked['approval'];
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
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly estimated: boolean;
  /** What a million tokens of prompt and of completion cost; null: not known. */
  readonly prices: readonly [number, number] | null;
  /** Seconds that were none of its time: the user was waited for, or it was cut off. */
  readonly idle: number;
  /** Since when the user is waited for. */
  readonly idleSince: string | null;
  /** Time of the last event. */
  readonly lastAt: string;
}

/** A run of which nothing but its request is known. */
export function newRun(id: string, request: string, at: string): Run {
  return {
    id,
    request,
    conversation: null,
    continues: null,
    goesOn: false,
    granted: {},
    cells: [],
    isInstall: false,
    mode: 'risky',
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
    promptTokens: 0,
    completionTokens: 0,
    estimated: false,
    prices: null,
    idle: 0,
    idleSince: null,
    lastAt: at
  };
}
