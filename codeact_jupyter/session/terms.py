"""What an evaluation, or a replay, holds a run to besides its settings.  The loop, kernel, cells and observations stay the same."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from codeact_jupyter.ports import ActionFormat, Check, Model, Observe


class ClosingModel(Model, Protocol):
    """A model with something to let go of."""

    async def aclose(self) -> None:
        """Nothing more is asked of it."""


def as_it_is(observe: Observe) -> Observe:
    """Observations whole."""
    return observe


@dataclass(frozen=True)
class Terms:
    """Each field stands in for what the settings would have given; the defaults leave all as it is."""

    format: Callable[[], ActionFormat] | None = None
    """How actions are written."""
    system: str | None = None
    """The system message, with how a reply is written."""
    setup: str = ""
    """Python that runs in the kernel unseen before its first action, and again when the kernel was restarted."""
    check: Check | None = None
    """Judges each answer; what it objects is told, and the run goes on."""
    observe: Callable[[Observe], Observe] = as_it_is
    """What becomes of observations before they are recorded and told."""
    model: Callable[[], ClosingModel] | None = None
    """Asked in place of the one that the settings name."""
    context: bool = True
    """The model is told of notebook, kernel and files."""
    last_words: bool = True
    circles: bool = True
    """As in `budget.Limits`."""
