import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { secondsBetween } from '../runReading';
import type { Run, Step } from '../runState';
import { Markdown } from './Markdown';
import { useNow } from './useNow';
import { errorText, secondsText, statusText, stepText } from './wording';

const MARKS: Readonly<Record<Step['status'], string>> = { running: '◌', ok: '✓', failed: '✗', stopped: '■' };

export interface StepLineProps {
  readonly run: Run;
  readonly step: Step;
  readonly trans: TranslationBundle;
  readonly onCell: (cellId: string) => void;
}

/** One step in one line, with the way to its cell. */
export function StepLine({ run, step, trans, onCell }: StepLineProps): JSX.Element {
  const now = useNow(step.endedAt === null && run.live);
  const text = stepText(trans, step);
  const isCutOff = step.status === 'running' && !run.live;
  const status = isCutOff ? 'stopped' : step.status;
  const { cellId } = step;
  const content = (
    <>
      <span className="codeact-Step-mark" data-status={status} aria-hidden="true">
        {MARKS[status]}
      </span>
      <span className="codeact-Step-label">{text}</span>
      <span className="codeact-hidden">{statusText(trans, status)}</span>
      <span className="codeact-Step-time">
        {isCutOff ? '' : secondsText(trans, secondsBetween(step.startedAt, step.endedAt ?? now))}
      </span>
    </>
  );
  return (
    <li>
      {cellId === null ? (
        <div className="codeact-Step" title={text}>
          {content}
        </div>
      ) : (
        <button className="codeact-Step" title={trans.__('%1 (go to its cell)', text)} onClick={() => onCell(cellId)}>
          {content}
        </button>
      )}
      {step.prose !== '' && (
        <div className="codeact-Step-prose">
          <Markdown text={step.prose} />
        </div>
      )}
      {step.error !== '' && <div className="codeact-Step-error">{errorText(trans, run, step)}</div>}
    </li>
  );
}
