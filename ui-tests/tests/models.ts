import { spawn } from 'child_process';
import * as path from 'path';
import * as readline from 'readline';

/** The scripted models of one worker. */
export class Models {
  /** Starts a model that says what a file's script tells it to; its base URL. */
  async serve(script: string): Promise<string> {
    const url = new Promise<string>(resolve => this._lines.once('line', resolve));
    this._process.stdin.write(`${script}\n`);
    return url;
  }

  /** Ends all of them. */
  end(): void {
    this._process.kill('SIGKILL');
  }

  private readonly _process = spawn('python', [path.join(__dirname, '..', 'models.py')], {
    stdio: ['pipe', 'pipe', 'inherit']
  });
  private readonly _lines = readline.createInterface(this._process.stdout as never);
}
