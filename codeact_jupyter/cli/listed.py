"""Runs as they are listed and named on a command line."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from codeact_jupyter.budget import Spent, spent
from codeact_jupyter.events import RunFinished
from codeact_jupyter.position import pending
from codeact_jupyter.store import Store
from codeact_jupyter.store.recent import Entry

SHORT = 8
"""Characters of an id, if that tells it from all others."""
ALL = -1
"""As a limit of the store's."""


@dataclass(frozen=True)
class Listed:
    """A run and how it stands."""

    entry: Entry
    state: str
    """`running`, `waiting` (for the user), `interrupted`, or the reason of its end."""
    spent: Spent


def listed(store: Store, entry: Entry) -> Listed:
    """How this run stands now."""
    alive = store.alive(entry.run)  # asked first: what was recorded before it let go is read after that
    events = [recorded.event for recorded in store.events(entry.run)]
    if isinstance(events[-1], RunFinished):
        state: str = events[-1].reason
    elif alive:
        state = "waiting" if pending(events) else "running"
    else:
        state = "interrupted"
    return Listed(entry, state, spent(events))


def shortened(ids: Iterable[str]) -> dict[str, str]:
    """The beginning of each id, long enough to tell it from the others."""
    order = sorted(ids)
    alike = [0, *(_alike(*pair) for pair in pairwise(order)), 0]  # with the one before
    return {run: run[: max(SHORT, 1 + alike[at], 1 + alike[at + 1])] for at, run in enumerate(order)}


def _alike(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
