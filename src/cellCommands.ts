/**
 * Commands on the cells of the notebook in front: ask about them, mend them, learn why they are there.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { Cell, CodeCell } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Attachment } from './attachments';
import { firstLineOf, markOf } from './cells/mark';
import { Place, findPlace } from './cells/find';
import type { SidePanel } from './panel';
import { liveRun } from './runReading';
import { CommandIDs, ICellViews, IRunModels } from './tokens';

export interface CellCommandOptions {
  readonly app: JupyterFrontEnd;
  readonly panel: SidePanel;
  readonly tracker: INotebookTracker;
  readonly models: IRunModels;
  readonly views: ICellViews;
  readonly palette: ICommandPalette | null;
  readonly trans: TranslationBundle;
}

export function addCellCommands(options: CellCommandOptions): void {
  const { app, panel, models, views, palette, trans } = options;
  const placeOf = (args: ReadonlyPartialJSONObject): Place | null => findPlace(options.tracker, args);
  const isIdle = ({ notebook }: Place): boolean => {
    const model = models.find(notebook.context);
    return model === null || liveRun(model.conversation.state) === null;
  };
  const errorIn = ({ notebook, cell }: Place): string => views.errorOf(notebook, cell.model.id);
  const show = (notebook: NotebookPanel): void => {
    panel.follow(notebook);
    if (!panel.isVisible) {
      app.shell.activateById(panel.id);
    }
  };
  app.commands.addCommand(CommandIDs.askAboutCell, {
    label: trans.__('Ask About This Cell'),
    caption: trans.__('Write a request about the selected cells'),
    isEnabled: args => placeOf(args) !== null,
    execute: args => {
      const place = placeOf(args);
      if (place === null) {
        return;
      }
      const { content } = place.notebook;
      const selected = content.widgets.filter(cell => content.isSelectedOrActive(cell));
      show(place.notebook);
      panel.attach((selected.includes(place.cell) ? selected : [place.cell]).map(cell => attachmentOf(cell, trans)));
      app.shell.activateById(panel.id);
      panel.focusComposer();
    }
  });
  app.commands.addCommand(CommandIDs.fixError, {
    label: trans.__('Fix This Error'),
    caption: trans.__('Ask the agent to mend this cell'),
    isEnabled: args => {
      const place = placeOf(args);
      return place !== null && errorIn(place) !== '' && isIdle(place);
    },
    execute: args => {
      const place = placeOf(args);
      if (place === null || !isIdle(place)) {
        return;
      }
      const { notebook, cell } = place;
      show(notebook);
      cell.node.focus({ preventScroll: true }); // the button that was pressed goes
      if (cell.node.getBoundingClientRect().top < notebook.content.outerNode.getBoundingClientRect().top) {
        cell.node.scrollIntoView({ block: 'start' }); // a long traceback goes too, and would leave the view below the end
      }
      const words = trans.__('Fix this error in %1: %2', attachmentOf(cell, trans).label, errorIn(place));
      models.get(notebook.context).ask(words, cell.model.id, [cell.model.id], ['edit_cell']);
    }
  });
  app.commands.addCommand(CommandIDs.installModule, {
    label: trans.__('Install a Missing Module'),
    isEnabled: args => placeOf(args) !== null,
    execute: args => {
      const place = placeOf(args);
      if (place !== null && typeof args.module === 'string') {
        show(place.notebook);
        place.cell.node.focus({ preventScroll: true });
        models.get(place.notebook.context).install(args.module, place.cell.model.id);
      }
    }
  });
  app.commands.addCommand(CommandIDs.whyCell, {
    label: trans.__('Why Is This Cell Here?'),
    caption: trans.__('Show the step of the agent that wrote it'),
    isEnabled: args => markIn(placeOf(args)) !== null,
    execute: async args => {
      const place = placeOf(args);
      const mark = markIn(place);
      if (place !== null && mark !== null) {
        show(place.notebook);
        app.shell.activateById(panel.id);
        await panel.reveal({ run: mark.run, cellId: place.cell.model.id });
      }
    }
  });
  for (const command of [CommandIDs.askAboutCell, CommandIDs.fixError, CommandIDs.whyCell]) {
    palette?.addItem({ command, category: trans.__('CodeAct') });
  }
}

function markIn(place: Place | null): ReturnType<typeof markOf> {
  return place === null ? null : markOf(place.cell.model.getMetadata('codeact'));
}

function attachmentOf(cell: Cell, trans: TranslationBundle): Attachment {
  const title = firstLineOf(cell.model.sharedModel.getSource());
  const count = cell instanceof CodeCell ? cell.model.executionCount : null;
  const label =
    count === null ? trans.__('cell “%1”', title.slice(0, 24) || trans.__('empty')) : trans.__('cell [%1]', count);
  return { cellId: cell.model.id, label, title };
}
