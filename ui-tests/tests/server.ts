/** A JupyterLab, or Notebook, of a test's own: one that can be killed. */

import { ChildProcess, spawn } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';

import { environment } from './place';

export class Server {
  constructor(
    readonly home: string,
    private readonly _port: number,
    private readonly _app: 'lab' | 'notebook' = 'lab'
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this._port}`;
  }

  async start(): Promise<void> {
    this._process = spawn(
      'jupyter',
      [this._app, '--config', path.join(__dirname, '..', 'jupyter_server_test_config.py')],
      {
        env: { ...environment(this.home), UI_TESTS_PORT: String(this._port) },
        stdio: 'ignore'
      }
    );
    for (;;) {
      const answer = await fetch(`${this.url}/api`).catch(() => null);
      if (answer?.ok) {
        return;
      }
      if (this._process.exitCode !== null) {
        throw new Error(`The server on port ${this._port} ended while it was starting.`);
      }
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }

  /** Ends it without a word, as a crash does; its kernels follow within a second. */
  async kill(): Promise<void> {
    if (this._process === null || this._process.exitCode !== null || this._process.signalCode !== null) {
      return;
    }
    const ended = new Promise(resolve => this._process?.once('exit', resolve));
    this._process?.kill('SIGKILL');
    await ended;
  }

  private _process: ChildProcess | null = null;
}

/** Megabytes of memory that a server's process holds. */
export function memoryOf(home: string): number {
  const runtime = path.join(home, 'runtime');
  const info = fs.readdirSync(runtime).find(name => /^jpserver-\d+\.json$/.test(name)) ?? '';
  const { pid } = JSON.parse(fs.readFileSync(path.join(runtime, info), 'utf-8'));
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf-8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
