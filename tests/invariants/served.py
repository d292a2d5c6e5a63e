"""The live mount: the server's desk over the contents manager, and the pages that show the notebook."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

from codeact_jupyter.session.attach import ServerDesk
from codeact_jupyter.store import Store
from tests.invariants.agent import Agent
from tests.invariants.copies import Cell, Copy, name_of, plain, valid
from tests.invariants.ours import Ours
from tests.invariants.page import Clock, Page

ABSENCE = 1800.0


class Served:
    """A notebook on a server, and who has it open.  The newest page is the one that counts."""

    def __init__(self, folder: Path, content: dict[str, Any]) -> None:
        self.loop = Clock()
        self.minor: int = content["nbformat_minor"]
        self.folder, self.path = folder, "n.ipynb"
        self.manager = AsyncLargeFileManager(root_dir=str(folder))
        (folder / self.path).write_text(json.dumps(content))
        self.store = Store(folder / "store" / "s.sqlite")
        self.told: list[str] = []
        self.desk = self._new_desk()
        self.agent = Agent(self.store, lambda: self.desk, self.minor)
        self.agent.on_take = self._forget
        self.page: Page | None = None
        self.older: Page | None = None
        self.lag = False
        self._opened = 0
        self.file = Copy()
        self.file.left(self.filed())
        self._writes: list[tuple[str, str]] = [(self.hash(), "user")]
        """Each state of the file, and whose writing made it."""
        self._looked = 0

    # the loop

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def call(self, call: Callable[..., Any], *arguments: Any) -> Any:
        async def within() -> Any:
            return call(*arguments)

        return self.do(within())

    def sleep(self, seconds: float) -> None:
        """So much time passes."""
        self.loop.ahead += seconds
        self.do(asyncio.sleep(0.001))
        if writing := self.desk._writing:
            self.do(asyncio.wait([writing]))

    # the file

    @property
    def on_disk(self) -> Path:
        return self.folder / self.path

    def hash(self) -> str:
        return str(self.loop.run_until_complete(self._hash()))

    async def _hash(self) -> str:
        model: dict[str, Any] = await self.manager.get(self.path, content=False, type="notebook", require_hash=True)
        return str(model["hash"])

    def filed(self) -> list[Cell]:
        return [plain(cell) for cell in json.loads(self.on_disk.read_text())["cells"]]

    def wrote(self, who: str) -> None:
        """Whoever wrote the file since it was looked at last did so in these hands."""
        if (now := self.hash()) != self._writes[-1][0]:
            self._writes.append((now, who))

    def external(self, change: Callable[[dict[str, Any]], None], indent: int = 1) -> None:
        """Another program writes the file."""
        content = json.loads(self.on_disk.read_text())
        change(content)
        self.on_disk.write_text(json.dumps(content, indent=indent))
        self.wrote("user")
        self.file.left(self.filed(), self._taken())

    def _forget(self, taken: Ours, before: Cell) -> None:
        """What the user typed there is known to the model, which writes another."""
        for each in (self.file, self.page and self.page.copy, self.older and self.older.copy):
            if each:
                each.typed.pop(taken.name, None)
        filed = {name_of(cell): cell["source"] for cell in self.filed()}
        if not self.page and taken.taken and filed.get(taken.name) != before["source"]:  # another program has written since it was read
            taken.loose, taken.there = True, taken.there if taken.name in filed else "no"

    def _taken(self) -> set[str]:
        return {each.name for each in self.agent.ours.values() if each.taken and not each.loose}

    # pages

    @property
    def synced(self) -> bool:
        """The page and the server have told each other all."""
        page = self.page
        return bool(page and page.started and not page.inbox and not page.outbox and self.desk.document.attached)

    def open(self) -> None:
        """The notebook is opened, or opened once more, or the page is loaded again."""
        self._opened += 1
        for each in self.agent.ours.values():
            if each.cut and each.there == "yes":
                each.there = "maybe"
        page = Page(f"doc{self._opened}")
        self._load(page)
        self.page = page
        self.connect()

    def _load(self, page: Page) -> None:
        page.base = self.hash()
        page.load(self.do(self.manager.get(self.path, content=True, type="notebook"))["content"])
        page.copy = self.file.branch()

    def connect(self) -> None:
        page = self.page
        assert page
        page.connected, page.superseded = True, False
        self.do(self._join(page))
        self.settle()

    async def _join(self, page: Page) -> None:
        self.desk.join(page)
        standing, _ = await self.desk.stands(page, page.base)
        if standing == "other":  # what its user deleted while it was away cannot be told from what it never had
            for each in self.agent.ours.values():
                each.there = "maybe" if each.name in page.deleted else each.there
        match standing:
            case "ours":
                page.base = await self._hash()
            case "other" if not page.notebook.dirty:
                page.base = await self._hash()
                page.load((await self.manager.get(self.path, content=True, type="notebook"))["content"])
                page.copy = self.file.branch()
        page.start()

    def drop(self) -> None:
        """The page's socket breaks."""
        assert self.page
        self.page.drop()
        self.call(self.desk.leave, self.page)

    def settle(self) -> None:
        """All that is under way arrives, unless the network is slow."""
        while not self.lag and self.deliver():
            pass

    def deliver(self) -> bool:
        """One message each way; False: nothing was under way."""
        page = self.page
        if not page or not page.connected or not (page.inbox or page.outbox):
            return False
        if page.inbox:
            message = page.inbox.pop(0)
            if message == "save":
                self.save(page)
            elif isinstance(message, bytes):
                self.call(page.take, message)
        if page.outbox:
            message = page.outbox.pop(0)
            if message == "saved":
                self.call(self.desk.saved, page)
            elif isinstance(message, bytes):
                self.call(self.desk.receive, page, message)
        return True

    def save(self, page: Page) -> None:
        """The page saves, asked or not: a file that is not the one it knows makes it ask its user, or tell them."""
        if page.base != (now := self.hash()):
            self._blame(page, now)
            page.conflict = True
            return
        self.overwrite(page)

    def _blame(self, page: Page, now: str) -> None:
        known = max((at for at, (each, _) in enumerate(self._writes) if each == page.base), default=-1)
        since = [who for _, who in self._writes[known + 1 :]]
        assert "user" in since, f"a dialog that nobody but us caused: {since}"

    def overwrite(self, page: Page) -> None:
        """The page's document is the file now."""
        self.check(page)
        content = page.content()
        self.do(self.manager.save({"type": "notebook", "format": "json", "content": content}, self.path))
        page.base, page.conflict, page.notebook.dirty = self.hash(), False, False
        self.wrote("user")
        page.copy.left(page.cells(), self._taken())
        for each in self.agent.ours.values():
            each.cut = False
        self.file = page.copy.branch()
        self.file.check(self.filed(), self._theirs_to_change())
        if page.connected:
            page.outbox.append("saved")

    def close(self, keep: bool) -> None:
        """The user closes the notebook."""
        page = self.page
        assert page
        if keep:
            self.save(page)
            if not self.synced:  # nobody can know what its user deleted before it came back
                for each in self.agent.ours.values():
                    each.there = "maybe" if each.name in page.deleted else each.there
            if page.conflict:  # JupyterLab asks its user, who decides for what they see
                self.overwrite(page)
        while page.outbox:
            self.deliver_out(page)
        self.do(self.desk.closed(page, keep))
        page.drop()
        self.wrote("server")
        self.page = None

    def deliver_out(self, page: Page) -> None:
        message = page.outbox.pop(0)
        if message == "saved":
            self.call(self.desk.saved, page)
        elif isinstance(message, bytes):
            self.call(self.desk.receive, page, message)

    # the server

    def _new_desk(self) -> ServerDesk:
        server: Any = SimpleNamespace(contents_manager=self.manager, root_dir=str(self.folder))
        return ServerDesk(server, self.path, self.store, ABSENCE, self.told.append)

    def crash(self) -> None:
        """The server is killed, and started again; its pages are still there."""
        if self.page:
            self.page.drop()
        self.desk._expect_nobody()
        self.desk = self._new_desk()
        # a new server does not know which writes were the old one's: what it finds counts as somebody else's
        self._writes = [(each, "user") for each, _ in self._writes]

    def rename(self, path: str) -> None:
        old, self.path = self.path, path
        self.do(self.manager.rename_file(old, path))
        self.call(self.desk.rename, path)

    # what has to hold

    def _theirs_to_change(self) -> set[str]:
        return self.agent.names() | self.agent.free

    def check(self, page: Page) -> None:
        """The page's document."""
        if page.changed:
            valid(page.content())
        page.changed = False
        cells = page.cells()
        page.copy.check(cells, self._theirs_to_change())
        if page is self.page and self.synced:
            self._hold(cells, "the page")

    def check_file(self) -> None:
        """The file; what the server wrote there is known to it."""
        if self.on_disk.stat().st_mtime_ns == self._looked:
            return
        self._looked = self.on_disk.stat().st_mtime_ns
        was = self._writes[-1][0]
        self.wrote("server")
        valid(json.loads(self.on_disk.read_text()))
        self.file.check(self.filed(), self._theirs_to_change())
        if self._writes[-1][0] != was and not self.desk.document.attached:
            self._hold(self.filed(), "the file")

    def _hold(self, cells: list[Cell], where: str) -> None:
        there = {name_of(cell): cell for cell in cells}
        # what was deleted in a page that the server has not heard of since is still there for all others
        unheard = {name for page in (self.page, self.older) if page and not self.synced for name in page.deleted}
        for each in [each for each in self.agent.ours.values() if where == "the page" or each.name not in unheard]:
            each.check(there.get(each.name), where)
            if each.there == "maybe":
                each.there, each.loose = ("yes" if each.name in there else "no"), True

    def end(self) -> None:
        self.desk._expect_nobody()
        self.store.close()
        self.loop.close()
