import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { missingModule } from '../missing';
import { isRepaired } from '../runReading';
import type { Run, Step } from '../runState';
import { secondsBetween } from '../time';
import { decisionNotes } from './approvalWording';
import type { RunAsks } from './Ending';
import { InstallOffer } from './InstallOffer';
import { Markdown } from './Markdown';
import type { RunViewProps } from './RunView';
import { useNow } from './useNow';
import { errorText, notesOf, secondsText, statusText, stepText } from './wording';

const MARKS: Readonly<Record<Step['status'], string>> = {
  waiting: '◆',
  running: '◌',
  ok: '✓',
  failed: '✗',
  stopped: '■',
  denied: '⊘',
  unknown: '?'
};

export interface StepLineProps {
  readonly run: Run;
  readonly step: Step;
  readonly trans: TranslationBundle;
  readonly cells: RunViewProps['cells'];
  readonly onCell: (cellId: string) => void;
  readonly asks: RunAsks | null;
}

/** One step in one line, with the way to its cell. */
export function StepLine({ run, step, trans, cells, onCell, asks }: StepLineProps): JSX.Element {
  const now = useNow(step.endedAt === null && run.live);
  const text = stepText(trans, step);
  const isCutOff = (step.status === 'running' || step.status === 'waiting') && !run.live;
  const status = isCutOff ? 'stopped' : step.status;
  const cellId = status === 'denied' ? null : step.cellId; // its cell is gone
  const notes = [...notesOf(trans, run, step, cellId === null ? null : cells(cellId)), ...decisionNotes(trans, step)];
  const content = (
    <>
      <span className="codeact-Step-mark" data-status={status} aria-hidden="true">
        {MARKS[status]}
      </span>
      <span className="codeact-Step-label">{text}</span>
      <span className="codeact-hidden">{statusText(trans, status)}</span>
      <span className="codeact-Step-time">
        {isCutOff || ['waiting', 'denied', 'unknown'].includes(status)
          ? ''
          : secondsText(trans, secondsBetween(step.startedAt, step.endedAt ?? now))}
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
        <button
          className="codeact-Step"
          data-cell={cellId}
          title={trans.__('%1 (go to its cell)', text)}
          onClick={() => onCell(cellId)}
        >
          {content}
        </button>
      )}
      {step.prose !== '' && (
        <div className="codeact-Step-prose">
          <Markdown text={step.prose} />
        </div>
      )}
      {notes.length > 0 && <div className="codeact-Step-note">{notes.join(' · ')}</div>}
      {step.error !== '' && <div className="codeact-Step-error">{errorText(trans, run, step)}</div>}
      {asks !== null && !run.live && <StepInstall run={run} step={step} trans={trans} asks={asks} />}
    </li>
  );
}

/** Offers the module that the step lacked. */
function StepInstall({
  run,
  step,
  trans,
  asks
}: Pick<StepLineProps, 'run' | 'step' | 'trans'> & { asks: RunAsks }): JSX.Element | null {
  const module = missingModule(step.error);
  if (module === null || run.isInstall || isRepaired(run, step)) {
    return null;
  }
  return (
    <div className="codeact-Step-install">
      <InstallOffer
        module={module}
        isBusy={asks.isBusy}
        trans={trans}
        packageOf={asks.packageOf}
        onInstall={name => asks.onInstall(name, step.cellId)}
      />
    </div>
  );
}
