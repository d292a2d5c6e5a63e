import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { ApprovalRow } from '../components/ApprovalRow';
import type { Approval } from '../run';

/** What a cell waits for the user with. */
export interface CellApproval {
  readonly action: string;
  readonly approval: Approval;
  /** Id of the user's cell that it would take the place of; empty: of none. */
  readonly replaces: string;
  /** Whether the server would hear of a decision now. */
  readonly isOpen: boolean;
}

export interface ApprovalBarOptions {
  readonly trans: TranslationBundle;
  readonly onRun: () => void;
  readonly onDeny: (note: string) => void;
}

/** Below a cell that waits for the user: why, and what can be said to it; the cell itself is the editor. */
export class ApprovalBar extends ReactWidget {
  constructor(options: ApprovalBarOptions) {
    super();
    this._options = options;
    this.addClass('codeact-CellActions');
  }

  draw(state: CellApproval): void {
    if (state.action !== this._state?.action || state.isOpen !== this._state.isOpen) {
      this._state = state;
      this.update();
    }
  }

  protected render(): JSX.Element | null {
    return this._state && <ApprovalRow key={this._state.action} {...this._options} state={this._state} />;
  }

  private readonly _options: ApprovalBarOptions;
  private _state: CellApproval | null = null;
}
