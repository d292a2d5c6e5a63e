import { useEffect, useRef } from 'react';

import type { RunModel } from '../model';
import { conversationRuns, shownRuns } from '../runReading';
import type { RunState } from '../runState';
import type { Reveal } from './useReveal';

/** A step that is to be shown is shown once, whichever branch its run is in. */
export function useBranchOf(model: RunModel, state: RunState, reveal: Reveal | null): void {
  const isIn = (runs: readonly { readonly id: string }[]): boolean => runs.some(({ id }) => id === reveal?.run);
  const isKnown = isIn(conversationRuns(state));
  const isShown = isIn(shownRuns(state));
  const shown = useRef<Reveal | null>(null);
  useEffect(() => {
    if (reveal !== null && isKnown && shown.current !== reveal) {
      shown.current = reveal;
      if (!isShown) {
        model.showBranch(reveal.run);
      }
    }
  }, [model, reveal, isKnown, isShown]);
}
