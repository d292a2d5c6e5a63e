import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { ConnectClient } from '../connect';
import type { Welcome } from '../protocol';
import type { Run } from '../runState';
import { ApprovalPicker } from './ApprovalPicker';
import { ConnectPicker } from './ConnectPicker';
import { sentText } from './connectWording';
import { useNow } from './useNow';
import { usedText } from './wording';

export interface StatusLineProps {
  readonly client: ConnectClient;
  readonly welcome: Welcome | null;
  /** Whether the server would hear of a choice now. */
  readonly isOpen: boolean;
  /** The run that goes on, or the last one. */
  readonly run: Run | null;
  readonly trans: TranslationBundle;
  readonly onChoose: (connection: string, model: string) => void;
  readonly onMode: (mode: Welcome['approval']) => void;
  readonly onConnect: () => void;
}

/** Which model, where what is sent goes, and what the run has used. */
export function StatusLine(props: StatusLineProps): JSX.Element {
  const { client, welcome, isOpen, run, trans, onChoose, onMode, onConnect } = props;
  const now = useNow(run !== null && run.live);
  return (
    <footer className="codeact-Status">
      {welcome !== null && (
        <span className="codeact-Status-model">
          <ConnectPicker
            client={client}
            welcome={welcome}
            isOpen={isOpen}
            trans={trans}
            onChoose={onChoose}
            onConnect={onConnect}
          />
          {sentText(trans, welcome) !== '' && <span>· {sentText(trans, welcome)}</span>}
        </span>
      )}
      {welcome !== null && <ApprovalPicker welcome={welcome} isOpen={isOpen} trans={trans} onChoose={onMode} />}
      {(welcome?.where === 'built-in' || welcome?.model === '') && (
        <button className="codeact-Link" onClick={onConnect}>
          {trans.__('connect a model')}
        </button>
      )}
      <span className="codeact-Status-used">{run === null ? '' : usedText(trans, run, welcome, now)}</span>
    </footer>
  );
}
