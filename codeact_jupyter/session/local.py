"""The command line's desk: a notebook file that nobody has open, and a kernel of our own."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

from codeact_jupyter.config import for_kernels
from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.kernel.host import LocalHost
from codeact_jupyter.notebook.content import kernel_name
from codeact_jupyter.notebook.document import Document
from codeact_jupyter.notebook.file import LocalFile
from codeact_jupyter.session.desk import KernelNews, filed_in, into
from codeact_jupyter.store import Store

NATIVE_KERNEL = "python3"


class LocalDesk:
    """A notebook on this machine's disk; its kernel starts with the first use and ends with `close`."""

    def __init__(self, path: Path, store: Store, environment: dict[str, str], kernel_name: str | None = None, create: bool = True):
        """`create`: the notebook is made if it is missing."""
        self.path = str(path)
        self.key = str(path.resolve())
        self.folder = path.resolve().parent
        file = LocalFile(path, create=create, metadata=_python(kernel_name))
        self.document = Document(file, on_entry=into(store), on_filed=filed_in(store))
        self._host: LocalHost | None = None
        self._environment, self._kernel_name = environment, kernel_name

    @property
    def root(self) -> Path:
        return self.folder

    @property
    def sandboxed(self) -> bool:
        return bool(self._host and self._host.sandboxed)

    async def open(self) -> None:
        if self._kernel_name:  # a name that is wrong is not written into a notebook that is made for it
            self._new_host(self._kernel_name).check_language()
        await self.document.load()

    async def kernel(self, news: KernelNews) -> KernelClient:
        news.state("starting_kernel")
        if self._host is None:
            self._host = self._new_host(self._kernel_name or kernel_name(self.document.content()))
            await self._host.start()
        client = KernelClient(self._host, news.state, news.lost, news.may_restart)
        await client.open()
        return client

    async def release(self, kernel: KernelClient) -> None:
        await kernel.close()

    async def save(self) -> None:
        await self.document.save()

    async def finish(self) -> None:
        await self.document.save()

    async def kill(self) -> None:
        """End the kernel whatever it does; the run that works with it comes to its end by that."""
        if self._host:
            await self._host.shutdown(now=True)

    async def close(self) -> None:
        """End the kernel; nothing of it is left."""
        if self._host:
            host, self._host = self._host, None
            with contextlib.suppress(asyncio.CancelledError):
                await host.shutdown()

    def _new_host(self, name: str | None) -> LocalHost:
        return LocalHost(name, str(self.folder), for_kernels(self._environment))


def _python(kernel_name: str | None) -> dict[str, Any]:
    """Metadata of a new notebook, so that JupyterLab need not ask for a kernel."""
    name = kernel_name or NATIVE_KERNEL
    return {
        "kernelspec": {"display_name": "Python 3 (ipykernel)" if name == NATIVE_KERNEL else name, "language": "python", "name": name},
        "language_info": {"name": "python"},
    }
