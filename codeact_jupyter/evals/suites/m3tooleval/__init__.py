"""M3ToolEval: 82 tasks that take several tools, read from a clone of the reference repository (github.com/xingyaoww/code-act).

Nothing of it is shipped.  The clone's code runs in a process of its own (`listing.py`), which says what the tasks are; the tools' source,
without tasks and answers, goes into the kernel of each trial (`offered.py`).
"""

import ast
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from codeact_jupyter.errors import SuiteError
from codeact_jupyter.evals.suites.m3tooleval.offered import setup
from codeact_jupyter.evals.suites.m3tooleval.rules import fixed, reference
from codeact_jupyter.evals.suites.shipped import needed, strings
from codeact_jupyter.evals.task import Brief, Checking, Look, Score, Tool

FORMATS = ("code", "json", "text", "flow", "tool")
ONLY = "Give only the answer (a number, a name, a list, …), without any other words."
GIVEN = frozenset({"Task", "ToolType", "register_task_iterator"})
LISTING_SECONDS = 120
WHERE = (
    "Clone https://github.com/xingyaoww/code-act and name the clone's folder with --data; "
    "the tasks are below scripts/eval/m3tooleval there."
)


@dataclass(frozen=True)
class ToolTask:
    """A task of the benchmark; `expected` never leaves the harness."""

    name: str
    brief: Brief
    expected: object
    checking: Checking = "each answer"

    async def score(self, answer: str | None, look: Look) -> Score:
        if answer is None:
            return Score(False, False)
        return Score(reference(answer, self.expected), fixed(answer, self.expected, self.brief.instruction))


@dataclass(frozen=True)
class ToolSuite:
    """The clone's tasks, in its order."""

    listed: Mapping[str, Any]
    name: str = "m3tooleval"
    formats: Sequence[str] = FORMATS

    def names(self) -> Sequence[str]:
        return tuple(self._tasks)

    def task(self, name: str) -> ToolTask:
        if name not in self._tasks:
            raise SuiteError(f"m3tooleval has no task {name!r}.")
        task = self._tasks[name]
        brief = Brief(
            f"{task['instruction'].rstrip()}\n{ONLY}",
            tools=tuple(Tool(*tool) for tool in task["tools"]),
            setup=self._setups[task["module"]],
            context=False,
        )
        return ToolTask(name, brief, ast.literal_eval(task["expected"]))

    @cached_property
    def _tasks(self) -> Mapping[str, Any]:
        return {task["name"]: task for task in self.listed["tasks"]}

    @cached_property
    def _setups(self) -> Mapping[str, str]:
        return {name: _setup(name, module) for name, module in self.listed["modules"].items()}


def load(data: Path | None) -> ToolSuite:
    """`data`: the clone, or its scripts/eval/m3tooleval."""
    if data is None:
        raise SuiteError(f"m3tooleval does not come with this package. {WHERE}")
    for place in (data, data / "scripts" / "eval" / "m3tooleval"):
        if (place / "tasks" / "base.py").is_file():
            return ToolSuite(_listed(place.resolve()))
    raise SuiteError(f"There are no tasks of M3ToolEval in {data}. {WHERE}")


def _listed(place: Path) -> Mapping[str, Any]:
    program = Path(__file__).with_name("listing.py")
    try:
        # isolated, and nothing is written into the clone
        listing = subprocess.run(
            [sys.executable, "-I", "-B", str(program), str(place)], capture_output=True, text=True, timeout=LISTING_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise SuiteError(f"The tasks in {place} were not read within {LISTING_SECONDS} s.") from error
    if listing.returncode:
        last = (listing.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SuiteError(f"The tasks in {place} cannot be read: {last}")
    return dict(json.loads(listing.stdout))


def _setup(name: str, module: Mapping[str, Any]) -> str:
    source = needed(module["source"], module["entry"], GIVEN)
    if "expected_output" in source:
        raise SuiteError(f"The tools of {name} cannot be told from its tasks, so that answers would get into the kernel.")
    files = {file: (Path(module["folder"]) / file).read_text(encoding="utf-8") for file in module["files"] if file in strings(source)}
    return setup(source, module["entry"], files)
