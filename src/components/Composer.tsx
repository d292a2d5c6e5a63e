import type { IInputModel } from '@jupyter/chat';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';

import type { Attachments } from '../attachments';
import { Chips } from './Chips';

const MOST_LINES = 8;

export interface ComposerProps {
  readonly input: IInputModel;
  readonly isRunning: boolean;
  readonly isReadOnly: boolean;
  /** The cells that the request is about. */
  readonly attachments: Attachments;
  /** The last request, for Up in an empty composer. */
  readonly last: string;
  readonly trans: TranslationBundle;
}

/**
 * Where the user writes. The words are kept in the chat's own input model, so each notebook has its draft.
 * The library's input is not used: it takes the focus when it appears, and its placeholder is fixed.
 */
export function Composer(props: ComposerProps): JSX.Element {
  const { input, isRunning, isReadOnly, attachments, last, trans } = props;
  const value = useValue(input);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const onFocus = (): void => area.current?.focus();
    input.focusInputSignal?.connect(onFocus);
    return () => {
      input.focusInputSignal?.disconnect(onFocus);
    };
  }, [input]);
  useLayoutEffect(() => fit(area.current), [value]);
  useEffect(() => {
    // The width decides where lines break; it is 0 while the panel is hidden.
    const observer = new ResizeObserver(() => fit(area.current));
    if (area.current?.parentElement) {
      observer.observe(area.current.parentElement);
    }
    return () => observer.disconnect();
  }, []);

  const onKeyDown = (event: React.KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) {
      return;
    }
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      if (value.trim() !== '') {
        input.value = '';
        input.send(value);
      }
    } else if (event.key === 'ArrowUp' && value === '' && last !== '') {
      event.preventDefault();
      input.value = last;
    } else if (event.key === 'Backspace' && value === '') {
      attachments.all.slice(-1).forEach(({ cellId }) => attachments.remove(cellId));
    }
  };
  const placeholder = placeholderOf(isReadOnly, isRunning, trans);
  return (
    <div className="codeact-Composer">
      <Chips attachments={attachments} isWaiting={isRunning} trans={trans} onLeave={() => area.current?.focus()} />
      <textarea
        ref={area}
        className="codeact-Composer-input"
        rows={2}
        value={value}
        readOnly={isReadOnly}
        placeholder={placeholder}
        aria-label={placeholder}
        title={trans.__('Enter sends, Shift+Enter breaks the line')}
        onChange={event => {
          input.value = event.target.value;
        }}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}

function placeholderOf(isReadOnly: boolean, isRunning: boolean, trans: TranslationBundle): string {
  if (isReadOnly) {
    return trans.__('Take over here to ask');
  }
  return isRunning ? trans.__('Steer: your words go to the next step') : trans.__('Ask about this notebook');
}

/** The words as they are now: what is typed before the first drawing is over counts too. */
function useValue(input: IInputModel): string {
  const [subscribe] = useState(() => (onChange: () => void) => {
    input.valueChanged.connect(onChange);
    return () => {
      input.valueChanged.disconnect(onChange);
    };
  });
  return useSyncExternalStore(subscribe, () => input.value);
}

function fit(area: HTMLTextAreaElement | null): void {
  if (area === null || area.offsetWidth === 0) {
    return;
  }
  const style = getComputedStyle(area);
  const line = parseFloat(style.lineHeight);
  const frame = area.offsetHeight - area.clientHeight;
  const padding = parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
  area.style.height = 'auto';
  const most = MOST_LINES * line + padding;
  area.style.height = `${Math.min(area.scrollHeight, most) + frame}px`;
  area.style.overflowY = area.scrollHeight > most ? 'auto' : 'hidden';
}
