import type { IThemeManager } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { RunArchive } from './archive';
import type { Attachment } from './attachments';
import { anchorOf } from './cells';
import { ConversationChat } from './chatModel';
import type { PanelActions, PanelTarget } from './components/ConversationView';
import { Page, Panel } from './components/Panel';
import { focusCard } from './components/useCardFocus';
import type { Reveal } from './components/useReveal';
import type { ConnectClient } from './connect';
import { panelIcon } from './icons';
import { keepFocus } from './keepFocus';
import type { RunModel } from './model';
import { conversationRuns } from './runReading';
import type { IRunModels } from './tokens';

const LONGEST_WAIT = 5000;
const CONVERSATION: Page = { kind: 'conversation' };

export interface SidePanelOptions {
  readonly models: IRunModels;
  readonly client: ConnectClient;
  readonly archive: RunArchive;
  readonly rendermime: IRenderMimeRegistry;
  readonly themes: IThemeManager | null;
  readonly trans: TranslationBundle;
  readonly actions: PanelActions;
}

/** The sidebar's widget: it shows the conversation of one notebook, and connects it while it is seen. */
export class SidePanel extends ReactWidget {
  constructor(options: SidePanelOptions) {
    super();
    this._options = options;
    this.id = 'codeact-jupyter-panel';
    this.addClass('codeact-SidePanel');
    this.title.icon = panelIcon;
    this.title.caption = options.trans.__('CodeAct');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', options.trans.__('CodeAct'));
    keepFocus(this.node, () => this.focusComposer());
  }

  /** The notebook that the panel talks about. */
  get notebook(): NotebookPanel | null {
    return this._notebook;
  }

  get model(): RunModel | null {
    return this._target?.model ?? null;
  }

  /** What is shown. */
  get page(): Page['kind'] {
    return this._page.kind;
  }

  follow(notebook: NotebookPanel | null): void {
    const context = notebook?.context ?? null;
    this._notebook = notebook;
    if (context !== (this._target?.model.context ?? null)) {
      this._target = context === null ? null : this._targetOf(this._options.models.get(context));
      this._page = this._page.kind === 'record' ? CONVERSATION : this._page;
    }
    this._connect();
    this.update();
  }

  /** Puts the cursor into the composer, or to where a model is connected in its place. */
  focusComposer(): void {
    if (this._page.kind !== 'conversation') {
      this.node.querySelector<HTMLElement>('h2')?.focus();
    } else {
      this._target?.chat.input.focus();
    }
  }

  /** Puts the focus to what waits for the user, else to where they write. */
  focus(): void {
    const card = this.node.querySelector('.codeact-Approval');
    if (card !== null && this._page.kind === 'conversation' && this._target?.chat.input.value === '') {
      focusCard(card);
    } else {
      this.focusComposer();
    }
  }

  /** Shows the conversation, or something else in its place. */
  turnTo(page: Page): void {
    this._page = page;
    this.update();
  }

  /** Puts cells above the composer: the next request is about them. */
  attach(cells: readonly Attachment[]): void {
    this._target?.chat.attachments.add(cells);
    this.turnTo(CONVERSATION);
  }

  /**
   * Shows the step that wrote a cell: in the conversation, or, when it is of an earlier one, in the record of its run.
   */
  async reveal(spot: Reveal): Promise<void> {
    const model = this.model;
    this._reveal = { ...spot };
    const isKnown = (): boolean =>
      model !== null && conversationRuns(model.conversation.state).some(run => run.id === spot.run);
    if (isKnown()) {
      this.turnTo(CONVERSATION);
      return;
    }
    const [record] = await Promise.all([this._options.archive.record(spot.run), welcomed(model)]);
    if (model !== this.model) {
      return; // the user went on to another notebook
    }
    // What was asked in this conversation comes after the welcome, and is shown when it is there.
    const isHere = isKnown() || record?.conversation === model?.conversation.state.welcome?.conversation;
    this.turnTo(isHere ? CONVERSATION : { kind: 'record', record });
  }

  /** Takes up a run that was cut off: its conversation is shown, and is the notebook's again if it was an earlier one. */
  resume(run: string, replay: boolean): void {
    this.model?.requests.resume(run, replay);
    this.turnTo(CONVERSATION);
  }

  protected onAfterShow(): void {
    this._connect();
  }

  protected render(): JSX.Element {
    return <Panel {...this._options} target={this._target} page={this._page} reveal={this._reveal} />;
  }

  private _connect(): void {
    if (this.isVisible) {
      void this._target?.model.connect();
    }
  }

  private _targetOf(model: RunModel): PanelTarget {
    const known = this._chats.get(model);
    const chat = known ?? new ConversationChat(model, () => this._anchor(model));
    this._chats.set(model, chat);
    return { model, chat };
  }

  private _anchor(model: RunModel): string | null {
    if (this._notebook === null) {
      return null;
    }
    const anchor = anchorOf(this._notebook, model, this._asked.get(model) ?? null);
    this._asked.set(model, this._notebook.content.activeCell?.model.id ?? null);
    return anchor;
  }

  private readonly _options: SidePanelOptions;
  private readonly _chats = new WeakMap<RunModel, ConversationChat>();
  /** The cell that was active when a conversation's last request was asked. */
  private readonly _asked = new WeakMap<RunModel, string | null>();
  private _page: Page = CONVERSATION;
  private _reveal: Reveal | null = null;
  private _notebook: NotebookPanel | null = null;
  private _target: PanelTarget | null = null;
}

/** Waits until the server has said which conversation goes on; not for ever. */
async function welcomed(model: RunModel | null): Promise<void> {
  await new Promise<void>(resolve => {
    const look = (): void => {
      if (model === null || model.conversation.state.welcome !== null) {
        model?.changed.disconnect(look);
        resolve();
      }
    };
    model?.changed.connect(look);
    setTimeout(resolve, LONGEST_WAIT);
    look();
  });
}
