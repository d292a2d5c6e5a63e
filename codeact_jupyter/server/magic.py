"""`%codeact` in a notebook of this server's: each kernel's comms are heard here, what they ask is answered by `asking`.

Apart from it, so that a server whose user never asks imports neither sessions nor notebooks.
"""

import asyncio
import importlib
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from codeact_jupyter.kernel.comms import Hearing
from codeact_jupyter.kernel.wire import Message

if TYPE_CHECKING:
    from codeact_jupyter.server.app import CodeActExtension
    from codeact_jupyter.server.asking import Talk

MOST = 100
"""Magics of one kernel that are answered at once: each takes a connection to it."""

PREFIX = "codeact-"
"""The ids of the magics' comms begin with it: they are filtered by it."""


class Magics:
    """Listens to every kernel of the server."""

    def __init__(self, app: "CodeActExtension"):
        self._app = app
        self._kernels: dict[str, Hearing] = {}
        self._talks: dict[str, Talk] = {}
        self._asking: dict[str, str] = {}
        """The kernel of each comm that is answered."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def kernel_changed(self, action: str, kernel_id: str, status: str) -> None:
        """An event of the kernel manager's."""
        if status != "success":
            return
        if action == "start" and kernel_id in self._app.server.kernel_manager:
            await self._forget(kernel_id)
            kernel = self._app.server.kernel_manager.get_kernel(kernel_id)
            self._kernels[kernel_id] = Hearing(kernel, PREFIX, lambda message: self._hear(kernel_id, message))
        elif action == "shutdown":
            await self._forget(kernel_id)

    async def close(self) -> None:
        """The server ends."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for kernel_id in list(self._kernels):
            await self._forget(kernel_id)

    async def _forget(self, kernel_id: str) -> None:
        if hearing := self._kernels.pop(kernel_id, None):
            await hearing.close()

    def _hear(self, kernel_id: str, message: Message) -> None:
        match message:
            case {"header": {"msg_type": "comm_open"}, "content": {"target_name": "codeact", "comm_id": str(comm_id), "data": dict(data)}}:
                if comm_id not in self._asking and list(self._asking.values()).count(kernel_id) < MOST:
                    self._asking[comm_id] = kernel_id
                    self._spawn(comm_id, self._answer(kernel_id, comm_id, data))
            case {"header": {"msg_type": "comm_msg"}, "content": {"comm_id": str(comm_id), "data": dict(data)}}:
                if self._asking.get(comm_id) == kernel_id and comm_id in self._talks:
                    self._talks[comm_id].told(data)
            case _:  # code in the kernel may send whatever it likes
                pass

    async def _answer(self, kernel_id: str, comm_id: str, data: dict[str, Any]) -> None:
        heavy = await asyncio.to_thread(importlib.import_module, "codeact_jupyter.server.asking")
        self._talks[comm_id] = talk = heavy.Talk(self._app, kernel_id, comm_id)
        await talk.answer(data)

    def _spawn(self, comm_id: str, work: Coroutine[Any, Any, None]) -> None:
        def over(task: "asyncio.Task[None]") -> None:
            self._tasks.discard(task)
            self._talks.pop(comm_id, None)
            self._asking.pop(comm_id, None)
            if not task.cancelled() and (error := task.exception()):
                self._app.log.error("codeact: a magic could not be answered", exc_info=error)

        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(over)
