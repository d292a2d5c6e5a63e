"""What a user does in the pages that show the notebook, and what has to come of it."""

import json
from typing import Any

from codeact_jupyter.errors import NotebookError
from tests.invariants.copies import Cell, name_of
from tests.invariants.ours import Ours
from tests.invariants.page import Page
from tests.invariants.served import Served


class Live(Served):
    """Each thing that the user does is what has to be there from then on."""

    @property
    def shown(self) -> Page:
        assert self.page
        return self.page

    def cells(self) -> list[Cell]:
        return self.page.cells() if self.page else self.filed()

    def names(self) -> list[str]:
        return [name_of(cell) for cell in self.cells()]

    def anchor(self, pick: int) -> str | None:
        """Id of a cell as the page has it; without ids none is taken: until it is saved, its place is all it would be known by."""
        if self.minor < 5:
            return None
        ids = self.page.ids() if self.page else [cell["id"] for cell in self.filed() if "id" in cell]
        return ids[pick % len(ids)] if ids else None

    def _done(self, *names: str) -> None:
        """The page holds what its user made of it."""
        for name in names:
            if (each := self.agent.ours.get(name)) and each.there != "no":
                each.loose = True
            elif each:  # taken out, which this page has not heard of
                self.agent.free.add(name)
                del self.agent.ours[name]
        self.shown.copy.left(self.shown.cells(), self._taken())
        self.settle()

    def _ours(self, name: str) -> Ours | None:
        each = self.agent.ours.get(name)
        return each if each and each.there != "no" else None

    # in the page

    def insert(self, pick: int, cell: Cell) -> None:
        page = self.shown
        page.insert(pick % (len(page.ids()) + 1), cell)
        self._done()

    def type(self, name: str, place: int, word: str) -> None:
        if not name:
            return
        self.shown.type(name, place, word)
        if self._ours(name):
            self.shown.copy.typed.setdefault(name, set()).add(word)
        self._done(name)

    def delete(self, name: str) -> None:
        if not name:
            return
        self.shown.delete(name)
        self.shown.copy.typed.pop(name, None)
        if each := self._ours(name):
            self.shown.deleted.add(name)
            each.there, each.loose = "no", True
        self._done()

    def undo(self) -> None:
        name = self.shown.undoable
        self.shown.undo()
        if name in self.shown.deleted:
            self.shown.deleted.discard(name)
            if each := self.agent.ours.get(name):
                each.there, each.undone = "yes" if self.synced else "maybe", True  # else nobody has heard of it
        self._done()

    def move(self, name: str, to: int) -> None:
        if name:
            self.shown.move(name, to % len(self.shown.ids()))
            # a cell that is moved is made anew, as the page knew it
            self._done(*([] if self.synced else [name]))

    def tag(self, name: str) -> None:
        if name:
            self.shown.tag(name, "mine too")
            for cell in self.shown.copy.cells:
                if name_of(cell) == name:  # also of a cell that the agent holds, and may give back
                    cell["metadata"]["tags"] = ["mine too"]
            self._done()

    def run(self, name: str, output: dict[str, Any]) -> None:
        if name and "outputs" in self.shown.ycell(name):
            self.shown.run(name, output, 99)
            self._done(name)

    # the page as a whole

    def revert(self) -> None:
        """The user lets go of what the page has and the file lacks."""
        page = self.shown
        page.base = self.hash()
        lost = self._fall_back(page) | (page.deleted - {name_of(cell) for cell in self.filed()})
        page.load(self.do(self.manager.get(self.path, content=True, type="notebook"))["content"])
        page.deleted |= lost
        page.copy = self.file.branch()
        self._done()

    def _fall_back(self, page: Page) -> set[str]:
        """What the file has of the agent's cells holds; those that are lost by it."""
        lost = set[str]()
        filed = {name_of(cell): cell for cell in self.filed()}
        for each in self.agent.ours.values():
            if each.name in page.deleted and each.name in filed:
                each.there = "maybe"
            elif each.there != "no" and each.name not in filed:
                each.there = "no" if self.minor >= 5 else "maybe"  # without ids one that was rewritten may be there under its old mark
                lost.add(each.name)
            each.loose = True
        return lost

    def reload(self) -> None:
        """What was not saved is lost, but not what the agent did."""
        page = self.shown
        synced = self.synced
        if page.connected:
            self.drop()
        self._load_again(page, synced)

    def _load_again(self, page: Page, synced: bool) -> None:
        filed = {name_of(cell) for cell in self.filed()}
        for each in self.agent.ours.values():
            if each.name in page.deleted and (each.name in filed or not synced):
                each.there = "maybe"
            if each.loose is False and each.name not in filed and each.taken:
                each.loose = True  # of a cell that was the user's, the file has what it was
        self.open()

    def close(self, keep: bool) -> None:
        if not keep:
            self._fall_back(self.shown)
        super().close(keep)

    def second_tab(self) -> None:
        was, synced = self.shown, self.synced
        self.older = was
        self._load_again(was, synced)

    def take_over(self) -> None:
        self.page, self.older = self.older, self.page
        for each in self.agent.ours.values():
            each.loose = each.cut = True
            each.there = "maybe"
        self.connect()

    # outside of it

    def changed_outside(self, what: str, pick: int, new: Cell) -> None:
        """Another program writes the file; what it takes out of it is deleted there."""
        before = {name_of(cell) for cell in self.filed()}

        def change(content: dict[str, Any]) -> None:
            cells = content["cells"]
            at = pick % (len(cells) or 1)
            match what:
                case "edit" if cells and self.minor >= 5:
                    cells[at]["source"] = "".join(cells[at]["source"]) + f"  # {new['metadata']['mine']}"
                    self._loosen(name_of(cells[at]))
                case "delete" if cells:
                    del cells[at]
                case "reverse" if self.minor >= 5:  # without ids a cell that was taken and not yet saved is known by its place alone
                    cells.reverse()
                case "insert":
                    cells.insert(at, new)

        self.external(change, indent=2 if what == "reformat" else 1)
        for name in before - {name_of(cell) for cell in self.filed()}:
            self.file.typed.pop(name, None)
            if each := self._ours(name):
                each.there, each.loose, each.cut = "maybe", True, True

    def _loosen(self, name: str) -> None:
        if each := self._ours(name):
            each.loose = True

    def crash_and_resume(self, after: str) -> None:
        going = self.agent.phase != "none"
        self.lag = False
        self.crash()
        rows = {cell: after for _, cell, _, after, *_ in self.store.journalled(self.agent.run)} if going else {}
        for name, each in list(self.agent.ours.items()):
            if rows.get(each.id) is not None or (each.withdrawn and each.id in rows):
                each.loose, each.cut = True, each.cut or each.undone
                each.there = "maybe" if each.cut or (each.there == "no" and not each.withdrawn) else each.there
            else:
                self.agent.free.add(name)
                del self.agent.ours[name]
        if after == "reload" and self.page:
            self.reload()
        if after == "page" and self.page:
            self.connect()
        if going:
            try:
                self.do(self.agent.resume())
            except NotebookError as error:
                raise AssertionError(str(error)) from error
        self.settle()

    def check_all(self) -> None:
        if self.page:
            self.check(self.page)
        if self.older:
            self.check(self.older)
        self.check_file()
        assert json.loads(self.on_disk.read_text())["metadata"]["vendor"] == {"a": [1]}
