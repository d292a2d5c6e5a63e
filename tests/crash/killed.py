"""A real Jupyter server in a process of its own, that can be killed at any moment."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from codeact_jupyter.testing import Messages, notebook
from tests.server.tab import SECONDS, Browser

TOKEN = "a-token-for-tests"
STEPS = 4


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Killable:
    """A server for `tab.Browser`; started again, it has the same address."""

    def __init__(self, folder: Path, model: str):
        self.root, self._home = folder / "root", folder / "home"
        self.root.mkdir(parents=True)
        self._home.mkdir()
        self._model, self._port = model, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def store(self) -> Path:
        return self._home / "data" / "codeact" / "store.sqlite"

    async def start(self) -> None:
        command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={self._port}"]
        command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={self.root}", "--ServerApp.port_retries=0"]
        command += ["--ServerApp.jpserver_extensions={'codeact_jupyter': True}", "--CodeAct.approval=auto", "--log-level=ERROR"]
        folders = {f"JUPYTER_{name}_DIR": str(self._home / name.lower()) for name in ("DATA", "CONFIG", "RUNTIME")}
        model = {"OPENAI_BASE_URL": self._model, "CODEACT_MODEL": "scripted", "CODEACT_API_KEY": "sk-none"}
        environment = {**os.environ, **folders, **model, "HOME": str(self._home), "IPYTHONDIR": str(self._home / "ipython")}
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=(self._home / "log").open("ab"))
        deadline = asyncio.get_running_loop().time() + 2 * SECONDS
        while True:
            try:
                await self.api("GET", "status")
                return
            except OSError:
                assert self._process.poll() is None and asyncio.get_running_loop().time() < deadline, "the server did not start"
                await asyncio.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL: nothing of it is put down in order."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    async def api(self, method: str, path: str, body: Any = None) -> Any:
        url, headers = f"http://127.0.0.1:{self._port}/api/{path}", {"Authorization": f"token {TOKEN}"}
        content = None if body is None else json.dumps(body)
        request = HTTPRequest(url, method, headers=headers, body=content, allow_nonstandard_methods=True, request_timeout=SECONDS)
        answer = await AsyncHTTPClient().fetch(request)
        return json.loads(answer.body) if answer.body else None

    def socket_url(self, path: str, document: str) -> str:
        query = urlencode({"path": path, "document": document, "token": TOKEN})
        return f"ws://127.0.0.1:{self._port}/codeact/api/socket?{query}"

    async def start_kernel(self, path: str) -> None:
        body = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        await self.api("POST", "sessions", body)

    def write(self, *cells: Any) -> None:
        (self.root / "a.ipynb").write_text(json.dumps(notebook(*cells)))

    def content(self) -> dict[str, Any]:
        return dict(json.loads((self.root / "a.ipynb").read_text()))

    def counted(self) -> list[str]:
        """What the actions left outside of kernel and notebook, in order."""
        file = self.root / "count"
        return file.read_text().split() if file.exists() else []

    async def tab(self) -> Browser:
        """A new page with the notebook."""
        browser = Browser(self, "a.ipynb")  # type: ignore[arg-type]  # of a server it needs what stands above
        await browser.load()
        await browser.connect()
        return browser


@asynccontextmanager
async def killable(folder: Path, model: str) -> AsyncIterator[Killable]:
    server = Killable(folder, model)
    try:
        await server.start()
        yield server
    finally:
        server.kill()


def next_action(messages: Messages) -> str:
    """A model that does what was not yet tried, one action after another; what may have run it leaves alone."""
    tried = 0
    for said, told in zip(messages, [*messages[1:], {"content": ""}], strict=True):
        if said["role"] == "assistant" and "<execute>" in said["content"] and "nothing of it ran" not in str(told["content"]):
            tried += 1
    if tried == STEPS:
        return "All done."
    number = tried + 1
    code = f"open('count', 'a').write('a{number} ')\nimport time\ntime.sleep(0.3)\nprint('step', {number})\nmade_{number} = {number}"
    return f"Step {number}.\n\n<execute>\n{code}\n</execute>"
