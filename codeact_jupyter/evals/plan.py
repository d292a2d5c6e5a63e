"""What an evaluation is asked for, and the trials that make it up: plain values that travel to workers, and hold no key."""

import hashlib
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from codeact_jupyter.errors import SettingError
from codeact_jupyter.evals.seeing import SEEING
from codeact_jupyter.evals.task import Suite
from codeact_jupyter.formats import FORMATS

COMPARED = ("code", "json", "text")
"""The formats that are tried if none is named: those of the paper."""

_SAFE = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*")
_LONGEST_NAME = 80

Key = tuple[str, str, str, str, int, str]


class Plan(BaseModel):
    """An evaluation.  In `plan.json`: all that was asked for in that folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: str
    """Name of one of ours, or `module:function`."""
    data: Path | None = None
    """Where its tasks are."""
    formats: tuple[str, ...] = ()
    """Empty: `code`, `json` and `text`, as far as the suite can be done in them."""
    models: tuple[str, ...] = ()
    """Empty: the one that is set up."""
    base_url: str | None = None
    """The server to ask; None: the one that is set up."""
    max_steps: int = Field(10, ge=1)
    """Replies that a task may take."""
    timeout: float | None = Field(None, gt=0)
    """Seconds that an action may run before the model is told; None: as it is set up."""
    task_seconds: float = Field(600.0, gt=0)
    """Seconds for all of a task."""
    limit: int | None = Field(None, ge=1)
    """Number of tasks; None: all."""
    seed: int | None = Field(None, ge=0)
    """The tasks are a sample that is drawn with it; None: the first ones."""
    repeat: int = Field(1, ge=1)
    """How often each task is done."""
    observations: tuple[str, ...] = ("full",)
    """How much of an error is told, by the names in `seeing.SEEING`; empty: all of it."""

    @field_validator("formats", "models", "observations")
    @classmethod
    def _each_once(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(values))

    @field_validator("observations")
    @classmethod
    def _all_of_it(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return values or ("full",)

    @field_validator("data")
    @classmethod
    def _from_anywhere(cls, data: Path | None) -> Path | None:
        return data.resolve() if data else None

    def joined(self, other: Self) -> Self:
        """What both ask for.  Raises `SettingError` where their rows could not stand side by side."""
        for name in ("suite", "data", "max_steps", "timeout", "task_seconds", "seed"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine != theirs:
                raise SettingError(
                    f"The results there were made with {_spelt(name, mine)}, not with {_spelt(name, theirs)}."
                    " Ask for the same, or for more formats, models, tasks or repeats; or name another folder with --out."
                )
        limits = (self.limit, other.limit)
        joined = {
            **{name: (*getattr(self, name), *getattr(other, name)) for name in ("formats", "models", "observations")},
            "limit": None if None in limits else max(limit for limit in limits if limit),
            "repeat": max(self.repeat, other.repeat),
            "base_url": other.base_url,  # a server that moved is the same
        }
        return type(self).model_validate(self.model_dump() | joined)


class Job(BaseModel):
    """One trial, as a worker is told of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: str
    """As it is loaded."""
    data: Path | None
    named: str
    """As the suite names itself."""
    task: str
    format: str
    model: str
    """As the server knows it."""
    repeat: int
    observation: str
    wall: float
    options: dict[str, Any]
    """Settings that a command line would give; the worker has the rest, and the key, from its own environment and files."""
    endpoint: str
    """The URL that comes of it here, and has to there; empty: OpenAI's."""
    events: str
    """The event file's path, from the results' folder."""
    imports: tuple[str, ...] = ()
    """Folders in which a user's suite may be found."""

    @property
    def key(self) -> Key:
        """As that of its row."""
        return self.named, self.task, self.format, self.model, self.repeat, self.observation


def settled_formats(wanted: Sequence[str], suite: Suite) -> tuple[str, ...]:
    """Those to try.  Raises `SettingError` naming one that the suite cannot be done in."""
    known = [name for name in suite.formats if name in FORMATS]
    for name in wanted:
        if name not in known:
            raise SettingError(f"The suite {suite.name} cannot be done in the format {name!r}, only in {', '.join(known)}.")
    if found := tuple(wanted or (name for name in COMPARED if name in known)):
        return found
    raise SettingError(f"The suite {suite.name} can be done in none of {', '.join(COMPARED)}: name formats of {', '.join(known)}.")


def checked_observations(wanted: Sequence[str]) -> None:
    """Raises `SettingError` naming what there is none of."""
    for name in wanted:
        if name not in SEEING:
            raise SettingError(f"There is no way {name!r} to tell errors, only {', '.join(SEEING)}.")


def sampled(names: Sequence[str], limit: int | None, seed: int | None) -> list[str]:
    """So many of the tasks, in their order; a larger sample holds a smaller one of the same seed."""
    if limit is None or seed is None:
        return list(names)[:limit]
    shuffled = list(names)
    random.Random(seed).shuffle(shuffled)
    drawn = set(shuffled[:limit])
    return [name for name in names if name in drawn]


def jobs(plan: Plan, suite: Suite, server: Callable[[str], tuple[Mapping[str, Any], str]], imports: Sequence[str]) -> Iterator[Job]:
    """In the order in which they are done; `server`: a model's options, and its URL."""
    tasks = sampled(suite.names(), plan.limit, plan.seed)
    ways = product(plan.models, plan.formats, plan.observations, range(1, plan.repeat + 1), tasks)
    for model, format, observation, repeat, task in ways:
        options, endpoint = server(model)
        seen = "" if observation == "full" else f"-{observation}"
        yield Job(
            suite=plan.suite,
            data=plan.data,
            named=suite.name,
            task=task,
            format=format,
            model=model,
            repeat=repeat,
            observation=observation,
            wall=plan.task_seconds,
            options=dict(options),
            endpoint=endpoint,
            events=f"events/{_file_name(format)}/{_file_name(model)}/{_file_name(task)}-{repeat}{seen}.jsonl",
            imports=tuple(imports),
        )


def _file_name(name: str) -> str:
    """Good on every file system, and no other name's."""
    if len(name) <= _LONGEST_NAME and _SAFE.fullmatch(name):
        return name
    told = re.sub(r"[^A-Za-z0-9_-]+", "_", name)[:_LONGEST_NAME].strip("_")
    return f"{told}~{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _spelt(name: str, value: Any) -> str:
    option = {"suite": "the suite", "data": "--data"}.get(name, f"--{name.replace('_', '-')}")
    return f"{option} {value}" if value is not None else f"no {option}"
