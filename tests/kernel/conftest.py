"""Real kernels, and a cell that shows what it is given."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.kernel.host import LocalHost
from codeact_jupyter.kernel.wire import Wire
from codeact_jupyter.ports import Execution, Finished


class Cell:
    """An `OutputSink` that joins as a notebook does."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.count: int | None = None

    def running(self) -> None:
        self.calls.append("running")
        self.outputs = []

    def append(self, output: Mapping[str, Any]) -> None:
        self.calls.append("append")
        last = self.outputs[-1] if self.outputs else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            self.outputs.append(dict(output))

    def replace(self, outputs: Sequence[Mapping[str, Any]]) -> None:
        self.calls.append("replace")
        self.outputs = [dict(output) for output in outputs]

    def ended(self, execution_count: int | None) -> None:
        self.calls.append("ended")
        self.count = execution_count

    def text(self) -> str:
        return "".join(output.get("text", "") for output in self.outputs)


@dataclass
class Desk:
    """A kernel, our client of it, and what it said of itself."""

    kernel: KernelClient
    host: LocalHost
    states: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    ids: "count[int]" = field(default_factory=count)

    async def start(self, source: str) -> tuple[Execution, Cell]:
        cell = Cell()
        return await self.kernel.start(source, cell, f"ours-{next(self.ids)}"), cell

    async def run(self, source: str, seconds: float = 30) -> tuple[Finished, Cell]:
        execution, cell = await self.start(source)
        finished = await execution.wait(seconds)
        assert finished, f"still runs: {source}"
        return finished, cell

    async def says(self, expression: str) -> str:
        finished, cell = await self.run(f"print({expression})")
        assert finished.status == "ok", cell.outputs
        return cell.text().strip()


@asynccontextmanager
async def desk_of(may_restart: Callable[[], Awaitable[bool]]) -> AsyncIterator[Desk]:
    host = LocalHost(None, str(Path.cwd()), os.environ)
    states: list[str] = []
    lost: list[str] = []
    await host.start()
    try:
        async with KernelClient(host, states.append, lost.append, may_restart) as kernel:
            yield Desk(kernel, host, states, lost)
    finally:
        await host.shutdown()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """As on the command line: a restart is always allowed."""

    async def yes() -> bool:
        return True

    async with desk_of(yes) as desk:
        yield desk


class User:
    """Somebody else with the same kernel open."""

    def __init__(self, desk: Desk):
        self._host = desk.host
        self.ours: list[str] = []
        """Ids of the requests of ours that were overtaken, or came after one that was."""
        self._wire = Wire(desk.host.client(), lambda _: None)

    async def open(self) -> None:
        await self._wire.open(30, self._host.is_alive)

    async def close(self) -> None:
        await self._wire.close()

    def runs(self, code: str) -> "asyncio.Future[Mapping[str, Any]]":
        return self._wire.request("execute_request", {"code": code, "silent": False, "allow_stdin": False, "stop_on_error": True})

    def overtakes(self, kernel: KernelClient, code: str) -> "asyncio.Future[asyncio.Future[Mapping[str, Any]]]":
        """Runs code in the moment between our look at the kernel, which is idle, and the sending of our code."""
        ours, began = kernel._wire, asyncio.get_running_loop().create_future()
        assert ours
        send = ours.request

        def request(kind: str, content: Mapping[str, Any], **rest: Any) -> "asyncio.Future[Mapping[str, Any]]":
            if "msg_id" in rest and kind == "execute_request" and not content["silent"]:
                self.ours.append(rest["msg_id"])
            if kind == "execute_request" and not began.done():
                began.set_result(self.runs(code))
                time.sleep(0.1)
            return send(kind, content, **rest)

        ours.request = request  # type: ignore[method-assign]
        return began


@pytest.fixture
async def user(desk: Desk) -> AsyncIterator[User]:
    user = User(desk)
    await user.open()
    yield user
    await user.close()
