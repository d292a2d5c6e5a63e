import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { labelOf, splitReply } from '../label';
import { stepsOf } from '../runReading';
import type { Row, Run } from '../runState';
import { Banner } from './Banner';
import { Markdown } from './Markdown';
import { StepLine } from './StepLine';
import { summaryText } from './wording';

export interface RunViewProps {
  readonly run: Run;
  readonly isLast: boolean;
  readonly trans: TranslationBundle;
  readonly onCell: (cellId: string) => void;
  readonly onAgain: (request: string) => void;
  readonly onConnect: () => void;
  readonly onSettings: () => void;
}

/** One request: its words, its steps, its answer. */
export function RunView(props: RunViewProps): JSX.Element {
  const { run, trans } = props;
  const rows = run.rows.length === 0 && run.typing === '' ? null : <Rows {...props} />;
  return (
    <section className="codeact-Run" aria-label={run.request} aria-busy={run.live}>
      <p className="codeact-Words">{run.request}</p>
      {run.live || stepsOf(run).length === 0 ? (
        rows
      ) : (
        <details className="codeact-Fold">
          <summary>{summaryText(trans, run)}</summary>
          {rows}
        </details>
      )}
      {run.doing?.what === 'retrying' && (
        <p className="codeact-Quiet">{run.doing.detail || trans.__('The model is asked again.')}</p>
      )}
      {run.steering.map((words, index) => (
        <p key={index} className="codeact-Words codeact-mod-waiting" title={trans.__('Goes to the next step')}>
          {words}
        </p>
      ))}
      {run.finished?.answer && <Markdown text={run.finished.answer} />}
      <Ending {...props} />
    </section>
  );
}

function Rows({ run, trans, onCell }: RunViewProps): JSX.Element {
  return (
    <>
      {run.rows.length > 0 && (
        <ol className="codeact-Steps">
          {run.rows.map((row: Row, index) =>
            row.kind === 'step' ? (
              <StepLine key={index} run={run} step={row} trans={trans} onCell={onCell} />
            ) : (
              <li key={index} className="codeact-Words">
                {row.text}
              </li>
            )
          )}
        </ol>
      )}
      <Draft typing={run.typing} />
    </>
  );
}

/** A reply as it streams in: its prose, and what its code is about; the code itself is in the cell. */
function Draft({ typing }: { readonly typing: string }): JSX.Element | null {
  const { prose, code } = splitReply(typing);
  const label = code === null ? '' : labelOf('', code);
  if (prose === '' && label === '') {
    return null;
  }
  return (
    <>
      {prose !== '' && <Markdown text={prose} />}
      {label !== '' && (
        <div className="codeact-Steps">
          <div className="codeact-Step">
            <span className="codeact-Step-mark" data-status="running" aria-hidden="true">
              ◌
            </span>
            <span className="codeact-Step-label">{label}</span>
          </div>
        </div>
      )}
    </>
  );
}

function Ending({ run, isLast, trans, onAgain, onConnect, onSettings }: RunViewProps): JSX.Element | null {
  if (run.live) {
    return null;
  }
  const again = { label: trans.__('Try again'), act: () => onAgain(run.request) };
  if (run.finished === null) {
    const message = trans.__('Cut off: the server ended before this was done. What ran is in its cells.');
    return <Banner tone="warn" message={message} actions={isLast ? [again] : []} />;
  }
  const { reason, message } = run.finished;
  switch (reason) {
    case 'failed': {
      const connect = { label: trans.__('Connect a model'), act: onConnect };
      const settings = { label: trans.__('Open settings'), act: onSettings };
      return <Banner tone="error" message={message} actions={isLast ? [again, connect, settings] : []} />;
    }
    case 'limit':
    case 'stuck':
      return <Banner tone="warn" message={message} actions={[]} />;
    case 'stopped':
      return <p className="codeact-Quiet">{message || trans.__('Stopped.')}</p>;
    case 'answered':
      return null;
  }
}
