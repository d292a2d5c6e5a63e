"""What a run does in its notebook: a cell for each action, below the one before."""

from typing import Any, Protocol

from codeact_jupyter.events import Event, ModelReplied, Observed
from codeact_jupyter.notebook.document import Document
from codeact_jupyter.notebook.sink import CellSink
from codeact_jupyter.ports import Code, Facts

_FAILED = ("error", "unresponsive", "died")


class Desk(Protocol):
    """Where the run's notebook lies, and who writes its file: the browser, or we."""

    document: Document

    async def save(self) -> None:
        """A step is over.  Raises `NotebookError`."""

    async def finish(self) -> None:
        """The run is over.  Raises `NotebookError`."""


class RunCells:
    """A `Notebook` for one run.  It knows its notebook, not the focus: the user may be anywhere."""

    def __init__(self, desk: Desk, run: str, model: str, anchor: str | None) -> None:
        self._desk, self._document = desk, desk.document
        self._run, self._model, self._anchor = run, model, anchor
        self._cells: list[str] = []
        self._step, self._failed, self._replied = 1, 0, False

    def heard(self, event: Event) -> None:
        """What is recorded of the run: it tells which step the next cell is of, and which attempt."""
        match event:
            case ModelReplied():
                self._replied = True
            case Observed(status=status):
                self._step += self._replied  # an observation ends the step; one that was asked for in vain begins none
                self._replied = False
                self._failed = 0 if status == "ok" else self._failed + (status in _FAILED)
            case _:
                pass

    def open_cell(self, code: Code) -> str:
        """Id of a cell for this code: new below the run's last one, or an empty anchor, or the user's that the code is for."""
        mark = {"codeact": {"run": self._run, "step": self._step, "attempt": 1 + self._failed, "model": self._model}}
        wanted = code.cell_id or (self._anchor if not self._cells and self._empty(self._anchor) else None)
        if wanted is not None and self._document.take(wanted, mark):
            cell_id = wanted
        else:
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

    def facts(self) -> Facts:
        """The user's cells are protected."""
        return Facts(protected=frozenset(self._document.ids()) - frozenset(self._cells))

    async def save(self) -> None:
        """The step is over: the store knows its cells, the file gets them."""
        self._document.note()
        await self._desk.save()

    async def finish(self) -> None:
        """A cell that got no code is taken out, none is left at `[*]`."""
        for cell_id in list(self._cells):
            state = self._document.state(cell_id)
            if state is not None and state.state == "running":
                self.sink(cell_id).ended(None)
            if (source := self.source(cell_id)) is not None and not source.strip() and not self._outputs(cell_id):
                self.discard(cell_id)
        self._document.note()
        await self._desk.finish()

    def _outputs(self, cell_id: str) -> list[Any]:
        cell = self._document.cell(cell_id)
        return list(cell.get("outputs", [])) if cell else []

    def _empty(self, cell_id: str | None) -> bool:
        cell = self._document.cell(cell_id) if cell_id is not None else None
        if cell is None or cell.get("cell_type") != "code":
            return False
        locked = cell.get("metadata", {}).get("editable") is False
        return not locked and not "".join(cell["source"]).strip() and not cell.get("outputs")
