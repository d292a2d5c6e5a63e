import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useRef } from 'react';

import { useFit } from './useFit';

export interface WordsEditorProps {
  readonly words: string;
  readonly label: string;
  /** On the button that takes the words. */
  readonly done: string;
  /** Why they cannot be taken now; empty: they can. */
  readonly whyNot: string;
  readonly trans: TranslationBundle;
  readonly onChange: (words: string) => void;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

/** The user's words, where they stand, to be changed. */
export function WordsEditor(props: WordsEditorProps): JSX.Element {
  const { words, label, done, whyNot, trans, onChange, onDone, onCancel } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  useFit(area, words);
  useEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(area.current.value.length, area.current.value.length);
  }, []);
  const isOff = whyNot !== '' || words.trim() === '';
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) {
      return;
    }
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation(); // in the panel it stops the run
      onCancel();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      if (event.target === area.current) {
        event.preventDefault();
        if (!isOff) {
          onDone();
        }
      }
    }
  };
  return (
    <div className="codeact-WordsEditor" onKeyDown={onKeyDown}>
      <textarea
        ref={area}
        className="codeact-Composer-input"
        rows={1}
        value={words}
        aria-label={label}
        onChange={event => onChange(event.target.value)}
      />
      <div className="codeact-Onward">
        <button type="button" className="codeact-Button" disabled={isOff} title={whyNot} onClick={onDone}>
          {done}
        </button>
        <button type="button" className="codeact-Button" title={trans.__('Esc')} onClick={onCancel}>
          {trans.__('Cancel')}
        </button>
      </div>
    </div>
  );
}
