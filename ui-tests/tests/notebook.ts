import { Locator, Page, expect } from '@playwright/test';

/** A cell of the shared document: what is shown follows it, but not at once for cells that are out of sight. */
export interface CellState {
  readonly id: string;
  readonly source: string;
  readonly count: number | null;
  readonly running: boolean;
  /** Written by the agent: in which attempt. */
  readonly attempt: number | null;
  readonly outputs: readonly string[];
}

/** Milliseconds between two looks: by default they grow to a second, which most waits are shorter than. */
const intervals = [50, 100, 150];

/** An open notebook, by its path: never by which one is in front. */
export class NotebookView {
  constructor(page: Page, path: string) {
    this.page = page;
    this.path = path;
  }

  readonly page: Page;
  path: string;

  /** Of the notebook in front. */
  get view(): Locator {
    return this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)');
  }

  /** Waits until its document is loaded. */
  async ready(): Promise<void> {
    await this.page.waitForFunction(path => {
      const found = [...((window as any).jupyterapp?.shell.widgets('main') ?? [])].find(
        (widget: any) => widget.context?.path === path
      );
      return found?.context.isReady && !document.querySelector('#jupyterlab-splash');
    }, this.path);
  }

  async kernelReady(): Promise<void> {
    await this._wait('context.sessionContext.session?.kernel?.status === "idle"');
  }

  /** Waits for a kernel that may be busy. */
  async kernelThere(): Promise<void> {
    await this._wait('context.sessionContext.session?.kernel?.connectionStatus === "connected"');
  }

  /** A value in the browser, of `context` and `widget`. */
  async ask<T>(expression: string): Promise<T> {
    return this.page.evaluate(
      ([path, text]) => {
        const app = (window as any).jupyterapp;
        const widget = [...app.shell.widgets('main')].find((candidate: any) => candidate.context?.path === path) as any;
        return new Function('app', 'widget', 'context', `return ${text}`)(app, widget, widget?.context);
      },
      [this.path, expression] as const
    );
  }

  async cells(): Promise<CellState[]> {
    return this.ask(`context.model.sharedModel.cells.map(cell => {
      const json = cell.toJSON();
      const text = part => Array.isArray(part) ? part.join('') : part ?? '';
      return {
        id: json.id,
        source: text(json.source),
        count: json.execution_count ?? null,
        running: cell.executionState === 'running',
        attempt: json.metadata.codeact?.attempt ?? null,
        outputs: (json.outputs ?? []).map(output =>
          output.output_type === 'stream' ? text(output.text)
          : output.output_type === 'error' ? output.ename + ': ' + output.evalue
          : Object.keys(output.data).join(' ') + ' ' + text(output.data['text/plain']))
      };
    })`);
  }

  /** The agent's cells, top to bottom. */
  async agentCells(): Promise<CellState[]> {
    return (await this.cells()).filter(cell => cell.attempt !== null);
  }

  /** Waits for the agent's cells to be so, as far as `wanted` says. */
  async expectAgentCells(wanted: readonly Partial<CellState>[], timeout = 15_000): Promise<void> {
    await expect
      .poll(async () => (await this.agentCells()).map((cell, at) => pick(cell, wanted[at] ?? wanted[0])), {
        timeout,
        intervals
      })
      .toEqual(wanted);
  }

  async isDirty(): Promise<boolean> {
    return this.ask('context.model.dirty');
  }

  /** Puts the cursor at the end of a cell. */
  async edit(index: number): Promise<void> {
    await this.view.locator('.jp-Cell').nth(index).locator('.cm-content').click();
    await this.page.keyboard.press('Control+End');
  }

  async save(): Promise<void> {
    await this.ask('context.save()');
  }

  private async _wait(expression: string): Promise<void> {
    await expect.poll(() => this.ask<boolean>(expression), { timeout: 30_000, intervals }).toBe(true);
  }
}

function pick(cell: CellState, like: Partial<CellState> | undefined): Partial<CellState> {
  return Object.fromEntries(Object.keys(like ?? { id: '' }).map(key => [key, cell[key as keyof CellState]]));
}
