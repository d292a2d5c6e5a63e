import type { TranslationBundle } from '@jupyterlab/translation';
import { ellipsesIcon, stopIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { Conversation } from '../conversation';
import { liveRun } from '../runReading';
import { stateOf } from './wording';

export interface HeaderProps {
  readonly conversation: Conversation;
  readonly trans: TranslationBundle;
  readonly onName: () => void;
  readonly onStop: () => void;
  readonly onMenu: (x: number, y: number) => void;
}

/** The notebook's name, one state, and what can be done about it now. */
export function Header({ conversation, trans, onName, onStop, onMenu }: HeaderProps): JSX.Element {
  const { text, tone } = stateOf(trans, conversation);
  const openMenu = (event: React.MouseEvent<HTMLElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    onMenu(box.right, box.bottom);
  };
  return (
    <header className="codeact-Header">
      <div className="codeact-Header-title">
        <button className="codeact-Header-name" title={trans.__('Go to %1', conversation.name)} onClick={onName}>
          {conversation.name}
        </button>
        <span className="codeact-State" data-tone={tone} title={text}>
          {text}
        </span>
      </div>
      {liveRun(conversation.state) !== null && conversation.status === 'open' && (
        <button className="codeact-Button" title={trans.__('Stop the run (Esc)')} onClick={onStop}>
          <stopIcon.react tag="span" className="codeact-Button-icon" />
          {trans.__('Stop')}
        </button>
      )}
      <button
        className="codeact-Button codeact-mod-quiet"
        aria-haspopup="menu"
        aria-label={trans.__('More')}
        title={trans.__('More')}
        onClick={openMenu}
      >
        <ellipsesIcon.react tag="span" className="codeact-Button-icon" />
      </button>
    </header>
  );
}
