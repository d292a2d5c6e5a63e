"""The server's desk: which document the agent edits (mount), and who saves.

closed    nobody has the notebook open: the file is read and written through the contents manager, our cells only
attached  a browser document shows it: its replica is edited, and the browser saves when asked
absent    its socket broke (a reload, a laptop asleep): the replica waits; after half an hour the file is written instead
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from codeact_jupyter.errors import KernelError, NotebookError
from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.notebook.document import Document
from codeact_jupyter.notebook.live import Replica
from codeact_jupyter.session.contents import ContentsFile
from codeact_jupyter.session.desk import KernelNews, into
from codeact_jupyter.session.kernels import ServerHost, kernel_of
from codeact_jupyter.store import Store

READY_SECONDS = 10.0
"""How long a browser may take to send its document."""


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
        self.document = Document(self.storage, on_entry=into(store))
        self._browser: Browser | None = None
        self._replica: tuple[str, Replica] | None = None
        self._arrived = asyncio.Event()
        """The browser's document is here, and ours to edit."""
        self._away: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._hosts: dict[KernelClient, ServerHost] = {}

    @property
    def key(self) -> str:
        return str(self.folder / Path(self.path).name)

    @property
    def folder(self) -> Path:
        """Of the file on disk; where the contents manager has no files, of the server."""
        get_os_path = getattr(self._server.contents_manager, "_get_os_path", None)
        if get_os_path:
            return Path(get_os_path(self.path)).parent
        return (Path(self._server.root_dir) / self.path).parent

    @property
    def attached(self) -> bool:
        return self._browser is not None

    def rename(self, path: str) -> None:
        """The notebook has a new path; all else stays as it is."""
        self.path = self.storage.path = path

    # the browser's side

    def join(self, browser: Browser) -> None:
        """A browser document shows the notebook from now on; an older one no longer counts."""
        if self._away:
            self._away.cancel()
            self._away = None
        if self._browser and self._browser.document_id != browser.document_id:
            self._browser.supersede()
        if self._replica and self._replica[0] != browser.document_id:
            self._drop()
        self._browser = browser

    def receive(self, browser: Browser, message: bytes) -> None:
        """A Yjs message.  Raises `NotebookError` when it is not one."""
        if browser is not self._browser:
            return
        if not self._replica:
            self._replica = (browser.document_id, Replica(self._send, browser.document_id))
            browser.send_yjs(self._replica[1].first_message())
        replica = self._replica[1]
        was_ready = replica.ready.is_set()
        if reply := replica.receive(message):
            browser.send_yjs(reply)
        if replica.ready.is_set() and not was_ready:
            self.document.attach(replica)
            self._arrived.set()

    def leave(self, browser: Browser) -> None:
        """Its socket broke: it is absent, not closed."""
        if browser is self._browser:
            self._browser = None
            self._away = asyncio.get_running_loop().call_later(self._absence, self._gone)

    async def closed(self, browser: Browser, keep: bool) -> None:
        """The user closed the notebook; with `keep` False unsaved changes were discarded, ours too.  Raises `NotebookError`."""
        if browser is not self._browser:
            return
        self._browser = None
        self._drop()
        if not keep:
            self.document.discard_unsaved()
        await self.document.save()

    async def shutdown(self) -> None:
        """The server ends: what the file lacks of our work is written, unless a browser is there to do it."""
        if self._away:
            self._away.cancel()
        if not self._browser and self._replica:
            self._drop()
            await self.document.save()

    def _send(self, message: bytes) -> None:
        if self._browser:
            self._browser.send_yjs(message)

    def _drop(self) -> None:
        if self._replica:
            self._replica = None
            self._arrived.clear()
            self.document.detach()

    def _gone(self) -> None:
        self._away = None
        self._drop()
        self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        try:
            await self.document.save()
        except NotebookError as error:
            self._tell(str(error))

    # the run's side

    async def open(self) -> None:
        if not self._browser:
            await self.document.load()
            return
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._arrived.wait()
        except TimeoutError as error:
            raise NotebookError("The browser did not send the notebook. Reload the page and ask again.") from error

    async def kernel(self, news: KernelNews) -> KernelClient:
        news.state("starting_kernel")
        host = ServerHost(self._server.kernel_manager, await kernel_of(self._server, self.path, self._ask_kernel))
        client = KernelClient(host, news.state, news.lost, news.may_restart)
        try:
            await client.open()
        except BaseException:
            host.close()
            raise
        self._hosts[client] = host
        return client

    async def release(self, kernel: KernelClient) -> None:
        await kernel.close()
        if host := self._hosts.pop(kernel, None):
            host.close()

    async def restart_kernel(self) -> None:
        """The user wants it.  Raises `KernelError` when there is none."""
        try:
            kernel_id = await kernel_of(self._server, self.path, lambda: False)
            await self._server.kernel_manager.restart_kernel(kernel_id)
        except (KeyError, RuntimeError) as error:
            raise KernelError(f"The kernel could not be restarted: {error}") from error

    def touch(self) -> None:
        """A run goes on: its kernel and the server are in use."""
        for host in self._hosts.values():
            host.touch()

    def _ask_kernel(self) -> bool:
        if self._browser:
            self._browser.ask_kernel()
        return self.attached

    async def save(self) -> None:
        if self._browser:
            self._browser.ask_save()
        elif not self._replica:
            await self.document.save()

    async def finish(self) -> None:
        await self.save()
