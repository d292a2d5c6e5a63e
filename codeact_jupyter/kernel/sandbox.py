"""The kernelspec "Python 3 (sandboxed)": a kernel in bubblewrap, without network, home, or any folder to write but the notebook's.

What it sees is in `walls`, which system calls it is refused in `syscalls`.  Where there can be no such sandbox the kernel does not start.
"""

import asyncio
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.launcher import launch_kernel
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Int, List, Unicode

from codeact_jupyter.kernel import syscalls, walls

NAME = "codeact-sandbox"
"""Of the provisioner, and of the kernelspec that comes with us."""

INSTALL = "Install bubblewrap (`apt install bubblewrap`, `dnf install bubblewrap`, `pacman -S bubblewrap`), or choose another kernel."
FORBIDDEN = (
    "This machine does not let a program make a sandbox. In a container, allow it user namespaces; elsewhere the administrator does"
    " (kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns). Or choose another kernel."
)
TOO_OLD = "This bubblewrap is too old: 0.7 or newer is needed. Update it, or choose another kernel."

_PROBE_SECONDS = 20.0
_LONGEST_SOCKET = 90
"""Characters of the sockets' folder: the path of a socket has at most 107."""
_APART = ("--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
_BOUND = ("--die-with-parent", "--new-session", *_APART, "--hostname", "sandbox", "--cap-drop", "ALL", "--clearenv")
_LIMITED = """
import os, resource, sys
for limit in sys.argv[1].split():
    name, wanted = limit.split("=")
    kind = getattr(resource, "RLIMIT_" + name)
    highest = resource.getrlimit(kind)[1]
    value = int(wanted) if highest == resource.RLIM_INFINITY else min(int(wanted), highest)
    resource.setrlimit(kind, (value, value))
os.execvp(sys.argv[2], sys.argv[2:])
"""
"""What comes before the kernel in the sandbox: limits set outside would count what the user runs there."""


class SandboxRefused(RuntimeError):
    """There can be no sandbox here; says why, and what to do."""


class Sandbox(LocalProvisioner):
    """Starts a kernel in bubblewrap, and refuses where that cannot be done.  Its settings are `c.Sandbox.*`."""

    memory_mb = Int(0, min=0, help="Address space of each process, in MB; 0: half of the machine's memory.").tag(config=True)
    processes = Int(512, min=16, help="Processes and threads, of all of it together; root is exempt from it.").tag(config=True)
    file_mb = Int(4096, min=1, help="The largest file that may be written, in MB.").tag(config=True)
    scratch_mb = Int(1024, min=16, help="What /tmp and /dev/shm may hold each, in MB; it is memory.").tag(config=True)
    cpu_seconds = Int(0, min=0, help="Processor time of each process, in seconds, after which it is killed; 0: no limit.").tag(config=True)
    readable = List(Unicode(), help="Folders more that may be read, but not written.").tag(config=True)

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self._sockets: Path | None = None
        self._said: IO[bytes] | None = None
        # bubblewrap ends with the thread that began it: this one lives as long as the kernel may
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=NAME)

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        folder = _real(kwargs.get("cwd") or ".")
        if why := await refusal(folder, self._readable, self._limits):
            raise SandboxRefused(why)
        manager: Any = self.parent
        manager.transport, manager.cache_ports = "ipc", False  # before the connection file is written
        manager.ip = str(self._meeting_place() / "k")
        kwargs = await super().pre_launch(**kwargs)
        connection = _real(manager.connection_file)
        inside = walls.Inside(folder, self._sockets, connection, self._readable, self.scratch_mb << 20)
        environment = walls.environment(kwargs["env"], self.kernel_spec.env)
        command = [str(part) for part in kwargs["cmd"]]
        kwargs["cmd"] = [*_begun(inside, environment), *_limited(self._limits, command)]
        kwargs["env"] = _outer_environment()
        return kwargs

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        with _filtered(cmd) as (command, filters):
            how = {name: value for name, value in kwargs.items() if name not in {"extra_arguments", "kernel_id"}}
            how["stdout"] = how.get("stdout") or subprocess.DEVNULL  # the server's may be a log, or a terminal, that could be read from
            how["stderr"] = how.get("stderr") or self._ear()
            begin = partial(launch_kernel, command, pass_fds=(filters,), **how)
            self.process = await asyncio.get_running_loop().run_in_executor(self._thread, begin)
        self.pid = self.process.pid
        self.pgid = os.getpgid(self.process.pid)
        self.cwd = kwargs.get("cwd")
        return self.connection_info

    async def send_signal(self, signum: int) -> None:
        """An interrupt goes to the kernel, for bubblewrap would end by it; all else to bubblewrap, with which the kernel ends."""
        if signum != signal.SIGINT:
            await super().send_signal(signum)
        elif self.process and (kernel := _grandchild(self.process.pid)):
            with suppress(ProcessLookupError):
                os.killpg(os.getpgid(kernel), signum)

    async def wait(self) -> int | None:
        code = await super().wait()
        if self._said and code:
            self._said.seek(max(0, self._said.seek(0, os.SEEK_END) - 2_000))
            if words := self._said.read().decode(errors="replace").strip():
                self.log.warning("The sandboxed kernel ended (%s). It wrote: %s", code, words)
        return code

    async def cleanup(self, restart: bool = False) -> None:
        await super().cleanup(restart)
        if self._said:
            self._said.close()
            self._said = None
        if not restart:
            self._thread.shutdown(wait=False)
            if self._sockets:
                shutil.rmtree(self._sockets, ignore_errors=True)
                self._sockets = None

    @property
    def _readable(self) -> tuple[Path, ...]:
        return tuple(Path(place).expanduser().resolve() for place in self.readable)

    @property
    def _limits(self) -> str:
        memory = self.memory_mb << 20 or os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
        limits = {"AS": memory, "NPROC": self.processes, "FSIZE": self.file_mb << 20, "CORE": 0}
        if self.cpu_seconds:
            limits["CPU"] = self.cpu_seconds
        return " ".join(f"{name}={value}" for name, value in limits.items())

    def _meeting_place(self) -> Path:
        """A short path, the same one after a restart: clients come back to it."""
        if self._sockets is None:
            usual = tempfile.gettempdir()
            self._sockets = Path(tempfile.mkdtemp(prefix="codeact-", dir=usual if len(usual) < _LONGEST_SOCKET - 20 else "/tmp")).resolve()
        return self._sockets

    def _ear(self) -> IO[bytes]:
        """Where its last words are kept."""
        if self._said is None:
            self._said = tempfile.TemporaryFile()  # noqa: SIM115  closed by cleanup
        return self._said


def is_sandboxed(provisioner: object) -> bool:
    """The process that this has started, or will start, is in our sandbox."""
    return isinstance(provisioner, Sandbox)


def wants_sandbox(metadata: Mapping[str, Any]) -> bool:
    """Of a kernelspec: its kernels are started in our sandbox, or not at all."""
    named = metadata.get("kernel_provisioner")
    return isinstance(named, Mapping) and named.get("provisioner_name") == NAME


async def refusal(folder: Path, readable: Sequence[Path] = (), limits: str = "CORE=0") -> str:
    """Why no sandbox can be made around this folder, and what to do; empty: one was made, and worked."""
    if sys.platform != "linux":
        return "The sandbox is made by bubblewrap, which needs Linux. Choose another kernel."
    if not syscalls.known(platform.machine()):
        return f"The sandbox is not known to hold on this kind of processor ({platform.machine()}). Choose another kernel."
    if shutil.which("bwrap") is None:
        return f"The sandbox needs the program bubblewrap (bwrap), which is not here. {INSTALL}"
    folder = _real(folder)
    if why := walls.refusal_of(folder):
        return why
    inside = walls.Inside(folder, readable=tuple(readable))
    command = [*_begun(inside, walls.environment(os.environ, ())), *_limited(limits, [sys.executable, "-I", "-S", "-c", ""])]
    code, words = await _tried(command)
    return "" if code == 0 else f"The sandbox could not be made: {words or f'exit code {code}'}. {_advice(words)}"


def _real(place: str | Path) -> Path:
    return Path(place).resolve()


def _advice(words: str) -> str:
    if "Unknown option" in words:
        return TOO_OLD
    return FORBIDDEN if any(sign in words for sign in ("namespace", "not permitted", "denied", "uid map", "mount proc")) else INSTALL


async def _tried(command: list[str]) -> tuple[int, str]:
    """Exit code and last words."""
    with _filtered(command) as (whole, filters):
        process = await asyncio.create_subprocess_exec(
            *whole,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(filters,),
            env=_outer_environment(),
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                _, said = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            return -1, f"it took longer than {_PROBE_SECONDS:g} s"
    return process.returncode or 0, " ".join(said.decode(errors="replace").split())[-500:].rstrip(".")


def _begun(inside: walls.Inside, environment: Mapping[str, str]) -> list[str]:
    """bubblewrap, up to the command that it is to start."""
    told = [shutil.which("bwrap") or "bwrap", *_BOUND]
    for name, value in environment.items():
        told += ["--setenv", name, value]
    return [*told, *walls.options(inside), "--"]


def _limited(limits: str, command: Sequence[str]) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", _LIMITED, limits, *command]


@contextmanager
def _filtered(command: list[str]) -> Iterator[tuple[list[str], int]]:
    """With the program that looks at its system calls, in the descriptor that bubblewrap reads it from."""
    descriptor = os.memfd_create(NAME)
    try:
        os.write(descriptor, syscalls.program(platform.machine()))
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield [command[0], "--seccomp", str(descriptor), *command[1:]], descriptor
    finally:
        os.close(descriptor)


def _outer_environment() -> dict[str, str]:
    """Of bubblewrap itself: the sandbox could read it."""
    return {"PATH": os.environ.get("PATH", os.defpath)}


def _grandchild(pid: int) -> int | None:
    """The kernel: bubblewrap outside, the sandbox's first process, the kernel."""
    for _ in range(2):
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            return None
        if not children:
            return None
        pid = int(children[0])
    return pid
