/**
 * What the user of this page asks for: a run is begun, or words wait for their turn. Sent again until the server has recorded it.
 */

import type { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';

import type { ClientMessage, Decide, InstallModule, QueueRequest, StartRun } from './protocol';
import type { Budgets, Run } from './run';
import { continuedRun, liveRun, requestOf, runBefore, waitingStep } from './runReading';
import type { LocalMessage, RunState } from './runState';

export interface RequestsOptions {
  /** False: there is no open connection for it now. */
  readonly send: (message: ClientMessage) => boolean;
  readonly apply: (message: LocalMessage) => void;
  readonly state: () => RunState;
  readonly trans: TranslationBundle;
}

/** How a run is begun; what is not named is as usual. */
type Start = Pick<StartRun, 'request' | 'anchor'> & Partial<StartRun>;

export class Requests {
  constructor(options: RequestsOptions) {
    this._options = options;
  }

  /** Asks for something, or steers the run that goes on. */
  ask(request: string, anchor: string | null, cells: readonly string[], allowed: readonly string[] = []): void {
    const live = liveRun(this._state);
    if (live === null) {
      const continues = continuedRun(this._state);
      this._start({ request, anchor, cells: [...cells], allowed: [...allowed], continues });
    } else if (this._send({ type: 'steer', run: live.id, text: request })) {
      this._options.apply({ type: 'steering', run: live.id, text: request });
    } else {
      this._unsent(request);
    }
  }

  /** Asks in the place of an earlier request: the conversation branches there. */
  askInstead(run: Run, request: string, anchor: string | null): void {
    this._start({ request, anchor, cells: [...run.cells], continues: runBefore(this._state, run) });
  }

  /** Works on at a request whose run has come to an end. */
  goOn(run: Run, granted: Partial<Budgets> = {}): void {
    const request = this._options.trans.__('Continue: %1', requestOf(this._state, run));
    this._start({ request, anchor: null, continues: run.id, goes_on: true, settings: { ...granted } });
  }

  /** Installs a module below the cell that lacked it, in a run of its own; not while another one goes on. */
  install(module: string, anchor: string | null): void {
    if (liveRun(this._state) === null) {
      const run = UUID.uuid4();
      const request = this._options.trans.__('Install %1', module);
      const continues = continuedRun(this._state);
      this._options.apply({ type: 'asked', run, request, isInstall: true, continues, at: new Date().toISOString() });
      this._begin({ type: 'install_module', run, module, anchor, continues });
    }
  }

  /** Asks when the run that goes on has answered. */
  queue(request: string, anchor: string | null, cells: readonly string[]): void {
    this._queue({ type: 'queue_request', run: UUID.uuid4(), request, anchor, cells: [...cells] });
  }

  /** Gives a request that waits other words. */
  requeue(run: string, request: string): void {
    const { anchor, cells } = this._queued.get(run) ?? { anchor: null, cells: [] };
    this._queue({ type: 'queue_request', run, request, anchor, cells });
  }

  dropQueued(run: string): void {
    if (this._send({ type: 'drop_queued', run })) {
      this._options.apply({ type: 'unqueueing', run });
    }
  }

  /** Asks now what waits. */
  startQueued(run: string): void {
    this._send({ type: 'start_queued', run });
  }

  /** Takes up a run that was cut off; it waits for the connection, if need be. */
  resume(run: string, replay: boolean): void {
    const message: ClientMessage = { type: 'resume_run', run, replay };
    this._unheard = this._send(message) ? null : message;
  }

  /** The user's word on an action of the run that goes on; a second one on the same says nothing more. */
  decide(action: string, word: Pick<Decide, 'decision' | 'code' | 'scope' | 'note'>): void {
    const live = liveRun(this._state);
    if (live !== null && action !== this._word?.action_id) {
      const said: Decide = { type: 'decide', run: live.id, action_id: action, ...word };
      this._word = this._send(said) ? said : null;
    }
  }

  /** A word that was lost with the connection is said again, as soon as the server has told that it still waits for it. */
  decideAgain(): void {
    const word = this._word;
    if (
      this._isWordAdrift &&
      this._state.isUpToDate &&
      waitingStep(liveRun(this._state))?.actionId === word?.action_id
    ) {
      this._isWordAdrift = word !== null && !this._send(word);
    }
  }

  newConversation(): void {
    this._send({ type: 'new_conversation' });
  }

  /** Deletes what is recorded of the conversation; its cells stay. */
  deleteConversation(): void {
    this._send({ type: 'delete_conversation' });
  }

  /** Asks this model from the next run on; both empty: as the settings and the server have it. */
  chooseModel(connection: string, model: string): void {
    this._send({ type: 'choose_model', connection, model });
  }

  /** Sends those again that the server may not have heard. */
  sendAgain(): void {
    this._isWordAdrift = this._word !== null;
    this.decideAgain();
    for (const run of this._state.runs.filter(candidate => candidate.conversation === null)) {
      const message = this._asked.get(run.id);
      if (message !== undefined) {
        this._send(message);
      }
    }
    if (this._unheard !== null && this._send(this._unheard)) {
      this._unheard = null;
    }
  }

  private _start(start: Start): void {
    const run = UUID.uuid4();
    const message: StartRun = {
      type: 'start_run',
      run,
      cells: [],
      settings: {},
      continues: null,
      goes_on: false,
      allowed: [],
      ...start
    };
    this._options.apply({
      type: 'asked',
      run,
      request: message.request,
      isInstall: false,
      continues: message.continues,
      goesOn: message.goes_on,
      granted: message.settings,
      at: new Date().toISOString()
    });
    this._begin(message);
  }

  private _begin(message: StartRun | InstallModule): void {
    this._asked.set(message.run, message);
    this._send(message);
  }

  private _queue(message: QueueRequest): void {
    if (this._send(message)) {
      this._queued.set(message.run, message);
      this._options.apply({ type: 'queueing', run: message.run, request: message.request });
    } else {
      this._unsent(message.request);
    }
  }

  private _unsent(words: string): void {
    const notice = this._options.trans.__('The server is away. Your words are kept.');
    this._options.apply({ type: 'unsent', words, notice });
  }

  private get _state(): RunState {
    return this._options.state();
  }

  private _send(message: ClientMessage): boolean {
    return this._options.send(message);
  }

  /** What was decided last. */
  private _word: Decide | null = null;
  /** It was said on a connection that broke since: the server may not have heard it. */
  private _isWordAdrift = false;
  private readonly _options: RequestsOptions;
  private readonly _asked = new Map<string, StartRun | InstallModule>();
  private readonly _queued = new Map<string, QueueRequest>();
  private _unheard: ClientMessage | null = null;
}
