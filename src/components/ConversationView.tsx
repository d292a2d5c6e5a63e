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
import { Announcer } from './Announcer';
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
import { awayText, useRunAsks } from './useRunAsks';

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
  const { target, conversation, isHidden, reveal, client, trans, actions } = props;
  const { model, chat } = target;
  const { welcome } = conversation.state;
  const { state, status } = conversation;
  useReturnedWords(target, state.returned.length);
  useComeBack(target, isHidden, reveal);
  useBranchOf(model, state, reveal);
  const [gone, setGone] = useState(false);
  const runs = shownRuns(state);
  const last = runs.at(-1) ?? null;
  const live = liveRun(state);
  const isRunning = live !== null;
  const away = awayText(trans, status);
  const asksOf = useRunAsks({ target, state, away, trans, actions });
  return (
    <>
      <div className="codeact-Conversation" hidden={isHidden}>
        <Log label={trans.__('Conversation about %1', conversation.name)}>
          {runs.length === 0 && (
            <EmptyState
              welcome={welcome}
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
          last={last?.request ?? ''}
          trans={trans}
          onQueue={words => chat.queue(words)}
        />
        <StatusLine
          client={client}
          welcome={welcome}
          isOpen={status === 'open'}
          run={live ?? last}
          trans={trans}
          onChoose={(connection, name) => model.requests.chooseModel(connection, name)}
          onMode={actions.chooseMode}
          onConnect={actions.connectModel}
        />
      </div>
      <Announcer run={live ?? last} alert={conversation.state.notice} trans={trans} />
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
