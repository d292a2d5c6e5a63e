"""A browser's page that shows the notebook, as JupyterLab and `src/` handle it: its own document, and real sync messages."""

import asyncio
import copy
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from jupyter_ydoc import YNotebook
from pycrdt import Doc, Map, create_sync_message, create_update_message, handle_sync_message

from codeact_jupyter.notebook.shared import shared
from tests.invariants.copies import Cell, Copy, name_of, plain

Message = bytes | Literal["save", "saved"]


class Clock(asyncio.SelectorEventLoop):
    """A loop for which hours pass when it is told so."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead


class Page:
    """One document of one page.  It is the `Browser` of a `ServerDesk`; what it sends and is sent waits until somebody delivers it."""

    def __init__(self, document_id: str) -> None:
        self.document_id = document_id
        self.notebook = YNotebook(Doc())
        self.base = ""
        """Hash of the file as this page knows it."""
        self.connected = self.started = self.superseded = self.conflict = False
        self.inbox: list[Message] = []
        self.outbox: list[Message] = []
        self.copy = Copy()
        self.deleted: set[str] = set()
        """Names of the agent's cells that the user deleted here."""
        self.undoable = ""
        self.changed = True
        """Since it was looked at last."""
        self._applying = False
        self.notebook.ydoc.observe(self._changed)

    # what the server's desk says to it

    def send_yjs(self, message: bytes) -> None:
        self.inbox.append(message)

    def ask_save(self) -> None:
        self.inbox.append("save")

    def ask_kernel(self) -> None: ...

    def supersede(self) -> None:
        self.superseded = True
        self.drop()

    # the socket

    def start(self) -> None:
        """The file question is settled: the documents are brought together."""
        self.started = True
        self.outbox.append(create_sync_message(self.notebook.ydoc))

    def drop(self) -> None:
        """The connection breaks, and with it what was under way."""
        self.connected = self.started = False
        self.inbox.clear()
        self.outbox.clear()

    def take(self, message: bytes) -> None:
        """One of the server's Yjs messages."""
        self._applying = True
        try:
            with self.notebook.ydoc.transaction(origin="server"):
                reply = handle_sync_message(message[1:], self.notebook.ydoc)
        finally:
            self._applying = False
        if reply is not None:
            self.outbox.append(reply)

    def _changed(self, event: Any) -> None:
        self.changed = True
        if self.started and not self._applying and event.update != b"\x00\x00":
            self.outbox.append(create_update_message(event.update))

    # the document

    def load(self, content: dict[str, Any]) -> None:
        """Of the file: at first, or as "Revert" does it, which replaces each cell of the same document."""
        made = copy.deepcopy(content)
        for cell in made["cells"]:
            cell["source"] = "".join(cell["source"])
            cell.setdefault("id", f"page-{random.randrange(10**12)}")
        with self.notebook.ydoc.transaction():
            self.notebook.set(made)
            self.notebook.dirty = False
        self.undoable, self.conflict = "", False
        self.deleted.clear()

    def content(self) -> dict[str, Any]:
        """As it is saved."""
        return dict(self.notebook.get(deduplicate=False))

    def cells(self) -> list[Cell]:
        return [plain(cell) for cell in self.content()["cells"]]

    def names(self) -> list[str]:
        return [name_of(cell) for cell in self.cells()]

    def ids(self) -> list[str]:
        return [str(cell["id"]) for cell in self.notebook.ycells]

    def index(self, name: str) -> int:
        return self.names().index(name)

    def ycell(self, name: str) -> Map[Any]:
        cell: Map[Any] = self.notebook.ycells[self.index(name)]
        return cell

    # what the user does

    @contextmanager
    def doing(self) -> Iterator[None]:
        self.undoable = ""
        with self.notebook.ydoc.transaction():
            yield
            self.notebook.dirty = True

    def insert(self, index: int, cell: Cell) -> None:
        with self.doing():
            self.notebook.ycells.insert(index, self.notebook.create_ycell(copy.deepcopy(cell)))

    def type(self, name: str, place: int, text: str) -> None:
        source = self.ycell(name)["source"]
        at = place % (len(str(source)) + 1)
        with self.doing():
            source.insert(len(str(source)[:at].encode()), text)

    def delete(self, name: str) -> None:
        self.notebook.undo_manager.clear()
        with self.doing():
            del self.notebook.ycells[self.index(name)]
        self.undoable = name

    def undo(self) -> None:
        self.undoable = ""
        assert self.notebook.undo_manager.undo()

    def move(self, name: str, index: int) -> None:
        """The cell is made anew, with its id and without its execution state, as JupyterLab does it."""
        at = self.index(name)
        cell = {**self.notebook.get_cell(at), "id": self.ids()[at]}
        with self.doing():
            del self.notebook.ycells[at]
            self.notebook.ycells.insert(min(index, len(self.notebook.ycells)), self.notebook.create_ycell(cell))

    def tag(self, name: str, tag: str) -> None:
        with self.doing():
            self.ycell(name)["metadata"]["tags"] = [tag]

    def run(self, name: str, output: dict[str, Any], count: int) -> None:
        """The user runs a cell of theirs, from start to end."""
        cell = self.ycell(name)
        with self.doing():
            cell["outputs"].clear()
            cell["execution_state"] = "running"
        with self.doing():
            cell["outputs"].append(shared(output))
            cell["execution_state"], cell["execution_count"] = "idle", float(count)
