import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useId, useRef, useState } from 'react';

import type { RunModel } from '../model';
import type { Approval, Run, Step } from '../run';
import { liveRun, waitingStep } from '../runReading';
import { ApprovalButtons } from './ApprovalButtons';
import { ApprovalCode } from './ApprovalCode';
import { allowText, questionText } from './approvalWording';
import { useCell } from './useCell';
import { leaveCard, useCardFocus } from './useCardFocus';

/** Milliseconds in which a key that was meant for something else decides nothing. */
const GRACE = 400;

export interface ApprovalProps {
  readonly model: RunModel;
  readonly trans: TranslationBundle;
  /** Brings a cell into view. */
  readonly onCell: (cellId: string) => void;
  /** Puts the cursor into a cell. */
  readonly onEdit: (cellId: string) => void;
}

/** The action that waits for the user, if one does. */
export function PendingApproval(props: ApprovalProps): JSX.Element | null {
  const run = liveRun(props.model.conversation.state);
  const step = waitingStep(run);
  return run === null || !step?.approval ? null : (
    <ApprovalCard key={step.actionId} {...props} run={run} step={step} approval={step.approval} />
  );
}

interface CardProps extends ApprovalProps {
  readonly run: Run;
  readonly step: Step;
  readonly approval: Approval;
}

/** What would run, why it asks, and what can be said to it: exactly what is shown here is what runs. */
function ApprovalCard({ model, run, step, approval, trans, onCell, onEdit }: CardProps): JSX.Element {
  const id = useId();
  const card = useRef<HTMLElement>(null);
  const [wholeRun, setWholeRun] = useState(false);
  const { actionId, cellId } = step;
  const cell = useCell(model.context, cellId ?? '');
  const shownAt = useRef(Infinity);
  useEffect(() => void (shownAt.current = performance.now()), []);
  useCardFocus(card);
  // Who is asked about everything is not spared by allowing a part of it; nor who is asked about marked cells alone.
  const allow = run.mode === 'risky' ? allowText(trans, approval.effects) : '';
  const isOpen = model.conversation.status === 'open';
  const decide = (decision: 'allow' | 'deny', note: string): void => {
    const scope = wholeRun && decision === 'allow' ? 'run' : 'once';
    model.requests.decide(actionId ?? '', { decision, code: cell?.source ?? null, scope, note });
  };
  const onRun = (): void => decide('allow', '');
  const edit = (): void => {
    if (cellId !== null && cell !== null) {
      onEdit(cellId);
    }
  };
  const onKeyDown = keysOf({
    isReady: () => performance.now() - shownAt.current > GRACE,
    run: () => isOpen && cell !== null && onRun(),
    edit,
    deny: () => card.current?.querySelector<HTMLElement>('.codeact-Approval-deny')?.click(),
    leave: () => leaveCard(card.current)
  });
  return (
    <section ref={card} className="codeact-Approval" aria-labelledby={id} onKeyDown={onKeyDown}>
      <h3 id={id}>{questionText(trans, approval)}</h3>
      {cell?.replaces ? (
        <p>
          {trans.__('Replaces the cell above.')}{' '}
          <button type="button" className="codeact-Link" onClick={() => onCell(cell.replaces)}>
            {trans.__('Show that one')}
          </button>
        </p>
      ) : null}
      {cell === null && <p>{trans.__('Its cell was deleted, so that it cannot run.')}</p>}
      <ApprovalCode code={cell?.source ?? step.code} label={trans.__('What would run')} />
      <div className="codeact-Approval-row">
        <ApprovalButtons
          trans={trans}
          canRun={cell !== null}
          isOpen={isOpen}
          onRun={onRun}
          onEdit={edit}
          onDeny={note => decide('deny', note)}
        />
      </div>
      {allow !== '' && (
        <label className="codeact-Approval-allow">
          <input type="checkbox" checked={wholeRun} onChange={event => setWholeRun(event.target.checked)} />
          {allow}
        </label>
      )}
    </section>
  );
}

interface Keys {
  readonly isReady: () => boolean;
  readonly run: () => void;
  readonly edit: () => void;
  readonly deny: () => void;
  readonly leave: () => void;
}

/** Enter, E, D and Esc on the card; other letters are for the composer. */
function keysOf({ isReady, run, edit, deny, leave }: Keys): (event: React.KeyboardEvent) => void {
  return event => {
    const { key, target } = event;
    const isField = target instanceof HTMLInputElement && target.type !== 'checkbox';
    if (isField || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const isMeant = isReady() && !event.repeat;
    const acts: Readonly<Record<string, () => void>> = isReady() ? { e: edit, d: deny } : {};
    const act = { Enter: run, Escape: leave, ...acts }[key.length === 1 ? key.toLowerCase() : key];
    if (key === 'Enter' && target instanceof HTMLButtonElement && isMeant) {
      return; // that button's own
    }
    if (act !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      if (isMeant || key === 'Escape') {
        act();
      }
    } else if (key.length === 1 && key !== ' ') {
      leave();
    }
  };
}
