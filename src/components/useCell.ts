import { useCallback, useSyncExternalStore } from 'react';

import { markOf } from '../cells/mark';
import type { RunModel } from '../model';

type Context = RunModel['context'];

/** A cell of the document, as it is now. */
export interface LiveCell {
  readonly source: string;
  /** Id of the user's cell that it is to take the place of; empty: of none. */
  readonly replaces: string;
}

/** What a cell of a notebook holds while somebody types in it; null: there is no such cell. */
export function useCell({ model }: Context, cellId: string): LiveCell | null {
  const subscribe = useCallback(
    (onChange: () => void) => {
      model.contentChanged.connect(onChange);
      return () => {
        model.contentChanged.disconnect(onChange);
      };
    },
    [model]
  );
  const cell = model.sharedModel.cells.find(({ id }) => id === cellId);
  const source = useSyncExternalStore(subscribe, () => sourceOf(model, cellId));
  return source === null ? null : { source, replaces: markOf(cell?.getMetadata('codeact'))?.replaces ?? '' };
}

/** What a cell holds now; null: there is no such cell. */
export function sourceOf({ sharedModel }: Context['model'], cellId: string): string | null {
  return sharedModel.cells.find(({ id }) => id === cellId)?.getSource() ?? null;
}
