import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useRef, useState } from 'react';

import type { Entry } from '../archive';
import type { CellFacts } from '../cells/facts';
import type { ConversationChat } from '../chatModel';
import type { ConnectClient } from '../connect';
import type { Conversation } from '../conversation';
import type { RunModel } from '../model';
import type { Welcome } from '../protocol';
import { liveRun, shownRuns } from '../runReading';
import type { Run } from '../runState';
import { Announcer } from './Announcer';
import { Banner } from './Banner';
import { PendingApproval } from './ApprovalCard';
import { Composer } from './Composer';
import { EmptyState } from './EmptyState';
import { Log } from './Log';
import { Notices } from './Notices';
import { Queue } from './Queue';
import { RunView } from './RunView';
import { StatusLine } from './StatusLine';
import { useBranchOf } from './useBranchOf';
import { putBack, useReturnedWords } from './useReturnedWords';
import type { Reveal } from './useReveal';
import { awayText, useRunAsks, whyNotText } from './useRunAsks';

/** A conversation, and the chat model over it. */
export interface PanelTarget {
  readonly model: RunModel;
  readonly chat: ConversationChat;
}

/** What the panel asks of the application. */
export interface PanelActions {
  readonly goToNotebook: () => void;
  /** False when the cell is gone. */
  readonly goToCell: (cellId: string) => Promise<boolean>;
  /** Puts the cursor into a cell. */
  readonly editCell: (cellId: string) => void;
  readonly chooseMode: (mode: Welcome['approval']) => void;
  /** What can be told of a cell of the notebook; null: it has none of this id. */
  readonly factsOf: (cellId: string) => CellFacts | null;
  /** The package that brings a module; null: the server does not say. */
  readonly packageOf: (module: string) => Promise<string | null>;
  readonly createNotebook: () => void;
  /** Shows where a model is connected, in the place of the conversation. */
  readonly connectModel: () => void;
  /** Shows the conversation again. */
  readonly leavePage: () => void;
  /** Opens the notebook of a run of the list, and shows the run; `resume`: takes it up. */
  readonly openRun: (entry: Entry, resume: boolean) => void;
  /** Takes up a run that was cut off, and shows it in its conversation. */
  readonly resumeRun: (run: string, replay: boolean) => void;
  readonly openSettings: () => void;
  readonly openMenu: (x: number, y: number) => void;
}

export interface ConversationViewProps {
  readonly target: PanelTarget;
  readonly conversation: Conversation;
  /** Something else is shown in its place: it stays as it is, with the words in its composer. */
  readonly isHidden: boolean;
  /** The step to be shown. */
  readonly reveal: Reveal | null;
  readonly client: ConnectClient;
  readonly trans: TranslationBundle;
  readonly actions: PanelActions;
}

/** What was said and done about one notebook, and where to go on. */
export function ConversationView(props: ConversationViewProps): JSX.Element {
  const { target, conversation, isHidden, reveal, trans, actions } = props;
  const { model, chat } = target;
  const { state } = conversation;
  useReturnedWords(target, state.returned.length);
  useComeBack(target, isHidden, reveal);
  useBranchOf(model, state, reveal);
  const [gone, setGone] = useState(false);
  const runs = shownRuns(state);
  const live = liveRun(state);
  const away = awayText(trans, conversation.status);
  const asksOf = useRunAsks({ target, state, whyNot: whyNotText(trans, conversation), actions });
  return (
    <>
      <div className="codeact-Conversation" hidden={isHidden}>
        <Log label={trans.__('Conversation about %1', conversation.name)}>
          {runs.length === 0 && (
            <EmptyState
              welcome={state.welcome}
              trans={trans}
              onExample={request => chat.sendMessage({ body: request })}
              onConnect={actions.connectModel}
            />
          )}
          {runs.map(run => (
            <RunView
              key={run.id}
              run={run}
              trans={trans}
              cells={actions.factsOf}
              reveal={reveal?.run === run.id ? reveal : null}
              onCell={cell => void actions.goToCell(cell).then(found => setGone(!found))}
              asks={asksOf(run)}
            />
          ))}
          {live !== null && !runs.includes(live) && (
            <Banner
              tone="warn"
              message={trans.__('A run goes on in another branch.')}
              actions={[{ label: trans.__('Show it'), act: () => model.showBranch(live.id) }]}
            />
          )}
          <PendingApproval
            model={model}
            trans={trans}
            onCell={cell => void actions.goToCell(cell)}
            onEdit={actions.editCell}
          />
        </Log>
        <Notices
          conversation={conversation}
          model={model}
          isCellGone={gone}
          trans={trans}
          onConnect={actions.connectModel}
          onSettings={actions.openSettings}
        />
        <Foot {...props} runs={runs} away={away} />
      </div>
      <Announcer
        run={live ?? runs.at(-1) ?? null}
        waiting={state.queue.length}
        notice={state.notice}
        isStuck={state.restartOffered !== null}
        trans={trans}
      />
    </>
  );
}

interface FootProps extends Pick<ConversationViewProps, 'target' | 'conversation' | 'client' | 'trans' | 'actions'> {
  /** Those of the branch that is shown. */
  readonly runs: readonly Run[];
  readonly away: string;
}

/** Where the user writes: what waits above it, and below it with which model. */
function Foot({ target, conversation, client, trans, actions, runs, away }: FootProps): JSX.Element {
  const { model, chat } = target;
  const { state, status } = conversation;
  const last = runs.at(-1) ?? null;
  const live = liveRun(state);
  const isRunning = live !== null;
  return (
    <>
      <Queue
        queue={state.queue}
        isRunning={isRunning}
        whyNot={away}
        trans={trans}
        onChange={(run, words) => model.requests.requeue(run, words)}
        onDrop={run => model.requests.dropQueued(run)}
        onStart={run => model.requests.startQueued(run)}
        onLate={words => putBack(chat, [words])}
        onLeave={() => chat.input.focus()}
      />
      <Composer
        input={chat.input}
        isRunning={isRunning}
        attachments={chat.attachments}
        isReadOnly={status === 'superseded'}
        away={away}
        last={last?.request ?? ''}
        trans={trans}
        onQueue={words => chat.queue(words)}
      />
      <StatusLine
        client={client}
        welcome={state.welcome}
        isOpen={status === 'open'}
        run={live ?? last}
        trans={trans}
        onChoose={(connection, name) => model.requests.chooseModel(connection, name)}
        onMode={actions.chooseMode}
        onConnect={actions.connectModel}
      />
    </>
  );
}

/** Who comes back to the conversation goes on where they write, unless a step is to be shown. */
function useComeBack({ chat }: PanelTarget, isHidden: boolean, reveal: Reveal | null): void {
  const before = useRef({ isHidden, reveal });
  useEffect(() => {
    if (before.current.isHidden && !isHidden && before.current.reveal === reveal) {
      chat.input.focus();
    }
    before.current = { isHidden, reveal };
  }, [chat, isHidden, reveal]);
}
