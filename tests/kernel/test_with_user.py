"""The user runs cells in the same kernel, through a client of their own."""

import asyncio

from codeact_jupyter.kernel.client import KernelClient
from tests.kernel.conftest import Cell

NAP = "import time; time.sleep(1.2); order = ['user']"


async def test_a_cell_of_the_user_runs_first_and_its_time_is_not_counted(desk, user):
    theirs = user.runs(NAP)
    await asyncio.sleep(0.2)
    execution, cell = await desk.start("order.append('ours'); print(order)")
    finished = await execution.wait(0.5)
    assert finished.status == "ok"
    assert cell.text() == "['user', 'ours']\n"
    assert list(dict.fromkeys(desk.states)) == ["waiting_for_cell", "running"]
    assert (await theirs)["content"]["status"] == "ok"


async def test_code_that_is_stopped_while_the_user_runs_a_cell_never_runs(desk, user):
    theirs = user.runs(NAP)
    await asyncio.sleep(0.2)
    execution, cell = await desk.start("order.append('ours')")
    waiting = asyncio.create_task(execution.wait(30))
    await asyncio.sleep(0.3)
    finished = await execution.interrupt()
    assert (finished.status, cell.calls) == ("interrupted", [])
    assert await waiting == finished
    assert (await theirs)["content"]["status"] == "ok"
    assert await desk.says("order") == "['user']"


async def test_code_that_is_queued_behind_a_cell_of_the_user_is_interrupted_only_when_it_begins(desk, user):
    theirs = user.overtakes(desk.kernel, NAP)
    execution, cell = await desk.start("order.append('ours')\nfor _ in range(100): time.sleep(0.1)")
    await theirs
    await asyncio.sleep(0.2)
    finished = await execution.interrupt()
    assert finished.status == "interrupted"
    assert (await (await theirs))["content"]["status"] == "ok"
    assert cell.calls[-1] == "ended"
    assert await desk.says("order") in ("['user']", "['user', 'ours']")


async def test_a_failing_cell_of_the_user_does_not_lose_our_code(desk, user):
    theirs = user.overtakes(desk.kernel, "import time; time.sleep(0.5); 1 / 0")
    execution, cell = await desk.start("print('ours')")
    finished = await execution.wait(10)
    assert finished.status == "ok"
    assert cell.text() == "ours\n"
    assert list(dict.fromkeys(desk.states)) == ["waiting_for_cell", "running"]
    assert (await (await theirs))["content"]["status"] == "error"
    assert user.ours == ["ours-0", "ours-0-1"]


async def test_a_kernel_that_is_busy_can_be_joined(desk, user):
    theirs = user.runs(NAP)
    await asyncio.sleep(0.2)
    states = []
    async with KernelClient(desk.host, states.append, states.append, asyncio.Future) as client:
        assert not theirs.done()
        cell = Cell()
        assert (await (await client.start("print(order)", cell, "1")).wait(10)).status == "ok"
    assert list(dict.fromkeys(states)) == ["waiting_for_cell", "running"]
    assert cell.text() == "['user']\n"


async def test_our_failing_code_does_not_throw_out_the_cells_of_the_user(desk, user):
    execution, _ = await desk.start("import time; time.sleep(0.6); 1 / 0")
    assert await execution.wait(0.2) is None
    theirs = user.runs("kept = 1")
    assert (await execution.wait(10)).status == "error"
    assert (await theirs)["content"]["status"] == "ok"


async def test_names_are_not_asked_for_while_the_user_runs_a_cell(desk, user):
    await desk.run("table = {'a': 1, 'b': 2}")
    theirs = user.runs(NAP)
    await asyncio.sleep(0.3)
    assert await desk.kernel.names() == {}
    await theirs
    await asyncio.sleep(0.1)
    assert (await desk.kernel.names())["table"].shape == "2"


async def test_a_client_that_is_let_go_first_sees_to_what_it_left_in_the_queue(desk, user):
    theirs = user.overtakes(desk.kernel, NAP)
    execution, _ = await desk.start("order.append('ours')\nfor _ in range(100): time.sleep(0.1)")
    await theirs
    await asyncio.sleep(0.2)
    assert (await execution.interrupt()).status == "interrupted"
    await asyncio.wait_for(desk.kernel.drain(), 15)
    assert not desk.kernel.queued
    assert await desk.says("order") in ("['user']", "['user', 'ours']")
