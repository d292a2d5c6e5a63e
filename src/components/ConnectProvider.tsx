import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useId } from 'react';

import { hostOf, LocalServer, Preset } from '../connections';
import { Busy, Problem } from './ConnectField';

export interface ConnectProviderProps {
  readonly presets: readonly Preset[];
  /** What answers on this machine; null while that is not known. */
  readonly servers: readonly LocalServer[] | null;
  readonly kind: string;
  readonly problem: string | undefined;
  readonly trans: TranslationBundle;
  readonly onPreset: (preset: Preset) => void;
  readonly onServer: (server: LocalServer) => void;
}

/** Who answers: a server that was found on this machine, or a provider. */
export function ConnectProvider(props: ConnectProviderProps): JSX.Element {
  const { presets, kind, problem, trans, onPreset } = props;
  const name = useId();
  const chosen = presets.find(preset => preset.kind === kind);
  return (
    <>
      <Servers {...props} />
      <fieldset className="codeact-Field codeact-Providers" aria-describedby={`${name}-about`}>
        <legend className="codeact-Field-label">{trans.__('Who answers')}</legend>
        <div className="codeact-Cards">
          {presets.map(preset => (
            <label key={preset.kind} className="codeact-Card">
              <input
                type="radio"
                name={name}
                value={preset.kind}
                checked={preset.kind === kind}
                onChange={() => onPreset(preset)}
              />
              {preset.label}
            </label>
          ))}
        </div>
        <div id={`${name}-about`} className="codeact-Field-about">
          <Problem text={problem} />
          {chosen !== undefined && <Help text={chosen.help} />}
        </div>
      </fieldset>
    </>
  );
}

function Servers({ servers, trans, onServer }: ConnectProviderProps): JSX.Element {
  if (servers === null) {
    return <Busy text={trans.__('Looking for models on this machine')} />;
  }
  if (servers.length === 0) {
    return <p className="codeact-Field-about">{trans.__('No model server was found on this machine.')}</p>;
  }
  return (
    <section className="codeact-Servers" aria-label={trans.__('Found on this machine')}>
      {servers.map(server => (
        <p key={server.base_url} className="codeact-Server">
          <span>
            {trans.__('A server answers on %1’s usual port', server.label)}
            <span className="codeact-Quiet"> · {hostOf(server.base_url)}</span>
          </span>
          <button
            type="button"
            className="codeact-Button"
            aria-label={trans.__('Use %1 on this machine', server.label)}
            onClick={() => onServer(server)}
          >
            {trans.__('Use it')}
          </button>
        </p>
      ))}
      <p className="codeact-Field-about">
        {trans.__('On a machine that others use too, anybody may be listening there: use it if it is yours.')}
      </p>
    </section>
  );
}

/** Words with commands in backticks. */
function Help({ text }: { readonly text: string }): JSX.Element {
  return <p>{text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</p>;
}
