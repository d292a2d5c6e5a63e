import { AbstractChatContext, AbstractChatModel, IChatContext, INewMessage, IUser } from '@jupyter/chat';

import type { RunModel } from './model';

class ChatContext extends AbstractChatContext {
  get users(): IUser[] {
    return [];
  }
}

/**
 * What `@jupyter/chat` needs to know of a conversation: its input, and where a message goes.
 * The messages themselves stay in the run model, so that there is one history and not two.
 */
export class ConversationChat extends AbstractChatModel {
  constructor(model: RunModel, anchor: () => string | null) {
    super({ config: { stackMessages: false, enableCodeToolbar: false, sendTypingNotification: false } });
    this._model = model;
    this._anchor = anchor;
    this.setReady();
  }

  sendMessage(message: INewMessage): boolean {
    const request = message.body.trim();
    if (request === '') {
      return false;
    }
    this._model.ask(request, this._anchor());
    return true;
  }

  createChatContext(): IChatContext {
    return new ChatContext({ model: this });
  }

  private readonly _model: RunModel;
  private readonly _anchor: () => string | null;
}
