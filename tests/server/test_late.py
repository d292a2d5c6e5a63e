"""What comes of a run's cells after the run, while the notebook is open."""

import asyncio

from codeact_jupyter.testing import say
from tests.server.played import User, act
from tests.server.tab import until

LATE = "import threading, time\nthreading.Thread(target=lambda: [time.sleep(1.5), print('late')]).start()\nprint('begun')"
BAR = "from IPython.display import display\nhandle = display('0 %', display_id='bar');"


def displayed(browser):
    return [output["data"]["text/plain"] for cell in browser.cells() for output in cell.get("outputs", ()) if "data" in output]


async def test_a_line_after_the_run_reaches_its_cell_and_the_kernel_is_not_held_by_that(open_notebook):
    server, browser, _ = await open_notebook([act(LATE), say("Done.")])
    await browser.answer(await browser.ask())
    await until(lambda: server.room().session.live is None)
    assert [kernel["connections"] for kernel in await server.api("GET", "kernels")] == [0]
    await until(lambda: browser.texts()[-1] == "begun\nlate\n")


async def test_a_later_run_and_the_user_update_what_an_earlier_run_displays(open_notebook):
    server, browser, _ = await open_notebook([act(BAR), say("Done."), act("handle.update('50 %')"), say("Done.")])
    await browser.answer(await browser.ask())
    await browser.answer(await browser.ask())
    await until(lambda: displayed(browser) == ["'50 %'"])
    async with User(server, await server.kernel_id()) as user:
        await user.runs("handle.update('100 %')")
        await until(lambda: displayed(browser) == ["'100 %'"])


async def test_when_the_notebook_is_closed_nothing_is_listened_to_any_more(open_notebook):
    server, browser, _ = await open_notebook([act(LATE), say("Done.")])
    await browser.answer(await browser.ask())
    await until(lambda: server.room().session.live is None)
    await browser.save()
    await browser.close()
    await asyncio.sleep(2)
    assert "late" not in str(server.cells()[-1]["outputs"])
    assert server.room().desk._lending._shown._held is None


async def test_a_kernel_that_is_shut_down_is_let_go_of(open_notebook):
    server, browser, _ = await open_notebook([act("1"), say("Done.")])
    await browser.answer(await browser.ask())
    await until(lambda: server.room().desk._lending._shown._held is not None)
    await server.api("DELETE", f"kernels/{await server.kernel_id()}")
    await until(lambda: server.room().desk._lending._shown._held is None)
