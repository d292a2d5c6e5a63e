"""How a run stands, in one word: the same in the panel's list and on the command line."""

from codeact_jupyter.position import pending
from codeact_jupyter.store.recent import Entry
from codeact_jupyter.store.store import Store

GOING_ON = frozenset({"running", "waiting"})

FINISHED = "run_finished"


def standing(store: Store, entry: Entry) -> str:
    """`running`, `waiting` (for the user's word on an action), `interrupted`, or the reason of its end.  Raises `StoreError`."""
    if entry.last == FINISHED:
        return entry.reason
    alive = store.alive(entry.run)  # asked first: what was recorded before it let go is read after that
    for now in store.recent(1, run=entry.run):
        if now.last == FINISHED:
            return now.reason
    if not alive:
        return "interrupted"
    return "waiting" if pending([recorded.event for recorded in store.events(entry.run)]) else "running"
