"""Who owns the kernel's process: the Jupyter server, or, on the command line, we."""

import asyncio
import ctypes
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, Protocol

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session

from codeact_jupyter.config import section
from codeact_jupyter.errors import KernelError
from codeact_jupyter.kernel.sandbox import SandboxRefused, is_sandboxed, wants_sandbox
from codeact_jupyter.kernel.wire import Wire

START_SECONDS = 60.0

PORT_TAKEN = "Address already in use"

_SET_DEATH_SIGNAL = 1
"""`PR_SET_PDEATHSIG` of Linux."""


class Host(Protocol):
    """The kernel's process, as far as a client of it must know."""

    revives: bool
    """It restarts a kernel that died by itself."""

    def client(self) -> AsyncKernelClient:
        """A new client, not yet connected, with a `Session` of its own: see `client_of`."""

    def process(self) -> object:
        """Which process it is: differs once the kernel was restarted, by whomever."""

    async def is_alive(self) -> bool:
        """Never raises; False also for a kernel that is gone for good."""

    async def interrupt(self) -> None:
        """Never raises: a kernel that is not alive needs no interrupt."""

    async def restart(self) -> None:
        """End the process, if there is one, and start another.  Raises `KernelError`."""


def client_of(manager: AsyncKernelManager) -> AsyncKernelClient:
    """A client that shares no identity with others: of two with one session the newer gets all replies."""
    session = Session(key=manager.session.key, signature_scheme=manager.session.signature_scheme)
    return manager.client(session=session)


def _manager(kernel_name: str) -> AsyncKernelManager:
    manager = AsyncKernelManager(kernel_name=kernel_name)
    manager.shutdown_wait_time = 1.0  # half of it until SIGTERM, half until SIGKILL
    return manager


def _bound_to_us() -> Callable[[], object] | None:
    """What the kernel's process does before it begins: it asks the system to end it if we are killed.

    Its own watch for that, which there is elsewhere too, stands still while code in C holds the interpreter.
    """
    if sys.platform != "linux":
        return None
    system = ctypes.CDLL(None)  # loaded here: little may be done between fork and exec
    return lambda: system.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)


class LocalHost:
    """A kernel of our own, in a process group that is gone when this is shut down."""

    revives = False

    def __init__(self, kernel_name: str | None, cwd: str, env: Mapping[str, str]):
        self._manager = _manager(kernel_name or NATIVE_KERNEL_NAME)
        self._cwd, self._env = cwd, dict(env)
        self._stderr: IO[bytes] | None = None
        self._group: int | None = None
        self._over = False
        self._restarting = asyncio.Lock()

    async def start(self) -> None:
        """Start the kernel and wait until it answers.  Raises `KernelError`."""
        self.check_language()
        up = False
        try:
            for last in (False, False, True):
                if up := await self._came_up(last):
                    break
                await self._manager.shutdown_kernel(now=True)
                self._manager = _manager(self._manager.kernel_name)
                self.check_language()
        finally:
            if not up:
                await self.shutdown()

    async def _came_up(self, last: bool) -> bool:
        """False: others took its ports between their choice and their use; the `last` time that is an error too."""
        if self._stderr:
            self._stderr.close()
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  closed by shutdown
        try:
            await self._launch()
            wire = Wire(self.client(), lambda _: None)
            try:
                await wire.open(START_SECONDS, self.is_alive)
            finally:
                await wire.close()
        except KernelError as error:
            words = self._last_words()
            if PORT_TAKEN in words and not last:
                return False
            raise KernelError(f"The kernel {self._manager.kernel_name!r} could not be started. {error}{words}") from error
        return True

    @property
    def sandboxed(self) -> bool:
        """What runs, or ran last, is in our sandbox, whatever it is called."""
        return is_sandboxed(self._manager.provisioner)

    def client(self) -> AsyncKernelClient:
        return client_of(self._manager)

    def process(self) -> object:
        return self._group

    async def is_alive(self) -> bool:
        return bool(await self._manager.is_alive())

    async def interrupt(self) -> None:
        if await self.is_alive():
            await self._manager.interrupt_kernel()

    async def restart(self) -> None:
        """Asked twice for one process, it restarts once."""
        wanted = self._group
        async with self._restarting:
            if self._over:
                raise KernelError("The kernel was shut down.")
            if self._group != wanted:
                return
            self._kill_group()
            try:
                await self._manager.restart_kernel(now=True)
            except (OSError, SandboxRefused) as error:
                raise KernelError(f"The kernel could not be restarted: {str(error).rstrip('.')}.") from error
            self._group = self._pid()

    async def shutdown(self, now: bool = False) -> None:
        """End the kernel and what it started, for good; may be called again.  `now`: without asking it first."""
        self._over = True
        try:
            if self._manager.has_kernel:
                await self._manager.shutdown_kernel(now=now)
        finally:
            self._kill_group()
            self._group = None
            if self._stderr:
                self._stderr.close()
                self._stderr = None

    async def _launch(self) -> None:
        try:
            await self._manager.start_kernel(
                cwd=self._cwd, env=self._env, stdout=asyncio.subprocess.DEVNULL, stderr=self._stderr, preexec_fn=_bound_to_us()
            )
        except (OSError, SandboxRefused) as error:
            raise KernelError(f"{str(error).rstrip('.')}.") from error
        self._group = self._pid()

    def _pid(self) -> int | None:
        return getattr(self._manager.provisioner, "pid", None)

    def check_language(self) -> None:
        """Raises `KernelError` if there is no such kernel, or it does not run Python."""
        specs = self._manager.kernel_spec_manager
        try:
            spec = specs.get_kernel_spec(self._manager.kernel_name)
        except NoSuchKernel as error:
            known = ", ".join(sorted(specs.find_kernel_specs())) or "none"
            raise KernelError(f"There is no kernel named {self._manager.kernel_name!r}. Known kernels: {known}.") from error
        if spec.language.lower() != "python":
            raise KernelError(f"The kernel {self._manager.kernel_name!r} runs {spec.language}; only Python kernels can be used.")
        if wants_sandbox(spec.metadata):
            self._manager.update_config(section("Sandbox"))

    def _last_words(self) -> str:
        if not self._stderr or self._stderr.closed:
            return ""
        self._stderr.seek(0)
        text = self._stderr.read()[-2_000:].decode(errors="replace").strip()
        return f"\nIt wrote:\n{text}" if text else ""

    def _kill_group(self) -> None:
        """Children outlive a kernel that died."""
        if self._group and sys.platform != "win32":
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._group, signal.SIGKILL)
