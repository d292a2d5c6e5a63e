import type { IInputModel } from '@jupyter/chat';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useRef, useState, useSyncExternalStore } from 'react';

import type { Attachments } from '../attachments';
import { Chips } from './Chips';
import { useFit } from './useFit';

export interface ComposerProps {
  readonly input: IInputModel;
  readonly isRunning: boolean;
  readonly isReadOnly: boolean;
  /** Why the server hears nothing now; empty: it does. */
  readonly away: string;
  /** The cells that the request is about. */
  readonly attachments: Attachments;
  /** The last request, for Up in an empty composer. */
  readonly last: string;
  readonly trans: TranslationBundle;
  /** Words for after the run that goes on. */
  readonly onQueue: (words: string) => void;
}

/**
 * Where the user writes. The words are kept in the chat's own input model, so each notebook has its draft.
 * The library's input is not used: it takes the focus when it appears, and its placeholder is fixed.
 */
export function Composer(props: ComposerProps): JSX.Element {
  const { input, isRunning, isReadOnly, away, attachments, last, trans, onQueue } = props;
  const value = useValue(input);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const onFocus = (): void => area.current?.focus();
    input.focusInputSignal?.connect(onFocus);
    return () => {
      input.focusInputSignal?.disconnect(onFocus);
    };
  }, [input]);
  useFit(area, value);

  const send = (isForLater: boolean): void => {
    if (value.trim() !== '' && !isReadOnly) {
      input.value = '';
      if (isForLater) {
        onQueue(value.trim());
      } else {
        input.send(value);
      }
    }
  };
  const onKeyDown = (event: React.KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) {
      return;
    }
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send(event.altKey && isRunning);
    } else if (event.key === 'ArrowUp' && value === '' && last !== '') {
      event.preventDefault();
      input.value = last;
    } else if (event.key === 'Backspace' && value === '') {
      attachments.all.slice(-1).forEach(({ cellId }) => attachments.remove(cellId));
    }
  };
  const onSend = (isForLater: boolean): void => {
    send(isForLater);
    area.current?.focus();
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
        title={
          isRunning
            ? trans.__('Enter sends to the next step, Alt+Enter asks after this run, Shift+Enter breaks the line')
            : trans.__('Enter sends, Shift+Enter breaks the line')
        }
        onChange={event => {
          input.value = event.target.value;
        }}
        onKeyDown={onKeyDown}
      />
      {isRunning && !isReadOnly && <Ways isEmpty={value.trim() === ''} away={away} trans={trans} onSend={onSend} />}
    </div>
  );
}

interface WaysProps {
  readonly isEmpty: boolean;
  readonly away: string;
  readonly trans: TranslationBundle;
  readonly onSend: (isForLater: boolean) => void;
}

/** Where words go while a run goes on. */
function Ways({ isEmpty, away, trans, onSend }: WaysProps): JSX.Element {
  return (
    <div className="codeact-Composer-ways" role="group" aria-label={trans.__('Send the words to')}>
      <button
        type="button"
        className="codeact-Button"
        disabled={isEmpty || away !== ''}
        title={away || trans.__('To the run that goes on (Enter)')}
        onClick={() => onSend(false)}
      >
        {trans.__('Next step')}
      </button>
      <button
        type="button"
        className="codeact-Button"
        disabled={isEmpty || away !== ''}
        title={away || trans.__('As a request of its own, when this run has answered (Alt+Enter)')}
        onClick={() => onSend(true)}
      >
        {trans.__('After this run')}
      </button>
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
