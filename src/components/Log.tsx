import React, { useCallback, useLayoutEffect, useRef } from 'react';

const NEAR = 40;

export interface LogProps {
  readonly label: string;
  readonly children: React.ReactNode;
}

/** The conversation; it follows its end only while the user is there. */
export function Log({ label, children }: LogProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  /** Where it stood when we looked last, whether the user was at its end, and where that was. */
  const place = useRef({ top: 0, isAtEnd: true, end: -1 });
  const look = useCallback(() => {
    const log = box.current;
    // What only grows or shrinks has not been scrolled; and what was hidden, nobody has.
    if (log !== null && place.current.end >= 0 && log.scrollTop !== place.current.top) {
      place.current.top = log.scrollTop;
      place.current.isAtEnd = log.scrollTop >= endOf(log) - NEAR;
      // The browser keeps the place of who reads; at the end that would count as a scroll which nobody made.
      log.style.overflowAnchor = place.current.isAtEnd ? 'none' : 'auto';
    }
  }, []);
  const follow = useCallback(() => {
    const log = box.current;
    if (log === null || log.clientHeight === 0) {
      place.current.end = -1;
      return;
    }
    look(); // the event of a scroll may come later than this
    const { end, top, isAtEnd } = place.current;
    place.current.end = endOf(log);
    if (place.current.end !== end) {
      log.scrollTop = isAtEnd ? log.scrollHeight : top;
      place.current.top = log.scrollTop;
    }
  }, [look]);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(follow);
    for (const element of [box.current, content.current]) {
      if (element !== null) {
        observer.observe(element);
      }
    }
    return () => observer.disconnect();
  }, [follow]);
  // Before anything else is drawn: what gets shorter and then longer would count as scrolled, too.
  useLayoutEffect(follow);
  return (
    <div ref={box} className="codeact-Log" role="log" aria-live="off" aria-label={label} tabIndex={0} onScroll={look}>
      <div ref={content} className="codeact-Log-content">
        {children}
      </div>
    </div>
  );
}

function endOf({ scrollHeight, clientHeight }: HTMLElement): number {
  return scrollHeight - clientHeight;
}
