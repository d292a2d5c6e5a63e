"""A run's budgets: counted as they are spent, enforced, and told as what ended it."""

import asyncio
from dataclasses import replace

import pytest

from codeact_jupyter.budget import Limits, exhausted, spent
from codeact_jupyter.config import Settings
from codeact_jupyter.errors import SettingError
from codeact_jupyter.session.session import Request
from codeact_jupyter.testing import say
from tests.scenes import Scene, acts

PRICES = {"m": (10.0, 100.0)}


@pytest.mark.parametrize(
    "limit, words",
    [({"max_tokens": 500}, "500 tokens"), ({"max_cost": 0.02, "prices": PRICES}, "budget of 0.02")],
)
async def test_what_is_used_up_ends_the_run_and_says_which_budget_it_was(scene: Scene, limit, words) -> None:
    outcome = await scene.work([acts(str(number)) for number in range(20)], **limit)
    assert outcome.end.reason == "limit" and words in outcome.end.message
    replies = [at for at, event in enumerate(outcome.events) if event.type == "model_replied"]
    limits = Limits(tokens=limit.get("max_tokens", 0), cost=limit.get("max_cost", 0.0))
    assert exhausted(limits, spent(outcome.events), 0)
    assert not exhausted(limits, spent(outcome.events[: replies[-1]]), 0)
    assert len(outcome.model.requests) == len(replies) < 20  # nothing more is spent on last words


async def test_the_limit_of_steps_leaves_one_reply_for_last_words(scene: Scene) -> None:
    outcome = await scene.work([acts("1"), acts("2"), say("So far: 2.")], max_steps=2)
    assert (outcome.end.reason, outcome.end.answer) == ("limit", "So far: 2.")


async def test_the_time_of_a_run_ends_an_action_that_goes_on(scene: Scene) -> None:
    began = asyncio.get_running_loop().time()
    outcome = await scene.work([acts("import time\ntime.sleep(60)")], max_seconds=4.0)
    assert outcome.end.reason == "limit" and "4 s" in outcome.end.message
    assert [status for status, _ in outcome.observed()] == ["interrupted"]
    assert asyncio.get_running_loop().time() - began < 40


async def test_the_time_of_a_run_ends_a_reply_that_does_not_come(scene: Scene) -> None:
    outcome = await scene.work([say("Slow.", delay=60)], max_seconds=3.0)
    assert outcome.end.reason == "limit" and scene.sources() == []


async def test_what_is_not_known_is_never_nothing(scene: Scene) -> None:
    scene.settings = replace(scene.settings, base_url="http://127.0.0.1:1/v1", max_cost=1.0)
    with pytest.raises(SettingError, match="price of 'm' is not known"):
        scene.session.start(Request("r", "do it"))


@pytest.mark.parametrize(
    "model, prices, price",
    [
        ("m", {"m": (1, 2)}, (1, 2)),
        ("m-large-2", {"m*": (1, 2), "m-large*": (3, 4), "other": (5, 6)}, (3, 4)),
        ("n", {"m": (1, 2)}, None),
        ("offline", {}, (0.0, 0.0)),
    ],
)
def test_the_price_of_a_model_is_looked_up_by_its_name_or_its_beginning(model, prices, price) -> None:
    assert Settings(model=model, prices=prices).price == price
