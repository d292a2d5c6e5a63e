"""Tabs that are loaded again, closed, asleep or opened twice: the run goes on, and all of it is there once."""

import asyncio
import json

from codeact_jupyter.testing import say
from tests.server.played import act
from tests.server.tab import Browser, until

LINES = "import time\nfor i in range(8):\n    print(i, flush=True)\n    time.sleep(0.25)"
PRINTED = "".join(f"{i}\n" for i in range(8))


async def test_a_reload_in_mid_run_shows_every_cell_and_line_once(open_notebook):
    server, browser, _ = await open_notebook([act(LINES), act("print('next')"), say("Done.")])
    run = await browser.ask()
    await until(lambda: "1\n" in browser.texts()[-1])
    await browser.drop()
    again = await server.browser()
    assert again.id != browser.id

    assert await again.answer(run) == "Done."
    assert again.sources() == ["x = 1", LINES, "print('next')"]
    assert again.texts() == ["", PRINTED, "next\n"]
    await until(lambda: server.sources() == again.sources())
    assert not again.conflicts


async def test_a_notebook_closed_in_mid_run_is_written_by_the_server_and_complete_when_it_is_opened_again(open_notebook):
    server, browser, _ = await open_notebook([act(LINES), act("print('next')"), say("Done.")])
    run = await browser.ask()
    await until(lambda: "1\n" in browser.texts()[-1])
    await browser.close(keep=True)
    await until(lambda: LINES in server.sources())
    await until(lambda: server.room().session.live is None)

    assert server.sources() == ["x = 1", LINES, "print('next')"]
    again = await server.browser()
    assert again.texts() == ["", PRINTED, "next\n"]
    assert await again.answer(run) == "Done."
    assert again.heard("welcome")[0]["live"] == []
    assert not again.notebook.dirty, "nothing was left to save"


async def test_a_notebook_closed_without_saving_keeps_nothing_of_what_was_done_until_then(open_notebook):
    server, browser, _ = await open_notebook([act("print('saved')"), act("print('mine')\n" + LINES), act("print('next')"), say("Done.")])
    run = await browser.ask()
    await browser.event(run, "observed")
    await until(lambda: len(server.sources()) == 2)
    browser.saves = False
    await until(lambda: "1\n" in browser.texts()[-1])
    await browser.close(keep=False)
    await until(lambda: server.room().session.live is None)

    assert server.sources() == ["x = 1", "print('saved')", "print('next')"]


async def test_a_browser_that_was_away_for_a_moment_finds_nothing_doubled_and_its_own_edits_kept(open_notebook):
    server, browser, _ = await open_notebook([act(LINES), act("print('next')"), say("Done.")])
    run = await browser.ask()
    await until(lambda: "1\n" in browser.texts()[-1])
    await browser.drop()
    source = browser.notebook.ycells[0]["source"]
    source += "0"  # typed while the server was away
    await until(lambda: server.room().session.live is None)
    assert server.sources() == ["x = 1"], "a browser that is only away saves itself"
    await browser.connect()

    assert browser.heard("welcome")[-1]["file"] == "same"
    await browser.answer(run)
    assert browser.sources() == ["x = 10", LINES, "print('next')"]
    assert browser.texts() == ["", PRINTED, "next\n"]
    await until(lambda: server.sources() == browser.sources())
    assert server.room().desk.document.source("c1") == "x = 10"


async def test_a_notebook_left_for_long_is_written_and_the_document_that_returns_takes_it_over(open_notebook):
    server, browser, _ = await open_notebook([act("print('one')"), act(LINES), say("Done.")], codeact={"absence": 0.3})
    run = await browser.ask()
    await browser.event(run, "observed")
    await until(lambda: len(server.sources()) == 2)
    await browser.drop()
    await until(lambda: server.room().session.live is None)
    await until(lambda: len(server.sources()) == 3)
    await browser.connect()

    welcome = browser.heard("welcome")[-1]
    assert welcome["file"] == "ours"
    assert browser.base == welcome["hash"]
    await until(lambda: browser.texts() == ["", "one\n", PRINTED])
    assert browser.sources() == ["x = 1", "print('one')", LINES]
    await browser.save()
    assert not browser.conflicts
    assert server.sources() == browser.sources()


async def test_a_file_that_somebody_else_wrote_is_taken_over_with_the_work_that_was_done_meanwhile(open_notebook):
    slow = say("<execute>\nprint('away')\n</execute>", pieces=4, delay=0.3)
    server, browser, _ = await open_notebook([act("print('one')"), act("print('two')"), slow, say("Done.")])
    run = await browser.ask()
    await browser.event(run, "observed", count=2)
    await until(lambda: len(server.sources()) == 3 and not browser.notebook.dirty)
    await browser.drop()
    content = json.loads((server.root / "a.ipynb").read_text())
    content["cells"] = [content["cells"][0] | {"source": "theirs = 1"}, content["cells"][2]]
    (server.root / "a.ipynb").write_text(json.dumps(content))
    await until(lambda: server.room().session.live is None)
    await browser.connect()

    assert browser.heard("welcome")[-1]["file"] == "other"
    await until(lambda: len(browser.sources()) == 3)
    assert sorted(browser.sources()) == ["print('away')", "print('two')", "theirs = 1"], "what they deleted stays deleted"
    await until(lambda: server.sources() == browser.sources())
    assert sorted(browser.texts()) == ["", "away\n", "two\n"]
    assert not browser.conflicts


async def test_a_save_that_had_begun_before_a_cell_was_there_does_not_count_for_it(open_notebook, tmp_path):
    server, browser, _ = await open_notebook([act("print('one')"), act("print('two')"), say("Done.")])
    browser.saves = False
    await browser.answer(await browser.ask())
    content = browser.notebook.get()
    await server.api(
        "PUT", "contents/a.ipynb", {"type": "notebook", "format": "json", "content": content | {"cells": content["cells"][:2]}}
    )
    await browser.send("saved")
    await browser.drop()

    again = await server.browser(saves=False)
    wanted = ["x = 1", "print('one')", "print('two')"]
    await until(lambda: again.sources() == wanted)
    await again.drop()
    await server.extension.stop_extension()
    assert server.sources() == wanted


async def test_of_two_tabs_the_newer_counts_and_each_can_take_over_from_the_other(open_notebook):
    server, first, _ = await open_notebook([act(LINES), act("print('next')"), say("Done."), say("Again.")])
    run = await first.ask()
    await until(lambda: "1\n" in first.texts()[-1])
    second = await server.browser()
    await until(lambda: first.closed == 4409, f"{first.closed}")
    await second.event(run, "action_started")
    await first.connect()
    await until(lambda: second.closed == 4409, f"{second.closed}")

    assert await first.answer(run) == "Done."
    await first.save()
    await second.connect()
    await until(lambda: first.closed == 4409)
    assert await second.answer(run) == "Done."
    expected = (["x = 1", LINES, "print('next')"], ["", PRINTED, "next\n"])
    assert (first.sources(), first.texts()) == expected
    await until(lambda: (second.sources(), second.texts()) == expected)
    assert await second.answer(await second.ask()) == "Again."


async def test_a_connection_that_broke_unseen_gives_way_to_its_documents_new_one(open_notebook):
    _, browser, _ = await open_notebook([act("print('one')"), say("Done.")])
    old = browser._socket
    await browser.connect()

    run = await browser.ask()

    assert await browser.answer(run) == "Done."
    assert browser.sources() == ["x = 1", "print('one')"]
    assert old.close_code == 4409


async def test_a_browser_that_never_sends_its_document_is_named_as_the_cause(serve, monkeypatch):
    monkeypatch.setattr("codeact_jupyter.session.attach.READY_SECONDS", 0.2)
    server = await serve()
    server.write("a.ipynb", "x = 1")
    browser = Browser(server, "a.ipynb")
    server.browsers.append(browser)
    await browser.load()
    await browser.connect(sync=False)

    end = await browser.end(await browser.ask())

    assert end["reason"] == "failed"
    assert "Reload the page" in end["message"]


async def test_a_browser_that_goes_before_its_document_came_does_not_hold_up_the_run(serve):
    server = await serve()
    server.write("a.ipynb", "x = 1")
    (server.root / "t.csv").write_text("a,b\n1,2\n")
    browser = Browser(server, "a.ipynb")
    await browser.load()
    await browser.connect(sync=False)
    await browser.ask("How many rows are there?")
    await asyncio.sleep(0.1)
    await browser.drop()

    await until(lambda: server.room().session.live is None and len(server.sources()) > 1)
