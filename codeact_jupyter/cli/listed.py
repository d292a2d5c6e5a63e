"""Runs as they are listed and named on a command line."""

from collections.abc import Iterable
from itertools import pairwise

SHORT = 8
"""Characters of an id, if that tells it from all others."""
ALL = -1
"""As a limit of the store's."""


def shortened(ids: Iterable[str]) -> dict[str, str]:
    """The beginning of each id, long enough to tell it from the others."""
    order = sorted(ids)
    alike = [0, *(_alike(*pair) for pair in pairwise(order)), 0]  # with the one before
    return {run: run[: max(SHORT, 1 + alike[at], 1 + alike[at + 1])] for at, run in enumerate(order)}


def _alike(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
