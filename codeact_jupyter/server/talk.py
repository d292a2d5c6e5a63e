"""What is said on a notebook's socket: text messages are the protocol, binary ones are Yjs.

Apart from `websocket`, so that a server that starts need not import notebooks, kernels and messages before somebody opens the panel.
"""

from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ValidationError

from codeact_jupyter.asked import (
    ChooseModel,
    Closing,
    Configure,
    Decide,
    DeleteConversation,
    DropQueued,
    InstallModule,
    NewConversation,
    QueueRequest,
    Renamed,
    RestartKernel,
    ResumeRun,
    Saved,
    StartQueued,
    StartRun,
    Steer,
    StopRun,
    Subscribe,
)
from codeact_jupyter.errors import CodeActError, StoreError
from codeact_jupyter.protocol import SUPERSEDED, ClientMessage, Notice, Refused, Save, StartKernel, Welcome
from codeact_jupyter.server.room import Room
from codeact_jupyter.server.websocket import plain
from codeact_jupyter.session.desk import Decision
from codeact_jupyter.session.session import Request

if TYPE_CHECKING:
    from codeact_jupyter.server.app import CodeActExtension


LONGEST = 4_000_000
"""Characters of a message of the protocol; documents, which are longer, come as binary ones."""


class Socket(Protocol):
    """The socket itself."""

    path: str
    document_id: str

    async def exists(self, path: str) -> bool:
        """There is a notebook there, and this user may see it."""

    def send(self, message: str | bytes) -> None: ...

    def close(self, code: int | None = None, reason: str | None = None) -> None: ...


class Talk:
    """The server's end of one socket; to its notebook's room it is the browser (`listeners.Listener`)."""

    def __init__(self, socket: Socket, app: "CodeActExtension"):
        self._socket, self._app = socket, app
        self.document_id = socket.document_id
        self.room: Room | None = None
        self._problem = ""

    async def take(self, message: str | bytes) -> None:
        """One message of the browser's; what cannot be taken is answered, and the socket goes on."""
        taken: Any = None
        try:
            if len(message) > LONGEST and isinstance(message, str):
                self.tell(Refused(message=f"This message is too long ({len(message):,} characters, of {LONGEST:,} at most)."))
                return
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
            self._app.log.exception("codeact: a message of the browser's could not be taken")
            self._not_taken(taken, "The server could not take that message; its log says why. Reload the page if the panel does not go on.")

    def gone(self) -> None:
        """The socket is closed."""
        if self.room:
            self.room.leave(self)

    def _not_taken(self, message: Any, why: str) -> None:
        match message:
            case StartRun(run=run) | InstallModule(run=run) | QueueRequest(run=run):
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
                self.room.start(self, _request(message))
            case InstallModule(run=run, module=module, anchor=anchor, continues=continues):
                self.room.start(self, Request(run, "", anchor, install=module, continues=continues))
            case Steer(run=run, text=text):
                if not self.room.session.steer(run, text):
                    self.tell(Refused(message="That run is over: send your words as a new request.", run=run))
            case StopRun(run=run):
                self.room.stop(run)
            case Saved():
                self.room.desk.saved(self)
            case Decide(action_id=action, decision=decision, code=code, scope=scope, note=note):
                self.room.questions.decide(action, Decision(decision == "allow", code, scope == "run", note))
            case ResumeRun(run=run, replay=replay):
                await self.room.resume(run, replay)
            case _:
                await self._rarely(self.room, message)

    async def _subscribe(self, message: Subscribe) -> None:
        try:
            self.room = self._app.room(self._socket.path)
        except StoreError as error:
            self._problem = str(error)
            self.tell(Welcome(conversation="", problem=self._problem))
            return
        await self.room.join(self, message)

    async def _rarely(self, room: "Room", message: Any) -> None:
        match message:
            case Configure(settings=settings):
                await room.configure(self, settings)
            case ChooseModel(connection=connection, model=model):
                await room.choose(connection, model)
            case RestartKernel():
                room.restart_kernel()
            case Renamed(path=path):
                if (new := plain(path)) != room.desk.path and await self._socket.exists(new):
                    self._app.moved(room.desk.path, new)
            case Closing(keep=keep):
                await room.closed(self, keep)
            case NewConversation():
                await room.new_conversation()
            case DeleteConversation():
                await room.delete_conversation()
            case QueueRequest():
                room.queue.put(message)
            case DropQueued(run=run):
                room.queue.drop(run)
            case StartQueued(run=run):
                room.start_queued(run)
            case other:
                raise TypeError(f"unhandled {other!r}")

    def tell(self, message: BaseModel) -> None:
        self._socket.send(message.model_dump_json())

    def send_yjs(self, message: bytes) -> None:
        self._socket.send(message)

    def ask_save(self) -> None:
        self.tell(Save())

    def ask_kernel(self) -> None:
        self.tell(StartKernel())

    def supersede(self) -> None:
        self._socket.close(SUPERSEDED, "opened in a newer tab")


def _request(message: StartRun) -> Request:
    return Request(
        message.run,
        message.request,
        message.anchor,
        message.cells,
        message.settings,
        continues=message.continues,
        goes_on=message.goes_on,
        allowed=message.allowed,
    )
