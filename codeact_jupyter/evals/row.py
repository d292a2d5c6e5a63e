"""The result of one trial, as a line of `results.jsonl`."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from codeact_jupyter.budget import spent
from codeact_jupyter.events import ActionStarted, Event, ModelReplied, Observed

FAILED = frozenset({"error", "died", "interrupted", "unresponsive"})
"""Statuses of an action that did not come to its end."""


class Row(BaseModel):
    """A task, tried once under one condition."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: str
    task: str
    format: str
    model: str
    repeat: int
    """Counts from 1."""
    observation: str = "full"
    """What of an error the model was told: `full`, `last-line`, `none`."""
    success_reference: bool
    success_fixed: bool
    end: str
    """Why it ended: as a run does (`answered`, `limit`, `failed`, `stopped`); `timeout`, the wall limit; `broken`, the harness."""
    turns: int
    """Replies of the model, the answer included."""
    actions: int
    """Those that were started in the kernel."""
    error_turns: int
    """Actions that failed there."""
    invalid: int
    """Replies in which there was neither an action nor an answer."""
    recovered: int
    """Actions that failed, and after which another one in the same run went well."""
    tokens: int
    seconds: float
    cost: float | None
    """None: the model's prices are not known."""
    events: str
    """Path of the trial's event file, from the results' folder."""
    answer: str | None = None
    message: str = ""
    """How the run ended, in words."""
    detail: dict[str, Any] = {}

    @property
    def key(self) -> tuple[str, str, str, str, int, str]:
        """Of two rows with the same key one is redundant."""
        return self.suite, self.task, self.format, self.model, self.repeat, self.observation


def counted(events: Sequence[Event]) -> dict[str, Any]:
    """What a run's events say of it: the fields of a row that are counts."""
    seen = [event for event in events if isinstance(event, Observed) and event.action_id and event.status != "running"]
    well = max((index for index, event in enumerate(seen) if event.status == "ok"), default=-1)
    failed = [index for index, event in enumerate(seen) if event.status in FAILED]
    used = spent(events)
    return {
        "turns": sum(isinstance(event, ModelReplied) for event in events),
        "actions": sum(isinstance(event, ActionStarted) for event in events),
        "error_turns": len(failed),
        "invalid": sum(isinstance(event, Observed) and event.status == "unparsed" for event in events),
        "recovered": sum(index < well for index in failed),
        "tokens": used.tokens,
        "cost": used.cost,
    }
