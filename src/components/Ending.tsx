import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { isInterrupted, lackingIn, spentBy, stepsOf } from '../runReading';
import type { Budgets, Run } from '../runState';
import type { Alternatives } from './Asked';
import { Banner } from './Banner';
import { GrantMore } from './GrantMore';
import { InstallOffer } from './InstallOffer';
import { Interrupted } from './Interrupted';

/** What can be asked for at a run. */
export interface RunAsks {
  /** The newest run of its branch: only there it is asked again. */
  readonly isLast: boolean;
  /** Nothing can be asked for now. */
  readonly isBusy: boolean;
  /** Why; empty: it can. */
  readonly whyNot: string;
  /** The run before, which lacked what this one has installed. */
  readonly lacked: Run | null;
  /** What it might use. */
  readonly budgets: Budgets;
  readonly alternatives: Alternatives;
  readonly onAgain: (run: Run) => void;
  /** Asks something else in its place. */
  readonly onEdited: (run: Run, words: string) => void;
  readonly onContinue: (run: Run, granted: Partial<Budgets>) => void;
  /** Takes up a run that was cut off. */
  readonly onResume: (run: Run, replay: boolean) => void;
  readonly onConnect: () => void;
  readonly onSettings: () => void;
  readonly packageOf: (module: string) => Promise<string | null>;
  readonly onInstall: (module: string, cellId: string | null) => void;
}

export interface EndingProps {
  readonly run: Run;
  readonly asks: RunAsks;
  readonly trans: TranslationBundle;
}

/** How a run ended, and how to go on. */
export function Ending(props: EndingProps): JSX.Element | null {
  const { run, asks } = props;
  if (run.live) {
    return null;
  }
  if (isInterrupted(run)) {
    const { isBusy, whyNot, onResume } = asks;
    return <Interrupted run={run} isBusy={isBusy} whyNot={whyNot} trans={props.trans} onResume={onResume} />;
  }
  return (
    <>
      <Reason {...props} />
      {asks.isLast && <GoOn {...props} />}
      {asks.isLast && <Onward {...props} />}
    </>
  );
}

function Reason({ run, asks, trans }: EndingProps): JSX.Element | null {
  if (run.finished === null) {
    return null;
  }
  const { reason, message } = run.finished;
  switch (reason) {
    case 'failed': {
      const again = {
        label: trans.__('Try again'),
        act: () => asks.onAgain(run),
        isOff: asks.isBusy,
        title: asks.whyNot
      };
      const connect = { label: trans.__('Connect a model'), act: asks.onConnect };
      const settings = { label: trans.__('Open settings'), act: asks.onSettings };
      return <Banner tone="error" message={message} actions={asks.isLast ? [again, connect, settings] : []} />;
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

/** A run that ended without an answer of its own accord goes on in a new one, after a limit with more. */
function GoOn({ run, asks, trans }: EndingProps): JSX.Element | null {
  const reason = run.finished?.reason ?? 'answered';
  if (reason === 'answered' || run.isInstall || (reason !== 'limit' && stepsOf(run).length === 0)) {
    return null;
  }
  return (
    <div className="codeact-Onward">
      <button
        type="button"
        className="codeact-Button"
        disabled={asks.isBusy}
        title={asks.whyNot || trans.__('A new run goes on from here, with what was done until now')}
        onClick={() => asks.onContinue(run, {})}
      >
        {trans.__('Continue')}
      </button>
      {reason === 'limit' && (
        <GrantMore
          budgets={asks.budgets}
          spent={spentBy(run, run.lastAt)}
          whyNot={asks.whyNot}
          trans={trans}
          onGrant={granted => asks.onContinue(run, granted)}
        />
      )}
    </div>
  );
}

/** A module that was missing at the end can be installed; after that, the same can be asked again. */
function Onward({ run, asks, trans }: EndingProps): JSX.Element | null {
  const lacking = lackingIn(run);
  if (lacking !== null) {
    return (
      <div className="codeact-Onward">
        <InstallOffer
          module={lacking.module}
          isBusy={asks.isBusy}
          trans={trans}
          packageOf={asks.packageOf}
          onInstall={module => asks.onInstall(module, lacking.cellId)}
        />
      </div>
    );
  }
  const { lacked } = asks;
  if (lacked === null) {
    return null;
  }
  return (
    <div className="codeact-Onward">
      <button
        type="button"
        className="codeact-Button"
        disabled={asks.isBusy}
        title={lacked.request}
        onClick={() => asks.onAgain(lacked)}
      >
        {trans.__('Ask again')}
      </button>
    </div>
  );
}
