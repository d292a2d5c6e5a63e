"""One notebook as the server serves it: its session, its desk, and who shows it.

That is one browser document, the newest; or, where jupyter-collaboration keeps the notebook, everybody: all of them see one run.
"""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from codeact_jupyter.asked import Subscribe
from codeact_jupyter.config import Settings
from codeact_jupyter.errors import CodeActError
from codeact_jupyter.events import ActionProposed, Recorded, RunFinished, Steered
from codeact_jupyter.ports import Verdict
from codeact_jupyter.position import pending
from codeact_jupyter.protocol import Typing
from codeact_jupyter.server.choices import Choices
from codeact_jupyter.server.listeners import Listener, Listeners
from codeact_jupyter.server.questions import Questions
from codeact_jupyter.server.queue import Queue
from codeact_jupyter.session.attach import ServerDesk
from codeact_jupyter.session.collaboration import Rooms, keeper, too_old
from codeact_jupyter.session.contents import Standing
from codeact_jupyter.session.desk import Decision
from codeact_jupyter.session.session import Request, Session
from codeact_jupyter.session.shared_desk import SharedDesk

if TYPE_CHECKING:
    from codeact_jupyter.server.app import CodeActExtension

SUPERSEDED = "The notebook is shown in a newer tab. Take over here, and ask again."


class Room:
    """Lives as long as the server once its notebook was shown: runs outlive the tab."""

    def __init__(self, app: "CodeActExtension", path: str):
        self._app = app
        keeps = keeper(app.server)
        self._unfit = too_old() if keeps else ""
        """Why no run can start beside what keeps the notebook."""
        self.desk: ServerDesk | SharedDesk
        if keeps and not self._unfit:
            self.desk = SharedDesk(app.server, path, app.store, Rooms(app.server, keeps), self.notice)
        else:
            self.desk = ServerDesk(app.server, path, app.store, app.config_values.absence, self.notice)
        self.session = Session(self.desk, app.store, self.settings, self, app.keys_in_use)
        self._choices = Choices(app, self.session)
        self.listeners = Listeners()
        self._user: dict[str, Any] = {}
        """The settings of who asked last."""
        self.queue = Queue(self.session, self.listeners.tell)
        self.questions = Questions(self.listeners.tell)
        self._unfinished = ""
        """The run of which an event, but no end, was recorded."""
        self._tasks: set[asyncio.Task[None]] = set()

    def settings(self, run: Mapping[str, Any] | None = None) -> Settings:
        """For the next run, with what is set for it alone.  Raises `SettingError`."""
        return self._choices.settings(self._user, run or {})

    # the browser

    async def join(self, listener: Listener, subscribe: Subscribe) -> None:
        """A browser shows the notebook: it is told all it has not heard yet, then what happens."""
        self._user = subscribe.settings
        self.desk.join(listener)
        self.listeners.keep(lambda page: page is not listener and self.desk.shown_by(page))
        base, problem = subscribe.base, ""
        file: Standing = "same"
        try:
            file, base = await self.desk.stands(listener, base)
        except CodeActError as error:
            problem = str(error)
        welcome = await self._choices.welcome(subscribe.settings, self._unfit or problem)
        if not self.desk.shown_by(listener):
            return  # it went, or a newer one came
        # from here to the end nothing else runs: no event falls between what is told now and what is told then
        self.listeners.add(listener, subscribe.settings)
        listener.tell(welcome.model_copy(update={"file": file, "hash": base or None, **self._now()}))
        for recorded in self._recorded(subscribe.after):
            listener.tell(recorded)
        self._catch_up(listener)
        self._spawn(self._wait_on())

    def leave(self, listener: Listener) -> None:
        """Its socket broke."""
        self.listeners.drop(listener)
        self.desk.leave(listener)

    async def closed(self, listener: Listener, keep: bool) -> None:
        """The user closes the notebook.  Raises `NotebookError`."""
        self.listeners.drop(listener)
        await self.desk.closed(listener, keep)

    def start(self, listener: Listener, request: Request) -> None:
        """Begin a run that the page asks for.  Raises `CodeActError` with why it could not."""
        if not self.desk.heed(listener):
            raise CodeActError(SUPERSEDED)
        self._user = self.listeners.user(listener, self._user)
        self.begin(request)

    def begin(self, request: Request) -> "asyncio.Task[RunFinished] | None":
        """Begin a run; None: it was begun already.  Raises `CodeActError` with why it could not."""
        if self._unfit:
            raise CodeActError(self._unfit)
        if task := self.session.start(request):
            task.add_done_callback(lambda task: self._over(request.run, task))
        return task

    async def resume(self, run: str, replay: bool = False) -> None:
        """Take up a run that was cut off; one of an earlier conversation brings that back.  Raises `CodeActError` with why it could not."""
        if self.session.live:
            raise CodeActError("A run goes on. Stop it before you resume another one.")
        if self._choices.bring_back(run):
            await self._welcome_again()
            for recorded in self._recorded():
                self.listeners.tell(recorded)
            self.listeners.tell(self.queue.now())
        self._take_up(run, replay)

    def _take_up(self, run: str, replay: bool = False) -> None:
        task = self.session.resume(run, {}, replay)
        self._unfinished = run  # told of also if it breaks off before anything more is recorded
        task.add_done_callback(lambda task: self._over(run, task))

    def start_queued(self, run: str | None = None) -> None:
        """Begin this request of the queue, or the next.  Raises `CodeActError` with why it could not: then it waits on."""
        if request := self.queue.next(run):
            self.begin(request)
            self.queue.drop(request.run)

    async def configure(self, listener: Listener, settings: dict[str, Any]) -> None:
        """Its user's settings changed: they hold from the next run on."""
        self._user = settings
        if listener in self.listeners:
            self.listeners.add(listener, settings)
        await self._welcome_again()

    async def choose(self, connection: str, model: str) -> None:
        """Which model this conversation asks from the next run on; both empty: as the settings have it.  Raises `SettingError`."""
        await self._choices.choose(connection, model)
        await self._welcome_again()

    def refresh(self) -> None:
        """Saved connections changed: who shows the notebook is told which model is asked now."""
        if self.listeners:
            self._spawn(self._welcome_again())

    async def new_conversation(self) -> None:
        """Later requests are sent without the runs until now.  Raises `CodeActError` in mid-run."""
        if self.session.live:
            raise CodeActError("A run goes on. Stop it before you begin a new conversation.")
        await self._choices.renew()
        await self._welcome_again()
        self.listeners.tell(self.queue.now())

    async def delete_conversation(self) -> None:
        """Forget all that is recorded of it.  Raises `CodeActError` in mid-run."""
        if self.session.live:
            raise CodeActError("A run goes on. Stop it before you delete the conversation.")
        await self._choices.renew(forget=True)
        await self._welcome_again()
        self.listeners.tell(self.queue.now())

    def stop(self, run: str) -> None:
        """Returns at once; the run's end is recorded."""
        self._spawn(self.session.stop(run))

    def restart_kernel(self) -> None:
        """The user wants it."""
        if not self.questions.restart_wanted():
            self._spawn(self.desk.restart_kernel())

    def notice(self, message: str) -> None:
        """Something that belongs to no run: told when a browser is there."""
        self._app.log.warning("codeact: %s", message)
        self.listeners.notice(message)

    def deleted(self) -> None:
        """The notebook is gone: a run that goes on ends at its next step, and nothing is written where it was."""
        self.desk.leave_for_good(f"{self.desk.path} was deleted. Nothing more is done in it.")

    async def close(self) -> None:
        """The server ends."""
        self.desk.leave_for_good()
        await self.session.close()
        try:
            await self.desk.shutdown()
        except CodeActError as error:
            self._app.log.error("codeact: %s", error)
        for task in self._tasks:
            task.cancel()

    # the run (Audience)

    def recorded(self, recorded: Recorded) -> None:
        self._unfinished = "" if isinstance(recorded.event, RunFinished) else recorded.run
        if not isinstance(recorded.event, Steered):  # that changes nothing of what goes on
            self.listeners.done()
        self.listeners.tell(recorded)

    def typing(self, run: str, text: str) -> None:
        self.listeners.typing(run, text)

    def doing(self, run: str, what: str, detail: str = "") -> None:
        self.listeners.doing(run, what, detail)

    async def approve(self, run: str, proposed: ActionProposed, verdict: Verdict) -> Decision:
        return await self.questions.approve(run, proposed, verdict)

    async def may_restart(self, run: str) -> bool:
        return await self.questions.may_restart(run)

    def _over(self, run: str, task: "asyncio.Task[RunFinished]") -> None:
        self.listeners.done()
        error = None if task.cancelled() else task.exception()
        if not task.cancelled() and not error and task.result().reason == "answered":
            self._spawn(self._next())
        if error and not isinstance(error, CodeActError):
            self._app.log.error("codeact: run %s broke", run, exc_info=error)
        if error and self._unfinished == run:  # not even its end could be recorded: nobody has been told
            self.notice(f"The run broke off ({error}). Ask again.")
            self._spawn(self._welcome_again())

    async def _next(self) -> None:
        self.start_queued()

    async def _wait_on(self) -> None:
        """A run that was cut off while it waited for the user's word waits on: nothing runs by that."""
        store = self.session.store
        newest = store.lineage(self.session.conversation)[-1:]
        for run in [] if self.session.live else newest:
            if pending([recorded.event for recorded in store.events(run)]) and not store.alive(run):
                self._take_up(run)

    def _recorded(self, after: Mapping[str, int] | None = None) -> Iterator[Recorded]:
        """All that the conversation's runs have recorded, after the last that was heard of each."""
        for run in self.session.store.runs(self.session.conversation):
            yield from self.session.store.events(run, (after or {}).get(run, 0))

    def _now(self) -> dict[str, Any]:
        return {"conversation": self.session.conversation, "live": (self.session.live,) if self.session.live else ()}

    def _catch_up(self, listener: Listener) -> None:
        """What goes on and is not recorded."""
        if self.session.live:
            if self.session.typed:
                listener.tell(Typing(run=self.session.live, text=self.session.typed))
            if restart := self.questions.restart:
                listener.tell(restart)
        listener.tell(self.queue.now())
        self.listeners.catch_up(listener)

    async def _welcome_again(self) -> None:
        problem, now = "", ""
        try:
            now = await self.desk.storage.hash()
        except CodeActError as error:
            problem = str(error)
        for listener, user in self.listeners:
            welcome = await self._choices.welcome(user, self._unfit or problem)
            if listener in self.listeners:
                listener.tell(welcome.model_copy(update={"hash": now or None, **self._now()}))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        async def guarded() -> None:
            try:
                await work
            except CodeActError as error:
                self.notice(str(error))
            except Exception:
                self._app.log.exception("codeact: what the browser asked for could not be done")
                self.notice("The server could not do that; its log says why.")

        task = asyncio.create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
