"""Means with intervals, and tests.  The unit is the task: what its repeats and models have in common is no further evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from math import nan
from statistics import fmean
from typing import Any

RESAMPLES = 9_999
LEVEL = 0.95
LIBRARIES = ("numpy", "scipy", "matplotlib")
AT_ONCE = 2_000_000
"""Numbers that a batch of resamples may hold."""


@dataclass(frozen=True)
class Estimate:
    """A mean over tasks."""

    value: float
    low: float | None
    """None: no interval, of a single task or without scipy."""
    high: float | None
    tasks: int


def missing() -> tuple[str, ...]:
    """Which libraries of the extra `eval` a report would need, and are not installed."""
    return tuple(name for name in LIBRARIES if not _imports(name))


def _imports(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True


@dataclass(frozen=True)
class Statistics:
    """Bootstrap and tests with one seed: the same tasks are drawn for everything that is measured of them."""

    seed: int = 0
    at_hand: bool = True
    """numpy and scipy are installed; else there are means alone."""

    def mean(self, values: Sequence[float]) -> Estimate:
        """Of a number for each task, with a percentile interval from resampled tasks."""
        count = len(values)
        if count < 2 or not self.at_hand:
            return Estimate(fmean(values) if values else nan, None, None, count)
        if min(values) == max(values):
            return Estimate(values[0], values[0], values[0], count)
        interval = (
            _scipy()
            .bootstrap(
                (values,),
                _numpy().mean,
                n_resamples=RESAMPLES,
                confidence_level=LEVEL,
                method="percentile",
                batch=max(1, AT_ONCE // count),
                rng=_numpy().random.default_rng(self.seed),
            )
            .confidence_interval
        )
        return Estimate(fmean(values), float(interval.low), float(interval.high), count)

    def share(self, values: Sequence[float]) -> Estimate:
        """As `mean`, of shares: where all are 0 or all are 1 a bootstrap has nothing to draw from, and the interval is the exact one."""
        found = self.mean(values)
        if found.low is None or found.value not in (0.0, 1.0):
            return found
        exact = _scipy().binomtest(round(sum(values)), len(values)).proportion_ci(LEVEL, method="exact")
        return Estimate(found.value, float(exact.low), float(exact.high), found.tasks)

    def mcnemar(self, gained: int, lost: int) -> float | None:
        """The exact two-sided test of pairs that differ.  None without scipy."""
        if not self.at_hand:
            return None
        return float(_scipy().binomtest(gained, gained + lost, 0.5).pvalue) if gained + lost else 1.0


def holm(values: Sequence[float]) -> list[float]:
    """Probabilities of tests that were made together, corrected for their number."""
    order = sorted(range(len(values)), key=lambda at: values[at])
    found, highest = [0.0] * len(values), 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - rank) * values[at]))
        found[at] = highest
    return found


def survival(solved: Mapping[str, Sequence[int | None]], turns: int) -> list[float]:
    """Share of tasks that are not solved after 0, 1, … `turns` turns; of each task the turn in which each of its trials solved it."""
    if not solved:
        return []
    return [fmean(fmean(at is None or at > turn for at in trials) for trials in solved.values()) for turn in range(turns + 1)]


def _scipy() -> Any:
    return import_module("scipy.stats")  # half a second, and part of an extra: only where a report is made


def _numpy() -> Any:
    return import_module("numpy")
