import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useId, useRef, useState } from 'react';

import type { ConnectClient } from '../connect';
import type { Connections, Endpoint, LocalServer, SavedConnection } from '../connections';
import { Draft, draftOf, endpointOf, NOTHING, Problems, problemsOf, withPreset, withServer } from './connectForm';
import { fixedText } from './connectWording';
import { Busy, ConnectField, fieldProps, Problem } from './ConnectField';
import { ConnectKey } from './ConnectKey';
import { ConnectModel } from './ConnectModel';
import { ConnectProvider } from './ConnectProvider';
import { ConnectTest } from './ConnectTest';
import { useAsking } from './useAsking';

export interface ConnectFormProps {
  readonly client: ConnectClient;
  readonly known: Connections;
  readonly servers: readonly LocalServer[] | null;
  /** The saved connection to change; null: a new one. */
  readonly edited: SavedConnection | null;
  readonly trans: TranslationBundle;
  /** It is saved: ask it. */
  readonly onUse: (connection: SavedConnection) => void;
}

/** A connection, from who answers to what was found of it. */
export function ConnectForm({ client, known, servers, edited, trans, onUse }: ConnectFormProps): JSX.Element {
  const [draft, setDraft] = useState<Draft>(edited === null ? NOTHING : draftOf(edited));
  const [problems, setProblems] = useState<Problems>({});
  const [typed, setTyped] = useState(0);
  const key = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const urlId = useId();
  const saving = useAsking(trans);
  const focus = useFocus(form, edited === null ? '' : '.codeact-mod-url');

  const change = (part: Partial<Draft>): void => {
    setDraft({ ...draft, ...part, found: null });
    setProblems({});
  };
  const forgetKey = (): void => {
    if (key.current !== null) {
      key.current.value = '';
    }
  };
  const begin = (next: Draft): void => {
    // A key that was typed for somebody else does not go to this one.
    forgetKey();
    change(next);
  };
  const ready = (model: boolean): Endpoint | null => {
    const found = problemsOf(draft, trans, model);
    setProblems(found);
    if (Object.keys(found).length > 0) {
      focus(
        found.model === undefined ? (found.kind === undefined ? '.codeact-mod-url' : 'input') : '.codeact-mod-model'
      );
      return null;
    }
    return endpointOf(draft, key.current?.value ?? '');
  };
  const listed = (): Endpoint | null =>
    Object.keys(problemsOf(draft, trans, false)).length > 0 ? null : endpointOf(draft, key.current?.value ?? '');
  const save = (event: React.FormEvent): void => {
    event.preventDefault();
    const endpoint = ready(true);
    if (endpoint !== null && !saving.busy) {
      saving.ask(
        () => client.save(endpoint, draft.model.trim(), draft.found),
        saved => {
          forgetKey();
          onUse(saved);
        }
      );
    }
  };
  const preset = known.presets.find(({ kind }) => kind === draft.kind);
  const source = `${draft.kind} ${draft.baseUrl} ${draft.keyPlan} ${typed}`;
  return (
    <form ref={form} className="codeact-Form" noValidate autoComplete="off" onSubmit={save}>
      <ConnectProvider
        presets={known.presets}
        servers={servers}
        kind={draft.kind}
        problem={problems.kind}
        trans={trans}
        onPreset={chosen => begin(withPreset(chosen, known.connections))}
        onServer={server => {
          begin(withServer(server, known.connections));
          focus('.codeact-mod-model');
        }}
      />
      <ConnectField
        id={urlId}
        label={trans.__('Address (base URL)')}
        problem={problems.baseUrl}
        hint={
          <p>
            {fixedText(trans, known.locked, 'base_url') ||
              trans.__('Up to and with the version, such as http://127.0.0.1:8000/v1')}
          </p>
        }
      >
        <input
          {...fieldProps(urlId, problems.baseUrl)}
          className="codeact-Input codeact-mod-url"
          type="url"
          autoComplete="off"
          spellCheck={false}
          value={draft.baseUrl}
          onChange={event => change({ baseUrl: event.target.value })}
        />
      </ConnectField>
      <ConnectKey
        draft={draft}
        isNeeded={preset?.needs_key ?? false}
        store={known.key_store}
        locked={known.locked}
        input={key}
        trans={trans}
        onPlan={keyPlan => change({ keyPlan })}
        onTyped={() => {
          setTyped(typed + 1);
          change({});
        }}
      />
      <ConnectModel
        key={source}
        client={client}
        value={draft.model}
        problem={problems.model}
        fixed={fixedText(trans, known.locked, 'model')}
        endpoint={listed}
        trans={trans}
        onChange={model => change({ model })}
      />
      <ConnectTest
        key={`${source} ${draft.model}`}
        client={client}
        model={draft.model}
        endpoint={() => ready(true)}
        trans={trans}
        onVerdict={({ works, format, images, context_length }) =>
          setDraft({ ...draft, found: works ? { format, images, context_length } : null })
        }
      />
      <div className="codeact-Form-end">
        <button type="submit" className="codeact-Button codeact-mod-main" aria-disabled={saving.busy}>
          {trans.__('Save and use')}
        </button>
        {saving.busy ? <Busy text={trans.__('Saving')} /> : <span>{trans.__('Holds from the next run on.')}</span>}
        <Problem text={saving.problem} />
      </div>
    </form>
  );
}

/** Moves the focus within a form once what was chosen is drawn; at first to where it begins. */
function useFocus(form: React.RefObject<HTMLElement>, first: string): (selector: string) => void {
  const [wanted, setWanted] = useState({ selector: first });
  useEffect(() => {
    if (wanted.selector !== '') {
      form.current?.querySelector<HTMLElement>(wanted.selector)?.focus();
    }
  }, [form, wanted]);
  return selector => setWanted({ selector });
}
