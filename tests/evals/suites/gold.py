"""Models that know what to do, and one that is always wrong, for suites of tasks with tools."""

import asyncio
import itertools
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from codeact_jupyter.config import Settings
from codeact_jupyter.evals.row import Row
from codeact_jupyter.evals.task import Suite
from codeact_jupyter.evals.trial import Condition, Trial
from codeact_jupyter.testing import Messages, Say, ScriptedServer, say, say_call

AT_A_TIME = 3
OTHERWISE = "the tools gave something else"


def gold_of(clone: Path) -> dict[str, Any]:
    """Task -> code, calls with their results, answer."""
    program = Path(__file__).with_name("m3tracing.py")
    ran = subprocess.run([sys.executable, "-B", str(program), str(clone)], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return dict(json.loads(ran.stdout))


def call(format: str, name: str, args: Sequence[Any]) -> str:
    """One call of a tool as an action."""
    if format == "json":
        return f"Action: {json.dumps({'tool': name, 'args': list(args)})} End Action"
    if format == "text":
        return f"Action: {', '.join(map(str, (name, *args)))} End Action"
    if format == "flow":
        return f"Action: {json.dumps([{'print': {'call': name, 'args': list(args)}}])} End Action"
    return f"Action:\nprint({name}({', '.join(map(repr, args))}))\nEnd Action"


class Gold:
    """Does what is right, looks at what it is told, and answers with that."""

    def __init__(self, suite: Suite, gold: Mapping[str, Any], format: str):
        self._format, self._gold = format, gold
        self._asked = {name: suite.task(name).brief.instruction for name in gold}

    def __call__(self, messages: Messages) -> Say:
        name = next(name for name, asked in self._asked.items() if any(asked in str(message["content"]) for message in messages))
        told = [str(message["content"]) for message in messages]
        step = sum(message["role"] == "assistant" for message in messages)
        return self._reply(self._gold[name], step, told[-1])

    def _reply(self, gold: Mapping[str, Any], step: int, told: str) -> Say:
        calls = gold["calls"]
        match self._format:
            case "tool":
                return say_call(gold["code"]) if not step else say(self._answer(gold, gold["answer"], told))
            case "code":
                return say(f"Action:\n{gold['code']}\nEnd Action" if not step else f"Answer: {self._answer(gold, gold['answer'], told)}")
            case "flow":
                program = [{"print": {"call": name, "args": args}} for name, args, _ in calls]
                action = f"Action: {json.dumps(program)} End Action"
                return say(action if not step else f"Answer: {self._answer(gold, calls[-1][2], told)}")
            case _:
                if step and not _shows(told, calls[step - 1][2]):
                    return say(f"Answer: {OTHERWISE}")
                return say(call(self._format, *calls[step][:2]) if step < len(calls) else f"Answer: {gold['answer']}")

    def _answer(self, gold: Mapping[str, Any], wanted: str, told: str) -> str:
        return str(gold["answer"]) if _shows(told, wanted) else OTHERWISE


def wrong(messages: Messages) -> Say:
    return say("Answer: -1")


def _shows(told: str, result: str) -> bool:
    return any(_dense(text) in _dense(told) for text in (result, repr(result), repr(result)[1:-1]))


def _dense(text: str) -> str:
    return re.sub(r"\s+", "", text)


async def rows(
    folder: Path, suite: Suite, format: str, model: Callable[[Messages], Say], names: Sequence[str] = (), max_steps: int = 10
) -> list[Row]:
    """Each task, tried; some at a time."""
    seats = asyncio.Semaphore(AT_A_TIME)
    async with ScriptedServer(itertools.repeat(model)) as server:
        settings = Settings(model="gold", base_url=server.url, max_steps=max_steps, timeout=30)
        condition = Condition(suite.name, format, settings, wall=120)

        async def row(number: int, name: str) -> Row:
            async with seats:
                return await Trial(suite.task(name), condition, folder / format / f"{number}.jsonl").run()

        return await asyncio.gather(*(row(number, name) for number, name in enumerate(names or suite.names())))
