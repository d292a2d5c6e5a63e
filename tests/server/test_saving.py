"""Files that cannot be written, and a server that ends."""

import asyncio

import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError

from codeact_jupyter.errors import NotebookError
from codeact_jupyter.session.contents import ContentsFile
from codeact_jupyter.testing import say
from tests.server.played import act, serving
from tests.server.tab import until

SLOW = "import time; print('begun', flush=True); time.sleep(1)"


class ReadOnly(AsyncLargeFileManager):
    async def save(self, model, path=""):
        raise HTTPError(403, "Permission denied: %s", path)


class Full(AsyncLargeFileManager):
    async def save(self, model, path=""):
        raise OSError(28, "No space left on device")


class Old(AsyncLargeFileManager):
    """As contents managers were before files had hashes."""

    async def get(self, path, content=True, type=None, format=None):
        return await super().get(path, content, type, format)


async def test_a_notebook_that_cannot_be_written_ends_the_run_of_nobody_watching_in_words(open_notebook):
    for manager, words in ((ReadOnly, "Permission denied: a.ipynb"), (Full, "No space left on device")):
        server, browser, _ = await open_notebook([act(SLOW), say("Done.")], ServerApp={"contents_manager_class": manager})
        browser.saves = False
        run = await browser.ask()
        await until(lambda browser=browser: browser.texts()[-1] == "begun\n")
        await browser.send("closing", keep=True)
        await browser.drop()
        await until(lambda server=server: server.room().session.live is None)

        end = server.extension.store.events(run)[-1].event
        assert (end.reason, end.message) == ("failed", f"a.ipynb cannot be written: {words}")
        assert words in server.log.getvalue()
        again = await server.browser(saves=False)
        assert words in (await again.hears("notice"))["message"], "what nobody heard is told to the next browser"
        assert server.sources() == ["x = 1"]
        await until(lambda again=again: again.texts()[-1] == "begun\n", "what was done is in the tab")


async def test_a_read_only_notebook_in_a_tab_can_be_worked_in(open_notebook):
    _, browser, _ = await open_notebook([act("print(1)"), say("Done.")], ServerApp={"contents_manager_class": ReadOnly})
    browser.saves = False  # its model says that it is not writable

    assert await browser.answer(await browser.ask()) == "Done."
    assert browser.texts()[-1] == "1\n"
    assert browser.notebook.dirty


async def test_a_contents_manager_without_hashes_is_enough(open_notebook):
    config = {"ServerApp": {"contents_manager_class": Old}}
    server, browser, _ = await open_notebook([act(SLOW), act("print('next')"), say("Done.")], **config)
    browser.saves = False
    await browser.ask()
    await until(lambda: browser.texts()[-1] == "begun\n")
    await browser.send("closing", keep=True)
    await browser.drop()
    await until(lambda: server.room().session.live is None)

    assert server.sources() == ["x = 1", SLOW, "print('next')"]


async def test_a_file_that_is_being_written_is_read_when_it_is_whole_and_one_that_is_broken_is_named(serve):
    server = await serve()
    file = server.write("a.ipynb", "x = 1")
    whole, storage = file.read_text(), ContentsFile(server.app.contents_manager, "a.ipynb")
    file.write_text(whole[: len(whole) // 2])
    reading = asyncio.create_task(storage.read())
    await asyncio.sleep(0.1)
    assert not reading.done()
    file.write_text(whole)
    assert (await reading)[0]["cells"][0]["source"] == "x = 1"

    file.write_text("{")
    with pytest.raises(NotebookError, match=r"a\.ipynb cannot be read: "):
        await storage.read()


async def test_a_run_whose_end_cannot_even_be_recorded_is_told_as_broken_off(open_notebook):
    server, browser, _ = await open_notebook([act(SLOW), say("Done.")])

    run = await browser.ask()
    await until(lambda: browser.texts()[-1] == "begun\n")
    server.extension.store._db.execute("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk is full'); END")

    assert "disk is full" in (await browser.hears("notice"))["message"]
    assert (await browser.hears("welcome", count=2))["live"] == []
    assert browser.events(run, "run_finished") == []


async def test_a_server_that_ends_in_mid_run_leaves_the_work_in_the_file_and_the_run_to_be_taken_up(open_notebook, tmp_path):
    server, browser, _ = await open_notebook([act("print('one')"), act("import time; print('two', flush=True); time.sleep(60)")])
    run = await browser.ask()
    await browser.event(run, "observed")
    browser.saves = False
    await until(lambda: browser.texts()[-1] == "two\n")
    await browser.drop()
    await server.extension.stop_extension()

    assert server.cells()[1]["source"] == ["print('one')"]
    assert server.cells()[2]["outputs"][0]["text"] == ["two\n"]
    assert [kernel["connections"] for kernel in await server.api("GET", "kernels")] == [0]
    async with serving(tmp_path / "root", {}) as again:
        late = await again.browser()
        assert late.heard("welcome")[0]["live"] == []
        assert types_of(late, run)[-1] == "observed"
        assert "run_finished" not in types_of(late, run)
        assert late.sources() == server.sources()


async def test_a_server_that_is_killed_while_nobody_saves_puts_what_was_done_into_the_notebook_when_it_is_shown_again(
    open_notebook, tmp_path
):
    server, browser, _ = await open_notebook([act("print('one')"), act(f"{SLOW}; print('two')"), act("print('three')"), say("Done.")])
    run = await browser.ask()
    await until(lambda: [filed for *_, filed in server.extension.store.journalled(run)[:1] if filed])
    browser.saves = False
    await browser.event(run, "observed", 2)
    await browser.drop()
    await until(lambda: server.room().session.live is None)
    cells = server.cells()
    server.write("a.ipynb", cells[0])  # another program deletes what was saved
    server.extension.rooms.clear()  # as if it were killed: nothing is put down in order

    async with serving(tmp_path / "root", {}) as again:
        tab = await again.browser()
        assert await tab.answer(run) == "Done."
        wanted = ["x = 1", f"{SLOW}; print('two')", "print('three')"]
        await until(lambda: tab.sources() == wanted)
        await until(lambda: again.sources() == wanted)
        assert tab.texts() == ["", "begun\ntwo\n", "three\n"]
        del tab.notebook.ycells[2]
        await until(lambda: again.room().desk.document.ids() == tab_ids(tab))
        await tab.save()
        again.extension.rooms.clear()
        assert (await again.browser()).sources() == wanted[:2]


def tab_ids(tab):
    return [cell["id"] for cell in tab.cells()]


async def test_a_server_that_ends_writes_what_a_browser_has_not_saved(open_notebook):
    server, browser, _ = await open_notebook([act("print('one')"), say("Done.")])
    browser.saves = False
    await browser.answer(await browser.ask())
    assert server.sources() == ["x = 1"]

    await server.extension.stop_extension()

    assert server.sources() == ["x = 1", "print('one')"]


def types_of(browser, run):
    return [event["type"] for event in browser.events(run)]
