"""A task with tools, tried in each format: one kernel and one observation for all, and the turns that follow from the format."""

import json
from pathlib import Path

import pytest

from codeact_jupyter.config import Settings
from codeact_jupyter.evals.row import Row
from codeact_jupyter.evals.task import Brief, Checking, Look, Score, Tool
from codeact_jupyter.evals.trial import Condition, Trial
from codeact_jupyter.testing import Item, ScriptedServer, say


class Sums:
    """What add gives of what add gives."""

    name = "sums/of-sums"
    checking: Checking = "each answer"
    brief = Brief(
        "What is add(add(1, 2), 3)?",
        tools=(Tool("add", "Adds two numbers.", "add(a: int, b: int) -> int"),),
        setup="def add(a, b):\n    return a + b",
        context=False,
    )

    async def score(self, answer: str | None, look: Look) -> Score:
        return Score(answer == "6", answer == "6")


def in_json(*calls: tuple[str, ...]) -> list[Item]:
    return [say(f"Action: {json.dumps({'tool': name, 'args': [int(arg) for arg in args]})} End Action") for name, *args in calls]


def in_text(*calls: tuple[str, ...]) -> list[Item]:
    return [say(f"Action: {', '.join(call)} End Action") for call in calls]


NESTED = {"call": "add", "args": [{"call": "add", "args": [1, 2]}, 3]}
GOLD: dict[str, list[Item]] = {
    "code": [say("Thought: I add.\nAction:\nprint(add(add(1, 2), 3))\nEnd Action")],
    "flow": [say(f"Action: {json.dumps([{'print': NESTED}])} End Action")],
    "json": in_json(("add", "1", "2"), ("add", "3", "3")),
    "text": in_text(("add", "1", "2"), ("add", "3", "3")),
}


async def tried(folder: Path, format: str, script: list[Item]) -> Row:
    async with ScriptedServer(script) as model:
        settings = Settings(model="m", base_url=model.url, max_steps=10, timeout=5)
        row = await Trial(Sums(), Condition("sums", format, settings), folder / "events.jsonl").run()
        assert "[1] add: Adds two numbers." in model.requests[0]["messages"][0]["content"]
    return row


@pytest.mark.parametrize(("format", "turns"), [("code", 2), ("flow", 2), ("json", 3), ("text", 3)])
async def test_gold_actions_are_right_in_each_format_and_code_and_programs_compose(tmp_path: Path, format: str, turns: int) -> None:
    row = await tried(tmp_path, format, [*GOLD[format], say("Answer: 6")])
    assert (row.success_reference, row.end, row.turns, row.error_turns, row.invalid) == (True, "answered", turns, 0, 0)


@pytest.mark.parametrize("format", ["json", "text", "flow"])
async def test_a_tool_that_a_task_has_not_is_an_invalid_turn(tmp_path: Path, format: str) -> None:
    unknown = {"json": in_json(("sum", "1")), "text": in_text(("sum", "1")), "flow": [say('Action: {"call": "sum"} End Action')]}
    row = await tried(tmp_path, format, [*unknown[format], *GOLD[format], say("Answer: 7"), say("Answer: 6")])
    assert (row.success_reference, row.end, row.invalid) == (True, "answered", 1)
    assert 'There is no tool \\"sum\\": there is only add.' in (tmp_path / "events.jsonl").read_text()
