import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useId } from 'react';

import type { Connections } from '../connections';
import { Draft, hasKey, KeyPlan } from './connectForm';
import { fixedText } from './connectWording';
import { ConnectField, fieldProps } from './ConnectField';

export interface ConnectKeyProps {
  readonly draft: Draft;
  readonly isNeeded: boolean;
  readonly store: Connections['key_store'];
  readonly locked: Connections['locked'];
  /** Holds what is typed: it is read when it is sent, and kept nowhere else. */
  readonly input: React.RefObject<HTMLInputElement>;
  readonly trans: TranslationBundle;
  readonly onPlan: (plan: KeyPlan) => void;
  /** Something else is typed. */
  readonly onTyped: () => void;
}

/** The key: it can be set and removed, never read. */
export function ConnectKey(props: ConnectKeyProps): JSX.Element {
  const { draft, isNeeded, store, locked, input, trans, onPlan, onTyped } = props;
  const id = useId();
  const isSaved = hasKey(draft);
  const fixed = fixedText(trans, locked, 'api_key');
  if (fixed !== '') {
    return (
      <div className="codeact-Field">
        <span className="codeact-Field-label">{trans.__('API key')}</span>
        <p>{fixed}</p>
      </div>
    );
  }
  if (isSaved && draft.keyPlan === 'keep') {
    return (
      <div className="codeact-Field" role="group" aria-label={trans.__('API key')}>
        <span className="codeact-Field-label">{trans.__('API key')}</span>
        <p className="codeact-KeySaved">
          <span>{trans.__('A key is saved.')}</span>
          <span className="codeact-SavedLine-buttons">
            <button type="button" className="codeact-Button" onClick={() => onPlan('replace')}>
              {trans.__('Replace')}
            </button>
            <button type="button" className="codeact-Button" onClick={() => onPlan('remove')}>
              {trans.__('Remove')}
            </button>
          </span>
        </p>
      </div>
    );
  }
  return (
    <ConnectField
      id={id}
      label={isNeeded ? trans.__('API key') : trans.__('API key, if it wants one')}
      hint={
        <>
          {isSaved && (
            <p>
              {draft.keyPlan === 'remove'
                ? trans.__('The saved key is removed when you save.')
                : trans.__('Replaces the saved key when you save.')}{' '}
              <button type="button" className="codeact-Link" onClick={() => onPlan('keep')}>
                {trans.__('Keep the saved key')}
              </button>
            </p>
          )}
          {!isSaved && draft.keyUrl !== '' && <p>{trans.__('The saved key is not sent to another address.')}</p>}
          <p>{keptText(trans, store)}</p>
        </>
      }
    >
      <input
        {...fieldProps(id, undefined)}
        ref={input}
        className="codeact-Input codeact-mod-key"
        type="password"
        autoComplete="new-password"
        spellCheck={false}
        autoFocus={draft.keyPlan === 'replace'}
        onChange={onTyped}
      />
    </ConnectField>
  );
}

function keptText(trans: TranslationBundle, store: Connections['key_store']): string {
  return store === 'keyring'
    ? trans.__("Kept in the keyring of the server's user. It never comes back to the browser.")
    : trans.__('Kept on the server, in a file that only you can read. It never comes back to the browser.');
}
