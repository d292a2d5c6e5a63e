import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useCallback, useSyncExternalStore } from 'react';

import type { Attachments } from '../attachments';

export interface ChipsProps {
  readonly attachments: Attachments;
  readonly trans: TranslationBundle;
  /** The last one was taken away: the focus goes back to the words. */
  readonly onLeave: () => void;
}

/** The cells that the next request is about; each can be taken away. */
export function Chips({ attachments, trans, onLeave }: ChipsProps): JSX.Element | null {
  const all = useAttachments(attachments);
  if (all.length === 0) {
    return null;
  }
  return (
    <ul className="codeact-Chips" aria-label={trans.__('What the request is about')}>
      {all.map(({ cellId, label, title }) => (
        <li key={cellId} className="codeact-Chip" title={title}>
          <span className="codeact-Chip-label">{label}</span>
          <button
            type="button"
            aria-label={trans.__('Leave out %1', label)}
            title={trans.__('Leave out %1', label)}
            onClick={() => {
              attachments.remove(cellId);
              onLeave();
            }}
          >
            <span aria-hidden="true">✕</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function useAttachments(attachments: Attachments): Attachments['all'] {
  const subscribe = useCallback(
    (onChange: () => void) => {
      attachments.changed.connect(onChange);
      return () => {
        attachments.changed.disconnect(onChange);
      };
    },
    [attachments]
  );
  return useSyncExternalStore(subscribe, () => attachments.all);
}
