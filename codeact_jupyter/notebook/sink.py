"""A cell of ours as the kernel sees it."""

from collections.abc import Mapping, Sequence
from typing import Any

from codeact_jupyter.notebook.content import clean, grown, results
from codeact_jupyter.notebook.held import Held
from codeact_jupyter.notebook.journal import CellState


class CellSink:
    """Takes outputs for one cell; those for a cell that the user deleted, runs meanwhile, or has run or cleared since, go nowhere."""

    def __init__(self, held: Held, cell_id: str) -> None:
        self._held, self._cell_id = held, cell_id
        self._left: tuple[int | None, list[dict[str, Any]]] | None = None
        """What it held when it ended, and after what came later."""

    def running(self) -> None:
        if (state := self._held.get(self._cell_id)) is None:
            return
        had = bool(state.cell["outputs"])
        self._left = None
        state.state, state.foreign = "running", False
        state.cell["outputs"], state.cell["execution_count"] = [], None
        if replica := self._held.shows(state):
            with replica.edit():
                if had:
                    replica.outputs(state.id, 0)
                replica.prompt(state.id, None, "running")
        self._held.note(state)

    def append(self, output: Mapping[str, Any]) -> None:
        if (state := self._writable()) is None:
            return
        outputs, new = state.cell["outputs"], clean(output)
        last = outputs[-1] if outputs else {}
        kept = len(outputs)
        if new["output_type"] == "stream" and (last.get("output_type"), last.get("name")) == ("stream", new["name"]):
            # only the last output may grow: the page throws at a change to an earlier one, and shows two of one name as one
            last["text"] += new["text"]
            text, more = new["text"], []
        else:
            outputs.append(new)
            text, more = "", [new]
        self._show(state, kept, text, more)

    def replace(self, outputs: Sequence[Mapping[str, Any]]) -> None:
        if (state := self._writable()) is None:
            return
        new = clean(list(outputs))
        kept, text, more = grown(state.cell["outputs"], new)
        unchanged = not text and not more and kept == len(state.cell["outputs"])
        state.cell["outputs"] = new
        if not unchanged:
            self._show(state, kept, text, more)

    def ended(self, execution_count: int | None) -> None:
        if (state := self._held.get(self._cell_id)) is None:
            return
        ours, state.state, state.foreign = not state.foreign, "idle", False
        if ours:
            state.cell["execution_count"] = execution_count
            if replica := self._held.shows(state):
                replica.prompt(state.id, execution_count, "idle")
        self._left = results(state.cell)
        self._held.note(state)

    def _writable(self) -> CellState | None:
        state = self._held.get(self._cell_id)
        if state is None or state.foreign or (self._left is not None and results(state.cell) != self._left):
            return None
        return state

    def _show(self, state: CellState, kept: int, text: str, more: Sequence[Mapping[str, Any]]) -> None:
        self._left = self._left and results(state.cell)
        self._held.changed(state)
        if replica := self._held.shows(state):
            replica.outputs(state.id, kept, text, more)
