"""A notebook that we write into: our cells in the journal, and the mount that shows them now.

Attached to a browser, each change goes to the journal and to the browser's document at once, and the journal learns what the user does
there.  Detached, the journal waits; `save` reads the file anew, puts our cells into what is there, and writes it.
"""

import asyncio
import copy
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

from codeact_jupyter.notebook.content import Cell, changes, clean, joined, on_disk, spliced
from codeact_jupyter.notebook.held import Held, refill
from codeact_jupyter.notebook.journal import CellState, Entry, above, apply, below, given_back, idless, key, lacking, restored
from codeact_jupyter.notebook.live import Replica
from codeact_jupyter.notebook.sink import CellSink
from codeact_jupyter.notebook.storage import ChangedMeanwhile, Storage
from codeact_jupyter.notebook.valid import is_valid

_TRIES = 2


class Document:
    """One notebook.  Its cells are known by their ids, and what is done to a cell that the user has deleted is only noted."""

    def __init__(
        self,
        storage: Storage,
        states: Iterable[CellState] = (),
        on_entry: Callable[[Entry], None] | None = None,
        on_filed: Callable[[str, Collection[str], bool], None] = lambda run, cells, exactly: None,
    ) -> None:
        """`on_entry` hears what the journal keeps, `on_filed` which cells of a run are in the file, and whether exactly so."""
        self._storage, self._on_filed = storage, on_filed
        self._held = Held(states, on_entry)
        self._content: dict[str, Any] = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        """The notebook as it was last seen; of no interest while attached."""
        self._seen_in_file = False
        """That is the file, not what a browser had."""
        self._there: Mapping[str, Cell] = {}
        """Our cells as they are in that."""
        self._file: Mapping[str, Cell] = {}
        """Our cells as we wrote them into the file last."""
        self._current = True
        """The document that is attached was made of the file as we know it."""
        self._once: set[str] = set()
        """Ids of cells that were in the file when another process wrote there."""
        self._saving = asyncio.Lock()

    def restore(self, rows: Iterable[tuple[int, str, Cell | None, Cell | None, str | None, int]]) -> None:
        """The cells that a run left in the journal when its process ended: rows of (step, cell, before, after, above, filed).

        What the file, or a browser's document, lacks of them is put back; but what was in the file and is not now was deleted by the user.
        """
        entries = [Entry("", seq, cell, before, after, above) for seq, cell, before, after, above, _ in rows]
        known = {state.id for state in self._held}
        if (replica := self._held.replica) is not None:
            self.detach()
        for state in [state for state in restored(entries) if state.id not in known]:
            self._held.add(state)
        self._once |= {cell for _, cell, _, _, _, filed in rows if filed}
        self._held.kept |= self._once
        if replica is not None:
            self._held.had(lacking(replica.content(), self._held, self._once) if self._current else {})  # what is lacking was deleted
            self.attach(replica, self._current)
        elif self._content["cells"]:
            self._there = self._held.notice(self._content, self._known(self._content, self._once))

    @property
    def attached(self) -> bool:
        """A browser shows it."""
        return self._held.replica is not None

    def attach(self, replica: Replica, current: bool = True) -> None:
        """The notebook is open in a browser, and the replica is ready: show our cells there, each once, in their places.

        `current`: its document was loaded after we wrote the file last; what it lacks of that was deleted.
        """
        if self._held.replica is not replica:
            self.detach()
        self._held.attach(replica, self._known(replica.content(), self._held.kept) if current and replica.ready.is_set() else {})
        self._file, self._current = {}, current

    def _known(self, content: Mapping[str, Any], kept: Collection[str]) -> dict[str, Cell]:
        """Our cells as they are known to have been in the file; of one that is not here only that it was there (`kept`) counts."""
        return {**lacking(content, self._held, kept), **self._file}

    def shown(self) -> set[str]:
        """Ids of our cells that the browser shows: who is asked now to write the file writes them."""
        return {state.id for state in self._held}.intersection(self._held.replica.ids() if self._held.replica is not None else ())

    def saved(self, cells: Collection[str]) -> None:
        """It has written these: a document that is loaded from that file and lacks one of them lacks it because it was deleted."""
        self._held.kept |= set(cells)
        self._told_filed(cells, exactly=False)  # what came since it was asked for may be in there, or not

    def detach(self) -> None:
        """The browser has gone: from here on there is only the journal."""
        if (replica := self._held.replica) is not None:
            self._content, self._seen_in_file = replica.content(), False
            self._there = self._held.detach(replica, self._content)

    def closed(self) -> None:
        """The page is closed for good: what the user deleted there cannot be brought back by an undo."""
        self._held.forget_gone()

    async def load(self) -> str:
        """Read the file, to know the notebook while no browser shows it; its hash."""
        content, digest = await self._storage.read()
        if not self.attached:
            self._content, self._there, self._seen_in_file = content, self._held.notice(content, self._known(content, self._once)), True
        return digest

    async def save(self) -> str:
        """Put our cells into the file, as it is now; its hash.  Raises `NotebookError`; the next time tries all of it again."""
        async with self._saving:
            for _ in range(_TRIES):
                with suppress(ChangedMeanwhile):
                    return await self._save_once()
            return await self._save_once()

    async def _save_once(self) -> str:
        content, digest = await self._storage.read()
        saved, written = self._put_into(content)
        if saved is not content:
            digest = await self._storage.write(on_disk(saved, content))
        if not self.attached:
            self._file = written
            self._held.kept |= set(written)
        self._told_filed(written, exactly=True)
        return digest

    def _told_filed(self, cells: Collection[str], exactly: bool) -> None:
        for run in {str(state.codeact.get("run")) for state in self._held if state.id in cells}:
            self._on_filed(run, [each for each in self.of_run(run) if each in cells], exactly)

    def _put_into(self, content: dict[str, Any]) -> tuple[dict[str, Any], Mapping[str, Cell]]:
        """The notebook with our cells, and those: what comes in while it is written is not in it."""
        self.note()
        if self.attached:  # the browser knows better than the file what the user did
            return apply(content, self._held), {}
        there = self._held.notice(content, self._known(content, self._once))
        self.note()
        saved = apply(content, self._held, there)
        self._held.place(saved)
        self._content, self._there, self._seen_in_file = saved, self._held.copies(), True
        return saved, self._there

    def discard_unsaved(self) -> None:
        """The user closed the notebook and let go of its changes: of what we did, that stays which is in the file (`load` it)."""
        self.detach()
        self._held.discard()
        self._file = {}

    def note(self) -> None:
        """Hand the store what changed since it was told last."""
        self._held.note_all()

    def content(self) -> dict[str, Any]:
        """The notebook as it is now; not to be changed."""
        if self._held.replica is not None:
            return self._held.replica.content()
        return apply(self._content, self._held, self._there)

    def cells(self) -> list[Cell]:
        """What the notebook shows now; not to be changed."""
        return list(self.content()["cells"])

    def ids(self) -> list[str]:
        """Of all cells, in order."""
        return list(self._held.replica.ids()) if self._held.replica is not None else [key(cell) for cell in self.cells()]

    def cell(self, cell_id: str) -> Cell | None:
        """One cell as it is now; None: there is no such."""
        if (state := self._held.get(cell_id)) is not None:
            return None if state.gone else copy.deepcopy(state.cell)
        if self._held.replica is not None:
            return self._held.replica.cell(cell_id)
        return next((cell for cell in self.cells() if cell.get("id") == cell_id), None)

    def state(self, cell_id: str) -> CellState | None:
        """Of one of our cells, also if the user deleted it."""
        return self._held.get(cell_id)

    def sink(self, cell_id: str) -> CellSink:
        """Takes the outputs of one of our cells."""
        return CellSink(self._held, cell_id)

    def source(self, cell_id: str) -> str | None:
        """What the document holds, read back; None: the cell is gone."""
        if self._held.replica is not None:
            return self._held.replica.source(cell_id)
        return None if (cell := self.cell(cell_id)) is None else "".join(cell["source"])

    def insert(self, source: str, above: str | None, metadata: Mapping[str, Any]) -> str:
        """A new code cell below this one, or where this one was; None: at the end."""
        index, over = self._place(above)
        text = clean(source)
        cell = {
            "cell_type": "code",
            "execution_count": None,
            "id": str(uuid4()),
            "metadata": clean(metadata),
            "outputs": [],
            "source": text,
        }
        state = CellState(cell, over, wrote=text)
        self._held.add(state)
        if replica := self._held.shows(state):
            replica.insert(index, cell)
        self._held.note(state)
        return state.id

    def may_take(self, cell_id: str) -> bool:
        """It is there, holds code, and is not locked."""
        found = self.cell(cell_id) if cell_id in self.ids() else None
        return found is not None and found.get("cell_type") == "code" and is_valid(found) and found["metadata"].get("editable") is not False

    def take(self, cell_id: str, metadata: Mapping[str, Any]) -> bool:
        """Make a code cell that is there ours, as it stands; False: that may not be."""
        if not self.may_take(cell_id) or (found := self.cell(cell_id)) is None:
            return False
        ids, before = self.ids(), joined(found)
        _, over = self._place(ids[ids.index(cell_id) - 1]) if ids[0] != cell_id else (0, ())
        state = CellState(clean({**before, "metadata": {**before["metadata"], **metadata}}), over, wrote=before["source"], reused=before)
        self._held.add(state)
        if self._seen_in_file and not self.attached:
            self._file = {cell_id: before, **self._file}  # what the file has of it is known: if it goes, somebody deleted it
        if replica := self._held.shows(state):
            replica.mark(cell_id, state.cell["metadata"])
        self._held.note(state)
        return True

    def mark(self, cell_id: str, mark: Mapping[str, Any]) -> None:
        """Make this what its metadata say of it under `codeact`."""
        if (state := self._held.get(cell_id)) is None:
            return
        state.cell["metadata"] = {**state.cell["metadata"], "codeact": clean(mark)}
        if replica := self._held.shows(state):
            replica.mark(cell_id, state.cell["metadata"])
        self._held.note(state)

    def write(self, cell_id: str, source: str) -> None:
        """Make this the source; what the user typed into it meanwhile stays."""
        if (state := self._held.get(cell_id)) is None or (source := clean(source)) == state.wrote:
            return
        now = str(state.cell["source"])
        if now == state.wrote and source.startswith(now):
            splices = [(len(now), len(now), source[len(now) :])]
        else:
            splices = changes(state.wrote, source, now)
        state.cell["source"], state.wrote = spliced(now, splices), source
        self._held.changed(state)
        if replica := self._held.shows(state):
            replica.splice(cell_id, splices)

    def remove(self, cell_id: str) -> None:
        """Take our cell out, or what we did to the user's; what the user typed into it stays."""
        if (state := self._held.get(cell_id)) is None:
            return
        wrote = state.wrote
        self.write(cell_id, state.reused["source"] if state.reused else "")
        typed, found = state.cell["source"], copy.deepcopy(state.cell)
        state.withdrawn, state.state, state.wrote = True, "idle", wrote
        if replica := self._held.shows(state):
            if state.reused or typed.strip():
                was = state.reused or {"outputs": [], "execution_count": None, "metadata": {}}
                refill(replica, state, found, {**given_back(found, was), "source": typed})
            else:
                replica.remove(cell_id)
        self._held.note(state)

    def of_run(self, run: str) -> list[str]:
        """Ids of the cells that a run left."""
        return [state.id for state in self._held if not state.withdrawn and state.codeact.get("run") == run]

    def wrote(self, cell_id: str, source: str) -> None:
        """What a cell held that was taken out before a crash: the notebook may still have it."""
        self._held.wrote(cell_id, source)

    def _place(self, upper: str | None) -> tuple[int, tuple[str, ...]]:
        """Where a cell below this one goes, and the keys of the cells above that place."""
        replica = self._held.replica
        unnamed = idless(content := replica.meta() if replica is not None else self.content())
        if replica is not None:
            ids = replica.ids()
            keys = [key(cell, True) for cell in replica.content()["cells"]] if unnamed else ids
        else:
            ids = keys = [key(cell, unnamed) for cell in content["cells"]]
        at = len(ids)
        if upper in ids:
            at = ids.index(upper) + 1
        elif state := self._held.get(upper):
            near = below(keys, (key(state.cell, unnamed), *state.above))
            at = at if near is None else near
        return at, above(keys, at) or (upper or "",)  # in a notebook not seen yet: the end, unless that cell turns up
