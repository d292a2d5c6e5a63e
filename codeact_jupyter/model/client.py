"""Asks a model over the chat-completions protocol: streaming, patient with what passes, plain about what does not."""

import asyncio
import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from codeact_jupyter.errors import ContextExceeded, ModelError, NotTaken
from codeact_jupyter.model import faults
from codeact_jupyter.model.faults import Asked, Fault
from codeact_jupyter.ports import Listener, Reply

if TYPE_CHECKING:
    from codeact_jupyter.model.stream import Connection

_OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True)
class Endpoint:
    """Which model, and where it is."""

    model: str
    base_url: str | None = None
    """None: OpenAI's."""
    api_key: str | None = field(default=None, repr=False)
    transport: Any | None = field(default=None, repr=False)
    """An `httpx2.AsyncBaseTransport` instead of the network: for a model in this process."""


@dataclass(frozen=True)
class Patience:
    """How long to go on with a model that gives no reply."""

    tries: int = 5
    total_seconds: float = 60.0
    """Of waiting in all; silences are not counted."""
    reply_timeout: float = 120.0
    """Longest silence before the first word, or between two."""

    def pause(self, fault: Fault, tried: int, spent: float) -> float | None:
        """Seconds until the next try; None: it is given up."""
        scale = self.total_seconds / 60
        pause = fault.asked_wait or fault.first_pause * scale * 2 ** (tried - 1)
        return pause if tried < self.tries and spent + pause <= self.total_seconds else None


def _tell_nobody(words: str) -> None:
    """For who does not want to hear of retries."""


class ChatModel:
    """A model behind an OpenAI-compatible endpoint; a `ports.Model`."""

    def __init__(self, endpoint: Endpoint, patience: Patience = Patience(), on_retry: Callable[[str], None] = _tell_nobody):
        self._endpoint, self._patience, self._on_retry = endpoint, patience, on_retry
        self._key = (endpoint.api_key or "").strip()
        self._url = (endpoint.base_url or "").strip() or _OPENAI
        self._asked = Asked(endpoint.model, faults.shown_url(self._url), bool(self._key))
        self._connecting = asyncio.Lock()
        self._connection: Connection | None = None

    async def aclose(self) -> None:
        """Close the connections."""
        if self._connection:
            connection, self._connection = self._connection, None
            await connection.aclose()

    async def reply(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], listener: Listener) -> Reply:
        """Ask until there is a whole reply, or no hope of one."""
        connection = await self._connected()
        request = self._request(messages, tools)
        tried, spent = 0, 0.0
        while True:
            began, tried = time.monotonic(), tried + 1
            outcome = await connection.ask(request, listener, self._patience.reply_timeout)
            if isinstance(outcome, Reply):
                return outcome
            spent += time.monotonic() - began if outcome.waited else 0
            pause = self._patience.pause(outcome, tried, spent) if outcome.kind == "passing" else None
            if pause is None:
                raise self._error(outcome, tried)
            self._on_retry(self._masked(f"{outcome.what}; try {tried + 1} of {self._patience.tries} in {_seconds(pause)}"))
            await asyncio.sleep(pause)
            spent += pause

    def _request(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        request = {"model": self._endpoint.model, "messages": _sendable(list(messages)), "stream_options": {"include_usage": True}}
        return {**request, "tools": list(tools)} if tools else request

    async def _connected(self) -> "Connection":
        async with self._connecting:
            if not self._connection:
                if fault := self._unfit():
                    raise self._error(fault, 1)
                self._connection = await asyncio.to_thread(self._connect)
        return self._connection

    def _connect(self) -> "Connection":
        stream = importlib.import_module("codeact_jupyter.model.stream")
        connection: Connection = stream.Connection(self._asked, self._url, self._key or "-", self._endpoint.transport)
        return connection

    def _unfit(self) -> Fault | None:
        """What can be known without asking."""
        if not faults.usable_url(self._url):
            return faults.unusable_url(self._asked.url)
        if not self._key and self._url.startswith(_OPENAI) and not self._endpoint.transport:
            return faults.no_key(self._asked)
        if not (self._key.isascii() and self._key.isprintable()):
            return faults.unusable_key()
        return None

    def _error(self, fault: Fault, tried: int) -> ModelError:
        what, wait = fault.what, fault.asked_wait
        if fault.kind == "passing" and wait and tried < self._patience.tries:
            what += f"; the server asks to wait {_seconds(wait)}, but at most {_seconds(self._patience.total_seconds)} are waited in all"
        elif tried > 1:
            what += f"; tried {tried} times"
        words = self._masked(f"{what}. {fault.advice}")
        match fault.kind:
            case "too_long":
                return ContextExceeded(words)
            case "tools" | "images":
                return NotTaken(words, fault.kind)
            case _:
                return ModelError(words)

    def _masked(self, words: str) -> str:
        return faults.masked(words, self._key)


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"


def _sendable(value: Any) -> Any:
    """Half a surrogate pair, which programs do print, cannot be sent as UTF-8."""
    match value:
        case str():
            return value if value.isascii() else value.encode("utf-8", "replace").decode()
        case Mapping():
            return {name: _sendable(held) for name, held in value.items()}
        case [*parts]:
            return [_sendable(part) for part in parts]
        case _:
            return value
