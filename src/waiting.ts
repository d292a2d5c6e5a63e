/**
 * The requests that wait for the run that goes on, as this page knows them. Pure.
 */

import type { QueuedRequest } from './protocol';
import type { Run } from './run';

/** A request that is asked when the run that goes on has answered. */
export interface Waiting {
  readonly run: string;
  readonly request: string;
  /** The server has said that it has it. */
  readonly isKnown: boolean;
  /** It was not known when the connection broke: the server may not have heard of it. */
  readonly isAdrift: boolean;
}

/** The queue with a request that is being sent: at the end, or in the place of the one that it changes. */
export function queueing(queue: readonly Waiting[], run: string, request: string): readonly Waiting[] {
  const sent = { run, request, isKnown: false, isAdrift: false };
  return queue.some(known => known.run === run)
    ? queue.map(known => (known.run === run ? sent : known))
    : [...queue, sent];
}

/** The queue after the connection broke. */
export function adrift(queue: readonly Waiting[]): readonly Waiting[] {
  return queue.map(waiting => (waiting.isKnown ? waiting : { ...waiting, isAdrift: true }));
}

/** The queue as the server has it, with what is on its way there, and the words that were lost on that way. */
export function queued(
  queue: readonly Waiting[],
  requests: readonly QueuedRequest[],
  runs: readonly Run[]
): { readonly queue: readonly Waiting[]; readonly lost: readonly string[] } {
  const taken = [...requests, ...runs.map(({ id, request }) => ({ run: id, request }))];
  const missing = queue.filter(
    waiting => !waiting.isKnown && !taken.some(({ run, request }) => run === waiting.run && request === waiting.request)
  );
  const lost = missing.filter(waiting => waiting.isAdrift).map(waiting => waiting.request);
  const onTheWay = missing.filter(waiting => !waiting.isAdrift && !taken.some(({ run }) => run === waiting.run));
  return {
    queue: [...requests.map(request => ({ ...request, isKnown: true, isAdrift: false })), ...onTheWay],
    lost
  };
}
