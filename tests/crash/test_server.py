"""The server is killed at points spread over a run: nothing is lost, nothing is doubled, and the run can be taken up."""

import asyncio
import os
import random
import sqlite3
from pathlib import Path

import nbformat
import pytest

from codeact_jupyter.store import Store
from codeact_jupyter.testing import ScriptedServer
from tests.crash.killed import STEPS, Killable, killable, next_action
from tests.server.tab import Browser, until

EVENTS = 2 + 5 * STEPS
"""Recorded of a run until its last reply."""

POINTS = [*range(1, EVENTS + 1, 1 if os.environ.get("CODEACT_SOAK") else 2), 4.5, 5.2, 9.5, 10.2, 14.5, 15.2, 19.5, 20.2, 21.3]
"""After how many events; the fraction: so many times 0.3 seconds later."""

USERS = ["mine = 1", "# ünïcode\nmine + 1"]
TOGETHER = 3


async def run_until(browser: Browser, point: float) -> str:
    """A run, until so much of it is recorded."""
    run = await browser.ask(anchor="c1")
    await until(lambda: len(browser.events(run)) >= int(point), f"{point}: {browser.messages[-3:]}", seconds=90)
    await asyncio.sleep((point % 1) * 0.3)
    return run


def agree(server: Killable, run: str) -> None:
    """The store is whole, and the file has what its journal says."""
    with sqlite3.connect(server.store) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store = Store(server.store)
    try:
        cells = {cell["id"]: cell for cell in server.content()["cells"]}
        last = {cell: after for _, cell, _, after, *_ in store.journalled(run)}
        for cell, after in last.items():
            if after is None:
                assert cell not in cells
                continue
            assert "".join(cells[cell]["source"]) == after["source"]
            shown = ["".join(output.get("text", "")) for output in cells[cell]["outputs"]]
            assert shown == ["".join(output.get("text", "")) for output in after["outputs"]]
    finally:
        store.close()


async def killed_at(point: float, folder: Path) -> None:
    stays = random.Random(point).random() < 0.5  # the page stays open, or is loaded anew
    async with ScriptedServer([], fallback=next_action) as model, killable(folder, model.url) as server:
        server.write(*USERS)
        tab = await server.tab()
        run = await run_until(tab, point)
        server.kill()
        nbformat.validate(nbformat.from_dict(server.content()))
        await server.start()
        if stays:
            await tab.connect()
        else:
            tab = await server.tab()
        if not tab.events(run, "run_finished"):
            assert tab.heard("welcome")[-1]["live"] == []
            await tab.send("resume_run", run=run)
        assert await tab.answer(run) == "All done."
        await tab.save()
        content = server.content()
        nbformat.validate(nbformat.from_dict(content))
        assert ["".join(cell["source"]) for cell in content["cells"] if cell["id"] in ("c1", "c2")] == USERS
        assert not tab.conflicts
        counted = server.counted()
        assert sorted(counted) == counted and len(set(counted)) == len(counted), counted
        observed = [event["status"] for event in tab.events(run, "observed") if event["action_id"]]
        assert observed.count("ok") + observed.count("unknown") == STEPS and observed.count("unknown") <= 1, observed
        assert len(counted) >= observed.count("ok")
        agree(server, run)


@pytest.mark.parametrize(
    "points", [POINTS[at : at + TOGETHER] for at in range(0, len(POINTS), TOGETHER)], ids=lambda points: "-".join(map(str, points))
)
async def test_a_server_that_is_killed_loses_and_doubles_nothing(points: list[float], tmp_path: Path) -> None:
    await asyncio.gather(*(killed_at(point, tmp_path / str(point)) for point in points))
