"""A real Jupyter server with the extension, a browser that shows a notebook, and a user at the kernel."""

import asyncio
import io
import json
import logging
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from jupyter_server.serverapp import ServerApp
from jupyter_ydoc import YNotebook
from pycrdt import Doc, TransactionEvent, create_sync_message, create_update_message, handle_sync_message
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect
from traitlets.config import Config

from codeact_jupyter.kernel.host import client_of
from codeact_jupyter.kernel.wire import Message, Wire
from codeact_jupyter.server.app import CodeActExtension
from codeact_jupyter.server.room import Room
from codeact_jupyter.testing import Item, notebook, say

TOKEN = "a-token-for-tests"
KEY = "sk-not-for-kernels"
SECONDS = 30.0
"""Longer than anything takes on a busy machine."""


async def until(check: Callable[[], Any], what: str = "", seconds: float = SECONDS) -> Any:
    """What the check gives once it gives something."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (found := check()):
        assert asyncio.get_running_loop().time() < deadline, what or "it never came"
        await asyncio.sleep(0.02)
    return found


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
        return list(json.loads((self.root / path).read_text())["cells"])

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


class Browser:
    """One browser document of a notebook, as the front-end handles it."""

    def __init__(self, server: Served, path: str):
        self.server, self.path = server, path
        self.notebook = YNotebook(Doc())
        self.id = str(self.notebook.ydoc.client_id)
        self.base: str | None = None
        self.messages: list[dict[str, Any]] = []
        self.seen: dict[str, int] = {}
        self.conflicts: list[str] = []
        self.settings: dict[str, Any] = {}
        self.closed: int | None = None
        self.saves = True
        self.starts_kernel = True
        self._socket: WebSocketClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._synced = asyncio.Event()
        self._syncs = self._applying = False
        self.notebook.ydoc.observe(self._edited)

    # the page

    async def load(self) -> None:
        model = await self._contents("GET", content="1", type="notebook")
        self.base = model["hash"]
        self.notebook.set(model["content"])
        self.notebook.dirty = False

    async def save(self) -> None:
        """As JupyterLab: a file that somebody else changed is not overwritten."""
        on_disk = await self._contents("GET", content="0")
        if self.base != on_disk["hash"]:
            self.conflicts.append(on_disk["hash"])
            return
        body = {"type": "notebook", "format": "json", "content": self.notebook.get()}
        await self._contents("PUT", body)
        self.base = (await self._contents("GET", content="0"))["hash"]
        self.notebook.dirty = False
        await self.send("saved", hash=self.base)

    async def connect(self, sync: bool = True) -> None:
        url = self.server.socket_url(self.path, self.id)
        self._socket, self.closed = await websocket_connect(url, max_message_size=2**29), None
        self._synced.clear()
        self._syncs, welcomed = False, len(self.heard("welcome"))
        self._reading = asyncio.create_task(self._read(self._socket, sync))
        await self.send("subscribe", after=self.seen, base=self.base, settings=self.settings)
        await self.hears("welcome", count=welcomed + 1)
        if sync:
            async with asyncio.timeout(SECONDS):
                await self._synced.wait()

    async def drop(self) -> None:
        """The connection breaks; the page is still there."""
        assert self._socket and self._reading
        self._syncs = False
        self._socket.close()
        await self._reading

    async def close(self, keep: bool = True) -> None:
        """The user closes the notebook, after saving it or letting go of what is not saved."""
        if keep:
            await self.save()
        await self.send("closing", keep=keep)
        await self.drop()

    async def send(self, type: str, **content: Any) -> None:
        await self.send_raw(json.dumps({"type": type, **content}))

    async def send_raw(self, message: str | bytes) -> None:
        assert self._socket
        with suppress(WebSocketClosedError):
            await self._socket.write_message(message, binary=isinstance(message, bytes))

    async def ask(self, request: str = "do it", run: str = "", anchor: str | None = None) -> str:
        run = run or uuid4().hex
        await self.send("start_run", run=run, request=request, anchor=anchor)
        return run

    # what it has been told

    def heard(self, type: str, **fields: Any) -> list[dict[str, Any]]:
        found = [message for message in self.messages if message["type"] == type]
        return [message for message in found if all(message.get(name) == value for name, value in fields.items())]

    async def hears(self, type: str, count: int = 1, seconds: float = SECONDS, **fields: Any) -> dict[str, Any]:
        found = await until(lambda: self.heard(type, **fields)[count - 1 :] or None, f"{type} {fields}: {self.messages[-5:]}", seconds)
        return dict(found[0])

    def events(self, run: str, type: str = "") -> list[dict[str, Any]]:
        found = [message["event"] for message in self.heard("recorded", run=run)]
        return [event for event in found if not type or event["type"] == type]

    async def event(self, run: str, type: str, count: int = 1, seconds: float = SECONDS) -> dict[str, Any]:
        def found() -> list[dict[str, Any]]:
            return self.events(run, type)[count - 1 :]

        return dict((await until(found, f"{type}: {self.messages[-5:]}", seconds))[0])

    async def end(self, run: str, seconds: float = SECONDS) -> dict[str, Any]:
        return await self.event(run, "run_finished", seconds=seconds)

    async def answer(self, run: str) -> str:
        end = await self.end(run)
        assert end["reason"] == "answered", end
        return str(end["answer"])

    def cells(self) -> list[dict[str, Any]]:
        return list(self.notebook.get()["cells"])

    def sources(self) -> list[str]:
        return [str(cell["source"]) for cell in self.cells()]

    def texts(self) -> list[str]:
        return ["".join(text_of(output) for output in cell.get("outputs", [])) for cell in self.cells()]

    # the wire

    async def _read(self, socket: WebSocketClientConnection, sync: bool) -> None:
        while (frame := await socket.read_message()) is not None:
            if isinstance(frame, bytes):
                if sync:
                    await self._yjs(frame)
                continue
            message = json.loads(frame)
            self.messages.append(message)
            await self._heard(message, sync)
        self.closed = socket.close_code

    async def _heard(self, message: dict[str, Any], sync: bool) -> None:
        match message["type"]:
            case "recorded":
                assert message["seq"] == self.seen.get(message["run"], 0) + 1, "missing, doubled or out of order"
                self.seen[message["run"]] = message["seq"]
            case "welcome" if sync and not self._syncs:
                await self._reconcile(message)
                self._syncs = True
                await self.send_raw(create_sync_message(self.notebook.ydoc))
            case "save" if self.saves:
                await self.save()
            case "start_kernel" if self.starts_kernel:
                await self.server.start_kernel(self.path)

    async def _reconcile(self, welcome: dict[str, Any]) -> None:
        if welcome["file"] == "ours":
            self.base = welcome["hash"]
        elif welcome["file"] == "other" and not self.notebook.dirty:
            await self.load()

    async def _yjs(self, frame: bytes) -> None:
        self._applying = True
        try:
            reply = handle_sync_message(frame[1:], self.notebook.ydoc)
        finally:
            self._applying = False
        if reply:
            await self.send_raw(reply)
        if frame[1] == 1:  # the server's document is here
            self._synced.set()

    def _edited(self, event: TransactionEvent) -> None:
        if self._syncs and not self._applying and self._socket and event.update != b"\x00\x00":
            self._socket.write_message(create_update_message(event.update), binary=True)

    async def _contents(self, method: str, body: Any = None, **query: str) -> Any:
        return await self.server.api(method, f"contents/{quote(self.path)}?{urlencode({'hash': '1', **query})}", body)


def text_of(output: Mapping[str, Any]) -> str:
    """What an output says in plain text."""
    match output["output_type"]:
        case "stream":
            return "".join(output["text"])
        case "error":
            return f"{output['ename']}: {output['evalue']}"
        case _:
            return "".join(output["data"].get("text/plain", ""))


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
