import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useRef, useState } from 'react';

export interface ApprovalButtonsProps {
  readonly trans: TranslationBundle;
  /** Whether there is something that can run. */
  readonly canRun: boolean;
  /** Whether the server would hear of it now. */
  readonly isOpen: boolean;
  readonly onRun: () => void;
  /** Null: the cell is where the buttons are. */
  readonly onEdit: (() => void) | null;
  /** With a word to the model; empty: without. */
  readonly onDeny: (note: string) => void;
}

/** Run, edit, or deny with a word; Enter, E and D in all of it, but where words are typed. */
export function ApprovalButtons(props: ApprovalButtonsProps): JSX.Element {
  const { trans, canRun, isOpen, onRun, onEdit, onDeny } = props;
  const [isDenying, setDenying] = useState(false);
  const deny = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setDenying(false);
    deny.current?.focus();
  };
  const away = isOpen ? undefined : trans.__('The server is away');
  return (
    <>
      <button
        type="button"
        className="codeact-Button codeact-Approval-run"
        disabled={!isOpen || !canRun}
        title={away ?? (onEdit ? trans.__('Run it (Enter)') : undefined)}
        onClick={onRun}
      >
        {trans.__('Run')}
        {onEdit && <span aria-hidden="true">⏎</span>}
      </button>
      {onEdit && (
        <button
          type="button"
          className="codeact-Button"
          disabled={!canRun}
          title={trans.__('Change it in its cell (E)')}
          onClick={onEdit}
        >
          {trans.__('Edit')}
        </button>
      )}
      <button
        ref={deny}
        type="button"
        className="codeact-Button codeact-Approval-deny"
        disabled={!isOpen}
        title={away ?? (onEdit ? trans.__('It shall not run (D)') : undefined)}
        aria-expanded={isDenying}
        onClick={() => setDenying(!isDenying)}
      >
        {trans.__('Deny…')}
      </button>
      {isDenying && <WhyNot trans={trans} onDeny={onDeny} onClose={close} />}
    </>
  );
}

interface WhyNotProps extends Pick<ApprovalButtonsProps, 'trans' | 'onDeny'> {
  readonly onClose: () => void;
}

/** A word to the model; it may stay empty. */
function WhyNot({ trans, onDeny, onClose }: WhyNotProps): JSX.Element {
  const [note, setNote] = useState('');
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) {
      return;
    }
    if (event.key === 'Enter' && !event.repeat) {
      event.preventDefault();
      event.stopPropagation();
      onDeny(note.trim());
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onClose();
    }
  };
  return (
    <span className="codeact-Approval-why">
      <input
        ref={input}
        className="codeact-Input"
        placeholder={trans.__('Say what to do instead')}
        aria-label={trans.__('Say what to do instead, or nothing')}
        value={note}
        onChange={event => setNote(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <button type="button" className="codeact-Button" onClick={() => onDeny(note.trim())}>
        {trans.__('Deny')}
      </button>
    </span>
  );
}
