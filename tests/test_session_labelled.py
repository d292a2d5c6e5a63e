"""Runs whose model acts by labelled calls and programs: real kernel, real notebook; the compiled line is what all else sees."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from codeact_jupyter.events import ActionProposed
from codeact_jupyter.formats.flow import Flow
from codeact_jupyter.formats.json_call import JsonCall
from codeact_jupyter.formats.text_call import TextCall
from codeact_jupyter.ports import Verdict
from codeact_jupyter.session.desk import Decision
from codeact_jupyter.testing import Item, ScriptedServer, say, types
from tests.scenes import ACTION, Scene, act

Call = Callable[..., str]


def in_json(name: str, *args: object) -> str:
    return f"Thought: A step.\nAction: {json.dumps({'tool': name, 'args': args})} End Action"


def in_text(name: str, *args: object) -> str:
    return f"Thought: A step.\nAction: {', '.join([name, *map(str, args)])} End Action"


def in_flow(name: str, *args: object) -> str:
    return f"Thought: A step.\nAction:\n{json.dumps([{'call': name, 'args': args}])}\nEnd Action"


@pytest.fixture(params=["json", "text", "flow"])
def form(request: pytest.FixtureRequest) -> tuple[str, Call]:
    return request.param, {"json": in_json, "text": in_text, "flow": in_flow}[request.param]


async def test_a_mistake_and_an_error_are_repaired_and_answered_from(scene: Scene, form: tuple[str, Call]) -> None:
    name, call = form
    script = [say(call("a b")), say(call("int", "seven")), say(call("round", 7.25, 1)), say("Thought: so.\nAnswer: It is 7.2.")]
    outcome = await scene.work(script, format=name)
    assert types(outcome.events) == ["user_asked", "model_replied", "observed", *ACTION, *ACTION, "model_replied", "run_finished"]
    assert (outcome.end.reason, outcome.end.answer) == ("answered", "It is 7.2.")
    assert [status for status, _ in outcome.observed()] == ["unparsed", "error", "ok"]
    assert '"a b" is no name of a function' in outcome.said(1) and "Nothing ran." in outcome.said(1)
    assert outcome.said(2).count("invalid literal") == 1
    assert "7.2" in outcome.said(3)
    assert scene.sources()[-1] == "round(7.25, 1)"
    assert outcome.events[0].format == name
    example = {"json": JsonCall, "text": TextCall, "flow": Flow}[name].example
    assert example in outcome.said(1)
    system = outcome.model.requests[0]["messages"][0]["content"]
    assert "End Action" in system and "<execute>" not in system


async def test_the_stream_is_closed_at_the_action(scene: Scene, form: tuple[str, Call]) -> None:
    name, call = form
    dreams = say(call("len", "abc") + "\nObservation: 5\nAnswer: 5\n" * 40, pieces=8, delay=0.02)
    outcome = await scene.work([dreams, say("Answer: 3")], format=name)
    assert outcome.end.answer == "3"
    assert outcome.observed() == [("ok", "[result]\n3")]
    assert outcome.model.seen[0].left.is_set(), "the rest is not waited for"


async def test_a_long_action_is_waited_for_and_then_interrupted_in_the_words_of_the_format(scene: Scene, form: tuple[str, Call]) -> None:
    name, call = form
    script = [say(call("exec", "import time")), say(call("time.sleep", 60)), say(call("wait", 1)), say(call("interrupt"))]
    outcome = await scene.work([*script, say("Answer: Done.")], approval="auto", timeout=0.5, format=name)
    assert [status for status, _ in outcome.observed()] == ["ok", "running", "running", "interrupted"]
    assert "wait" in outcome.said(2) and "interrupt" in outcome.said(2) and "<wait" not in outcome.said(2)


async def test_an_action_that_the_length_limit_cut_does_not_run(scene: Scene, form: tuple[str, Call]) -> None:
    name, call = form
    cut = call("open", "made", "w").removesuffix("End Action")
    outcome = await scene.work([say(cut, finish="length"), say("Answer: No.")], format=name)
    assert outcome.observed()[0][0] == "unparsed"
    assert "length limit" in outcome.said(1)
    assert not (scene.path.parent / "made").exists()
    assert scene.sources() == []


async def test_an_action_without_its_end_runs_where_the_reply_ended_by_itself(scene: Scene, form: tuple[str, Call]) -> None:
    name, call = form
    outcome = await scene.work([say(call("len", "abc").removesuffix("End Action")), say("Answer: 3")], format=name)
    assert outcome.observed() == [("ok", "[result]\n3")]


async def test_the_policy_judges_the_line_and_asks(scene: Scene, form: tuple[str, Call], monkeypatch: pytest.MonkeyPatch) -> None:
    name, call = form
    asked: list[tuple[str, tuple[str, ...]]] = []

    async def approve(run: str, proposed: ActionProposed, verdict: Verdict) -> Decision:
        asked.append((proposed.code, verdict.effects))
        return Decision(False, note="Not that one.")

    monkeypatch.setattr(scene.heard, "approve", approve)
    (scene.path.parent / "theirs.txt").write_text("dear")
    script = [say(call("len", "abc")), say(call("os.remove", "theirs.txt")), say("Answer: Kept.")]
    outcome = await scene.work([say(call("exec", "import os")), *script], format=name)
    assert asked[-1][0] == "os.remove('theirs.txt')"
    assert asked[-1][1]
    assert (scene.path.parent / "theirs.txt").read_text() == "dear"
    assert "Not that one." in outcome.said(3)


async def test_a_run_that_was_cut_off_is_resumed_in_its_format(scene: Scene, form: tuple[str, Call]) -> None:
    name, call = form
    async with ScriptedServer([say(call("len", "abc")), say("Answer: never", delay=30)]) as model:
        working = asyncio.create_task(scene.work_with(model, format=name))
        while len(model.requests) < 2:
            await asyncio.sleep(0.02)
        await scene.session.close()
        with pytest.raises(AssertionError):
            await working
    async with ScriptedServer([say(call("len", "abcd")), say("Answer: 4")]) as model:
        scene.settings = replace(scene.settings, base_url=model.url)
        await scene.session.resume(scene.run, {})
    events = [entry.event for entry in scene.store.events(scene.run)]
    assert events[-1].answer == "4"
    assert scene.sources() == ["len('abc')", "len('abcd')"]
    told = model.requests[0]["messages"]
    assert told[2]["content"] == call("len", "abc")


async def test_a_follow_up_may_be_asked_in_another_format(scene: Scene, form: tuple[str, Call]) -> None:
    name, call = form
    await scene.work([say(act("total = 41")), say("It is 41.")], format="code")
    outcome = await scene.work([say(call("print", "forty-two")), say("Answer: 42")], "and one more?", format=name)
    assert outcome.observed() == [("ok", "forty-two")]
    follow_up = await scene.work([say(act("total + 2")), say("43.")], "and again?", format="code")
    assert follow_up.end.answer == "43."


async def test_a_program_has_variables_loops_and_branches_and_they_stay(scene: Scene) -> None:
    first = [
        {"set": "found", "value": []},
        {
            "for": "n",
            "in": [1, 2, 3, 4],
            "do": [{"if": {">": [{"var": "n"}, 2]}, "then": [{"set": "found", "value": {"+": [{"var": "found"}, [{"var": "n"}]]}}]}],
        },
        {"show": {"var": "found"}},
    ]
    then = [{"print": {"index": [{"var": "found"}, {"-": [{"length": {"var": "found"}}, 1]}]}}]
    script: list[Item] = [say(f"Action:\n{json.dumps(program, indent=1)}\nEnd Action") for program in (first, then)]
    outcome = await scene.work([*script, say("Answer: 4")], format="flow")
    assert outcome.observed() == [("ok", "[display]\n[3, 4]"), ("ok", "4")]
    assert scene.sources() == [
        "found = []\nfor n in [1, 2, 3, 4]:\n    if n > 2:\n        found = found + [n]\ndisplay(found)",
        "print(found[len(found) - 1])",
    ]
