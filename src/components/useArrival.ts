import { RefObject, useEffect } from 'react';

/** How often the focus is taken back: who else insists on it has a reason. */
const MOST = 3;

/**
 * Puts the focus on a page's title when the page opens, and keeps it within the page until the user does something:
 * the command palette gives the focus back to the notebook after the page is there.
 */
export function useArrival(page: RefObject<HTMLElement>, title: RefObject<HTMLElement>): void {
  useEffect(() => {
    const arrived = new AbortController();
    const { signal } = arrived;
    let times = 0;
    const arrive = (event: FocusEvent): void => {
      if (event.target instanceof Node && !page.current?.contains(event.target)) {
        times += 1;
        if (times > MOST) {
          arrived.abort();
        } else {
          title.current?.focus();
        }
      }
    };
    title.current?.focus();
    document.addEventListener('focusin', arrive, { signal });
    document.addEventListener('keydown', () => arrived.abort(), { signal, capture: true });
    document.addEventListener('pointerdown', () => arrived.abort(), { signal, capture: true });
    return () => arrived.abort();
  }, [page, title]);
}
