"""A session with a real kernel, a real notebook file, and a scripted model behind real HTTP."""

import asyncio
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat

from codeact_jupyter.config import Settings
from codeact_jupyter.errors import CodeActError
from codeact_jupyter.events import ActionProposed, Event, Recorded, RunFinished
from codeact_jupyter.ports import Verdict
from codeact_jupyter.session.desk import Decision
from codeact_jupyter.session.local import LocalDesk
from codeact_jupyter.session.session import Request, Session
from codeact_jupyter.store import Store
from codeact_jupyter.testing import Item, ScriptedServer, notebook, say

ACTION = ["model_replied", "action_proposed", "action_decided", "action_started", "observed"]


def act(source: str, prose: str = "A step.") -> str:
    return f"{prose}\n\n<execute>\n{source}\n</execute>"


def acts(source: str) -> Item:
    return say(act(source))


@dataclass
class Heard:
    """The audience."""

    recorded_: list[Recorded] = field(default_factory=list)
    done: list[tuple[str, str]] = field(default_factory=list)

    def recorded(self, recorded: Recorded) -> None:
        self.recorded_.append(recorded)

    def typing(self, run: str, text: str) -> None: ...

    def doing(self, run: str, what: str, detail: str = "") -> None:
        self.done.append((what, detail))

    async def approve(self, run: str, proposed: ActionProposed, verdict: Verdict) -> Decision:
        return Decision(False, note="Nobody is here.")

    async def may_restart(self, run: str) -> bool:
        return True


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    events: list[Event]
    model: ScriptedServer

    @property
    def end(self) -> RunFinished:
        assert isinstance(self.events[-1], RunFinished)
        return self.events[-1]

    def said(self, request: int) -> str:
        """The last message of a request, counted from 0."""
        content: str = self.model.requests[request]["messages"][-1]["content"]
        return content

    def observed(self) -> list[tuple[str, str]]:
        return [(event.status, event.text) for event in self.events if event.type == "observed"]


class Scene:
    """A notebook file in a folder, its session, and who listens."""

    def __init__(self, folder: Path):
        self.path = folder / "n.ipynb"
        self.store = Store(folder / "store" / "store.sqlite")
        self.desk = LocalDesk(self.path, self.store, dict(os.environ))
        self.heard = Heard()
        self.settings = Settings(model="m")
        self.session = Session(self.desk, self.store, lambda _: self.settings, self.heard)
        self._runs = 0

    async def work(self, script: Sequence[Item], request: str = "do it", **settings: Any) -> Outcome:
        """A run from start to end; all that is always true of one is checked."""
        async with ScriptedServer(script) as model:
            return await self.work_with(model, request, **settings)

    async def work_with(self, model: ScriptedServer, request: str = "do it", **settings: Any) -> Outcome:
        self._runs += 1
        self.settings = replace(self.settings, base_url=model.url, **settings)
        await self.desk.open()
        task = self.session.start(Request(self.run, request))
        assert task
        await asyncio.wait([task])
        with suppress(CodeActError, asyncio.CancelledError):
            task.result()
        recorded = self.store.events(self.run)
        assert [entry.seq for entry in recorded] == list(range(1, len(recorded) + 1))
        assert recorded == [entry for entry in self.heard.recorded_ if entry.run == self.run]
        assert model.others == []
        self.cells()
        outcome = Outcome([entry.event for entry in recorded], model)
        assert "Traceback" not in outcome.end.message
        assert "itself broke" not in outcome.end.message
        return outcome

    @property
    def run(self) -> str:
        return f"run{self._runs}"

    def cells(self) -> list[Any]:
        """Of the notebook file, which is valid."""
        found = nbformat.reads(self.path.read_text(), as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
        nbformat.validate(found)
        return list(found.cells)

    def sources(self) -> list[str]:
        return [cell.source for cell in self.cells()]

    def put(self, *cells: Any) -> None:
        self.path.write_text(json.dumps(notebook(*cells)))
