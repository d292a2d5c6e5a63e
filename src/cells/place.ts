/**
 * Changes the height of cells without moving what the user looks at.
 */

import type { Notebook } from '@jupyterlab/notebook';

/** Runs a change; the active cell, or else the first cell in view, stays where it is on the screen. */
export function keepPlace(notebook: Notebook, changing: ReadonlySet<string>, change: () => void): void {
  const { outerNode } = notebook;
  const anchor = notebook.isVisible ? anchorIn(notebook, changing) : null;
  const before = anchor?.getBoundingClientRect().top ?? 0;
  change();
  const moved = (anchor?.getBoundingClientRect().top ?? 0) - before;
  if (moved !== 0) {
    outerNode.scrollTop += moved;
  }
}

function anchorIn(notebook: Notebook, changing: ReadonlySet<string>): HTMLElement | null {
  const view = notebook.outerNode.getBoundingClientRect();
  const steady = notebook.widgets.filter(cell => cell.isAttached && !changing.has(cell.model.id));
  const isInView = ({ node }: { node: HTMLElement }): boolean => {
    const { top, bottom } = node.getBoundingClientRect();
    return bottom > view.top && top < view.bottom;
  };
  const active = steady.find(cell => cell === notebook.activeCell && isInView(cell));
  return (active ?? steady.find(isInView))?.node ?? null;
}
