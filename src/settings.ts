import type { ISettingRegistry } from '@jupyterlab/settingregistry';

import type { Subscribe } from './protocol';

/** By the server's names, as the settings page has them. */
const KEYS = [
  'model',
  'approval',
  'base_url',
  'max_steps',
  'max_tokens',
  'max_seconds',
  'max_cost',
  'prices',
  'timeout',
  'reply_timeout',
  'format',
  'images',
  'tidy',
  'scratch',
  'observation_chars'
] as const;

/** What the user has set differently from the defaults: only that overrules the server's own configuration. */
export function ownSettings(settings: ISettingRegistry.ISettings | null): Subscribe['settings'] {
  if (settings === null) {
    return {};
  }
  const chosen = KEYS.map(key => [key, settings.get(key).user] as const);
  return Object.fromEntries(chosen.filter(([key, value]) => value !== undefined && value !== settings.default(key)));
}
