"""What holds in whatever format the model acts: real kernel, real notebook, and a scripted model that writes or calls."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from codeact_jupyter.loop import CHANGED
from codeact_jupyter.testing import Call, Item, Messages, Say, ScriptedServer, call, fault, notebook, say, say_call, types
from tests.notebook.mounts import Browser
from tests.scenes import ACTION, Scene, act

Acts = Callable[..., Say]


def written(source: str, **how: Any) -> Say:
    return say(act(source), **how)


def called(source: str, **how: Any) -> Say:
    return say_call(source, "A step.", **how)


@pytest.fixture(params=["code", "tool"])
def form(request: pytest.FixtureRequest) -> tuple[str, Acts]:
    return request.param, called if request.param == "tool" else written


async def test_a_failing_action_is_repaired_and_answered_from(scene: Scene, form: tuple[str, Acts]) -> None:
    name, acts = form
    outcome = await scene.work([acts("total = 1 + 'x'"), acts("total = 1 + 1\ntotal"), say("It is 2.")], format=name)
    assert types(outcome.events) == ["user_asked", *ACTION, *ACTION, "model_replied", "run_finished"]
    assert (outcome.end.reason, outcome.end.answer) == ("answered", "It is 2.")
    assert [status for status, _ in outcome.observed()] == ["error", "ok"]
    assert outcome.said(2).endswith("You have 28 steps left.")
    assert scene.sources()[-1] == "total = 1 + 1\ntotal"


async def test_each_request_begins_with_the_bytes_of_the_last_one(scene: Scene, form: tuple[str, Acts]) -> None:
    name, acts = form
    script = [acts("print(7)"), acts("print(8)"), say(""), acts("1/0"), say("Eight.")]
    outcome = await scene.work([script[0], script[1], acts(""), script[3], script[4]], format=name)
    sent = [json.dumps(request["messages"])[:-1] for request in outcome.model.requests]
    assert len(sent) == 5
    assert all(later.startswith(before) for before, later in zip(sent, sent[1:], strict=False))


async def test_a_follow_up_may_be_asked_in_the_other_format(scene: Scene, form: tuple[str, Acts]) -> None:
    name, acts = form
    other, others = ("code", written) if name == "tool" else ("tool", called)
    await scene.work([acts("a = 41"), acts("a + 1"), say("42.")], format=name)
    outcome = await scene.work([others("a + 2"), say("43.")], "and one more?", format=other)
    assert outcome.end.answer == "43."
    told = json.dumps(outcome.model.requests[0]["messages"])
    assert "a = 41" in told
    assert "42" in told
    assert outcome.events[0].format == other


async def test_a_long_action_is_waited_for_and_then_interrupted(scene: Scene, form: tuple[str, Acts]) -> None:
    name, acts = form
    waits, stops = say('<wait seconds="1"/>'), say("<interrupt/>")
    if name == "tool":
        waits, stops = say("", calls=[call("wait", seconds=1)]), say("", calls=[call("interrupt")])
    outcome = await scene.work([acts("while True: pass"), waits, stops, acts("'alive'"), say("Fine.")], timeout=0.5, format=name)
    assert [status for status, _ in outcome.observed()] == ["running", "running", "interrupted", "ok"]
    assert ("<interrupt/>" if name == "code" else "Call wait to go on waiting, interrupt to end it") in outcome.said(1)


async def test_an_answer_interrupts_what_still_runs(scene: Scene, form: tuple[str, Acts]) -> None:
    name, acts = form
    outcome = await scene.work([acts("while True: pass"), say("Never mind.")], timeout=0.5, format=name)
    assert outcome.end.reason == "answered"
    assert [status for status, _ in outcome.observed()] == ["running", "interrupted"]
    follow_up = await scene.work([say("Indeed.")], "why?", format=name)
    assert follow_up.end.answer == "Indeed."


async def test_words_during_a_run_stand_in_the_next_observation(scene: Scene, form: tuple[str, Acts]) -> None:
    name, acts = form

    def reply(messages: Messages) -> Say:
        assert scene.session.steer(scene.run, "in kilometres, please")
        return acts("print(7)")

    outcome = await scene.work([reply, say("Seven km.")], format=name)
    assert "7\n\nThe user says now: in kilometres, please\n\n(Cell " in outcome.said(1)
    assert outcome.said(1).endswith("You have 29 steps left.")


async def test_stop_in_mid_action_leaves_no_half_of_a_cell(scene: Scene, form: tuple[str, Acts]) -> None:
    name, acts = form
    async with ScriptedServer([acts("x = 1\n" * 50, delay=0.05, pieces=8)]) as model:
        working = asyncio.create_task(scene.work_with(model, format=name))
        while not any("x = 1" in source for source in (str(cell["source"]) for cell in scene.desk.document.cells())):
            await asyncio.sleep(0.02)
        await scene.session.stop(scene.run)
        outcome = await working
    assert outcome.end.reason == "stopped"
    assert types(outcome.events) == ["user_asked", "run_finished"]
    assert scene.sources() == []
    await asyncio.wait_for(model.seen[0].left.wait(), 5)


@pytest.mark.parametrize("kind", ["drop", "malformed", "cut"])
async def test_the_half_of_a_broken_stream_never_runs(scene: Scene, form: tuple[str, Acts], kind: str) -> None:
    name, acts = form
    if name == "tool":
        half = fault(kind, after=6, call="execute", text="{\"code\": \"a = 1 \\nopen( 'made', 'w') \\nb = 2\"}")
    else:
        half = fault(kind, after=6, text="<execute>\na = 1 \nopen( 'made', 'w') \nb = 2 </execute>")
    outcome = await scene.work([half, acts("print('whole')"), say("Done.")], format=name)
    assert outcome.end.answer == "Done."
    assert scene.sources() == ["print('whole')"]
    assert not (scene.path.parent / "made").exists()


async def test_an_action_that_the_length_limit_cut_does_not_run_and_the_model_is_told(scene: Scene, form: tuple[str, Acts]) -> None:
    name, acts = form
    if name == "tool":
        cut = say("", calls=[Call("execute", "{\"code\": \"open('made', 'w')\\nprint(1")], finish="length")
    else:
        cut = say("<execute>\nopen('made', 'w')\nprint(1", finish="length")
    outcome = await scene.work([cut, acts("print(2)"), say("Done.")], format=name)
    assert outcome.observed()[0][0] == "unparsed"
    assert "length limit" in outcome.said(1)
    assert scene.sources() == ["print(2)"]
    assert not (scene.path.parent / "made").exists()


async def test_at_the_limit_nothing_of_the_last_words_runs(scene: Scene, form: tuple[str, Acts]) -> None:
    name, acts = form
    outcome = await scene.work([acts("1"), acts("open('made', 'w')")], max_steps=1, format=name)
    assert (outcome.end.reason, outcome.end.answer) == ("limit", None)
    assert scene.sources() == ["1"]
    follow_up = await scene.work([say("Yes.")], "go on", format=name)
    assert follow_up.end.answer == "Yes."


async def test_the_users_edit_of_a_cell_that_streams_in_is_what_runs(scene: Scene, form: tuple[str, Acts]) -> None:
    name, acts = form
    browser = Browser(notebook())
    await scene.desk.open()
    scene.desk.document.attach(browser.open())
    async with ScriptedServer([acts("answer = 6 * 7\nprint(answer)", delay=0.1, pieces=4), say("Done.")]) as model:
        working = asyncio.create_task(scene.work_with(model, format=name))
        while not (browser.notebook.cell_number and "answer = " in str(browser.notebook.ycells[-1]["source"])):
            await asyncio.sleep(0.02)
        source = browser.notebook.ycells[-1]["source"]
        source.insert(0, "print('by hand')\n")
        browser.send()
        outcome = await working
    ((status, text),) = outcome.observed()
    assert status == "ok" and text.startswith(CHANGED) and text.endswith("by hand\n42")
    assert scene.sources() == ["print('by hand')\nanswer = 6 * 7\nprint(answer)"]


# Calls


async def test_tools_are_offered_and_the_reply_is_recorded_as_it_was_called(scene: Scene) -> None:
    outcome = await scene.work([called("print(7)"), say("Seven.")], format="tool")
    assert [tool["function"]["name"] for tool in outcome.model.requests[0]["tools"]] == ["execute", "wait", "interrupt"]
    assert set(outcome.model.requests[0]) == {"model", "messages", "stream", "stream_options", "tools"}
    replied = outcome.events[1]
    assert (replied.text, [json.loads(made)["arguments"] for made in replied.calls]) == ("A step.", ['{"code": "print(7)"}'])
    assert (replied.usage.prompt, replied.usage.estimated) == (100, False)
    roles = [message["role"] for message in outcome.model.requests[1]["messages"]]
    assert roles == ["system", "user", "assistant", "tool"]


async def test_of_parallel_calls_only_the_first_runs_and_the_others_are_answered(scene: Scene) -> None:
    calls = [call("execute", id="a", index=0, code="print(1)"), call("execute", id="b", index=1, code="open('made', 'w')\n" * 99)]
    outcome = await scene.work([say("", calls=calls, delay=0.02), say("One.")], format="tool")
    *_, first, second = outcome.model.requests[1]["messages"]
    assert "only the first was taken" in first["content"]
    assert "Not run" in second["content"]
    assert scene.sources() == ["print(1)"]
    assert not (scene.path.parent / "made").exists()
    assert outcome.model.seen[0].left.is_set(), "the rest is not waited for"


async def test_a_scratch_call_and_a_call_that_says_late_which_cell_it_rewrites(scene: Scene) -> None:
    def rewrites(messages: Messages) -> Say:
        cell = scene.desk.document.cells()[0]["id"]
        return say("", calls=[Call("execute", json.dumps({"code": "total = 2\nprint(total)", "cell": cell}))], pieces=4)

    outcome = await scene.work([called("total = 1"), called("dir()", scratch=True), rewrites, say("Two.")], format="tool")
    assert [status for status, _ in outcome.observed()] == ["ok", "ok", "ok"]
    assert scene.sources() == ["total = 2\nprint(total)"]


async def test_a_call_whose_reply_never_ends_is_taken_all_the_same(scene: Scene) -> None:
    outcome = await scene.work([called("print(1)", ends=False), say("One.")], format="tool")
    assert outcome.observed() == [("ok", "1")]
    assert outcome.events[1].usage.estimated


REFUSALS: list[Item] = [
    fault(400, message="registry.ollama.ai/library/tiny does not support tools"),
    fault(400, message='"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
    fault(500, message="tools param requires --jinja flag"),
    fault(404, message="No endpoints found that support tool use"),
]


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_where_the_server_takes_no_tools_the_run_goes_on_in_text_with_a_word(scene: Scene, refusal: Item) -> None:
    outcome = await scene.work([refusal, written("print(7)"), say("Seven.")], format="tool")
    assert (outcome.end.reason, outcome.end.answer) == ("answered", "Seven.")
    refused, *others = outcome.model.requests
    assert "tools" in refused
    assert all("tools" not in request for request in others)
    assert "<execute>" in others[0]["messages"][0]["content"]
    assert any("takes no tools" in detail for what, detail in scene.heard.done if what == "retrying")


async def test_tools_that_are_refused_in_mid_run_leave_what_was_called_as_text(scene: Scene) -> None:
    outcome = await scene.work([called("a = 7"), REFUSALS[0], written("print(a)"), say("Seven.")], format="tool")
    assert outcome.end.answer == "Seven."
    assert "<execute>\na = 7\n</execute>" in outcome.model.requests[2]["messages"][2]["content"]
