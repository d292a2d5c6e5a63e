import type { ISettingRegistry } from '@jupyterlab/settingregistry';

import type { Subscribe } from './protocol';
import { PLUGIN_ID } from './tokens';

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

/** The user's settings; null, once that was told, where the schema does not allow what their file has: then the server's hold. */
export async function loadSettings(
  registry: Pick<ISettingRegistry, 'load'>,
  tell: () => void
): Promise<ISettingRegistry.ISettings | null> {
  try {
    return await registry.load(PLUGIN_ID);
  } catch {
    tell(); // the console says which
    return null;
  }
}

/** What the user has set differently from the defaults: only that overrules the server's own configuration. */
export function ownSettings(settings: ISettingRegistry.ISettings | null): Subscribe['settings'] {
  if (settings === null) {
    return {};
  }
  const chosen = KEYS.map(key => [key, settings.get(key).user] as const);
  return Object.fromEntries(chosen.filter(([key, value]) => value !== undefined && value !== settings.default(key)));
}
