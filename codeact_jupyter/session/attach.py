"""The server's desk: which document the agent edits (mount), and who saves.

closed    nobody has the notebook open: the file is read and written through the contents manager, our cells only
attached  a browser document shows it: its replica is edited, and the browser saves when asked
absent    its socket broke (a reload, a laptop asleep): the replica waits; after half an hour the file is written instead
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from codeact_jupyter.errors import NotebookError
from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.notebook.content import kernel_name
from codeact_jupyter.notebook.document import Document
from codeact_jupyter.notebook.live import Replica
from codeact_jupyter.session.contents import ContentsFile, Standing
from codeact_jupyter.session.desk import KernelNews, filed_in, into
from codeact_jupyter.session.lending import Lending
from codeact_jupyter.store import Store

READY_SECONDS = 10.0
"""How long a browser may take to send its document."""

SAVING_SECONDS = 30.0
"""A save that goes on is over by then, or it failed."""

NOT_SENT = "The browser did not send the notebook. Reload the page and ask again."


class Browser(Protocol):
    """One socket of one browser document that shows the notebook."""

    document_id: str

    def send_yjs(self, message: bytes) -> None: ...

    def ask_save(self) -> None: ...

    def ask_kernel(self) -> None: ...

    def supersede(self) -> None:
        """A newer document has taken over."""


class ServerDesk:
    """A notebook of the server's, whether or not a browser has it open."""

    def __init__(self, server: Any, path: str, store: Store, absence: float, tell: Callable[[str], None]):
        self._server, self._absence, self._tell = server, absence, tell
        self.path = path
        self.storage = ContentsFile(server.contents_manager, path)
        self.document = Document(self.storage, on_entry=into(store), on_filed=filed_in(store))
        self._browser: Browser | None = None
        self._greeted = False
        """The browser has begun to send its document over the socket that is open now."""
        self._replica: tuple[str, Replica] | None = None
        self._standing: Standing = "same"
        """The file, when the browser came, against what its document was made of."""
        self._settled = asyncio.Event()
        """No browser is on its way: its document is here, ours to edit, or it went."""
        self._settled.set()
        self.document.restore(lost := store.unfiled(self.key))
        self._behind = bool(lost)
        """The file lacks what we did, as far as we know."""
        self._asked: list[set[str]] = []
        """Our cells in the save that goes on, and in the one that the browser was asked for meanwhile."""
        self._asked_at = 0.0
        self._ended = ""
        """Why the notebook must not be written any more."""
        self._writes = asyncio.Lock()
        self._away: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._lending = Lending(server, self, lambda: self._replica is not None)

    @property
    def key(self) -> str:
        return self.key_of(self._server, self.path)

    @staticmethod
    def key_of(server: Any, path: str) -> str:
        """What the store knows a notebook, or a folder, of the server's by: its place on disk, or, where the contents manager has no
        files, in the server's folder."""
        on_disk = getattr(server.contents_manager, "_get_os_path", None)
        return str(on_disk(path) if on_disk else Path(server.root_dir) / path)

    @property
    def folder(self) -> Path:
        return Path(self.key).parent

    @property
    def root(self) -> Path:
        return Path(self.key_of(self._server, ""))

    @property
    def sandboxed(self) -> bool:
        return self._lending.sandboxed

    @property
    def attached(self) -> bool:
        return self._browser is not None

    def shown_by(self, browser: Browser) -> bool:
        """It is this browser document that counts."""
        return browser is self._browser

    def heed(self, browser: Browser) -> bool:
        """It asks for something; False: another one has taken over."""
        return browser is self._browser

    def rename(self, path: str) -> None:
        """The notebook has a new path; all else stays as it is."""
        self.path = self.storage.path = path

    # the browser's side

    def join(self, browser: Browser) -> None:
        """A browser document shows the notebook from now on; an older one no longer counts."""
        self._expect_nobody()
        if self._browser and self._browser is not browser:
            self._browser.supersede()
        if self._replica and self._replica[0] != browser.document_id:
            self._drop()
        self._browser, self._greeted, self._asked = browser, False, []
        self._settled.clear()

    async def stands(self, browser: Browser, base: str | None) -> tuple[Standing, str]:
        """The file against what the document of a browser that joined was made of, and its hash now.  Raises `NotebookError`."""
        async with self._writes:  # a write of ours that goes on comes first
            standing, now = await self.storage.against(base)
        if browser is self._browser:
            self._standing = standing
        return standing, now

    def receive(self, browser: Browser, message: bytes) -> None:
        """A Yjs message.  Raises `NotebookError` when it is not one."""
        if browser is not self._browser:
            return
        replica = self._replica_for(browser)
        if not self._greeted:
            self._greeted = True
            replica.ready.clear()  # also of a document that returns: the user may have worked in it meanwhile
            browser.send_yjs(replica.first_message())
        was_ready = replica.ready.is_set()
        if reply := replica.receive(message):
            browser.send_yjs(reply)
        if replica.ready.is_set() and not was_ready:
            self._arrived(browser, replica)

    def leave(self, browser: Browser) -> None:
        """Its socket broke: it is absent, not closed."""
        if browser is self._browser:
            self._let_go()
            self._away = asyncio.get_running_loop().call_later(self._absence, self._gone)

    def saved(self, browser: Browser) -> None:
        """It has written the file."""
        if browser is self._browser and self._asked:
            self.document.saved(self._asked.pop(0))
            self._behind = bool(self._asked)

    async def closed(self, browser: Browser, keep: bool) -> None:
        """The user closed the notebook; with `keep` False unsaved changes were discarded, ours too.  Raises `NotebookError`."""
        if browser is not self._browser:
            return
        self._let_go()
        self._drop()
        if not keep:
            self.document.discard_unsaved()
        await self._lending.forget()
        await self._write()
        self.document.closed()

    def leave_for_good(self, why: str = "") -> None:
        """No browser counts any more: the server ends and writes what is left itself, or, where it is said why, nothing is written."""
        self._expect_nobody()
        self._let_go()
        self._drop()
        self._ended = self._ended or why

    async def shutdown(self) -> None:
        """What the file lacks of our work is written.  Raises `NotebookError`."""
        await self._lending.forget()
        if self._writing:
            await self._writing
        if self._behind and not self._ended:
            await self._write()

    def _replica_for(self, browser: Browser) -> Replica:
        if not self._replica:
            self._replica = (browser.document_id, Replica(self._send, browser.document_id))
        return self._replica[1]

    def _arrived(self, browser: Browser, replica: Replica) -> None:
        if not self.document.attached:
            self.document.attach(replica, current=self._standing == "same")
        self._settled.set()
        if self._behind:
            self._ask(browser)

    def _ask(self, browser: Browser) -> None:
        now = asyncio.get_running_loop().time()
        goes_on = self._asked[:1] if now - self._asked_at < SAVING_SECONDS else []
        self._asked, self._asked_at = [*goes_on, self.document.shown()], now
        browser.ask_save()

    def _send(self, message: bytes) -> None:
        if self._browser and self._greeted:
            self._browser.send_yjs(message)

    def _let_go(self) -> None:
        self._browser, self._greeted = None, False
        self._settled.set()

    def _drop(self) -> None:
        if self._replica:
            _, replica = self._replica
            self._replica = None
            self.document.detach()
            replica.close()

    def _expect_nobody(self) -> None:
        if self._away:
            self._away.cancel()
            self._away = None

    def _gone(self) -> None:
        self._away = None
        self._drop()
        self._writing = asyncio.create_task(self._write_and_tell())

    async def _write_and_tell(self) -> None:
        try:
            await self._write()
        except NotebookError as error:
            self._tell(str(error))

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
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._settled.wait()
        except TimeoutError as error:
            raise NotebookError(NOT_SENT) from error
        if not self.document.attached:
            await self.document.load()

    async def kernel(self, news: KernelNews) -> KernelClient:
        return await self._lending.lend(news)

    async def release(self, kernel: KernelClient) -> None:
        await self._lending.take_back(kernel)

    async def restart_kernel(self) -> None:
        """The user wants it.  Raises `KernelError`."""
        await self._lending.restart()

    def ask_kernel(self) -> None:
        if self._browser:
            self._browser.ask_kernel()

    def kernel_name(self) -> str | None:
        """The kernelspec that the notebook names."""
        return kernel_name(self.document.content())

    async def save(self) -> None:
        if self._ended:
            raise NotebookError(self._ended)
        self._behind = True
        if self._browser:
            if self._settled.is_set():  # else it is asked when its document is here, with our cells
                self._ask(self._browser)
        elif not self._replica:
            await self._write()

    async def finish(self) -> None:
        await self.save()
