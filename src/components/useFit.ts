import { RefObject, useEffect, useLayoutEffect } from 'react';

const MOST_LINES = 8;

/** A text area as high as its words, up to some lines. */
export function useFit(area: RefObject<HTMLTextAreaElement>, value: string): void {
  useLayoutEffect(() => fit(area.current), [area, value]);
  useEffect(() => {
    // The width decides where lines break; it is 0 while the panel is hidden.
    const observer = new ResizeObserver(() => fit(area.current));
    if (area.current?.parentElement) {
      observer.observe(area.current.parentElement);
    }
    return () => observer.disconnect();
  }, [area]);
}

function fit(area: HTMLTextAreaElement | null): void {
  if (area === null || area.offsetWidth === 0) {
    return;
  }
  const style = getComputedStyle(area);
  const line = parseFloat(style.lineHeight);
  const frame = area.offsetHeight - area.clientHeight;
  const padding = parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
  // What it stands in keeps its height meanwhile: else a log that is at its end would be scrolled away from it.
  const around = area.parentElement;
  around?.style.setProperty('min-height', `${around.offsetHeight}px`);
  area.style.height = 'auto';
  const most = MOST_LINES * line + padding;
  area.style.height = `${Math.min(area.scrollHeight, most) + frame}px`;
  area.style.overflowY = area.scrollHeight > most ? 'auto' : 'hidden';
  around?.style.removeProperty('min-height');
}
