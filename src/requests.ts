/**
 * What this page has asked for: it begins a run, and is sent again until the server has recorded it.
 */

import { UUID } from '@lumino/coreutils';

import type { ClientMessage, InstallModule, StartRun } from './protocol';
import type { Run } from './run';

export class Requests {
  constructor(send: (message: ClientMessage) => boolean) {
    this._send = send;
  }

  /** Asks the agent; gives the run's id. */
  ask(request: string, anchor: string | null, cells: readonly string[]): string {
    return this._begin({
      type: 'start_run',
      run: UUID.uuid4(),
      request,
      anchor,
      cells: [...cells],
      settings: {},
      continues: null,
      goes_on: false,
      allowed: []
    });
  }

  /** Installs a module below the cell that lacked it; gives the run's id. */
  install(module: string, anchor: string | null): string {
    return this._begin({ type: 'install_module', run: UUID.uuid4(), module, anchor });
  }

  /** Sends those again that the server may not have heard. */
  sendAgain(runs: readonly Run[]): void {
    for (const run of runs.filter(candidate => candidate.conversation === null)) {
      const message = this._asked.get(run.id);
      if (message !== undefined) {
        this._send(message);
      }
    }
  }

  private _begin(message: StartRun | InstallModule): string {
    this._asked.set(message.run, message);
    this._send(message);
    return message.run;
  }

  private readonly _send: (message: ClientMessage) => boolean;
  private readonly _asked = new Map<string, StartRun | InstallModule>();
}
