/**
 * The agent's cells in the notebook's view: a bar at their left, by CSS class, and the way from a step to its cell.
 */

import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';

import type { RunModel } from './model';
import { conversationRuns, liveRun, stepsOf } from './runReading';

const AGENT_CLASS = 'codeact-agentCell';
const RUNNING_CLASS = 'codeact-mod-running';
const FLASH_CLASS = 'codeact-mod-flash';
const FLASH_TIME = 1600;

/** Marks the agent's cells in one view of a notebook. */
export function markCells(panel: NotebookPanel, model: RunModel | null): void {
  const run = model === null ? null : liveRun(model.conversation.state);
  const steps = run === null ? [] : stepsOf(run);
  const settled = new Set(steps.filter(step => step.status !== 'running').map(step => step.cellId));
  for (const cell of panel.content.widgets) {
    const owner = runOf(cell);
    cell.toggleClass(AGENT_CLASS, owner !== null);
    cell.toggleClass(RUNNING_CLASS, owner !== null && owner === run?.id && !settled.has(cell.model.id));
  }
}

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

function runOf(cell: Cell): string | null {
  const mark: unknown = cell.model.getMetadata('codeact');
  return typeof mark === 'object' && mark !== null && 'run' in mark ? String(mark.run) : null;
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
