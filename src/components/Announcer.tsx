import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useState } from 'react';

import { stepsOf, waitingStep } from '../runReading';
import type { Run } from '../runState';
import { questionText } from './approvalWording';
import { errorText, restartText, statusText, stepText } from './wording';

export interface AnnouncerProps {
  readonly run: Run | null;
  /** Of no run; it may stand there for long, and hides nothing else. */
  readonly notice: string;
  /** Only a restart of the kernel ends what runs. */
  readonly isStuck: boolean;
  /** How many requests wait. */
  readonly waiting: number;
  readonly trans: TranslationBundle;
}

/** Says aloud what the run that goes on has done; what was there before it is not read out. */
export function Announcer({ run, notice, isStuck, waiting, trans }: AnnouncerProps): JSX.Element {
  const [followed, setFollowed] = useState('');
  const live = run?.live ? run.id : '';
  useEffect(() => {
    if (live !== '') {
      setFollowed(live);
    }
  }, [live]);
  const isFollowed = run !== null && run.id === followed;
  const failed = isFollowed && run.finished?.reason === 'failed' ? run.finished.message : '';
  const approval = isFollowed ? waitingStep(run)?.approval : null;
  const waits = approval
    ? `${questionText(trans, approval)} ${trans.__('Enter runs it, E edits it, D denies it.')}`
    : '';
  return (
    <div className="codeact-hidden">
      <div role="status" aria-live="polite">
        {isFollowed ? [lastWord(trans, run), waitingText(trans, waiting)].join(' ').trim() : ''}
      </div>
      <div role="alert" aria-live="assertive">
        {isStuck ? restartText(trans) : failed || waits}
      </div>
      <div role="alert" aria-live="assertive">
        {notice}
      </div>
    </div>
  );
}

function lastWord(trans: TranslationBundle, run: Run): string {
  if (run.finished !== null) {
    return run.finished.reason === 'answered' ? trans.__('Answered.') : run.finished.message;
  }
  const step = stepsOf(run)
    .filter(candidate => candidate.endedAt !== null)
    .at(-1);
  if (step === undefined) {
    return '';
  }
  const result = [stepText(trans, step), statusText(trans, step.status), errorText(trans, run, step)];
  return trans.__('Step %1: %2', step.number, result.filter(part => part !== '').join(', '));
}

function waitingText(trans: TranslationBundle, waiting: number): string {
  return waiting === 0 ? '' : trans._n('%1 request waits.', '%1 requests wait.', waiting);
}
