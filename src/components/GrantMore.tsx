import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useRef, useState } from 'react';

import type { Budgets } from '../run';
import type { Spent } from '../runReading';

const NAMES: readonly (keyof Budgets)[] = ['max_steps', 'max_tokens', 'max_seconds', 'max_cost'];

const LEAST: Budgets = { max_steps: 1, max_tokens: 1, max_seconds: 1, max_cost: 1e-6 };

export interface GrantMoreProps {
  /** What the run might use. */
  readonly budgets: Budgets;
  readonly spent: Spent;
  /** Why it cannot go on now; empty: it can. */
  readonly whyNot: string;
  readonly trans: TranslationBundle;
  readonly onGrant: (granted: Partial<Budgets>) => void;
}

/** Larger budgets for the run that goes on from one that came to its limit: those that it used up are doubled. */
export function GrantMore({ budgets, spent, whyNot, trans, onGrant }: GrantMoreProps): JSX.Element {
  const [wanted, setWanted] = useState<Budgets | null>(null);
  const offer = useRef<HTMLButtonElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const wasOpen = useRef(false);
  const isOpen = wanted !== null;
  const limited = NAMES.filter(name => budgets[name] > 0);
  useEffect(() => {
    if (isOpen) {
      form.current?.querySelector('input')?.select();
    } else if (wasOpen.current) {
      offer.current?.focus();
    }
    wasOpen.current = isOpen;
  }, [isOpen]);
  if (wanted === null) {
    return (
      <button
        ref={offer}
        type="button"
        className="codeact-Button"
        disabled={whyNot !== ''}
        title={whyNot || trans.__('Asks for how much')}
        onClick={() => setWanted(doubled(budgets, spent))}
      >
        {trans.__('Grant more…')}
      </button>
    );
  }
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      setWanted(null);
    }
  };
  const onSubmit = (event: React.FormEvent): void => {
    event.preventDefault();
    onGrant(Object.fromEntries(limited.map(name => [name, wanted[name]])));
  };
  return (
    <form ref={form} className="codeact-Grant" onSubmit={onSubmit} onKeyDown={onKeyDown}>
      {limited.map(name => (
        <label key={name}>
          {labelOf(trans, name)}
          <input
            type="number"
            min={LEAST[name]} // nothing would be as much as it likes
            step={name === 'max_steps' || name === 'max_tokens' ? 1 : 'any'}
            required
            value={wanted[name]}
            onChange={event => setWanted({ ...wanted, [name]: event.target.valueAsNumber || 0 })}
          />
        </label>
      ))}
      <div className="codeact-Onward">
        <button type="submit" className="codeact-Button" disabled={whyNot !== ''} title={whyNot}>
          {trans.__('Continue')}
        </button>
        <button type="button" className="codeact-Button" onClick={() => setWanted(null)}>
          {trans.__('Cancel')}
        </button>
      </div>
    </form>
  );
}

/** The budgets with those doubled that were used up; the steps, where that cannot be told. */
export function doubled(budgets: Budgets, spent: Spent): Budgets {
  const isOut = (name: keyof Budgets): boolean => budgets[name] > 0 && (spent[name] ?? 0) >= budgets[name];
  const out = NAMES.some(isOut) ? NAMES.filter(isOut) : NAMES.slice(0, 1);
  return { ...budgets, ...Object.fromEntries(out.map(name => [name, budgets[name] * 2])) };
}

function labelOf(trans: TranslationBundle, name: keyof Budgets): string {
  switch (name) {
    case 'max_steps':
      return trans.__('Steps');
    case 'max_tokens':
      return trans.__('Tokens');
    case 'max_seconds':
      return trans.__('Seconds');
    case 'max_cost':
      return trans.__('Cost');
  }
}
