import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Welcome } from '../protocol';

export interface EmptyStateProps {
  readonly welcome: Welcome | null;
  readonly trans: TranslationBundle;
  readonly onExample: (request: string) => void;
  readonly onConnect: () => void;
}

/** Before the first request: what this is, and requests that fit the notebook. */
export function EmptyState({ welcome, trans, onExample, onConnect }: EmptyStateProps): JSX.Element {
  return (
    <div className="codeact-Empty">
      <p>
        <b>{trans.__('Ask about this notebook.')}</b>
        <br />
        <span className="codeact-Quiet">
          {trans.__('Code runs as cells in your kernel. You can stop it at any time.')}
        </span>
      </p>
      {(welcome?.examples ?? []).map(example => (
        <button key={example} className="codeact-Button codeact-mod-wide" onClick={() => onExample(example)}>
          {example}
        </button>
      ))}
      {welcome?.where === 'built-in' && (
        <p className="codeact-Quiet">
          {trans.__('The built-in model answers simple questions about tables.')}{' '}
          <button className="codeact-Link" onClick={onConnect}>
            {trans.__('Connect a model of your own')}
          </button>
        </p>
      )}
    </div>
  );
}

/** When no notebook is open. */
export function NoNotebook({ trans, onCreate }: { trans: TranslationBundle; onCreate: () => void }): JSX.Element {
  return (
    <div className="codeact-Empty">
      <p>
        <b>{trans.__('Open a notebook to ask about it.')}</b>
      </p>
      <button className="codeact-Button codeact-mod-wide" onClick={onCreate}>
        {trans.__('New notebook')}
      </button>
    </div>
  );
}
