import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Run } from '../run';
import { Banner, BannerAction } from './Banner';

export interface InterruptedProps {
  readonly run: Run;
  /** Nothing can be asked for now. */
  readonly isBusy: boolean;
  /** Why; empty: it can. */
  readonly whyNot: string;
  readonly trans: TranslationBundle;
  /** Takes it up where it was cut off. */
  readonly onResume: (run: Run, replay: boolean) => void;
}

/** A run that was cut off can be taken up at any time: it has not come to its end. */
export function Interrupted({ run, isBusy, whyNot, trans, onResume }: InterruptedProps): JSX.Element {
  const message = trans.__(
    "Interrupted: the server ended before this was done. The kernel's variables may be lost. What was running may have run: it is not run again by itself."
  );
  const actions: BannerAction[] = [
    {
      label: trans.__('Resume'),
      title: whyNot || trans.__('Goes on from here; the model is told what was lost'),
      isOff: isBusy,
      act: () => onResume(run, false)
    },
    {
      label: trans.__('Resume and replay'),
      title:
        whyNot ||
        trans.__(
          'First runs the actions again that succeeded, if the kernel is a new one, so that their variables are back'
        ),
      isOff: isBusy,
      act: () => onResume(run, true)
    }
  ];
  return <Banner tone="warn" message={message} actions={run.isInstall ? [] : actions} />;
}
