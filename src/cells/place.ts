/**
 * Changes the height of cells without moving what the user looks at.
 */

import type { Notebook } from '@jupyterlab/notebook';

/** Runs a change; the active cell, or else the one in the middle of the view, stays where it is on the screen. */
export function keepPlace(notebook: Notebook, changing: ReadonlySet<string>, change: () => void): void {
  const { outerNode } = notebook;
  const anchor = notebook.isVisible ? anchorIn(notebook, changing) : null;
  const before = anchor?.getBoundingClientRect().top ?? 0;
  // The browser's own anchoring, where JupyterLab has it on, would move the view once more.
  const { overflowAnchor } = outerNode.style;
  outerNode.style.overflowAnchor = 'none';
  change();
  const moved = (anchor?.getBoundingClientRect().top ?? 0) - before;
  if (moved !== 0) {
    outerNode.scrollTop += moved;
  }
  requestAnimationFrame(() => {
    outerNode.style.overflowAnchor = overflowAnchor;
  });
}

function anchorIn(notebook: Notebook, changing: ReadonlySet<string>): HTMLElement | null {
  const view = notebook.outerNode.getBoundingClientRect();
  const middle = (view.top + view.bottom) / 2;
  const inView = notebook.widgets
    .filter(cell => cell.isAttached && !changing.has(cell.model.id))
    .map(cell => ({ cell, box: cell.node.getBoundingClientRect() }))
    .filter(({ box }) => box.bottom > view.top && box.top < view.bottom);
  const away = (box: DOMRect): number => Math.max(box.top - middle, middle - box.bottom, 0);
  const active = inView.find(({ cell }) => cell === notebook.activeCell);
  const nearest = [...inView].sort((one, other) => away(one.box) - away(other.box)).at(0);
  return (active ?? nearest)?.cell.node ?? null;
}
