/**
 * One notebook's conversation in this browser: a connection, the state reduced from it, and one signal.
 */

import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { Contents, ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import { Arrivals } from './arrivals';
import { Connection, ConnectionStatus } from './connection';
import { Drawing } from './drawing';
import type { ServerMessage, Subscribe, Welcome } from './protocol';
import { Requests } from './requests';
import { interruptedRuns, liveRun } from './runReading';
import { EMPTY, LocalMessage, RunState, reduce } from './runState';
import { Conversation, conversationOf } from './conversation';
import { documentOf, endCells, isCollaborative, openSocket, probeSocket, startKernel } from './notebook';
import { NotebookContext, Saving } from './saving';
import { DocumentSync, DocumentWatch } from './sync';

export interface RunModelOptions {
  readonly context: NotebookContext;
  readonly contents: Contents.IManager;
  readonly serverSettings: ServerConnection.ISettings;
  readonly settings: () => Subscribe['settings'];
  readonly trans: TranslationBundle;
}

export class RunModel implements IDisposable {
  constructor(options: RunModelOptions) {
    this._options = options;
    const { context } = options;
    this._saving = new Saving({
      context,
      contents: options.contents,
      trans: options.trans,
      tell: message => this._notice(message),
      takeBack: notice => this._apply({ type: 'settled', notice })
    });
    this._connection = new Connection({
      open: () => openSocket(options.serverSettings, context, documentOf(context)),
      probe: () => probeSocket(options.serverSettings, context),
      subscription: () => ({ base: this._saving.base, settings: options.settings() })
    });
    this.requests = new Requests({
      send: message => this._connection.send(message),
      apply: message => this._apply(message),
      state: () => this._state,
      trans: options.trans
    });
    this._dirty = context.model.dirty;
    this._conversation = conversationOf(context, this._state, this._connection);
    this._listen();
  }

  /** Of this page only: tells one conversation from another. */
  readonly id = UUID.uuid4();

  /** What its user asks for. */
  readonly requests: Requests;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The present state, a new object after each change. */
  get conversation(): Conversation {
    return this._conversation;
  }

  get context(): NotebookContext {
    return this._options.context;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Opens the connection if there is none; a notebook that a newer tab has taken over is left to it. */
  async connect(): Promise<void> {
    if (this._connection.status !== 'superseded') {
      await this.reconnect();
    }
  }

  /** Opens the connection now: makes this tab the live one again, or tries once more after a refusal. */
  async reconnect(): Promise<void> {
    await this.context.ready;
    if (!this._isDisposed) {
      this._startSync();
      this._connection.connect();
    }
  }

  /** Asks for something, or steers the run that goes on; the classes of effects in `allowed` need not be asked about. */
  ask(request: string, anchor: string | null, cells: readonly string[] = [], allowed: readonly string[] = []): void {
    this.requests.ask(request, anchor, cells, allowed);
    void this.reconnect();
  }

  /** Installs a module that a cell lacked, in a run of its own; not while another one goes on. */
  install(module: string, anchor: string | null): void {
    this.requests.install(module, anchor);
    void this.reconnect();
  }

  /** Stops the run; asked again while it will not end, offers a restart of the kernel. */
  stop(): void {
    const run = liveRun(this._state);
    if (run === null) {
      return;
    }
    if (run.stopping) {
      this._apply({ type: 'offer_restart', run: run.id });
    } else if (this._connection.send({ type: 'stop_run', run: run.id })) {
      this._apply({ type: 'stopping', run: run.id });
    }
  }

  restartKernel(): void {
    if (this._connection.send({ type: 'restart_kernel' })) {
      this._apply({ type: 'restarting' });
    }
  }

  /** Shows the branch of the conversation that this run is in. */
  showBranch(run: string): void {
    this._apply({ type: 'branching', run });
  }

  configure(): void {
    this._connection.send({ type: 'configure', settings: this._options.settings() });
  }

  dismiss(): void {
    this._apply({ type: 'dismissed' });
  }

  /** The words that were not taken; each is given once. */
  takeReturned(): readonly string[] {
    const { returned } = this._state;
    if (returned.length > 0) {
      this._apply({ type: 'words_returned' });
    }
    return returned;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._drawing.cancel();
    this._sync?.dispose();
    this._watch?.dispose();
    this._connection.close();
    Signal.clearData(this);
  }

  private _listen(): void {
    const { context } = this._options;
    const session = context.sessionContext;
    this._connection.message.connect(this._onMessage, this);
    this._connection.statusChanged.connect(this._onStatus, this);
    context.pathChanged.connect(this._onPathChanged, this);
    context.saveState.connect(this._onSaveState, this);
    context.model.stateChanged.connect(this._onModelState, this);
    context.disposed.connect(this._onContextDisposed, this);
    session.kernelChanged.connect(this._drawing.now, this._drawing);
    session.statusChanged.connect(this._drawing.now, this._drawing);
    session.connectionStatusChanged.connect(this._drawing.now, this._drawing);
  }

  private _startSync(): void {
    const document = documentOf(this.context);
    if (this._sync !== null || this._watch !== null || document === null) {
      return;
    }
    const arrivals = new Arrivals(this.context);
    if (isCollaborative(this.context)) {
      this._watch = new DocumentWatch(document.ydoc, arrivals);
    } else {
      this._sync = new DocumentSync(document.ydoc, this._connection, arrivals);
    }
  }

  private _onMessage(_: Connection, message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this._apply(message);
        void this._welcomed(message);
        break;
      case 'save':
        void this._saving.save();
        break;
      case 'start_kernel':
        void this._startKernel(message.name);
        break;
      default:
        this._apply(message);
        this.requests.decideAgain();
    }
  }

  private async _welcomed(welcome: Welcome): Promise<void> {
    if (this._greeting !== null) {
      return;
    }
    const greeting = {};
    this._greeting = greeting;
    await this._saving.reconcile(welcome.file);
    if (this._isDisposed || this._greeting !== greeting) {
      return; // the connection broke meanwhile: the next one is greeted anew
    }
    this._sync?.start();
    endCells(documentOf(this.context), interruptedRuns(this._state));
    this.requests.sendAgain();
  }

  private _notice(message: string): void {
    if (!this._isDisposed) {
      this._apply({ type: 'notice', message });
    }
  }

  private async _startKernel(name: string | null): Promise<void> {
    if (!(await startKernel(this.context, name))) {
      this._notice(this._options.trans.__('The kernel did not start. Choose another one for this notebook.'));
    }
  }

  private _onStatus(_: Connection, status: ConnectionStatus): void {
    this._isCatchingUp = status === 'open';
    if (status !== 'open') {
      this._greeting = null;
      this._sync?.pause();
      this._apply({ type: 'disconnected' });
    }
    this._drawing.now();
  }

  private _onPathChanged(): void {
    this._connection.send({ type: 'renamed', path: this.context.localPath });
    this._drawing.now();
  }

  private _onSaveState(_: NotebookContext, state: DocumentRegistry.SaveState): void {
    if (state === 'completed') {
      this._connection.send({ type: 'saved', hash: this._saving.base });
    }
  }

  private _onModelState(): void {
    this._dirty = this.context.model.dirty;
  }

  // Unsaved changes at this point are changes that the user chose to discard.
  private _onContextDisposed(): void {
    this._connection.send({ type: 'closing', keep: !this._dirty });
    this.dispose();
  }

  private _apply(message: ServerMessage | LocalMessage): void {
    this._state = reduce(this._state, message);
    this._isCatchingUp &&= !this._state.isUpToDate;
    if (message.type === 'typing') {
      this._drawing.later();
    } else if (!this._isCatchingUp) {
      this._drawing.soon();
    }
  }

  private _draw(): void {
    if (!this._isDisposed) {
      const state = this._isCatchingUp ? this._conversation.state : this._state;
      this._conversation = conversationOf(this.context, state, this._connection);
      this._changed.emit();
    }
  }

  private readonly _options: RunModelOptions;
  private readonly _connection: Connection;
  private readonly _saving: Saving;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _drawing = new Drawing(() => this._draw());
  private _sync: DocumentSync | null = null;
  private _watch: DocumentWatch | null = null;
  private _state: RunState = EMPTY;
  private _conversation: Conversation;
  /** Of the connection that is open: its first welcome. */
  private _greeting: object | null = null;
  private _dirty: boolean;
  private _isDisposed = false;
  /** What was recorded comes as many messages: until it is whole, a run whose end is on its way is not shown as cut off. */
  private _isCatchingUp = false;
}
