/**
 * The user's marks on their cells, in words small enough not to disturb.
 */

import type { TranslationBundle } from '@jupyterlab/translation';

import { hasTag } from './mark';

const BADGES_CLASS = 'codeact-CellTags';

export interface Badge {
  readonly text: string;
  readonly title: string;
}

/** What is shown of a cell's tags. */
export function badgesOf(trans: TranslationBundle, tags: unknown): readonly Badge[] {
  const badges: Badge[] = [];
  if (hasTag(tags, 'protected')) {
    badges.push({ text: trans.__('protected'), title: trans.__('The agent asks before it rewrites this cell.') });
  }
  if (hasTag(tags, 'expensive')) {
    badges.push({ text: trans.__('asks first'), title: trans.__('The agent asks before it runs this cell again.') });
  }
  return badges;
}

/** Puts the badges on a cell's node, in the place of those that are there. */
export function wearBadges(node: HTMLElement, badges: readonly Badge[]): void {
  const worn = node.querySelector(`:scope > .${BADGES_CLASS}`);
  if (badges.map(({ text }) => text).join() === [...(worn?.children ?? [])].map(badge => badge.textContent).join()) {
    return;
  }
  worn?.remove();
  if (badges.length > 0) {
    const line = document.createElement('div');
    line.className = BADGES_CLASS;
    for (const { text, title } of badges) {
      const badge = document.createElement('span');
      badge.textContent = text;
      badge.title = title;
      line.appendChild(badge);
    }
    node.appendChild(line);
  }
}
