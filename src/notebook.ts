/**
 * What a conversation does to its notebook's server side: where its socket is, and its kernel.
 */

import { YCodeCell, YNotebook } from '@jupyter/ydoc';
import type { ISessionContext } from '@jupyterlab/apputils';
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { markOf } from './cells/mark';
import type { NotebookContext } from './saving';

const SOCKET = 'codeact/api/socket';

/** How long JupyterLab's own start of a kernel is waited for: where that breaks off, nobody is told. */
const STARTING = 20_000;

/** The shared document of a notebook. */
export function documentOf(context: NotebookContext): YNotebook | null {
  const { sharedModel } = context.model;
  return sharedModel instanceof YNotebook ? sharedModel : null;
}

/** Where jupyter-collaboration keeps the document, the server edits its room. */
export function isCollaborative({ model }: NotebookContext): boolean {
  return model.collaborative || model.sharedModel.getState('document_id') !== undefined;
}

/** Opens the socket of a notebook and of this browser's document of it. */
export function openSocket(
  server: ServerConnection.ISettings,
  context: NotebookContext,
  document: YNotebook | null
): WebSocket {
  const query: Record<string, string> = {
    path: context.localPath,
    document: String(document?.ydoc.clientID ?? '')
  };
  if (server.appendToken && server.token !== '') {
    query.token = server.token;
  }
  return new server.WebSocket(URLExt.join(server.wsUrl, SOCKET) + URLExt.objectToQueryString(query));
}

/** The status of a plain request to a notebook's socket: 400 where it would open, 0 where nobody answers. */
export async function probeSocket(server: ServerConnection.ISettings, context: NotebookContext): Promise<number> {
  const query = URLExt.objectToQueryString({ path: context.localPath, document: '' });
  try {
    return (await ServerConnection.makeRequest(URLExt.join(server.baseUrl, SOCKET) + query, {}, server)).status;
  } catch {
    return 0;
  }
}

/** Starts a kernel for a notebook that has none: the one that is named, else the notebook's own; false if it failed. */
export async function startKernel(context: NotebookContext, name: string | null): Promise<boolean> {
  const { sessionContext, model } = context;
  try {
    // A page that has just been opened starts a kernel itself. A second one beside it would end the first, in which the
    // agent may work already.
    await Promise.race([sessionContext.initialize(), new Promise(resolve => setTimeout(resolve, STARTING))]);
    // What the page believes may be of a server that is gone: whoever asks knows of no kernel.
    await sessionContext.sessionManager.refreshRunning();
    if (sessionContext.session?.kernel) {
      return true;
    }
    await sessionContext.changeKernel({ name: kernelName(sessionContext, [name, model.defaultKernelName]) });
    return true;
  } catch {
    // JupyterLab shows what the server said.
    return false;
  }
}

/** The first of the wanted kernels that is installed, else the default. */
function kernelName(session: ISessionContext, wanted: readonly (string | null)[]): string | undefined {
  const specs = session.specsManager.specs;
  const found = wanted.find(name => name !== null && specs?.kernelspecs[name] !== undefined);
  return found ?? specs?.default;
}

/** Takes the `[*]` from cells of runs that nobody will end any more. */
export function endCells(document: YNotebook | null, runs: readonly string[]): void {
  for (const cell of document?.cells ?? []) {
    const mark = markOf(cell.getMetadata('codeact'));
    const isOurs = mark !== null && runs.includes(mark.run);
    if (isOurs && cell instanceof YCodeCell && cell.executionState === 'running') {
      cell.executionState = 'idle';
    }
  }
}
