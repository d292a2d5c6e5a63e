"""What a run has used, and when that is enough."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from codeact_jupyter.budget import Limits, Spent, Stopwatch, elapsed, exhausted, spent
from codeact_jupyter.events import (
    ActionDecided,
    ActionProposed,
    ApprovalAsked,
    Event,
    ModelReplied,
    Recorded,
    Resumed,
    Steered,
    Usage,
    UserAsked,
)

REPLIES = [ModelReplied(text="", usage=Usage(prompt=1000, completion=10)), ModelReplied(text="", usage=Usage(prompt=2000, completion=90))]
PROPOSED = ActionProposed(action_id="a", code="1", cell_id="c")
ASKED = ApprovalAsked(action_id="a", reason="it deletes files")
BY_USER = ActionDecided(action_id="a", decision="allow", by="user", code="1")
BY_POLICY = ActionDecided(action_id="a", decision="allow", by="policy", code="1")


def at(*timed: tuple[float, Event]) -> list[Recorded]:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Recorded(run="r", seq=seq, at=(began + timedelta(seconds=seconds)).isoformat(timespec="microseconds"), event=event)
        for seq, (seconds, event) in enumerate(timed, 1)
    ]


def test_tokens_are_of_prompts_and_replies_and_cost_what_each_costs():
    assert spent([UserAsked(text="", prices=(2.0, 10.0)), *REPLIES]) == Spent(2, 3100, 3000 * 2e-6 + 100 * 10e-6)


def test_a_cost_that_is_not_known_is_not_nothing():
    assert spent([UserAsked(text=""), *REPLIES]).cost is None
    assert spent([UserAsked(text="", prices=(0.0, 0.0)), *REPLIES]).cost == 0


@pytest.mark.parametrize(
    "run, seconds",
    [
        ([], 0),
        (at((0, UserAsked(text=""))), 0),
        (at((0, UserAsked(text="")), (3, REPLIES[0]), (4, PROPOSED), (4.5, BY_POLICY)), 4.5),
        (at((0, UserAsked(text="")), (3, PROPOSED), (4, ASKED), (9000, BY_USER), (9001, REPLIES[0])), 5),
        (at((0, UserAsked(text="")), (3, REPLIES[0]), (9000, Resumed()), (9002, REPLIES[1])), 5),
        (at((0, UserAsked(text="")), (4, ASKED), (4000, Resumed()), (9000, BY_USER), (9001, REPLIES[0])), 5),
        (at((0, UserAsked(text="")), (4, ASKED), (4000, Steered(text="hurry")), (9000, BY_USER), (9001, REPLIES[0])), 5),
    ],
    ids=["nothing", "begun", "at work", "it asked the user", "it was cut off", "cut off while it asked", "the user spoke while it asked"],
)
def test_the_time_of_a_run_is_without_what_it_waited(run, seconds):
    assert elapsed(run) == pytest.approx(seconds)


def test_a_watch_stands_still_while_the_user_is_waited_for():
    watch = Stopwatch(already=5.0)
    with watch.pause():
        time.sleep(0.3)
    assert 5.0 <= watch.seconds < 5.25


@pytest.mark.parametrize(
    "limits, used, seconds, words",
    [
        (Limits(), Spent(29, 10**9, 1e6), 1e6, ""),
        (Limits(tokens=100), Spent(1, 99, None), 0, ""),
        (Limits(tokens=100), Spent(1, 100, None), 0, "100 tokens"),
        (Limits(cost=0.5), Spent(1, 100, 0.49), 0, ""),
        (Limits(cost=0.5), Spent(1, 100, 0.51), 0, "budget of 0.5"),
        (Limits(cost=0.5), Spent(1, 10**9, None), 0, ""),
        (Limits(seconds=60), Spent(1, 100, None), 59.9, ""),
        (Limits(seconds=60), Spent(1, 100, None), 60, "60 s"),
    ],
    ids=["no limits", "tokens left", "tokens", "money left", "money", "prices not known", "time left", "time"],
)
def test_a_budget_that_is_used_up_is_named_with_what_to_do(limits, used, seconds, words):
    told = exhausted(limits, used, seconds)
    assert words in told and bool(told) == bool(words)
    assert not told or "Grant more" in told
