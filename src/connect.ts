/**
 * The server's routes for models of the user's own: what is saved, what listens on this machine, what a model can do.
 * A key goes in this direction only: no answer holds one.
 */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import {
  Check,
  ConnectError,
  Connections,
  Endpoint,
  Found,
  ListedModel,
  LocalServer,
  SavedConnection,
  Verdict
} from './connections';

const API = 'codeact/api';

export class ConnectClient {
  constructor(server: ServerConnection.ISettings) {
    this._server = server;
  }

  async list(): Promise<Connections> {
    return answerOf(await this._request('GET', 'connections'));
  }

  /** Looks on this machine's usual ports; takes seconds where something listens but does not answer. */
  async localServers(): Promise<readonly LocalServer[]> {
    return answerOf(await this._request('GET', 'local-servers'));
  }

  async models(endpoint: Endpoint): Promise<readonly ListedModel[]> {
    const response = await this._request('POST', 'models', endpoint);
    return (await answerOf<{ models: readonly ListedModel[] }>(response)).models;
  }

  /** Saves a connection, which new conversations ask from then on; `found` is what a test of it found. */
  async save(endpoint: Endpoint, model: string, found: Found | null): Promise<SavedConnection> {
    const tested = found === null ? {} : { ...found, tested: true };
    return answerOf(await this._request('PUT', 'connections', { ...endpoint, model, ...tested }));
  }

  async remove(name: string): Promise<void> {
    await this._request('DELETE', `connections/${encodeURIComponent(name)}`);
  }

  /** Tells of each check as it ends, then gives the verdict. */
  async test(
    endpoint: Endpoint,
    model: string,
    onCheck: (check: Check) => void,
    signal: AbortSignal
  ): Promise<Verdict> {
    const response = await this._request('POST', 'test', { ...endpoint, model }, signal);
    for await (const line of linesOf(response)) {
      const said: Check | Verdict = parsed(line);
      if (isVerdict(said)) {
        return said;
      }
      onCheck(said);
    }
    throw new ConnectError('', 0);
  }

  private async _request(method: string, route: string, body?: object, signal?: AbortSignal): Promise<Response> {
    const init = { method, signal, body: body === undefined ? undefined : JSON.stringify(body) };
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(URLExt.join(this._server.baseUrl, API, route), init, this._server);
    } catch (error) {
      if (error instanceof ServerConnection.NetworkError) {
        throw new ConnectError('', 0);
      }
      throw error;
    }
    if (!response.ok) {
      throw new ConnectError(await wordsOf(response), response.status);
    }
    return response;
  }

  private readonly _server: ServerConnection.ISettings;
}

function isVerdict(said: Check | Verdict): said is Verdict {
  return said.check === 'done';
}

async function answerOf<T>(response: Response): Promise<T> {
  return parsed(await response.text());
}

/** What answers something else than JSON, such as the page to log in at, is not our server. */
function parsed<T>(text: string): T {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new ConnectError('', 401);
    }
    throw error;
  }
}

/** An error's words; a proxy in between may answer something else than JSON. */
async function wordsOf(response: Response): Promise<string> {
  try {
    const answer: { message?: string } = JSON.parse(await response.text());
    return answer.message ?? '';
  } catch (error) {
    if (error instanceof SyntaxError) {
      return '';
    }
    throw error;
  }
}

/** The whole lines of an answer as they come; what broke off has no end. */
async function* linesOf(response: Response): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const text = await nextOf(reader);
    if (text === null) {
      return;
    }
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter(candidate => candidate.trim() !== '')) {
      yield line;
    }
  }
}

/** The next piece of a stream; null at its end, and where the connection broke or was given up. */
async function nextOf(reader: ReadableStreamDefaultReader<string> | undefined): Promise<string | null> {
  try {
    const read = await reader?.read();
    return read === undefined || read.done ? null : read.value;
  } catch {
    return null;
  }
}
