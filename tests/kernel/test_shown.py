"""What comes of outputs later: in other cells, from threads, in later runs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.kernel.shown import Shown
from tests.kernel.conftest import Cell, Desk

DISPLAY = "from IPython.display import display, update_display\n"


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def plain(cell: Cell) -> list[str]:
    return [output.get("data", {}).get("text/plain", output.get("text", "")) for output in cell.outputs]


@asynccontextmanager
async def another_run(desk: Desk, shown: Shown) -> AsyncIterator[Desk]:
    """A client of its own with the same kernel, as each run of a notebook has one."""

    async def yes() -> bool:
        return True

    async with KernelClient(desk.host, desk.states.append, desk.lost.append, yes, shown) as kernel:
        yield Desk(kernel, desk.host, ids=desk.ids)


async def test_a_later_cell_updates_an_earlier_display(desk):
    _, earlier = await desk.run(DISPLAY + "handle = display('0%', display_id='bar');")
    _, later = await desk.run("handle.update('100%')")
    await until(lambda: plain(earlier) == ["'100%'"])
    assert later.outputs == []


async def test_displaying_an_id_again_shows_it_in_both_places(desk):
    _, earlier = await desk.run(DISPLAY + "display('a', display_id='x')\ndisplay('b', display_id='x');")
    assert plain(earlier) == ["'b'", "'b'"]
    _, later = await desk.run("display('c', display_id='x');")
    await until(lambda: plain(earlier) == ["'c'", "'c'"])
    assert plain(later) == ["'c'"]


async def test_a_result_is_no_display_that_could_be_updated(desk):
    _, cell = await desk.run(DISPLAY + "display('a', display_id='x')\nupdate_display('b', display_id='x')\n'a'")
    assert plain(cell) == ["'b'", "'a'"]


async def test_the_user_updates_a_display_of_ours(desk, user):
    _, cell = await desk.run(DISPLAY + "display('0%', display_id='bar');")
    await user.runs("update_display('50%', display_id='bar');")
    await until(lambda: plain(cell) == ["'50%'"])


async def test_what_a_thread_prints_late_stands_in_its_cell_and_in_no_other(desk):
    source = "import threading, time\nthreading.Thread(target=lambda: [time.sleep(.5), print('late')]).start()\nprint('begun')"
    _, cell = await desk.run(source)
    assert cell.text() == "begun\n"
    await until(lambda: cell.text() == "begun\nlate\n")
    _, later = await desk.run("print('another')")
    assert (cell.text(), later.text()) == ("begun\nlate\n", "another\n")


async def test_a_question_of_ours_does_not_take_a_threads_lines_away(desk):
    source = "import threading, time\nthreading.Thread(target=lambda: [time.sleep(.6), print('late')]).start()"
    _, cell = await desk.run(source)
    await desk.kernel.names()
    await until(lambda: cell.text() == "late\n")


async def test_what_a_thread_prints_while_a_users_cell_was_the_last_is_not_ours(desk, user):
    _, cell = await desk.run("import threading, time\ngo = threading.Event()")
    await user.runs("threading.Thread(target=lambda: [go.wait(), time.sleep(.3), print('theirs')]).start()")
    await desk.kernel.names()
    _, setting = await desk.run("pass")
    await user.runs("go.set()")
    await asyncio.sleep(0.8)
    assert (cell.outputs, setting.outputs) == ([], [])


async def test_outputs_of_an_earlier_run_go_on_while_the_kernel_lives(desk):
    shown = Shown()
    async with another_run(desk, shown) as first:
        _, earlier = await first.run(
            DISPLAY + "import threading, time\ndisplay('0%', display_id='bar')\n"
            "threading.Thread(target=lambda: [time.sleep(1), print('between')]).start()"
        )
    await until(lambda: plain(earlier) == ["'0%'", "between\n"])
    async with another_run(desk, shown) as second:
        await second.run("update_display('100%', display_id='bar');")
        await until(lambda: plain(earlier) == ["'100%'", "between\n"])
        for step in range(20):  # also while one client comes and another goes each thing is shown once
            await second.run(f"print({step})")
    assert plain(earlier) == ["'100%'", "between\n"]
    await shown.close()


async def test_a_kernel_that_was_restarted_updates_nothing_of_before(desk):
    shown = Shown()
    async with another_run(desk, shown) as first:
        _, earlier = await first.run(DISPLAY + "display('0%', display_id='bar');")
    await desk.kernel.close()  # it would restart the kernel too
    await desk.host.restart()
    async with another_run(desk, shown) as second:
        _, later = await second.run(DISPLAY + "display('new', display_id='bar')\nupdate_display('newer', display_id='bar');")
        await until(lambda: plain(later) == ["'newer'"])
    assert plain(earlier) == ["'0%'"]
    await shown.close()


async def test_help_is_shown_in_the_cell(desk):
    _, cell = await desk.run("print('before')\nlen?")
    assert [output["output_type"] for output in cell.outputs] == ["stream", "display_data"]
    assert "Return the number of items" in cell.outputs[1]["data"]["text/plain"]
