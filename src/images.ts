/**
 * Keeps an answer from loading anything off the network: a remote image is a message to whoever serves it.
 * Nor does it hold what runs a command of JupyterLab's.
 */

import type { IRenderMime } from '@jupyterlab/rendermime';

const LOCAL = /^(data:image\/|attachment:|#)/i;
const LOADING = ['srcset', 'poster', 'background', 'data', 'xlink:href', 'formaction'];
const COMMAND = /^data-command/i;
/** A fence that JupyterLab draws: what is drawn may load images. */
const DIAGRAM = /((?:`{3,}|~{3,})[^\S\n\r]*mermaid)(?=[^\S\n\r]*(?:[\n\r]|$))/g;
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
  for (const name of element.getAttributeNames().filter(attribute => COMMAND.test(attribute))) {
    element.removeAttribute(name);
  }
  if (/url\s*\(|image-set|@import|\\/i.test(element.getAttribute('style') ?? '')) {
    element.removeAttribute('style');
  }
}

/** Markdown in which a diagram stays the text that it is written in. */
export function withoutDiagrams(markdown: string): string {
  return markdown.replace(DIAGRAM, '$1 text');
}

/** The application's parser, which draws nothing. */
export class LocalParser implements IRenderMime.IMarkdownParser {
  constructor(parser: IRenderMime.IMarkdownParser) {
    this._parser = parser;
  }

  render(markdown: string): Promise<string> {
    return this._parser.render(withoutDiagrams(markdown));
  }

  private readonly _parser: IRenderMime.IMarkdownParser;
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
