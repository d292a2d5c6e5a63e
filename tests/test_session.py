"""The main job whole: a session with a real kernel, a real notebook file, and a scripted model behind real HTTP."""

import asyncio
import json
import resource
from collections.abc import Awaitable, Callable

import pytest

from codeact_jupyter.errors import Busy
from codeact_jupyter.loop import CHANGED
from codeact_jupyter.session.session import Request
from codeact_jupyter.testing import Messages, ScriptedServer, notebook, say, types
from tests.notebook.mounts import Browser
from tests.scenes import ACTION, Outcome, Scene, act, acts

# From instruction to answer


async def test_a_failing_action_is_repaired_and_the_events_tell_all_of_it(scene: Scene) -> None:
    outcome = await scene.work([acts("total = 1 + 'x'"), acts("total = 1 + 1\ntotal"), say("It is 2.")])
    assert types(outcome.events) == ["user_asked", *ACTION, *ACTION, "model_replied", "run_finished"]
    assert (outcome.end.reason, outcome.end.answer) == ("answered", "It is 2.")
    assert [status for status, _ in outcome.observed()] == ["error", "ok"]
    first, second = scene.cells()
    assert first.outputs[0].ename == "TypeError"
    assert second.outputs[0].data["text/plain"] == "2"
    fold = "TypeError: unsupported operand type(s) for +: 'int' and 'str'"
    assert first.metadata.codeact == {"run": "run1", "step": 1, "attempt": 1, "model": "m", "fold": fold}
    assert second.metadata.codeact == {"run": "run1", "step": 2, "attempt": 2, "model": "m"}


async def test_a_request_holds_nothing_but_model_messages_and_streaming(scene: Scene) -> None:
    outcome = await scene.work([acts("1"), say("One.")])
    assert len(outcome.model.requests) == 2
    for request in outcome.model.requests:
        assert set(request) == {"model", "messages", "stream", "stream_options"}


async def test_the_last_message_is_the_observation_with_its_count_down(scene: Scene) -> None:
    outcome = await scene.work([acts("print(7)"), acts("print(8)"), say("Eight.")], max_steps=3)
    roles = [message["role"] for message in outcome.model.requests[2]["messages"]]
    assert roles == ["system", "user", "assistant", "user", "assistant", "user"]
    assert outcome.said(0).endswith("Request:\ndo it\n\nYou have 3 steps left.")
    first, second = (cell.id[:8] for cell in scene.cells())
    assert outcome.said(1) == f"Observation:\n7\n\n(Cell {first}.) You have 2 steps left."
    assert outcome.said(2) == f"Observation:\n8\n\n(Cell {second}.) You have 1 step left: answer now with what you have seen."


async def test_the_prefix_of_a_request_is_the_request_before(scene: Scene) -> None:
    outcome = await scene.work([acts("print(7)"), acts("print(8)"), say("Eight.")])
    first, second, third = (request["messages"] for request in outcome.model.requests)
    assert second[: len(first)] == first
    assert third[: len(second)] == second


async def test_the_first_request_tells_of_notebook_kernel_and_files(scene: Scene) -> None:
    scene.put("answer = 42")
    (scene.path.parent / "sales.csv").write_text("month;amount\nJan;3\nFeb;4\n")
    await scene.work([acts("import os\nframe_of_mind = [1, 2, 3]"), say("Done.")])
    outcome = await scene.work([say("Done.")], "and now?")
    said = outcome.said(0)
    assert "answer = 42" in said
    assert "frame_of_mind" in said
    assert '"sales.csv"' in said
    assert '["month", "amount"]' in said


async def test_code_that_does_not_parse_runs_and_its_syntax_error_is_observed(scene: Scene) -> None:
    outcome = await scene.work([acts("print('a'"), say("It does not parse.")])
    assert types(outcome.events) == ["user_asked", *ACTION, "model_replied", "run_finished"]
    assert "SyntaxError" in outcome.said(1)
    assert scene.cells()[0].outputs[0].ename == "SyntaxError"


async def test_at_the_limit_the_best_answer_is_asked_for_and_nothing_of_it_runs(scene: Scene) -> None:
    outcome = await scene.work([acts("1"), acts("2"), say("Best so far: 2.")], max_steps=2)
    assert types(outcome.events) == ["user_asked", *ACTION, *ACTION, "model_replied", "run_finished"]
    assert (outcome.end.reason, outcome.end.answer) == ("limit", "Best so far: 2.")
    assert "No steps are left." in outcome.said(2)


async def test_code_in_the_last_words_does_not_run(scene: Scene) -> None:
    outcome = await scene.work([acts("1"), acts("open('made', 'w')")], max_steps=1)
    assert (outcome.end.reason, outcome.end.answer) == ("limit", None)
    assert not (scene.path.parent / "made").exists()
    assert scene.sources() == ["1"]


async def test_the_same_failure_is_pointed_out_and_the_fourth_time_ends_the_run(scene: Scene) -> None:
    outcome = await scene.work([acts(f"# try {number}\n1 / 0") for number in range(5)])
    assert outcome.end.reason == "stuck"
    assert len(outcome.model.requests) == 4
    assert "failed 2 times in the same way" in outcome.said(2)
    assert [cell.metadata.codeact.attempt for cell in scene.cells()] == [1, 2, 3, 4]


# While an action runs


async def test_a_long_action_is_waited_for(scene: Scene) -> None:
    outcome = await scene.work(
        [acts("import time\nprint('begun', flush=True)\ntime.sleep(2)\nprint('over')"), say('<wait seconds="60"/>'), say("Over.")],
        timeout=0.5,
    )
    assert [status for status, _ in outcome.observed()] == ["running", "ok"]
    assert "begun" in outcome.said(1)
    assert "[still running]" in outcome.said(1)
    assert "over" in outcome.said(2)
    assert len(scene.cells()) == 1


async def test_a_long_action_is_interrupted_when_the_model_says_so(scene: Scene) -> None:
    outcome = await scene.work([acts("while True: pass"), say("<interrupt/>"), acts("'alive'"), say("Fine.")], timeout=0.5)
    assert [status for status, _ in outcome.observed()] == ["running", "interrupted", "ok"]
    assert "'alive'" in outcome.said(3)


async def test_an_answer_interrupts_what_still_runs(scene: Scene) -> None:
    outcome = await scene.work([acts("while True: pass"), say("Never mind.")], timeout=0.5)
    assert outcome.end.reason == "answered"
    assert [status for status, _ in outcome.observed()] == ["running", "interrupted"]
    assert scene.cells()[0].outputs[0].ename == "KeyboardInterrupt"


async def test_code_sent_while_an_action_runs_does_not_run(scene: Scene) -> None:
    outcome = await scene.work([acts("while True: pass"), acts("open('made', 'w')"), say("<interrupt/>"), say("Done.")], timeout=0.5)
    assert [status for status, _ in outcome.observed()] == ["running", "running", "interrupted"]
    assert not (scene.path.parent / "made").exists()
    assert scene.sources() == ["while True: pass"]


async def test_what_swallows_the_interrupt_is_ended_by_a_restart_and_the_model_is_told(scene: Scene) -> None:
    swallows = "import time\nwhile True:\n    try:\n        time.sleep(1)\n    except BaseException:\n        pass"
    outcome = await scene.work([acts("x = 1"), acts(swallows), say("<interrupt/>"), acts("x"), say("Lost.")], timeout=0.5)
    assert "ll variables are lost" in outcome.said(3)
    assert "NameError" in outcome.said(4)


@pytest.mark.parametrize("ends", ["import os; os._exit(1)", "exit()", "quit()"])
async def test_a_kernel_that_ends_runs_again_before_the_next_action_and_the_model_is_told(scene: Scene, ends: str) -> None:
    outcome = await scene.work([acts("x = 1"), acts(ends), acts("x"), say("Gone.")], approval="auto")
    assert "ll variables are lost" in outcome.said(2)
    assert "NameError" in outcome.said(3)
    assert outcome.end.reason == "answered"


async def test_words_during_a_run_stand_in_the_next_observation(scene: Scene) -> None:
    def reply(messages: Messages) -> str:
        assert scene.session.steer(scene.run, "in kilometres, please")
        return act("print(7)")

    outcome = await scene.work([reply, say("Seven km.")])
    assert types(outcome.events) == ["user_asked", "steered", *ACTION, "model_replied", "run_finished"]
    (cell,) = scene.cells()
    assert (
        outcome.said(1) == f"Observation:\n7\n\nThe user says now: in kilometres, please\n\n(Cell {cell.id[:8]}.) You have 29 steps left."
    )


async def test_words_during_the_answer_are_answered_too(scene: Scene) -> None:
    def reply(messages: Messages) -> str:
        scene.session.steer(scene.run, "in kilometres, please")
        return "Seven."

    outcome = await scene.work([reply, say("Seven km.")])
    assert outcome.end.answer == "Seven km."
    assert "in kilometres, please" in outcome.said(1)


async def test_one_run_at_a_time(scene: Scene) -> None:
    async def second() -> None:
        with pytest.raises(Busy):
            scene.session.start(Request("another", "do it too"))
        assert scene.session.start(Request(scene.run, "do it")) is None  # the message came twice

    await _during(scene, second)
    assert scene.store.events("another") == []


async def _during(scene: Scene, then: Callable[[], Awaitable[None]]) -> Outcome:
    """A run whose model is silent for a moment, and what is done in it."""
    async with ScriptedServer([say("Done.", delay=0.3, pieces=2)]) as model:
        working = asyncio.create_task(scene.work_with(model))
        while not model.requests:
            await asyncio.sleep(0.02)
        await then()
        return await working


async def test_stop_ends_the_run_and_the_next_one_works(scene: Scene) -> None:
    outcome = await _during(scene, lambda: scene.session.stop(scene.run))
    assert types(outcome.events) == ["user_asked", "run_finished"]
    assert outcome.end.reason == "stopped"
    assert scene.session.live is None
    assert (await scene.work([say("Again.")])).end.answer == "Again."


async def test_stop_ends_our_code_and_keeps_what_it_printed(scene: Scene) -> None:
    async with ScriptedServer([acts("print('begun', flush=True)\nwhile True: pass")]) as model:
        working = asyncio.create_task(scene.work_with(model))
        while ("running", "") not in scene.heard.done:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)
        began = asyncio.get_running_loop().time()
        await scene.session.stop(scene.run)
        assert asyncio.get_running_loop().time() - began < 3
        outcome = await working
    assert types(outcome.events) == ["user_asked", *ACTION, "run_finished"]
    assert outcome.observed()[0][0] == "interrupted"
    assert scene.cells()[0].outputs[0].text == "begun\n"


# What the user does meanwhile


async def test_the_users_edit_of_a_cell_that_streams_in_is_what_runs(scene: Scene) -> None:
    browser = Browser(notebook())
    await scene.desk.open()
    scene.desk.document.attach(browser.open())
    action = say(act("answer = 6 * 7\nprint(answer)"), delay=0.1, pieces=4)
    async with ScriptedServer([action, say("Done.")]) as model:
        working = asyncio.create_task(scene.work_with(model))
        while not (browser.notebook.cell_number and "answer = " in str(browser.notebook.ycells[-1]["source"])):
            await asyncio.sleep(0.02)
        source = browser.notebook.ycells[-1]["source"]
        source.insert(0, "print('by hand')\n")
        browser.send()
        outcome = await working
    (decided,) = [event for event in outcome.events if event.type == "action_decided"]
    edited = "print('by hand')\nanswer = 6 * 7\nprint(answer)"
    assert (decided.by, decided.decision, decided.code) == ("user", "allow", edited)
    ((status, text),) = outcome.observed()
    assert status == "ok" and text.startswith(CHANGED) and text.endswith("by hand\n42")
    assert scene.sources() == [edited]


async def test_what_somebody_else_writes_into_the_file_between_steps_stays(scene: Scene) -> None:
    scene.put("mine = 1")

    def edits(messages: Messages) -> str:
        content = json.loads(scene.path.read_text())
        content["cells"][0]["source"] = "mine = 'changed'"
        content["cells"].append({"cell_type": "markdown", "id": "note", "metadata": {}, "source": "a note"})
        scene.path.write_text(json.dumps(content))
        return act("b = 2")

    await scene.work([acts("a = 1"), edits, say("Done.")])
    assert sorted(scene.sources()) == sorted(["mine = 'changed'", "a = 1", "b = 2", "a note"])
    assert scene.sources()[:3] == ["mine = 'changed'", "a = 1", "b = 2"]


async def test_a_read_only_notebook_ends_the_run_with_plain_words(scene: Scene) -> None:
    scene.put("a = 1")
    before = scene.path.read_bytes()
    scene.path.chmod(0o444)
    outcome = await scene.work([acts("b = 2"), say("Done.")])
    assert outcome.end.reason == "failed"
    assert "read-only" in outcome.end.message
    assert scene.path.read_bytes() == before


async def test_a_full_disk_ends_the_run_with_plain_words_and_a_valid_notebook(scene: Scene) -> None:
    scene.put(f"# {'x' * 3_000_000}")
    before = scene.path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fills(messages: Messages) -> str:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
        return act("b = 2")

    try:
        outcome = await scene.work([fills, say("Done.")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert outcome.end.reason == "failed"
    assert "disk is full" in outcome.end.message
    assert scene.path.read_bytes() == before
