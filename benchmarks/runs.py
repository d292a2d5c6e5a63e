"""Our actions, from `action_proposed` to `observed` as the store has them, in processes of their own."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from benchmarks.floor import PAUSE
from codeact_jupyter.testing import ScriptedServer, code, notebook, say
from tests.server.tab import Browser

TOKEN = "bench"


def act(source: str) -> Any:
    """A reply with this action, in one piece, after a pause that is shorter than any model's: the step before is saved meanwhile."""
    return say(f"A step.\n\n<execute>\n{source}\n</execute>", pieces=100_000, delay=PAUSE)


def durations(events: Iterable[Mapping[str, Any]]) -> list[float]:
    """Seconds of each action; the first is left out, as its kernel or its document may still warm up."""
    begun: dict[str, datetime] = {}
    found = []
    for recorded in events:
        event = recorded["event"]
        match event["type"]:
            case "action_proposed":
                begun[event["action_id"]] = datetime.fromisoformat(recorded["at"])
            case "observed" if event["action_id"] in begun:
                assert event["status"] == "ok", event
                found.append((datetime.fromisoformat(recorded["at"]) - begun[event["action_id"]]).total_seconds())
            case _:
                pass
    return found[1:]


def cells(count: int) -> list[Any]:
    """A notebook's cells: code with a small output each."""
    stream = {"output_type": "stream", "name": "stdout", "text": "42\n"}
    return [code(f"value_{number} = {number}\nprint(42)", stream) for number in range(count)]


@contextmanager
def place(model: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder, and an environment with everything of Jupyter's in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "CODEACT", "OPENAI"))}
        own = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("DATA", "CONFIG", "RUNTIME")}
        model_is = {"OPENAI_BASE_URL": model, "CODEACT_MODEL": "scripted", "CODEACT_API_KEY": "bench"}
        (folder / "root").mkdir()
        yield folder / "root", {**kept, **own, **model_is, "IPYTHONDIR": str(folder / "ipython")}


def file_mount(actions: int, count: int, source: str) -> list[float]:
    """A run of the command line's, with nobody else at the notebook."""
    with ScriptedServer([*[act(source)] * actions, say("Done.")]) as model, place(model.url) as (folder, environment):
        (folder / "n.ipynb").write_text(json.dumps(notebook(*cells(count))))
        command = [sys.executable, "-m", "codeact_jupyter", "run", "n.ipynb", "go", "--events", "e", "--max-steps", "200", "--quiet"]
        subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return durations(json.loads(line) for line in (folder / "e").read_text().splitlines())


class Served:
    """A server in a process of its own, as a tab sees it."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]"):
        self.port, self.process = port, process
        self.browsers: list[Browser] = []

    async def api(self, method: str, path: str, body: Any = None) -> Any:
        request = HTTPRequest(
            f"http://127.0.0.1:{self.port}/api/{path}",
            method,
            headers={"Authorization": f"token {TOKEN}"},
            body=None if body is None else json.dumps(body),
            allow_nonstandard_methods=True,
        )
        answer = await AsyncHTTPClient().fetch(request)
        return json.loads(answer.body) if answer.body else None

    def socket_url(self, path: str, document: str) -> str:
        return f"ws://127.0.0.1:{self.port}/codeact/api/socket?{urlencode({'path': path, 'document': document, 'token': TOKEN})}"

    async def start_kernel(self, path: str) -> str:
        body = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        return str((await self.api("POST", "sessions", body))["kernel"]["id"])


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def server(folder: Path, environment: Mapping[str, str], *options: str, app: str = "server") -> AsyncIterator[Served]:
    """A Jupyter server, or a `lab`, until the end."""
    port = free_port()
    command = [sys.executable, "-m", "jupyter", app, "--no-browser", "--allow-root", f"--port={port}", f"--IdentityProvider.token={TOKEN}"]
    process = subprocess.Popen(
        [*command, f"--ServerApp.root_dir={folder}", *options],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    served = Served(port, process)
    try:
        while True:
            try:
                await served.api("GET", "status")
                break
            except OSError:
                await asyncio.sleep(0.02)
        yield served
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.wait)


async def in_tab(served: Served, path: str, wait: float = 120) -> list[float]:
    """A run in a notebook that is shown."""
    tab = Browser(served, path)  # type: ignore[arg-type]  # as much of a server as a tab needs
    tab.settings = {"max_steps": 200}
    await tab.load()
    await served.start_kernel(path)
    await tab.connect()
    run = await tab.ask("go")
    end = await tab.end(run, wait)
    assert end["reason"] == "answered", end
    found = durations(tab.heard("recorded", run=run))
    await tab.close()
    return found


async def live_mount(actions: int, count: int, source: str) -> list[float]:
    """A run in the server, with a tab that shows the notebook and saves it."""
    async with ScriptedServer([*[act(source)] * actions, say("Done.")]) as model:
        with place(model.url) as (folder, environment):
            (folder / "n.ipynb").write_text(json.dumps(notebook(*cells(count))))
            async with server(folder, environment) as served:
                return await in_tab(served, "n.ipynb")


async def crowd(notebooks: int, actions: int) -> tuple[float, list[float]]:
    """As many runs at once, each with a kernel of its own: seconds in all, and of each action."""
    script = [*[act("print(1)")] * actions, say("Done.")]
    async with ScriptedServer([], fallback=lambda messages: _next(script, messages)) as model:
        with place(model.url) as (folder, environment):
            for number in range(notebooks):
                (folder / f"n{number}.ipynb").write_text(json.dumps(notebook(*cells(5))))
            async with server(folder, environment) as served:
                begun = time.perf_counter()
                found = await asyncio.gather(*(in_tab(served, f"n{number}.ipynb", 300) for number in range(notebooks)))
                return time.perf_counter() - begun, [seconds for each in found for seconds in each]


def _next(script: list[Any], messages: Any) -> str:
    """The reply after as many as this request holds."""
    return str(script[min(sum(message["role"] == "assistant" for message in messages), len(script) - 1)].text)
