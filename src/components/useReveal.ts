import { RefObject, useEffect } from 'react';

const FLASH_CLASS = 'codeact-mod-flash';
const FLASH_TIME = 1600;

/** A step to be shown, a new object each time. */
export interface Reveal {
  readonly run: string;
  readonly cellId: string;
}

/** Unfolds a run, brings the last step that wrote the cell into view, flashes it and puts the focus there. */
export function useReveal(section: RefObject<HTMLElement>, reveal: Reveal | null): void {
  useEffect(() => {
    const run = section.current;
    if (reveal === null || run === null) {
      return;
    }
    run.querySelectorAll('details').forEach(fold => (fold.open = true));
    const steps = [...run.querySelectorAll<HTMLElement>('.codeact-Step')];
    const step = steps.filter(line => line.dataset.cell === reveal.cellId).at(-1) ?? run;
    step.scrollIntoView({ block: 'center' });
    step.focus({ preventScroll: true });
    step.classList.add(FLASH_CLASS);
    const timer = setTimeout(() => step.classList.remove(FLASH_CLASS), FLASH_TIME);
    return () => clearTimeout(timer);
  }, [section, reveal]);
}
