import { ChatReactContext, JlThemeProvider } from '@jupyter/chat';
import type { IThemeManager } from '@jupyterlab/apputils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { ConnectClient } from '../connect';
import { liveRun } from '../runReading';
import { Connect } from './Connect';
import { ConversationView, PanelActions, PanelTarget } from './ConversationView';
import { NoNotebook } from './EmptyState';
import { Header } from './Header';
import { useConversation } from './useConversation';

export interface PanelProps {
  readonly target: PanelTarget | null;
  /** A model is connected: that is shown in the place of the conversation. */
  readonly isConnecting: boolean;
  readonly client: ConnectClient;
  readonly rendermime: IRenderMimeRegistry;
  readonly themes: IThemeManager | null;
  readonly trans: TranslationBundle;
  readonly actions: PanelActions;
}

/** The whole panel: of one notebook, or of none. */
export function Panel({ target, isConnecting, client, rendermime, themes, trans, actions }: PanelProps): JSX.Element {
  const conversation = useConversation(target?.model ?? null);
  const isRunning = conversation !== null && liveRun(conversation.state) !== null;
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape' && isRunning) {
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
        {isConnecting && (
          <Connect
            client={client}
            current={conversation?.state.welcome?.connection ?? ''}
            trans={trans}
            onUse={name => target?.model.chooseModel(name, '')}
            onBack={actions.leaveConnect}
          />
        )}
        {target !== null && conversation !== null ? (
          <ChatReactContext.Provider value={{ model: target.chat, rmRegistry: rendermime, area: 'sidebar' }}>
            <ConversationView
              key={target.model.id}
              target={target}
              conversation={conversation}
              isHidden={isConnecting}
              client={client}
              trans={trans}
              actions={actions}
            />
          </ChatReactContext.Provider>
        ) : (
          !isConnecting && <NoNotebook trans={trans} onCreate={actions.createNotebook} />
        )}
      </div>
    </JlThemeProvider>
  );
}
