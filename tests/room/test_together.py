"""Notebooks that jupyter-collaboration keeps: its room's document is edited, and everybody sees one run."""

import json

from codeact_jupyter.testing import say
from tests.server.played import act
from tests.server.tab import until

LINES = "import time\nfor i in range(8):\n    print(i, flush=True)\n    time.sleep(0.25)"
PRINTED = "".join(f"{i}\n" for i in range(8))


async def test_two_users_see_one_run_as_it_goes_on_and_the_file_has_it(shared):
    server, page, _ = await shared([act(LINES), act("print('next')"), say("Done.")])
    ada, ben = await page(), await page()
    run = await ada.ask()
    for each in (ada, ben):
        await until(lambda each=each: len(each.texts()) > 1 and "1\n" in each.texts()[1])
        assert await each.answer(run) == "Done."
        await until(lambda each=each: each.texts() == ["", PRINTED, "next\n"])
        assert each.sources() == ["x = 1", LINES, "print('next')"]
        assert each.closed is None, "nobody is superseded"
    assert [event["type"] for event in ada.events(run)] == [event["type"] for event in ben.events(run)]
    assert ben.heard("doing", what="running")
    assert server.sources() == ada.sources(), "each step is saved when it is over"
    assert not ada.heard("save")
    assert not ben.heard("notice")
    assert ada.notebook.dirty is False


async def test_what_users_type_move_and_delete_meanwhile_is_kept(shared):
    server, page, _ = await shared([act("print('one')"), act(LINES), act("print('next')"), say("Done.")], cells=("x = 1", "y = 2"))
    ada, ben = await page(), await page()
    run = await ada.ask()
    await ada.event(run, "observed")
    await until(lambda: len(ben.sources()) >= 4 and "1\n" in ben.texts()[-1])
    ben.type(0, "0  # ben")
    del ada.notebook.ycells[[cell["source"] for cell in ada.cells()].index("print('one')")]
    ada.notebook.ycells.insert(0, ada.notebook.create_ycell({"cell_type": "markdown", "source": "# Ada", "metadata": {}, "id": "ada"}))
    assert await ben.answer(run) == "Done."
    expected = ["# Ada", "x = 10  # ben", "y = 2", LINES, "print('next')"]
    await until(lambda: ada.sources() == ben.sources() == expected, str(ben.sources()))
    await until(lambda: server.sources() == expected)
    assert PRINTED in ada.texts()


async def test_whoever_answers_first_decides_and_the_other_is_told_that_it_is_decided(shared):
    _, page, _ = await shared([act("open('made.txt', 'w').write('x')"), say("Done.")])
    ada, ben = await page(), await page()
    await ada.send("configure", settings={"approval": "ask"})
    run = await ada.ask()
    asked = await ben.event(run, "approval_asked")
    await ben.send("decide", run=run, action_id=asked["action_id"], decision="deny", note="not here")
    decided = await ada.event(run, "action_decided")
    assert (decided["decision"], decided["by"], decided["note"]) == ("deny", "user", "not here")
    await ada.send("decide", run=run, action_id=asked["action_id"], decision="allow")
    await ada.hears("notice")
    assert await ada.answer(run) == "Done."


async def test_one_asks_and_the_other_stops(shared):
    _, page, _ = await shared([act("import time; time.sleep(60)")])
    ada, ben = await page(), await page()
    run = await ada.ask()
    await ben.hears("doing", what="running")
    await ben.send("stop_run", run=run)
    assert (await ada.end(run))["reason"] == (await ben.end(run))["reason"] == "stopped"
    assert len(ada.heard("start_kernel")) == 1
    assert not ben.heard("start_kernel")


async def test_a_user_who_comes_late_or_again_hears_all_of_it_once(shared):
    _, page, _ = await shared([act(LINES), say("Done."), say("Again.")])
    ada = await page()
    run = await ada.ask()
    await until(lambda: "1\n" in ada.texts()[-1])
    ben = await page()
    await ada.drop()
    assert await ben.answer(run) == "Done."
    assert ben.texts() == ["", PRINTED]
    await ada.connect(sync=False)
    assert await ada.answer(run) == "Done."
    assert await ada.answer(await ben.ask()) == "Again."
    assert ada.sources() == ben.sources() == ["x = 1", LINES]


async def test_the_settings_of_who_asks_hold(shared):
    _, page, _ = await shared([say("One."), say("Two.")])
    ada, ben = await page(), await page()
    await ada.send("configure", settings={"approval": "ask"})
    await ada.hears("welcome", approval="ask")
    await ben.send("configure", settings={"approval": "auto"})
    await ben.hears("welcome", approval="auto")
    assert not ada.heard("welcome", approval="auto")
    run = await ada.ask()
    assert (await ben.event(run, "user_asked"))["approval"] == "ask"


async def test_when_nobody_has_it_open_any_more_the_run_goes_on_in_the_file_and_is_there_for_who_comes_back(shared):
    server, page, _ = await shared([act("print('one')"), act(LINES), act("print('next')"), say("Done.")], document_cleanup_delay=0.2)
    ada = await page()
    run = await ada.ask()
    await until(lambda: len(ada.texts()) > 2 and "1\n" in ada.texts()[2])
    await ada.leave()
    await until(lambda: server.room().desk._room is None, "the room ends when nobody is there")
    await until(lambda: server.room().session.live is None)
    assert server.sources() == ["x = 1", "print('one')", LINES, "print('next')"]
    ben = await page()
    assert ben.texts() == ["", "one\n", PRINTED, "next\n"]
    assert await ben.answer(run) == "Done."
    await ada.open()
    await until(lambda: ada.texts() == ben.texts())
    assert ada.sources() == server.sources()


async def test_a_notebook_that_is_opened_while_a_run_goes_on_in_the_file_shows_it_live(shared):
    server, page, _ = await shared([act("print('one')"), act(LINES), act("print('next')"), say("Done.")], document_cleanup_delay=0.1)
    ada = await page()
    run = await ada.ask()
    await until(lambda: len(ada.texts()) > 2 and "1\n" in ada.texts()[2])
    await ada.leave()
    await until(lambda: server.room().desk._room is None)
    ben = await page()
    await until(lambda: len(ben.texts()) > 2 and "3\n" in ben.texts()[2])
    assert await ben.answer(run) == "Done."
    await until(lambda: ben.texts() == ["", "one\n", PRINTED, "next\n"])
    assert server.sources() == ben.sources() == ["x = 1", "print('one')", LINES, "print('next')"]


async def test_what_was_deleted_while_nobody_had_it_open_does_not_come_back(shared):
    script = [act("print('one')"), act("print('two')"), say("Done."), act("print('three')"), say("Again.")]
    server, page, _ = await shared(script, document_cleanup_delay=0.1)
    ada = await page()
    await ada.answer(await ada.ask())
    await ada.leave()
    await until(lambda: server.room().desk._room is None)
    content = json.loads((server.root / "a.ipynb").read_text())
    del content["cells"][1]
    (server.root / "a.ipynb").write_text(json.dumps(content))
    ben = await page()
    assert await ben.answer(await ben.ask()) == "Again."
    assert server.sources() == ben.sources() == ["x = 1", "print('two')", "print('three')"]


async def test_each_step_is_in_the_file_also_where_nothing_is_saved_by_itself(shared):
    server, page, _ = await shared([act("print('one')"), act(LINES), say("Done.")], document_save_delay=None)
    ada = await page()
    await ada.ask()
    await until(lambda: "1\n" in ada.texts()[-1])
    assert server.sources() == ["x = 1", "print('one')"]


async def test_a_file_that_somebody_else_writes_is_taken_over_with_what_it_lacks_of_the_run(shared):
    server, page, _ = await shared([act("print('one')"), act("print('two')"), act(LINES), say("Done.")])
    ada = await page()
    run = await ada.ask()
    await ada.event(run, "observed", count=2)
    await until(lambda: len(server.sources()) == 3)
    content = json.loads((server.root / "a.ipynb").read_text())
    content["cells"] = [content["cells"][0] | {"source": "theirs = 1"}, content["cells"][2]]
    (server.root / "a.ipynb").write_text(json.dumps(content))
    assert await ada.answer(run) == "Done."
    await until(lambda: sorted(ada.sources()) == sorted(["theirs = 1", "print('two')", LINES]), str(ada.sources()))
    await until(lambda: server.sources() == ada.sources())
    assert PRINTED in ada.texts()


async def test_a_server_that_ends_leaves_the_work_in_the_file(shared, tmp_path):
    server, page, _ = await shared([act(LINES), say("Done.")], document_save_delay=60)
    ada = await page()
    await ada.ask()
    await until(lambda: "2\n" in ada.texts()[-1])
    assert server.sources() == ["x = 1"]
    await server.extension.stop_extension()
    assert server.sources() == ["x = 1", LINES]


async def test_a_notebook_that_cannot_be_saved_is_told_and_the_run_goes_on(shared, monkeypatch):
    server, page, _ = await shared([act("print('one')"), act("print('two')"), say("Done.")])
    ada = await page()
    save = type(server.app.contents_manager).save

    def full(self, model, path=""):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(server.app.contents_manager), "save", full)
    run = await ada.ask()
    assert "No space left" in (await ada.hears("notice"))["message"]
    assert await ada.answer(run) == "Done."
    assert len(ada.heard("notice")) == 1
    monkeypatch.setattr(type(server.app.contents_manager), "save", save)
    ada.type(0, "1")
    await until(lambda: server.sources() == ["x = 11", "print('one')", "print('two')"])


async def test_a_page_that_does_not_share_its_document_is_told(shared):
    from pycrdt import create_sync_message

    _, page, _ = await shared([say("Done.")])
    ada = await page()
    await ada.send_raw(create_sync_message(ada.notebook.ydoc))
    assert "docprovider" in (await ada.hears("notice"))["message"]


async def test_the_document_is_not_doubled_by_a_second_run_and_a_rename_is_followed(shared):
    server, page, _ = await shared([act("print('one')"), say("Done."), act("print('two')"), say("Again.")])
    ada = await page()
    await ada.answer(await ada.ask())
    await server.api("PATCH", "contents/a.ipynb", {"path": "b.ipynb"})
    ada.path = "b.ipynb"
    await until(lambda: "b.ipynb" in server.extension.rooms)
    assert await ada.answer(await ada.ask()) == "Again."
    await until(lambda: server.sources("b.ipynb") == ada.sources() == ["x = 1", "print('one')", "print('two')"])
    assert not (server.root / "a.ipynb").exists()
