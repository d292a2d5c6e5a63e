"""Few messages where many values come: for what a browser draws anew each time."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Paced(Generic[Value]):
    """Passes on the newest value, at most one in each pause; the last one always, unless it is dropped."""

    def __init__(self, send: Callable[[Value], None], pause: float):
        self._send, self._pause = send, pause
        self._waiting: list[Value] = []
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self, value: Value) -> None:
        self._waiting = [value]
        if self._timer is None:
            self._due()

    def drop(self) -> None:
        """What waits is void."""
        self._waiting = []

    def _due(self) -> None:
        self._timer = None
        if self._waiting:
            value = self._waiting.pop()
            self._timer = asyncio.get_running_loop().call_later(self._pause, self._due)
            self._send(value)
