"""The server's kernels: the one that belongs to a notebook, and its process as the kernel client wants it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from jupyter_core.utils import ensure_async
from tornado.web import HTTPError

from codeact_jupyter.errors import KernelError
from codeact_jupyter.kernel.host import client_of
from codeact_jupyter.kernel.sandbox import is_sandboxed, refusal, wants_sandbox
from codeact_jupyter.session.contents import reason
from codeact_jupyter.session.servers import SHARED

BROWSER_SECONDS = 60.0
"""How long the browser may take to start the kernel."""

USE_SECONDS = 1.0
"""How often a kernel that a run holds is marked as used: culling may be set to as little."""

ENDING_SECONDS = 2.0
"""How long a kernel is between two states when it is shut down or restarted."""

SHUT_DOWN = "The notebook's kernel was shut down. Ask again, and it is started anew."

OUT_OF_SANDBOX = "The notebook's kernel is not the sandboxed one any more, for which this run was allowed more. Ask again."


class Notebook(Protocol):
    """What has to be known of a notebook to find its kernel."""

    @property
    def path(self) -> str:
        """Where it is now."""

    @property
    def folder(self) -> Path:
        """On disk."""

    @property
    def attached(self) -> bool:
        """A browser shows it, which can be asked to start its kernel: only then is it attached to it."""

    def ask_kernel(self) -> None: ...

    def kernel_name(self) -> str | None:
        """The kernelspec that it names."""


class ServerHost:
    """A kernel of the server's; counts as one of its connections, and as used, until `close`: culling leaves it alone."""

    def __init__(self, server: Any, kernel_id: str, notebooks: Callable[[], Awaitable[str | None]]):
        """`notebooks` finds the notebook's kernel anew.  Raises `KernelError`."""
        self._server, self._kernels, self._notebooks = server, server.kernel_manager, notebooks
        self._take(kernel_id)
        self._in_use = asyncio.create_task(self._keep_in_use())

    def client(self) -> Any:
        """A new client with a session of its own: two that share one get each other's replies."""
        return client_of(self._kernel)

    @property
    def sandboxed(self) -> bool:
        """What runs, or is about to be restarted, is in our sandbox, whatever it is called."""
        return is_sandboxed(self._kernel.provisioner)

    def process(self) -> object:
        return getattr(self._kernel.provisioner, "pid", None) or id(self._kernel.provisioner)

    async def is_alive(self) -> bool:
        alive = await self._lives()
        deadline = asyncio.get_running_loop().time() + ENDING_SECONDS
        # somebody shuts it down or restarts it: soon it is known which
        while not alive and self._here and self._kernel.shutting_down and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.05)
            alive = await self._lives()
        self.revives = self._here and bool(self._kernel.autorestart)
        return alive

    async def interrupt(self) -> None:
        if await self.is_alive():
            try:
                await ensure_async(self._kernel.interrupt_kernel())
            except (OSError, RuntimeError):
                return  # it ended at this moment

    async def restart(self) -> None:
        """Where the user chose another kernel for the notebook, that one is gone over to."""
        try:
            if self._here:
                await ensure_async(self._kernels.restart_kernel(self.id))
            else:
                await self._follow()
        except (OSError, RuntimeError, KeyError, HTTPError) as error:
            raise KernelError(f"The kernel could not be restarted: {_words(error)}") from error

    def close(self) -> None:
        self._in_use.cancel()
        del self._in_use  # what broke it off refers to this one
        self._kernels.notify_disconnect(self.id)

    async def _lives(self) -> bool:
        return self._here and bool(await ensure_async(self._kernel.is_alive()))

    @property
    def _here(self) -> bool:
        # the same one: a kernel that is started again under its old id has a manager of its own
        return self.id in self._kernels and self._kernels.get_kernel(self.id) is self._kernel

    def _take(self, kernel_id: str) -> None:
        try:
            kernel = self._kernels.get_kernel(kernel_id)
        except KeyError as error:
            raise KernelError(SHUT_DOWN) from error
        self.id, self._kernel = kernel_id, kernel
        self.revives = bool(kernel.autorestart)
        """The server restarts a kernel that died by itself, but not one that the user shut down: see `is_alive`."""
        self._kernels.notify_connect(kernel_id)

    async def _follow(self) -> None:
        kernel_id = await self._notebooks()
        if kernel_id is None:
            raise KernelError(SHUT_DOWN)
        await _python_only(self._server, kernel_id)
        if self.sandboxed and not is_sandboxed(self._kernels.get_kernel(kernel_id).provisioner):
            raise KernelError(OUT_OF_SANDBOX)
        self._kernels.notify_disconnect(self.id)
        self._take(kernel_id)

    async def _keep_in_use(self) -> None:
        while True:
            now = datetime.now(UTC)
            self._kernel.last_activity = now
            self._server.web_app.settings["last_activity_times"]["codeact"] = now
            await asyncio.sleep(USE_SECONDS)


async def kernel_of(server: Any, notebook: Notebook) -> ServerHost:
    """The notebook's kernel, started if it has none: by the browser while one is attached.  Raises `KernelError`."""
    found = await running(server, notebook.path)
    if not found:
        name = notebook.kernel_name()
        if name:
            await _check(server, name)
        await _sandbox(server, name or server.kernel_manager.default_kernel_name, notebook.folder)
        found = await _by_browser(server, notebook) or await _by_server(server, notebook.path, name)
    await _python_only(server, found)
    return ServerHost(server, found, lambda: running(server, notebook.path))


async def running(server: Any, path: str) -> str | None:
    """Id of the kernel that the notebook at this path has."""
    for session in await ensure_async(server.session_manager.list_sessions()):
        at = str(session.get("path")).removeprefix(SHARED)
        if session.get("type") == "notebook" and at == path and session.get("kernel"):
            return str(session["kernel"]["id"])
    return None


async def restart(server: Any, path: str) -> None:
    """Restart the notebook's kernel, if it has one.  Raises `KernelError`."""
    kernel_id = await running(server, path)
    if kernel_id is None:
        raise KernelError("The notebook has no kernel that could be restarted.")
    try:
        await ensure_async(server.kernel_manager.restart_kernel(kernel_id))
    except (OSError, RuntimeError, KeyError, HTTPError) as error:
        raise KernelError(f"The kernel could not be restarted: {_words(error)}") from error


async def _by_browser(server: Any, notebook: Notebook) -> str | None:
    """None: no browser is there to be asked, or it went away."""
    if not notebook.attached:
        return None
    notebook.ask_kernel()
    # the session manager tells nobody of new sessions, so it is asked
    for _ in range(int(BROWSER_SECONDS / 0.1)):
        if found := await running(server, notebook.path):
            return found
        if not notebook.attached:
            return None
        await asyncio.sleep(0.1)
    raise KernelError("No kernel was started for the notebook. Choose one with the notebook's kernel button, and ask again.")


async def _by_server(server: Any, path: str, name: str | None) -> str:
    create = server.session_manager.create_session
    try:
        made = await ensure_async(create(path=path, name=PurePosixPath(path).name, type="notebook", kernel_name=name))
    except (OSError, RuntimeError, KeyError, HTTPError) as error:
        raise KernelError(f"The notebook's kernel could not be started: {_words(error)}") from error
    return str(made["kernel"]["id"])


async def _python_only(server: Any, kernel_id: str) -> None:
    try:
        name = server.kernel_manager.get_kernel(kernel_id).kernel_name
    except KeyError as error:
        raise KernelError(SHUT_DOWN) from error
    await _check(server, name)


async def _sandbox(server: Any, name: str, folder: Path) -> None:
    """Raises `KernelError` where the kernel would have to be sandboxed and cannot: else a browser's dialog alone would say it."""
    try:
        spec = await ensure_async(server.kernel_spec_manager.get_kernel_spec(name))
    except KeyError:
        return  # what starts it says so
    if wants_sandbox(spec.metadata) and (why := await refusal(folder)):
        raise KernelError(why)


async def _check(server: Any, name: str) -> None:
    specs = server.kernel_spec_manager
    try:
        spec = await ensure_async(specs.get_kernel_spec(name))
    except KeyError as error:
        known = ", ".join(sorted(await ensure_async(specs.find_kernel_specs()))) or "none"
        raise KernelError(f"There is no kernel {name!r} here. Choose another one for the notebook ({known}), and ask again.") from error
    if spec.language.lower() != "python":
        kind = f"{spec.display_name} ({spec.language})"
        raise KernelError(f"The notebook's kernel is {kind}; the agent acts by Python. Choose a Python kernel and ask again.")


def _words(error: Exception) -> str:
    return reason(error) if isinstance(error, HTTPError) else str(error) or type(error).__name__
