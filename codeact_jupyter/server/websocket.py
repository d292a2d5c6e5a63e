"""The socket of one browser document that shows one notebook: text frames are the protocol, binary frames are Yjs."""

from typing import TYPE_CHECKING, Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from pydantic import BaseModel, ValidationError
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from codeact_jupyter.errors import CodeActError
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
        self.path = self.get_query_argument("path").strip("/")
        self.document_id = self.get_query_argument("document")
        if not self.path or not await self._exists(self.path):
            raise HTTPError(404, f"There is no notebook {self.path!r}.")
        self.room: Room | None = None
        await super().get()

    async def on_message(self, message: str | bytes) -> None:
        try:
            if isinstance(message, bytes):
                if self.room:
                    self.room.desk.receive(self, message)
                return
            await self._take(ClientMessage.model_validate_json(message).root)
        except ValidationError as error:
            self.tell(Refused(message=f"This message is not one of the protocol's: {error.errors()[0]['msg']}"))
        except CodeActError as error:
            self.tell(Notice(message=str(error)))
        except Exception:
            self.log.exception("codeact: a message of the browser's could not be taken")
            self.tell(
                Notice(message="The server could not take that message; its log says why. Reload the page if the panel does not go on.")
            )

    def on_close(self) -> None:
        if self.room:
            self.room.leave(self)
        super().on_close()

    async def _take(self, message: Any) -> None:
        if isinstance(message, Subscribe):
            self.room = self.settings["codeact"].room(self.path)
            await self.room.join(self, message)
            return
        if not self.room:
            self.tell(Refused(message="The first message has to be `subscribe`."))
            return
        match message:
            case StartRun():
                self._start(self.room, message)
            case Steer(run=run, text=text):
                if not self.room.session.steer(run, text):
                    self.tell(Refused(message="That run is over: send your words as a new request.", run=run))
            case StopRun(run=run):
                self.room.stop(run)
            case Saved():
                pass  # the document's "dirty" has told it already; the message frees the browser to be asked again
            case _:
                await self._rarely(self.room, message)

    async def _rarely(self, room: "Room", message: Any) -> None:
        match message:
            case Configure(settings=settings):
                await room.configure(settings)
            case RestartKernel():
                room.restart_kernel()
            case Renamed(path=path):
                if path.strip("/") != room.desk.path and await self._exists(path):
                    self.settings["codeact"].moved(room.desk.path, path.strip("/"))
            case Closing(keep=keep):
                await room.desk.closed(self, keep)
            case NewConversation():
                await room.new_conversation()
            case other:
                raise TypeError(f"unhandled {other!r}")

    async def _exists(self, path: str) -> bool:
        contents: Any = self.contents_manager
        return bool(await ensure_async(contents.file_exists(path.strip("/"))))

    def _start(self, room: "Room", message: StartRun) -> None:
        if not message.request.strip():
            self.tell(Refused(message="The request is empty.", run=message.run))
            return
        try:
            room.session.start(message.run, message.request, message.anchor)
        except CodeActError as error:
            self.tell(Refused(message=str(error), run=message.run))

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
