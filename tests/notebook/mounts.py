"""The mounts under test, with a user who works in the notebook meanwhile: in a browser's document, in the file, or in a room's document."""

import asyncio
import copy
import json
from pathlib import Path
from typing import Any

import nbformat
from jupyter_ydoc import YNotebook
from pycrdt import Doc, Map, create_sync_message, create_update_message, handle_sync_message

from codeact_jupyter.notebook.document import Document
from codeact_jupyter.notebook.file import LocalFile
from codeact_jupyter.notebook.live import Replica
from codeact_jupyter.notebook.room import RoomMount

Cell = dict[str, Any]


def code(cell_id: str, source: str = "", **more: Any) -> Cell:
    return {"cell_type": "code", "execution_count": None, "id": cell_id, "metadata": {}, "outputs": [], "source": source, **more}


def notebook(*cells: Cell, minor: int = 5) -> dict[str, Any]:
    kernel = {"kernelspec": {"display_name": "Python 3", "name": "python3", "language": "python"}, "vendor": {"kept": [1, {"a": None}]}}
    return {"cells": list(cells), "metadata": kernel, "nbformat": 4, "nbformat_minor": minor}


def user_cells() -> list[Cell]:
    out = {"output_type": "stream", "name": "stdout", "text": "häß 🎉\n"}
    return [
        {"cell_type": "markdown", "id": "top", "metadata": {"tags": ["a", "b"]}, "source": "# Titel ☃"},
        code("load", "import pandas as pd\ndf = 1", execution_count=3, outputs=[out]),
        code("tail", "print('end')", metadata={"collapsed": True, "mine": {"x": [1, 2]}}),
    ]


class Browser:
    """Plays the browser: a shared model of its own, joined to a replica by real sync messages both ways."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.notebook = YNotebook(Doc())
        self.notebook.set(copy.deepcopy(content))
        self.notebook.dirty = False
        self.replica: Replica | None = None
        self.sent: list[bytes] = []
        self._outbox: list[bytes] = []
        self._applying = False
        self.notebook.ydoc.observe(self._changed)

    def open(self, document_id: str = "doc") -> Replica:
        replica = Replica(self._from_server, document_id)
        self.replica = replica
        self._outbox.clear()
        reply = handle_sync_message(replica.first_message()[1:], self.notebook.ydoc)
        assert reply is not None
        replica.receive(reply)
        answer = replica.receive(create_sync_message(self.notebook.ydoc))
        assert answer is not None
        self._apply(answer)
        return replica

    def _from_server(self, message: bytes) -> None:
        self.sent.append(message)
        self._apply(message)

    def _apply(self, message: bytes) -> None:
        self._applying = True
        try:
            handle_sync_message(message[1:], self.notebook.ydoc)
        finally:
            self._applying = False

    def _changed(self, event: Any) -> None:
        if not self._applying and event.update != b"\x00\x00":
            self._outbox.append(create_update_message(event.update))

    def send(self) -> None:
        """Messages leave when the transaction is over, as over a socket."""
        while self._outbox:
            assert self.replica is not None
            self.replica.receive(self._outbox.pop(0))

    def index(self, cell_id: str) -> int:
        return [cell["id"] for cell in self.notebook.ycells].index(cell_id)

    def ycell(self, cell_id: str) -> Map[Any]:
        cell: Map[Any] = self.notebook.ycells[self.index(cell_id)]
        return cell


class Desk:
    """Whoever writes the file does it here."""

    def __init__(self, mount: "Live | File | Room") -> None:
        self._mount, self.document = mount, mount.document

    async def save(self) -> None:
        await self._mount.exchange()

    async def finish(self) -> None:
        await self._mount.exchange()


class Live:
    """The user works in the browser."""

    def __init__(self, content: dict[str, Any], tmp_path: Path) -> None:
        self.file = LocalFile(tmp_path / "live.ipynb", create=True)
        self.document = Document(self.file)
        self.browser = Browser(content)

    async def open(self) -> None:
        self.document.attach(self.browser.open())

    async def exchange(self) -> None:
        self.browser.send()

    def content(self) -> dict[str, Any]:
        got = self.browser.notebook.get(deduplicate=False)
        for cell in got["cells"]:
            cell["metadata"].pop("trusted", None)
        return got

    def edit(self, cell_id: str, at: int, text: str) -> None:
        source = self.browser.ycell(cell_id)["source"]
        source.insert(len(str(source)[:at].encode()), text)
        self.browser.send()

    def insert(self, index: int, cell: Cell) -> None:
        self.browser.notebook.ycells.insert(index, self.browser.notebook.create_ycell(cell))
        self.browser.send()

    def delete(self, cell_id: str) -> None:
        del self.browser.notebook.ycells[self.browser.index(cell_id)]
        self.browser.send()

    def move(self, cell_id: str, index: int) -> None:
        with self.browser.notebook.ydoc.transaction():
            cell = self.browser.notebook.get_cell(self.browser.index(cell_id))  # without its execution state, as JupyterLab does it
            del self.browser.notebook.ycells[self.browser.index(cell_id)]
            self.browser.notebook.ycells.insert(index, self.browser.notebook.create_ycell(cell))
        self.browser.send()


class Room:
    """The document is kept on the server; the user is one more who works in it."""

    def __init__(self, content: dict[str, Any], tmp_path: Path) -> None:
        self.file = LocalFile(tmp_path / "room.ipynb", create=True)
        self.document = Document(self.file)
        self.kept = YNotebook(Doc())
        self.kept.set(copy.deepcopy(content))
        self.loads = False
        self.room = RoomMount(self.kept.ydoc, lambda: self.loads)
        self.user = Browser(content)
        self.user.notebook = YNotebook(Doc())
        self.user.notebook.ydoc.apply_update(self.kept.ydoc.get_update())
        self.kept.ydoc.observe(lambda event: self.user.notebook.ydoc.apply_update(event.update))

    async def open(self) -> None:
        self.document.attach(self.room.replica)

    async def exchange(self) -> None:
        await asyncio.sleep(0)

    def content(self) -> dict[str, Any]:
        got = self.user.notebook.get(deduplicate=False)
        for cell in got["cells"]:
            cell["metadata"].pop("trusted", None)
        return got

    def edit(self, cell_id: str, at: int, text: str) -> None:
        source = self.user.ycell(cell_id)["source"]
        source.insert(len(str(source)[:at].encode()), text)
        self._send()

    def insert(self, index: int, cell: Cell) -> None:
        self.user.notebook.ycells.insert(index, self.user.notebook.create_ycell(cell))
        self._send()

    def delete(self, cell_id: str) -> None:
        del self.user.notebook.ycells[self.user.index(cell_id)]
        self._send()

    def move(self, cell_id: str, index: int) -> None:
        with self.user.notebook.ydoc.transaction():
            cell = self.user.notebook.get_cell(self.user.index(cell_id))
            del self.user.notebook.ycells[self.user.index(cell_id)]
            self.user.notebook.ycells.insert(index, self.user.notebook.create_ycell(cell))
        self._send()

    def _send(self) -> None:
        self.kept.ydoc.apply_update(self.user.notebook.ydoc.get_update(self.kept.ydoc.get_state()))
        self.room.catch_up()


class File:
    """The user, or another program, rewrites the file between our saves."""

    def __init__(self, content: dict[str, Any], tmp_path: Path) -> None:
        self.path = tmp_path / "file.ipynb"
        self._write(content)
        self.document = Document(LocalFile(self.path))

    async def open(self) -> None:
        await self.document.load()

    async def exchange(self) -> None:
        await self.document.save()

    def content(self) -> dict[str, Any]:
        got: dict[str, Any] = json.loads(self.path.read_text())
        for cell in got["cells"]:
            cell["source"] = "".join(cell["source"])
            for output in cell.get("outputs", []):
                if "text" in output:
                    output["text"] = "".join(output["text"])
                for mime, data in output.get("data", {}).items():
                    output["data"][mime] = "".join(data) if isinstance(data, list) else data
        return got

    def _write(self, content: dict[str, Any]) -> None:
        self.path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")

    def _cells(self, change: Any) -> None:
        content = json.loads(self.path.read_text())
        change(content["cells"])
        self._write(content)

    def edit(self, cell_id: str, at: int, text: str) -> None:
        def change(cells: list[Cell]) -> None:
            cell = next(cell for cell in cells if cell["id"] == cell_id)
            source = "".join(cell["source"])
            cell["source"] = source[:at] + text + source[at:]

        self._cells(change)

    def insert(self, index: int, cell: Cell) -> None:
        self._cells(lambda cells: cells.insert(index, cell))

    def delete(self, cell_id: str) -> None:
        self._cells(lambda cells: cells.remove(next(cell for cell in cells if cell["id"] == cell_id)))

    def move(self, cell_id: str, index: int) -> None:
        def change(cells: list[Cell]) -> None:
            cell = next(cell for cell in cells if cell["id"] == cell_id)
            cells.remove(cell)
            cells.insert(index, cell)

        self._cells(change)


def valid(content: dict[str, Any]) -> None:
    nbformat.validate(nbformat.from_dict(copy.deepcopy(content)))


def ids(content: dict[str, Any]) -> list[str]:
    return [cell["id"] for cell in content["cells"]]


def cell_of(content: dict[str, Any], cell_id: str) -> Cell:
    found: Cell = next(cell for cell in content["cells"] if cell["id"] == cell_id)
    return found
