"""Runs over the socket: each starts once, is steered, stopped and told whole, and leaves the user's cells alone."""

import asyncio
import time

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

from codeact_jupyter.testing import say, types
from tests.server.played import User, act
from tests.server.tab import until


async def test_an_instruction_becomes_cells_that_ran_in_the_notebooks_kernel_and_an_answer(open_notebook):
    server, browser, model = await open_notebook([act("print(6 * 7)"), say("It is 42.")])

    run = await browser.ask("what is it?", anchor="c1")

    assert await browser.answer(run) == "It is 42."
    assert browser.sources() == ["x = 1", "print(6 * 7)"]
    assert browser.texts() == ["", "42\n"]
    await until(lambda: server.sources() == ["x = 1", "print(6 * 7)"])
    assert not browser.conflicts
    assert model.others == []


async def test_a_run_that_is_asked_for_twice_starts_once_and_a_second_one_is_given_back(open_notebook):
    _, browser, model = await open_notebook([say("Slow.", delay=0.3, pieces=2), say("Again.")])

    run = await browser.ask("one")
    await browser.ask("one", run=run)
    other = await browser.ask("two")

    refusal = await browser.hears("refused")
    assert refusal["run"] == other
    assert "Stop it, or send your words to it" in refusal["message"]
    assert await browser.answer(run) == "Slow."
    await browser.ask("one", run=run)
    assert await browser.answer(await browser.ask("three")) == "Again."
    assert len(browser.heard("recorded", run=run)) == 3
    assert len(model.requests) == 2


async def test_words_in_mid_run_reach_the_model_with_the_next_observation(open_notebook):
    _, browser, model = await open_notebook([act("import time; time.sleep(1)"), say("Done, in blue.")])

    run = await browser.ask()
    await browser.event(run, "action_started")
    await browser.send("steer", run=run, text="make it blue")
    await browser.answer(run)

    assert "make it blue" in str(model.requests[1]["messages"][-1]["content"])
    await browser.send("steer", run=run, text="too late")
    assert "over" in (await browser.hears("refused", run=run))["message"]


async def test_stop_ends_an_endless_loop_at_once(open_notebook):
    server, browser, _ = await open_notebook([act("while True: pass")])
    run = await browser.ask()
    await browser.hears("doing", what="running")

    began = time.monotonic()
    await browser.send("stop_run", run=run)
    end = await browser.end(run)

    assert end["reason"] == "stopped"
    assert time.monotonic() - began < 3, "1 s on a machine that is not busy"
    async with User(server, await server.kernel_id()) as user:
        assert await user.says("1 + 1") == "2"
    assert browser.texts()[-1].startswith("KeyboardInterrupt")
    assert browser.cells()[-1]["execution_count"] is not None


RELUCTANT = """
import time
try:
    time.sleep(60)
finally:
    time.sleep(1)
"""


async def test_stop_pressed_again_does_not_break_off_what_the_first_one_tidies_up(open_notebook):
    _, browser, _ = await open_notebook([act(RELUCTANT)])
    run = await browser.ask()
    await browser.hears("doing", what="running")
    await browser.send("stop_run", run=run)
    await browser.hears("doing", what="interrupting")
    await browser.send("stop_run", run=run)

    assert (await browser.end(run))["reason"] == "stopped"
    assert browser.events(run, "observed")[0]["status"] == "interrupted"


async def test_stop_before_the_model_has_answered_closes_its_connection(open_notebook):
    _, browser, model = await open_notebook([say("word " * 200, delay=0.1)])
    run = await browser.ask()
    await browser.hears("typing")

    await browser.send("stop_run", run=run)

    assert (await browser.end(run))["reason"] == "stopped"
    await asyncio.wait_for(model.seen[-1].left.wait(), 5)


async def test_stop_while_the_users_cell_runs_first_leaves_it_alone_and_ours_never_runs(open_notebook):
    server, browser, _ = await open_notebook([act("mine = 'ran'")])
    async with User(server, await server.start_kernel()) as user:
        theirs = user.runs("import time; time.sleep(3); theirs = 'whole'")
        run = await browser.ask()
        await browser.hears("doing", what="waiting_for_cell")
        await browser.send("stop_run", run=run)

        assert (await browser.end(run))["reason"] == "stopped"
        assert not theirs.done()
        assert (await theirs)["content"]["status"] == "ok"
        assert await user.says("theirs") == "'whole'"
        assert await user.says("mine") == "NameError"


async def test_a_users_cell_sent_during_an_action_runs_before_the_next_and_one_that_fails_loses_nothing(open_notebook):
    first, second = "import time; order = ['ours']; time.sleep(1)", "order.append('ours again'); print(order)"
    server, browser, _ = await open_notebook([act(first), act(second), say("Done.")])
    async with User(server, await server.start_kernel()) as user:
        run = await browser.ask()
        await browser.hears("doing", what="running")
        user.runs("import time; order.append('theirs'); time.sleep(1)")
        failing = user.runs("order.append('failed'); 1/0")

        assert await browser.answer(run) == "Done."
        assert (await failing)["content"]["ename"] == "ZeroDivisionError"
        assert await user.says("order") == "['ours', 'theirs', 'failed', 'ours again']"
    assert browser.heard("doing", what="waiting_for_cell")
    assert [event["status"] for event in browser.events(run, "observed")] == ["ok", "ok"]


async def test_a_browser_that_comes_back_hears_what_it_missed_once_and_in_order(open_notebook):
    server, browser, _ = await open_notebook([act("import time; time.sleep(1.5)"), act("2"), say("The end is near. " * 60, delay=0.05)])
    run = await browser.ask()
    await browser.event(run, "action_started")
    await browser.drop()
    known = len(browser.events(run))
    await until(lambda: server.room().session.typed.startswith("The end"))
    browser.messages.clear()
    await browser.connect()

    assert browser.heard("welcome")[0]["live"] == [run]
    assert browser.heard("recorded")[0]["seq"] == known + 1
    assert browser.heard("typing")[0]["text"].startswith("The end")
    await browser.answer(run)
    recorded = [each.event for each in server.extension.store.events(run)]
    assert types(recorded)[known:] == [event["type"] for event in browser.events(run)]

    late = await server.browser()
    assert [message["seq"] for message in late.heard("recorded")] == list(range(1, len(recorded) + 1))


class Gated(AsyncLargeFileManager):
    """A disk that takes its time."""

    gate = asyncio.Event()
    asked = False

    async def get(self, path, content=True, **how):
        if not content:
            type(self).asked = True
            await self.gate.wait()
        return await super().get(path, content, **how)


async def test_what_happens_while_a_browser_comes_back_is_neither_lost_nor_out_of_order(open_notebook):
    Gated.gate.set()
    script = [act("import time; time.sleep(60)")]
    server, browser, _ = await open_notebook(script, ServerApp={"contents_manager_class": Gated})
    run = await browser.ask()
    await browser.event(run, "action_started")
    await browser.drop()
    Gated.gate.clear()
    Gated.asked = False
    coming = asyncio.create_task(browser.connect())
    await until(lambda: Gated.asked)
    assert server.room().session.steer(run, "while it comes")
    Gated.gate.set()
    await coming

    assert (await browser.event(run, "steered"))["text"] == "while it comes"
    await browser.send("stop_run", run=run)
    await browser.end(run)
    assert [message["seq"] for message in browser.heard("recorded")] == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_a_late_browser_knows_what_a_run_waits_for(open_notebook):
    _, browser, _ = await open_notebook([act("import time; time.sleep(60)")])
    run = await browser.ask()
    await browser.hears("doing", what="running")
    await browser.send("steer", run=run, text="hurry")
    await browser.event(run, "steered")
    await browser.drop()
    browser.messages.clear()
    await browser.connect()

    assert (await browser.hears("doing"))["what"] == "running"
    await browser.send("stop_run", run=run)
    await browser.end(run)


async def test_a_reply_that_streams_fast_is_told_in_few_messages_and_whole(open_notebook):
    text = "word " * 2_000
    _, browser, _ = await open_notebook([say(text, pieces=5)])

    run = await browser.ask()
    await browser.answer(run)

    typed = [message["text"] for message in browser.heard("typing")]
    assert sum(map(len, typed)) < 100 * len(text)
    assert browser.events(run, "model_replied")[0]["text"] == text
    positions = [index for index, message in enumerate(browser.messages) if message["type"] == "typing"]
    replied = next(index for index, message in enumerate(browser.messages) if message.get("event", {}).get("type") == "model_replied")
    assert max(positions) < replied, "text that was typed came after the reply that replaces it"


async def test_a_new_conversation_begins_only_between_runs(open_notebook):
    _, browser, model = await open_notebook([say("First.", delay=0.2, pieces=2), say("Second.")])
    old = browser.heard("welcome")[0]["conversation"]
    run = await browser.ask("one")
    await browser.send("new_conversation")
    assert "Stop it" in (await browser.hears("notice"))["message"]
    await browser.answer(run)

    await browser.send("new_conversation")

    assert (await browser.hears("welcome", count=2))["conversation"] != old
    await browser.answer(await browser.ask("two"))
    assert "First." not in str(model.requests[1])
