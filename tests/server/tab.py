"""A browser document of a notebook, as the front-end handles it."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from jupyter_ydoc import YNotebook
from pycrdt import Doc, TransactionEvent, create_sync_message, create_update_message, handle_sync_message
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

if TYPE_CHECKING:
    from tests.server.played import Served

SECONDS = 30.0
"""Longer than anything takes on a busy machine."""


async def until(check: Callable[[], Any], what: str = "", seconds: float = SECONDS) -> Any:
    """What the check gives once it gives something."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (found := check()):
        assert asyncio.get_running_loop().time() < deadline, what or "it never came"
        await asyncio.sleep(0.02)
    return found


class Browser:
    """One browser document of a notebook, as the front-end handles it."""

    def __init__(self, server: "Served", path: str):
        self.server, self.path = server, path
        self.notebook = YNotebook(Doc())
        self.id = str(self.notebook.ydoc.client_id)
        self.base: str | None = None
        self.messages: list[dict[str, Any]] = []
        self.seen: dict[str, int] = {}
        self.conflicts: list[str] = []
        self.settings: dict[str, Any] = {}
        self.closed: int | None = None
        self.saves = True
        self.starts_kernel = True
        self._socket: WebSocketClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._synced = asyncio.Event()
        self._syncs = self._applying = False
        self.notebook.ydoc.observe(self._edited)

    # the page

    async def load(self) -> None:
        model = await self._contents("GET", content="1", type="notebook")
        self.base = model["hash"]
        self.notebook.set(model["content"])
        self.notebook.dirty = False

    async def save(self) -> None:
        """As JupyterLab: a file that somebody else changed is not overwritten."""
        on_disk = await self._contents("GET", content="0")
        if self.base != on_disk["hash"]:
            self.conflicts.append(on_disk["hash"])
            return
        body = {"type": "notebook", "format": "json", "content": self.notebook.get()}
        await self._contents("PUT", body)
        self.base = (await self._contents("GET", content="0"))["hash"]
        self.notebook.dirty = False
        await self.send("saved", hash=self.base)

    async def connect(self, sync: bool = True) -> None:
        url = self.server.socket_url(self.path, self.id)
        self._socket, self.closed = await websocket_connect(url, max_message_size=2**29), None
        self._synced.clear()
        self._syncs, welcomed = False, len(self.heard("welcome"))
        self._reading = asyncio.create_task(self._read(self._socket, sync))
        await self.send("subscribe", after=self.seen, base=self.base, settings=self.settings)
        await self.hears("welcome", count=welcomed + 1)
        if sync:
            async with asyncio.timeout(SECONDS):
                await self._synced.wait()

    async def drop(self) -> None:
        """The connection breaks; the page is still there."""
        assert self._socket and self._reading
        self._syncs = False
        self._socket.close()
        await self._reading

    async def close(self, keep: bool = True) -> None:
        """The user closes the notebook, after saving it or letting go of what is not saved."""
        if keep:
            await self.save()
        await self.send("closing", keep=keep)
        await self.drop()

    async def send(self, type: str, **content: Any) -> None:
        await self.send_raw(json.dumps({"type": type, **content}))

    async def send_raw(self, message: str | bytes) -> None:
        assert self._socket
        with suppress(WebSocketClosedError):
            await self._socket.write_message(message, binary=isinstance(message, bytes))

    async def ask(self, request: str = "do it", run: str = "", anchor: str | None = None) -> str:
        run = run or uuid4().hex
        await self.send("start_run", run=run, request=request, anchor=anchor)
        return run

    # what it has been told

    def heard(self, type: str, **fields: Any) -> list[dict[str, Any]]:
        found = [message for message in self.messages if message["type"] == type]
        return [message for message in found if all(message.get(name) == value for name, value in fields.items())]

    async def hears(self, type: str, count: int = 1, seconds: float = SECONDS, **fields: Any) -> dict[str, Any]:
        found = await until(lambda: self.heard(type, **fields)[count - 1 :] or None, f"{type} {fields}: {self.messages[-5:]}", seconds)
        return dict(found[0])

    def events(self, run: str, type: str = "") -> list[dict[str, Any]]:
        found = [message["event"] for message in self.heard("recorded", run=run)]
        return [event for event in found if not type or event["type"] == type]

    async def event(self, run: str, type: str, count: int = 1, seconds: float = SECONDS) -> dict[str, Any]:
        def found() -> list[dict[str, Any]]:
            return self.events(run, type)[count - 1 :]

        return dict((await until(found, f"{type}: {self.messages[-5:]}", seconds))[0])

    async def end(self, run: str, seconds: float = SECONDS) -> dict[str, Any]:
        return await self.event(run, "run_finished", seconds=seconds)

    async def answer(self, run: str) -> str:
        end = await self.end(run)
        assert end["reason"] == "answered", end
        return str(end["answer"])

    def cells(self) -> list[dict[str, Any]]:
        return list(self.notebook.get()["cells"])

    def sources(self) -> list[str]:
        return [str(cell["source"]) for cell in self.cells()]

    def texts(self) -> list[str]:
        return ["".join(text_of(output) for output in cell.get("outputs", [])) for cell in self.cells()]

    # the wire

    async def _read(self, socket: WebSocketClientConnection, sync: bool) -> None:
        while (frame := await socket.read_message()) is not None:
            if isinstance(frame, bytes):
                if sync:
                    await self._yjs(frame)
                continue
            message = json.loads(frame)
            self.messages.append(message)
            await self._heard(message, sync)
        self.closed = socket.close_code

    async def _heard(self, message: dict[str, Any], sync: bool) -> None:
        match message["type"]:
            case "recorded":
                assert message["seq"] == self.seen.get(message["run"], 0) + 1, "missing, doubled or out of order"
                self.seen[message["run"]] = message["seq"]
            case "welcome" if sync and not self._syncs:
                await self._reconcile(message)
                self._syncs = True
                await self.send_raw(create_sync_message(self.notebook.ydoc))
            case "save" if self.saves:
                await self.save()
            case "start_kernel" if self.starts_kernel:
                await self.server.start_kernel(self.path)

    async def _reconcile(self, welcome: dict[str, Any]) -> None:
        if welcome["file"] == "ours":
            self.base = welcome["hash"]
        elif welcome["file"] == "other" and not self.notebook.dirty:
            await self.load()

    async def _yjs(self, frame: bytes) -> None:
        self._applying = True
        try:
            reply = handle_sync_message(frame[1:], self.notebook.ydoc)
        finally:
            self._applying = False
        if reply:
            await self.send_raw(reply)
        if frame[1] == 1:  # the server's document is here
            self._synced.set()

    def _edited(self, event: TransactionEvent) -> None:
        if self._syncs and not self._applying and self._socket and event.update != b"\x00\x00":
            self._socket.write_message(create_update_message(event.update), binary=True)

    async def _contents(self, method: str, body: Any = None, **query: str) -> Any:
        return await self.server.api(method, f"contents/{quote(self.path)}?{urlencode({'hash': '1', **query})}", body)


def text_of(output: Mapping[str, Any]) -> str:
    """What an output says in plain text."""
    match output["output_type"]:
        case "stream":
            return "".join(output["text"])
        case "error":
            return f"{output['ename']}: {output['evalue']}"
        case _:
            return "".join(output["data"].get("text/plain", ""))
