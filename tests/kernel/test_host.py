"""The kernel's process: on the command line ours, else the server's."""

import asyncio
import json
import os
import sys
import time

import psutil
import pytest

from codeact_jupyter.errors import KernelError
from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.kernel.host import LocalHost, client_of
from tests.kernel.conftest import Cell, desk_of

SWALLOWS_ALL = "import time\nwhile True:\n    try:\n        time.sleep(1000)\n    except BaseException: pass"


async def test_no_process_is_left_behind(tmp_path):
    host = LocalHost(None, str(tmp_path), os.environ)
    await host.start()
    kernel = psutil.Process(host.process())
    assert kernel.cwd() == str(tmp_path)
    async with KernelClient(host, lambda _: None, lambda _: None, asyncio.Future) as client:
        execution = await client.start("import subprocess\nsubprocess.Popen(['sleep', '1000'])\n" + SWALLOWS_ALL, Cell(), "1")
        assert await execution.wait(0.5) is None
        children = kernel.children(recursive=True)
    began = time.monotonic()
    await host.shutdown()
    await host.shutdown()
    assert time.monotonic() - began < 3
    assert children
    assert [process for process in (kernel, *children) if process.is_running() and process.status() != psutil.STATUS_ZOMBIE] == []


async def test_children_of_a_kernel_that_died_go_with_it(desk):
    _, cell = await desk.run("import subprocess\nprint(subprocess.Popen(['sleep', '1000']).pid)")
    child = psutil.Process(int(cell.text()))
    assert (await desk.run("import os; os._exit(1)"))[0].restarted
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


async def test_an_unknown_kernel_is_named_with_those_there_are(tmp_path):
    with pytest.raises(KernelError, match=r"no kernel named 'nope'. Known kernels: .*python3"):
        await LocalHost("nope", str(tmp_path), os.environ).start()


@pytest.fixture
def kernelspec(tmp_path, monkeypatch):
    def install(name, argv, language="python"):
        folder = tmp_path / "kernels" / name
        folder.mkdir(parents=True)
        (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": name, "language": language}))
        monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))

    return install


async def test_a_kernel_that_is_not_python_is_refused(kernelspec, tmp_path):
    kernelspec("ir", ["R"], "R")
    with pytest.raises(KernelError, match="'ir' runs R; only Python"):
        await LocalHost("ir", str(tmp_path), os.environ).start()


async def test_a_kernel_that_fails_to_start_says_what_it_wrote(kernelspec, tmp_path):
    kernelspec("broken", [sys.executable, "-c", "raise ImportError('no ipykernel here')", "{connection_file}"])
    kernelspec("absent", ["/no/such/python", "{connection_file}"])
    with pytest.raises(KernelError, match=r"(?s)could not be started.*ended while.*no ipykernel here"):
        await LocalHost("broken", str(tmp_path), os.environ).start()
    with pytest.raises(KernelError, match=r"could not be started.*No such file"):
        await LocalHost("absent", str(tmp_path), os.environ).start()


async def test_a_user_who_allows_the_restart_later_gets_it_later():
    allowed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def ask() -> bool:
        return await allowed

    async with desk_of(ask) as desk:
        execution, cell = await desk.start(SWALLOWS_ALL)
        assert await execution.wait(0.3) is None
        finished = await execution.interrupt()
        assert (finished.status, finished.restarted) == ("unresponsive", False)
        assert await execution.wait(0.2) is None
        with pytest.raises(KernelError, match="Restart the kernel"):
            await desk.start("1")
        allowed.set_result(True)
        finished = await execution.wait(20)
        assert (finished.status, finished.restarted) == ("unresponsive", True)
        assert cell.calls[-1] == "ended"
        assert await desk.says("1") == "1"


class ServedHost:
    """A kernel of a Jupyter server's kernel manager, which restarts it by itself."""

    revives = True

    def __init__(self, kernels, kernel_id):
        self._kernels, self._id, self._kernel = kernels, kernel_id, kernels.get_kernel(kernel_id)

    def client(self):
        return client_of(self._kernel)

    def process(self):
        return self._kernel.provisioner.pid

    async def is_alive(self):
        return self._id in self._kernels and await self._kernel.is_alive()

    async def interrupt(self):
        await self._kernel.interrupt_kernel()

    async def restart(self):
        await self._kernels.restart_kernel(self._id)


async def test_a_kernel_of_the_server_is_waited_for_when_it_died_or_was_restarted():
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

    kernels = AsyncMappingKernelManager()
    kernel_id = await kernels.start_kernel()
    lost = []
    try:
        async with KernelClient(ServedHost(kernels, kernel_id), lambda _: None, lost.append, asyncio.Future) as client:
            for end in ("import os; os._exit(1)", "exit()"):
                finished = await (await client.start(end, Cell(), end)).wait(30)
                assert finished.restarted
            execution = await client.start("import time; time.sleep(1000)", Cell(), "long")
            assert await execution.wait(0.3) is None
            await kernels.restart_kernel(kernel_id)
            finished = await execution.wait(30)
            assert (finished.status, finished.restarted) == ("died", True)
            assert (await (await client.start("1", Cell(), "last")).wait(30)).status == "ok"
            assert lost == []
    finally:
        await kernels.shutdown_all(now=True)
