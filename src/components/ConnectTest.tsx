import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useRef, useState } from 'react';

import type { ConnectClient } from '../connect';
import type { Check, Endpoint, Verdict } from '../connections';
import { checkText, resultText } from './connectWording';
import { Busy, Problem } from './ConnectField';
import { useAsking } from './useAsking';
import { useNow } from './useNow';
import { secondsText, wholeSecondsText } from './wording';
import { secondsBetween } from '../time';

const MARKS = {
  yes: { mark: '✓', status: 'ok' },
  no: { mark: '✗', status: 'failed' },
  unknown: { mark: '?', status: 'stopped' }
} as const;

export interface ConnectTestProps {
  readonly client: ConnectClient;
  readonly model: string;
  /** Null where something is missing, which is said there. */
  readonly endpoint: () => Endpoint | null;
  readonly trans: TranslationBundle;
  readonly onVerdict: (verdict: Verdict) => void;
}

/** Tries what the model can do, and says it check by check. */
export function ConnectTest({ client, model, endpoint, trans, onVerdict }: ConnectTestProps): JSX.Element {
  const { ask, busy, forget, problem } = useAsking(trans);
  const [checks, setChecks] = useState<readonly Check[]>([]);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [since, setSince] = useState('');
  const cancel = useRef<AbortController | null>(null);
  useEffect(() => () => cancel.current?.abort(), []);

  const test = (): void => {
    const asked = endpoint();
    if (asked === null) {
      return;
    }
    const controller = new AbortController();
    cancel.current = controller;
    setSince(new Date().toISOString());
    setChecks([]);
    setVerdict(null);
    const onCheck = (check: Check): void => {
      if (!controller.signal.aborted) {
        setChecks(before => [...before, check]);
      }
    };
    ask(
      () => client.test(asked, model.trim(), onCheck, controller.signal),
      found => {
        setVerdict(found);
        onVerdict(found);
      }
    );
  };
  const stop = (): void => {
    forget();
    cancel.current?.abort();
  };
  return (
    <div className="codeact-Test" role="group" aria-label={trans.__('Test')}>
      <div className="codeact-Test-buttons">
        {busy ? (
          <button type="button" className="codeact-Button" onClick={stop}>
            {trans.__('Cancel the test')}
          </button>
        ) : (
          <button type="button" className="codeact-Button" onClick={test}>
            {checks.length === 0 ? trans.__('Test') : trans.__('Test again')}
          </button>
        )}
        {busy ? (
          <Elapsed since={since} trans={trans} />
        ) : (
          <span>{trans.__('Asks the model a few short questions.')}</span>
        )}
      </div>
      <ol className="codeact-Checks" aria-live="polite" aria-label={trans.__('What works')}>
        {checks.map(check => (
          <CheckLine key={check.check} check={check} trans={trans} />
        ))}
        {verdict !== null && (
          <li className="codeact-Verdict" data-works={verdict.works}>
            {verdict.words}
          </li>
        )}
      </ol>
      <Problem text={problem} />
    </div>
  );
}

function Elapsed({ since, trans }: { readonly since: string; readonly trans: TranslationBundle }): JSX.Element {
  const seconds = secondsBetween(since, useNow(true));
  return (
    <>
      <Busy text={trans.__('Testing')} />
      <span>{wholeSecondsText(trans, seconds)}</span>
    </>
  );
}

function CheckLine({ check, trans }: { readonly check: Check; readonly trans: TranslationBundle }): JSX.Element {
  const { mark, status } = MARKS[check.result];
  return (
    <li className="codeact-Check">
      <span className="codeact-Step-mark" data-status={status} aria-hidden="true">
        {mark}
      </span>
      <span>
        {checkText(trans, check.check)}
        <span className="codeact-hidden">: {resultText(trans, check.result)}</span>
      </span>
      <span className="codeact-Step-time">{check.seconds > 0 ? secondsText(trans, check.seconds) : ''}</span>
      {check.words !== '' && <span className="codeact-Check-words">{check.words}</span>}
    </li>
  );
}
