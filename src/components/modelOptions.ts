/**
 * What can be asked in a conversation: the saved connections with their models, the built-in model. Pure.
 */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { SavedConnection } from '../connections';
import type { Welcome } from '../protocol';
import { matching } from './connectForm';
import { placeText } from './connectWording';

/** The server's name for the built-in model. */
const BUILT_IN = 'offline';

export interface ModelOption {
  /** As `choose_model` has it. */
  readonly connection: string;
  readonly model: string;
  readonly label: string;
  readonly detail: string;
  readonly isCurrent: boolean;
  /** The connection whose other models this option asks for, in place of choosing. */
  readonly lists: SavedConnection | null;
}

export interface OptionGroup {
  readonly label: string;
  readonly options: readonly ModelOption[];
}

/** All there is to choose from; `listed` are the models of those connections that were asked for them. */
export function optionGroups(
  connections: readonly SavedConnection[],
  listed: Readonly<Record<string, readonly string[]>>,
  welcome: Welcome,
  trans: TranslationBundle
): readonly OptionGroup[] {
  const saved = connections.map(connection => {
    const { name, base_url, model: own } = connection;
    const place = placeText(trans, base_url);
    const models = [own, ...(listed[name] ?? []).filter(model => model !== own)];
    const options = models.map(model => ({
      connection: name,
      model,
      label: model,
      detail: model === own ? place : '',
      isCurrent: name === welcome.connection && model === welcome.model,
      lists: null
    }));
    const others = { connection: name, model: '', label: trans.__('Other models…'), detail: '', isCurrent: false };
    return { label: name, options: name in listed ? options : [...options, { ...others, lists: connection }] };
  });
  const isBuiltIn = welcome.where === 'built-in';
  const plain = [
    {
      connection: '',
      model: BUILT_IN,
      label: trans.__('Built-in model'),
      detail: trans.__('simple questions · nothing is sent'),
      isCurrent: isBuiltIn,
      lists: null
    },
    {
      connection: '',
      model: '',
      label: trans.__('As configured'),
      detail: trans.__('by the settings, else as connected last'),
      isCurrent: !isBuiltIn && welcome.connection === '',
      lists: null
    }
  ];
  // first, where they stay while the others come
  return [{ label: trans.__('Without a connection'), options: plain }, ...saved];
}

/** The groups with the options that hold the words typed. */
export function shownGroups(groups: readonly OptionGroup[], words: string): readonly OptionGroup[] {
  return groups
    .map(({ label, options }) => ({
      label,
      options: matching(options, words, option => `${label} ${option.label}`)
    }))
    .filter(({ options }) => options.length > 0);
}
