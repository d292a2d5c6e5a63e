import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Welcome } from '../protocol';
import { secondsBetween } from '../runReading';
import type { Run } from '../runState';
import { useNow } from './useNow';
import { tokensText, wholeSecondsText } from './wording';

export interface StatusLineProps {
  readonly welcome: Welcome | null;
  /** The run that goes on, or the last one. */
  readonly run: Run | null;
  readonly trans: TranslationBundle;
  readonly onConnect: () => void;
}

/** Which model, where what is sent goes, and what the run has used. */
export function StatusLine({ welcome, run, trans, onConnect }: StatusLineProps): JSX.Element {
  const now = useNow(run !== null && run.live);
  const used: string[] = [];
  if (run !== null) {
    if (run.tokens > 0 && welcome?.where !== 'built-in') {
      used.push(tokensText(trans, run.tokens, run.estimated));
    }
    const end = run.endedAt ?? (run.live ? now : null);
    if (end !== null) {
      used.push(wholeSecondsText(trans, secondsBetween(run.startedAt, end)));
    }
  }
  return (
    <footer className="codeact-Status">
      <span>{welcome === null ? '' : modelText(trans, welcome)}</span>
      {(welcome?.where === 'built-in' || welcome?.model === '') && (
        <button className="codeact-Link" onClick={onConnect}>
          {trans.__('connect a model')}
        </button>
      )}
      <span className="codeact-Status-used">{used.join(' · ')}</span>
    </footer>
  );
}

function modelText(trans: TranslationBundle, welcome: Welcome): string {
  if (welcome.model === '') {
    return trans.__('no model');
  }
  switch (welcome.where) {
    case 'built-in':
      return trans.__('built-in model · simple questions');
    case 'local':
      return trans.__('%1 · local', welcome.model);
    case 'remote':
      return trans.__('%1 · remote', welcome.model);
  }
}
