"""Ten minutes of a server's life: does its memory grow, do its files stay open?  `python -m benchmarks.soak`, or `make soak`.

Rounds of people at work: each opens a notebook, asks, and goes.  After each round all kernels are shut down and the server is looked at:
what it holds then, it holds for good.
"""

import argparse
import asyncio
import json
import random
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from statistics import linear_regression
from typing import Any
from uuid import uuid4

import psutil

from benchmarks.runs import Served, place, server
from codeact_jupyter.testing import Item, Messages, Say, ScriptedServer, fault, notebook, say
from tests.server.tab import Browser, until

PEOPLE = 6
PATIENCE = 120
WARM_UP = 0.3
"""Of the rounds: until then, modules are loaded and caches filled."""

PLOT = "import base64\nfrom IPython.display import Image\nImage(data=base64.b64decode('iVBORw0KGgo=' * 500), format='png')"

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


async def soak(seconds: float, least: int = 2) -> list[Look]:
    """A look after each round; at `least` so many."""
    chance = random.Random(1)
    looks: list[Look] = []
    async with ScriptedServer(model()) as scripted:
        with place(scripted.url) as (folder, environment):
            for number in range(PEOPLE):
                (folder / f"n{number}.ipynb").write_text(json.dumps(notebook("x = 1")))
            async with server(folder, environment) as served:
                began = time.monotonic()
                while time.monotonic() - began < seconds or len(looks) < least:
                    order = chance.sample(list(SCENES), len(SCENES))
                    people = [Person(served, f"n{number}.ipynb") for number in range(PEOPLE)]
                    parts = [[order[(number + turn) % len(order)] for turn in range(2)] for number in range(PEOPLE)]
                    await asyncio.gather(*(person.session(part) for person, part in zip(people, parts, strict=True)))
                    scripted.seen.clear()
                    looks.append(await look(served, began))
                    _say(looks[-1])
    return looks


def growth(looks: list[Look]) -> dict[str, Any]:
    """What a round adds, after the warm-up."""
    after = looks[int(len(looks) * WARM_UP) :]
    rounds = range(len(after))
    slopes = {
        name: round(linear_regression(rounds, [getattr(one, name) for one in after]).slope, 3) if len(after) > 1 else 0.0
        for name in ("megabytes", "handles", "threads")
    }
    return {
        "rounds": len(looks),
        "runs": len(looks) * PEOPLE * 2,
        "a round adds": slopes,
        "first": asdict(after[0]),
        "last": asdict(after[-1]),
    }


def _say(one: Look) -> None:
    print(f"{one.seconds:6.0f} s  {one.megabytes:7.1f} MB  {one.handles:4d} handles  {one.threads:3d} threads", file=sys.stderr, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600)
    print(json.dumps(growth(asyncio.run(soak(parser.parse_args().seconds))), indent=1))
