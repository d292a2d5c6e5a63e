"""A conversation as the tree that it is: each run goes on from another one, most from the one before it.  Pure."""

from collections.abc import Mapping, Sequence


def lineage(runs: Sequence[tuple[str, str | None]], of: str | None = None) -> list[str]:
    """The runs that lead to this one, oldest first, itself the last; of None: of the newest.

    `runs` has each run's id and what it continues, oldest first: None is the run before it, empty is none.  A run that is not known leads
    nowhere.
    """
    parents = _parents(runs)
    here = (runs[-1][0] if runs else "") if of is None else of
    found: dict[str, None] = {}  # in order, and asked whether one is in it
    while here in parents and here not in found:
        found[here] = None
        here = parents[here]
    return list(found)[::-1]


def _parents(runs: Sequence[tuple[str, str | None]]) -> Mapping[str, str]:
    before = ""
    parents: dict[str, str] = {}
    for run, continues in runs:
        parents[run] = before if continues is None else continues
        before = run
    return parents
