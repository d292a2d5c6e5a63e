"""What comes after a request: the queue, "continue", branches, resuming what was cut off, and deleting it all."""

from pathlib import Path
from typing import Any

import pytest

from codeact_jupyter.events import RunFinished, UserAsked
from codeact_jupyter.session import attach
from codeact_jupyter.store import Claim, Store
from codeact_jupyter.testing import say
from tests.server.played import act, serving
from tests.server.tab import Browser, until

AUTO = {"codeact": {"approval": "auto"}}


def waiting(browser: Browser) -> list[str]:
    return [request["request"] for request in browser.heard("queued")[-1]["requests"]]


def ends(browser: Browser) -> list[dict[str, Any]]:
    return [message["event"] for message in browser.heard("recorded") if message["event"]["type"] == "run_finished"]


async def put(browser: Browser, run: str, request: str) -> None:
    await browser.send("queue_request", run=run, request=request)


async def cut_off(browser: Browser, count: int = 1) -> str:
    """A run whose server ends after this many observations, in mid-action."""
    run = await browser.ask()
    await browser.event(run, "action_started", count + 1)
    await browser.save()
    await browser.drop()
    await browser.server.extension.stop_extension()
    return run


async def test_queued_requests_are_changed_dropped_and_asked_in_order_once_the_run_has_answered(open_notebook):
    script = [act("import time; time.sleep(1)"), say("One."), say("Two."), say("Three.")]
    _, browser, model = await open_notebook(script)
    run = await browser.ask("first")
    await browser.event(run, "action_started")
    for number, request in (("r2", "second"), ("r3", "unwanted"), ("r4", "third")):
        await put(browser, number, request)
    await put(browser, "r2", "the second")
    await browser.send("drop_queued", run="r3")
    await until(lambda: waiting(browser) == ["the second", "third"])

    assert [await browser.answer(each) for each in (run, "r2", "r4")] == ["One.", "Two.", "Three."]

    asked = [
        request["messages"][-1]["content"].split("Request:\n")[1].splitlines()[0] for request in (model.requests[2], model.requests[3])
    ]
    assert asked == ["the second", "third"] and waiting(browser) == []


async def test_words_that_are_changed_when_their_turn_has_come_are_a_request_of_their_own(open_notebook):
    script = [act("import time; time.sleep(1)"), say("One."), act("import time; time.sleep(1)"), say("Two."), say("Two, changed.")]
    _, browser, model = await open_notebook(script)
    run = await browser.ask("first")
    await browser.event(run, "action_started")
    await put(browser, "r2", "second")
    await browser.event("r2", "user_asked")
    await put(browser, "r2", "second, changed")

    await until(lambda: waiting(browser) == ["second, changed"])
    assert await browser.answer("r2") == "Two."
    await until(lambda: any(end["answer"] == "Two, changed." for end in ends(browser)))
    assert waiting(browser) == [] and "second, changed" in model.requests[4]["messages"][-1]["content"]


async def test_after_any_other_end_they_wait_until_the_user_wants_them(open_notebook):
    _, browser, _ = await open_notebook([act("import time; time.sleep(60)"), say("Two.")])
    run = await browser.ask("first")
    await browser.event(run, "action_started")
    await put(browser, "r2", "second")
    await browser.send("stop_run", run=run)
    assert (await browser.end(run))["reason"] == "stopped"
    assert waiting(browser) == ["second"]

    await browser.send("start_queued", run="r2")

    assert await browser.answer("r2") == "Two."
    assert waiting(browser) == []


async def test_the_queue_outlives_the_server(open_notebook, tmp_path: Path):
    _, browser, _ = await open_notebook([act("1"), act("import time; time.sleep(60)"), say("Two.")])
    run = await browser.ask()
    await browser.event(run, "action_started", 2)
    await put(browser, "r2", "second")
    await until(lambda: waiting(browser) == ["second"])
    await browser.save()
    await browser.drop()
    await browser.server.extension.stop_extension()

    async with serving(tmp_path / "root", {}) as again:
        tab = await again.browser()
        assert waiting(tab) == ["second"]
        await tab.send("start_queued", run="r2")
        assert await tab.answer("r2") == "Two."


async def test_continue_after_the_limit_is_a_run_of_its_own_that_knows_the_steps_of_the_old_one(open_notebook):
    script = [act("x = 'a' * 3000; print(x)"), say("Not done."), act("print(len(x))"), say("3000.")]
    _, browser, model = await open_notebook(script, codeact={"max_steps": 1})
    run = await browser.ask("how long is it?", anchor="c1")
    end = await browser.end(run)
    assert end["reason"] == "limit"

    await browser.send("start_run", run="r2", request="Continue.", continues=run, goes_on=True, settings={"max_steps": 5})

    assert await browser.answer("r2") == "3000."
    assert len(browser.events(run, "run_finished")) == 1 and browser.events(run)[-1]["type"] == "run_finished"
    told = "\n".join(str(message["content"]) for message in model.requests[2]["messages"])
    assert "how long is it?" in told and "a" * 3000 in told and "Continue." in told and "You have 5 steps left." in told
    assert browser.sources() == ["x = 1", "x = 'a' * 3000; print(x)", "print(len(x))"]


async def test_an_edited_message_begins_a_branch_that_knows_nothing_of_what_came_after_it(open_notebook):
    script = [say("One."), say("Two."), say("Two, otherwise."), say("Three.")]
    _, browser, model = await open_notebook(script)
    first = await browser.ask("first")
    await browser.answer(first)
    second = await browser.ask("second")
    await browser.answer(second)

    await browser.send("start_run", run="r3", request="second, otherwise", continues=first)
    assert await browser.answer("r3") == "Two, otherwise."
    await browser.send("start_run", run="r4", request="third", continues=second)
    assert await browser.answer("r4") == "Three."

    def told(request: int) -> str:
        return "\n".join(str(message["content"]) for message in model.requests[request]["messages"])

    assert "One." in told(2) and "Two." not in told(2)
    assert "Two." in told(3) and "otherwise" not in told(3)


async def test_a_run_that_was_cut_off_is_resumed_and_nothing_runs_twice(open_notebook, tmp_path: Path):
    twice = "import time; open('count', 'a').write('x'); time.sleep(60)"
    _, browser, model = await open_notebook([act("y = 6 * 7; print(y)"), act(twice), say("It may have run.")], **AUTO)
    run = await cut_off(browser)

    async with serving(tmp_path / "root", AUTO) as again:
        tab = await again.browser()
        assert tab.heard("welcome")[0]["live"] == []
        await tab.send("resume_run", run=run)
        assert await tab.answer(run) == "It may have run."
        assert [event["status"] for event in tab.events(run, "observed")] == ["ok", "interrupted", "died"]
        assert tab.sources() == ["x = 1", "y = 6 * 7; print(y)", twice]
        assert not tab.conflicts
        await until(lambda: again.sources() == tab.sources())
    assert (tmp_path / "root" / "count").read_text() == "x"
    assert "variables of before are lost" in model.requests[2]["messages"][-1]["content"]


async def test_a_request_that_was_cut_off_before_it_was_recorded_is_begun_when_it_comes_again(open_notebook):
    server, browser, _ = await open_notebook([say("Done.")])
    store = server.extension.store
    assert store.begin("r1", store.conversation(server.room().desk.key)), "and the server ends"

    assert await browser.answer(await browser.ask(run="r1")) == "Done."


async def test_a_run_that_another_process_brings_to_its_end_at_that_moment_is_not_resumed(open_notebook):
    server, browser, _ = await open_notebook([say("Never.")])
    store, session = server.extension.store, server.room().session
    store.begin("r1", session.conversation)
    store.append("r1", UserAsked(text="?", conversation=session.conversation, model="scripted"))

    class Late(Store):
        """Somebody lets go of the run when it has come to its end."""

        def claim(self, run: str) -> Claim | None:
            self.append(run, RunFinished(reason="answered", answer="42"))
            return super().claim(run)

    session.store = Late(store.path)
    await browser.send("resume_run", run="r1")
    assert "has come to its end" in (await browser.hears("notice"))["message"]
    assert [recorded.event.type for recorded in store.events("r1")] == ["user_asked", "run_finished"]
    assert not store.alive("r1") and session.live is None
    session.store.close()
    session.store = store


async def test_a_run_whose_notebook_cannot_be_had_is_not_resumed_and_that_is_said(open_notebook, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(attach, "READY_SECONDS", 0.2)
    _, browser, _ = await open_notebook([act("1"), act("import time; time.sleep(60)"), say("Done.")])
    run = await cut_off(browser)

    async with serving(tmp_path / "root", {}) as again:
        tab = Browser(again, "a.ipynb")
        await tab.load()
        await tab.connect(sync=False)
        await tab.send("resume_run", run=run)
        assert "broke off (The browser did not send the notebook." in (await tab.hears("notice"))["message"]
        assert not again.extension.store.alive(run)


async def test_resumed_with_replay_its_variables_are_there_again(open_notebook, tmp_path: Path):
    script = [act("y = 6 * 7; print(y)"), act("import time; time.sleep(60)"), act("print(y + 1)"), say("43.")]
    _, browser, model = await open_notebook(script, **AUTO)
    run = await cut_off(browser)

    async with serving(tmp_path / "root", AUTO) as again:
        tab = await again.browser()
        await tab.send("resume_run", run=run, replay=True)
        assert await tab.answer(run) == "43."
        assert tab.texts()[-1] == "43\n" and tab.texts()[1] == "42\n"
    assert "1 successful action was run again" in model.requests[2]["messages"][-1]["content"]


async def test_a_conversation_is_deleted_with_all_that_was_recorded_and_its_cells_stay(open_notebook):
    server, browser, _ = await open_notebook([act("print('kept')"), say("Gone.")])
    run = await browser.ask("a secret")
    await browser.answer(run)

    await browser.send("delete_conversation")

    welcome = await browser.hears("welcome", count=2)
    assert welcome["conversation"] != browser.heard("welcome")[0]["conversation"]
    store = server.extension.store
    assert store.events(run) == [] and store.journalled(run) == [] and store.recent(10) == []
    assert browser.sources() == ["x = 1", "print('kept')"]


async def test_what_came_to_its_end_cannot_be_resumed(open_notebook):
    _, browser, _ = await open_notebook([say("Done.")])
    run = await browser.ask()
    await browser.answer(run)
    await browser.send("resume_run", run=run)
    assert "come to its end" in (await browser.hears("notice"))["message"]
    assert browser.events(run)[-1]["type"] == "run_finished"


async def test_a_run_of_an_earlier_conversation_brings_that_back_when_it_is_resumed(open_notebook, tmp_path: Path):
    _, browser, model = await open_notebook(
        [say("One."), act("import time; time.sleep(60)"), say("New."), say("Two."), say("Three.")], **AUTO
    )
    first = await browser.ask("first")
    await browser.answer(first)
    run = await browser.ask("second")
    await browser.event(run, "action_started")
    await browser.save()
    await browser.drop()
    await browser.server.extension.stop_extension()

    async with serving(tmp_path / "root", AUTO) as again:
        tab = await again.browser()
        earlier = tab.heard("welcome")[0]["conversation"]
        await tab.send("new_conversation")
        await tab.hears("welcome", count=2)
        between = await tab.ask("in between")
        assert await tab.answer(between) == "New."
        await tab.drop()
        page = await again.browser()
        assert page.heard("recorded", run=run) == []

        await page.send("resume_run", run=run)

        assert await page.answer(run) == "Two."
        assert [welcome["conversation"] for welcome in page.heard("welcome")][1:] == [earlier]
        assert page.events(first)[-1]["answer"] == "One." and page.events(run)[0]["type"] == "user_asked"
        assert await page.answer(await page.ask("third")) == "Three."
    told = "\n".join(str(message["content"]) for message in model.requests[-1]["messages"])
    assert "One." in told and "Two." in told and "New." not in told


async def test_while_a_run_goes_on_no_earlier_conversation_comes_back(open_notebook):
    server, browser, _ = await open_notebook([act("while True: pass")])
    store, path = server.extension.store, server.room().desk.key
    now = store.conversation(path)
    store.begin("lost", now)
    store.append("lost", UserAsked(text="lost", conversation=now))
    store.new_conversation(path)
    here = store.conversation(path)
    run = await browser.ask()
    await browser.event(run, "action_started")

    await browser.send("resume_run", run="lost")

    assert "A run goes on" in (await browser.hears("notice"))["message"]
    assert store.conversation(path) == here
    await browser.send("stop_run", run=run)
    await browser.end(run)


async def test_a_module_is_installed_in_the_branch_that_is_shown(open_notebook, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    server, browser, _ = await open_notebook([say("One."), say("Two.")])
    first = await browser.ask("first")
    await browser.answer(first)
    await browser.answer(await browser.ask("second"))

    await browser.send("install_module", run="i2", module="nosuchthing", continues=first)
    await browser.end("i2")

    assert browser.events("i2")[0]["continues"] == first
    assert server.extension.store.lineage(server.room().session.conversation, "i2") == [first, "i2"]
