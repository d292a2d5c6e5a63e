import type { TranslationBundle } from '@jupyterlab/translation';
import { caretLeftIcon, caretRightIcon, editIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useRef, useState } from 'react';

import type { Run } from '../run';
import type { RunAsks } from './Ending';
import { WordsEditor } from './WordsEditor';

/** The requests that were asked in the place of each other. */
export interface Alternatives {
  /** Their runs, oldest first. */
  readonly all: readonly string[];
  /** How the user has come here from another one: 1 onwards, -1 back; 0: they have not. */
  readonly cameBy: number;
  /** Shows the branch of this one. */
  readonly onShow: (run: string, by: number) => void;
}

export interface AskedProps {
  readonly run: Run;
  /** Null: it is only shown. */
  readonly asks: RunAsks | null;
  readonly trans: TranslationBundle;
}

/** The user's words: they can be changed and asked again, and what was asked in their place is beside them. */
export function Asked({ run, asks, trans }: AskedProps): JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  const pencil = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setDraft(null);
    queueMicrotask(() => pencil.current?.focus());
  };
  if (draft !== null && asks !== null) {
    return (
      <WordsEditor
        words={draft}
        label={trans.__('Edit and ask again')}
        done={trans.__('Ask')}
        whyNot={asks.whyNot}
        trans={trans}
        onChange={setDraft}
        onDone={() => asks.onEdited(run, draft.trim())}
        onCancel={close}
      />
    );
  }
  const isEditable = asks !== null && !run.isInstall && !run.goesOn && run.conversation !== null;
  const isOff = asks !== null && asks.whyNot !== '';
  return (
    <div className="codeact-Asked">
      {isEditable && (
        <button
          ref={pencil}
          type="button"
          className="codeact-Button codeact-mod-quiet codeact-Asked-edit"
          aria-disabled={isOff}
          title={asks.whyNot || trans.__('Edit and ask again')}
          aria-label={trans.__('Edit and ask again')}
          onClick={() => isOff || setDraft(run.request)}
        >
          <editIcon.react tag="span" className="codeact-Button-icon" />
        </button>
      )}
      <p className="codeact-Words">{run.request}</p>
      {asks !== null && asks.alternatives.all.length > 1 && <Switcher run={run} {...asks.alternatives} trans={trans} />}
    </div>
  );
}

/** `‹ 2/3 ›`: goes round. */
function Switcher({ run, all, cameBy, onShow, trans }: Alternatives & Omit<AskedProps, 'asks'>): JSX.Element {
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (cameBy !== 0) {
      group.current?.querySelectorAll('button')[cameBy < 0 ? 0 : 1].focus();
    }
  }, [cameBy]);
  const at = all.indexOf(run.id);
  const go = (by: number): void => onShow(all[(at + by + all.length) % all.length], by);
  const place = trans.__('Version %1 of %2 of this request', at + 1, all.length);
  return (
    <div ref={group} className="codeact-Asked-versions" role="group" aria-label={place} title={place}>
      <button
        type="button"
        className="codeact-Button codeact-mod-quiet"
        aria-label={trans.__('Version before')}
        onClick={() => go(-1)}
      >
        <caretLeftIcon.react tag="span" className="codeact-Button-icon" />
      </button>
      <span>{`${at + 1}/${all.length}`}</span>
      <button
        type="button"
        className="codeact-Button codeact-mod-quiet"
        aria-label={trans.__('Version after')}
        onClick={() => go(1)}
      >
        <caretRightIcon.react tag="span" className="codeact-Button-icon" />
      </button>
    </div>
  );
}
