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

TARGET = "codeact"
PREFIX = "codeact-"
"""The ids of the magics' comms begin with it: they are filtered by it."""


class Magics:
    """Listens to every kernel of the server."""

    def __init__(self, app: "CodeActExtension"):
        self._app = app
        self._kernels: dict[str, Hearing] = {}
        self._talks: dict[str, Talk] = {}
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
        content = message["content"]
        comm_id = str(content.get("comm_id"))
        match message["header"]["msg_type"]:
            case "comm_open" if content.get("target_name") == TARGET:
                self._spawn(comm_id, self._answer(kernel_id, comm_id, content.get("data") or {}))
            case "comm_msg" if comm_id in self._talks:
                self._talks[comm_id].told(content.get("data") or {})
            case _:
                pass

    async def _answer(self, kernel_id: str, comm_id: str, data: dict[str, Any]) -> None:
        heavy = await asyncio.to_thread(importlib.import_module, "codeact_jupyter.server.asking")
        self._talks[comm_id] = talk = heavy.Talk(self._app, kernel_id, comm_id)
        await talk.answer(data)

    def _spawn(self, comm_id: str, work: Coroutine[Any, Any, None]) -> None:
        def over(task: "asyncio.Task[None]") -> None:
            self._tasks.discard(task)
            self._talks.pop(comm_id, None)
            if not task.cancelled() and (error := task.exception()):
                self._app.log.error("codeact: a magic could not be answered", exc_info=error)

        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(over)
