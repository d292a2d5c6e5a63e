import type { Cell } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

/** A cell, and the notebook that it is in. */
export interface Place {
  readonly notebook: NotebookPanel;
  readonly cell: Cell;
}

/** The cell that a command's arguments name, wherever it is open; else the active one of the notebook in front. */
export function findPlace(tracker: INotebookTracker, args: ReadonlyPartialJSONObject): Place | null {
  const inFront = tracker.currentWidget;
  if (typeof args.cell !== 'string') {
    const cell = inFront?.content.activeCell ?? null;
    return inFront === null || cell === null ? null : { notebook: inFront, cell };
  }
  const has = (panel: NotebookPanel): boolean => panel.content.widgets.some(cell => cell.model.id === args.cell);
  const notebook = inFront !== null && has(inFront) ? inFront : tracker.find(has);
  const cell = notebook?.content.widgets.find(candidate => candidate.model.id === args.cell);
  return notebook === undefined || cell === undefined ? null : { notebook, cell };
}
