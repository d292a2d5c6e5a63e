import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useCallback, useSyncExternalStore } from 'react';

import type { Attachments } from '../attachments';

export interface ChipsProps {
  readonly attachments: Attachments;
  /** A run goes on: they wait for the next request. */
  readonly isWaiting: boolean;
  readonly trans: TranslationBundle;
  /** The last one was taken away: the focus goes back to the words. */
  readonly onLeave: () => void;
}

/** The cells that the next request is about; each can be taken away. */
export function Chips({ attachments, isWaiting, trans, onLeave }: ChipsProps): JSX.Element | null {
  const all = useAttachments(attachments);
  if (all.length === 0) {
    return null;
  }
  const label = isWaiting ? trans.__('What the next request is about') : trans.__('What the request is about');
  return (
    <ul className="codeact-Chips" aria-label={label} title={isWaiting ? label : undefined} data-waiting={isWaiting}>
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
