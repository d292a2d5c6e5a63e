import { ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { stateOf } from './components/wording';
import type { Conversation } from './conversation';

/** The status bar's item: one state in words; a click opens the panel. */
export class StatusItem extends ReactWidget {
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _open: () => void
  ) {
    super();
    this.addClass('codeact-StatusItem');
  }

  tell(conversation: Conversation | null): void {
    this._conversation = conversation;
    this.update();
  }

  protected render(): JSX.Element {
    const trans = this._trans;
    const known = this._conversation;
    const text = known === null || known.state.welcome === null ? trans.__('idle') : stateOf(trans, known).text;
    return (
      <button className="codeact-StatusItem-button" title={trans.__('Open the CodeAct panel')} onClick={this._open}>
        {trans.__('CodeAct: %1', text)}
      </button>
    );
  }

  private _conversation: Conversation | null = null;
}
