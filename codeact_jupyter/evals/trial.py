"""A task, tried once: a folder, a notebook, a kernel and a run of their own, and the row that comes of it."""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

from codeact_jupyter.config import Settings
from codeact_jupyter.errors import CodeActError
from codeact_jupyter.evals.asking import system
from codeact_jupyter.evals.broken import broke
from codeact_jupyter.evals.row import Row, counted
from codeact_jupyter.evals.seeing import SEEING
from codeact_jupyter.evals.task import Brief, Look, Looked, Score, Task
from codeact_jupyter.events import ActionProposed, Event, Recorded, RunFinished
from codeact_jupyter.export.trajectory import EVALUATED
from codeact_jupyter.formats import evaluated
from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.ports import Verdict
from codeact_jupyter.session.desk import Decision, KernelNews
from codeact_jupyter.session.local import LocalDesk
from codeact_jupyter.session.session import Request, Session
from codeact_jupyter.session.terms import Terms
from codeact_jupyter.session.unseen import said, unseen
from codeact_jupyter.store import Store

WRONG = "Your answer is incorrect. Please try again."
LOOK_SECONDS = 60.0
LONGEST_SETUP = 60_000
"""Characters of it that are recorded with each run; longer ones (databases) are not, and such a run is replayed without its tools."""
STOP_SECONDS = 10.0
"""After the wall limit; then the kernel is killed."""


@dataclass(frozen=True)
class Condition:
    """How a task is tried."""

    suite: str
    format: str
    settings: Settings
    repeat: int = 1
    observation: str = "full"
    wall: float = 600.0
    """Seconds for all of it."""


@dataclass
class Heard:
    """The audience: what is recorded goes into a file at once, and nobody can be asked."""

    file: TextIO
    events: list[Event]

    def recorded(self, recorded: Recorded) -> None:
        self.events.append(recorded.event)
        self.file.write(recorded.model_dump_json() + "\n")
        self.file.flush()

    def typing(self, run: str, text: str) -> None: ...

    def doing(self, run: str, what: str, detail: str = "") -> None: ...

    async def approve(self, run: str, proposed: ActionProposed, verdict: Verdict) -> Decision:
        return Decision(False)

    async def may_restart(self, run: str) -> bool:
        return True


class OutOfTime(Exception):
    """The wall limit was reached."""


class Trial:
    """One task under one condition."""

    def __init__(self, task: Task, condition: Condition, events: Path, keys: Callable[[], tuple[str, ...]] = lambda: ()):
        """`events`: the file that they are written to, anew."""
        self._task, self._condition, self._path, self._keys = task, condition, events, keys
        self._score = Score(False, False)
        self._answer: str | None = None
        self._spoilt: Exception | None = None

    async def run(self) -> Row:
        """Whatever goes wrong is in the row; only `asyncio.CancelledError` comes out."""
        began = time.monotonic()
        heard: list[Event] = []
        end, message = "broken", ""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("w", encoding="utf-8") as file:
            try:
                finished = await self._tried(Heard(file, heard))
                end, message = finished.reason, finished.message
            except OutOfTime:
                end, message = "timeout", f"Not done within {self._wall:g} s."
            except Exception as error:  # noqa: BLE001  a task that breaks is a row, never the end of an evaluation
                message = broke(error)
        return Row(
            suite=self._condition.suite,
            task=self._task.name,
            format=self._condition.format,
            model=self._condition.settings.named,
            repeat=self._condition.repeat,
            observation=self._condition.observation,
            success_reference=self._score.reference,
            success_fixed=self._score.fixed,
            end=end,
            seconds=round(time.monotonic() - began, 3),
            events=str(self._path),
            answer=self._answer,
            message=message,
            detail=self._score.detail,
            **counted(heard),
        )

    async def _tried(self, heard: Heard) -> "RunFinished":
        brief = self._task.brief
        with tempfile.TemporaryDirectory(prefix="codeact-", ignore_cleanup_errors=True) as place:
            folder = Path(place) / "task"
            notebook = _laid_out(brief, folder)
            store = Store(Path(place) / "store.sqlite")
            # neither checks that were run, nor start-up files of the user's: nothing of one trial is left for the next
            desk = LocalDesk(notebook, store, {**os.environ, "IPYTHONDIR": str(Path(place) / "ipython")})
            try:
                async with asyncio.timeout(self._wall) as limit:
                    return await self._worked(desk, store, heard)
            except TimeoutError as error:
                if limit.expired():
                    raise OutOfTime from error
                raise  # of the task's own code, which may wait for something too
            finally:
                await desk.close()
                store.close()

    async def _worked(self, desk: LocalDesk, store: Store, heard: Heard) -> RunFinished:
        brief, condition = self._task.brief, self._condition
        steps = min(condition.settings.max_steps, brief.max_steps or condition.settings.max_steps)
        settings = replace(condition.settings, approval="auto", format=condition.format, max_steps=steps)
        session = Session(desk, store, lambda _: settings, heard, self._keys)
        await desk.open()
        terms = self._terms(desk)
        noted = {"max_steps": steps, EVALUATED: self._noted(terms)}
        cells = tuple(str(cell.get("id")) for cell in desk.document.cells()) if brief.rewrites else ()
        task = session.start(Request(uuid4().hex, brief.instruction, cells=cells, settings=noted, terms=terms))
        assert task, "the id is new"
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            await _ended(session, desk)
            raise
        if self._spoilt:
            raise self._spoilt
        end = heard.events[-1] if heard.events else None
        if not isinstance(end, RunFinished):
            task.result()
            raise CodeActError("The run broke off.")
        self._answer = end.answer if end.answer is not None else self._answer
        if self._task.checking == "at the end":
            async with _looking(desk) as look:
                self._score = await self._task.score(end.answer, look)
        return end

    @property
    def _wall(self) -> float:
        """Seconds: the evaluation's, or the task's own where those are fewer."""
        return min(self._condition.wall, self._task.brief.seconds or self._condition.wall)

    def _noted(self, terms: Terms) -> dict[str, Any]:
        """What is recorded of the terms, for export and replay."""
        brief = self._task.brief
        setup = brief.setup if len(brief.setup) <= LONGEST_SETUP else None
        tools = [tool.name for tool in brief.tools]
        return {"suite": self._condition.suite, "task": self._task.name, "system": terms.system, "tools": tools, "setup": setup}

    def _terms(self, desk: LocalDesk) -> Terms:
        brief, condition = self._task.brief, self._condition

        async def check(answer: str) -> str | None:
            self._answer = answer
            try:
                async with _looking(desk) as look:
                    score = await self._task.score(answer, look)
            except Exception as error:
                self._spoilt = error  # the run ends by it, and takes it for its own
                raise
            self._score = replace(score, fixed=score.fixed or self._score.fixed)  # one right answer is enough
            return None if score.reference else WRONG  # as the reference's loop goes on

        return Terms(
            format=lambda: evaluated(condition.format, tuple(tool.name for tool in brief.tools)),
            system=system(condition.format, brief.tools),
            setup=brief.setup,
            check=check if self._task.checking == "each answer" else None,
            observe=SEEING[condition.observation],
            context=brief.context,
            last_words=False,
            circles=False,
        )


def _laid_out(brief: Brief, folder: Path) -> Path:
    if brief.files:
        shutil.copytree(brief.files, folder)
    else:
        folder.mkdir(parents=True)
    notebook = folder / (brief.notebook.name if brief.notebook else "task.ipynb")
    if brief.notebook:
        shutil.copyfile(brief.notebook, notebook)
    return notebook


async def _ended(session: Session, desk: LocalDesk) -> None:
    if run := session.live:
        stopping = asyncio.create_task(session.stop(run))
        done, _ = await asyncio.wait([stopping], timeout=STOP_SECONDS)
        if not done:
            await desk.kill()
        await stopping


@asynccontextmanager
async def _looking(desk: LocalDesk) -> AsyncIterator[Look]:
    """A client of its own; the kernel is started if the run never needed it."""
    kernel: list[KernelClient] = []

    async def look(code: str) -> Looked:
        if not kernel:
            kernel.append(await desk.kernel(KernelNews(lambda _: None, lambda _: None, _yes)))
        finished = await unseen(kernel[0], code, LOOK_SECONDS)
        return Looked(finished.status == "ok", said(finished))

    try:
        yield look
    finally:
        for client in kernel:
            await desk.release(client)


async def _yes() -> bool:
    return True
