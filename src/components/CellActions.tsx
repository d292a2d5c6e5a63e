import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { InstallOffer } from './InstallOffer';

export interface CellActionsProps {
  /** The module that the cell lacks. */
  readonly missing: string | null;
  /** A run goes on: nothing can be asked now. */
  readonly isBusy: boolean;
  readonly trans: TranslationBundle;
  readonly packageOf: (module: string) => Promise<string | null>;
  readonly onFix: () => void;
  readonly onInstall: (module: string) => void;
}

/** What can be done about the error of a cell. */
export function CellActions(props: CellActionsProps): JSX.Element {
  const { missing, isBusy, trans, onFix } = props;
  // The notebook would take these keys for commands on the cell.
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.stopPropagation();
    }
  };
  return (
    <div
      className="codeact-CellActions-row"
      role="group"
      aria-label={trans.__('What to do about this error')}
      onKeyDown={onKeyDown}
    >
      <button
        type="button"
        className="codeact-Button"
        disabled={isBusy}
        title={isBusy ? trans.__('When the run that goes on is over') : trans.__('Ask the agent to mend this cell')}
        onClick={onFix}
      >
        {trans.__('Fix this error')}
      </button>
      {missing !== null && <InstallOffer key={missing} {...props} module={missing} />}
    </div>
  );
}
