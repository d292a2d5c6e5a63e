"""How much faster an evaluation is with more workers: tasks that wait, and tasks that compute."""

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from codeact_jupyter.evals import Plan, Workers, evaluating
from codeact_jupyter.evals.task import Brief, Checking, Look, Score
from codeact_jupyter.testing import Messages, ScriptedServer

TASKS = 8
SECONDS = 4.0
ACTIONS = {
    "sleep": f"import time\ntime.sleep({SECONDS})",
    "compute": f"import time\nend = time.process_time() + {SECONDS}\nwhile time.process_time() < end:\n    pass",
}


class Busy:
    """A task that takes a while."""

    checking: Checking = "at the end"

    def __init__(self, name: str):
        self.name = name
        self.brief = Brief(f"Please {name.split('/')[0]}.", context=False)

    async def score(self, answer: str | None, look: Look) -> Score:
        return Score(answer == "Done.", answer == "Done.")


class Suite:
    """As many of each kind."""

    name = "busy"
    formats: Sequence[str] = ("code",)

    def __init__(self, kind: str):
        self._kind = kind

    def names(self) -> Sequence[str]:
        return [f"{self._kind}/{number}" for number in range(TASKS)]

    def task(self, name: str) -> Busy:
        return Busy(name)


def sleeping(data: Path | None) -> Suite:
    return Suite("sleep")


def computing(data: Path | None) -> Suite:
    return Suite("compute")


async def seconds(kind: str, workers: int) -> float:
    """For all of them, from the first worker's start to the last one's end."""

    def reply(messages: Messages) -> str:
        return "Answer: Done." if len(messages) > 2 else f"Action:\n{ACTIONS[kind]}\nEnd Action"

    suite = {"sleep": "sleeping", "compute": "computing"}[kind]
    async with ScriptedServer([], fallback=reply) as model:
        with tempfile.TemporaryDirectory() as folder:
            plan = Plan(suite=f"{__name__}:{suite}", models=("m",), base_url=model.url, timeout=600)
            begun = time.perf_counter()
            rows = await evaluating(plan, Path(folder), Workers(workers))
            assert all(row.success_fixed for row in rows), rows
            return time.perf_counter() - begun


def ideal(kind: str, workers: int) -> int:
    """How many times as fast it could be here."""
    return workers if kind == "sleep" else min(workers, os.cpu_count() or 1)
