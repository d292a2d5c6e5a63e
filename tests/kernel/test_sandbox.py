"""A kernel in the sandbox is a kernel: it starts, draws, is interrupted, restarted and ended; or it says why there is none."""

import asyncio
import json
import os
import shutil
import struct
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from codeact_jupyter.errors import KernelError
from codeact_jupyter.kernel import syscalls, walls
from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.kernel.host import LocalHost
from codeact_jupyter.kernel.sandbox import NAME, refusal, wants_sandbox
from tests.kernel.conftest import Desk

here = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not here")


@asynccontextmanager
async def caged(folder: Path) -> AsyncIterator[Desk]:
    async def yes() -> bool:
        return True

    host = LocalHost(NAME, str(folder), os.environ)
    await host.start()
    states: list[str] = []
    lost: list[str] = []
    try:
        async with KernelClient(host, states.append, lost.append, yes) as kernel:
            yield Desk(kernel, host, states, lost)
    finally:
        await host.shutdown()


def alive(pids):
    return [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


def family(host):
    top = psutil.Process(host.process())
    return [top.pid, *(child.pid for child in top.children(recursive=True))]


async def gone(pids, seconds=10.0):
    deadline = time.monotonic() + seconds
    while left := alive(pids):
        assert time.monotonic() < deadline, left
        await asyncio.sleep(0.05)


# where it works


@here
async def test_tables_figures_widgets_and_programs_work_in_it(tmp_path):
    (tmp_path / "data.csv").write_text("a,b\n1,2\n3,4\n")
    async with caged(tmp_path) as desk:
        assert await desk.says("__import__('pandas').read_csv('data.csv').a.sum()") == "4"
        _, cell = await desk.run("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.savefig('figure.png')\nplt.show()", 120)
        assert [set(output["data"]) & {"image/png"} for output in cell.outputs if "data" in output] == [{"image/png"}], cell.outputs
        _, cell = await desk.run("import ipywidgets\nipywidgets.IntSlider(3)")
        assert "application/vnd.jupyter.widget-view+json" in cell.outputs[-1]["data"]
        assert (await desk.run("!echo $((6 * 7)) && python -c 'print(1)'"))[1].text().split() == ["42", "1"]
        threads = "from concurrent.futures import ThreadPoolExecutor as T\nprint(sum(T(20).map(int, '12345')))"
        assert (await desk.run(threads))[1].text().strip() == "15"
        pool = "import multiprocessing as m\nwith m.get_context('fork').Pool(2) as p: print(p.map(abs, [-1, -2]))"
        assert (await desk.run(pool))[1].text().strip() == "[1, 2]"
    assert (tmp_path / "figure.png").stat().st_size > 1000


@here
async def test_an_interrupt_ends_the_code_and_not_the_sandbox(tmp_path):
    async with caged(tmp_path) as desk:
        await desk.run("kept = 1")
        for endless in ("while True: pass", "import time; time.sleep(100)", "!sleep 100", "import asyncio; await asyncio.sleep(100)"):
            execution, _ = await desk.start(endless)
            assert await execution.wait(0.5) is None
            began = time.monotonic()
            finished = await execution.interrupt()
            assert (finished.status, finished.restarted) == ("interrupted", False), endless
            assert time.monotonic() - began < 3
        assert await desk.says("kept") == "1"


@here
async def test_a_restart_comes_back_at_the_same_sockets_with_nothing_kept(tmp_path):
    async with caged(tmp_path) as desk:
        await desk.run("kept = 1; open('/tmp/kept', 'w').close()")
        first, address = family(desk.host), desk.host._manager.ip
        finished, _ = await desk.run("import os; os.kill(os.getpid(), 9)")
        assert (finished.status, finished.restarted) == ("died", True)
        await gone(first)
        assert desk.host._manager.ip == address
        assert await desk.says("'kept' in globals(), __import__('os').path.exists('/tmp/kept')") == "False False"
        assert desk.host.sandboxed


@here
async def test_nothing_is_left_of_it_when_it_ends(tmp_path):
    async with caged(tmp_path) as desk:
        await desk.run("import subprocess\n[subprocess.Popen(['sleep', '1000'], start_new_session=True) for _ in range(3)]")
        processes, sockets = family(desk.host), Path(desk.host._manager.ip).parent
        assert sockets.is_dir()
        assert len(alive(processes)) >= 6
    await gone(processes)
    assert not sockets.exists()
    assert desk.host.sandboxed, "what ran last"


@here
async def test_children_of_a_kernel_that_died_go_with_it(tmp_path):
    async with caged(tmp_path) as desk:
        await desk.run("import subprocess; subprocess.Popen(['sleep', '1000'], start_new_session=True)")
        processes = family(desk.host)
        assert (await desk.run("import os; os._exit(1)"))[0].restarted
        await gone(processes)


STARTS = """
import asyncio, os, sys
from codeact_jupyter.kernel.host import LocalHost
async def main():
    host = LocalHost("codeact-sandbox", sys.argv[1], os.environ)
    await host.start()
    print(host.process(), flush=True)
    await asyncio.sleep(1000)
asyncio.run(main())
"""


@here
async def test_it_ends_with_the_process_that_started_it_whatever_it_does(tmp_path):
    starter = subprocess.Popen([sys.executable, "-c", STARTS, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert starter.stdout
    pid = int(await asyncio.to_thread(starter.stdout.readline))
    processes = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    starter.kill()
    starter.wait()
    starter.stdout.close()
    await gone(processes)


@here
async def test_it_outlives_the_thread_that_started_it(tmp_path):
    host = LocalHost(NAME, str(tmp_path), os.environ)
    host._manager.autorestart = False
    thread = threading.Thread(target=lambda: asyncio.run(host.start()))
    thread.start()
    await asyncio.to_thread(thread.join)
    try:
        await asyncio.sleep(0.5)
        assert alive([host.process()])
        assert await host.is_alive()
    finally:
        await host.shutdown(now=True)


@here
async def test_what_it_may_read_besides_is_a_setting_and_stays_read_only(tmp_path, home):
    data, folder = tmp_path / "data", tmp_path / "work"
    for made in (data, folder, home / "config"):
        made.mkdir()
    (data / "a.csv").write_text("a\n1\n")
    (home / "config" / "jupyter_server_config.py").write_text(f"c.Sandbox.readable = [{str(data)!r}]\n")
    async with caged(folder) as desk:
        assert await desk.says(f"open('{data}/a.csv').read()") == "a\n1"
        finished, cell = await desk.run(f"open('{data}/a.csv', 'a')")
        assert (finished.status, "Read-only" in cell.outputs[-1]["evalue"]) == ("error", True)


@here
async def test_an_environment_in_the_folder_is_read_only(tmp_path):
    """Else it could be made to run, outside, what was written into it."""
    inside = walls.Inside(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".vscode").symlink_to(tmp_path / "elsewhere")
    told = walls.options(inside)
    assert told.index(str(tmp_path / ".git")) > told.index(str(tmp_path))
    assert told[told.index(str(tmp_path / ".git")) - 1] == "--ro-bind-try"
    assert str(tmp_path / ".vscode") not in told


# where it does not


async def refused(folder: Path) -> str:
    with pytest.raises(KernelError) as caught:
        await LocalHost(NAME, str(folder), os.environ).start()
    return str(caught.value)


async def test_without_bubblewrap_it_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    said = await refused(tmp_path)
    assert "'codeact-sandbox' could not be started" in said
    assert "bubblewrap (bwrap), which is not here" in said
    assert "apt install bubblewrap" in said


@pytest.mark.parametrize(
    "platform, machine, words", [("darwin", "x86_64", "needs Linux"), ("win32", "x86_64", "needs Linux"), ("linux", "riscv64", "riscv64")]
)
async def test_where_it_is_not_known_to_hold_it_does_not_start(platform, machine, words, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert words in await refusal(tmp_path)


UNDER_A_FILTER = """
import asyncio, ctypes, os, sys
from pathlib import Path
from codeact_jupyter.kernel import syscalls
from codeact_jupyter.kernel.sandbox import refusal
program = syscalls.program(os.uname().machine)
code = ctypes.create_string_buffer(program)
class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(Filter(len(program) // 8, ctypes.addressof(code)))) == 0
print(asyncio.run(refusal(Path(sys.argv[1]))))
"""


@here
async def test_where_namespaces_are_forbidden_it_says_so_and_what_to_do(tmp_path):
    done = subprocess.run([sys.executable, "-c", UNDER_A_FILTER, str(tmp_path)], capture_output=True, text=True)
    assert "The sandbox could not be made: bwrap: " in done.stdout, done
    assert "allow it user namespaces" in done.stdout


async def test_a_bubblewrap_that_is_too_old_is_told_from_one_that_is_forbidden(tmp_path, monkeypatch):
    old = tmp_path / "bwrap"
    old.write_text("#!/bin/sh\necho 'bwrap: Unknown option --size' >&2\nexit 1\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    said = await refused(tmp_path)
    assert "Unknown option --size. This bubblewrap is too old" in said


@pytest.mark.parametrize(
    "folder, words",
    [
        ("{home}", "is the home folder"),
        ("{home}/..", "has the home folder"),
        ("/", "home folder"),
        ("/tmp", "home folder|one of the system's"),
        ("/etc", "one of the system's"),
        ("/usr/share", "one of the system's"),
        ("{home}/.ssh", "where keys and settings are kept"),
        ("{home}/.config/deep", "where keys and settings are kept"),
        ("{home}/data/codeact", "where keys and settings are kept"),
        ("{prefix}/lib", "Python itself is run|one of the system's"),
        ("{link}", "is the home folder"),
    ],
)
async def test_a_folder_that_would_let_everything_in_is_refused(folder, words, home, tmp_path):
    (tmp_path / "link").symlink_to(home)
    for name in (".ssh", ".config/deep", "data/codeact"):
        (home / name).mkdir(parents=True, exist_ok=True)
    place = Path(folder.format(home=home, prefix=sys.prefix, link=tmp_path / "link"))
    said = walls.refusal_of(place.resolve())
    assert any(word in said for word in words.split("|")), said
    assert await refusal(place) == said or shutil.which("bwrap") is None


async def test_a_folder_of_its_own_is_taken_also_below_the_home(home, tmp_path):
    for folder in (home / "work", tmp_path):
        folder.mkdir(exist_ok=True)
        assert walls.refusal_of(folder) == ""


# who it is


def test_the_kernelspec_that_comes_with_us_is_this_one():
    root = Path(__file__).parents[2]
    spec = json.loads((root / "jupyter-config" / "kernels" / NAME / "kernel.json").read_text())
    assert (spec["display_name"], spec["language"]) == ("Python 3 (sandboxed)", "python")
    assert wants_sandbox(spec["metadata"])
    assert not wants_sandbox({}) and not wants_sandbox({"kernel_provisioner": "codeact-sandbox"})


@here
async def test_a_kernel_that_is_only_called_so_is_no_sandbox(home, tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(home))
    folder = home / "kernels" / NAME
    folder.mkdir(parents=True)
    argv = ["python3", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Python 3 (sandboxed)", "language": "python"}))
    async with caged(tmp_path) as desk:
        assert not desk.host.sandboxed


def test_each_jump_of_the_filter_lands_on_the_word_it_is_meant_for():
    """A simulation of the program over all calls: refused are those that are listed, and no others."""
    errno_of = {}
    for number in range(500):
        errno_of[number] = answered("x86_64", 0xC000003E, number, (0, 0))
    refused_numbers = {number for number, word in errno_of.items() if word != 0x7FFF0000}
    listed = {*syscalls._machines()["x86_64"].refused, *syscalls._NEWER, 435, 41}
    assert refused_numbers == listed
    cases = {
        (0xC00000B7, 0, (0, 0)): 0x80000000,
        (0xC000003E, 0x40000001, (0, 0)): 0x00050000 | 38,
        (0xC000003E, 56, (0x10000011, 0)): 0x00050000 | 1,
        (0xC000003E, 56, (0x3D0F00, 0)): 0x7FFF0000,
        (0xC000003E, 41, (2, 0)): 0x7FFF0000,
        (0xC000003E, 41, (16, 0)): 0x7FFF0000,
        (0xC000003E, 41, (40, 0)): 0x00050000 | 97,
        (0xC000003E, 16, (0, 0x5412)): 0x00050000 | 1,
        (0xC000003E, 16, (0, 0x541C)): 0x00050000 | 1,
        (0xC000003E, 16, (0, 0x5401)): 0x7FFF0000,
    }
    assert {case: answered("x86_64", *case) for case in cases} == cases
    assert answered("aarch64", 0xC00000B7, 97, (0, 0)) == 0x00050000 | 1
    assert answered("aarch64", 0xC00000B7, 198, (1, 0)) == 0x7FFF0000


def answered(machine: str, architecture: int, number: int, arguments: tuple[int, int]) -> int:
    steps = list(struct.iter_unpack("=HBBI", syscalls.program(machine)))
    data = {0: number, 4: architecture, 16: arguments[0], 24: arguments[1]}
    at, held = 0, 0
    while True:
        code, yes, no, value = steps[at]
        at += 1
        match code:
            case 0x20:
                held = data[value]
            case 0x06:
                return int(value)
            case 0x15:
                at += yes if held == value else no
            case 0x35:
                at += yes if held >= value else no
            case 0x45:
                at += yes if held & value else no
