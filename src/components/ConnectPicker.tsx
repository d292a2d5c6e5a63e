import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useId, useRef, useState } from 'react';

import type { ConnectClient } from '../connect';
import type { SavedConnection } from '../connections';
import type { Welcome } from '../protocol';
import { isFixed } from './connectForm';
import { Busy, Problem } from './ConnectField';
import { modelText } from './connectWording';
import { ModelOption, optionGroups, shownGroups } from './modelOptions';
import { useAnswer, useAsking } from './useAsking';
import { useChoice } from './useChoice';

export interface ConnectPickerProps {
  readonly client: ConnectClient;
  readonly welcome: Welcome;
  /** Whether the server would hear of a choice now. */
  readonly isOpen: boolean;
  readonly trans: TranslationBundle;
  readonly onChoose: (connection: string, model: string) => void;
  readonly onConnect: () => void;
}

/** The model's name; pressed, what else could be asked in this conversation. */
export function ConnectPicker(props: ConnectPickerProps): JSX.Element {
  const { welcome, isOpen, trans } = props;
  const [isShown, setShown] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const name = modelText(trans, welcome);
  const close = (): void => {
    setShown(false);
    button.current?.focus();
  };
  const onBlur = (event: React.FocusEvent): void => {
    if (!event.currentTarget.contains(event.relatedTarget)) {
      setShown(false);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape' && isShown) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };
  return (
    <span className="codeact-Picker" onBlur={onBlur} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        className="codeact-Picker-button"
        aria-haspopup="dialog"
        aria-expanded={isShown}
        aria-label={trans.__('Model: %1. Choose another one', name)}
        title={trans.__('%1: choose another model for this conversation', name)}
        disabled={!isOpen}
        onClick={() => setShown(!isShown)}
      >
        <span>{name}</span>
        <span aria-hidden="true">&nbsp;▾</span>
      </button>
      {isShown && <Choices {...props} onDone={close} />}
    </span>
  );
}

function Choices(props: ConnectPickerProps & { readonly onDone: () => void }): JSX.Element {
  const { client, trans, onConnect, onDone } = props;
  const { answer: known, busy, problem } = useAnswer(trans, () => client.list());
  const count = known?.connections.length ?? 0;
  return (
    <div className="codeact-Picker-box" role="dialog" aria-label={trans.__('Model of this conversation')}>
      <p className="codeact-Picker-about">{trans.__('For this conversation. Holds from the next run on.')}</p>
      {known !== null && isFixed(known) ? (
        <p>{trans.__('The model is fixed by the administrator of this server.')}</p>
      ) : (
        <ChoiceList {...props} connections={known?.connections ?? []} />
      )}
      {busy && <Busy text={trans.__('Asking the server')} />}
      <Problem text={problem} />
      <div className="codeact-Picker-end">
        <button
          type="button"
          className="codeact-Button"
          onClick={() => {
            onDone();
            onConnect();
          }}
        >
          {count === 0 ? trans.__('Connect a model…') : trans.__('Connect another, edit, delete…')}
        </button>
      </div>
    </div>
  );
}

interface ChoiceListProps extends ConnectPickerProps {
  readonly connections: readonly SavedConnection[];
  readonly onDone: () => void;
}

function ChoiceList({ client, connections, welcome, trans, onChoose, onDone }: ChoiceListProps): JSX.Element {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [words, setWords] = useState('');
  const [listed, setListed] = useState<Readonly<Record<string, readonly string[]>>>({});
  const { ask, busy, problem } = useAsking(trans);
  useEffect(() => input.current?.focus(), []);

  const groups = shownGroups(optionGroups(connections, listed, welcome, trans), words);
  const options = groups.flatMap(group => group.options);
  const list = ({ name, kind, base_url }: SavedConnection): void =>
    ask(
      () => client.models({ name, kind, base_url }),
      models => setListed({ ...listed, [name]: models.map(model => model.id) })
    );
  const pick = (option: ModelOption): void => {
    if (option.lists !== null) {
      list(option.lists);
    } else {
      onChoose(option.connection, option.model);
      onDone();
    }
  };
  const choice = useChoice(
    options.length,
    at => `${id}-${at}`,
    at => pick(options[at])
  );
  return (
    <>
      <input
        ref={input}
        className="codeact-Input"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={choice.at < 0 ? undefined : `${id}-${choice.at}`}
        aria-label={trans.__('Find a model')}
        placeholder={trans.__('Find a model')}
        autoComplete="off"
        spellCheck={false}
        value={words}
        onChange={event => {
          setWords(event.target.value);
          choice.setAt(event.target.value === '' ? -1 : 0);
        }}
        onKeyDown={event => {
          if (choice.onKey(event)) {
            event.preventDefault();
          }
        }}
      />
      <div id={`${id}-list`} className="codeact-List" role="listbox" aria-label={trans.__('Models')}>
        {groups.map(group => (
          <div key={group.label} role="group" aria-label={group.label}>
            <div className="codeact-List-head" aria-hidden="true">
              {group.label}
            </div>
            {group.options.map(option => (
              <Option
                key={`${option.connection} ${option.model}`}
                id={`${id}-${options.indexOf(option)}`}
                option={option}
                isActive={options[choice.at] === option}
                onPick={() => pick(option)}
              />
            ))}
          </div>
        ))}
      </div>
      {busy && <Busy text={trans.__('Asking for its models')} />}
      <Problem text={problem} />
    </>
  );
}

interface OptionProps {
  readonly id: string;
  readonly option: ModelOption;
  readonly isActive: boolean;
  readonly onPick: () => void;
}

function Option({ id, option, isActive, onPick }: OptionProps): JSX.Element {
  return (
    <div
      id={id}
      className={isActive ? 'codeact-Option codeact-mod-active' : 'codeact-Option'}
      role="option"
      aria-selected={option.isCurrent}
      // the focus stays in the input
      onMouseDown={event => event.preventDefault()}
      onClick={onPick}
    >
      <span className="codeact-Option-mark" aria-hidden="true">
        {option.isCurrent ? '✓' : ''}
      </span>
      <span>
        {option.label}
        {option.detail !== '' && <span className="codeact-Option-detail">{option.detail}</span>}
      </span>
    </div>
  );
}
