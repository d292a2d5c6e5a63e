"""The file mount: the command line's document over a file that its user, or another program, rewrites between two saves."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from codeact_jupyter.notebook.document import Document
from codeact_jupyter.notebook.file import LocalFile
from codeact_jupyter.session.desk import filed_in, into
from codeact_jupyter.store import Store
from tests.invariants.agent import Agent
from tests.invariants.copies import Cell, Copy, name_of, plain, same, valid
from tests.invariants.ours import Ours
from tests.invariants.page import Clock


class Desk:
    """As `LocalDesk`, without a kernel."""

    def __init__(self, path: Path, store: Store) -> None:
        self.document = Document(LocalFile(path), on_entry=into(store), on_filed=filed_in(store))

    async def open(self) -> None:
        await self.document.load()

    async def save(self) -> None:
        await self.document.save()

    async def finish(self) -> None:
        await self.document.save()


class Filed:
    """What others write into the file is theirs, to the letter: how they spell texts, and what we do not know."""

    def __init__(self, folder: Path, content: dict[str, Any]) -> None:
        self.loop = Clock()
        self.minor: int = content["nbformat_minor"]
        self.path = folder / "n.ipynb"
        self.path.write_text(json.dumps(content))
        self.store = Store(folder / "store" / "s.sqlite")
        self.desk = Desk(self.path, self.store)
        self.agent = Agent(self.store, lambda: self.desk, self.minor)
        self.agent.on_take = self._taken
        self.file = Copy()
        self.file.left(self.cells())
        self._ours = self.path.read_bytes()

    def do(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def settle(self) -> None: ...

    def cells(self) -> list[Cell]:
        """As they stand in the file."""
        return list(json.loads(self.path.read_text())["cells"])

    def names(self) -> list[str]:
        return [name_of(cell) for cell in self.cells()]

    def anchor(self, pick: int) -> str | None:
        ids = [cell["id"] for cell in self.cells() if "id" in cell]
        return ids[pick % len(ids)] if ids else None

    def write(self, change: Callable[[list[Cell]], None], indent: int | None, lines: bool) -> None:
        """Somebody else writes the file, as they spell it."""
        content = json.loads(self.path.read_text())
        before = {name_of(cell) for cell in content["cells"]}
        change(content["cells"])
        for cell in content["cells"]:
            text = "".join(cell["source"])
            cell["source"] = text.splitlines(keepends=True) if lines else text
        self.path.write_text(json.dumps(content, indent=indent))
        self._ours = self.path.read_bytes()
        marked = {name_of(cell) for cell in content["cells"] if "codeact" in cell["metadata"]}  # of others the file has the user's version
        self.file.left(content["cells"], {each.name for each in self.agent.ours.values() if each.taken and not each.loose} & marked)
        for name in before - {name_of(cell) for cell in content["cells"]}:
            self.deleted(name)

    def _taken(self, taken: Ours, before: Cell) -> None:
        """What the agent knew of the cell it writes; what somebody typed there since stays beside that."""
        self.file.typed.pop(taken.name, None)
        there = next((plain(cell) for cell in self.cells() if name_of(cell) == taken.name), None)
        if there is None and taken.taken:
            taken.there = "no"
        elif there is not None and same(there["source"]) != same(before["source"]):
            taken.loose = True

    def deleted(self, name: str) -> None:
        self.file.typed.pop(name, None)
        if (each := self.agent.ours.get(name)) and each.there != "no":
            each.there, each.loose = "no", True

    def touched(self, name: str, word: str) -> None:
        if (each := self.agent.ours.get(name)) and each.there != "no":
            each.loose = True
            self.file.typed.setdefault(name, set()).add(word)

    def crash(self) -> None:
        self.desk = Desk(self.path, self.store)

    def crash_and_resume(self) -> None:
        """The process is killed, and another one takes up the run."""
        going = self.agent.phase != "none"
        self.crash()
        for name, each in list(self.agent.ours.items()):
            if going and any(row[1] == each.id for row in self.store.journalled(self.agent.run)):
                each.loose = True
                each.there = "maybe" if each.there == "no" and not each.withdrawn else each.there
            else:
                self.agent.free.add(name)
                del self.agent.ours[name]
        if going:
            self.do(self.desk.open())
            self.do(self.agent.resume())

    def check_all(self) -> None:
        content = json.loads(self.path.read_text())
        valid(content)
        assert content["metadata"]["vendor"] == {"a": [1]}
        cells = self.cells()
        self.file.check(cells, self.agent.names() | self.agent.free)
        if self.path.read_bytes() != self._ours:  # we wrote it
            self._ours = self.path.read_bytes()
            there = {name_of(cell): cell for cell in cells}
            for each in self.agent.ours.values():
                each.check(there.get(each.name), "the file")
                if each.there == "maybe":
                    each.there = "yes" if each.name in there else "no"

    def end(self) -> None:
        self.store.close()
        self.loop.close()
