import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useCallback, useEffect, useId, useState } from 'react';

import type { Entry, Wanted } from '../archive';
import { entryStateText, entryText, ENTRY_MARKS } from './runListWording';
import { SidePage } from './SidePage';

/** Runs that are asked for at once. */
const PAGE = 50;
/** Pause between two looks while something runs. */
const AGAIN = 3000;

export interface RunListProps {
  /** Path of the notebook in front; empty: none. */
  readonly path: string;
  readonly list: (wanted: Wanted) => Promise<readonly Entry[] | null>;
  readonly trans: TranslationBundle;
  /** `resume`: and take the run up. */
  readonly onOpen: (entry: Entry, resume: boolean) => void;
  readonly onBack: () => void;
}

/** The runs of all notebooks, or of the one in front, newest first. */
export function RunList({ path, list, trans, onOpen, onBack }: RunListProps): JSX.Element {
  const [isNarrow, setNarrow] = useState(false);
  const { entries, isAway, hasMore, more } = useEntries(list, isNarrow ? path : '');
  const filterId = useId();
  return (
    <SidePage className="codeact-Runs" title={trans.__('Runs')} trans={trans} onBack={onBack}>
      {path !== '' && (
        <label className="codeact-Runs-filter" htmlFor={filterId}>
          <input id={filterId} type="checkbox" checked={isNarrow} onChange={event => setNarrow(event.target.checked)} />
          {trans.__('This notebook only')}
        </label>
      )}
      {isAway && <p role="alert">{trans.__('The server does not say which runs there are. Try again later.')}</p>}
      {entries?.length === 0 && <p className="codeact-Quiet">{trans.__('Nothing was asked yet.')}</p>}
      <ul className="codeact-Runs-list" onKeyDown={moveFocus}>
        {(entries ?? []).map(entry => (
          <li key={entry.run}>
            <EntryLine entry={entry} trans={trans} onOpen={onOpen} />
            {entry.state === 'interrupted' && entry.path !== '' && entry.model !== '' && (
              <button
                type="button"
                className="codeact-Button codeact-Entry-resume"
                title={trans.__('Open %1 and go on with this run', entry.path)}
                aria-label={trans.__('Resume “%1”', entry.request)}
                onClick={() => onOpen(entry, true)}
              >
                {trans.__('Resume')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {hasMore && (
        <button type="button" className="codeact-Button" onClick={more}>
          {trans.__('Earlier runs')}
        </button>
      )}
    </SidePage>
  );
}

function EntryLine({ entry, trans, onOpen }: Pick<RunListProps, 'trans' | 'onOpen'> & { entry: Entry }): JSX.Element {
  const isElsewhere = entry.path === '';
  const title = isElsewhere
    ? trans.__('%1 is not in the folder of this server any more, or was never in it', entry.name)
    : trans.__('Open %1 and show this run', entry.path);
  return (
    <button
      type="button"
      className="codeact-Entry"
      title={title}
      aria-disabled={isElsewhere}
      onClick={() => isElsewhere || onOpen(entry, false)}
    >
      <span className="codeact-Entry-mark" data-state={entry.state} aria-hidden="true">
        {ENTRY_MARKS[entry.state]}
      </span>
      <span className="codeact-Entry-request">{entry.request}</span>
      <span className="codeact-Entry-facts">
        <b>{entry.name}</b> · {entryStateText(trans, entry.state)} · {entryText(trans, entry)}
      </span>
    </button>
  );
}

interface Entries {
  /** Null while nothing is known. */
  readonly entries: readonly Entry[] | null;
  readonly isAway: boolean;
  readonly hasMore: boolean;
  readonly more: () => void;
}

/** What the server says, again and again while something runs. */
function useEntries(list: RunListProps['list'], path: string): Entries {
  const [entries, setEntries] = useState<readonly Entry[] | null>(null);
  const [limit, setLimit] = useState(PAGE);
  const [isAway, setAway] = useState(false);
  const look = useCallback(
    async (isWanted: () => boolean): Promise<void> => {
      const found = await list({ path, before: '', limit });
      if (isWanted()) {
        setAway(found === null);
        setEntries(known => found ?? known);
      }
    },
    [list, path, limit]
  );
  const goesOn = entries?.some(({ state }) => state === 'running' || state === 'waiting') ?? false;
  useEffect(() => {
    let isWanted = true;
    void look(() => isWanted);
    const timer = goesOn ? setInterval(() => void look(() => isWanted), AGAIN) : undefined;
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
  }, [look, goesOn]);
  const hasMore = entries !== null && entries.length === limit;
  return { entries, isAway, hasMore, more: () => setLimit(limit + PAGE) };
}

/** Up and Down go from run to run. */
function moveFocus(event: React.KeyboardEvent<HTMLUListElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) {
    return;
  }
  const lines = [...event.currentTarget.querySelectorAll<HTMLElement>('.codeact-Entry')];
  const at = lines.findIndex(line => line === document.activeElement);
  lines[Math.min(Math.max(at + step, 0), lines.length - 1)]?.focus();
  event.preventDefault();
}
