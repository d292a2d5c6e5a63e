import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useId, useLayoutEffect, useRef } from 'react';

export interface SidePageProps {
  readonly className: string;
  readonly title: string;
  readonly trans: TranslationBundle;
  readonly onBack: () => void;
  readonly children: React.ReactNode;
}

/** What is shown in the place of the conversation: its name takes the focus, Esc goes back. */
export function SidePage({ className, title, trans, onBack, children }: SidePageProps): JSX.Element {
  const titleId = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  // Before the effects of what is inside, which may want the focus for something else.
  useLayoutEffect(() => heading.current?.focus(), []);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onBack();
    }
  };
  return (
    <section className={`codeact-SidePage ${className}`} aria-labelledby={titleId} onKeyDown={onKeyDown}>
      <div className="codeact-SidePage-head">
        <button
          type="button"
          className="codeact-Button codeact-mod-quiet"
          title={trans.__('Back to the conversation (Esc)')}
          onClick={onBack}
        >
          <span aria-hidden="true">← </span>
          {trans.__('Back')}
        </button>
        <h2 ref={heading} id={titleId} className="codeact-SidePage-title" tabIndex={-1}>
          {title}
        </h2>
      </div>
      {children}
    </section>
  );
}
