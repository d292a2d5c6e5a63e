"""The socket of one browser document that shows one notebook: text frames are the protocol, binary frames are Yjs."""

import posixpath
from typing import TYPE_CHECKING, Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from pydantic import BaseModel, ValidationError
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from codeact_jupyter.errors import CodeActError, StoreError
from codeact_jupyter.protocol import (
    SUPERSEDED,
    ClientMessage,
    Closing,
    Configure,
    NewConversation,
    Notice,
    Refused,
    Renamed,
    RestartKernel,
    Save,
    Saved,
    StartKernel,
    StartRun,
    Steer,
    StopRun,
    Subscribe,
    Welcome,
)

if TYPE_CHECKING:
    from codeact_jupyter.server.room import Room

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
        self.path = _plain(self.get_query_argument("path"))
        self.document_id = self.get_query_argument("document")
        if not await self._exists(self.path):
            raise HTTPError(404, f"There is no notebook {self.path!r}.")
        self.room: Room | None = None
        self._problem = ""
        await super().get()

    async def on_message(self, message: str | bytes) -> None:
        taken: Any = None
        try:
            if isinstance(message, bytes):
                if self.room:
                    self.room.desk.receive(self, message)
                return
            taken = ClientMessage.model_validate_json(message).root
            await self._take(taken)
        except ValidationError as error:
            self.tell(Refused(message=f"This message is not one of the protocol's: {error.errors()[0]['msg']}"))
        except CodeActError as error:
            self._not_taken(taken, str(error))
        except Exception:
            self.log.exception("codeact: a message of the browser's could not be taken")
            self._not_taken(taken, "The server could not take that message; its log says why. Reload the page if the panel does not go on.")

    def on_close(self) -> None:
        if self.room:
            self.room.leave(self)
        super().on_close()

    def _not_taken(self, message: Any, why: str) -> None:
        match message:
            case StartRun(run=run):
                self.tell(Refused(message=why, run=run))
            case Closing() if self.room:
                self.room.notice(why)  # this socket is about to go: the next one hears of it
            case _:
                self.tell(Notice(message=why))

    async def _take(self, message: Any) -> None:
        if isinstance(message, Subscribe):
            await self._subscribe(message)
            return
        if not self.room:
            run = message.run if isinstance(message, StartRun) else None
            self.tell(Refused(message=self._problem or "The first message has to be `subscribe`.", run=run))
            return
        match message:
            case StartRun(request=request):
                if not request.strip():
                    raise CodeActError("The request is empty.")
                self.room.start(self, message)
            case Steer(run=run, text=text):
                if not self.room.session.steer(run, text):
                    self.tell(Refused(message="That run is over: send your words as a new request.", run=run))
            case StopRun(run=run):
                self.room.stop(run)
            case Saved():
                self.room.desk.saved(self)
            case _:
                await self._rarely(self.room, message)

    async def _subscribe(self, message: Subscribe) -> None:
        try:
            self.room = self.settings["codeact"].room(self.path)
        except StoreError as error:
            self._problem = str(error)
            self.tell(Welcome(conversation="", problem=self._problem))
            return
        await self.room.join(self, message)

    async def _rarely(self, room: "Room", message: Any) -> None:
        match message:
            case Configure(settings=settings):
                await room.configure(settings)
            case RestartKernel():
                room.restart_kernel()
            case Renamed(path=path):
                if (new := _plain(path)) != room.desk.path and await self._exists(new):
                    self.settings["codeact"].moved(room.desk.path, new)
            case Closing(keep=keep):
                await room.closed(self, keep)
            case NewConversation():
                await room.new_conversation()
            case other:
                raise TypeError(f"unhandled {other!r}")

    async def _exists(self, path: str) -> bool:
        contents: Any = self.contents_manager
        try:
            return bool(path) and bool(await ensure_async(contents.file_exists(path)))
        except HTTPError:  # it lies outside of what is served
            return False

    # Listener

    def tell(self, message: BaseModel) -> None:
        self._send(message.model_dump_json(), binary=False)

    def send_yjs(self, message: bytes) -> None:
        self._send(message, binary=True)

    def ask_save(self) -> None:
        self.tell(Save())

    def ask_kernel(self) -> None:
        self.tell(StartKernel())

    def supersede(self) -> None:
        self.close(SUPERSEDED, "opened in a newer tab")

    def _send(self, message: str | bytes, binary: bool) -> None:
        if self.ws_connection is None:
            return
        try:
            future = self.write_message(message, binary=binary)
        except WebSocketClosedError:
            return  # on_close comes next; a browser that returns is told from where it was
        future.add_done_callback(lambda done: done.cancelled() or done.exception())


def _plain(path: str) -> str:
    """The one spelling of a path: two would be two rooms with one file."""
    clean = posixpath.normpath(path.strip("/"))
    return "" if clean == "." else clean
