import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Welcome } from '../protocol';

type Mode = Welcome['approval'];

export interface ApprovalPickerProps {
  readonly welcome: Welcome;
  /** Whether the server would hear of a choice now. */
  readonly isOpen: boolean;
  readonly trans: TranslationBundle;
  readonly onChoose: (mode: Mode) => void;
}

/** When the agent asks before it acts: shown in short, chosen from a list that says what each means. */
export function ApprovalPicker({ welcome, isOpen, trans, onChoose }: ApprovalPickerProps): JSX.Element {
  const { approval, modes } = welcome;
  return (
    <label
      className="codeact-ModePicker"
      title={trans.__('When the agent asks before it acts. Holds from the next run on.')}
    >
      <span aria-hidden="true">{modeText(trans, approval)}&nbsp;▾</span>
      <select
        aria-label={trans.__('When the agent asks before it acts')}
        value={approval}
        disabled={!isOpen}
        onChange={event => modes.filter(mode => mode === event.target.value).forEach(onChoose)}
      >
        {modes.map(mode => (
          <option key={mode} value={mode}>
            {modeMeaning(trans, mode)}
          </option>
        ))}
      </select>
    </label>
  );
}

function modeText(trans: TranslationBundle, mode: Mode): string {
  switch (mode) {
    case 'risky':
      return trans.__('asks: risky');
    case 'ask':
      return trans.__('asks: always');
    case 'auto':
      return trans.__('asks: never');
  }
}

function modeMeaning(trans: TranslationBundle, mode: Mode): string {
  switch (mode) {
    case 'risky':
      return trans.__('Ask before risky actions');
    case 'ask':
      return trans.__('Ask before every action');
    case 'auto':
      return trans.__('Never ask');
  }
}
