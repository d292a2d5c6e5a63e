/** An OpenAI-compatible endpoint over real HTTP, in the test's own process: it wants a key, lists models, and says what it is told to. */

import * as http from 'http';
import type { AddressInfo } from 'net';

/** Words, or code to run: in the form that the request asks for. */
export type Said = string | { readonly code: string };

export interface EndpointOptions {
  /** Empty: none is wanted. */
  readonly key?: string;
  readonly models?: readonly string[];
  /** What it is in truth: `page` is a web page at any address, `empty` has no such paths. */
  readonly is?: 'model' | 'page' | 'empty';
  /** Seconds before each answer. */
  readonly delay?: number;
}

export interface Asked {
  readonly path: string;
  readonly authorization: string;
  readonly body: { readonly model?: string; readonly tools?: unknown[]; readonly messages?: readonly any[] };
}

export class Endpoint {
  constructor(
    private readonly _options: EndpointOptions,
    private readonly _replies: Said[]
  ) {
    this._server = http.createServer((request, response) => void this._answer(request, response));
  }

  /** All requests, oldest first. */
  readonly asked: Asked[] = [];

  /** Its base URL, also when it is closed. */
  get url(): string {
    return `http://127.0.0.1:${this._port}/v1`;
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this._server.once('error', reject);
      this._server.listen(port, '127.0.0.1', resolve);
    });
    this._port = (this._server.address() as AddressInfo).port;
    return this;
  }

  close(): void {
    this._server.close();
    this._server.closeAllConnections();
  }

  private async _answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    await new Promise(resolve => request.on('end', resolve));
    const text = Buffer.concat(pieces).toString();
    const body = text === '' ? {} : JSON.parse(text);
    const authorization = request.headers.authorization ?? '';
    this.asked.push({ path: request.url ?? '', authorization, body });
    await new Promise(resolve => setTimeout(resolve, (this._options.delay ?? 0) * 1000));
    const { key = '', models = [], is = 'model' } = this._options;
    if (is === 'page') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Welcome</title>');
    } else if (is === 'empty') {
      fail(response, 404, 'Not Found');
    } else if (key !== '' && authorization !== `Bearer ${key}`) {
      fail(response, 401, 'Incorrect API key provided.');
    } else if (request.url === '/v1/models') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ data: models.map(id => ({ id, context_length: 32_768 })) }));
    } else if (JSON.stringify(body.messages ?? '').includes('image_url')) {
      fail(response, 400, 'This model does not take images.');
    } else {
      this._stream(response, body);
    }
  }

  private _stream(response: http.ServerResponse, body: Asked['body']): void {
    const said = this._next(body);
    response.setHeader('content-type', 'text/event-stream');
    const send = (chunk: object): unknown => response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    const choice = (delta: object, finish_reason: string | null = null): unknown =>
      send({ choices: [{ index: 0, delta, finish_reason }] });
    if (typeof said === 'string') {
      for (const word of said.split(/(?<= )/)) {
        choice({ content: word });
      }
      choice({}, 'stop');
    } else {
      const call = { name: 'execute', arguments: JSON.stringify(said) };
      choice({ tool_calls: [{ index: 0, id: 'call-1', type: 'function', function: call }] });
      choice({}, 'tool_calls');
    }
    send({ choices: [], usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 } });
    response.end('data: [DONE]\n\n');
  }

  /** The script is for runs: those have a system message, the questions of a test do not. */
  private _next({ messages = [], tools = [] }: Asked['body']): Said {
    if (messages[0]?.role !== 'system') {
      return tools.length > 0 ? { code: 'print(1)' } : 'one two three four five six seven eight nine ten eleven twelve';
    }
    const said = this._replies.shift() ?? 'There is no more in the script.';
    const isText = typeof said === 'string' || tools.length > 0;
    return isText ? said : `<execute>\n${said.code}\n</execute>`;
  }

  private readonly _server: http.Server;
  private _port = 0;
}

function fail(response: http.ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }));
}
