"""The agent at work in a notebook: what loop and kernel do to it, with the real cells, journal and store."""

import copy
from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol

from codeact_jupyter.events import (
    ActionDecided,
    ActionProposed,
    ActionStarted,
    Event,
    ModelReplied,
    Observed,
    Resumed,
    RunFinished,
    UserAsked,
)
from codeact_jupyter.notebook.cells import Author, RunCells
from codeact_jupyter.notebook.content import joined
from codeact_jupyter.notebook.document import Document
from codeact_jupyter.notebook.seen import Seen
from codeact_jupyter.ports import Code
from codeact_jupyter.store import Store
from tests.invariants.copies import Cell, as_filed, name_of
from tests.invariants.ours import Ours, Output


class Desk(Protocol):
    document: Document

    async def open(self) -> None: ...

    async def save(self) -> None: ...

    async def finish(self) -> None: ...


class Agent:
    """One run after another, step by step."""

    def __init__(self, store: Store, desk: Callable[[], Desk], minor: int) -> None:
        self.store, self._desk, self._minor = store, desk, minor
        self.conversation = store.conversation("/n.ipynb")
        self.ours: dict[str, Ours] = {}
        """By name."""
        self.free: set[str] = set()
        """Names of cells that were the agent's and are the user's now."""
        self.on_take: Callable[[Ours, Cell], None] = lambda each, before: None
        """A cell that was like this is the agent's to write now: what it held is in `before`, and may be replaced."""
        self.phase: Literal["none", "idle", "writing", "asking", "running"] = "none"
        self._runs = self._counted = self._words = 0
        self._planned, self._streamed = "", 0
        self._cell = ""
        self._proposed: ActionProposed | None = None

    @property
    def run(self) -> str:
        return f"r{self._runs}"

    @property
    def document(self) -> Document:
        return self._desk().document

    @property
    def current(self) -> Ours | None:
        """The cell that is written or runs."""
        return next((each for each in self.ours.values() if each.id == self._cell), None) if self._cell else None

    def names(self) -> set[str]:
        return set(self.ours)

    async def begin(self, anchor: str | None, **author: Any) -> None:
        self._runs += 1
        self.history: list[Event] = self.store.history(self.conversation)
        assert self.store.begin(self.run, self.conversation)
        await self._desk().open()
        self._author, self._anchor = author, anchor
        self._record(UserAsked(text="do it", path="n.ipynb", anchor=anchor, conversation=self.conversation))
        self._cells()
        self.phase = "idle"

    def _cells(self) -> None:
        self.seen = Seen(self.history)
        self.cells = RunCells(self._desk(), Author(self.run, "m", **self._author), self._anchor, self.seen)

    def _record(self, event: Event) -> None:
        self.store.append(self.run, event)
        self.history.append(event)
        if not isinstance(event, UserAsked):
            self.cells.heard(event)

    # a reply streams in

    def open(self, scratch: bool, lines: int) -> None:
        self._words += 1
        self._planned = "\n".join(f"a{self._words} = {line}  # ä🎉" for line in range(lines))
        self._streamed = 0
        self._cell = self.cells.open_cell(Code("", scratch=scratch))
        self._hold(self._cell)
        self.phase = "writing"

    def stream(self, characters: int) -> None:
        self._streamed += characters
        self._write(self._planned[: self._streamed])

    def lose(self) -> None:
        """The reply broke off: nothing of it stays but what the user typed."""
        self._give_back(self._cell, self.cells.discard)
        self.phase = "idle"

    def propose(self) -> None:
        """It came to its end."""
        self._write(self._planned)
        self._replied(self._planned, self._cell)

    # a rewrite of a cell that is there

    async def rewrite(self, name: str, asks: bool) -> bool:
        """Of a cell of the user's, which the model was shown, or of its own; False: it was refused."""
        self._words += 1
        cell = next((cell for cell in self.document.cells() if name_of(as_filed(cell, self._minor)) == name), None)
        if cell is None or "id" not in cell:
            return False
        self._planned = f"a{self._words} = 0  # rewritten"
        code = Code(self._planned, cell_id=str(cell["id"]))
        self.seen.shown({str(cell["id"]): "".join(cell["source"])})
        before = copy.deepcopy(cell)
        self._cell = self.cells.open_cell(code, proposal=asks)
        if asks:
            self._hold(self._cell)
        else:
            self._take(self._cell, before)
        self._write(self._planned)
        self._replied(self._planned, self._cell)
        self._target = (str(cell["id"]), before) if asks else None
        self.phase = "asking" if asks else "running"
        if not asks:
            self._start()
        return True

    _target: tuple[str, Cell] | None = None

    def decide(self, allow: bool) -> bool:
        """The user's word; False: it came to nothing."""
        assert self._proposed
        held = self.cells.source(self._cell)
        if not allow or held is None:
            self._decided("deny", self._proposed.code)
            self._record(Observed(action_id=self._proposed.action_id, status="denied", text="No."))
            self._give_back(self._cell, self.cells.discard)
            self.phase = "idle"
            return False
        self._decided("allow", held)
        proposal = self._cell
        self._cell = self.cells.settle(proposal)
        if self._cell != proposal:
            self._settled(proposal)
        if self.cells.source(self._cell) != held:
            self._write(held)
        self._start(held)
        return True

    def _settled(self, proposal: str) -> None:
        assert self._target
        made = next(each for each in self.ours.values() if each.id == proposal)
        self._gave_back(made)
        self._take(self._cell, self._target[1])
        self._target = None

    def _replied(self, source: str, cell_id: str) -> None:
        self._record(ModelReplied(text=source))
        self._proposed = ActionProposed(action_id=f"action {self._words}", code=source, cell_id=cell_id)
        self._record(self._proposed)
        self.phase = "asking"

    def _decided(self, decision: Literal["allow", "deny"], code: str) -> None:
        assert self._proposed
        self._record(ActionDecided(action_id=self._proposed.action_id, decision=decision, by="user", code=code))

    def refused(self) -> None:
        """The model is told so; nothing ran."""
        if self._proposed and self.phase == "asking":
            self._record(Observed(action_id=None, status="rejected", text="Refused."))
        self._cell, self._target, self.phase = "", None, "idle"

    # it runs

    def _start(self, code: str = "") -> None:
        assert self._proposed
        elsewhere = None if self._cell == self._proposed.cell_id else self._cell
        self._record(ActionStarted(action_id=self._proposed.action_id, msg_id="m", cell_id=elsewhere, kernel="k"))
        self.sink = self.cells.sink(self._cell)
        self.sink.running()
        if self.current:
            self.current.outputs, self.current.count = [], None
        self.phase = "running"

    def put_out(self, output: Output) -> None:
        self.sink.append(output)
        if self.current:
            self.current.put_out(output)

    def show_anew(self, outputs: list[Output]) -> None:
        """After `clear_output`, a carriage return, or the update of a display."""
        self.sink.replace(outputs)
        if self.current:
            self.current.outputs = copy.deepcopy(outputs)

    async def end(self, status: Literal["ok", "error"]) -> None:
        assert self._proposed
        self._counted += 1
        self.sink.ended(self._counted)
        if self.current:
            self.current.count = self._counted
        self._record(Observed(action_id=self._proposed.action_id, status=status, text=""))
        self._cell, self.phase = "", "idle"
        await self.cells.save()

    async def finish(self) -> None:
        """The run's end: failed attempts and scratch cells are tidied."""
        await self._tidied(self.cells.finish)
        self._record(RunFinished(reason="answered", answer="So."))
        self.phase = "none"

    async def _tidied(self, finish: Callable[[], Awaitable[None]]) -> None:
        mine = [each for each in self.ours.values() if self.document.state(each.id) is not None]
        await finish()
        for each in mine:
            if self.document.state(each.id) is None:
                self._gave_back(each)
        self._cell = ""

    # the process ends

    async def resume(self) -> None:
        """A new process takes up the run."""
        self.document.restore(self.store.journalled(self.run))
        self._cells()
        self.cells.restore(self.history)
        for each in [each for each in self.ours.values() if each.there == "yes" and self.document.state(each.id) is None]:
            assert each.id == self._cell and self.phase == "writing", f"{each.name} was taken out"
            self._gave_back(each)
        self._record(Resumed())
        if self.phase in ("asking", "running") and self._proposed:
            self._record(Observed(action_id=self._proposed.action_id, status="unknown", text=""))
        self._cell, self._target, self.phase = "", None, "idle"
        await self._desk().open()

    # bookkeeping

    def _hold(self, cell_id: str) -> None:
        """A cell was opened: a new one, or an empty one of the user's."""
        state = self.document.state(cell_id)
        assert state
        if state.reused is not None:
            self._take(cell_id, state.reused)
            return
        name = name_of(as_filed(state.cell, self._minor))
        self.ours[name] = Ours(cell_id, name)
        self.on_take(self.ours[name], {"source": ""})
        self.free.discard(name)

    def _take(self, cell_id: str, before: Cell) -> None:
        state = self.document.state(cell_id)
        assert state
        name = name_of(as_filed(state.cell, self._minor))
        was = next((each for each in self.ours.values() if each.id == cell_id), None)
        if was:
            del self.ours[was.name]
            self.free |= {was.name} - {name}
        found = joined(before)
        self.ours[name] = Ours(
            cell_id,
            name,
            found["source"],
            found.get("outputs", []),
            found.get("execution_count"),
            loose=was.loose if was else name in self.free,
            taken=was.taken if was else "mine" in state.cell["metadata"],
            cut=was.cut if was else False,
        )
        self.on_take(self.ours[name], found)

    def _write(self, source: str) -> None:
        self.cells.write(self._cell, source)
        if self.current:
            self.current.source = source

    def _give_back(self, cell_id: str, discard: Callable[[str], None]) -> None:
        discard(cell_id)
        self._cell = ""
        if each := next((each for each in self.ours.values() if each.id == cell_id), None):
            self._gave_back(each)

    def _gave_back(self, each: Ours) -> None:
        """It is no cell of the agent's any more: it was the user's, or has something of theirs in it, or goes."""
        if each.taken or each.loose:
            del self.ours[each.name]
            if each.loose or not each.taken:
                self.free.add(each.name)
        else:
            each.there, each.withdrawn = "no", True
