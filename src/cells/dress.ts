/**
 * What we put on one cell of a notebook's view: a bar, the line of a folded cell, and what to do about an error.
 */

import { Cell, CodeCell } from '@jupyterlab/cells';
import { PanelLayout } from '@lumino/widgets';

import type { ApprovalBar, CellApproval } from './approval';
import type { ErrorActions } from './errorActions';
import { FoldLine, FoldState } from './foldLine';
import { CellError, CellMark, errorOf } from './mark';
import { Badge, wearBadges } from './tags';

const AGENT_CLASS = 'codeact-agentCell';
const RUNNING_CLASS = 'codeact-mod-running';
const WAITING_CLASS = 'codeact-mod-waiting';
const FOLDED_CLASS = 'codeact-mod-folded';
const ERROR_CLASS = 'codeact-mod-error';
/** An error is among the last outputs; floods of them are not searched. */
const LOOKED_AT = 20;

/** How a cell shall look. */
export interface Look {
  readonly mark: CellMark | null;
  readonly isRunning: boolean;
  readonly tooltip: string;
  /** What it waits for the user with; null: it does not. */
  readonly approval: CellApproval | null;
  readonly badges: readonly Badge[];
  readonly fold: FoldState | null;
  /** Whether something can be done about its error now; `busy`: when the run that goes on is over. */
  readonly actions: 'none' | 'ready' | 'busy';
}

export interface DressOptions {
  readonly toggle: () => void;
  /** What is put below its error. */
  readonly actions: () => ErrorActions;
  /** What is put below it while it waits for the user. */
  readonly approval: () => ApprovalBar;
}

export class Dress {
  constructor(cell: Cell, options: DressOptions) {
    this._cell = cell;
    this._options = options;
    this.readError();
  }

  /** The cell's error now, as of the last `readError`. */
  get error(): CellError | null {
    return this._error;
  }

  get isFolded(): boolean {
    return this._cell.hasClass(FOLDED_CLASS);
  }

  get isWaiting(): boolean {
    return this._cell.hasClass(WAITING_CLASS);
  }

  /** Reads the error off the outputs; true when it is another one. */
  readError(): boolean {
    const before = this._error?.line;
    this._error = this._cell instanceof CodeCell ? lastError(this._cell) : null;
    return this._error?.line !== before;
  }

  wear(look: Look): void {
    const { mark, fold } = look;
    this._cell.toggleClass(AGENT_CLASS, mark !== null);
    this._cell.toggleClass(RUNNING_CLASS, look.isRunning);
    this._cell.toggleClass(WAITING_CLASS, look.approval !== null);
    this._cell.toggleClass(ERROR_CLASS, this._error !== null);
    this._cell.toggleClass(FOLDED_CLASS, fold !== null && !fold.isOpen);
    this._wearBar(mark === null ? '' : look.tooltip);
    this._wearFold(fold);
    this._wearActions(look.actions);
    this._wearApproval(look.approval);
    wearBadges(this._cell.node, look.badges);
  }

  private _wearBar(tooltip: string): void {
    if (tooltip === '') {
      this._bar?.remove();
      this._bar = null;
      return;
    }
    if (this._bar === null) {
      this._bar = document.createElement('div');
      this._bar.className = 'codeact-CellBar';
      this._bar.setAttribute('role', 'img');
      this._cell.node.appendChild(this._bar);
    }
    if (this._bar.title !== tooltip) {
      this._bar.title = tooltip;
      this._bar.setAttribute('aria-label', tooltip);
    }
  }

  private _wearFold(fold: FoldState | null): void {
    if (fold === null) {
      this._line?.dispose();
      this._line = null;
      return;
    }
    if (this._line === null) {
      this._line = new FoldLine(this._options.toggle);
      layoutOf(this._cell)?.insertWidget(0, this._line);
    }
    this._line.draw(fold);
  }

  private _wearActions(actions: Look['actions']): void {
    // What is below the output can be put there only when the cell has its parts.
    if (this._error === null || actions === 'none' || this._cell.isPlaceholder()) {
      this._actions?.dispose();
      this._actions = null;
      return;
    }
    if (this._actions === null) {
      this._actions = this._options.actions();
      layoutOf(this._cell)?.addWidget(this._actions);
    }
    this._actions.draw(this._error, actions === 'busy');
  }

  private _wearApproval(approval: CellApproval | null): void {
    if (approval === null || this._cell.isPlaceholder()) {
      this._approval?.dispose();
      this._approval = null;
      return;
    }
    if (this._approval === null) {
      this._approval = this._options.approval();
      layoutOf(this._cell)?.addWidget(this._approval);
    }
    this._approval.draw(approval);
  }

  private readonly _cell: Cell;
  private readonly _options: DressOptions;
  private _error: CellError | null = null;
  private _bar: HTMLElement | null = null;
  private _line: FoldLine | null = null;
  private _actions: ErrorActions | null = null;
  private _approval: ApprovalBar | null = null;
}

function layoutOf(cell: Cell): PanelLayout | null {
  return cell.layout instanceof PanelLayout ? cell.layout : null;
}

function lastError(cell: CodeCell): CellError | null {
  const { outputs } = cell.model;
  for (let at = outputs.length - 1; at >= Math.max(0, outputs.length - LOOKED_AT); at--) {
    const output = outputs.get(at);
    const error = output.type === 'error' ? errorOf(output.toJSON()) : null;
    if (error !== null) {
      return error;
    }
  }
  return null;
}
