import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon, editIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useRef, useState } from 'react';

import type { Waiting } from '../waiting';
import { WordsEditor } from './WordsEditor';

export interface QueueProps {
  readonly queue: readonly Waiting[];
  readonly isRunning: boolean;
  /** Why nothing can be changed now; empty: it can. */
  readonly whyNot: string;
  readonly trans: TranslationBundle;
  readonly onChange: (run: string, words: string) => void;
  readonly onDrop: (run: string) => void;
  readonly onStart: (run: string) => void;
  /** Words that were being changed when their turn came. */
  readonly onLate: (words: string) => void;
  /** Nothing is left here to put the focus on. */
  readonly onLeave: () => void;
}

interface Draft {
  readonly run: string;
  readonly words: string;
  readonly before: string;
}

/** The requests that wait, above the composer: each can be changed, or taken out. */
export function Queue(props: QueueProps): JSX.Element | null {
  const { queue, isRunning, trans, onLate } = props;
  const [draft, setDraft] = useState<Draft | null>(null);
  const list = useRef<HTMLOListElement>(null);
  const isGone = draft !== null && !queue.some(({ run }) => run === draft.run);
  const late = useRef('');
  useEffect(() => {
    if (isGone && late.current !== draft.run) {
      late.current = draft.run; // once: what is given back may have this drawn again before the draft is gone
      setDraft(null);
      if (draft.words !== draft.before) {
        onLate(draft.words);
      }
    }
  }, [isGone, draft, onLate]);
  if (queue.length === 0) {
    return null;
  }
  const title = isRunning ? trans.__('After this run') : trans.__('Waiting: the run before did not answer');
  const focus = (at: number, name: string): void =>
    list.current?.children[at]?.querySelector<HTMLElement>(`.codeact-Queue-${name}`)?.focus();
  const close = (at: number): void => {
    setDraft(null);
    queueMicrotask(() => focus(at, 'edit'));
  };
  const drop = (at: number): void => {
    if (queue.length === 1) {
      props.onLeave();
    } else {
      focus(at === queue.length - 1 ? at - 1 : at + 1, 'drop');
    }
    props.onDrop(queue[at].run);
  };
  return (
    <section className="codeact-Queue" aria-label={title}>
      <p className="codeact-Quiet">{title}</p>
      <ol ref={list}>
        {queue.map(({ run, request }, at) => (
          <li key={run}>
            {draft?.run === run ? (
              <WordsEditor
                words={draft.words}
                label={trans.__('Change this request')}
                done={trans.__('Save')}
                whyNot={props.whyNot}
                trans={trans}
                onChange={words => setDraft({ ...draft, words })}
                onDone={() => {
                  props.onChange(run, draft.words.trim());
                  close(at);
                }}
                onCancel={() => close(at)}
              />
            ) : (
              <Item
                {...props}
                request={request}
                isFirst={at === 0}
                onEdit={() => setDraft({ run, words: request, before: request })}
                onRemove={() => drop(at)}
                onNow={() => props.onStart(run)}
              />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

interface ItemProps extends Pick<QueueProps, 'isRunning' | 'whyNot' | 'trans'> {
  readonly request: string;
  readonly isFirst: boolean;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
  readonly onNow: () => void;
}

function Item({ request, isFirst, isRunning, whyNot, trans, onEdit, onRemove, onNow }: ItemProps): JSX.Element {
  const isOff = whyNot !== '';
  return (
    <div className="codeact-Queue-item">
      <span className="codeact-Queue-words" title={request}>
        {request}
      </span>
      {isFirst && !isRunning && (
        <button type="button" className="codeact-Button" disabled={isOff} title={whyNot} onClick={onNow}>
          {trans.__('Ask now')}
        </button>
      )}
      <button
        type="button"
        className="codeact-Button codeact-mod-quiet codeact-Queue-edit"
        disabled={isOff}
        title={whyNot || trans.__('Change')}
        aria-label={trans.__('Change “%1”', request)}
        onClick={onEdit}
      >
        <editIcon.react tag="span" className="codeact-Button-icon" />
      </button>
      <button
        type="button"
        className="codeact-Button codeact-mod-quiet codeact-Queue-drop"
        disabled={isOff}
        title={whyNot || trans.__('Remove')}
        aria-label={trans.__('Remove “%1”', request)}
        onClick={onRemove}
      >
        <closeIcon.react tag="span" className="codeact-Button-icon" />
      </button>
    </div>
  );
}
