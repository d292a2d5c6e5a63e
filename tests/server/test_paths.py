"""Notebooks that are renamed, moved or deleted."""

import asyncio

from codeact_jupyter.testing import say
from tests.server.played import act, serving
from tests.server.tab import until

SLOW = "import time; time.sleep(1)"


async def test_a_rename_in_mid_run_takes_run_file_and_conversation_along(open_notebook):
    server, browser, _ = await open_notebook([act(SLOW), act("print('after')"), say("Done.")])
    run = await browser.ask()
    await browser.event(run, "action_started")
    await server.api("PATCH", "contents/a.ipynb", {"path": "b.ipynb"})
    browser.path = "b.ipynb"
    await browser.send("renamed", path="b.ipynb")

    assert await browser.answer(run) == "Done."
    await until(lambda: server.sources("b.ipynb") == ["x = 1", SLOW, "print('after')"])
    assert not (server.root / "a.ipynb").exists()
    again = await server.browser("b.ipynb")
    assert await again.answer(run) == "Done."
    assert list(server.extension.rooms) == ["b.ipynb"]


async def test_a_folder_renamed_above_a_run_that_nobody_watches_has_its_work(open_notebook):
    server, _, _ = await open_notebook([act(SLOW), act("print('after')"), say("Done.")])
    server.write("old/deep/n.ipynb", "x = 1")
    browser = await server.browser("old/deep/n.ipynb")
    run = await browser.ask()
    await browser.event(run, "action_started")
    await browser.close()
    await server.api("PATCH", "contents/old", {"path": "new"})
    room = await until(lambda: server.extension.rooms.get("new/deep/n.ipynb"))
    await until(lambda: room.session.live is None)

    assert server.sources("new/deep/n.ipynb") == ["x = 1", SLOW, "print('after')"]
    assert not (server.root / "old").exists()
    assert await (await server.browser("new/deep/n.ipynb")).answer(run) == "Done."


async def test_a_rename_while_nobody_shows_the_notebook_takes_the_conversation_along_over_a_restart(scripted, serve):
    await scripted(say("Done."))
    server = await serve()
    server.write("a.ipynb")
    browser = await server.browser()
    run = await browser.ask()
    await browser.answer(run)
    await browser.close()
    server.extension.rooms.clear()  # as after a restart of the server

    await server.api("PATCH", "contents/a.ipynb", {"path": "b.ipynb"})
    await asyncio.sleep(0.1)

    assert await (await server.browser("b.ipynb")).answer(run) == "Done."


async def test_a_notebook_deleted_in_mid_run_ends_the_run_in_words_and_leaves_nothing_to_a_new_one_of_its_name(open_notebook):
    server, browser, _ = await open_notebook([act(SLOW), act("print('after')"), say("Never."), say("Fresh.")])
    run = await browser.ask()
    await browser.event(run, "action_started")
    await server.api("DELETE", "contents/a.ipynb")

    end = await browser.end(run)
    assert (end["reason"], end["message"]) == ("failed", "a.ipynb was deleted. Nothing more is done in it.")
    assert not (server.root / "a.ipynb").exists()
    server.write("a.ipynb", "new = 1")
    again = await server.browser()
    assert again.sources() == ["new = 1"]
    assert server.sources() == ["new = 1"]


async def test_what_a_deleted_notebook_had_unsaved_is_in_none_that_is_made_in_its_place(open_notebook, tmp_path):
    server, browser, _ = await open_notebook([act("print('old')"), say("Done.")])
    browser.saves = False
    await browser.answer(await browser.ask())
    await server.api("DELETE", "contents/a.ipynb")
    await until(lambda: not server.extension.rooms)
    server.write("a.ipynb", "new = 1")
    assert (await server.browser()).sources() == ["new = 1"]

    await server.extension.stop_extension()

    assert server.sources() == ["new = 1"]
    async with serving(tmp_path / "root", {}) as again:
        assert (await again.browser()).sources() == ["new = 1"]


async def test_a_notebook_that_vanishes_from_the_disk_ends_the_run_in_words(open_notebook):
    server, browser, _ = await open_notebook([act(SLOW), act("print('after')"), say("Never.")])
    run = await browser.ask()
    await browser.event(run, "action_started")
    await browser.close()
    (server.root / "a.ipynb").unlink()
    room = server.room()
    await until(lambda: room.session.live is None)

    end = server.extension.store.events(run)[-1].event
    assert end.reason == "failed"
    assert end.message.startswith("a.ipynb cannot be read: ")
    assert not (server.root / "a.ipynb").exists()


async def test_a_notebook_renamed_onto_the_name_of_one_that_was_shown_keeps_them_apart(open_notebook):
    server, browser, _ = await open_notebook([act("print('one')"), say("Done."), act("print('two')"), say("Done.")])
    server.write("b.ipynb", "other = 1")
    other = await server.browser("b.ipynb", saves=False)
    await browser.answer(await browser.ask())
    await until(lambda: len(server.sources()) == 2)
    await other.answer(await other.ask())
    (server.root / "b.ipynb").unlink()
    await server.api("PATCH", "contents/a.ipynb", {"path": "b.ipynb"})
    await until(lambda: list(server.extension.rooms) == ["b.ipynb"])
    await other.send("closing", keep=True)
    await other.drop()
    again = await server.browser("b.ipynb")

    assert again.sources() == ["x = 1", "print('one')"]
    assert server.sources("b.ipynb") == ["x = 1", "print('one')"]
