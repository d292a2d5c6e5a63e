/**
 * Places in a notebook's view: where a request's cells go, and the way from a step to its cell.
 */

import type { NotebookPanel } from '@jupyterlab/notebook';

import type { RunModel } from './model';
import { conversationRuns, stepsOf } from './runReading';

const FLASH_CLASS = 'codeact-mod-flash';
const FLASH_TIME = 1600;

/**
 * The cell below which a request's cells go: the active one, or the agent's last one while the user stays where the
 * request before was asked, so that follow-ups stand in the order in which they ran.
 */
export function anchorOf(panel: NotebookPanel, model: RunModel, previous: string | null): string | null {
  const active = panel.content.activeCell?.model.id ?? null;
  if (active !== previous) {
    return active;
  }
  const present = new Set(panel.content.widgets.map(cell => cell.model.id));
  const written = conversationRuns(model.conversation.state).flatMap(run => stepsOf(run).map(step => step.cellId));
  return written.filter(cell => cell !== null && present.has(cell)).at(-1) ?? active;
}

/** Brings a cell into view and puts the cursor into it. */
export async function editCell(panel: NotebookPanel, cellId: string): Promise<void> {
  if (await showCell(panel, cellId)) {
    panel.content.mode = 'edit';
    panel.content.activate();
  }
}

/** Brings a cell into view, makes it the active one and flashes it; false when the notebook no longer has it. */
export async function showCell(panel: NotebookPanel, cellId: string): Promise<boolean> {
  const notebook = panel.content;
  const index = notebook.widgets.findIndex(cell => cell.model.id === cellId);
  if (index < 0) {
    return false;
  }
  notebook.deselectAll();
  notebook.activeCellIndex = index;
  await notebook.scrollToItem(index, 'smart');
  notebook.mode = 'command';
  notebook.activate();
  const cell = notebook.widgets[index];
  cell.addClass(FLASH_CLASS);
  setTimeout(() => cell.removeClass(FLASH_CLASS), FLASH_TIME);
  return true;
}
