"""The server's desk for a notebook that jupyter-collaboration keeps: whoever shows it works in one document, and so does the agent.

shared   somebody has it open: the document of its room is edited, and the room writes the file
closed   nobody has: the file is read and written through the contents manager, our cells only
"""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from codeact_jupyter.errors import NotebookError
from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.notebook.content import kernel_name
from codeact_jupyter.notebook.document import Document
from codeact_jupyter.session.attach import Browser, ServerDesk
from codeact_jupyter.session.collaboration import Rooms, SharedRoom
from codeact_jupyter.session.contents import ContentsFile, Standing
from codeact_jupyter.session.desk import KernelNews, filed_in, into
from codeact_jupyter.session.lending import Lending
from codeact_jupyter.store import Store

FIRST_SYNC = b"\x00\x00"
"""How a page begins to send its document."""

ALONE = (
    "This page does not take part in the real-time collaboration that the server has switched on: what the agent does is not shown here"
    " until it is loaded again. Enable @jupyter/docprovider-extension, or start the server with --YDocExtension.disable_rtc=True."
)


class SharedDesk:
    """Every page that shows the notebook counts; what one of them closes stays open for the others."""

    def __init__(self, server: Any, path: str, store: Store, rooms: Rooms, tell: Callable[[str], None]):
        self._server, self._rooms, self._tell = server, rooms, tell
        self.path = path
        self.storage = ContentsFile(server.contents_manager, path)
        self.document = Document(self.storage, on_entry=into(store), on_filed=filed_in(store))
        self._browsers: list[Browser] = []
        self._room: SharedRoom | None = None
        self._worked = False
        """A run has been here: what it did is to be seen in a room that begins."""
        self._behind = False
        """The file lacks what we did, as far as we know."""
        self._told = ""
        """Why the room could not save, as it was told last."""
        self._ended = ""
        """Why the notebook must not be written any more."""
        self._writes = asyncio.Lock()
        self._lending = Lending(server, self, lambda: self._room is not None)
        self._tasks: set[asyncio.Task[None]] = set()
        self._deaf = rooms.listen(self._heard)

    @property
    def key(self) -> str:
        return ServerDesk.key_of(self._server, self.path)

    @property
    def folder(self) -> Path:
        return Path(self.key).parent

    @property
    def root(self) -> Path:
        return Path(ServerDesk.key_of(self._server, ""))

    @property
    def sandboxed(self) -> bool:
        return self._lending.sandboxed

    @property
    def attached(self) -> bool:
        return bool(self._browsers)

    def shown_by(self, browser: Browser) -> bool:
        """It is one of those that show the notebook."""
        return browser in self._browsers

    def heed(self, browser: Browser) -> bool:
        """It asks for something: it is at hand when a kernel has to be started."""
        if browser in self._browsers:
            self._browsers.remove(browser)
            self._browsers.append(browser)
        return browser in self._browsers

    def rename(self, path: str) -> None:
        """The notebook has a new path; all else stays as it is."""
        self.path = self.storage.path = path

    # the pages' side

    def join(self, browser: Browser) -> None:
        """One page more shows the notebook."""
        if browser not in self._browsers:
            self._browsers.append(browser)

    async def stands(self, browser: Browser, base: str | None) -> tuple[Standing, str]:
        """Pages hold what the room holds, whatever they hold; with the file's hash.  Raises `NotebookError`."""
        return "same", await self.storage.hash()

    def receive(self, browser: Browser, message: bytes) -> None:
        """A page that shares its document has nothing to send.  Raises `NotebookError`."""
        if message[:2] == FIRST_SYNC:
            raise NotebookError(ALONE)

    def leave(self, browser: Browser) -> None:
        """Its socket broke."""
        if browser in self._browsers:
            self._browsers.remove(browser)

    def saved(self, browser: Browser) -> None:
        """The room knows."""

    async def closed(self, browser: Browser, keep: bool) -> None:
        """Its user closed the notebook; nothing is discarded by that, the room has saved it."""
        self.leave(browser)

    def leave_for_good(self, why: str = "") -> None:
        """No page counts any more: the server ends, or, where it is said why, nothing is written any more."""
        self._browsers = []
        self._ended = self._ended or why
        if why:
            self._part()

    async def shutdown(self) -> None:
        """What the file lacks of our work is written.  Raises `NotebookError`."""
        self._deaf()
        await self._lending.forget()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._behind and not self._ended:
            await self._put_down()

    async def _put_down(self) -> None:
        if self._room and await self._room.save():
            return
        self._part()
        await self._write()

    def _heard(self, event: dict[str, Any]) -> None:
        """The room tells that it has begun, has ended, or could not save."""
        if event["room"] != (self._room.id if self._room else self._rooms.id(self.path)):
            return
        if event["level"] == "ERROR" and self._room:
            self._room.error = f"{self.path} could not be saved: {str(event.get('msg')).partition(chr(10))[2] or event.get('msg')}"
        elif event.get("action") == "initialize" and self._worked and not self._room:
            self._spawn(self._begun())
        elif event.get("action") == "clean" and self._room and not self._room.alive:
            self._spawn(self._over())

    async def _begun(self) -> None:
        if await self._enter() and self._behind:
            await self.save()

    async def _over(self) -> None:
        self._part()
        if self._behind:
            await self.save()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        async def told() -> None:
            try:
                await work
            except NotebookError as error:
                self._tell(str(error))

        self._tasks.add(task := asyncio.create_task(told()))
        task.add_done_callback(self._tasks.discard)

    async def _enter(self) -> bool:
        """Work in the room from now on; False: there is none.  Raises `NotebookError`."""
        async with self._writes:
            if self._room and self._room.alive:
                return True
            self._part()
            self._room = await self._rooms.find(self.path)
            if self._room:
                # a room that began while we wrote the file may have read the one before: it reads again what others wrote
                self.document.attach(self._room.mount.replica)
            return self._room is not None

    def _part(self) -> None:
        if self._room:
            self._behind = self._behind or self._room.dirty
            self._room.mount.close()
            self._room = None
            self.document.detach()

    async def _write(self) -> None:
        async with self._writes:
            if self._ended:
                raise NotebookError(self._ended)
            await self.document.save()
            self._behind = False

    # the run's side

    async def open(self) -> None:
        if self._ended:
            raise NotebookError(self._ended)
        self._worked = True
        if not await self._enter():
            await self.document.load()

    async def kernel(self, news: KernelNews) -> KernelClient:
        return await self._lending.lend(news)

    async def release(self, kernel: KernelClient) -> None:
        await self._lending.take_back(kernel)

    async def restart_kernel(self) -> None:
        """The user wants it.  Raises `KernelError`."""
        await self._lending.restart()

    def ask_kernel(self) -> None:
        if self._browsers:
            self._browsers[-1].ask_kernel()

    def kernel_name(self) -> str | None:
        """The kernelspec that the notebook names."""
        return kernel_name(self.document.content())

    async def save(self) -> None:
        if self._ended:
            raise NotebookError(self._ended)
        self._behind = True
        if await self._enter():
            await self._have_saved()
        else:
            await self._write()

    async def finish(self) -> None:
        await self.save()

    async def _have_saved(self) -> None:
        """By the room.  Where it cannot save, everybody has the work in the notebook that they have open: the run goes on."""
        room = self._room
        if room is None:
            return
        cells = self.document.shown()
        try:
            if not await self.storage.writable():
                raise NotebookError(f"{self.path} is read-only: what was done is in the open notebook only. Save it under another name.")
            if await room.save():
                self.document.saved(cells)
                self._behind, self._told = False, ""
        except NotebookError as error:
            if str(error) != self._told:
                self._told = str(error)
                self._tell(self._told)
