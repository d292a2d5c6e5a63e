"""What is found out of an event, found out once: a run of a conversation is told again with each of those that follow it."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from codeact_jupyter.events import Event

MOST = 1000
"""Events that are remembered."""
_SILENT = frozenset(
    {"type", "action_id", "msg_id", "kernel", "status", "decision", "by", "scope", "format", "approval", "conversation", "usage"}
)
"""Fields that nobody wrote anything into."""

T = TypeVar("T")


class Once(Generic[T]):
    """A function of events that remembers what it said of the last ones."""

    def __init__(self, find: Callable[[Event], T]):
        self._find = find
        self._found: OrderedDict[int, tuple[Event, T]] = OrderedDict()
        """By identity; the event is held too, so that no other one can have it."""

    def __call__(self, event: Event) -> T:
        if known := self._found.get(id(event)):
            return known[1]
        found = self._find(event)
        self._found[id(event)] = event, found
        if len(self._found) > MOST:
            self._found.popitem(last=False)
        return found


def spoken(event: Event) -> dict[str, Any]:
    """What of an event is, or may hold, somebody's words."""
    return event.model_dump(exclude=set(_SILENT))
