"""What a run may use, and what it has used: steps, tokens and cost from its events alone, seconds from a watch that stops for the user."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from codeact_jupyter.events import ActionDecided, ApprovalAsked, Event, ModelReplied, Recorded, Resumed, UserAsked

MILLION = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What a run may use; 0: as much as it likes."""

    steps: int = 30
    """Replies of the model; a wait costs one too."""
    action_seconds: float = 120.0
    """After this long the model is told that its action still runs."""
    tokens: int = 0
    seconds: float = 0.0
    """Without the time in which it waits for the user."""
    cost: float = 0.0
    """In the currency of the price table."""
    last_words: bool = True
    """At the limit of steps the model is asked once more, for the best answer from what was seen."""
    circles: bool = True
    """The same code that fails in the same way again and again ends the run."""


@dataclass(frozen=True)
class Spent:
    """What the events of a run tell of it."""

    steps: int
    tokens: int
    cost: float | None
    """None: the model's prices are not known."""


class Stopwatch:
    """The run's own time, in seconds."""

    def __init__(self, already: float = 0.0):
        """`already`: of the run's time before it was cut off."""
        self._began = time.monotonic() - already
        self._paused = 0.0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began - self._paused

    @contextmanager
    def pause(self) -> Iterator[None]:
        """While the user is waited for."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._paused += time.monotonic() - began


def spent(run: Sequence[Event]) -> Spent:
    """What a run has used until now."""
    usages = [event.usage for event in run if isinstance(event, ModelReplied)]
    prices = next((event.prices for event in run if isinstance(event, UserAsked)), None)
    prompt, completion = sum(usage.prompt for usage in usages), sum(usage.completion for usage in usages)
    cost = (prompt * prices[0] + completion * prices[1]) / MILLION if prices else None
    return Spent(len(usages), prompt + completion, cost)


def elapsed(run: Sequence[Recorded]) -> float:
    """Seconds that the run has taken until now: without those in which it waited for the user, or was cut off."""
    total, waiting = 0.0, False
    for before, after in pairwise(run):
        if isinstance(before.event, ApprovalAsked | ActionDecided):
            waiting = isinstance(before.event, ApprovalAsked)  # whatever else happens until then: the user speaks, it is cut off
        asked_again = isinstance(before.event, Resumed) and isinstance(after.event, ActionDecided)
        if not (waiting or asked_again or isinstance(after.event, Resumed)):
            total += (datetime.fromisoformat(after.at) - datetime.fromisoformat(before.at)).total_seconds()
    return total


def exhausted(limits: Limits, used: Spent, seconds: float) -> str:
    """Which of its budgets the run has used up, for the user; empty: none."""
    if limits.tokens and used.tokens >= limits.tokens:
        return f"The run's budget of {limits.tokens:,} tokens is used up ({used.tokens:,}). Grant more (max_tokens), or ask anew."
    if limits.cost and used.cost is not None and used.cost >= limits.cost:
        return f"The run's budget of {limits.cost:g} is used up (it cost {used.cost:.4g}). Grant more (max_cost), or ask anew."
    if limits.seconds and seconds >= limits.seconds:
        return f"The run's time of {limits.seconds:g} s is used up. Grant more (max_seconds), or ask anew."
    return ""


def seconds_left(limits: Limits, used: float) -> float | None:
    """Of the run's time; None: it has as much as it likes."""
    return max(0.0, limits.seconds - used) if limits.seconds else None


def steps(count: int) -> str:
    """So many, in words."""
    return "1 step" if count == 1 else f"{count} steps"
