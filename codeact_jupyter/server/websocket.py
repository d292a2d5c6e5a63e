"""The socket of one browser document that shows one notebook: who may open it, and its frames.  What they say is `talk`."""

import asyncio
import importlib
import posixpath
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

MESSAGE_BYTES = 512 * 2**20
"""The first sync carries the whole notebook, outputs and all."""


class NotebookSocket(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """Only for users who may write contents and execute in kernels."""

    auth_resource = "kernels"

    @property
    def max_message_size(self) -> int:
        return MESSAGE_BYTES

    def set_default_headers(self) -> None:
        """Headers of pages make no sense on a socket."""

    def get_compression_options(self) -> Any:
        return self.settings.get("websocket_compression_options")

    @ws_authenticated
    async def get(self) -> None:
        for action, resource in (("execute", "kernels"), ("write", "contents")):
            if not await ensure_async(self.authorizer.is_authorized(self, self.current_user, action, resource)):
                raise HTTPError(403)
        self.path = plain(self.get_query_argument("path"))
        self.document_id = self.get_query_argument("document")
        if not await self.exists(self.path):
            raise HTTPError(404, f"There is no notebook {self.path!r}.")
        heavy = await asyncio.to_thread(importlib.import_module, "codeact_jupyter.server.talk")
        self.talk = heavy.Talk(self, self.settings["codeact"])
        await super().get()

    async def on_message(self, message: str | bytes) -> None:
        await self.talk.take(message)
        await asyncio.sleep(0)  # what is read from one buffer, thousands of messages, would hold up everybody else

    def on_close(self) -> None:
        self.talk.gone()
        super().on_close()

    async def exists(self, path: str) -> bool:
        """There is a notebook there, and this user may see it."""
        contents: Any = self.contents_manager
        try:
            return bool(path) and bool(await ensure_async(contents.file_exists(path)))
        except HTTPError:  # it lies outside of what is served
            return False

    def send(self, message: str | bytes) -> None:
        """Text as a text frame, bytes as a binary one; to a socket that is closed, nothing."""
        if self.ws_connection is None:
            return
        try:
            future = self.write_message(message, binary=isinstance(message, bytes))
        except WebSocketClosedError:
            return  # on_close comes next; a browser that returns is told from where it was
        future.add_done_callback(lambda done: done.cancelled() or done.exception())


def plain(path: str) -> str:
    """The one spelling of a path: two would be two rooms with one file."""
    clean = posixpath.normpath(path.strip("/"))
    return "" if clean == "." else clean
