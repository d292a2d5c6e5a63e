"""A run as it is exported: its steps, how many it could take, and the messages that it was."""

import pytest

from codeact_jupyter.events import Event, ModelReplied, Observed, RunFinished
from codeact_jupyter.export.hiding import Hiding
from codeact_jupyter.export.rows import codeact, openai
from codeact_jupyter.export.secrets import Secrets
from codeact_jupyter.export.trajectory import EVALUATED, Trajectory, granted
from tests.export.events import action, answer, asked, run


def ended(message: str) -> list[Event]:
    return [asked(), RunFinished(reason="limit", message=message)]


@pytest.mark.parametrize(
    ("events", "steps"),
    [
        ([asked()], 30),
        ([asked(settings={"max_steps": 7})], 7),
        ([asked(settings={"max_steps": 0})], 30),
        (ended("No answer after 2 steps. Ask on from what was found, or allow more steps (max_steps)."), 2),
        (ended("No answer after 1 step. Ask on."), 1),
        (ended("The run's budget of 500 tokens is used up (512). Grant more (max_tokens), or ask anew."), 30),
        (ended("The run's time of 60 s is used up. Grant more (max_seconds), or ask anew."), 30),
        (ended("The run's budget of 2 is used up (it cost 3). Grant more (max_cost), or ask anew."), 30),
    ],
)
def test_the_count_down_begins_with_the_replies_that_a_run_could_take(events: list[Event], steps: int) -> None:
    assert granted(events, 30) == steps


def test_what_was_seen_while_an_action_ran_on_belongs_to_that_action() -> None:
    still, later = Observed(action_id="a1", status="running", text="so far"), Observed(action_id="a1", status="ok", text="whole")
    made = run(action(1)[:-1], still, ModelReplied(text="<wait/>"), later, answer())
    assert [(step.status, step.text) for step in made.steps] == [("ok", "whole"), (None, ""), (None, "")]


def test_that_the_kernel_was_lost_between_two_actions_is_of_no_step() -> None:
    made = run(action(1), Observed(action_id=None, status="died", text="gone"), answer())
    assert [step.status for step in made.steps] == ["ok", None]


@pytest.mark.parametrize("form", ["xyz", "../../secret", ""])
def test_a_run_in_a_format_that_is_not_known_here_is_told_as_text(form: str) -> None:
    made = run(action(1), answer())
    strange = Trajectory("r", "", (asked(format=form), *made.events[1:]))
    assert codeact(strange) == codeact(Trajectory("r", "", made.events))


@pytest.mark.parametrize("redact", [False, True])
def test_the_system_message_of_an_evaluation_stays_its_own(redact: bool) -> None:
    held = {"system": "You may call find(place).", "tools": ["find"], "setup": "def find(place): return 'hidden'"}
    made = run(action(1), answer())
    told = Hiding(Secrets(), redact)(Trajectory("r", "", (asked(settings={EVALUATED: held}), *made.events[1:])))
    for row in (codeact(told), openai(told)):
        assert row is not None
        assert row.get("conversations", row.get("messages"))[0] == {"role": "system", "content": "You may call find(place)."}
    assert not redact or "hidden" not in str(told.asked.settings)
