import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { RunRecord } from '../archive';
import type { Run } from '../run';
import { Interrupted } from './Interrupted';
import { Log } from './Log';
import { RunView, RunViewProps } from './RunView';
import { whenText } from './runListWording';
import { SidePage } from './SidePage';

export interface RecordViewProps extends Pick<RunViewProps, 'cells' | 'reveal' | 'onCell'> {
  readonly record: RunRecord;
  /** Why nothing can be asked for now; empty: it can. */
  readonly whyNot: string;
  readonly trans: TranslationBundle;
  readonly onResume: (run: Run, replay: boolean) => void;
  readonly onBack: () => void;
}

/** A run of an earlier conversation, as it was. */
export function RecordView({ record, whyNot, trans, onResume, onBack, ...view }: RecordViewProps): JSX.Element {
  const when = whenText(record.entry.started, new Date());
  const isInterrupted = record.entry.state === 'interrupted';
  return (
    <SidePage className="codeact-Record" title={trans.__('A run of %1', when)} trans={trans} onBack={onBack}>
      <p className="codeact-Quiet codeact-Record-note">
        {trans.__('From an earlier conversation about %1: later requests are sent without it.', record.entry.name)}
        {isInterrupted && ` ${trans.__('Resumed, that conversation is the notebook’s again.')}`}
      </p>
      <Log label={trans.__('What was done')}>
        <RunView {...view} run={record.run} trans={trans} asks={null} />
        {isInterrupted && (
          <Interrupted run={record.run} isBusy={whyNot !== ''} whyNot={whyNot} trans={trans} onResume={onResume} />
        )}
      </Log>
    </SidePage>
  );
}

/** When nothing is known of the run that wrote a cell. */
export function Unrecorded({ trans, onBack }: Pick<RecordViewProps, 'trans' | 'onBack'>): JSX.Element {
  return (
    <SidePage className="codeact-Record" title={trans.__('Not recorded')} trans={trans} onBack={onBack}>
      <p className="codeact-Record-note">
        {trans.__(
          'The agent wrote this cell in a run of which nothing is recorded here: on another computer, in another account, or before the record was removed.'
        )}
      </p>
    </SidePage>
  );
}
