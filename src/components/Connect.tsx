import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useId, useRef, useState } from 'react';

import type { ConnectClient } from '../connect';
import type { SavedConnection } from '../connections';
import { isFixed } from './connectForm';
import { Busy, Problem } from './ConnectField';
import { ConnectForm } from './ConnectForm';
import { ConnectSaved } from './ConnectSaved';
import { useArrival } from './useArrival';
import { useAnswer, useAsking } from './useAsking';

export interface ConnectProps {
  readonly client: ConnectClient;
  /** Name of the connection that the conversation asks; empty: none. */
  readonly current: string;
  readonly trans: TranslationBundle;
  /** Ask this connection from the next run on. */
  readonly onUse: (connection: string) => void;
  readonly onBack: () => void;
}

/** Where a model is connected, in the place of the conversation. */
export function Connect({ client, current, trans, onUse, onBack }: ConnectProps): JSX.Element {
  const titleId = useId();
  const page = useRef<HTMLElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const { answer: known, problem, again } = useAnswer(trans, () => client.list());
  const found = useAnswer(trans, () => client.localServers());
  const [edited, setEdited] = useState<SavedConnection | null>(null);
  const [opened, setOpened] = useState(0);
  const removing = useAsking(trans);
  useArrival(page, title);

  const edit = (connection: SavedConnection | null): void => {
    setEdited(connection);
    setOpened(opened + 1);
  };
  const remove = (connection: SavedConnection): void =>
    removing.ask(
      () => client.remove(connection.name),
      () => {
        edit(null);
        again();
        title.current?.focus();
      }
    );
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onBack();
    }
  };
  return (
    <section ref={page} className="codeact-Connect" aria-labelledby={titleId} onKeyDown={onKeyDown}>
      <div className="codeact-Connect-head">
        <button
          type="button"
          className="codeact-Button codeact-mod-quiet"
          title={trans.__('Back to the conversation (Esc)')}
          onClick={onBack}
        >
          <span aria-hidden="true">← </span>
          {trans.__('Back')}
        </button>
        <h2 ref={title} id={titleId} className="codeact-Connect-title" tabIndex={-1}>
          {edited === null ? trans.__('Connect a model') : trans.__('Edit %1', edited.name)}
        </h2>
      </div>
      {known === null ? (
        problem === '' && <Busy text={trans.__('Asking the server')} />
      ) : isFixed(known) ? (
        <p>{trans.__('The model is fixed by the administrator of this server. It cannot be changed here.')}</p>
      ) : (
        <>
          <ConnectSaved
            connections={known.connections}
            current={current}
            isBusy={removing.busy}
            trans={trans}
            onEdit={edit}
            onDelete={remove}
          />
          <ConnectForm
            key={opened}
            client={client}
            known={known}
            servers={found.problem === '' ? found.answer : []}
            edited={edited}
            trans={trans}
            onUse={({ name }) => {
              onUse(name);
              onBack();
            }}
          />
        </>
      )}
      <Problem text={problem || removing.problem} />
      {problem !== '' && (
        <button type="button" className="codeact-Button" onClick={again}>
          {trans.__('Try again')}
        </button>
      )}
    </section>
  );
}
