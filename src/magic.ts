/** What `%codeact` in a notebook's kernel asks of the page: that the notebook is connected, and the panel shown. */

import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';

/** The target of the comms that the magic opens; the server answers them. */
export const MAGIC_TARGET = 'codeact';

export interface MagicActions {
  /** A request was sent to the server: it works in the document that this page shows. */
  readonly asked: () => void;
  readonly openPanel: () => void;
}

/** Hears the magics of a notebook, in each kernel that it gets. */
export function hearMagics(session: ISessionContext, actions: MagicActions): void {
  const hear = (comm: Kernel.IComm): void => {
    comm.onMsg = message => {
      if (wantsPanel(message)) {
        actions.openPanel();
      }
    };
    actions.asked();
  };
  // Without a target JupyterLab would close the comm, and the kernel would not hear the server any more.
  const register = (): void => session.session?.kernel?.registerCommTarget(MAGIC_TARGET, hear);
  session.kernelChanged.connect(register);
  register();
}

function wantsPanel({ content }: KernelMessage.ICommMsgMsg): boolean {
  return content.data.type === 'open_panel';
}
