/**
 * Models and their checks in words.
 */

import type { TranslationBundle } from '@jupyterlab/translation';

import { Check, ConnectError, Found, hostOf, whereOf } from '../connections';
import type { Welcome } from '../protocol';

/** What went wrong with a request, and what to do. */
export function failureText(trans: TranslationBundle, error: ConnectError): string {
  if (error.message !== '') {
    return error.message;
  }
  switch (error.status) {
    case 0:
      return trans.__('The Jupyter server does not answer. Try again when it is back.');
    case 401:
    case 403:
      return trans.__('The Jupyter server does not let you do that (%1). Log in again.', error.status);
    case 404:
      return trans.__('The Jupyter server does not know this (404). Restart it if the extension was just updated.');
    default:
      return trans.__('The Jupyter server could not do that (%1); its log says why.', error.status);
  }
}

/** `local · 127.0.0.1:11434` */
export function placeText(trans: TranslationBundle, baseUrl: string): string {
  const where = whereOf(baseUrl) === 'local' ? trans.__('local') : trans.__('remote');
  return trans.__('%1 · %2', where, hostOf(baseUrl));
}

/** The model of a conversation; its place is said beside it. */
export function modelText(trans: TranslationBundle, welcome: Welcome): string {
  if (welcome.model === '') {
    return trans.__('no model');
  }
  return welcome.where === 'built-in' ? trans.__('built-in model') : welcome.model;
}

/** Where what is sent goes, and whether figures are. */
export function sentText(trans: TranslationBundle, welcome: Welcome): string {
  if (welcome.model === '') {
    return '';
  }
  const figures = welcome.images ? trans.__('figures sent') : trans.__('figures not sent');
  switch (welcome.where) {
    case 'built-in':
      return trans.__('simple questions');
    case 'local':
      return trans.__('local · %1', figures);
    case 'remote':
      return trans.__('remote · %1', figures);
  }
}

export function checkText(trans: TranslationBundle, check: string): string {
  switch (check) {
    case 'reachable':
      return trans.__('Reachable');
    case 'answers':
      return trans.__('Answers');
    case 'streams':
      return trans.__('Streams');
    case 'usage':
      return trans.__('Counts tokens');
    case 'tools':
      return trans.__('Tool calls');
    case 'images':
      return trans.__('Sees images');
    case 'context':
      return trans.__('Context length');
    default:
      return check;
  }
}

export function resultText(trans: TranslationBundle, result: Check['result']): string {
  switch (result) {
    case 'yes':
      return trans.__('yes');
    case 'no':
      return trans.__('no');
    case 'unknown':
      return trans.__('not known');
  }
}

/** Of a setting that the administrator fixed; empty if it is free. */
export function fixedText(trans: TranslationBundle, locked: readonly string[], setting: string): string {
  if (!locked.includes(setting)) {
    return '';
  }
  switch (setting) {
    case 'base_url':
      return trans.__('The address is fixed by the administrator of this server: another one is refused.');
    case 'api_key':
      return trans.__('The key is fixed by the administrator of this server.');
    default:
      return trans.__('The model is fixed by the administrator of this server.');
  }
}

/** `actions as tool calls · figures sent · 128k tokens` */
export function foundText(trans: TranslationBundle, { format, images, context_length }: Found): string {
  return [
    format === 'tool' ? trans.__('actions as tool calls') : trans.__('actions as code'),
    images ? trans.__('figures sent') : trans.__('figures not sent'),
    context_length === null ? '' : trans.__('%1k tokens at once', (context_length / 1000).toFixed(0))
  ]
    .filter(part => part !== '')
    .join(' · ');
}
