"""One notebook's conversation with the agent: starts runs, steers and stops them, and tells who listens.

Server and command line use it alike; they differ in their `Desk` and their `Audience`.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import PurePath
from typing import Any

from codeact_jupyter.about import about
from codeact_jupyter.beside import Beside
from codeact_jupyter.config import Settings
from codeact_jupyter.context import Context, render
from codeact_jupyter.errors import CodeActError, SettingError
from codeact_jupyter.events import Event, RunFinished, Steered, UserAsked
from codeact_jupyter.loop import Limits, Run
from codeact_jupyter.model.client import ChatModel
from codeact_jupyter.notebook.cells import Author, RunCells
from codeact_jupyter.notebook.seen import Seen
from codeact_jupyter.observation import Budget, Observation
from codeact_jupyter.ports import Finished, Parts
from codeact_jupyter.session.desk import Audience, Desk, KernelNews
from codeact_jupyter.session.exchange import exchange
from codeact_jupyter.session.installing import Installing, package_of
from codeact_jupyter.session.parts import AllowAll, CellHolds, KernelOnDemand, chat_model
from codeact_jupyter.store import Store


class Busy(CodeActError):
    """A run goes on in this notebook."""


@dataclass(frozen=True)
class Request:
    """What is asked of a notebook's session."""

    run: str
    """Id of the run, made by who asks: asked twice, it starts once."""
    text: str
    anchor: str | None = None
    """Id of the cell below which new cells go; None: at the end."""
    cells: tuple[str, ...] = ()
    """Ids of cells that the request is about."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """For this run alone."""
    install: str = ""
    """A module: it is installed, no model is asked, and `text` is of no account."""
    aside: bool = False
    """The kernel's main shell waits for this run: its code runs in a subshell."""


@dataclass(frozen=True)
class _Live:
    """A run that goes on, and what it holds."""

    id: str
    run: Run
    kernel: KernelOnDemand
    model: ChatModel | Installing

    async def work(self, asked: UserAsked) -> RunFinished:
        try:
            return await self.run.run(asked)
        finally:
            await self.kernel.close()
            await self.model.aclose()


class Session:
    """One per notebook and process.  `settings` is asked at each start, with what the request says of them."""

    def __init__(self, desk: Desk, store: Store, settings: Callable[[Mapping[str, Any]], Settings], audience: Audience):
        self.desk, self.store = desk, store
        self.beside = Beside()
        self.typed = ""
        """The reply that streams in now: for a browser that comes late."""
        self._settings, self._audience = settings, audience
        self._live: tuple[_Live, asyncio.Task[RunFinished]] | None = None

    @property
    def conversation(self) -> str:
        """Id of the notebook's conversation in the store."""
        return self.store.conversation(self.desk.key)

    @property
    def live(self) -> str | None:
        """Id of the run that goes on."""
        return self._live[0].id if self._live else None

    def start(self, request: Request) -> asyncio.Task[RunFinished] | None:
        """Begin a run; None: it was begun already.  Raises `Busy`, or `SettingError` when no model could be asked."""
        if self._live:
            if self._live[0].id == request.run:
                return None
            raise Busy("A run goes on in this notebook. Stop it, or send your words to it.")
        settings = self._settings(request.settings)
        if request.install:
            request = replace(request, text=f"Install {package_of(request.install)}", cells=())
        elif settings.problem:
            raise SettingError(settings.problem)
        conversation = self.conversation
        history = self.store.history(conversation)
        if not self.store.begin(request.run, conversation):
            return None
        asked = UserAsked(
            text=request.text,
            path=self.desk.path,
            anchor=request.anchor,
            conversation=conversation,
            cells=request.cells,
            model="" if request.install else settings.named,
            format="code" if request.install else settings.action_format,
        )
        live = self._make(request, settings, asked, history)
        task = asyncio.create_task(live.work(asked))
        self._live = (live, task)
        task.add_done_callback(self._over)
        return task

    def steer(self, run: str, text: str) -> bool:
        """Words for the next step; False: that run is over."""
        if self._live and self._live[0].id == run:
            self._live[0].run.steer(text)
            return True
        return False

    async def stop(self, run: str) -> None:
        """Ends the model call and our action; returns when it is recorded.  A run that is over is left as it is."""
        if self._live and self._live[0].id == run:
            live, task = self._live
            if not live.run.stopping:  # asked twice, it is cancelled once: the way out is not to be broken off
                live.run.stopping = True
                task.cancel()
            await asyncio.wait([task])

    async def close(self) -> None:
        """The process ends: what goes on is cut off, and can be taken up again."""
        if self._live:
            _, task = self._live
            task.cancel()
            await asyncio.wait([task])

    def _over(self, task: asyncio.Task[RunFinished]) -> None:
        self._live, self.typed = None, ""
        if not task.cancelled():
            task.exception()  # recorded by the loop; asked for, so that asyncio does not complain

    def _make(self, request: Request, settings: Settings, asked: UserAsked, history: list[Event]) -> _Live:
        run_id = request.run
        doing = self._audience.doing
        news = KernelNews(
            state=lambda what: doing(run_id, what),
            lost=lambda text: run.tell(text),
            may_restart=lambda: self._audience.may_restart(run_id),
        )
        model = Installing(request.install) if request.install else chat_model(settings, lambda why: doing(run_id, "retrying", why))
        kernel = KernelOnDemand(lambda: self.desk.kernel(news), self.desk.release, request.aside)
        seen = Seen(history)
        author = Author(run_id, asked.model, settings.tidy, settings.scratch == "keep")
        cells = RunCells(self.desk, author, asked.anchor, seen)
        look = partial(self._look, run_id, settings, asked, kernel, seen)
        talk = exchange(model, settings, look, self.store, lambda why: doing(run_id, "retrying", why))
        parts = Parts(
            model=talk.model,
            prompt=talk.prompt,
            format=talk.format,
            policy=AllowAll(),
            approver=CellHolds(cells),
            notebook=cells,
            kernel=kernel,
            observe=talk.observe,
        )
        run: Run = Run(
            parts,
            lambda event: self._record(run_id, cells, event),
            Limits(settings.max_steps, settings.timeout),
            history,
            lambda text: self._typing(run_id, text),
        )
        return _Live(run_id, run, kernel, model)

    async def _look(self, run: str, settings: Settings, asked: UserAsked, kernel: KernelOnDemand, seen: Seen) -> str:
        await self.desk.open()
        names = await kernel.names()
        files, more = await asyncio.to_thread(self.beside.look, self.desk.folder)
        self._audience.doing(run, "thinking")
        context = Context(PurePath(self.desk.path).name, self.desk.document.cells(), asked.anchor, names, files, more)
        subject, shown = about(context.cells, asked.cells, _as_text)
        seen.shown(shown)
        return "\n\n".join(filter(None, (render(context, settings.context_chars), subject)))

    def _record(self, run: str, cells: RunCells, event: Event) -> None:
        recorded = self.store.append(run, event)
        cells.heard(event)
        if not isinstance(event, Steered):  # the user's words come while a reply streams
            self.typed = ""
        self._audience.recorded(recorded)

    def _typing(self, run: str, text: str) -> None:
        self.typed = text
        self._audience.typing(run, text)


def _as_text(outputs: Sequence[Mapping[str, Any]]) -> str:
    """Outputs of a cell that a request is about."""
    return Observation(Budget(total=2000))("", Finished("ok", outputs)).text
