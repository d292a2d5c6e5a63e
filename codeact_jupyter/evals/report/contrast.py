"""Two ways of doing the same tasks, paired."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean

from codeact_jupyter.evals.report.statistics import Estimate, Statistics
from codeact_jupyter.evals.row import Row

Key = Callable[[Row], tuple[object, ...]]
Pair = tuple[Row, Row]


@dataclass(frozen=True)
class Outcome:
    """One rule of success, either way."""

    before: float
    after: float
    """Shares of the tasks."""
    difference: Estimate
    """After minus before, over tasks."""
    gained: tuple[str, ...]
    """Tasks that were solved more often after than before."""
    lost: tuple[str, ...]
    p: float | None
    """McNemar's exact test; with repeats of tasks, the sign test over tasks that it then is."""


@dataclass(frozen=True)
class Contrast:
    """A way of doing tasks (after) against another one (before), on what both have tried."""

    tasks: int
    pairs: int
    unpaired: int
    """Trials without a partner."""
    reference: Outcome
    fixed: Outcome
    turns_before: float
    turns_after: float
    turns: Estimate


def contrast(before: Iterable[Row], after: Iterable[Row], key: Key, statistics: Statistics) -> Contrast | None:
    """Pairs are rows with the same `key`, which is unique on either side.  None: there are none."""
    one, other = {key(row): row for row in before}, {key(row): row for row in after}
    shared = sorted((name for name in one if name in other), key=repr)
    if not shared:
        return None
    tasks: dict[str, list[Pair]] = {}
    for name in sorted(shared, key=lambda name: one[name].task):
        tasks.setdefault(one[name].task, []).append((one[name], other[name]))
    return Contrast(
        len(tasks),
        len(shared),
        len(one) + len(other) - 2 * len(shared),
        _outcome(tasks, lambda row: row.success_reference, statistics),
        _outcome(tasks, lambda row: row.success_fixed, statistics),
        _over(tasks, lambda pair: pair[0].turns),
        _over(tasks, lambda pair: pair[1].turns),
        statistics.mean([fmean(b.turns - a.turns for a, b in pairs) for pairs in tasks.values()]),
    )


def _outcome(tasks: dict[str, list[Pair]], rule: Callable[[Row], bool], statistics: Statistics) -> Outcome:
    differences = {task: fmean(rule(b) - rule(a) for a, b in pairs) for task, pairs in tasks.items()}
    gained = tuple(task for task, difference in differences.items() if difference > 0)
    lost = tuple(task for task, difference in differences.items() if difference < 0)
    return Outcome(
        _over(tasks, lambda pair: rule(pair[0])),
        _over(tasks, lambda pair: rule(pair[1])),
        statistics.mean(list(differences.values())),
        gained,
        lost,
        statistics.mcnemar(len(gained), len(lost)),
    )


def _over(tasks: dict[str, list[Pair]], number: Callable[[Pair], float]) -> float:
    return fmean(fmean(number(pair) for pair in pairs) for pairs in tasks.values())
