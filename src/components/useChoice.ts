import type React from 'react';
import { useEffect, useState } from 'react';

export interface Choice {
  /** Index of the option that Enter picks; -1: none. */
  readonly at: number;
  readonly setAt: (at: number) => void;
  /** Moves with the arrow keys, picks with Enter; true when the key was for the list. */
  readonly onKey: (event: React.KeyboardEvent) => boolean;
}

/** A list that is moved through by keyboard while the focus stays in an input. */
export function useChoice(count: number, idOf: (at: number) => string, onPick: (at: number) => void): Choice {
  const [at, setAt] = useState(-1);
  const present = at < count ? at : -1;
  const id = present < 0 ? '' : idOf(present);
  useEffect(() => {
    if (id !== '') {
      document.getElementById(id)?.scrollIntoView({ block: 'nearest' });
    }
  }, [id]);
  const onKey = (event: React.KeyboardEvent): boolean => {
    if (event.nativeEvent.isComposing || count === 0) {
      return false;
    }
    switch (event.key) {
      case 'ArrowDown':
        setAt((present + 1) % count);
        return true;
      case 'ArrowUp':
        setAt((present <= 0 ? count : present) - 1);
        return true;
      case 'Enter':
        if (present >= 0) {
          onPick(present);
        }
        return present >= 0;
      default:
        return false;
    }
  };
  return { at: present, setAt, onKey };
}
