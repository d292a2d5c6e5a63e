import type { TranslationBundle } from '@jupyterlab/translation';
import { useState } from 'react';

import type { Conversation } from '../conversation';
import { alternativesTo, budgetsOf, lackedBefore, liveRun, shownRuns } from '../runReading';
import type { Run, RunState } from '../runState';
import type { PanelActions, PanelTarget } from './ConversationView';
import type { RunAsks } from './Ending';

export interface RunAsksOptions {
  readonly target: PanelTarget;
  readonly state: RunState;
  /** Why nothing can be asked for now; empty: it can. */
  readonly whyNot: string;
  readonly actions: PanelActions;
}

/** What can be asked for at each run of a conversation. */
export function useRunAsks({ target, state, whyNot, actions }: RunAsksOptions): (run: Run) => RunAsks {
  const { model, chat } = target;
  const [turned, setTurned] = useState({ run: '', by: 0 });
  const runs = shownRuns(state);
  return run => ({
    isLast: run === runs.at(-1),
    isBusy: whyNot !== '',
    whyNot,
    lacked: lackedBefore(runs, run),
    budgets: budgetsOf(run, state.welcome),
    alternatives: {
      all: alternativesTo(state, run),
      cameBy: turned.run === run.id ? turned.by : 0,
      onShow: (other, by) => {
        setTurned({ run: other, by });
        model.showBranch(other);
      }
    },
    onAgain: again => chat.askAgain(again.request, again.cells),
    onEdited: (edited, words) => chat.askInstead(edited, words),
    onContinue: (from, granted) => model.requests.goOn(from, granted),
    onResume: (cut, replay) => model.requests.resume(cut.id, replay),
    onConnect: actions.connectModel,
    onSettings: actions.openSettings,
    packageOf: actions.packageOf,
    onInstall: (module, cellId) => model.install(module, cellId)
  });
}

/** Why no run can be asked for now; empty: one can. */
export function whyNotText(trans: TranslationBundle, { state, status }: Conversation): string {
  return awayText(trans, status) || (liveRun(state) === null ? '' : trans.__('A run goes on.'));
}

/** Why the server hears nothing now; empty: it does. */
export function awayText(trans: TranslationBundle, status: Conversation['status']): string {
  switch (status) {
    case 'open':
      return '';
    case 'superseded':
      return trans.__('This notebook is open in a newer tab.');
    default:
      return trans.__('The server is away.');
  }
}
