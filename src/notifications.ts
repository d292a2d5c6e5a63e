/**
 * Tells of runs that end, or wait for the user, in notebooks that are not in view.
 */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { EntryState, RunArchive } from './archive';
import { doesText } from './components/approvalWording';
import type { Conversation } from './conversation';
import type { Approval, Run } from './run';
import { liveRun, waitingStep } from './runReading';
import type { RunState } from './runState';

/** Pause between two looks at a run whose notebook was closed. */
const PAUSE = 5000;
/** Runs of a notebook among which its last one is looked for. */
const RECENT = 10;
/** Characters of a request that are told. */
const SHORT = 60;

/** Something that the user should know of a run. */
export interface News {
  readonly path: string;
  readonly name: string;
  readonly run: string;
  readonly request: string;
  readonly state: Exclude<EntryState, 'running'>;
  /** What it waits for the user with, if it is an action. */
  readonly approval?: Approval | null;
}

/** A notebook's conversation, as far as news are made of it: a `RunModel`. */
export interface Followed {
  readonly conversation: Pick<Conversation, 'name' | 'state'>;
  readonly context: {
    readonly path: string;
    readonly localPath: string;
    readonly disposed: { readonly connect: (slot: () => void) => unknown };
  };
}

export interface RunNewsOptions<Model extends Followed> {
  readonly archive: Pick<RunArchive, 'list'>;
  readonly isInView: (model: Model) => boolean;
  readonly tell: (news: News) => void;
  readonly pause?: number;
}

/** Follows the runs of the notebooks that are open, and of those that were closed while one went on. */
export class RunNews<Model extends Followed> {
  constructor(options: RunNewsOptions<Model>) {
    this._options = options;
  }

  /** A conversation has changed. */
  look(model: Model): void {
    const { name, state } = model.conversation;
    const before = this._seen.get(model);
    if (before !== undefined && !state.isUpToDate) {
      return; // what happened while the server was away is not whole yet
    }
    this._seen.set(model, state);
    if (before === undefined) {
      model.context.disposed.connect(() => this._closed(model));
      return; // what was over before is no news
    }
    for (const { run, state: how, approval } of newsOf(before, state)) {
      if (!this._options.isInView(model)) {
        this._options.tell({ path: model.context.path, name, run: run.id, request: run.request, state: how, approval });
      }
    }
  }

  /** Nobody shows this notebook any more: the list of runs says when its run ends. */
  private _closed(model: Model): void {
    this._seen.delete(model);
    const run = liveRun(model.conversation.state);
    if (run !== null) {
      void this._follow(model.context.localPath, run.id);
    }
  }

  private async _follow(path: string, run: string): Promise<void> {
    const isOpen = (): boolean => [...this._seen.keys()].some(model => model.context.localPath === path);
    for (let last: EntryState = 'running'; ;) {
      await new Promise(resolve => setTimeout(resolve, this._options.pause ?? PAUSE));
      if (isOpen()) {
        return;
      }
      const entries = await this._options.archive.list({ path, before: '', limit: RECENT });
      const entry = entries?.find(candidate => candidate.run === run);
      const state: EntryState = entry?.state ?? last;
      if (entry !== undefined && state !== last && state !== 'running') {
        this._options.tell({ path, name: entry.name, run, request: entry.request, state });
      }
      last = state;
      if (entry === undefined ? entries !== null : entry.ended !== null) {
        return;
      }
    }
  }

  private readonly _options: RunNewsOptions<Model>;
  private readonly _seen = new Map<Model, RunState>();
}

/** Whether a run waits for the user's word. */
export function isWaiting(state: RunState, id: string): boolean {
  return state.restartOffered === id || waitingStep(state.runs.find(run => run.id === id) ?? null) !== null;
}

type RunNewsItem = Pick<News, 'state' | 'approval'> & { readonly run: Run };

/** The runs that have ended, or wait for the user, since the state before. */
export function newsOf(before: RunState, now: RunState): readonly RunNewsItem[] {
  return now.runs.flatMap((run): RunNewsItem[] => {
    const known = before.runs.find(candidate => candidate.id === run.id);
    if (known?.live && !run.live) {
      return [{ run, state: run.finished?.reason ?? 'interrupted' }];
    }
    const asks = waitingStep(run);
    if (asks !== null && asks.actionId !== waitingStep(known ?? null)?.actionId) {
      return [{ run, state: 'waiting', approval: asks.approval }];
    }
    const waits = now.restartOffered === run.id && before.restartOffered !== run.id;
    return run.live && waits ? [{ run, state: 'waiting' }] : [];
  });
}

/** In one line: which notebook, what was asked, how it ended. */
export function newsText(trans: TranslationBundle, { name, request, state, approval }: News): string {
  const words = request.split('\n', 1)[0];
  const asked = words.length <= SHORT ? words : `${words.slice(0, SHORT - 1)}…`;
  switch (state) {
    case 'answered':
      return trans.__('%1: answered (“%2”)', name, asked);
    case 'waiting':
      return approval
        ? trans.__('%1 waits for you: %2', name, doesText(trans, approval))
        : trans.__('%1: waits for you (“%2”)', name, asked);
    case 'stopped':
      return trans.__('%1: stopped (“%2”)', name, asked);
    case 'failed':
      return trans.__('%1: failed (“%2”)', name, asked);
    case 'limit':
      return trans.__('%1: came to its limit (“%2”)', name, asked);
    case 'stuck':
      return trans.__('%1: went in circles (“%2”)', name, asked);
    case 'interrupted':
      return trans.__('%1: interrupted (“%2”)', name, asked);
  }
}
