"""The server's kernels: the one that belongs to a notebook, and its process as the kernel client wants it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from jupyter_core.utils import ensure_async
from tornado.web import HTTPError

from codeact_jupyter.errors import KernelError
from codeact_jupyter.kernel.host import client_of

BROWSER_SECONDS = 60.0
"""How long the browser may take to start the kernel."""


class ServerHost:
    """A kernel of the server's; counts as one of its connections until `close`, so that culling leaves it alone."""

    def __init__(self, kernels: Any, kernel_id: str):
        self._kernels, self.id = kernels, kernel_id
        self._kernel = kernels.get_kernel(kernel_id)
        self.revives = bool(self._kernel.autorestart)
        """The server restarts a kernel that died by itself."""
        kernels.notify_connect(kernel_id)

    def client(self) -> Any:
        """A new client with a session of its own: two that share one get each other's replies."""
        return client_of(self._kernel)

    async def interrupt(self) -> None:
        await ensure_async(self._kernel.interrupt_kernel())

    async def restart(self) -> None:
        """Raises `KernelError`."""
        try:
            await ensure_async(self._kernels.restart_kernel(self.id))
        except (OSError, RuntimeError, KeyError, HTTPError) as error:
            raise KernelError(f"The kernel could not be restarted: {error}") from error

    async def is_alive(self) -> bool:
        return self.id in self._kernels and bool(await ensure_async(self._kernel.is_alive()))

    def process(self) -> object:
        """Which process it is: changes when the server or the user has restarted it."""
        return getattr(self._kernel.provisioner, "pid", None) or id(self._kernel.provisioner)

    def touch(self) -> None:
        """The kernel is in use, even while it waits for the model."""
        self._kernel.last_activity = datetime.now(UTC)

    def close(self) -> None:
        self._kernels.notify_disconnect(self.id)


async def kernel_of(server: Any, path: str, ask_browser: Callable[[], bool]) -> str:
    """Id of the notebook's kernel, started if it has none: by the browser if one is attached, since only then is it attached to it.

    Raises `KernelError`.
    """
    found = await _found(server, path)
    if not found and ask_browser():
        found = await _within(BROWSER_SECONDS, lambda: _found(server, path))
        if not found:
            raise KernelError("No kernel was started for the notebook. Choose one with the notebook's kernel button, and ask again.")
    if not found:
        made = await ensure_async(server.session_manager.create_session(path=path, name=PurePosixPath(path).name, type="notebook"))
        found = str(made["kernel"]["id"])
    _python_only(server, found)
    return found


async def _found(server: Any, path: str) -> str | None:
    for session in await ensure_async(server.session_manager.list_sessions()):
        if session.get("type") == "notebook" and session.get("path") == path and session.get("kernel"):
            return str(session["kernel"]["id"])
    return None


async def _within(seconds: float, found: Callable[[], Awaitable[str | None]]) -> str | None:
    # the session manager tells nobody of new sessions, so it is asked
    for _ in range(int(seconds / 0.1)):
        if kernel := await found():
            return kernel
        await asyncio.sleep(0.1)
    return None


def _python_only(server: Any, kernel_id: str) -> None:
    name = server.kernel_manager.get_kernel(kernel_id).kernel_name
    spec = server.kernel_spec_manager.get_kernel_spec(name)
    if spec.language.lower() != "python":
        kind = f"{spec.display_name} ({spec.language})"
        raise KernelError(f"The notebook's kernel is {kind}; the agent acts by Python. Choose a Python kernel and ask again.")
