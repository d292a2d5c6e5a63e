import { RefObject, useLayoutEffect } from 'react';

/** Puts the focus back to where words are typed. */
export function leaveCard(card: HTMLElement | null): void {
  card?.closest('.codeact-Panel')?.querySelector<HTMLElement>('.codeact-Composer-input')?.focus();
}

/** Brings the focus to a card that appears while somebody is in the panel and writes nothing, and back when it goes. */
export function useCardFocus(card: RefObject<HTMLElement>): void {
  useLayoutEffect(() => {
    const element = card.current;
    const { activeElement } = document;
    const isWriting =
      (activeElement instanceof HTMLTextAreaElement || activeElement instanceof HTMLInputElement) &&
      activeElement.value.trim() !== '';
    if (!isWriting && element?.closest('.codeact-Panel')?.contains(activeElement)) {
      element.querySelector('button')?.focus();
    }
    return () => {
      if (element?.contains(document.activeElement)) {
        leaveCard(element);
      }
    };
  }, [card]);
}
