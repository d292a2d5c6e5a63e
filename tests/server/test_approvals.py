"""Approvals over the socket: what the user saw runs, a no reaches the model, and an unanswered one holds only its own run."""

from pathlib import Path

from codeact_jupyter.testing import say
from tests.server.played import User, act, serving
from tests.server.tab import Browser, until

ASK = {"codeact": {"approval": "ask"}}


async def asked(browser: Browser, run: str, count: int = 1) -> str:
    """Id of the action that waits."""
    return str((await browser.event(run, "approval_asked", count))["action_id"])


async def decide(browser: Browser, run: str, action: str, decision: str = "allow", **more: str) -> None:
    await browser.send("decide", run=run, action_id=action, decision=decision, **more)


async def test_the_edit_that_the_user_approved_is_what_runs(open_notebook):
    server, browser, model = await open_notebook([act("print('proposed')"), say("Done.")], **ASK)
    run = await browser.ask()
    action = await asked(browser, run)
    assert browser.sources() == ["x = 1", "print('proposed')"] and browser.texts() == ["", ""]

    await decide(browser, run, action, code="print('edited')")

    await browser.answer(run)
    assert browser.sources() == ["x = 1", "print('edited')"] and browser.texts() == ["", "edited\n"]
    (decided,) = browser.events(run, "action_decided")
    assert (decided["by"], decided["code"]) == ("user", "print('edited')")
    assert "print('edited')" in model.requests[1]["messages"][-1]["content"]
    await until(lambda: server.sources() == ["x = 1", "print('edited')"])


async def test_a_denied_action_never_ran_its_cell_goes_and_the_word_reaches_the_model(open_notebook):
    _, browser, model = await open_notebook([act("open('made', 'w').close()"), say("Done without.")], **ASK)
    run = await browser.ask()
    await decide(browser, run, await asked(browser, run), "deny", note="Use a table in memory.")

    await browser.answer(run)

    assert browser.sources() == ["x = 1"]
    assert not (browser.server.root / "made").exists()
    assert "Use a table in memory." in model.requests[1]["messages"][-1]["content"]


async def test_a_word_that_comes_second_decides_nothing(open_notebook):
    _, browser, _ = await open_notebook([act("print(1)"), say("Done.")], **ASK)
    run = await browser.ask()
    action = await asked(browser, run)
    await decide(browser, run, action)
    await browser.answer(run)

    await decide(browser, run, action, "deny")

    assert "decided already" in (await browser.hears("notice"))["message"]
    assert len(browser.events(run, "action_decided")) == 1


async def test_while_one_waits_the_kernel_is_free_and_a_reload_finds_it_waiting(open_notebook):
    server, browser, _ = await open_notebook([act("print(y)"), say("Done.")], **ASK)
    run = await browser.ask()
    action = await asked(browser, run)
    async with User(server, await server.kernel_id()) as user:
        assert (await user.runs("y = 42"))["content"]["status"] == "ok"
    await browser.save()
    await browser.drop()

    again = await server.browser()
    assert again.heard("welcome")[0]["live"] == [run]
    await decide(again, run, action)

    await again.answer(run)
    assert "42\n" in again.texts()


async def test_allowed_for_this_run_a_class_asks_no_more_and_in_the_next_run_again(open_notebook):
    script = [act("open('one', 'w').close()"), act("open('two', 'w').close()"), say("Done."), act("open('three', 'w').close()"), say("No.")]
    _, browser, _ = await open_notebook(script)
    run = await browser.ask()
    await decide(browser, run, await asked(browser, run), scope="run")
    await browser.answer(run)
    assert [event["by"] for event in browser.events(run, "action_decided")] == ["user", "policy"]

    run = await browser.ask()
    await decide(browser, run, await asked(browser, run), "deny")
    await browser.answer(run)
    assert sorted(path.name for path in browser.server.root.iterdir() if path.is_file() and not path.suffix) == ["one", "two"]


async def test_a_cell_of_the_users_stays_as_it_is_until_its_rewrite_is_allowed(open_notebook):
    rewrite = say('Mended.\n<execute cell="c1">\nx = 2\n</execute>')
    server, browser, _ = await open_notebook([rewrite, say("Left."), rewrite, say("Done.")])

    async def request() -> str:
        run = f"run{len(browser.heard('recorded'))}"
        await browser.send("start_run", run=run, request="mend it", cells=["c1"])
        return run

    run = await request()
    action = await asked(browser, run)
    assert browser.sources() == ["x = 1", "x = 2"] and server.sources() == ["x = 1"]
    await decide(browser, run, action, "deny")
    await browser.answer(run)
    assert browser.sources() == ["x = 1"]

    run = await request()
    await decide(browser, run, await asked(browser, run))
    await browser.answer(run)
    assert browser.sources() == ["x = 2"] and browser.cells()[0]["id"] == "c1"
    assert browser.events(run, "action_started")[0]["cell_id"] == "c1"


async def test_a_protected_cell_asks_even_where_nothing_else_does(open_notebook):
    rewrite = say('Mended.\n<execute cell="c1">\nx = 2\n</execute>')
    server, browser, _ = await open_notebook([rewrite, say("Left.")], codeact={"approval": "auto"})
    with browser.notebook.ydoc.transaction():
        browser.notebook.ycells[0]["metadata"]["tags"] = ["codeact-protected"]
    run = "run1"
    await browser.send("start_run", run=run, request="mend it", cells=["c1"])
    assert (await browser.event(run, "approval_asked"))["effects"] == ["edit_cell", "protected_cell"]
    await decide(browser, run, await asked(browser, run), "deny")
    await browser.answer(run)
    assert browser.sources() == ["x = 1"]


async def test_a_cell_that_was_tagged_expensive_is_not_run_again_by_a_replay(open_notebook, tmp_path: Path):
    script = [act("y = 42"), act("open('count', 'a').write('x')"), act("import time; time.sleep(60)"), say("Done.")]
    server, browser, model = await open_notebook(script, codeact={"approval": "auto"})
    run = await browser.ask()
    await browser.event(run, "action_started", 3)
    with browser.notebook.ydoc.transaction():
        browser.notebook.ycells[2]["metadata"]["tags"] = ["codeact-expensive"]
    await browser.save()
    await browser.drop()
    await server.extension.stop_extension()

    async with serving(tmp_path / "root", {"codeact": {"approval": "auto"}}) as again:
        tab = await again.browser()
        await tab.send("resume_run", run=run, replay=True)
        await tab.answer(run)
    assert (tmp_path / "root" / "count").read_text() == "x"
    told = str(model.requests[-1]["messages"][-1]["content"])
    assert "1 successful action was run again" in told and "1 that would have to ask first was left out" in told


async def test_it_outlives_a_restart_of_the_server(open_notebook, tmp_path: Path):
    server, browser, model = await open_notebook([act("print('at last')"), say("Done.")], **ASK)
    run = await browser.ask()
    action = await asked(browser, run)
    await browser.save()
    await browser.drop()
    await server.extension.stop_extension()

    async with serving(tmp_path / "root", ASK) as again:
        tab = await again.browser()
        await tab.event(run, "resumed")
        await decide(tab, run, action)

        await tab.answer(run)
        assert tab.sources() == ["x = 1", "print('at last')"] and tab.texts() == ["", "at last\n"]
        assert not tab.conflicts
    assert len(model.requests) == 2


async def test_stopped_while_it_waits_nothing_of_it_has_run(open_notebook):
    _, browser, _ = await open_notebook([act("print('never')")], **ASK)
    run = await browser.ask()
    action = await asked(browser, run)
    await browser.send("stop_run", run=run)
    assert (await browser.end(run))["reason"] == "stopped"
    await decide(browser, run, action)
    await browser.hears("notice")
    assert not browser.events(run, "action_started") and "never\n" not in browser.texts()


async def test_what_the_user_makes_while_the_model_thinks_is_not_overwritten_unasked(open_notebook):
    thinking = say("<execute>\nlarge = None\n</execute>", pieces=5, delay=0.5)
    server, browser, _ = await open_notebook([act("mine = large = bytes(20_000_000)"), act("large = mine"), thinking, say("Done.")])
    run = await browser.ask()
    await browser.event(run, "observed", 2)
    async with User(server, await server.kernel_id()) as user:
        await user.runs("large = bytes(30_000_000)")

    action = await asked(browser, run)

    assert browser.events(run, "approval_asked")[0]["effects"] == ["overwrite"]
    assert [event["action_id"] for event in browser.events(run, "action_proposed")].index(action) == 2
    await decide(browser, run, action, "deny")
    await browser.answer(run)
