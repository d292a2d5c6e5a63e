import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useId, useRef, useState } from 'react';

import type { ConnectClient } from '../connect';
import type { Endpoint, ListedModel } from '../connections';
import { matching } from './connectForm';
import { Busy, ConnectField, fieldProps } from './ConnectField';
import { useAsking } from './useAsking';
import { useChoice } from './useChoice';

/** More than anybody reads: typing narrows them down. */
const MOST = 100;

export interface ConnectModelProps {
  readonly client: ConnectClient;
  readonly value: string;
  readonly problem: string | undefined;
  /** Why another one would not be asked; empty: it would. */
  readonly fixed: string;
  /** Null while there is nobody to ask yet. */
  readonly endpoint: () => Endpoint | null;
  readonly trans: TranslationBundle;
  readonly onChange: (model: string) => void;
}

/** The model's name: from the endpoint's own list, or typed. For another endpoint it is another one (`key`). */
export function ConnectModel(props: ConnectModelProps): JSX.Element {
  const { client, value, problem, fixed, endpoint, trans, onChange } = props;
  const id = useId();
  const { ask, busy, problem: unlisted } = useAsking(trans);
  const [models, setModels] = useState<readonly ListedModel[] | null>(null);
  const [isOpen, setOpen] = useState(false);
  const [words, setWords] = useState('');
  const isAsked = useRef(false);
  const list = (again: boolean): void => {
    const from = endpoint();
    if (from !== null && (again || !isAsked.current)) {
      isAsked.current = true;
      ask(() => client.models(from), setModels);
    }
  };
  const found = matching(models ?? [], words, model => model.id).slice(0, MOST);
  const pick = (at: number): void => {
    onChange(found[at].id);
    setOpen(false);
  };
  const choice = useChoice(isOpen ? found.length : 0, at => `${id}-${at}`, pick);
  const open = (typed: string): void => {
    setWords(typed);
    setOpen(true);
    choice.setAt(-1);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (choice.onKey(event)) {
      event.preventDefault();
    } else if (event.key === 'Escape' && isOpen && found.length > 0) {
      event.stopPropagation();
      setOpen(false);
    } else if (event.key === 'ArrowDown' && !isOpen) {
      event.preventDefault();
      open('');
    }
  };
  const isShown = isOpen && found.length > 0;
  const hint =
    unlisted === '' ? hintOf(trans, models, endpoint() !== null) : trans.__('Its name can be typed all the same.');
  return (
    <ConnectField
      id={id}
      label={trans.__('Model')}
      problem={problem ?? (unlisted === '' ? undefined : unlisted)}
      hint={
        <>
          {fixed !== '' && <p>{fixed}</p>}
          {busy ? <Busy text={trans.__('Asking for its models')} /> : <p>{hint}</p>}
          {!busy && (models !== null || unlisted !== '') && (
            <button type="button" className="codeact-Link" onClick={() => list(true)}>
              {trans.__('List models again')}
            </button>
          )}
        </>
      }
    >
      <div className="codeact-Combobox">
        <input
          {...fieldProps(id, problem)}
          className="codeact-Input codeact-mod-model"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={isShown}
          aria-controls={`${id}-list`}
          aria-activedescendant={choice.at < 0 ? undefined : `${id}-${choice.at}`}
          autoComplete="off"
          spellCheck={false}
          value={value}
          onFocus={() => {
            list(false);
            open('');
          }}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onChange={event => {
            onChange(event.target.value);
            open(event.target.value);
          }}
          onKeyDown={onKeyDown}
        />
        <ul id={`${id}-list`} className="codeact-List" role="listbox" aria-label={trans.__('Models')} hidden={!isShown}>
          {found.map((model, at) => (
            <li
              key={model.id}
              id={`${id}-${at}`}
              className="codeact-Option"
              role="option"
              aria-selected={at === choice.at}
              // the focus stays in the input
              onMouseDown={event => event.preventDefault()}
              onClick={() => pick(at)}
            >
              {model.id}
            </li>
          ))}
        </ul>
      </div>
    </ConnectField>
  );
}

function hintOf(trans: TranslationBundle, models: readonly ListedModel[] | null, canAsk: boolean): string {
  if (models === null) {
    return canAsk ? trans.__('Type its name, or choose from the list.') : '';
  }
  return models.length > MOST
    ? trans.__('%1 models: type a part of the name.', models.length)
    : trans._n('%1 model', '%1 models', models.length);
}
