"""What of the history goes to the model: earlier runs in short, and, when the window is too small, old observations as one line; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

EARLIER_RUNS = 8
EARLIER_CHARS = 700
"""Of an observation, or an answer, of an earlier run."""

FEWEST_PICTURED = 2
"""Observations of a run whose figures are sent, at the least; one more than two beyond it, and three are left out."""


@dataclass(frozen=True)
class Memory:
    """How much of what was observed is sent."""

    masked: int = 0
    """Observations of this run, from the oldest on, that are sent as one line."""
    earlier: int = EARLIER_RUNS
    """Runs of the conversation before this one."""

    def shrunk(self, observations: int) -> "Memory | None":
        """With less: the older half of what stands whole, never the last one; then the earlier runs.  None: nothing is left."""
        whole = observations - self.masked - 1
        if whole > 0:
            return replace(self, masked=self.masked + (whole + 1) // 2)
        return replace(self, earlier=0) if self.earlier else None


def pictured(has: Sequence[bool], masked: int) -> frozenset[int]:
    """Which observations are sent with their figures: the last two to four that have any.

    Three are given up at a time, so that most requests begin with the bytes of the one before.
    """
    found = [number for number, pictures in enumerate(has) if pictures and number >= masked]
    return frozenset(found[max(0, (len(found) - FEWEST_PICTURED) // 3 * 3) :])


def line(text: str, limit: int = 160) -> str:
    """An observation in one line: its last words say most (the error, the result)."""
    last = next((part.strip() for part in reversed(text.splitlines()) if part.strip()), "")
    return f"[left out to save room; it ended: {last[:limit]}]"


def short(text: str, limit: int = EARLIER_CHARS) -> str:
    """Head and tail within `limit` characters."""
    if len(text) <= limit:
        return text
    head, tail = limit // 3, limit - limit // 3
    return f"{text[:head]}\n[… {len(text) - limit:,} characters left out …]\n{text[-tail:]}"
