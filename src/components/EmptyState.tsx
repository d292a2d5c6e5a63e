import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

export interface EmptyStateProps {
  readonly examples: readonly string[];
  readonly trans: TranslationBundle;
  readonly onExample: (request: string) => void;
}

/** Before the first request: what this is, and requests that fit the notebook. */
export function EmptyState({ examples, trans, onExample }: EmptyStateProps): JSX.Element {
  return (
    <div className="codeact-Empty">
      <p>
        <b>{trans.__('Ask about this notebook.')}</b>
        <br />
        <span className="codeact-Quiet">
          {trans.__('Code runs as cells in your kernel. You can stop it at any time.')}
        </span>
      </p>
      {examples.map(example => (
        <button key={example} className="codeact-Button codeact-mod-wide" onClick={() => onExample(example)}>
          {example}
        </button>
      ))}
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
