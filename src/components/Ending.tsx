import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { lackingIn } from '../runReading';
import type { Run } from '../runState';
import { Banner } from './Banner';
import { InstallOffer } from './InstallOffer';

/** What can be asked for where a run ended. */
export interface RunAsks {
  /** The newest run: only there it is asked again. */
  readonly isLast: boolean;
  /** A run goes on. */
  readonly isBusy: boolean;
  /** The run before, which lacked what this one has installed. */
  readonly lacked: Run | null;
  readonly onAgain: (run: Run) => void;
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
  return (
    <>
      <Reason {...props} />
      {asks.isLast && <Onward {...props} />}
    </>
  );
}

function Reason({ run, asks, trans }: EndingProps): JSX.Element | null {
  const again = { label: trans.__('Try again'), act: () => asks.onAgain(run) };
  if (run.finished === null) {
    const message = trans.__('Cut off: the server ended before this was done. What ran is in its cells.');
    return <Banner tone="warn" message={message} actions={asks.isLast ? [again] : []} />;
  }
  const { reason, message } = run.finished;
  switch (reason) {
    case 'failed': {
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
