/**
 * What the user has chosen so far of a connection. Pure; the key is not part of it: it stays in its input field.
 */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Connections, Endpoint, Found, LocalServer, Preset, SavedConnection } from '../connections';

/** What becomes of the key that is saved: it is used, a new one is typed, or it is removed. */
export type KeyPlan = 'keep' | 'replace' | 'remove';

export interface Draft {
  /** Of the saved connection that is edited; null: a new one. */
  readonly name: string | null;
  readonly kind: string;
  readonly baseUrl: string;
  readonly model: string;
  /** Where the saved key is used; empty: there is none. */
  readonly keyUrl: string;
  readonly keyPlan: KeyPlan;
  /** By a test of what the draft says now. */
  readonly found: Found | null;
}

export const NOTHING: Draft = {
  name: null,
  kind: '',
  baseUrl: '',
  model: '',
  keyUrl: '',
  keyPlan: 'keep',
  found: null
};

/** Another provider; where its address is saved already, what is saved. */
export function withPreset(preset: Preset, saved: readonly SavedConnection[]): Draft {
  const known = savedAt(saved, preset.base_url);
  return known?.kind === preset.kind ? draftOf(known) : { ...NOTHING, kind: preset.kind, baseUrl: preset.base_url };
}

/** A server of this machine; where it is saved already, what is saved. */
export function withServer(server: LocalServer, saved: readonly SavedConnection[]): Draft {
  const known = savedAt(saved, server.base_url);
  const model = server.models.length === 1 ? server.models[0] : '';
  return known === undefined ? { ...NOTHING, kind: server.kind, baseUrl: server.base_url, model } : draftOf(known);
}

export function draftOf(saved: SavedConnection): Draft {
  const { name, kind, base_url: baseUrl, model, has_key } = saved;
  return { ...NOTHING, name, kind, baseUrl, model, keyUrl: has_key ? baseUrl : '' };
}

/** Whether a key is saved that goes to the address as it stands now. */
export function hasKey({ keyUrl, baseUrl }: Draft): boolean {
  return keyUrl !== '' && plainUrl(keyUrl) === plainUrl(baseUrl);
}

/** Where to ask, with the key that was typed, if one was. */
export function endpointOf(draft: Draft, typed: string): Endpoint {
  const { kind, name } = draft;
  const endpoint = { kind, base_url: plainUrl(draft.baseUrl), ...(name === null ? {} : { name }) };
  if (typed !== '') {
    return { ...endpoint, key: typed };
  }
  return draft.keyPlan === 'remove' ? { ...endpoint, key: '' } : endpoint;
}

export interface Problems {
  readonly kind?: string;
  readonly baseUrl?: string;
  readonly model?: string;
}

/** Why the draft cannot be asked, at the field that lacks something; `model`: one is needed for it. */
export function problemsOf(draft: Draft, trans: TranslationBundle, model: boolean): Problems {
  if (draft.kind === '') {
    return { kind: trans.__('Choose who answers.') };
  }
  if (!/^https?:\/\/[^/\s]/.test(plainUrl(draft.baseUrl))) {
    return { baseUrl: trans.__('Enter the address of the endpoint; it begins with https:// or http://.') };
  }
  return model && draft.model.trim() === '' ? { model: trans.__('Choose a model, or type its name.') } : {};
}

/** Whether the administrator has left nothing to choose. */
export function isFixed({ locked }: Connections): boolean {
  return locked.includes('model') && locked.includes('base_url');
}

/** Those that hold all the words typed. */
export function matching<T>(options: readonly T[], words: string, textOf: (option: T) => string): readonly T[] {
  const parts = words.toLowerCase().split(/\s+/);
  return options.filter(option => {
    const text = textOf(option).toLowerCase();
    return parts.every(part => text.includes(part));
  });
}

function savedAt(saved: readonly SavedConnection[], baseUrl: string): SavedConnection | undefined {
  return saved.find(({ base_url }) => baseUrl !== '' && plainUrl(base_url) === plainUrl(baseUrl));
}

function plainUrl(baseUrl: string): string {
  return baseUrl.trim().replace(/\/+$/, '');
}
