import { ChatReactContext, JlThemeProvider } from '@jupyter/chat';
import type { IThemeManager } from '@jupyterlab/apputils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useCallback, useMemo } from 'react';

import type { RunArchive, RunRecord, Wanted } from '../archive';
import type { ConnectClient } from '../connect';
import type { Conversation } from '../conversation';
import { liveRun } from '../runReading';
import { Connect } from './Connect';
import { ConversationView, PanelActions, PanelTarget } from './ConversationView';
import { NoNotebook } from './EmptyState';
import { Header } from './Header';
import { RecordView, Unrecorded } from './RecordView';
import { RunList } from './RunList';
import { useConversation } from './useConversation';
import { whyNotText } from './useRunAsks';
import type { Reveal } from './useReveal';

/** What the panel shows: the conversation, or something else in its place. */
export type Page =
  | { readonly kind: 'conversation' }
  | { readonly kind: 'connect' }
  | { readonly kind: 'runs' }
  /** A run of an earlier conversation; null: nothing is recorded of it. */
  | { readonly kind: 'record'; readonly record: RunRecord | null };

export interface PanelProps {
  readonly target: PanelTarget | null;
  readonly page: Page;
  /** The step to be shown. */
  readonly reveal: Reveal | null;
  readonly client: ConnectClient;
  readonly archive: RunArchive;
  readonly rendermime: IRenderMimeRegistry;
  readonly themes: IThemeManager | null;
  readonly trans: TranslationBundle;
  readonly actions: PanelActions;
}

/** The whole panel: of one notebook, or of none. */
export function Panel(props: PanelProps): JSX.Element {
  const { target, page, reveal, client, rendermime, themes, trans, actions } = props;
  const conversation = useConversation(target?.model ?? null);
  const isRunning = conversation !== null && liveRun(conversation.state) !== null;
  // Another object would have all that is rendered put into the page anew: selections and the focus in it would be lost.
  const chat = useMemo(
    () => target && { model: target.chat, rmRegistry: rendermime, area: 'sidebar' as const },
    [target, rendermime]
  );
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape' && isRunning && !event.nativeEvent.isComposing) {
      event.preventDefault();
      target?.model.stop();
    }
  };
  return (
    <JlThemeProvider themeManager={themes}>
      <div className="codeact-Panel jp-ThemedContainer" onKeyDown={onKeyDown}>
        {conversation !== null && (
          <Header
            conversation={conversation}
            trans={trans}
            onName={actions.goToNotebook}
            onStop={() => target?.model.stop()}
            onMenu={actions.openMenu}
          />
        )}
        {page.kind === 'connect' && (
          <Connect
            client={client}
            current={conversation?.state.welcome?.connection ?? ''}
            trans={trans}
            onUse={name => target?.model.requests.chooseModel(name, '')}
            onBack={actions.leavePage}
          />
        )}
        {page.kind === 'runs' && <RunsPage {...props} />}
        {target !== null && chat !== null && conversation !== null ? (
          <ChatReactContext.Provider value={chat}>
            {page.kind === 'record' && <RecordPage {...props} conversation={conversation} record={page.record} />}
            <ConversationView
              key={target.model.id}
              target={target}
              conversation={conversation}
              isHidden={page.kind !== 'conversation'}
              reveal={reveal}
              client={client}
              trans={trans}
              actions={actions}
            />
          </ChatReactContext.Provider>
        ) : (
          page.kind === 'conversation' && <NoNotebook trans={trans} onCreate={actions.createNotebook} />
        )}
      </div>
    </JlThemeProvider>
  );
}

function RunsPage({ target, archive, trans, actions }: PanelProps): JSX.Element {
  const list = useCallback((wanted: Wanted) => archive.list(wanted), [archive]);
  return (
    <RunList
      path={target?.model.context.localPath ?? ''}
      list={list}
      trans={trans}
      onOpen={actions.openRun}
      onBack={actions.leavePage}
    />
  );
}

function RecordPage(props: PanelProps & { record: RunRecord | null; conversation: Conversation }): JSX.Element {
  const { record, conversation, reveal, trans, actions } = props;
  if (record === null) {
    return <Unrecorded trans={trans} onBack={actions.leavePage} />;
  }
  return (
    <RecordView
      key={record.run.id}
      record={record}
      trans={trans}
      cells={actions.factsOf}
      reveal={reveal?.run === record.run.id ? reveal : null}
      whyNot={whyNotText(trans, conversation)}
      onResume={(run, replay) => actions.resumeRun(run.id, replay)}
      onCell={cell => void actions.goToCell(cell)}
      onBack={actions.leavePage}
    />
  );
}
