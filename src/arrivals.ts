/**
 * What JupyterLab sees to in cells that it runs itself, for those that the server runs: a widget is shown once the page
 * has heard of it from the kernel, and what a cell of ours puts out is trusted like what any cell puts out that was run.
 */

import type { KernelMessage } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';

import type { NotebookContext } from './saving';

const VIEW = 'application/vnd.jupyter.widget-view+json';
/** The id of a widget's model, as it stands in a change to the document. */
const MODEL = /model_id[^0-9a-f]{1,8}([0-9a-f]{32})/g;
/** The metadata of a cell that says so. */
export const TRUSTED = 'trusted';
/** How long is waited for the kernel's word: it may have come before the page was loaded. */
const PATIENCE = 1000;
const REMEMBERED = 1000;

export class Arrivals implements IDisposable {
  constructor(context: NotebookContext) {
    this._context = context;
    context.sessionContext.iopubMessage.connect(this._onMessage, this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    this._context.sessionContext.iopubMessage.disconnect(this._onMessage, this);
  }

  /** Whether a change has to wait, as it shows a widget of which the kernel's word is on its way; then it is called for. */
  holds(change: Uint8Array, call: () => void): boolean {
    const models = this._context.sessionContext.session?.kernel ? modelsIn(change) : [];
    this._awaited = new Set(models.filter(model => !this._heard.has(model)));
    if (this._awaited.size === 0) {
      return false;
    }
    this._call = call;
    this._timer = setTimeout(() => this._release(), PATIENCE);
    return true;
  }

  /** A change was made to the document. */
  made(change: Uint8Array): void {
    if (textOf(change).includes(TRUSTED)) {
      this.trust();
    }
  }

  /** Trusts the cells of which the document says that they are to be. */
  trust(): void {
    for (const cell of this._context.model.cells) {
      if (!cell.trusted && cell.sharedModel.getMetadata(TRUSTED) === true) {
        cell.trusted = true;
      }
    }
  }

  private _onMessage(_: unknown, message: KernelMessage.IMessage): void {
    const model = modelOf(message.content);
    if (model === null) {
      return;
    }
    this._heard.add(model);
    for (const oldest of this._heard) {
      if (this._heard.size <= REMEMBERED) {
        break;
      }
      this._heard.delete(oldest);
    }
    if (this._awaited.delete(model) && this._awaited.size === 0) {
      this._release();
    }
  }

  private _release(): void {
    clearTimeout(this._timer);
    this._awaited.clear();
    const call = this._call;
    this._call = null;
    call?.();
  }

  private readonly _context: NotebookContext;
  private readonly _heard = new Set<string>();
  private _awaited = new Set<string>();
  private _call: (() => void) | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

/** The widgets that a change to the document shows. */
export function modelsIn(change: Uint8Array): string[] {
  const text = textOf(change);
  return text.includes(VIEW) ? [...text.matchAll(MODEL)].map(([, model]) => model) : [];
}

function modelOf(content: object): string | null {
  const view = 'data' in content && isRecord(content.data) ? content.data[VIEW] : null;
  return isRecord(view) && typeof view.model_id === 'string' ? view.model_id : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOf(change: Uint8Array): string {
  return new TextDecoder('latin1').decode(change);
}
