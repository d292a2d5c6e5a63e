import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, ICommandPalette, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { liveRun } from './runReading';
import type { SidePanel } from './panel';
import { openSettingsPage } from './settingsPage';
import { CommandIDs } from './tokens';

/** Adds our commands, and those of use without the panel to the palette. */
export function addCommands(
  app: JupyterFrontEnd,
  panel: SidePanel,
  palette: ICommandPalette | null,
  trans: TranslationBundle
): void {
  const { commands, shell } = app;
  const isRunning = (): boolean => {
    const conversation = panel.model?.conversation;
    return conversation !== undefined && liveRun(conversation.state) !== null;
  };
  commands.addCommand(CommandIDs.openPanel, {
    label: trans.__('Ask About This Notebook'),
    caption: trans.__('Open the CodeAct panel, or go back from it to the notebook'),
    icon: panel.title.icon,
    execute: () => {
      if (panel.node.contains(document.activeElement) && panel.notebook !== null) {
        shell.activateById(panel.notebook.id);
        return;
      }
      shell.activateById(panel.id);
      panel.focus();
    }
  });
  commands.addCommand(CommandIDs.stopRun, {
    label: trans.__('Stop the Run'),
    isEnabled: isRunning,
    execute: () => panel.model?.stop()
  });
  commands.addCommand(CommandIDs.newConversation, {
    label: trans.__('New Conversation'),
    caption: trans.__('Later requests are sent without the runs until now'),
    isEnabled: () => panel.model !== null && !isRunning(),
    execute: () => panel.model?.requests.newConversation()
  });
  commands.addCommand(CommandIDs.deleteConversation, {
    label: trans.__('Delete Conversation…'),
    caption: trans.__('Delete what is recorded of it; its cells stay'),
    isEnabled: () => panel.model !== null && !isRunning(),
    execute: async () => {
      const { model } = panel;
      if (model !== null && (await isSure(trans, model.conversation.name))) {
        model.requests.deleteConversation();
      }
    }
  });
  commands.addCommand(CommandIDs.connectModel, {
    label: trans.__('Connect a Model'),
    caption: trans.__('Choose who answers: a provider, or a server on this machine'),
    execute: () => {
      shell.activateById(panel.id);
      panel.turnTo({ kind: 'connect' });
    }
  });
  commands.addCommand(CommandIDs.openSettings, {
    label: trans.__('Settings'),
    execute: () => openSettingsPage(app)
  });
  for (const command of [
    CommandIDs.openPanel,
    CommandIDs.stopRun,
    CommandIDs.newConversation,
    CommandIDs.deleteConversation,
    CommandIDs.connectModel
  ]) {
    palette?.addItem({ command, category: trans.__('CodeAct') });
  }
}

async function isSure(trans: TranslationBundle, name: string): Promise<boolean> {
  const { button } = await showDialog({
    title: trans.__('Delete the conversation about %1?', name),
    body: trans.__(
      'Requests, steps and answers are deleted from the record and cannot be brought back. The cells and their outputs stay in the notebook.'
    ),
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })],
    defaultButton: 0
  });
  return button.accept;
}
