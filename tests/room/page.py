"""A page of one of the users: their document in the notebook's room, and the panel's socket."""

import asyncio
from contextlib import suppress
from urllib.parse import quote

from pycrdt import TransactionEvent, create_sync_message, create_update_message, handle_sync_message
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from tests.server.played import TOKEN, Served
from tests.server.tab import SECONDS, Browser

SYNC, UPDATE = 0, 2


class Page(Browser):
    """Its document is in step with the room's, by the room's own socket; nothing of it goes over the panel's."""

    def __init__(self, server: Served, path: str):
        super().__init__(server, path)
        self._room: WebSocketClientConnection | None = None
        self._following: asyncio.Task[None] | None = None
        self._joined = asyncio.Event()
        self._followed = False
        self.notebook.ydoc.observe(self._typed)

    async def open(self) -> None:
        """As JupyterLab opens a notebook: first the document, then the panel."""
        await self.enter()
        await self.connect(sync=False)

    async def enter(self) -> None:
        """Join the room; also again, with what was done meanwhile."""
        self._joined.clear()
        session = await self.server.api("PUT", f"collaboration/session/{quote(self.path)}", {"format": "json", "type": "notebook"})
        url = f"ws://127.0.0.1:{self.server.port}/api/collaboration/room/json:notebook:{session['fileId']}"
        self._room = await websocket_connect(f"{url}?sessionId={session['sessionId']}&token={TOKEN}", max_message_size=2**29)
        self._following = asyncio.create_task(self._follow(self._room))
        await self._room.write_message(create_sync_message(self.notebook.ydoc), binary=True)
        async with asyncio.timeout(SECONDS):
            await self._joined.wait()

    async def leave(self) -> None:
        """The page is closed, or its laptop sleeps."""
        if self._reading and not self._reading.done():
            await self.drop()
        if self._room and self._following:
            self._room.close()
            await self._following
            self._room = None

    def type(self, cell: int, text: str) -> None:
        """At the end of a cell."""
        source = self.notebook.ycells[cell]["source"]
        source += text

    async def _follow(self, room: WebSocketClientConnection) -> None:
        while (frame := await room.read_message()) is not None:
            if not isinstance(frame, bytes) or frame[0] != SYNC:
                continue
            self._followed = True
            try:
                reply = handle_sync_message(frame[1:], self.notebook.ydoc)
            finally:
                self._followed = False
            if reply:
                with suppress(WebSocketClosedError):
                    await room.write_message(reply, binary=True)
            if frame[1] != 0:
                self._joined.set()

    def _typed(self, event: TransactionEvent) -> None:
        if self._room and not self._followed and event.update != b"\x00\x00":
            with suppress(WebSocketClosedError):
                self._room.write_message(create_update_message(event.update), binary=True)
