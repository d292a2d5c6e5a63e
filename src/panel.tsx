import type { IThemeManager } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { anchorOf } from './cells';
import { ConversationChat } from './chatModel';
import type { PanelActions, PanelTarget } from './components/ConversationView';
import { Panel } from './components/Panel';
import type { ConnectClient } from './connect';
import { panelIcon } from './icons';
import type { RunModel } from './model';
import type { IRunModels } from './tokens';

export interface SidePanelOptions {
  readonly models: IRunModels;
  readonly client: ConnectClient;
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
    this.title.caption = options.trans.__('CodeAct: ask about this notebook');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', options.trans.__('CodeAct'));
  }

  /** The notebook that the panel talks about. */
  get notebook(): NotebookPanel | null {
    return this._notebook;
  }

  get model(): RunModel | null {
    return this._target?.model ?? null;
  }

  follow(notebook: NotebookPanel | null): void {
    const context = notebook?.context ?? null;
    this._notebook = notebook;
    if (context !== (this._target?.model.context ?? null)) {
      this._target = context === null ? null : this._targetOf(this._options.models.get(context));
    }
    this._connect();
    this.update();
  }

  /** Puts the cursor into the composer, or to where a model is connected in its place. */
  focusComposer(): void {
    if (this._isConnecting) {
      this.node.querySelector<HTMLElement>('.codeact-Connect-title')?.focus();
    } else {
      this._target?.chat.input.focus();
    }
  }

  /** Shows where a model is connected, or the conversation again. */
  showConnect(shown: boolean): void {
    this._isConnecting = shown;
    this.update();
  }

  protected onAfterShow(): void {
    this._connect();
  }

  protected render(): JSX.Element {
    const { client, rendermime, themes, trans, actions } = this._options;
    return (
      <Panel
        target={this._target}
        isConnecting={this._isConnecting}
        client={client}
        rendermime={rendermime}
        themes={themes}
        trans={trans}
        actions={actions}
      />
    );
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
  private _isConnecting = false;
  private _notebook: NotebookPanel | null = null;
  private _target: PanelTarget | null = null;
}
