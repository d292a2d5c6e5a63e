"""A model that fails, in the main job whole: each fault ends rightly, with a valid notebook."""

import json

import pytest

from codeact_jupyter.testing import Item, ScriptedServer, fault, say, types
from tests.scenes import ACTION, Scene, acts

HALF = "Now <execute>\nopen('made', 'w')\nprint( 'whole' )\n</execute>"


@pytest.mark.parametrize(
    "passing",
    [
        fault(429),
        fault(429, headers={"Retry-After": "1"}),
        fault(500),
        fault(503),
        fault("drop", after=3, text=HALF),
        fault("malformed", after=3, text=HALF),
        fault("bad_utf8", after=3, text=HALF),
        fault("error", after=3, text=HALF),
        fault("cut", after=3, text=HALF),
        fault("empty"),
        fault("html"),
        fault("hang", after=3, text=HALF),
        fault("hang"),
    ],
    ids=lambda item: f"{item.kind}{'-mid-action' if item.after else ''}{'-retry-after' if item.headers else ''}",
)
async def test_a_fault_that_passes_is_tried_again_and_the_half_of_an_action_never_runs(scene: Scene, passing: Item) -> None:
    outcome = await scene.work([acts("a = 1"), passing, acts("b = 2"), say("Done.")], reply_timeout=1.0)
    assert types(outcome.events) == ["user_asked", *ACTION, *ACTION, "model_replied", "run_finished"]
    assert outcome.end.answer == "Done."
    assert outcome.model.requests[1] == outcome.model.requests[2]
    assert [what for what, _ in scene.heard.done if what == "retrying"] == ["retrying"]
    assert scene.sources() == ["a = 1", "b = 2"]
    assert not (scene.path.parent / "made").exists()


@pytest.mark.parametrize(
    ("lasting", "named"),
    [
        (fault(401, message="Incorrect API key provided"), "key"),
        (fault(403, message="not yours"), "403"),
        (fault(404, message="The model `m` does not exist"), '"m"'),
        (fault(400, message="bad request"), "400"),
        (fault(400, code="insufficient_quota", message="You exceeded your current quota"), "quota"),
        (fault(429, code="insufficient_quota", message="You exceeded your current quota"), "quota"),
        (fault(429, headers={"Retry-After": "3600"}), "3600 s"),
        (fault("filter", after=3), "content filter"),
    ],
    ids=["401", "403", "404", "400", "400-quota", "429-quota", "retry-after-an-hour", "filter"],
)
async def test_a_fault_that_lasts_ends_the_run_at_once_and_is_named(scene: Scene, lasting: Item, named: str) -> None:
    outcome = await scene.work([acts("a = 1"), lasting])
    assert types(outcome.events) == ["user_asked", *ACTION, "run_finished"]
    assert outcome.end.reason == "failed"
    assert named in outcome.end.message
    assert len(outcome.model.requests) == 2
    assert scene.sources() == ["a = 1"]


async def test_nobody_listening_ends_the_run_and_names_where(scene: Scene) -> None:
    async with ScriptedServer([]) as gone:
        pass
    outcome = await scene.work_with(gone)
    assert types(outcome.events) == ["user_asked", "run_finished"]
    assert outcome.end.reason == "failed"
    assert gone.url.removesuffix("/v1") in outcome.end.message
    assert "tried 5 times" in outcome.end.message
    assert scene.cells() == []


@pytest.mark.parametrize(
    "exceeded",
    [
        fault(400, code="context_length_exceeded", message="too long"),
        fault(400, message="This model's maximum context length is 4096 tokens. However, you requested 5000 tokens"),
        fault(400, message="the request exceeds the available context size, try increasing it"),
    ],
    ids=["openai", "vllm", "llama.cpp"],
)
async def test_when_the_window_is_exceeded_old_observations_shrink_and_it_goes_on(scene: Scene, exceeded: Item) -> None:
    prints = [acts(f"for i in range(200): print('step {number} line', i)") for number in range(3)]
    outcome = await scene.work([*prints, exceeded, say("Done.")])
    assert outcome.end.answer == "Done."
    before, after = (json.dumps(request["messages"]) for request in outcome.model.requests[3:])
    assert len(after) < len(before) * 0.8
    assert "step 0 line 20" not in after
    assert "step 2 line 20" in after


async def test_an_action_that_the_length_limit_cut_does_not_run_and_the_model_is_told(scene: Scene) -> None:
    cut = fault("length", text="Now <execute>\nopen('made', 'w')\nx = (1 + ", after=5)
    outcome = await scene.work([cut, acts("b = 2"), say("Done.")])
    assert types(outcome.events) == ["user_asked", "model_replied", "observed", *ACTION, "model_replied", "run_finished"]
    assert "length" in outcome.said(1)
    assert not (scene.path.parent / "made").exists()
    assert scene.sources() == ["b = 2"]


async def test_what_cannot_be_written_as_utf_8_breaks_nothing(scene: Scene) -> None:
    # a kernel now and then fails to send such a reply: then the action is told to go on, after these seconds
    outcome = await scene.work([acts("print('\\ud83d')\n'\\ud83d'"), acts("'\ud83d'"), say("Half \ud83d.")], timeout=5)
    assert outcome.end.answer == "Half \ufffd."
