import type { ConnectionStatus } from './connection';
import type { RunState } from './runState';
import type { NotebookContext } from './saving';

/** What the panel draws. */
export interface Conversation {
  readonly name: string;
  readonly state: RunState;
  readonly status: ConnectionStatus;
  readonly kernel: { readonly name: string; readonly present: boolean; readonly status: string };
}

/** The conversation of a notebook as it is now. */
export function conversationOf(context: NotebookContext, state: RunState, status: ConnectionStatus): Conversation {
  const { localPath, sessionContext } = context;
  return {
    name: localPath.slice(localPath.lastIndexOf('/') + 1),
    state,
    status,
    kernel: {
      name: sessionContext.kernelDisplayName.replace(/ \(ipykernel\)$/, ''),
      present: Boolean(sessionContext.session?.kernel),
      status: sessionContext.kernelDisplayStatus
    }
  };
}
