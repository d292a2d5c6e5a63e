import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useRef } from 'react';

import type { CellFacts } from '../cells/facts';
import { labelOf, splitReply } from '../label';
import { stepsOf } from '../runReading';
import type { Row, Run } from '../runState';
import { Asked } from './Asked';
import { Ending, RunAsks } from './Ending';
import { Markdown } from './Markdown';
import { StepLine } from './StepLine';
import { Reveal, useReveal } from './useReveal';
import { summaryText } from './wording';

export interface RunViewProps {
  readonly run: Run;
  readonly trans: TranslationBundle;
  /** What the notebook's view can tell of a cell; null: it has none of this id. */
  readonly cells: (cellId: string) => CellFacts | null;
  /** The step to be shown, when it is one of this run. */
  readonly reveal: Reveal | null;
  readonly onCell: (cellId: string) => void;
  /** What can be asked for at its end; null: it is only shown. */
  readonly asks: RunAsks | null;
}

/** One request: its words, its steps, its answer. */
export function RunView(props: RunViewProps): JSX.Element {
  const { run, trans, reveal, asks } = props;
  const section = useRef<HTMLElement>(null);
  useReveal(section, reveal);
  const rows = run.rows.length === 0 && run.typing === '' ? null : <Rows {...props} />;
  return (
    <section ref={section} className="codeact-Run" aria-label={run.request} aria-busy={run.live} tabIndex={-1}>
      <Asked run={run} asks={asks} trans={trans} />
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
      {asks !== null && <Ending run={run} asks={asks} trans={trans} />}
    </section>
  );
}

function Rows({ run, trans, cells, onCell, asks }: RunViewProps): JSX.Element {
  return (
    <>
      {run.rows.length > 0 && (
        <ol className="codeact-Steps">
          {run.rows.map((row: Row, index) =>
            row.kind === 'step' ? (
              <StepLine key={index} run={run} step={row} trans={trans} cells={cells} onCell={onCell} asks={asks} />
            ) : row.kind === 'words' ? (
              <li key={index} className="codeact-Words">
                {row.text}
              </li>
            ) : (
              <li key={index} className="codeact-Quiet">
                {[trans.__('Resumed.'), row.note].join(' ').trim()}
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
