"""A model that fails at each point of a run, in both formats: nothing half, nothing lost, nothing doubled, and the next request works."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from codeact_jupyter.model.client import Patience
from codeact_jupyter.session import parts
from codeact_jupyter.testing import Fault, Item, Say, fault, say, say_call, types
from tests.scenes import ACTION, Outcome, Scene, act

STEPS = 3
HALF = "Now <execute>\nopen('half', 'w')\nprint( 'half of it' )\n</execute>"

PASSING: dict[str, Fault] = {
    "429": fault(429),
    "429 with Retry-After": fault(429, headers={"Retry-After": "0.1"}),
    "500": fault(500),
    "503": fault(503),
    "dropped": fault("drop", after=3, text=HALF),
    "malformed": fault("malformed", after=3, text=HALF),
    "bad UTF-8": fault("bad_utf8", after=3, text=HALF),
    "an error in the stream": fault("error", after=3, text=HALF),
    "ends without a word": fault("cut", after=3, text=HALF),
    "empty choices": fault("empty"),
    "HTML": fault("html"),
    "JSON": fault("json"),
    "stalls": fault("hang", after=3, text=HALF),
}
LASTING: dict[str, tuple[Fault, str]] = {
    "401": (fault(401, message="Incorrect API key provided"), "key"),
    "404": (fault(404, message="The model `m` does not exist"), '"m"'),
    "400": (fault(400, message="bad request"), "400"),
    "quota": (fault(429, code="insufficient_quota", message="You exceeded your current quota"), "quota"),
    "an hour": (fault(429, headers={"Retry-After": "3600"}), "3600 s"),
    "filter": (fault("filter", after=3, text=HALF), "content filter"),
    "context": (fault(400, code="context_length_exceeded", message="too long"), "too"),
}

Acts = Callable[[str], Say]


def written(source: str) -> Say:
    return say(act(source))


def called(source: str) -> Say:
    return say_call(source, "A step.")


@pytest.fixture(params=["code", "tool"])
def form(request: pytest.FixtureRequest) -> tuple[str, Acts]:
    return request.param, called if request.param == "tool" else written


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """As patient as ever, but twenty times as fast."""
    monkeypatch.setattr(parts, "Patience", partial(Patience, total_seconds=3.0))


def as_called(item: Item, name: str) -> Item:
    """The same fault in the middle of a native call."""
    if name == "code" or not isinstance(item, Fault) or not item.after:
        return item
    return fault(item.kind, after=item.after, call="execute", text=json.dumps({"code": "open('half', 'w') ; print( 'half of it' )"}))


class Counted:
    """Runs whose actions leave traces outside of the kernel: each once, in order."""

    def __init__(self, scene: Scene, form: tuple[str, Acts]):
        self.scene, (self.format, self.acts) = scene, form
        self.log = scene.path.parent / "log"
        self.done: list[str] = []
        self._runs = 0

    def step(self, number: int) -> Say:
        return self.acts(self.source(self._runs, number))

    def source(self, run: int, number: int) -> str:
        return f"with open({str(self.log)!r}, 'a') as log:\n    print('{run}.{number}', file=log)"

    async def run(self, script: Sequence[int | Item], actions: int, **settings: Any) -> Outcome:
        """A number in the script is the action of that number."""
        self._runs += 1
        cells = len(self.scene.cells()) if self.scene.path.exists() else 0
        items = [self.step(item) if isinstance(item, int) else as_called(item, self.format) for item in script]
        outcome = await self.scene.work(items, format=self.format, approval="auto", **settings)
        self.done += [f"{self._runs}.{number}" for number in range(1, actions + 1)]
        assert (self.log.read_text().split() if self.log.exists() else []) == self.done
        assert not (self.log.parent / "half").exists()
        assert self.scene.sources()[cells:] == [self.source(self._runs, number) for number in range(1, actions + 1)]
        assert all(cell.execution_count for cell in self.scene.cells())
        return outcome


async def test_a_fault_that_passes_before_each_reply_changes_nothing(scene: Scene, form: tuple[str, Acts]) -> None:
    runs = Counted(scene, form)
    for name, item in PASSING.items():
        script = [*(each for number in range(1, STEPS + 1) for each in (item, number)), item, say("Done.")]
        retried = len([what for what, _ in scene.heard.done if what == "retrying"])
        outcome = await runs.run(script, STEPS, reply_timeout=0.5 if name == "stalls" else 20.0)
        assert types(outcome.events) == ["user_asked", *ACTION * STEPS, "model_replied", "run_finished"], name
        assert outcome.end.answer == "Done.", name
        assert len([what for what, _ in scene.heard.done if what == "retrying"]) - retried == STEPS + 1, name
        asked = [json.dumps(request["messages"]) for request in outcome.model.requests]
        assert asked[::2] == asked[1::2], name


@pytest.mark.parametrize("point", range(STEPS + 1))
async def test_a_fault_that_lasts_ends_the_run_in_words_and_the_next_request_works(
    scene: Scene, form: tuple[str, Acts], point: int
) -> None:
    runs = Counted(scene, form)
    for name, (item, words) in LASTING.items():
        script = [*range(1, point + 1), *[item] * (5 if name == "context" else 1)]
        outcome = await runs.run(script, point)
        assert types(outcome.events) == ["user_asked", *ACTION * point, "run_finished"], name
        assert outcome.end.reason == "failed", name
        assert words in outcome.end.message, outcome.end.message
    outcome = await runs.run([1, say("All is well.")], 1)
    assert outcome.end.answer == "All is well."
    if point:
        assert "1.1" in json.dumps(outcome.model.requests[0]["messages"])  # it knows of the runs before


async def test_a_reply_that_its_length_limit_cut_costs_a_step_and_no_action_wherever_it_comes(scene: Scene, form: tuple[str, Acts]) -> None:
    runs = Counted(scene, form)
    for point in range(STEPS + 1):
        cut = fault("length", after=3, text=HALF)
        script = [*range(1, point + 1), cut, *range(point + 1, STEPS + 1), say("Done.")]
        outcome = await runs.run(script, STEPS)
        assert outcome.end.answer == "Done."
        assert [status for status, _ in outcome.observed()].count("ok") == STEPS
        assert len(outcome.model.requests) == STEPS + 2
        assert "length" in json.dumps(outcome.model.requests[point + 1]["messages"][-1])


async def test_a_model_that_refuses_has_answered(scene: Scene, form: tuple[str, Acts]) -> None:
    runs = Counted(scene, form)
    for point in range(2):
        script = [*range(1, point + 1), say("I cannot help with that.")]
        outcome = await runs.run(script, point)
        assert (outcome.end.reason, outcome.end.answer) == ("answered", "I cannot help with that.")
