"""Ten minutes of a server's life: does its memory grow, do its files stay open?  `python -m benchmarks.soak`, or `make soak`.

Rounds of people at work: each opens a notebook, asks, and goes.  After each round all kernels are shut down and the server is looked at:
what it holds then, it holds for good.  The floor is a server without us, measured in turn: the same notebooks are opened there, the same
code is run over the kernels' own sockets, and they are saved.
"""

import argparse
import asyncio
import json
import random
import re
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from statistics import linear_regression
from typing import Any
from uuid import uuid4

import psutil
from tornado.websocket import WebSocketClientConnection, websocket_connect

from benchmarks.runs import TOKEN, Served, place, server
from codeact_jupyter.testing import Item, Messages, Say, ScriptedServer, code, fault, notebook, say
from tests.server.tab import Browser, until

PEOPLE = 6
PATIENCE = 120
WARM_UP = 0.3
"""Of the rounds: until then, modules are loaded and caches filled."""

PLOT = "import base64\nfrom IPython.display import Image\nImage(data=base64.b64decode('iVBORw0KGgo=' * 500), format='png')"

WITHOUT = ("--ServerApp.jpserver_extensions={'codeact_jupyter': False}",)

SCENES: dict[str, tuple[str, ...]] = {
    "works": ("x = list(range(1000))", "print(sum(x))", PLOT),
    "repairs": ("1 / 0", "print(1 / 1)"),
    "floods": ("for number in range(50_000): print('line', number)", "'x' * 1_000_000"),
    "comes and goes": ("import time\nfor number in range(10): print(number); time.sleep(0.1)", "time.sleep(0.5)", "2"),
    "is asked": ("print('may I?')", "print('and this?')"),
    "stops": ("print('begun')\nwhile True: pass",),
    "restarts": ("y = 1\ny", "print('still here')"),
    "fails": (),
}


@dataclass(frozen=True)
class Look:
    """The server after a round, with nobody there."""

    seconds: float
    megabytes: float
    handles: int
    threads: int


@dataclass(frozen=True)
class Soaked:
    """Looks at the server with us, and at the one without."""

    ours: list[Look]
    floor: list[Look]


def model() -> Iterator[Item]:
    """Faults now and then; else each run's next action."""
    number = 0
    while True:
        number += 1
        match number % 40:
            case 13:
                yield fault("drop", after=2)
            case 27:
                yield fault(429, headers={"Retry-After": "0"})
            case _:
                yield reply


def reply(messages: Messages) -> Say:
    """As the request says."""
    told = [(at, found) for at, message in enumerate(messages) for found in re.findall(r"\[\[(.+?)\]\]", str(message["content"]))]
    at, scene = told[-1]
    step = sum(message["role"] == "assistant" for message in messages[at:])
    if scene == "fails":
        return say("", finish="content_filter")
    if step >= len(SCENES[scene]):
        return say("That is done.")
    return say(f"Step {step}.\n<execute>\n{SCENES[scene][step]}\n</execute>", delay=0.002)


class Person:
    """Somebody with a notebook of their own."""

    def __init__(self, served: Served, path: str):
        self.served, self.path = served, path

    async def session(self, scenes: list[str]) -> None:
        """Opens the notebook, clears it, asks one thing after another, and closes it."""
        self.tab = tab = Browser(self.served, self.path)  # type: ignore[arg-type]  # as much of a server as a tab needs
        await tab.load()
        self.kernel = await self.served.start_kernel(self.path)
        await tab.connect()
        await tab.send("new_conversation")
        await tab.hears("welcome", count=2)
        for scene in scenes:
            await self._ask(scene)
        del tab.notebook.ycells[:]
        await tab.close()

    async def _ask(self, scene: str) -> None:
        run = uuid4().hex
        settings = {"approval": "ask" if scene == "is asked" else "auto"}
        await self.tab.send("start_run", run=run, request=f"Please. [[{scene}]]", settings=settings)
        meanwhile = {"comes and goes": self._come_and_go, "is asked": self._decide, "stops": self._stop, "restarts": self._restart}
        if scene in meanwhile:
            await meanwhile[scene](run)
        reason = (await self.tab.end(run, PATIENCE))["reason"]
        assert reason == {"stops": "stopped", "fails": "failed"}.get(scene, "answered"), (scene, reason, self.tab.messages[-5:])

    async def _decide(self, run: str) -> None:
        """Allows the first action, and denies the second."""
        for number in (1, 2):
            action = (await self.tab.event(run, "approval_asked", count=number, seconds=PATIENCE))["action_id"]
            await self.tab.send("decide", run=run, action_id=action, decision="deny" if number == 2 else "allow")

    async def _come_and_go(self, run: str) -> None:
        for number in range(1, 4):
            await self.tab.event(run, "action_proposed", count=min(number, 2), seconds=PATIENCE)
            await self.tab.drop()
            await asyncio.sleep(0.1)
            await self.tab.connect()

    async def _stop(self, run: str) -> None:
        await self.tab.event(run, "action_started", seconds=PATIENCE)
        await until(lambda: any("begun" in text for text in self.tab.texts()), "begun", PATIENCE)
        await self.tab.send("stop_run", run=run)

    async def _restart(self, run: str) -> None:
        await self.tab.event(run, "observed", seconds=PATIENCE)
        await self.served.api("POST", f"kernels/{self.kernel}/restart")


class Alone:
    """Somebody with a notebook of their own in a server without us, who runs the code of the scenes."""

    def __init__(self, served: Served, path: str):
        self.served, self.path = served, path
        self._cells: list[Any] = []

    async def session(self, scenes: list[str]) -> None:
        """Opens the notebook, runs one thing after another, saves and closes it."""
        await self.served.api("GET", f"contents/{self.path}?content=1&hash=1")
        self.kernel = await self.served.start_kernel(self.path)
        socket = await self._connect()
        for scene in scenes:
            for number, source in enumerate(SCENES[scene]):
                if scene == "comes and goes":
                    socket.close()
                    socket = await self._connect()
                if scene == "restarts" and number:
                    await self.served.api("POST", f"kernels/{self.kernel}/restart")
                async with asyncio.timeout(PATIENCE):
                    self._cells.append(code(source, *await self._run(socket, source, stop=scene == "stops")))
        socket.close()
        await self.served.api("PUT", f"contents/{self.path}", {"type": "notebook", "format": "json", "content": notebook(*self._cells)})

    async def _connect(self) -> WebSocketClientConnection:
        url = f"ws://127.0.0.1:{self.served.port}/api/kernels/{self.kernel}/channels?token={TOKEN}"
        return await websocket_connect(url, connect_timeout=PATIENCE, max_message_size=2**29)  # it waits for the kernel

    async def _run(self, socket: WebSocketClientConnection, source: str, stop: bool) -> list[Any]:
        """The cell's outputs."""
        header = {"msg_id": uuid4().hex, "msg_type": "execute_request", "username": "", "session": uuid4().hex, "version": "5.3"}
        content = {"code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        request = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}
        await socket.write_message(json.dumps(request))
        printed, shown = list[str](), list[Any]()
        while (frame := await socket.read_message()) is not None:
            message = json.loads(frame)
            if message["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            match message["msg_type"], message["content"]:
                case "stream", told:
                    printed.append(told["text"])
                    if stop and len(printed) == 1:
                        await self.served.api("POST", f"kernels/{self.kernel}/interrupt")
                case "display_data" | "execute_result" | "error" as kind, told:
                    shown.append({"output_type": kind, **{name: value for name, value in told.items() if name != "transient"}})
                case "status", {"execution_state": "idle"}:
                    break
        stream = {"output_type": "stream", "name": "stdout", "text": "".join(printed)}
        return [stream, *shown] if printed else shown


async def look(served: Served, began: float) -> Look:
    """Closes what the round left open, and waits until it is gone."""
    for session in await served.api("GET", "sessions"):
        await served.api("DELETE", f"sessions/{session['id']}")
    process = psutil.Process(served.process.pid)
    gone = time.monotonic() + 20
    while process.children() and time.monotonic() < gone:
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)
    return Look(time.monotonic() - began, process.memory_info().rss / 1e6, process.num_fds(), process.num_threads())


async def soak(seconds: float, least: int = 2) -> Soaked:
    """A look at each server after each round; at `least` so many."""
    chance, begun = random.Random(1), time.monotonic()
    soaked = Soaked([], [])
    async with ScriptedServer(model()) as scripted, AsyncExitStack() as stack:
        ours, bare = [await stack.enter_async_context(_prepared(scripted.url, *options)) for options in ((), WITHOUT)]
        while time.monotonic() - begun < seconds or len(soaked.ours) < least:
            order = chance.sample(list(SCENES), len(SCENES))
            parts = [[order[(number + turn) % len(order)] for turn in range(2)] for number in range(PEOPLE)]
            for name, served, kind, looks in (("ours", ours, Person, soaked.ours), ("floor", bare, Alone, soaked.floor)):
                people = [kind(served, f"n{number}.ipynb") for number in range(PEOPLE)]
                await asyncio.gather(*(person.session(part) for person, part in zip(people, parts, strict=True)))
                scripted.seen.clear()
                looks.append(await look(served, begun))
                _say(name, looks[-1])
    return soaked


@asynccontextmanager
async def _prepared(model_url: str, *options: str) -> AsyncIterator[Served]:
    """A server with everybody's notebook."""
    with place(model_url) as (folder, environment):
        for number in range(PEOPLE):
            (folder / f"n{number}.ipynb").write_text(json.dumps(notebook("x = 1")))
        async with server(folder, environment, *options) as served:
            yield served


def growth(soaked: Soaked) -> dict[str, Any]:
    """What a round adds after the warm-up, and how much of it a server without us adds as well."""
    ours, floor = _slopes(soaked.ours), _slopes(soaked.floor)
    return {
        "rounds": len(soaked.ours),
        "runs": len(soaked.ours) * PEOPLE * 2,
        "a round adds": ours,
        "a round without us adds": floor,
        "over that": {name: round(added - max(floor[name], 0.0), 3) for name, added in ours.items()},
        "first": asdict(_warm(soaked.ours)[0]),
        "last": asdict(soaked.ours[-1]),
        "first without us": asdict(_warm(soaked.floor)[0]),
        "last without us": asdict(soaked.floor[-1]),
    }


def _warm(looks: list[Look]) -> list[Look]:
    return looks[int(len(looks) * WARM_UP) :]


def _slopes(looks: list[Look]) -> dict[str, float]:
    after = _warm(looks)
    return {
        name: round(linear_regression(range(len(after)), [getattr(one, name) for one in after]).slope, 3) if len(after) > 1 else 0.0
        for name in ("megabytes", "handles", "threads")
    }


def _say(name: str, one: Look) -> None:
    told = f"{one.seconds:6.0f} s  {name:5s}  {one.megabytes:7.1f} MB  {one.handles:4d} handles  {one.threads:3d} threads"
    print(told, file=sys.stderr, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600)
    print(json.dumps(growth(asyncio.run(soak(parser.parse_args().seconds))), indent=1))
