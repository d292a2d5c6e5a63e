import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useState } from 'react';

import type { SavedConnection } from '../connections';
import { foundText, placeText } from './connectWording';

export interface ConnectSavedProps {
  readonly connections: readonly SavedConnection[];
  /** Name of the one that this conversation asks. */
  readonly current: string;
  readonly isBusy: boolean;
  readonly trans: TranslationBundle;
  readonly onEdit: (connection: SavedConnection) => void;
  readonly onDelete: (connection: SavedConnection) => void;
}

/** The connections there are, each with what can be done with it. */
export function ConnectSaved(props: ConnectSavedProps): JSX.Element | null {
  const { connections, trans } = props;
  if (connections.length === 0) {
    return null;
  }
  return (
    <section className="codeact-Field" aria-label={trans.__('Saved connections')}>
      <span className="codeact-Field-label">{trans.__('Saved connections')}</span>
      <ul className="codeact-Saved">
        {connections.map(connection => (
          <SavedLine key={connection.name} connection={connection} {...props} />
        ))}
      </ul>
    </section>
  );
}

function SavedLine(props: ConnectSavedProps & { readonly connection: SavedConnection }): JSX.Element {
  const { connection, current, isBusy, trans, onEdit, onDelete } = props;
  const [isSure, setSure] = useState(false);
  const { name, model, base_url } = connection;
  return (
    <li className="codeact-SavedLine">
      <span className="codeact-SavedLine-name">
        {name}
        {name === current && <span className="codeact-Quiet"> · {trans.__('asked in this conversation')}</span>}
        <span className="codeact-SavedLine-model">{trans.__('%1 · %2', model, placeText(trans, base_url))}</span>
        <span className="codeact-SavedLine-model">
          {connection.tested === null ? trans.__('not tested') : foundText(trans, connection)}
        </span>
      </span>
      <span className="codeact-SavedLine-buttons">
        {isSure ? (
          <>
            <button
              type="button"
              className="codeact-Button codeact-mod-warn"
              disabled={isBusy}
              onClick={() => onDelete(connection)}
            >
              {trans.__('Delete %1 and its key', name)}
            </button>
            <button type="button" className="codeact-Button" onClick={() => setSure(false)}>
              {trans.__('Keep')}
            </button>
          </>
        ) : (
          <>
            <button
              type="button"
              className="codeact-Button"
              aria-label={trans.__('Edit %1', name)}
              onClick={() => onEdit(connection)}
            >
              {trans.__('Edit')}
            </button>
            <button
              type="button"
              className="codeact-Button"
              aria-label={trans.__('Delete %1…', name)}
              onClick={() => setSure(true)}
            >
              {trans.__('Delete…')}
            </button>
          </>
        )}
      </span>
    </li>
  );
}
