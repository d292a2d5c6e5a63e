"""One notebook's conversation with the agent: starts runs and takes them up again, steers and stops them, and tells who listens.

Server and command line use it alike; they differ in their `Desk` and their `Audience`.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from codeact_jupyter.beside import Beside
from codeact_jupyter.budget import elapsed
from codeact_jupyter.config import Settings
from codeact_jupyter.errors import Busy, CodeActError, SettingError
from codeact_jupyter.events import ActionProposed, Event, Recorded, Resumed, RunFinished, UserAsked
from codeact_jupyter.masking import Veil
from codeact_jupyter.session.desk import Audience, Desk
from codeact_jupyter.session.installing import package_of
from codeact_jupyter.session.names import Names
from codeact_jupyter.session.terms import Terms
from codeact_jupyter.session.work import Order, Place, Work
from codeact_jupyter.store import Claim, Store

INSTALL_CUT_OFF = "The installation was cut off. Install the module again."


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
    continues: str | None = None
    """The run after which it comes; None: the newest; empty: it begins the conversation anew."""
    goes_on: bool = False
    """It works on the request of that run."""
    allowed: tuple[str, ...] = ()
    """Classes of effects that it allows itself."""
    terms: Terms = Terms()
    """Of an evaluation or a replay."""


class Session:
    """One per notebook and process.  `settings` is asked at each start, with what the request says of them."""

    def __init__(
        self,
        desk: Desk,
        store: Store,
        settings: Callable[[Mapping[str, Any]], Settings],
        audience: Audience,
        keys: Callable[[], Iterable[str]] = lambda: (),
    ):
        """`keys`: those in use besides that of a run's settings; nobody is told them."""
        self.desk, self.store = desk, store
        self.beside = Beside()
        self.typed = ""
        """The reply that streams in now: for a browser that comes late."""
        self._settings, self._audience = settings, audience
        self._place = Place(desk, store, audience, self.beside, Names(), self._typed, keys)
        self._live: tuple[Work, asyncio.Task[RunFinished]] | None = None

    @property
    def conversation(self) -> str:
        """Id of the notebook's conversation in the store."""
        return self.store.conversation(self.desk.key)

    def hidden(self, text: str) -> str:
        """Words of the user's as they may be kept: without the keys."""
        return Veil(self._place.keys()).text(text)

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
        settings = self._usable(request.settings, model=not request.install)
        if request.install:
            request = replace(request, text=f"Install {package_of(request.install)}", cells=())
        if (claim := self.store.claim(request.run)) is None:
            return None
        with _let_go_if_it_fails(claim):
            conversation = self.conversation
            history = self.store.history(conversation, request.continues)
            if not self.store.begin(request.run, conversation):
                claim.release()
                return None
            if request.goes_on:
                request = replace(request, anchor=_last_cell(history) or request.anchor)
            asked = self._asked(request, settings, conversation)
            order = Order(request.run, asked, settings, history, request.install, request.aside, terms=request.terms)
            return self._go(Work(self._place, order), claim, Work.begin)

    def resume(self, run: str, settings: Mapping[str, Any], replay: bool = False) -> asyncio.Task[RunFinished]:
        """Take up a run that was cut off.  Raises `Busy`, `SettingError`, or `CodeActError` when it cannot be taken up.

        `replay`: if the kernel is another one than it had, its successful actions are run again there first.
        """
        if self._live:
            raise Busy("A run goes on in this notebook. Stop it before another one is resumed.")
        asked, _ = self._cut_off(run)
        chosen = self._usable({**asked.settings, **settings}, model=bool(asked.model))
        if (claim := self.store.claim(run)) is None:
            raise Busy("That run goes on in another process. Stop it there first.")
        with _let_go_if_it_fails(claim):
            asked, recorded = self._cut_off(run)  # again: another process may just have brought it to its end
            history = self.store.history(asked.conversation, run)
            self.desk.document.restore(self.store.journalled(run))
            asked = asked.model_copy(update={"approval": chosen.approval})
            order = Order(run, asked, chosen, history, resumed=True, replay=replay, seconds=elapsed(recorded))
            if not asked.model:
                self._end(run, INSTALL_CUT_OFF)
                raise CodeActError(INSTALL_CUT_OFF)
            return self._go(Work(self._place, order), claim, Work.resume)

    def steer(self, run: str, text: str) -> bool:
        """Words for the next step; False: that run is over, or is about to be."""
        return bool(self._live and self._live[0].id == run and self._live[0].run.steer(text))

    async def stop(self, run: str) -> None:
        """Ends the model call and our action; returns when it is recorded.  A run that is over is left as it is."""
        if self._live and self._live[0].id == run:
            live, task = self._live
            ended = isinstance(next(reversed(live.run.history), None), RunFinished)
            if not (live.run.stopping or ended):  # it is cancelled once: the way out is not to be broken off
                live.run.stopping = True
                task.cancel()
            await asyncio.wait([task])

    async def close(self) -> None:
        """The process ends: what goes on is cut off, and can be taken up again."""
        if self._live:
            _, task = self._live
            task.cancel()
            await asyncio.wait([task])

    def _cut_off(self, run: str) -> tuple[UserAsked, Sequence[Recorded]]:
        """What is recorded of a run that was cut off.  Raises `CodeActError`."""
        recorded = self.store.events(run)
        asked = recorded[0].event if recorded else None
        if not isinstance(asked, UserAsked):
            raise CodeActError(f"Nothing is recorded of a run {run!r}.")
        if isinstance(recorded[-1].event, RunFinished):
            raise CodeActError("That run has come to its end. Ask on from it instead.")
        return asked, recorded

    def _usable(self, of_run: Mapping[str, Any], model: bool) -> Settings:
        settings = self._settings(of_run)
        if model and settings.problem:
            raise SettingError(settings.problem)
        return settings

    def _asked(self, request: Request, settings: Settings, conversation: str) -> UserAsked:
        return UserAsked(
            text=request.text,
            path=self.desk.path,
            anchor=request.anchor,
            conversation=conversation,
            cells=request.cells,
            continues=request.continues,
            goes_on=request.goes_on,
            model="" if request.install else settings.named,
            format="code" if request.install else settings.action_format,
            approval="auto" if request.install else settings.approval,  # the user was asked with the offer
            allowed=request.allowed,
            settings=dict(request.settings),
            prices=settings.price,
        )

    def _go(self, work: Work, claim: Claim, go: Callable[[Work], Coroutine[Any, Any, RunFinished]]) -> asyncio.Task[RunFinished]:
        task = asyncio.create_task(go(work))
        self._live = (work, task)
        task.add_done_callback(lambda task: self._over(work, task, claim))
        return task

    def _over(self, work: Work, task: asyncio.Task[RunFinished], claim: Claim) -> None:
        self._live, self.typed = None, ""
        work.let_go()
        claim.release()
        if not task.cancelled():
            task.exception()  # recorded by the loop; asked for, so that asyncio does not complain

    def _end(self, run: str, why: str) -> None:
        for event in (Resumed(), RunFinished(reason="failed", message=why)):
            self._audience.recorded(self.store.append(run, event))

    def _typed(self, text: str) -> None:
        self.typed = text


@contextmanager
def _let_go_if_it_fails(claim: Claim) -> Iterator[None]:
    try:
        yield
    except BaseException:
        claim.release()
        raise


def _last_cell(history: Sequence[Event]) -> str | None:
    """Where a run that goes on from another one goes on."""
    return next((event.cell_id for event in reversed(history) if isinstance(event, ActionProposed) and not event.scratch), None)
