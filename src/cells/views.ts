/**
 * The agent's cells in the views of notebooks: marked, folded to one line, and with what to do about an error.
 */

import { Cell, CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ISignal, Signal } from '@lumino/signaling';

import type { RunModel } from '../model';
import { liveRun, stepsOf, waitingStep } from '../runReading';
import type { Run } from '../run';
import type { ICellViews, IRunModels } from '../tokens';
import { Dress, Look } from './dress';
import type { ApprovalBar, CellApproval } from './approval';
import type { ErrorActions } from './errorActions';
import type { CellFacts } from './facts';
import type { FoldState } from './foldLine';
import { CellMark, firstLineOf, markOf } from './mark';
import { keepPlace } from './place';
import { badgesOf } from './tags';

export interface CellViewsOptions {
  readonly models: IRunModels;
  readonly trans: TranslationBundle;
  /** What is put below an error of this cell. */
  readonly actions: (cellId: string) => ErrorActions;
  /** What is put below this cell while it waits for the user. */
  readonly approval: (cellId: string) => ApprovalBar;
}

export class CellViews implements ICellViews {
  constructor(options: CellViewsOptions) {
    this._options = options;
    options.models.changed.connect((_, model) => {
      [...this._panels].filter(panel => panel.context === model.context).forEach(panel => this._markSoon(panel));
    });
  }

  get changed(): ISignal<this, NotebookPanel> {
    return this._changed;
  }

  /** Keeps a view of a notebook marked from now on. */
  watch(panel: NotebookPanel): void {
    this._panels.add(panel);
    panel.disposed.connect(() => this._panels.delete(panel));
    panel.content.stateChanged.connect((notebook, { name }) => {
      if (name === 'mode' && notebook.mode === 'edit' && notebook.activeCell !== null) {
        this._openToEdit(panel, notebook.activeCell);
      }
    });
    void panel.context.ready.then(() => {
      panel.context.model.cells.changed.connect(() => this._markSoon(panel));
      this._markSoon(panel);
    });
  }

  factsOf(panel: NotebookPanel, cellId: string): CellFacts | null {
    const cell = cellOf(panel, cellId);
    return cell === undefined ? null : { name: nameOf(cell), isFolded: this._dresses.get(cell)?.isFolded ?? false };
  }

  open(panel: NotebookPanel, cellId: string): void {
    const opened = this._openedIn(panel);
    if (!opened.has(cellId)) {
      opened.add(cellId);
      this._mark(panel, false);
    }
  }

  /** The error that a cell shows, in one line; empty: it shows none. */
  errorOf(panel: NotebookPanel, cellId: string): string {
    const cell = cellOf(panel, cellId);
    return (cell && this._dresses.get(cell)?.error?.line) ?? '';
  }

  private _toggle(panel: NotebookPanel, cellId: string): void {
    const opened = this._openedIn(panel);
    if (!opened.delete(cellId)) {
      opened.add(cellId);
    }
    this._mark(panel, false);
  }

  private _openToEdit(panel: NotebookPanel, cell: Cell): void {
    if (this._dresses.get(cell)?.isFolded) {
      this.open(panel, cell.model.id);
      panel.content.activate();
    }
  }

  /** Once for all that happens in one go. */
  private _markSoon(panel: NotebookPanel): void {
    if (this._due.has(panel)) {
      return;
    }
    this._due.add(panel);
    queueMicrotask(() => {
      this._due.delete(panel);
      if (!panel.isDisposed && panel.content.model !== null) {
        this._mark(panel, true);
      }
    });
  }

  /** `isSteady`: what the user looks at stays where it is, since it was not they who folded. */
  private _mark(panel: NotebookPanel, isSteady: boolean): void {
    const model = this._options.models.find(panel.context);
    const looks = panel.content.widgets.map(cell => {
      const dress = this._dressOf(panel, cell);
      return { cell, dress, look: this._lookOf(panel, cell, model) };
    });
    const folding = looks.filter(({ dress, look }) => dress.isFolded !== (look.fold !== null && !look.fold.isOpen));
    const wear = (): void => looks.forEach(({ dress, look }) => dress.wear(look));
    if (isSteady && folding.length > 0) {
      keepPlace(panel.content, new Set(folding.map(({ cell }) => cell.model.id)), wear);
    } else {
      wear();
    }
    const facts = looks
      .filter(({ look }) => look.mark !== null)
      .map(({ cell, dress }) => `${cell.model.id} ${nameOf(cell)} ${dress.isFolded}`)
      .join('\n');
    if (facts !== this._facts.get(panel)) {
      this._facts.set(panel, facts);
      this._changed.emit(panel);
    }
  }

  private _dressOf(panel: NotebookPanel, cell: Cell): Dress {
    const known = this._dresses.get(cell);
    if (known !== undefined) {
      return known;
    }
    const { id } = cell.model;
    const dress = new Dress(cell, {
      toggle: () => this._toggle(panel, id),
      actions: () => this._options.actions(id),
      approval: () => this._options.approval(id)
    });
    this._dresses.set(cell, dress);
    const markSoon = (): void => this._markSoon(panel);
    cell.model.metadataChanged.connect(markSoon);
    cell.model.contentChanged.connect(() => {
      if (markOf(cell.model.getMetadata('codeact'))?.scratch) {
        markSoon();
      }
    });
    void cell.ready.then(() => (dress.error !== null || dress.isWaiting) && markSoon());
    if (cell instanceof CodeCell) {
      cell.model.outputs.changed.connect(() => dress.readError() && markSoon());
    }
    return dress;
  }

  private _lookOf(panel: NotebookPanel, cell: Cell, model: RunModel | null): Look {
    const { trans } = this._options;
    const { state } = model?.conversation ?? { state: null };
    const mark = markOf(cell.model.getMetadata('codeact'));
    const live = state === null ? null : liveRun(state);
    const isOfLive = mark !== null && mark.run === live?.id;
    const approval = model === null || !isOfLive ? null : approvalOf(model, cell.model.id, mark);
    return {
      mark,
      isRunning: isOfLive && !isSettled(live, cell.model.id),
      tooltip:
        mark === null
          ? ''
          : whose(
              trans,
              mark,
              state?.runs.find(run => run.id === mark.run)
            ),
      approval,
      badges: badgesOf(trans, cell.model.getMetadata('tags')),
      fold: mark === null || approval !== null ? null : this._foldOf(panel, cell, mark),
      // The model sees the errors of its own run.
      actions: isOfLive ? 'none' : live === null ? 'ready' : 'busy'
    };
  }

  private _foldOf(panel: NotebookPanel, cell: Cell, mark: CellMark): FoldState | null {
    if (mark.fold === null && !mark.scratch) {
      return null;
    }
    const { trans } = this._options;
    const { content } = panel;
    const opened = this._openedIn(panel);
    if (content.mode === 'edit' && content.activeCell === cell && !this._dresses.get(cell)?.isFolded) {
      opened.add(cell.model.id); // nothing is folded under the user's hands
    }
    const isOpen = opened.has(cell.model.id);
    return {
      text:
        mark.fold !== null
          ? trans.__('Failed attempt: %1', mark.fold)
          : trans.__('Scratch: %1', firstLineOf(cell.model.sharedModel.getSource())),
      hint: isOpen ? trans.__('Fold this cell') : trans.__('Open this cell'),
      isOpen
    };
  }

  private _openedIn(panel: NotebookPanel): Set<string> {
    const opened = this._opened.get(panel) ?? new Set();
    this._opened.set(panel, opened);
    return opened;
  }

  private readonly _options: CellViewsOptions;
  private readonly _panels = new Set<NotebookPanel>();
  private readonly _due = new Set<NotebookPanel>();
  private readonly _dresses = new WeakMap<Cell, Dress>();
  /** Ids of the cells that the user wants open. */
  private readonly _opened = new WeakMap<NotebookPanel, Set<string>>();
  private readonly _facts = new WeakMap<NotebookPanel, string>();
  private readonly _changed = new Signal<this, NotebookPanel>(this);
}

function isSettled(run: Run | null, cellId: string): boolean {
  return run !== null && stepsOf(run).some(step => step.cellId === cellId && step.status !== 'running');
}

function approvalOf({ conversation }: RunModel, cellId: string, mark: CellMark): CellApproval | null {
  const step = waitingStep(liveRun(conversation.state));
  return step?.approval && step.cellId === cellId
    ? {
        action: step.actionId ?? '',
        approval: step.approval,
        replaces: mark.replaces,
        isOpen: conversation.status === 'open'
      }
    : null;
}

function cellOf(panel: NotebookPanel, cellId: string): Cell | undefined {
  return panel.content.widgets.find(cell => cell.model.id === cellId);
}

/** `[3]`; of a cell that did not run, nothing. */
function nameOf(cell: Cell): string {
  const count = cell instanceof CodeCell ? cell.model.executionCount : null;
  return count === null ? '' : `[${count}]`;
}

function whose(trans: TranslationBundle, { step }: CellMark, run: Run | undefined): string {
  const number = step ?? '–';
  return run === undefined
    ? trans.__('By the agent, step %1. The menu of this cell says why it is here.', number)
    : trans.__(
        'By the agent, step %1 of “%2”. The menu of this cell says why it is here.',
        number,
        run.request.split('\n', 1)[0].slice(0, 80)
      );
}
