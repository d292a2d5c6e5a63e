import { RefObject, useLayoutEffect } from 'react';

/** Puts the focus back to where words are typed. */
export function leaveCard(card: HTMLElement | null): void {
  card?.closest('.codeact-Panel')?.querySelector<HTMLElement>('.codeact-Composer-input')?.focus();
}

/** Puts the focus to where Enter runs it, or to what else can be done. */
export function focusCard(card: Element): void {
  const run = card.querySelector<HTMLElement>('.codeact-Approval-run:enabled');
  (run ?? card.querySelector<HTMLElement>('button:enabled'))?.focus();
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
      focusCard(element);
    }
    return () => {
      if (element?.contains(document.activeElement)) {
        leaveCard(element);
      }
    };
  }, [card]);
}
