"""The scripted model's HTTP server: what it was asked, and the script's next item as its answer."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from codeact_jupyter.testing.rules import broken
from codeact_jupyter.testing.script import Fault, Item, Messages, Say
from codeact_jupyter.testing.wire import Wire


@dataclass(frozen=True)
class Request:
    """What somebody asked of the server."""

    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: Any
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the client closes the connection before the answer is whole."""

    @property
    def chat(self) -> bool:
        """It asks for a reply."""
        return self.method == "POST" and self.path == "/v1/chat/completions"


class ScriptedServer:
    """An OpenAI-compatible endpoint that answers each chat request with the next item of its script.

    A request that strict servers refuse is refused (403, `rules`).  A script that is used up is answered by `fallback`, or by a status
    500 that says so.  `pages` is what other paths have, as JSON.
    """

    def __init__(
        self,
        script: Iterable[Item],
        port: int = 0,
        fallback: Callable[[Messages], str] | None = None,
        pages: Mapping[str, Any] | None = None,
    ):
        self._script, self._port, self._fallback, self._pages = iter(script), port, fallback, pages or {}
        self._connections: set[asyncio.Task[None]] = set()
        self.seen: list[Request] = []
        """Every request, whatever its path."""

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def requests(self) -> list[Any]:
        """The bodies of the chat requests."""
        return [request.body for request in self.seen if request.chat]

    @property
    def others(self) -> list[str]:
        """What else was asked for: nothing, if all is well."""
        return [f"{request.method} {request.path}" for request in self.seen if not request.chat]

    async def __aenter__(self) -> Self:
        self._context = self._listening()
        await self._context.__aenter__()
        return self

    async def __aexit__(self, *exc: Any) -> None:
        await self._context.__aexit__(*exc)

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=[self._until_over(ready)], daemon=True)
        self._thread.start()
        if not ready.wait(10):
            raise OSError(f"the scripted server could not listen on port {self._port}")
        return self

    def __exit__(self, *exc: Any) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    async def _until_over(self, ready: threading.Event) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with self:
            ready.set()
            await self._over.wait()

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for connection in self._connections:
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # a task of our own: one that asyncio made is logged as unhandled when it is cancelled
        connection = asyncio.create_task(self._exchange(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read(reader)
            self.seen.append(request)
            await _while_listened_to(self._answer(request, Wire(writer)), reader, request.left)
        except (OSError, EOFError):
            pass  # the client went
        finally:
            writer.close()

    async def _answer(self, request: Request, wire: Wire) -> None:
        if not request.chat and request.path in self._pages:
            await wire.page(self._pages[request.path])
            return
        if request.chat and (wrong := broken(request.body.get("messages", []))):
            await wire.refuse(Fault(403, message=f"the request breaks a rule: {wrong}"))
            return
        with_usage = request.chat and bool((request.body.get("stream_options") or {}).get("include_usage"))
        match next(self._script, self._fallback) if request.chat else Fault(404, message=f"{request.path} is not served here"):
            case None:
                await wire.refuse(Fault(500, message="the script is used up"))
            case Fault(kind=int()) as fault:
                await wire.refuse(fault)
            case Fault() as fault:
                await wire.fail(fault)
            case Say() as reply:
                await wire.say(reply, with_usage)
            case reply_to:
                reply_or_text = reply_to(request.body["messages"])
                await wire.say(reply_or_text if isinstance(reply_or_text, Say) else Say(reply_or_text), with_usage)


async def _read(reader: asyncio.StreamReader) -> Request:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers, json.loads(body) if body else None)


async def _while_listened_to(answer: Coroutine[Any, Any, None], reader: asyncio.StreamReader, left: asyncio.Event) -> None:
    answering, leaving = asyncio.create_task(answer), asyncio.create_task(reader.read())
    try:
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            answering.result()
        else:
            left.set()
    finally:
        answering.cancel()
        leaving.cancel()
        await asyncio.gather(answering, leaving, return_exceptions=True)
