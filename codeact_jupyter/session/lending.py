"""The kernel of a notebook of the server's, lent to its runs: a client for each of them, and what comes after a run that put it out."""

import asyncio
from collections.abc import Callable
from typing import Any

from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.kernel.shown import Shown
from codeact_jupyter.session.desk import KernelNews
from codeact_jupyter.session.kernels import Notebook, ServerHost, kernel_of, restart


class Lending:
    """`is_open`: somebody has the notebook open, and sees what comes when a run is over."""

    def __init__(self, server: Any, notebook: Notebook, is_open: Callable[[], bool]):
        self._server, self._notebook, self._is_open = server, notebook, is_open
        self._hosts: dict[KernelClient, ServerHost] = {}
        self._shown = Shown()
        self._draining: set[asyncio.Task[None]] = set()

    @property
    def sandboxed(self) -> bool:
        """What is lent, and something is, is in our sandbox."""
        return bool(self._hosts) and all(host.sandboxed for host in self._hosts.values())

    async def lend(self, news: KernelNews) -> KernelClient:
        """A client of the notebook's kernel, which is started if there is none.  Raises `KernelError`."""
        news.state("starting_kernel")
        host = await kernel_of(self._server, self._notebook)
        client = KernelClient(host, news.state, news.lost, news.may_restart, self._shown)
        try:
            await client.open()
        except BaseException:
            host.close()
            raise
        self._hosts[client] = host
        return client

    async def take_back(self, kernel: KernelClient) -> None:
        """The run needs it no more."""
        if kernel.queued:  # stopped, but it stands behind a user's cell: somebody has to interrupt it when it begins
            self._draining.add(drained := asyncio.create_task(self._drain(kernel)))
            drained.add_done_callback(self._draining.discard)
        else:
            await self._part_with(kernel)

    async def forget(self) -> None:
        """The user closed the notebook, or the server ends: what comes late is waited for no more, and of what came nothing is kept."""
        await self._shown.close()
        if not self._hosts:  # else a run goes on
            self._shown.forget()

    async def restart(self) -> None:
        """The user wants it.  Raises `KernelError`."""
        await restart(self._server, self._notebook.path)

    async def _drain(self, kernel: KernelClient) -> None:
        try:
            await kernel.drain()
        finally:
            await self._part_with(kernel)

    async def _part_with(self, kernel: KernelClient) -> None:
        host = self._hosts.pop(kernel)
        try:
            await kernel.close()
            if not self._is_open():
                await self._shown.close()
        finally:
            host.close()
