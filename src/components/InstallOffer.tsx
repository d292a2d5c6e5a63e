import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useRef, useState } from 'react';

export interface InstallOfferProps {
  /** As it was imported. */
  readonly module: string;
  readonly isBusy: boolean;
  readonly trans: TranslationBundle;
  /** The package that brings a module; null: the server does not say. */
  readonly packageOf: (module: string) => Promise<string | null>;
  readonly onInstall: (module: string) => void;
}

/** Offers to install a module, and asks once more with the name of the package. */
export function InstallOffer({ module, isBusy, trans, packageOf, onInstall }: InstallOfferProps): JSX.Element {
  const [found, setFound] = useState<string | null>(null);
  const [isAway, setAway] = useState(false);
  const offer = useRef<HTMLButtonElement>(null);
  const yes = useRef<HTMLButtonElement>(null);
  const wasAsked = useRef(false);
  useEffect(() => {
    if (found !== null) {
      yes.current?.focus();
      wasAsked.current = true;
    } else if (wasAsked.current) {
      offer.current?.focus();
      wasAsked.current = false;
    }
  }, [found]);
  const look = async (): Promise<void> => {
    const name = await packageOf(module);
    setAway(name === null);
    setFound(name);
  };
  if (found === null) {
    return (
      <>
        <button
          ref={offer}
          type="button"
          className="codeact-Button"
          disabled={isBusy}
          title={trans.__('Asks first, with the name of the package')}
          onClick={() => void look()}
        >
          {trans.__('Install %1', module)}
        </button>
        {isAway && <span role="alert">{trans.__('The server does not answer.')}</span>}
      </>
    );
  }
  const answer = (isYes: boolean): void => {
    setFound(null);
    if (isYes) {
      onInstall(module);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      answer(false);
    }
  };
  const question = trans.__('Run %1?', `%pip install ${found}`);
  return (
    <span className="codeact-Question" role="group" aria-label={question} onKeyDown={onKeyDown}>
      <span>{question}</span>
      <button ref={yes} type="button" className="codeact-Button" disabled={isBusy} onClick={() => answer(true)}>
        {trans.__('Install')}
      </button>
      <button type="button" className="codeact-Button" onClick={() => answer(false)}>
        {trans.__('Cancel')}
      </button>
    </span>
  );
}
