import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useRef, useState } from 'react';

import type { Entry } from '../archive';
import type { CellFacts } from '../cells/facts';
import type { ConversationChat } from '../chatModel';
import type { ConnectClient } from '../connect';
import type { Conversation } from '../conversation';
import type { RunModel } from '../model';
import { conversationRuns, lackedBefore, liveRun } from '../runReading';
import type { Run } from '../runState';
import { Announcer } from './Announcer';
import { Composer } from './Composer';
import { EmptyState } from './EmptyState';
import type { RunAsks } from './Ending';
import { Log } from './Log';
import { Notices } from './Notices';
import { RunView } from './RunView';
import { StatusLine } from './StatusLine';
import type { Reveal } from './useReveal';

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
  /** What can be told of a cell of the notebook; null: it has none of this id. */
  readonly factsOf: (cellId: string) => CellFacts | null;
  /** The package that brings a module; null: the server does not say. */
  readonly packageOf: (module: string) => Promise<string | null>;
  readonly createNotebook: () => void;
  /** Shows where a model is connected, in the place of the conversation. */
  readonly connectModel: () => void;
  /** Shows the conversation again. */
  readonly leavePage: () => void;
  /** Opens the notebook of a run of the list, and shows the run. */
  readonly openRun: (entry: Entry) => void;
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
  useReturnedWords(target, conversation.state.returned.length);
  useComeBack(target, isHidden, reveal);
  const [gone, setGone] = useState(false);
  const runs = conversationRuns(conversation.state);
  const last = runs.at(-1) ?? null;
  const ask = (request: string): unknown => chat.sendMessage({ body: request });
  const isRunning = liveRun(conversation.state) !== null;
  const asksOf = (run: Run): RunAsks => ({
    isLast: run === last,
    isBusy: isRunning,
    lacked: lackedBefore(runs, run),
    onAgain: again => chat.askAgain(again.request, again.cells),
    onConnect: actions.connectModel,
    onSettings: actions.openSettings,
    packageOf: actions.packageOf,
    onInstall: (module, cellId) => model.install(module, cellId)
  });
  return (
    <>
      <div className="codeact-Conversation" hidden={isHidden}>
        <Log label={trans.__('Conversation about %1', conversation.name)}>
          {runs.length === 0 && (
            <EmptyState welcome={welcome} trans={trans} onExample={ask} onConnect={actions.connectModel} />
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
        </Log>
        <Notices
          conversation={conversation}
          model={model}
          isCellGone={gone}
          trans={trans}
          onConnect={actions.connectModel}
          onSettings={actions.openSettings}
        />
        <Composer
          input={chat.input}
          isRunning={isRunning}
          attachments={chat.attachments}
          isReadOnly={conversation.status === 'superseded'}
          last={last?.request ?? ''}
          trans={trans}
        />
        <StatusLine
          client={client}
          welcome={welcome}
          isOpen={conversation.status === 'open'}
          run={last}
          trans={trans}
          onChoose={(connection, name) => model.chooseModel(connection, name)}
          onConnect={actions.connectModel}
        />
      </div>
      <Announcer run={last} alert={conversation.state.notice} trans={trans} />
    </>
  );
}

/** Words that were not taken go back to where they were typed, before what is typed there now. */
function useReturnedWords({ model, chat }: PanelTarget, count: number): void {
  useEffect(() => {
    const words = model.takeReturned();
    if (words.length > 0) {
      chat.attachments.giveBack(words);
      chat.input.value = [...words, chat.input.value].filter(part => part !== '').join('\n');
    }
  }, [model, chat, count]);
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
