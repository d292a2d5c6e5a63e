"""A run as it is exported: what was asked, each reply with what came of it, and how it ended.  Pure; begin with `Trajectory`."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict

from codeact_jupyter.events import (
    ActionDecided,
    ActionProposed,
    Event,
    ModelReplied,
    Observed,
    RunFinished,
    Status,
    UserAsked,
)
from codeact_jupyter.pictures import Picture

_OF_STEPS = re.compile(r"No answer after (\d{1,9}) steps?\b")
"""How a run ends at its limit of replies; those of tokens, time and cost end it in other words."""

FAILED: frozenset[Status] = frozenset({"error", "died", "interrupted", "unresponsive"})
"""Statuses of an action that did not come to its end."""

IMPORTED = "imported"
"""Among a run's settings: that it was recorded elsewhere."""

EVALUATED = "evaluation"
"""Among a run's settings, what an evaluation held it to: `suite`, `task`, `system`, names of `tools`, and `setup`, which brought them."""


class Imported(BaseModel):
    """What is known of a run that was recorded elsewhere, besides its events."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    form: str
    """`codeact`, `mint` or `events`."""
    id: str = ""
    """What it is called there."""
    system: str | None = None
    """Its system message; None: the messages are made by `prompt`, as those of any run."""
    asked: str = ""
    """Its first message of the user's, as it stood."""
    observation: str = "Observation:\n"
    """What its observations begin with."""
    success: bool | None = None
    """By its own score; None: how it ended says it."""


@dataclass(frozen=True)
class Step:
    """A reply, and what came of it."""

    reply: ModelReplied
    code: str = ""
    """As it ran, or was proposed; empty: the reply proposed nothing."""
    cell: str = ""
    """Id of its cell."""
    scratch: bool = False
    proposed: str = ""
    """The action, by its id."""
    observed: tuple[Observed, ...] = ()

    @property
    def status(self) -> Status | None:
        """How it ended; None: nothing was observed of it."""
        return self.observed[-1].status if self.observed else None

    @property
    def text(self) -> str:
        """What was observed, whole."""
        return "\n".join(observed.text for observed in self.observed if observed.status != "running" or observed is self.observed[-1])

    @property
    def images(self) -> tuple[str, ...]:
        """Keys of its figures."""
        return tuple(dict.fromkeys(key for observed in self.observed for key in observed.images))


Outputs = Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]
"""What cells show, as nbformat has it, by the ids of the cells and what they held."""


def no_outputs() -> Outputs:
    return {}


@dataclass(frozen=True)
class Trajectory:
    """One run."""

    run: str
    began: str
    """UTC, ISO 8601."""
    events: tuple[Event, ...]
    before: tuple[Event, ...] = ()
    """Of the runs that it goes on from: what the model is told of them is made from these."""
    steps_granted: int = 30
    """Replies that it could take: what the count-down begins with."""
    outputs: Callable[[], Outputs] = field(default=no_outputs, repr=False)
    """Those of its cells, as far as they are recorded."""
    picture: Callable[[str], Picture | None] = field(default=lambda _: None, repr=False)
    """A figure, by its key."""

    @cached_property
    def asked(self) -> UserAsked:
        return next((event for event in self.events if isinstance(event, UserAsked)), UserAsked(text=""))

    @cached_property
    def end(self) -> RunFinished | None:
        """None: it goes on, or was cut off."""
        return next((event for event in reversed(self.events) if isinstance(event, RunFinished)), None)

    @cached_property
    def imported(self) -> Imported | None:
        """None: it was recorded here."""
        told = self.asked.settings.get(IMPORTED)
        return None if told is None else Imported.model_validate(told)

    @property
    def system(self) -> str | None:
        """Its system message, where an evaluation gave one; None: the usual one."""
        told = self.asked.settings.get(EVALUATED, {}).get("system")
        return told if isinstance(told, str) else None

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return tuple(steps(self.events))

    @property
    def succeeded(self) -> bool:
        """It was scored so; without a score: it came to an answer."""
        if self.imported and self.imported.success is not None:
            return self.imported.success
        return self.end is not None and self.end.reason == "answered"


def steps(events: Sequence[Event]) -> list[Step]:
    """The replies of a run, in order."""
    found: list[Step] = []
    for event in events:
        match event:
            case ModelReplied():
                found.append(Step(event))
            case ActionProposed() if found:
                found[-1] = replace(found[-1], code=event.code, cell=event.cell_id, scratch=event.scratch, proposed=event.action_id)
            case ActionDecided(decision="allow") if at := _step(found, event.action_id):
                found[at - 1] = replace(found[at - 1], code=event.code)
            case Observed(action_id=str() as action) if at := _step(found, action):
                found[at - 1] = replace(found[at - 1], observed=(*found[at - 1].observed, event))
            case Observed(status=status) if found and status != "died":
                found[-1] = replace(found[-1], observed=(*found[-1].observed, event))
            case _:
                pass
    return found


def _step(found: Sequence[Step], action: str) -> int:
    """The number of the step that proposed it, from 1; 0: none."""
    return next((number for number in range(len(found), 0, -1) if found[number - 1].proposed == action), 0)


def granted(events: Sequence[Event], otherwise: int) -> int:
    """Replies that a run could take: as its own settings say, or its end at the limit; neither is recorded of every run."""
    asked = next((event for event in events if isinstance(event, UserAsked)), None)
    match asked.settings.get("max_steps") if asked else None:
        case int(said) if said > 0:
            return said
        case _:
            pass
    last = events[-1]
    if isinstance(last, RunFinished) and last.reason == "limit" and (said_last := _OF_STEPS.match(last.message)):
        return int(said_last[1])
    return otherwise
