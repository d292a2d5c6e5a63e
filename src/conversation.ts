import type { Connection, ConnectionStatus } from './connection';
import type { RunState } from './runState';
import type { NotebookContext } from './saving';

/** What the panel draws. */
export interface Conversation {
  readonly name: string;
  readonly state: RunState;
  readonly status: ConnectionStatus;
  /** The HTTP status for which the server refuses the connection; 0: it does not. */
  readonly refusal: number;
  readonly kernel: { readonly name: string; readonly present: boolean; readonly status: string };
}

/** The conversation of a notebook as it is now. */
export function conversationOf(
  context: NotebookContext,
  state: RunState,
  { status, refusal }: Pick<Connection, 'status' | 'refusal'>
): Conversation {
  const { localPath, sessionContext } = context;
  return {
    name: localPath.slice(localPath.lastIndexOf('/') + 1),
    state,
    status,
    refusal,
    kernel: {
      name: sessionContext.kernelDisplayName.replace(/ \(ipykernel\)$/, ''),
      present: Boolean(sessionContext.session?.kernel),
      status: sessionContext.kernelDisplayStatus
    }
  };
}
