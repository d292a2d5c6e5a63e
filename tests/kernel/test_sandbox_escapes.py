"""What code in the sandboxed kernel must not be able to do: each line is an action, and has to fail there.

`outside`: it succeeds in an ordinary kernel here, so that it is the sandbox that held it.
"""

import asyncio
import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.kernel.host import LocalHost
from tests.kernel.conftest import Cell

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not here"),
]

SECRET = "CANARY-of-the-outside"
SETTINGS = "c.Sandbox.memory_mb = 2000\nc.Sandbox.file_mb = 8\nc.Sandbox.scratch_mb = 16\nc.Sandbox.processes = 80\n"

BEGIN = """
import ctypes, errno, fcntl, glob, os, pathlib, signal, socket, stat, subprocess, sys, termios, time
libc = ctypes.CDLL(None, use_errno=True)
def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
def called(*command):
    subprocess.run(command, check=True, capture_output=True)
def reads(path):
    assert SECRET in pathlib.Path(path).read_text(errors="replace")
def connects(kind, where):
    with socket.socket(kind) as one:
        one.settimeout(3)
        one.connect(where)
"""

OUTSIDE = {
    "a secret of the home": "reads(f'{HOME}/.ssh/id_rsa')",
    "another file of the home": "reads(f'{HOME}/notes.txt')",
    "the home's list": "assert 'notes.txt' in os.listdir(HOME)",
    "another folder": "reads(f'{OTHER}/secret.txt')",
    "another folder, upwards": "reads('../other/secret.txt')",
    "through a link that the user made": "reads('link.txt')",
    "through a link of its own": "os.path.lexists('mine') or os.symlink(f'{OTHER}/secret.txt', 'mine'); reads('mine')",
    "a hard link": "os.link(f'{OTHER}/secret.txt', 'hard')",
    "a copy by a program": "called('cp', f'{OTHER}/secret.txt', 'copied')",
    "the settings that hide in the folder": "reads('.jupyter-data/keys.json')",
    "the key of another kernel": "reads(f'{RUNTIME}/kernel-of-another.json')",
    "every connection file but its own": "assert len(glob.glob(f'{RUNTIME}/*.json')) > 1",
    "the server's token": "reads(f'{RUNTIME}/jpserver-1.json')",
    "write another folder": "pathlib.Path(OTHER, 'new').write_text('x')",
    "write beside the folder": "pathlib.Path('..', 'other', 'new').write_text('x')",
    "write what others run": "pathlib.Path('.git/hooks/pre-commit').write_text('x')",
    "rename what others run": "os.rename('.git', '.tig'); os.rename('.tig', '.git')",
    "a socket of a server on this machine": "connects(socket.AF_INET, ('127.0.0.1', PORT))",
    "the same by urllib": "import urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{PORT}', timeout=3)",
    "the same by its name": "connects(socket.AF_INET, ('localhost', PORT))",
    "a unix socket": "connects(socket.AF_UNIX, UNIX)",
    "an abstract socket": "connects(socket.AF_UNIX, ABSTRACT)",
    "a key in the environment": "assert [name for name, value in os.environ.items() if SECRET in value]",
    "a signal to a process outside": "os.kill(OUTER, 0)",
    "the processes outside": "assert str(OUTER) in os.listdir('/proc')",
    "the root of another process": "assert [p for p in os.listdir('/proc') if p.isdigit() and os.path.exists(f'/proc/{p}/root{OTHER}')]",
    "a socket to the machine's host": "socket.socket(socket.AF_VSOCK)",
    "a ring of keys": "check(libc.syscall(KEYCTL, 0, -3, 0))",
    "namespaces of its own": "check(libc.unshare(0x20000))",
    "a sandbox in the sandbox": "called('bwrap', '--ro-bind', '/', '/', 'true')",
    "mapping io by a ring": "check(libc.syscall(425, 1, ctypes.create_string_buffer(120)))",
}

NOWHERE = {
    "its own connection file, to write": "open(glob.glob(f'{RUNTIME}/kernel-*.json')[0] if glob.glob(f'{RUNTIME}/*') else MINE, 'a')",
    "the password file": "open('/etc/shadow')",
    "the users' names": "open('/etc/passwd')",
    "write the system": "open('/usr/bin/new', 'w')",
    "write Python's packages": "open(os.path.join(os.path.dirname(os.__file__), 'sitecustomize.py'), 'w')",
    "write the environment": "open(os.path.join(sys.prefix, 'new'), 'w')",
    "write the root": "open('/new', 'w')",
    "write the devices": "open('/dev/new', 'w')",
    "make it writable": "check(libc.mount(b'none', b'/usr', None, 4096 | 32, None))",
    "unmount": "check(libc.umount2(b'/proc', 2))",
    "mount the devices": "check(libc.mount(b'devtmpfs', b'/tmp', b'devtmpfs', 0, None))",
    "mount by a program": "called('mount', '-t', 'proc', 'proc', '/tmp')",
    "another root": "os.chroot('/tmp')",
    "another user": "os.setuid(1)",
    "another user by a program": "called('su', '-c', 'true', 'daemon')",
    "join the outer namespace": "check(libc.setns(os.open('/proc/1/ns/net', os.O_RDONLY), 0))",
    "what the system does with a crash": "os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY)",
    "every switch of the system": (
        "every = [os.path.join(top, name) for top, _, names in os.walk('/proc/sys') for name in names]\n"
        "assert every and [print(at) for at in every if os.access(at, os.W_OK)]"
    ),
    "the system's own keys": "os.open('/proc/sysrq-trigger', os.O_WRONLY)",
    "the file system of the system": "os.listdir('/sys/kernel')",
    "the memory of the machine": "open('/proc/kcore', 'rb').read(4096)",
    "the log of the system": "check(libc.klogctl(3, ctypes.create_string_buffer(100), 100))",
    "a raw device": "os.mknod('/tmp/disk', 0o600 | stat.S_IFBLK, os.makedev(8, 0))",
    "a disk": "assert [name for name in os.listdir('/dev') if name.startswith(('sd', 'vd', 'nvme', 'mem', 'kmsg', 'fuse', 'kvm'))]",
    "ptrace": "check(libc.ptrace(16, OUTER, 0, 0))",
    "the environment of the first process": "assert SECRET in open('/proc/1/environ').read()",
    "the command line of the first process": "assert SECRET in open('/proc/1/cmdline').read()",
    "a descriptor that leads out": (
        "assert [at for p in glob.glob('/proc/[0-9]*/fd/*') if (at := os.path.lexists(p) and os.readlink(p)) and at.startswith(OTHER)]"
    ),
    "sockets of an unusual kind": "socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)",
    "a namespace of users": "check(libc.unshare(0x10000000))",
    "one by clone": "check(libc.syscall({'x86_64': 56, 'aarch64': 220}[os.uname().machine], 0x10000011, 0, 0, 0, 0))",
    "the internet": "connects(socket.AF_INET, ('1.1.1.1', 443))",
    "the internet, by datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('8.8.8.8', 53))",
    "a name of the internet": "socket.getaddrinfo('example.org', 443)",
    "the bus of the system": "connects(socket.AF_UNIX, '/run/dbus/system_bus_socket')",
    "the service of containers": "connects(socket.AF_UNIX, '/var/run/docker.sock')",
    "typing into a terminal": (
        "outer, inner = os.openpty()\nif os.fork() == 0:\n  os.setsid(); fcntl.ioctl(inner, termios.TIOCSCTTY, 0)\n"
        "  try: fcntl.ioctl(inner, termios.TIOCSTI, b'x')\n  except OSError as error: os._exit(error.errno)\n  os._exit(0)\n"
        "assert os.waitstatus_to_exitcode(os.wait()[1]) != errno.EPERM"
    ),
    "a file that fills the disk": "open('big', 'wb').write(bytes(9 << 20))",
    "much in memory that looks like a disk": "[open(f'/tmp/big{n}', 'wb').write(bytes(5 << 20)) for n in range(5)]",
    "the same where processes share memory": "[open(f'/dev/shm/big{n}', 'wb').write(bytes(5 << 20)) for n in range(5)]",
    "all of the memory": "bytearray(3 << 30)",
    "a dump of its memory": "import resource; resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, 1 << 30)); assert os.geteuid()",
    "rights": "assert [line for line in open('/proc/self/status') if line.startswith('Cap') and int(line.split()[1], 16)]",
    "more rights by a program": "assert 'NoNewPrivs:\\t0' in open('/proc/self/status').read()",
}


@dataclass
class World:
    """A home, the notebook's folder and others, sockets, and processes: what there is to be reached."""

    place: Path
    names: dict[str, object]

    @property
    def folder(self) -> Path:
        return self.place / "work"

    @property
    def begin(self) -> str:
        return "\n".join(f"{name} = {value!r}" for name, value in self.names.items()) + BEGIN


@dataclass
class Tried:
    """A kernel that tries things."""

    kernel: KernelClient

    async def run(self, code: str) -> tuple[str, str]:
        """How it ended, and what it said."""
        cell = Cell()
        finished = await (await self.kernel.start(code, cell, f"{os.urandom(8).hex()}")).wait(60)
        assert finished, f"still runs: {code}"
        return finished.status, cell.text() + "".join(f"{each.get('ename')}: {each.get('evalue')}" for each in cell.outputs)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    place = tmp_path_factory.mktemp("w").resolve()
    files = {
        "home/.ssh/id_rsa": SECRET,
        "home/notes.txt": SECRET,
        "other/secret.txt": SECRET,
        "work/.git/hooks/post-commit": "",
        "work/.jupyter-data/keys.json": SECRET,
        "runtime/kernel-of-another.json": json.dumps({"key": SECRET}),
        "runtime/jpserver-1.json": json.dumps({"token": SECRET}),
        "config/jupyter_server_config.py": SETTINGS,
    }
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    (place / "work" / "link.txt").symlink_to(place / "other" / "secret.txt")
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.setenv("HOME", str(place / "home"))
        patch.setenv("JUPYTER_DATA_DIR", str(place / "work" / ".jupyter-data"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(place / "runtime"))
        patch.setenv("JUPYTER_CONFIG_DIR", str(place / "config"))
        for name in ("CODEACT_API_KEY", "OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, SECRET)
        inet, unix, abstract = socket.socket(), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        for each, where in ((inet, ("127.0.0.1", 0)), (unix, str(place / "other" / "s")), (abstract, f"\0codeact-{os.getpid()}")):
            stack.enter_context(each).bind(where)
            each.listen(64)
        answering = threading.Thread(target=_answers, args=(inet,), daemon=True)
        answering.start()
        names: dict[str, object] = {
            "SECRET": SECRET,
            "HOME": str(place / "home"),
            "OTHER": str(place / "other"),
            "RUNTIME": str(place / "runtime"),
            "MINE": "",
            "PORT": inet.getsockname()[1],
            "UNIX": str(place / "other" / "s"),
            "ABSTRACT": f"\0codeact-{os.getpid()}",
            "OUTER": os.getpid(),
            "KEYCTL": {"x86_64": 250, "aarch64": 219}[os.uname().machine],
        }
        yield World(place, names)


def _answers(listening: socket.socket) -> None:
    while True:
        try:
            one, _ = listening.accept()
        except OSError:
            return
        with one:
            one.settimeout(1)
            with contextlib.suppress(OSError):
                if one.recv(4096):
                    one.sendall(b"HTTP/1.0 200 OK\r\n\r\n")


@asynccontextmanager
async def trying(world: World, kernel_name: str | None) -> AsyncIterator[Tried]:
    host = LocalHost(kernel_name, str(world.folder), os.environ)
    await host.start()
    try:
        async with KernelClient(host, lambda _: None, lambda _: None, asyncio.Future) as kernel:
            tried = Tried(kernel)
            connection = host._manager.connection_file
            assert await tried.run(f"{world.begin}\nMINE = {connection!r}") == ("ok", "")
            yield tried
    finally:
        await host.shutdown()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def caged(world: World) -> AsyncIterator[Tried]:
    async with trying(world, "codeact-sandbox") as tried:
        yield tried


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def free(world: World) -> AsyncIterator[Tried]:
    async with trying(world, None) as tried:
        yield tried


@pytest.mark.parametrize("what", [*OUTSIDE, *NOWHERE])
async def test_the_sandbox_holds(what, caged):
    status, said = await caged.run((OUTSIDE | NOWHERE)[what])
    assert status == "error", said
    assert "SyntaxError" not in said and "NameError" not in said, said


@pytest.mark.parametrize("what", OUTSIDE)
async def test_what_it_holds_back_can_be_done_outside(what, free):
    if what == "a sandbox in the sandbox" or os.geteuid():
        pytest.skip("as the system has it")
    status, said = await free.run(OUTSIDE[what])
    assert status == "ok", said


@pytest.mark.skipif(os.geteuid() == 0, reason="the system does not limit root's processes")
async def test_processes_without_end_come_to_an_end(caged):
    many = "made = []\ntry:\n  for _ in range(300): made.append(subprocess.Popen(['sleep', '60']))\nfinally:\n  [p.kill() for p in made]"
    status, said = await caged.run(many)
    assert (status, "BlockingIOError" in said) == ("error", True), said
    assert (await caged.run("print(6 * 7)"))[0] == "ok"


async def test_the_folder_and_its_own_scratch_are_there_to_be_used(caged, world):
    await caged.run("[os.remove(name) for name in glob.glob('/tmp/big*') + glob.glob('/dev/shm/*')]")
    mark = f"of-{os.getpid()}"
    status, said = await caged.run(
        "pathlib.Path('made.txt').write_text('by the kernel')\n"
        f"for folder in ('/tmp', '/dev/shm', os.path.expanduser('~')): pathlib.Path(folder, '{mark}').write_text('x')\n"
        "open('/dev/null').read(), os.urandom(2), os.listdir('.git/hooks'), open('/proc/meminfo').read()"
    )
    assert status == "ok", said
    assert (world.folder / "made.txt").read_text() == "by the kernel"
    assert not any(Path(folder, mark).exists() for folder in ("/tmp", "/dev/shm", Path.home()))


async def test_it_lives_on_after_all_of_that(caged):
    assert await caged.run("print(sum(range(10)))") == ("ok", "45\nNone: None")


@pytest.mark.skipif(os.geteuid() != 0, reason="these tests run as an ordinary user already")
async def test_it_holds_for_an_ordinary_user_too():
    """All of the above, once more, by a user without rights, with mounts under which they can reach this Python."""
    here, place = Path(__file__).resolve(), tempfile.mkdtemp(prefix="ordinary-")
    needed = [str(Path(each).resolve()) for each in (sys.prefix, sys.base_prefix, here.parents[2])]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={place}/tests", str(here)]
    try:
        Path(place).chmod(0o777)
        done = await asyncio.to_thread(
            subprocess.run,
            ["unshare", "--mount", "sh", "-euc", AS_NOBODY, "sh", place, *needed, "--", *command],
            capture_output=True,
            text=True,
        )
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if "unshare: " in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) > len(OUTSIDE | NOWHERE)


AS_NOBODY = """
place=$1; shift; number=0; shut=""
for each in "$@"; do
  [ "$each" = -- ] && break
  number=$((number + 1)); mkdir -p "$place/$number"; mount --rbind "$each" "$place/$number"
  above=$each
  while [ "$above" != / ]; do
    above=$(dirname "$above")
    case $(stat -c %A "$above") in *x|*t) ;; *) shut="$shut $above" ;; esac
  done
done
for each in $shut; do mount -t tmpfs -o mode=755 tmpfs "$each"; done
number=0
while [ "$1" != -- ]; do
  number=$((number + 1)); [ -e "$1" ] || { mkdir -p "$1"; mount --rbind "$place/$number" "$1"; }; shift
done
shift
cd "$place"
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@" --rootdir "$place/$number"
"""
