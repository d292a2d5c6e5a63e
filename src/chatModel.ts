import { AbstractChatContext, AbstractChatModel, IChatContext, INewMessage, IUser } from '@jupyter/chat';

import { Attachments } from './attachments';
import type { RunModel } from './model';
import type { Run } from './run';
import { liveRun } from './runReading';

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
    // Words to a run that goes on are about nothing else: the chips wait for the next request.
    const isRunning = liveRun(this._model.conversation.state) !== null;
    this._model.ask(request, this._anchor(), isRunning ? [] : this.attachments.take(request));
    return true;
  }

  /** Asks the same once more, about the same cells. */
  askAgain(request: string, cells: readonly string[]): void {
    this._model.ask(request, this._anchor(), cells);
  }

  /** Asks something else in the place of an earlier request, about the same cells. */
  askInstead(run: Run, request: string): void {
    this._model.requests.askInstead(run, request, this._anchor());
  }

  /** Asks when the run that goes on has answered. */
  queue(request: string): void {
    this._model.requests.queue(request, this._anchor(), this.attachments.take(request));
  }

  createChatContext(): IChatContext {
    return new ChatContext({ model: this });
  }

  /** What the next request is about. */
  readonly attachments = new Attachments();

  private readonly _model: RunModel;
  private readonly _anchor: () => string | null;
}
