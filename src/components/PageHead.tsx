import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useRef } from 'react';

export interface PageHeadProps {
  readonly title: string;
  readonly trans: TranslationBundle;
  readonly onBack: () => void;
}

/** Above what is shown in the place of the conversation: its name, and the way back. It takes the focus. */
export function PageHead({ title, trans, onBack }: PageHeadProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="codeact-PageHead">
      <button
        type="button"
        className="codeact-Button codeact-mod-quiet"
        title={trans.__('Back to the conversation (Esc)')}
        onClick={onBack}
      >
        <span aria-hidden="true">← </span>
        {trans.__('Back')}
      </button>
      <h2 ref={heading} className="codeact-PageHead-title" tabIndex={-1}>
        {title}
      </h2>
    </div>
  );
}
