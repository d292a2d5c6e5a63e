"""One notebook as the server serves it: its session, its desk, and the browser that shows it."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pydantic import BaseModel

from codeact_jupyter.beside import files_beside
from codeact_jupyter.config import Settings
from codeact_jupyter.errors import CodeActError, SettingError
from codeact_jupyter.events import Recorded
from codeact_jupyter.protocol import AskRestart, Doing, Notice, Subscribe, Typing, Welcome
from codeact_jupyter.session.attach import Browser, ServerDesk
from codeact_jupyter.session.session import Session
from codeact_jupyter.suggest import suggestions

if TYPE_CHECKING:
    from codeact_jupyter.server.app import CodeActExtension


class Listener(Browser, Protocol):
    """A browser's socket, which hears of runs too."""

    def tell(self, message: BaseModel) -> None: ...


class Room:
    """Lives as long as the server once its notebook was shown: runs outlive the tab."""

    def __init__(self, app: "CodeActExtension", path: str):
        self._app = app
        self.desk = ServerDesk(app.server, path, app.store, app.config_values.absence, self._notice)
        self.session = Session(self.desk, app.store, self.settings, self)
        self._listener: Listener | None = None
        self._user: dict[str, Any] = {}
        self._doing: Doing | None = None
        self._restart: asyncio.Future[bool] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def settings(self) -> Settings:
        """For the next run.  Raises `SettingError`."""
        return self._app.settings_for(self._user)

    # the browser

    async def join(self, listener: Listener, subscribe: Subscribe) -> None:
        """A browser shows the notebook: it is told all it has not heard yet, then what happens."""
        self._user = subscribe.settings
        self.desk.join(listener)
        self._listener = listener
        listener.tell(await self._welcome(subscribe.base))
        for run in self.session.store.runs(self.session.conversation):
            for recorded in self.session.store.events(run, subscribe.after.get(run, 0)):
                listener.tell(recorded)
        if self.session.live:
            if self.session.typed:
                listener.tell(Typing(run=self.session.live, text=self.session.typed))
            if self._doing:
                listener.tell(self._doing)
        if self._restart:
            listener.tell(AskRestart(run=self.session.live or ""))

    def leave(self, listener: Listener) -> None:
        """Its socket broke."""
        if listener is self._listener:
            self._listener = None
        self.desk.leave(listener)

    async def configure(self, settings: dict[str, Any]) -> None:
        """The user's settings changed: they hold from the next run on."""
        self._user = settings
        self.tell(await self._welcome(None))

    async def new_conversation(self) -> None:
        """Later requests are sent without the runs until now.  Raises `CodeActError` in mid-run."""
        if self.session.live:
            raise CodeActError("A run goes on. Stop it before you begin a new conversation.")
        self.session.store.new_conversation(self.desk.key)
        self.tell(await self._welcome(None))

    def stop(self, run: str) -> None:
        """Returns at once; the run's end is recorded."""
        self._spawn(self.session.stop(run))

    def restart_kernel(self) -> None:
        """The user wants it."""
        if self._restart and not self._restart.done():
            self._restart.set_result(True)
        else:
            self._spawn(self.desk.restart_kernel())

    def tell(self, message: BaseModel) -> None:
        if self._listener:
            self._listener.tell(message)

    async def close(self) -> None:
        """The server ends."""
        await self.session.close()
        try:
            await self.desk.shutdown()
        except CodeActError as error:
            self._app.log.error("%s", error)

    # the run (Audience)

    def recorded(self, recorded: Recorded) -> None:
        self._doing = None
        self.desk.touch()
        self._app.server.web_app.settings["api_last_activity"] = datetime.now(UTC)
        self.tell(recorded)

    def typing(self, run: str, text: str) -> None:
        self.tell(Typing(run=run, text=text))

    def doing(self, run: str, what: str, detail: str = "") -> None:
        self._doing = Doing.model_validate({"run": run, "what": what, "detail": detail})
        self.tell(self._doing)

    async def may_restart(self, run: str) -> bool:
        self._restart = asyncio.get_running_loop().create_future()
        self.tell(AskRestart(run=run))
        try:
            return await self._restart
        finally:
            self._restart = None

    async def _welcome(self, base: str | None) -> Welcome:
        problem, settings = "", Settings()
        try:
            settings = self.settings()
            problem = settings.problem
        except SettingError as error:
            problem = str(error)
        file: Literal["same", "ours", "other"] = "same"
        now = ""
        try:
            file, now = await self.desk.storage.against(base)
        except CodeActError as error:
            problem = str(error)
        files, _ = await asyncio.to_thread(files_beside, self.desk.folder)
        return Welcome(
            conversation=self.session.conversation,
            live=(self.session.live,) if self.session.live else (),
            model=settings.named,
            where=settings.where,
            problem=problem,
            max_steps=settings.max_steps,
            examples=tuple(suggestions(files)),
            file=file,
            hash=now or None,
        )

    def _notice(self, message: str) -> None:
        self.tell(Notice(message=message))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        async def guarded() -> None:
            try:
                await work
            except CodeActError as error:
                self._notice(str(error))

        task = asyncio.create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
