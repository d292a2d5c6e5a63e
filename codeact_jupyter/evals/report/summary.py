"""What came of a way of doing tasks: one model, one format, one observation."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from codeact_jupyter.evals.report.ordered import by_task
from codeact_jupyter.evals.report.statistics import Estimate, Statistics
from codeact_jupyter.evals.row import Row

BROKEN_OFF = ("failed", "timeout", "broken", "stopped")
"""Ends that are not the model's own: such a trial counts as not solved."""


@dataclass(frozen=True)
class Summary:
    """Of rows, each task counting once."""

    tasks: int
    trials: int
    reference: Estimate
    fixed: Estimate
    turns: Estimate
    turns_solved: float | None
    """Of trials that the reference rule accepts; None: there are none."""
    actions: int
    error_turns: int
    recovered: int
    replies: int
    invalid: int
    met_errors: int
    """Trials with an action that failed."""
    met_and_solved: int
    tokens: int
    tokens_each: float
    seconds_median: float
    seconds: float
    cost: float | None
    """What is known of it; None: nothing is."""
    priced: int
    """Trials whose cost is known."""
    solved: int
    """Trials that the reference rule accepts."""
    ends: Counter[str]


def summary(rows: Sequence[Row], statistics: Statistics) -> Summary:
    """`rows` are of at least one trial."""
    tasks = by_task(rows)

    def over(number: Callable[[Row], float]) -> list[float]:
        return [fmean(number(row) for row in trials) for trials in tasks.values()]

    costs = [row.cost for row in rows if row.cost is not None]
    solved = [row for row in rows if row.success_reference]
    failing = [row for row in rows if row.error_turns]
    return Summary(
        tasks=len(tasks),
        trials=len(rows),
        reference=statistics.share(over(lambda row: row.success_reference)),
        fixed=statistics.share(over(lambda row: row.success_fixed)),
        turns=statistics.mean(over(lambda row: row.turns)),
        turns_solved=fmean(row.turns for row in solved) if solved else None,
        actions=sum(row.actions for row in rows),
        error_turns=sum(row.error_turns for row in rows),
        recovered=sum(row.recovered for row in rows),
        replies=sum(row.turns for row in rows),
        invalid=sum(row.invalid for row in rows),
        met_errors=len(failing),
        met_and_solved=sum(row.success_reference for row in failing),
        tokens=sum(row.tokens for row in rows),
        tokens_each=fmean(row.tokens for row in rows),
        seconds_median=median(row.seconds for row in rows),
        seconds=sum(row.seconds for row in rows),
        cost=sum(costs) if costs else None,
        priced=len(costs),
        solved=len(solved),
        ends=Counter(row.end for row in rows),
    )
