/**
 * A conversation as the tree that it is: each run goes on from another one, most from the one before it. Pure.
 */

import type { Run } from './run';

type Knot = Pick<Run, 'id' | 'continues'>;

/** The run from which each run goes on; empty: from none. */
export function parentsOf(runs: readonly Knot[]): ReadonlyMap<string, string> {
  return new Map(runs.map(({ id, continues }, at) => [id, continues ?? runs[at - 1]?.id ?? '']));
}

/** The runs that lead to this one, oldest first, itself the last; of null: to the newest. */
export function lineage<T extends Knot>(runs: readonly T[], of: string | null = null): readonly T[] {
  const parents = parentsOf(runs);
  const found: T[] = [];
  let here = runs.find(run => run.id === (of ?? runs.at(-1)?.id));
  while (here !== undefined && !found.includes(here)) {
    found.unshift(here);
    const parent = parents.get(here.id);
    here = runs.find(run => run.id === parent);
  }
  return found;
}

/** The newest run that goes on from this one, over others or at once; itself, when there is none. */
export function newestAfter(runs: readonly Knot[], id: string): string {
  const leads = new Set([id]);
  const parents = parentsOf(runs);
  let newest = id;
  for (const run of runs) {
    if (leads.has(parents.get(run.id) ?? '')) {
      leads.add(run.id);
      newest = run.id;
    }
  }
  return newest;
}

/** The runs that go on from the same one, oldest first, itself among them. */
export function siblingsOf(runs: readonly Knot[], id: string): readonly string[] {
  const parents = parentsOf(runs);
  return runs.map(run => run.id).filter(other => parents.get(other) === parents.get(id));
}
