"""What a run does in its notebook: a cell for each action, below the one before, and order at its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from codeact_jupyter.errors import CellRefused
from codeact_jupyter.events import ActionProposed, ActionStarted, Event, ModelReplied, Observed
from codeact_jupyter.notebook.document import Document
from codeact_jupyter.notebook.seen import Seen
from codeact_jupyter.notebook.sink import CellSink
from codeact_jupyter.notebook.valid import tags_of
from codeact_jupyter.ports import Code, Facts
from codeact_jupyter.position import this_run

TAGS: Mapping[Literal["protected", "expensive"], str] = {"protected": "codeact-protected", "expensive": "codeact-expensive"}
"""Tags by which the user keeps a cell from being rewritten, or run again, unasked."""

LOCKED = "Cell {} is not a code cell, or locked. Nothing ran. Write a new cell."

_FAILED = ("error", "unresponsive", "died")
_SHOWN = 4000
"""Characters of a changed cell that the model is told."""
_LINE = 160
"""Characters of the error that a folded cell shows."""


class Desk(Protocol):
    """Where the run's notebook lies, and who writes its file: the browser, or we."""

    document: Document

    async def save(self) -> None:
        """A step is over.  Raises `NotebookError`."""

    async def finish(self) -> None:
        """The run is over.  Raises `NotebookError`."""


@dataclass(frozen=True)
class Author:
    """Whose cells these are, and what is to become of those that nobody needs."""

    run: str
    model: str
    failed: Literal["keep", "fold", "remove"] = "fold"
    """What becomes of failed attempts when the run ends; the record has them either way."""
    keep_scratch: bool = False
    folder: str = ""
    """Where the kernel works; absolute."""
    root: str = ""
    """Files below it may be read; absolute."""


class RunCells:
    """A `Notebook` for one run.  It knows its notebook, not the focus: the user may be anywhere."""

    def __init__(self, desk: Desk, author: Author, anchor: str | None, seen: Seen | None = None) -> None:
        self._desk, self._document = desk, desk.document
        self._author, self._anchor = author, anchor
        self._seen = seen or Seen()
        self._cells: list[str] = []
        self._step, self._failures, self._replied = 1, 0, False
        self._actions: dict[str, str] = {}
        self._status: dict[str, str] = {}
        """How the last action in each cell ended, in the order of the actions."""

    def restore(self, history: Sequence[Event]) -> None:
        """A run that was cut off goes on: its cells are its own again, and half an action leaves none."""
        for event in this_run(history):
            self.heard(event)
        denied = {event.action_id for event in this_run(history) if isinstance(event, Observed) and event.status == "denied"}
        proposed = {cell_id for action, cell_id in self._actions.items() if action not in denied}
        for cell_id in self._document.of_run(self._author.run):
            if cell_id not in proposed:
                self.discard(cell_id)
        for event in this_run(history):
            if isinstance(event, ActionProposed):
                self._document.wrote(event.cell_id, self._seen.source(event.cell_id) or event.code)

    def again(self, cell_id: str) -> Facts:
        """For judging what once ran in this cell, which it does not rewrite."""
        tags = tags_of(self._document.cell(cell_id) or {})
        return replace(self._outside, rewrites=frozenset({"expensive"} if TAGS["expensive"] in tags else ()))

    @property
    def _outside(self) -> Facts:
        return Facts(folder=self._author.folder, root=self._author.root)

    def heard(self, event: Event) -> None:
        """What is recorded of the run: it tells which step the next cell is of, and which attempt."""
        self._seen.heard(event)
        match event:
            case ModelReplied():
                self._replied = True
            case ActionProposed(action_id=action, cell_id=cell_id):
                self._actions[action] = cell_id
                self._own(cell_id)
            case ActionStarted(action_id=action, cell_id=str() as cell_id):
                self._actions[action] = cell_id
                self._own(cell_id)
            case Observed(status=status):
                self._step += self._replied  # an observation ends the step; one that was asked for in vain begins none
                self._replied = False
                self._failures = 0 if status == "ok" else self._failures + (status in _FAILED)
                if event.action_id in self._actions:
                    cell_id = self._actions[event.action_id]
                    self._status.pop(cell_id, None)
                    self._status[cell_id] = status
            case _:
                pass

    def open_cell(self, code: Code, proposal: bool = False) -> str:
        """Id of a cell for this code: new below the run's last one, or an empty anchor, or the one that it rewrites."""
        mark = self._mark()
        if code.cell_id is not None:
            target = self._target(code.cell_id)
            if not proposal:
                return self._take(target)
            mark["codeact"]["replaces"] = target
            self._own(made := self._document.insert("", target, mark))
            return made
        if code.scratch:
            mark["codeact"]["scratch"] = True
        elif self._anchor and self._only_looked() and self._empty(self._anchor) and self._document.take(self._anchor, mark):
            self._cells.append(self._anchor)
            return self._anchor
        cell_id = self._document.insert("", self._cells[-1] if self._cells else self._anchor, mark)
        self._cells.append(cell_id)
        return cell_id

    def write(self, cell_id: str, source: str) -> None:
        self._document.write(cell_id, source)

    def source(self, cell_id: str) -> str | None:
        return self._document.source(cell_id)

    def discard(self, cell_id: str) -> None:
        self._document.remove(cell_id)
        if cell_id in self._cells:
            self._cells.remove(cell_id)

    def sink(self, cell_id: str) -> CellSink:
        return self._document.sink(cell_id)

    def facts(self, code: Code) -> Facts:
        """What is special about the cell that this would rewrite."""
        target = self._replaced(code.cell_id) or code.cell_id or ""
        if target and target not in self._cells:
            target = self._target(target)
        cell = self._document.cell(target) if target else None
        found: set[Literal["theirs", "protected", "expensive"]] = set()
        if cell is not None:
            found |= {kind for kind, tag in TAGS.items() if tag in tags_of(cell)}
            if target not in self._cells and (self._document.state(target) is None or "".join(cell["source"]) == self._theirs(target)):
                found.add("theirs")
        return replace(self._outside, rewrites=frozenset(found))

    def settle(self, cell_id: str) -> str:
        """The cell where it runs: a proposal takes the place of the cell that it is to rewrite, if that is still as it was."""
        if not (target := self._replaced(cell_id)):
            return cell_id
        if self._seen.source(target) not in (None, self.source(target)) or not self._document.may_take(target):
            # the user has changed it meanwhile, or it is gone: theirs stays theirs, and this runs below it
            if state := self._document.state(cell_id):
                self._document.mark(cell_id, {name: value for name, value in state.codeact.items() if name != "replaces"})
            return cell_id
        taken = self._take(target)
        self.discard(cell_id)
        return taken

    async def save(self) -> None:
        """The step is over: the store knows its cells, the file gets them."""
        self._document.note()
        await self._desk.save()

    async def finish(self) -> None:
        """A cell that got no code is taken out, none is left at `[*]`; failed attempts and scratch cells are tidied."""
        for cell_id in list(self._cells):
            state = self._document.state(cell_id)
            if state is not None and state.state == "running":
                self.sink(cell_id).ended(None)
            if (source := self.source(cell_id)) is not None and not source.strip() and not self._outputs(cell_id):
                self.discard(cell_id)
        self._tidy()
        self._document.note()
        await self._desk.finish()

    def _target(self, wanted: str) -> str:
        """Id of the cell that shall be rewritten, if the model wrote it or the user asked for it, and nobody changed it since."""
        named = [cell_id for cell_id in self._document.ids() if cell_id.startswith(wanted)]
        if len(named) != 1:
            raise CellRefused(f"There {'is no cell' if not named else 'are several cells'} {wanted!r}. Nothing ran. Write a new cell.")
        (cell_id,) = named
        known, now = self._seen.source(cell_id), self.source(cell_id) or ""
        if known is None:
            raise CellRefused(
                f"Cell {wanted} is not yours: only cells that you wrote in this conversation, or that the user selected, may be rewritten."
                " Nothing ran. Write a new cell."
            )
        if known != now:
            if len(now) <= _SHOWN:
                self._seen.shown({cell_id: now})
                raise CellRefused(f"The user has changed cell {wanted} since you saw it. Nothing ran. It holds now:\n```python\n{now}\n```")
            raise CellRefused(f"The user has changed cell {wanted} since you saw it. Nothing ran. Write a new cell.")
        if not self._document.may_take(cell_id):
            raise CellRefused(LOCKED.format(cell_id[:8]))
        return cell_id

    def _take(self, cell_id: str) -> str:
        if not self._document.take(cell_id, self._mark()):
            raise CellRefused(LOCKED.format(cell_id[:8]))
        self._own(cell_id)
        return cell_id

    def _own(self, cell_id: str) -> None:
        if cell_id not in self._cells:
            self._cells.append(cell_id)

    def _replaced(self, cell_id: str | None) -> str:
        """The cell that a proposal is to rewrite; empty: it is none."""
        state = self._document.state(cell_id) if cell_id else None
        return str(state.codeact.get("replaces", "")) if state is not None else ""

    def _theirs(self, cell_id: str) -> str | None:
        """Source of the user's cell that this was."""
        state = self._document.state(cell_id)
        return str(state.reused["source"]) if state is not None and state.reused else None

    def _only_looked(self) -> bool:
        """All cells until now are for scratch: the first that stays may take the user's empty one."""
        return all(state.codeact.get("scratch") for each in self._cells if (state := self._document.state(each)) is not None)

    def _tidy(self) -> None:
        """What failed and was mended later, and what was only for looking around."""
        order = list(self._status)
        last_good = max((n for n, cell_id in enumerate(order) if self._status[cell_id] == "ok"), default=-1)
        for n, cell_id in enumerate(order):
            if (state := self._document.state(cell_id)) is None or state.gone:
                continue
            if state.codeact.get("scratch"):
                if not self._author.keep_scratch:
                    self.discard(cell_id)
            elif self._status[cell_id] in _FAILED and n < last_good:
                self._put_away(cell_id)

    def _put_away(self, cell_id: str) -> None:
        state = self._document.state(cell_id)
        theirs = state is not None and state.reused is not None and bool(state.reused["source"].strip())
        match self._author.failed:
            case "remove" if not theirs:
                self.discard(cell_id)
            case "fold" if not theirs and state is not None:
                self._document.mark(cell_id, {**state.codeact, "fold": self._error(cell_id)})
            case _:
                pass

    def _error(self, cell_id: str) -> str:
        failed = [output for output in self._outputs(cell_id) if output.get("output_type") == "error"]
        said = f"{failed[-1].get('ename', '')}: {failed[-1].get('evalue', '')}" if failed else self._status[cell_id]
        return (said.splitlines() or [""])[0].strip(": ")[:_LINE]

    def _mark(self) -> dict[str, Any]:
        author = self._author
        return {"codeact": {"run": author.run, "step": self._step, "attempt": 1 + self._failures, "model": author.model}}

    def _outputs(self, cell_id: str) -> list[Any]:
        cell = self._document.cell(cell_id)
        return list(cell.get("outputs", [])) if cell else []

    def _empty(self, cell_id: str) -> bool:
        cell = self._document.cell(cell_id)
        if cell is None or cell.get("cell_type") != "code":
            return False
        locked = cell.get("metadata", {}).get("editable") is False
        return not locked and not "".join(cell["source"]).strip() and not cell.get("outputs")
