import React, { useLayoutEffect, useRef } from 'react';

const NEAR = 40;

export interface LogProps {
  readonly label: string;
  readonly children: React.ReactNode;
}

/** The conversation; it follows its end only while the user is there. */
export function Log({ label, children }: LogProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  /** Where we have scrolled to: the event comes later, when the end may be another one. */
  const ours = useRef(-1);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current && box.current !== null) {
        box.current.scrollTop = box.current.scrollHeight;
        ours.current = box.current.scrollTop;
      }
    });
    for (const element of [box.current, content.current]) {
      if (element !== null) {
        observer.observe(element);
      }
    }
    return () => observer.disconnect();
  }, []);
  const onScroll = (event: React.UIEvent<HTMLDivElement>): void => {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
    if (scrollTop !== ours.current) {
      isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR;
      ours.current = -1;
    }
  };
  return (
    <div
      ref={box}
      className="codeact-Log"
      role="log"
      aria-live="off"
      aria-label={label}
      tabIndex={0}
      onScroll={onScroll}
    >
      <div ref={content} className="codeact-Log-content">
        {children}
      </div>
    </div>
  );
}
