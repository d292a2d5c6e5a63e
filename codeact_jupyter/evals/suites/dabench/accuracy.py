"""The benchmark's three accuracies, of the rows of an evaluation."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from codeact_jupyter.evals.row import Row


@dataclass(frozen=True)
class Accuracy:
    """Shares from 0 to 1."""

    by_question: float
    """All values of a question are right."""
    by_sub_question: float
    """Of all values asked for."""
    proportional: float
    """The mean, over questions, of the share of their values that are right."""


def accuracy(rows: Iterable[Row], rule: Literal["reference", "fixed"] = "reference") -> Accuracy:
    """Of one format and model.  A trial that was never marked (out of time, broken) is wrong in as many values as others of its question
    were marked in, one at least."""
    tried = list(rows)
    counts = {row.task: len(row.detail["sub"]) for row in tried if row.detail.get("sub")}
    marked = [[bool(one[rule]) for one in row.detail.get("sub", {}).values()] or [False] * counts.get(row.task, 1) for row in tried]
    values = [right for question in marked for right in question]
    return Accuracy(
        by_question=_share([all(question) for question in marked]),
        by_sub_question=_share(values),
        proportional=_share([_share(question) for question in marked]),
    )


def _share(parts: Iterable[float]) -> float:
    counted = list(parts)
    return sum(counted) / len(counted) if counted else 0.0
