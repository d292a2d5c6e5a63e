"""A real Jupyter server with the extension, a browser that shows a notebook, and a user at the kernel."""

import asyncio
import io
import json
import logging
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jupyter_server.serverapp import ServerApp
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.httpserver import HTTPServer
from traitlets.config import Config

from codeact_jupyter.kernel.host import client_of
from codeact_jupyter.kernel.wire import Message, Wire
from codeact_jupyter.server.app import CodeActExtension
from codeact_jupyter.server.room import Room
from codeact_jupyter.testing import Item, notebook, say
from tests.server.tab import SECONDS, Browser

TOKEN = "a-token-for-tests"
KEY = "sk-not-for-kernels"


def act(code: str, prose: str = "") -> Item:
    """A reply with an action."""
    return say(f"{prose}\n<execute>\n{code}\n</execute>")


class Served:
    """The server, from outside."""

    def __init__(self, app: ServerApp, port: int, root: Path, log: io.StringIO):
        self.app, self.port, self.root, self.log = app, port, root, log
        self.url = f"http://127.0.0.1:{port}/"
        self.browsers: list[Browser] = []

    @property
    def extension(self) -> CodeActExtension:
        (extension,) = self.app.extension_manager.extension_apps["codeact_jupyter"]
        return extension

    def room(self, path: str = "a.ipynb") -> Room:
        return self.extension.rooms[path]

    async def fetch(self, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        request = HTTPRequest(
            self.url + path,
            method,
            headers={"Authorization": f"token {TOKEN}", **headers},
            body=None if body is None else json.dumps(body),
            allow_nonstandard_methods=True,
            request_timeout=SECONDS,
        )
        return await AsyncHTTPClient().fetch(request)

    async def api(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.fetch(method, f"api/{path}", body)
        return json.loads(answer.body) if answer.body else None

    def socket_url(self, path: str = "a.ipynb", document: str = "1", **query: str) -> str:
        query = {"path": path, "document": document, "token": TOKEN} | query
        return f"ws://127.0.0.1:{self.port}/codeact/api/socket?{urlencode(query)}"

    def write(self, path: str, *cells: Any, **metadata: Any) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        content = notebook(*cells)
        content["metadata"] |= metadata
        file.write_text(json.dumps(content))
        return file

    def cells(self, path: str = "a.ipynb") -> list[dict[str, Any]]:
        try:
            return list(json.loads((self.root / path).read_text())["cells"])
        except ValueError:  # Jupyter writes files in place: it is half written
            return []

    def sources(self, path: str = "a.ipynb") -> list[str]:
        return ["".join(cell["source"]) for cell in self.cells(path)]

    async def browser(self, path: str = "a.ipynb", saves: bool = True) -> "Browser":
        """A new tab with the notebook, its document sent."""
        browser = Browser(self, path)
        browser.saves = saves
        self.browsers.append(browser)
        await browser.load()
        await browser.connect()
        return browser

    async def kernel_id(self, path: str = "a.ipynb") -> str:
        for session in await self.api("GET", "sessions"):
            if session["path"] == path:
                return str(session["kernel"]["id"])
        raise LookupError(path)

    async def start_kernel(self, path: str = "a.ipynb", name: str = "python3") -> str:
        """As JupyterLab does it for a notebook that is opened."""
        body = {"path": path, "name": Path(path).name, "type": "notebook", "kernel": {"name": name}}
        return str((await self.api("POST", "sessions", body))["kernel"]["id"])


class User:
    """Somebody who runs cells in a kernel of the server's."""

    def __init__(self, server: Served, kernel_id: str):
        self._kernel = server.app.kernel_manager.get_kernel(kernel_id)
        self._wire = Wire(client_of(self._kernel), lambda _: None)

    async def __aenter__(self) -> "User":
        async def alive() -> bool:
            return True

        await self._wire.open(SECONDS, alive)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._wire.close()

    def runs(self, code: str) -> "asyncio.Future[Message]":
        return self._wire.request("execute_request", {"code": code, "silent": False, "allow_stdin": False, "stop_on_error": True})

    async def says(self, expression: str) -> str:
        content = {"code": "", "silent": True, "user_expressions": {"it": expression}}
        reply = await self._wire.request("execute_request", content)
        told = reply["content"]["user_expressions"]["it"]
        return str(told["data"]["text/plain"] if told["status"] == "ok" else told["ename"])


@asynccontextmanager
async def serving(root: Path, config: Mapping[str, Any]) -> AsyncIterator[Served]:
    """A server in this loop, until the end; `codeact` names settings of ours, the rest those of the server's classes."""
    root.mkdir(exist_ok=True)
    log = io.StringIO()
    settings = Config({"CodeAct": config.get("codeact", {}), **{name: value for name, value in config.items() if name != "codeact"}})
    settings.setdefault("ServerApp", Config())
    extensions = {"codeact_jupyter": True, **settings.ServerApp.get("jpserver_extensions", {})}
    settings.ServerApp.jpserver_extensions = extensions
    settings.IdentityProvider.token = TOKEN
    settings.NotebookNotary.db_file = ":memory:"
    ServerApp.clear_instance()
    app = ServerApp.instance(log_level="INFO", open_browser=False, config=settings, allow_root=True, root_dir=str(root))
    app.init_signal = lambda: None
    app.initialize(argv=[], new_httpserver=False)
    handler = logging.StreamHandler(log)
    for logged in (app, *(each for apps in app.extension_manager.extension_apps.values() for each in apps)):
        logged.log.handlers, logged.log.propagate = [handler], False
    http = HTTPServer(app.web_app, max_buffer_size=2**29)
    http.listen(0, "127.0.0.1")
    (socket, *_) = http._sockets.values()
    served = Served(app, socket.getsockname()[1], root, log)
    try:
        await app.extension_manager.start_all_extensions()
        yield served
    finally:
        for browser in served.browsers:
            if browser._reading and not browser._reading.done():
                await browser.drop()
        http.stop()
        await app._cleanup()
        await http.close_all_connections()
        ServerApp.clear_instance()


def kernelspec(name: str, language: str, argv: list[str] | None = None) -> None:
    """Installs a kernelspec for this test: an ipykernel that says it is something else."""
    folder = Path(os.environ["JUPYTER_DATA_DIR"]) / "kernels" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = argv or ["python3", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (folder / "kernel.json").write_text(json.dumps({"argv": command, "display_name": name.title(), "language": language}))


async def refused(call: Awaitable[Any]) -> int:
    """The status with which it was refused."""
    try:
        await call
    except HTTPClientError as error:
        return int(error.code)
    return 200
