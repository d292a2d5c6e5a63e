import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { CellApproval } from '../cells/approval';
import { ApprovalButtons } from './ApprovalButtons';
import { doesText } from './approvalWording';

export interface ApprovalRowProps {
  readonly state: CellApproval;
  readonly trans: TranslationBundle;
  readonly onRun: () => void;
  readonly onDeny: (note: string) => void;
}

/** Why a cell waits for the user, and what can be said to it, in one row. */
export function ApprovalRow({ state, trans, onRun, onDeny }: ApprovalRowProps): JSX.Element {
  const { approval, replaces, isOpen } = state;
  // The notebook would take these keys for commands on the cell.
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.target instanceof HTMLInputElement || event.key === 'Enter' || event.key === ' ') {
      event.stopPropagation();
    }
    if (event.repeat && event.key === 'Enter') {
      event.preventDefault();
    }
  };
  return (
    <div
      className="codeact-CellActions-row codeact-Approval-cell"
      role="group"
      aria-label={trans.__('This cell waits for you')}
      onKeyDown={onKeyDown}
    >
      <span className="codeact-Approval-does" title={approval.reason}>
        {doesText(trans, approval)}
        {replaces !== '' && ` · ${trans.__('replaces the cell above')}`}
      </span>
      <ApprovalButtons trans={trans} canRun={true} isOpen={isOpen} onRun={onRun} onEdit={null} onDeny={onDeny} />
      <span className="codeact-Approval-hint">{trans.__('edit the cell to change it')}</span>
    </div>
  );
}
