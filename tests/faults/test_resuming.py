"""A run that is cut off at each of its events, as a server that ends does it, goes on: nothing runs twice, journal and file agree."""

import asyncio
import os
from contextlib import suppress
from typing import Any

import pytest

from codeact_jupyter.config import Settings
from codeact_jupyter.events import Recorded
from codeact_jupyter.notebook.content import joined
from codeact_jupyter.session.local import LocalDesk
from codeact_jupyter.session.session import Request, Session
from codeact_jupyter.testing import Messages, ScriptedServer, code
from tests.scenes import Heard, Scene, act

EVENTS = 22
"""That the run has, uncut, before it is finished."""


def reply(messages: Messages) -> str:
    """The next of four actions: one that fails, one that mends it, one that looks around, one that stays."""
    done = sum(message["role"] == "assistant" for message in messages)
    count = f"print({done + 1}, file=open('log', 'a'))"
    match done:
        case 0:
            return act(f"{count}\nraise KeyError('x')")
        case 1:
            return act(f"{count}\nx = 1")
        case 2:
            return act(f"{count}\nprint('a look')").replace("<execute>", '<execute scratch="true">')
        case 3:
            return act(f"{count}\nprint('it stays')")
        case _:
            return "So."


class Cutting(Heard):
    """The process ends once this many events are recorded."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at, self.session = at, None
        self.cut: asyncio.Task[None] | None = None

    def recorded(self, recorded: Recorded) -> None:
        super().recorded(recorded)
        if recorded.seq == self.at:
            assert self.session
            self.cut = asyncio.create_task(self.session.close())

    session: Session | None


async def cut_and_resumed(scene: Scene, at: int) -> list[Any]:
    """The events of the run."""
    async with ScriptedServer([], fallback=reply) as model:
        settings = Settings(model="m", base_url=model.url, approval="auto", tidy="remove")
        cutting = Cutting(at)
        cutting.session = Session(scene.desk, scene.store, lambda _: settings, cutting)
        await scene.desk.open()
        task = cutting.session.start(Request("r", "do it"))
        assert task
        await asyncio.wait([task])
        assert cutting.cut
        await cutting.cut
        with suppress(asyncio.CancelledError):
            task.result()
        await scene.desk.close()
        agree(scene)
        if scene.store.events("r")[-1].event.type != "run_finished":
            scene.desk = LocalDesk(scene.path, scene.store, dict(os.environ))
            scene.session = Session(scene.desk, scene.store, lambda _: settings, Heard())
            await scene.desk.open()
            await scene.session.resume("r", {})
        assert model.others == []
    return [recorded.event for recorded in scene.store.events("r")]


def agree(scene: Scene) -> None:
    """Journal and file, at any moment when nothing goes on."""
    cells = {cell["id"]: joined(cell) for cell in scene.cells()}
    theirs = {cell_id for cell_id, cell in cells.items() if "codeact" not in cell["metadata"]}
    assert theirs == {"mine", "tail"}
    last = {cell: after for _, cell, _, after, *_ in scene.store.journalled("r")}
    assert {cell for cell, after in last.items() if after} == set(cells) - theirs
    for cell, after in last.items():
        assert after is None or {name: after[name] for name in cells[cell]} == cells[cell]


@pytest.mark.parametrize("at", range(1, EVENTS + 1))
async def test_cut_off_after_any_event_it_goes_on_to_its_end(scene: Scene, at: int) -> None:
    scene.put({**code("# mine"), "id": "mine"}, {**code("x = 'tail'"), "id": "tail"})
    events = await cut_and_resumed(scene, at)
    kinds = [event.type for event in events]
    assert kinds[-1] == "run_finished"
    assert events[-1].answer == "So."
    assert kinds.count("resumed") == 1
    started = [event.action_id for event in events if event.type == "action_started"]
    observed = [event.action_id for event in events if event.type == "observed" and event.action_id]
    assert len(set(started)) == len(started)
    assert set(observed) == set(started)
    ran = (scene.path.parent / "log").read_text().split()
    assert len(set(ran)) == len(ran), "an action ran twice"
    agree(scene)
    sources = scene.sources()
    assert sources[0] == "# mine"
    assert sources[-1].endswith("print('it stays')") or sources[-2].endswith("print('it stays')")
    assert not any("a look" in source for source in sources)
    assert all(state.state == "idle" for each in scene.desk.document.of_run("r") if (state := scene.desk.document.state(each)))
