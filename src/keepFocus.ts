/** Gives the focus a place again when what had it is taken out of a part of the page: Stop, once the run is over. */
export function keepFocus(part: HTMLElement, onLost: () => void): void {
  let held: EventTarget | null = null;
  part.addEventListener('focusin', ({ target }) => {
    held = target;
  });
  part.addEventListener('focusout', ({ target }) => {
    queueMicrotask(() => {
      // What is taken out may be said to be left too; who goes elsewhere leaves it where it is.
      if (held === target && part.contains(held instanceof Node ? held : null)) {
        held = null;
      }
    });
  });
  new MutationObserver(() => {
    if (held instanceof Node && !part.contains(held)) {
      held = null;
      if (document.activeElement === null || document.activeElement === document.body) {
        onLost();
      }
    }
  }).observe(part, { childList: true, subtree: true });
}
