import { useEffect } from 'react';

import type { ConversationChat } from '../chatModel';
import type { PanelTarget } from './ConversationView';

/** Words that were not taken go back to where they were typed. */
export function useReturnedWords({ model, chat }: PanelTarget, count: number): void {
  useEffect(() => {
    const words = model.takeReturned();
    if (words.length > 0) {
      chat.attachments.giveBack(words);
      putBack(chat, words);
    }
  }, [model, chat, count]);
}

/** Puts words into the composer, before what is typed there now. */
export function putBack({ input }: ConversationChat, words: readonly string[]): void {
  input.value = [...words, input.value].filter(part => part !== '').join('\n');
}
