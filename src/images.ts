/**
 * Keeps an answer from loading anything off the network: a remote image is a message to whoever serves it.
 */

import type { IRenderMime } from '@jupyterlab/rendermime';

const LOCAL = /^(data:image\/|attachment:|#)/i;
const LOADING = ['srcset', 'poster', 'background', 'data', 'xlink:href', 'formaction'];
const REMOVED = 'link, style, script, iframe, object, embed, source, track, base, meta, form';

/** HTML in which nothing loads by itself: images give way to their words, with a link to where they are. */
export function withoutRemoteImages(html: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html');
  page.querySelectorAll(REMOVED).forEach(element => element.remove());
  page.querySelectorAll('[src], image, img').forEach(replaceRemote);
  page.querySelectorAll('*').forEach(silence);
  return page.body.innerHTML;
}

function replaceRemote(element: Element): void {
  const source =
    element.getAttribute('src') ?? element.getAttribute('href') ?? element.getAttribute('xlink:href') ?? '';
  if (LOCAL.test(source.trim())) {
    return;
  }
  const words = element.getAttribute('alt')?.trim() || source;
  if (!/^https?:/i.test(source.trim())) {
    element.replaceWith(words);
    return;
  }
  const link = element.ownerDocument.createElement('a');
  link.href = source;
  link.rel = 'noopener noreferrer';
  link.target = '_blank';
  link.textContent = words;
  element.replaceWith(link);
}

function silence(element: Element): void {
  for (const name of LOADING) {
    const value = element.getAttribute(name);
    if (value !== null && !LOCAL.test(value.trim())) {
      element.removeAttribute(name);
    }
  }
  if (/url\s*\(|image-set|@import|\\/i.test(element.getAttribute('style') ?? '')) {
    element.removeAttribute('style');
  }
}

/** The application's sanitizer, and after it no remote image. */
export class LocalSanitizer implements IRenderMime.ISanitizer {
  constructor(sanitizer: IRenderMime.ISanitizer) {
    this._sanitizer = sanitizer;
  }

  sanitize(dirty: string, options?: IRenderMime.ISanitizerOptions): string {
    return withoutRemoteImages(this._sanitizer.sanitize(dirty, options));
  }

  getAutolink(): boolean {
    return this._sanitizer.getAutolink?.() ?? true;
  }

  readonly allowNamedProperties = false;
  readonly allowCommandLinker = false;

  private readonly _sanitizer: IRenderMime.ISanitizer;
}
