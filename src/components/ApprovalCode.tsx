import { useChatContext } from '@jupyter/chat';
import React, { useEffect, useState } from 'react';

/** Code to be read, coloured as in the notebook; never another text than the one that is given. */
export function ApprovalCode({ code, label }: { readonly code: string; readonly label: string }): JSX.Element {
  const { rmRegistry } = useChatContext();
  const [colored, setColored] = useState({ code: '', html: '' });
  useEffect(() => {
    let isWanted = true;
    void rmRegistry.markdownParser?.render(fenced(code)).then(html => {
      if (isWanted) {
        setColored({ code, html: colorsOf(rmRegistry.sanitizer.sanitize(html), code) });
      }
    });
    return () => {
      isWanted = false;
    };
  }, [code, rmRegistry]);
  const isColored = colored.code === code && colored.html !== '';
  return (
    <pre className="codeact-Approval-code" tabIndex={0} aria-label={label}>
      {isColored ? <code dangerouslySetInnerHTML={{ __html: colored.html }} /> : <code>{code}</code>}
    </pre>
  );
}

/** As a block of markdown that nothing in it ends. */
function fenced(code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}ipython\n${code}\n${fence}`;
}

/** The coloured code alone; empty where it does not say the same. */
function colorsOf(html: string, code: string): string {
  const block = new DOMParser().parseFromString(html, 'text/html').querySelector('code');
  return block?.textContent?.trimEnd() === code.trimEnd() ? block.innerHTML : '';
}
