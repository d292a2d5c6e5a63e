import { useCallback, useSyncExternalStore } from 'react';

import type { Conversation } from '../conversation';
import type { RunModel } from '../model';

/** A notebook's conversation as it is now. */
export function useConversation(model: RunModel | null): Conversation | null {
  const subscribe = useCallback(
    (onChange: () => void) => {
      model?.changed.connect(onChange);
      return () => {
        model?.changed.disconnect(onChange);
      };
    },
    [model]
  );
  return useSyncExternalStore(subscribe, () => model?.conversation ?? null);
}
