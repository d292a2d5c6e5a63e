"""Our cells in memory, in step with the browser's document that shows them."""

import copy
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from codeact_jupyter.errors import NotebookError
from codeact_jupyter.notebook.content import Cell, changes, grown
from codeact_jupyter.notebook.journal import CellState, Entry, entered, idless, key, noticed, placed, plan
from codeact_jupyter.notebook.live import Replica, Touched


class Held:
    """The journal's cells by id, and the replica that is attached, if one is."""

    def __init__(self, states: Iterable[CellState], on_entry: Callable[[Entry], None] | None) -> None:
        self.replica: Replica | None = None
        self.kept: set[str] = set()
        """Cells that the file is known to have had: who reads it and finds one missing knows that it was deleted."""
        self._states = {state.id: state for state in states}
        self._on_entry = on_entry
        self._shown: tuple[str, dict[str, Cell]] = ("", {})
        """Our cells as the browser's document of that name had them when it went away."""
        self._left: Replica | None = None
        """That document, with what the browser was not told any more."""
        self._stale: set[str] = set()
        """Cells that the user changed in the browser, not yet read from there."""
        self._unnoted: set[str] = set()

    def __iter__(self) -> Iterator[CellState]:
        return iter(self._states.values())

    def get(self, cell_id: str | None) -> CellState | None:
        """Of one of our cells, also if the user deleted it; with what the user did to it until now."""
        state = self._states.get(cell_id or "")
        if state is None or state.withdrawn:
            return None
        if state.id in self._stale and self.replica is not None:
            self._stale.discard(state.id)
            cell = self.replica.cell(state.id)
            if cell is not None and cell.get("cell_type") == "code":
                state.cell = cell
        return state

    def add(self, state: CellState) -> None:
        self._states[state.id] = state

    def notice(self, content: Mapping[str, Any], base: Mapping[str, Cell]) -> dict[str, Cell]:
        """Learn what became of our cells in this notebook, which had them like `base`; as it has them now."""
        states, there = noticed(content, list(self), base)
        self._unnoted |= {new.id for old, new in zip(self, states, strict=True) if (new.gone, new.cell) != (old.gone, old.cell)}
        flipped = {new.id for old, new in zip(self, states, strict=True) if new.gone != old.gone}
        self._states = {state.id: state for state in states}
        for state in [state for state in self if state.id in flipped]:
            self.note(state)  # at once: after a crash it counts
        return there

    def wrote(self, cell_id: str, source: str) -> None:
        """What a cell held that was taken out before a crash."""
        for state in [state for state in self if state.id == cell_id and state.withdrawn and not state.wrote]:
            state.wrote = source
            if self.replica is not None:
                self._take_out([state], self.replica)

    def place(self, content: Mapping[str, Any]) -> None:
        """Learn where they stand."""
        self._states = {state.id: state for state in placed(content, self)}

    def shows(self, state: CellState) -> Replica | None:
        """Where a change to this cell has to be shown at once."""
        return None if state.gone else self.replica

    def copies(self) -> dict[str, Cell]:
        """The cells that a notebook has which has all of ours."""
        return {state.id: copy.deepcopy(state.cell) for state in self if not (state.gone or state.withdrawn)}

    def freshen(self) -> None:
        """Read from the browser what the user changed."""
        for cell_id in list(self._stale):
            self.get(cell_id)

    def attach(self, replica: Replica, file: Mapping[str, Cell]) -> None:
        """Show our cells in this document: each once, in its place; what is right already is not touched.

        `file` has those that were in the file when the document was loaded from it.
        """
        if not replica.ready.is_set():
            raise NotebookError("The browser has not sent the notebook yet; try again in a moment.")
        if self._left is not None and self._left is not replica and self._left.document_id == replica.document_id:
            replica.merge(self._left)
        self._left = None
        content = replica.content()
        name, shown = self._shown
        base = shown if name and name == replica.document_id else file
        with replica.edit():
            if idless(content) and self._identify(replica):
                content = replica.content()
            there = self.notice(content, base)
            for change in plan(content, self, there):
                if change.cell is None:
                    replica.remove(replica.ids()[change.index])
                elif change.found is None:
                    replica.insert(change.index, change.cell)
                else:
                    replica.rename(change.index, change.state.id)
                    refill(replica, change.state, change.found, change.cell)
            for state in self:
                if not state.withdrawn and replica.state(state.id) != state.state:
                    replica.prompt(state.id, state.cell["execution_count"], state.state)
        self.replica, replica.on_remote = replica, self._remote
        self._shown = ("", {})
        self._stale.clear()

    def detach(self, replica: Replica, content: Mapping[str, Any]) -> dict[str, Cell]:
        """The browser has gone, its document had this content; our cells as they were there, which is remembered."""
        self.freshen()
        there = set(replica.ids())
        self.place(content)
        self._shown = replica.document_id, {cell_id: cell for cell_id, cell in self.copies().items() if cell_id in there}
        self._left, self.replica, replica.on_remote = replica if replica.document_id else None, None, None
        return self._shown[1]

    def had(self, cells: Mapping[str, Cell]) -> None:
        """The document that went away is known to have had these too."""
        name, shown = self._shown
        self._shown = name, {**cells, **shown}

    def discard(self) -> None:
        """Of what we did until now that holds which the file has."""
        for state in self:
            state.discarded = True
        self._shown, self._left = ("", {}), None

    def forget_gone(self) -> None:
        """Of cells that nobody can bring back any more nothing is kept."""
        self._states = {state.id: state for state in self if not (state.gone or state.withdrawn)}
        self._left = None

    def changed(self, state: CellState) -> None:
        """The store need not know each change, only what came of them: see `note`."""
        self._unnoted.add(state.id)

    def note(self, state: CellState) -> None:
        """Hand the store what became of this cell."""
        self._unnoted.discard(state.id)
        if self._on_entry is not None:
            self._on_entry(entered(state))

    def note_all(self) -> None:
        self.freshen()
        for state in [state for state in self if state.id in self._unnoted]:
            self.note(state)

    def _identify(self, replica: Replica) -> set[str]:
        """Give our cells their ids again, which files before nbformat 4.5 do not keep; those that lacked theirs."""
        there, found = set(replica.ids()), set[str]()
        marks = {key(state.cell, True): state.id for state in sorted(self, key=lambda state: not state.withdrawn)}
        ours = {mark: cell_id for mark, cell_id in marks.items() if cell_id not in there}
        for index, cell in enumerate(replica.content()["cells"]):
            if cell_id := ours.pop(key(cell, True), None):
                replica.rename(index, cell_id)
                found.add(cell_id)
        return found

    def _remote(self, touched: Touched) -> None:
        """The user changed something in the browser."""
        if (replica := self.replica) is None:
            return
        if touched.inserted and idless(replica.meta()):
            touched.inserted |= self._identify(replica)  # "Revert" makes all cells anew
        there = set(replica.ids()) if touched.moved else set()
        lost = []
        for state in self:
            anew = state.id in touched.inserted
            if state.withdrawn:
                continue
            if touched.moved and state.id not in there:
                if touched.loaded and not state.gone and state.id not in self.kept:
                    lost.append(state)
                else:
                    state.gone = True
                    self.note(state)  # at once: it must not come back after a crash
            elif (touched.moved and (state.gone or (anew and state.state == "running"))) or (touched.loaded and _runs(state, touched)):
                self._bring_back(state, replica)
            elif anew or state.id in touched.edited:
                self._stale.add(state.id)
                self.changed(state)
                state.foreign = state.foreign or (state.state == "running" and state.id in touched.ran)
        if lost:
            self._put_back(lost, replica)
        if back := [state for state in self if state.withdrawn and state.id in touched.inserted]:
            self._take_out(back, replica)

    def _put_back(self, lost: Collection[CellState], replica: Replica) -> None:
        """The file was read in place of what was there, and never had these."""
        with replica.edit():
            for change in plan(replica.content(), lost):
                if change.found is None and change.cell is not None:
                    replica.insert(change.index, change.cell)
                    replica.prompt(change.state.id, change.cell["execution_count"], change.state.state)

    def _take_out(self, back: Collection[CellState], replica: Replica) -> None:
        """ "Revert" brought cells that we had taken out since the file was written."""
        with replica.edit():
            for change in plan(replica.content(), back):
                if change.cell is None:
                    replica.remove(change.state.id)
                elif change.found is not None:
                    refill(replica, change.state, change.found, change.cell)

    def _bring_back(self, state: CellState, replica: Replica) -> None:
        """The user undid the deletion, or moved the cell, which makes it anew: it missed what came meanwhile."""
        if state.gone:
            self.kept.discard(state.id)  # the file may have been written without it
        state.gone = False
        self._stale.discard(state.id)
        if (found := replica.cell(state.id)) is not None and found.get("cell_type") == "code":
            state.cell["source"] = found["source"]
            with replica.edit():
                refill(replica, state, found, {**found, **state.cell})
                if replica.state(state.id) != state.state:
                    replica.prompt(state.id, state.cell["execution_count"], state.state)
        self.note(state)


def _runs(state: CellState, touched: Touched) -> bool:
    return state.state == "running" and state.id in touched.edited | touched.inserted


def refill(replica: Replica, state: CellState, found: Cell, cell: Cell) -> None:
    """Make the cell that is there this one, with as few edits as it takes."""
    cell_id = state.id
    with replica.edit():
        replica.splice(cell_id, changes(found["source"], cell["source"], found["source"]))
        kept, text, more = grown(found["outputs"], cell["outputs"])
        other = bool(text or more) or kept < len(found["outputs"])
        if other:
            replica.outputs(cell_id, kept, text, more)
        if other or found["metadata"] != cell["metadata"]:
            replica.mark(cell_id, cell["metadata"])
        if found.get("execution_count") != cell["execution_count"]:
            replica.prompt(cell_id, cell["execution_count"], state.state)
