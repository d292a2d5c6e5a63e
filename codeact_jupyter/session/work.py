"""A run with all its parts, made from what is asked and set: what `session` starts."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath
from typing import Any, TypeVar

from pydantic import BaseModel

from codeact_jupyter.about import about
from codeact_jupyter.beside import Beside
from codeact_jupyter.budget import Limits, Stopwatch
from codeact_jupyter.config import Settings
from codeact_jupyter.context import Context, render
from codeact_jupyter.events import ActionDecided, Event, Observed, RunFinished, Steered, UserAsked
from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.loop import Run
from codeact_jupyter.masking import Veil
from codeact_jupyter.notebook.cells import Author, RunCells
from codeact_jupyter.notebook.seen import Seen
from codeact_jupyter.notebook.valid import readable
from codeact_jupyter.observation import Budget, Observation
from codeact_jupyter.ports import Code, Finished, Name, Observe, Parts, Verdict
from codeact_jupyter.position import allowed, position
from codeact_jupyter.session.approvals import Asking, Judge
from codeact_jupyter.session.desk import Audience, Desk, KernelNews
from codeact_jupyter.session.exchange import Bound, exchange
from codeact_jupyter.session.hiding import Hiding
from codeact_jupyter.session.installing import Installing
from codeact_jupyter.session.names import Names
from codeact_jupyter.session.parts import KernelOnDemand, Preparing, chat_model
from codeact_jupyter.session.replay import Done, last_kernel, replay, successful
from codeact_jupyter.session.terms import ClosingModel, Terms
from codeact_jupyter.store import Store

MAY_HAVE_RUN = "What ran when it was cut off may have run in part or whole. It is not run again."
E = TypeVar("E", bound=BaseModel)

LOST = "The kernel is a new one: all variables of before are lost. Make anew what you need; do not repeat what has effects outside of it."


@dataclass(frozen=True)
class Place:
    """Where a session's runs work, and who hears of them."""

    desk: Desk
    store: Store
    audience: Audience
    beside: Beside
    names: Names
    typed: Callable[[str], None]
    """The reply that streams in now."""
    keys: Callable[[], Iterable[str]]
    """Those in use, besides that of a run's settings."""


@dataclass(frozen=True)
class Order:
    """What a run is to be made from."""

    run: str
    asked: UserAsked
    settings: Settings
    history: Sequence[Event]
    """The runs before it, and of a run that was cut off what it had recorded."""
    install: str = ""
    aside: bool = False
    resumed: bool = False
    replay: bool = False
    seconds: float = 0.0
    """Of its time before it was cut off."""
    terms: Terms = Terms()


class Work:
    """A run that goes on, and what it holds."""

    def __init__(self, place: Place, order: Order):
        self.id = order.run
        self._place, self._order = place, order
        self._over = False
        settings, asked = order.settings, order.asked
        self._veil = Veil((settings.api_key, *place.keys()))
        prepare = Preparing(order.terms.setup) if order.terms.setup else None
        self.kernel = KernelOnDemand(lambda: place.desk.kernel(self._news()), place.desk.release, order.aside, self._first, prepare)
        self.model = self._model()
        self._seen = Seen(order.history)
        root = place.desk.root
        author = Author(order.run, asked.model, settings.tidy, settings.scratch == "keep", folder=str(place.desk.folder), root=str(root))
        self.cells = RunCells(place.desk, author, asked.anchor, self._seen)
        if order.resumed:
            self.cells.restore(order.history)
        self._judge = Judge(asked.approval, self._names, lambda: allowed(self.run.history), lambda: place.desk.sandboxed)
        self.run = self._run()

    async def begin(self) -> RunFinished:
        """From the request to the end."""
        return await self._held(self.run.run(self._order.asked))

    async def resume(self) -> RunFinished:
        """From where it was cut off to the end."""
        return await self._held(self._resume())

    async def _resume(self) -> RunFinished:
        await self._place.desk.open()
        here = position(self._order.history)
        unknown = here.proposed if here.at == "unknown" else None
        return await self.run.resume(MAY_HAVE_RUN if unknown else "")

    async def _held(self, work: Any) -> RunFinished:
        try:
            end: RunFinished = await work
            return end
        finally:
            await self.kernel.close()
            await self.model.aclose()

    def let_go(self) -> None:
        """It is over.  Its parts refer to it as it does to them: such a ring stays until the collector comes, in a server for minutes."""
        self._over = True
        del self.run, self.model, self.kernel, self.cells, self._judge

    def _model(self) -> ClosingModel:
        if self._order.install:
            return Installing(self._order.install)
        named = self._order.terms.model
        return named() if named else chat_model(self._order.settings, self._retrying)

    def _retrying(self, why: str) -> None:
        self._place.audience.doing(self.id, "retrying", self._veil.text(why))

    def _news(self) -> KernelNews:
        audience = self._place.audience
        return KernelNews(
            state=lambda what: audience.doing(self.id, what),
            lost=self._lost,
            may_restart=lambda: audience.may_restart(self.id),
        )

    def _lost(self, text: str) -> None:
        if not (self._over or self.run.over):  # a stopped action of its may still wait in the kernel
            self.run.tell(text)

    def _run(self) -> Run:
        place, order, settings, terms = self._place, self._order, self._order.settings, self._order.terms
        talk = exchange(Hiding(self.model, self._veil), Bound(settings, place.store, terms), self._look, self._retrying)
        parts = Parts(
            model=talk.model,
            prompt=talk.prompt,
            format=talk.format,
            policy=self._judge,
            approver=Asking(self.id, self.cells, place.audience),
            notebook=self.cells,
            kernel=self.kernel,
            observe=partial(self._observe, talk.observe),
            check=terms.check,
        )
        limits = Limits(
            settings.max_steps,
            settings.timeout,
            settings.max_tokens,
            settings.max_seconds,
            settings.max_cost,
            terms.last_words,
            terms.circles,
        )
        return Run(parts, self._record, limits, order.history, self._typing, Stopwatch(order.seconds))

    def _observe(self, observe: Observe, action_id: str, finished: Finished | None, so_far: Sequence[Mapping[str, Any]] = ()) -> Observed:
        if finished:
            self._place.names.after(finished, self._code(action_id), self.kernel.identity)
            finished = replace(finished, outputs=self._veil.value(list(finished.outputs)))  # before half of a key could be left out
        return self._safe(observe(action_id, finished, self._veil.value(list(so_far))))

    def _code(self, action_id: str) -> str:
        decided = (event for event in reversed(self.run.history) if isinstance(event, ActionDecided) and event.action_id == action_id)
        return next((event.code for event in decided), "")

    async def _first(self, client: KernelClient) -> None:
        """What a run that was cut off finds: the kernel that it had, or another one."""
        before = last_kernel(self._order.history)
        if not self._order.resumed or not before or client.identity == before:
            return
        if not self._order.replay:
            self.run.tell(LOST)
            return
        done = successful(self._order.history, before)
        self._place.audience.doing(self.id, "running", "what succeeded before")
        came = await replay(client, done, self._judge_again, self._order.settings.timeout)
        self.run.tell(f"The kernel is a new one. {came}")

    async def _names(self) -> Mapping[str, Name]:
        kernel, names = await self.kernel.news()
        if names:
            self._place.names.seen(kernel, names)
        return self._place.names.now()

    async def _judge_again(self, done: Done) -> Verdict:
        return await self._judge.judge(Code(done.code), self.cells.again(done.cell_id))

    async def _look(self) -> str:
        place, asked, settings = self._place, self._order.asked, self._order.settings
        await place.desk.open()
        if not self._order.terms.context:
            return ""
        kernel, names = await self.kernel.ready(), await self.kernel.names()
        place.names.seen(kernel, names)
        files, more = await asyncio.to_thread(place.beside.look, place.desk.folder, not place.desk.sandboxed)
        place.audience.doing(self.id, "thinking")
        cells = [readable(cell) for cell in place.desk.document.cells()]
        context = Context(PurePath(place.desk.path).name, cells, asked.anchor, names, files, more)
        subject, shown = about(context.cells, asked.cells, _as_text)
        self._seen.shown(shown)
        return "\n\n".join(filter(None, (render(context, settings.context_chars), subject)))

    def _record(self, event: Event) -> None:
        self._place.desk.document.note()  # what is recorded of a cell is in the journal by then
        recorded = self._place.store.append(self.id, self._safe(event))
        self.cells.heard(event)
        if not isinstance(event, Steered):  # the user's words come while a reply streams
            self._place.typed("")
        self._place.audience.recorded(recorded)

    def _safe(self, event: E) -> E:
        """As it may be told: without the keys, whoever said them."""
        told = event.model_dump()
        safe = self._veil.value(told)
        return event if safe == told else type(event).model_validate(safe)

    def _typing(self, text: str) -> None:
        self._place.typed(text)
        self._place.audience.typing(self.id, text)


def _as_text(outputs: Sequence[Mapping[str, Any]]) -> str:
    """Outputs of a cell that a request is about."""
    return Observation(Budget(total=2000))("", Finished("ok", outputs)).text
