"""What an evaluation asks of a suite, and a suite of an evaluation."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class Tool:
    """A function that a task offers; it is in the kernel under this name."""

    name: str
    description: str
    signature: str


@dataclass(frozen=True)
class Brief:
    """What a run is given of a task: nothing here may tell its answer."""

    instruction: str
    tools: tuple[Tool, ...] = ()
    """Empty: the task is worked on with Python as it is."""
    setup: str = ""
    """Python that runs in the kernel unseen, before the first action and after each restart."""
    files: Path | None = None
    """A folder, copied: the kernel's working folder.  None: an empty one."""
    notebook: Path | None = None
    """Copied too: the notebook that is worked in.  None: an empty one."""
    context: bool = True
    """The model is told of notebook, kernel and files."""
    max_steps: int | None = None
    """Replies, where a task needs fewer than the evaluation grants."""
    seconds: float | None = None
    """For all of it, where a task has less time than the evaluation grants."""
    rewrites: bool = False
    """The cells of its notebook may be rewritten in place."""


@dataclass(frozen=True)
class Looked:
    """What came of code that looked at the kernel."""

    ok: bool
    text: str
    """What it printed; of an error the last line."""


Look = Callable[[str], Awaitable[Looked]]
"""Runs Python in the task's kernel, in no cell: how a task finds out what a run has left there.  Later actions can read it (`In`)."""


@dataclass(frozen=True)
class Score:
    """How well a task was done."""

    reference: bool
    """By the rule of the benchmark's own code."""
    fixed: bool
    """By what its task says."""
    detail: dict[str, Any] = field(default_factory=dict)
    """What else there is to say of it: plain JSON."""


Checking = Literal["each answer", "at the end"]


class Task(Protocol):
    """One task, made anew for each trial: nothing of one is left for the next."""

    name: str
    """Unique in its suite; may hold slashes."""
    checking: Checking
    """`each answer`: a wrong one is told, and the run goes on until it is right or at its limit."""

    @property
    def brief(self) -> Brief: ...

    async def score(self, answer: str | None, look: Look) -> Score:
        """None: the run ended without an answer."""


class Suite(Protocol):
    """The tasks of a benchmark."""

    name: str
    formats: Sequence[str]
    """Action formats in which its tasks can be done."""

    def names(self) -> Sequence[str]:
        """Of its tasks, in their order."""

    def task(self, name: str) -> Task:
        """Made anew.  Raises `SuiteError`."""
