import { ChatReactContext, IChatModel, JlThemeProvider } from '@jupyter/chat';
import type { IThemeManager } from '@jupyterlab/apputils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useState, useSyncExternalStore } from 'react';

import type { RunModel } from '../model';
import { conversationRuns, liveRun } from '../runReading';
import { Announcer } from './Announcer';
import { Composer } from './Composer';
import { EmptyState, NoNotebook } from './EmptyState';
import { Header } from './Header';
import { Log } from './Log';
import { Notices } from './Notices';
import { RunView } from './RunView';
import { StatusLine } from './StatusLine';

/** A conversation, and the chat model over it. */
export interface PanelTarget {
  readonly model: RunModel;
  readonly chat: IChatModel;
}

/** What the panel asks of the application. */
export interface PanelActions {
  readonly goToNotebook: () => void;
  /** False when the cell is gone. */
  readonly goToCell: (cellId: string) => Promise<boolean>;
  readonly createNotebook: () => void;
  readonly openSettings: () => void;
  readonly openMenu: (x: number, y: number) => void;
}

export interface PanelProps {
  readonly target: PanelTarget | null;
  readonly rendermime: IRenderMimeRegistry;
  readonly themes: IThemeManager | null;
  readonly trans: TranslationBundle;
  readonly actions: PanelActions;
}

/** The whole panel: of one notebook, or of none. */
export function Panel({ target, rendermime, themes, trans, actions }: PanelProps): JSX.Element {
  if (target === null) {
    return (
      <div className="codeact-Panel jp-ThemedContainer">
        <NoNotebook trans={trans} onCreate={actions.createNotebook} />
      </div>
    );
  }
  return (
    <JlThemeProvider themeManager={themes}>
      <ChatReactContext.Provider value={{ model: target.chat, rmRegistry: rendermime, area: 'sidebar' }}>
        <ConversationView key={target.model.id} target={target} trans={trans} actions={actions} />
      </ChatReactContext.Provider>
    </JlThemeProvider>
  );
}

interface ConversationViewProps {
  readonly target: PanelTarget;
  readonly trans: TranslationBundle;
  readonly actions: PanelActions;
}

function ConversationView({ target, trans, actions }: ConversationViewProps): JSX.Element {
  const { model, chat } = target;
  const conversation = useConversation(model);
  useReturnedWords(target, conversation.state.returned.length);
  const [gone, setGone] = useState(false);
  const runs = conversationRuns(conversation.state);
  const last = runs.at(-1) ?? null;
  const isRunning = liveRun(conversation.state) !== null;
  const ask = (request: string): unknown => chat.sendMessage({ body: request });
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape' && isRunning) {
      event.preventDefault();
      model.stop();
    }
  };
  return (
    <div className="codeact-Panel jp-ThemedContainer" onKeyDown={onKeyDown}>
      <Header
        conversation={conversation}
        trans={trans}
        onName={actions.goToNotebook}
        onStop={() => model.stop()}
        onMenu={actions.openMenu}
      />
      <Log label={trans.__('Conversation about %1', conversation.name)}>
        {runs.length === 0 && (
          <EmptyState examples={conversation.state.welcome?.examples ?? []} trans={trans} onExample={ask} />
        )}
        {runs.map(run => (
          <RunView
            key={run.id}
            run={run}
            isLast={run === last}
            trans={trans}
            onCell={cell => void actions.goToCell(cell).then(found => setGone(!found))}
            onAgain={ask}
            onSettings={actions.openSettings}
          />
        ))}
      </Log>
      <Notices
        conversation={conversation}
        model={model}
        isCellGone={gone}
        trans={trans}
        onSettings={actions.openSettings}
      />
      <Composer
        input={chat.input}
        isRunning={isRunning}
        isReadOnly={conversation.status === 'superseded'}
        last={last?.request ?? ''}
        trans={trans}
      />
      <StatusLine welcome={conversation.state.welcome} run={last} trans={trans} onConnect={actions.openSettings} />
      <Announcer run={last} alert={conversation.state.notice} trans={trans} />
    </div>
  );
}

function useConversation(model: RunModel): RunModel['conversation'] {
  const [subscribe] = useState(() => (onChange: () => void) => {
    model.changed.connect(onChange);
    return () => {
      model.changed.disconnect(onChange);
    };
  });
  return useSyncExternalStore(subscribe, () => model.conversation);
}

/** Words that were not taken go back to where they were typed, before what is typed there now. */
function useReturnedWords({ model, chat }: PanelTarget, count: number): void {
  useEffect(() => {
    const words = model.takeReturned();
    if (words.length > 0) {
      chat.input.value = [...words, chat.input.value].filter(part => part !== '').join('\n');
    }
  }, [model, chat, count]);
}
