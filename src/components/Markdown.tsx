import { MessageRenderer } from '@jupyter/chat';
import { PromiseDelegate } from '@lumino/coreutils';
import React, { useMemo } from 'react';

/** Markdown with tables and LaTeX, as notebooks render it. */
export function Markdown({ text }: { readonly text: string }): JSX.Element {
  const message = useMemo(
    () => ({ type: 'msg', id: '', body: text, time: 0, sender: { username: 'codeact' } }),
    [text]
  );
  const rendered = useMemo(() => new PromiseDelegate<void>(), []);
  return (
    <div className="codeact-Prose">
      <MessageRenderer message={message} rendered={rendered} />
    </div>
  );
}
