/**
 * Commands that mark the user's cells: not rewritten, or not run again, before the agent has asked.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { findPlace } from './cells/find';
import { Tag, hasTag, withTag } from './cells/mark';
import { CommandIDs } from './tokens';

export function addTagCommands(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  palette: ICommandPalette | null,
  trans: TranslationBundle
): void {
  const add = (command: string, tag: Tag, words: { label: string; caption: string }): void => {
    const isOn = (args: ReadonlyPartialJSONObject): boolean =>
      hasTag(findPlace(tracker, args)?.cell.model.getMetadata('tags'), tag);
    app.commands.addCommand(command, {
      ...words,
      isToggleable: true,
      isToggled: isOn,
      isEnabled: args => findPlace(tracker, args)?.cell.model.type === 'code',
      execute: args => {
        const wanted = !isOn(args);
        const place = findPlace(tracker, args);
        const { content } = place?.notebook ?? {};
        const selected = content?.widgets.filter(cell => cell === place?.cell || content.isSelected(cell)) ?? [];
        for (const { model } of selected) {
          const tags = withTag(model.getMetadata('tags'), tag, wanted);
          if (tags.length > 0) {
            model.setMetadata('tags', tags);
          } else {
            model.deleteMetadata('tags');
          }
        }
      }
    });
    palette?.addItem({ command, category: trans.__('CodeAct') });
  };
  add(CommandIDs.protectCell, 'protected', {
    label: trans.__('Protect from the Agent'),
    caption: trans.__('The agent asks before it rewrites this cell')
  });
  add(CommandIDs.askBeforeRerun, 'expensive', {
    label: trans.__('Ask Before Running Again'),
    caption: trans.__('The agent asks before it runs this cell again')
  });
}
