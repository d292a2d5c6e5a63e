import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { CellActions } from '../components/CellActions';
import type { CellError } from './mark';

export interface ErrorActionsOptions {
  readonly trans: TranslationBundle;
  readonly onFix: () => void;
  readonly onInstall: (module: string) => void;
  /** The package that brings a module. */
  readonly packageOf: (module: string) => Promise<string | null>;
}

/** Below the output of a cell: what to do about its error. */
export class ErrorActions extends ReactWidget {
  constructor(options: ErrorActionsOptions) {
    super();
    this._options = options;
    this.addClass('codeact-CellActions');
  }

  draw(error: CellError, isBusy: boolean): void {
    if (error.line !== this._error?.line || isBusy !== this._isBusy) {
      this._error = error;
      this._isBusy = isBusy;
      this.update();
    }
  }

  protected render(): JSX.Element | null {
    return this._error && <CellActions {...this._options} missing={this._error.missing} isBusy={this._isBusy} />;
  }

  private readonly _options: ErrorActionsOptions;
  private _error: CellError | null = null;
  private _isBusy = false;
}
