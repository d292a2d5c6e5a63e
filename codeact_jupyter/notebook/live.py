"""The live mount: a replica of the shared model in the user's browser, and the edits that JupyterLab shows as they come.

Each rule that is kept here was broken once in a real browser; the comments say what went wrong.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jupyter_ydoc import YNotebook
from jupyter_ydoc.utils import cast_all
from pycrdt import (
    Array,
    ArrayEvent,
    Doc,
    Map,
    MapEvent,
    Text,
    TransactionEvent,
    YMessageType,
    YSyncMessageType,
    create_sync_message,
    create_update_message,
    handle_sync_message,
)

from codeact_jupyter.errors import NotebookError
from codeact_jupyter.notebook.content import Cell, Splice
from codeact_jupyter.notebook.shared import floats, shared

_OURS, _THEIRS = "codeact", "browser"
NO_UPDATE = b"\x00\x00"
"""Of a transaction that changed nothing."""
_CORRUPT = "The browser sent changes to the notebook that make no sense; reload the page."


@dataclass
class Touched:
    """What one message from the browser did."""

    moved: bool = False
    """Cells came, went or changed places."""
    inserted: set[str] = field(default_factory=set)
    edited: set[str] = field(default_factory=set)
    ran: set[str] = field(default_factory=set)
    """The user started these."""
    loaded: bool = False
    """It is no user's doing: the file was read again, in place of what was there."""


class Replica:
    """Holds what one browser document holds; changes go both ways.  One for each browser document: a second would double every cell."""

    def __init__(self, on_update: Callable[[bytes], None], document_id: str = "") -> None:
        self.document_id = document_id
        """Names the browser's document, so that one that comes back is known from one that was loaded again."""
        self.ready = asyncio.Event()
        """The browser's whole document is here; before that nothing may be edited."""
        self.on_remote: Callable[[Touched], None] | None = None
        """Called after a change of the user's."""
        self._on_update = on_update
        self._notebook = YNotebook(Doc())
        self._doc: Doc[Any] = self._notebook.ydoc
        self._meta: Map[Any] = self._doc.get("meta", type=Map)
        self._ids: list[str] = []
        self._known: dict[str, Map[Any]] = {}
        """Cells that were looked for, until others add, move or remove some: in a thousand cells each look takes half a millisecond."""
        self._updates: list[bytes] = []
        self._touched: Touched | None = None
        self._hearing = self._doc.observe(self._changed), self._notebook.ycells.observe_deep(self._cells_changed)

    def close(self) -> None:
        """Its browser document is gone: what still hears of its changes would keep it in memory, in a ring that goes through Rust."""
        of_all, of_cells = self._hearing
        self._doc.unobserve(of_all)
        self._notebook.ycells.unobserve(of_cells)

    def first_message(self) -> bytes:
        """What to send when the socket opens."""
        return create_sync_message(self._doc)

    def receive(self, message: bytes, loaded: bool = False) -> bytes | None:
        """Take a binary message of the socket; what is returned is the reply.  Raises `NotebookError` when it is corrupt."""
        if len(message) < 2 or message[0] != YMessageType.SYNC:
            return None
        touched = self._touched = Touched(loaded=loaded)
        try:
            with self._doc.transaction(origin=_THEIRS):
                reply = handle_sync_message(message[1:], self._doc)
        except (ValueError, LookupError, RuntimeError, TypeError, AssertionError) as error:
            raise NotebookError(_CORRUPT) from error
        finally:
            self._touched = None
            self._updates.clear()  # the browser has them: it sent them
        if message[1] == YSyncMessageType.SYNC_STEP2:
            self.ready.set()
        if self.on_remote and (touched.moved or touched.edited):
            self.on_remote(touched)
        return reply

    def merge(self, other: "Replica") -> None:
        """Take what was done in an older replica of the same document: its browser may never have heard of the last of it."""
        self._touched = Touched()
        try:
            with self.edit():
                self._doc.apply_update(other._doc.get_update(self._doc.get_state()))
        finally:
            self._touched = None

    @contextmanager
    def edit(self) -> Iterator[None]:
        """All changes within are one; an empty one is none."""
        # our own origin keeps the replica's undo stack empty: it would hold everything that was ever deleted
        try:
            with self._doc.transaction(origin=_OURS):
                yield
        finally:
            updates, self._updates = self._updates, []
            for update in updates:
                self._on_update(create_update_message(update))

    def ids(self) -> list[str]:
        """Of all cells, in order."""
        return self._ids

    def content(self) -> dict[str, Any]:
        """The whole notebook, as nbformat has it; cells have ids in any case."""
        if "nbformat" not in (meta := self.meta()):
            raise NotebookError("The browser's document is not a notebook; reload the page.")
        cells = [_as_nbformat(cell) for cell in self._notebook.ycells]
        return {"cells": cells, "metadata": {}, "nbformat_minor": 0, **meta}

    def meta(self) -> dict[str, Any]:
        """The notebook without its cells."""
        meta: dict[str, Any] = self._meta.to_py() or {}
        cast_all(meta, float, int)
        return meta

    def cell(self, cell_id: str) -> Cell | None:
        ycell = self._cell(cell_id)
        return None if ycell is None else _as_nbformat(ycell)

    def source(self, cell_id: str) -> str | None:
        ycell = self._cell(cell_id)
        return None if ycell is None else str(ycell["source"])

    def state(self, cell_id: str) -> str:
        ycell = self._cell(cell_id)
        return "idle" if ycell is None else str(ycell.get("execution_state") or "idle")

    def insert(self, index: int, cell: Cell) -> None:
        """Put in a code cell of ours."""
        # without `trusted` HTML is sanitised, JavaScript does not run, and the notebook is untrusted from then on
        new = floats({**cell, "metadata": {**cell["metadata"], "trusted": True}})
        with self._dirty():
            self._notebook.ycells.insert(index, self._notebook.create_ycell(new))
            self._ids.insert(index, str(cell["id"]))

    def remove(self, cell_id: str) -> None:
        if cell_id in self.ids():
            with self._dirty():
                index = self._ids.index(cell_id)
                del self._notebook.ycells[index], self._ids[index]
                self._known.pop(cell_id, None)

    def rename(self, index: int, cell_id: str) -> None:
        """Give a cell its id again: before nbformat 4.5 the file does not keep it."""
        if self.ids()[index] != cell_id:
            self._known.clear()
            with self.edit():
                self._notebook.ycells[index]["id"] = self._ids[index] = cell_id

    def splice(self, cell_id: str, splices: Sequence[Splice]) -> None:
        """Change stretches of the source, last place first; what the user types beside them stays."""
        if not splices or (ycell := self._cell(cell_id)) is None:
            return
        source, text = ycell["source"], str(ycell["source"])
        with self._dirty():
            for start, end, new in splices:
                at = len(text[:start].encode())  # places in a shared text are counted in bytes
                if end > start:
                    del source[at : at + len(text[start:end].encode())]
                if new:
                    source.insert(at, new)

    def mark(self, cell_id: str, metadata: Mapping[str, Any]) -> None:
        """Make these the metadata, as far as they differ."""
        if (ycell := self._cell(cell_id)) is None:
            return
        old, new = ycell["metadata"], {**metadata, "trusted": True}
        with self._dirty():
            for name in [name for name in old if name not in new]:
                del old[name]
            for name, value in new.items():
                if old.get(name) != value:
                    old[name] = floats(value)

    def outputs(self, cell_id: str, kept: int, text: str = "", more: Sequence[Mapping[str, Any]] = ()) -> None:
        """Keep so many outputs, add to the text of the last of them, and put these behind it."""
        if (ycell := self._cell(cell_id)) is None:
            return
        shown = ycell["outputs"]
        with self._dirty():
            # changing an output in place leaves the page as it was: from there to the end all is put in anew
            if kept < len(shown):
                del shown[kept:]
            if text and len(shown):
                last = shown[len(shown) - 1]["text"]
                last += text  # assigned to the name: `output["text"] += …` would erase it
            if more:
                shown.extend([shared(output) for output in more])

    def prompt(self, cell_id: str, count: int | None, state: str) -> None:
        """What stands beside the cell: its count, or `[*]` while it runs."""
        if (ycell := self._cell(cell_id)) is None:
            return
        with self._dirty():
            ycell["execution_state"] = state
            # last, and together with the state: alone it makes the browser write the state back
            ycell["execution_count"] = None if count is None else float(count)

    @contextmanager
    def _dirty(self) -> Iterator[None]:
        with self.edit():
            yield
            # edits from outside do not make the notebook dirty: the tab would close without a question, and the work be lost
            self._notebook.dirty = True

    def _cell(self, cell_id: str) -> Map[Any] | None:
        ycell = self._known.get(cell_id)
        if ycell is None:
            ids = self.ids()
            ycell = self._notebook.ycells[ids.index(cell_id)] if cell_id in ids else None
            if not isinstance(ycell, Map):
                return None
            self._known[cell_id] = ycell
        parts = {"source": Text, "metadata": Map, "outputs": Array}
        return ycell if all(isinstance(ycell.get(name), kind) for name, kind in parts.items()) else None

    def _changed(self, event: TransactionEvent) -> None:
        if event.update != NO_UPDATE:
            self._updates.append(event.update)

    def _cells_changed(self, events: list[Any]) -> None:
        if (touched := self._touched) is None:
            return  # our own edit; it has been seen to
        for event in events:
            if not event.path and isinstance(event, ArrayEvent):
                self._reordered(event, touched)
        for event in events:
            self._edited(event, touched)

    def _reordered(self, event: Any, touched: Touched) -> None:
        """Follow the ids: reading a thousand of them anew takes 20 ms."""
        self._known.clear()
        old, new, at = self._ids, list[str](), 0
        for part in event.delta:
            if "retain" in part:
                new += old[at : at + part["retain"]]
                at += part["retain"]
            elif "delete" in part:
                at += part["delete"]
            else:
                inserted = [_id(cell) for cell in part["insert"]]
                touched.inserted.update(inserted)
                new += inserted
        self._ids = new + old[at:]
        touched.moved = True

    def _edited(self, event: Any, touched: Touched) -> None:
        ids, path = self._ids, event.path
        if not path or not isinstance(path[0], int) or path[0] >= len(ids):
            return
        of_cell = len(path) == 1 and isinstance(event, MapEvent)
        keys: dict[str, Any] = event.keys if of_cell else {}
        if "id" in keys:
            self._known.clear()
            ids[path[0]] = str(keys["id"].get("newValue"))
        touched.edited.add(ids[path[0]])
        if keys.get("execution_state", {}).get("newValue") == "running":
            touched.ran.add(ids[path[0]])


def _id(cell: Any) -> str:
    return str(cell.get("id")) if isinstance(cell, Map) else ""


def _as_nbformat(ycell: Any) -> Cell:
    if not isinstance(ycell, Map) or not isinstance(ycell.get("source"), Text):
        return {"cell_type": "", "metadata": {}, "source": ""}  # no cell: it only keeps its place
    cell: Cell = ycell.to_py() or {}
    cell.pop("execution_state", None)
    cast_all(cell, float, int)
    metadata = cell.get("metadata")
    if isinstance(metadata, dict):
        metadata.pop("trusted", None)
    return cell
