"""A user's own suite: sums that a tool can do, and a model for it.  Tests copy this file to where the command line is tried."""

import re
from collections.abc import Sequence
from pathlib import Path

from codeact_jupyter.evals.task import Brief, Checking, Look, Score, Task, Tool
from codeact_jupyter.testing import Messages

COUNT = 6


class Sum:
    """The kernel has a tool for it."""

    checking: Checking = "each answer"

    def __init__(self, number: int):
        self.name = f"sum/{number}"
        self.number = number

    @property
    def brief(self) -> Brief:
        tool = Tool("add", "Adds two numbers.", "add(a: int, b: int) -> int")
        return Brief(f"What is add({self.number}, 40)?", (tool,), setup="def add(a, b):\n    return a + b")

    async def score(self, answer: str | None, look: Look) -> Score:
        right = str(self.number + 40)
        return Score(answer == right, answer is not None and right in answer)


class Sums:
    """Six of them."""

    name = "sums"
    formats: Sequence[str] = ("code", "json", "text")

    def names(self) -> Sequence[str]:
        return [f"sum/{number}" for number in range(1, COUNT + 1)]

    def task(self, name: str) -> Task:
        return Sum(int(name.removeprefix("sum/")))


def load(data: Path | None) -> Sums:
    return Sums()


def instruction(messages: Messages) -> str:
    """What the model was asked at first."""
    told = messages[1]["content"]
    return told if isinstance(told, str) else str(told[0]["text"])


def number(messages: Messages) -> int:
    """Which of the sums it is."""
    found = re.search(r"add\((\d+), 40\)", instruction(messages))
    assert found
    return int(found[1])


def observed(messages: Messages) -> bool:
    """The model was told of an action."""
    return len(messages) > 2


def code(source: str) -> str:
    """A reply that acts."""
    return f"Action:\n{source}\nEnd Action"


def plays(messages: Messages) -> str:
    """A model that knows what to do, in each format."""
    first = number(messages)
    if observed(messages):
        return f"Answer: {first + 40}"
    if '"tool"' in messages[0]["content"]:
        return f'Action: {{"tool": "add", "args": [{first}, 40]}} End Action'
    if "parted by commas" in messages[0]["content"]:
        return f"Action: add, {first}, 40 End Action"
    return code(f"print(add({first}, 40))")
