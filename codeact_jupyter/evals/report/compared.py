"""Two folders of results, paired."""

from collections.abc import Sequence
from dataclasses import dataclass

from codeact_jupyter.evals.report.contrast import Contrast, contrast
from codeact_jupyter.evals.report.groups import observations
from codeact_jupyter.evals.report.results import formats
from codeact_jupyter.evals.report.statistics import Statistics
from codeact_jupyter.evals.row import Row


@dataclass(frozen=True)
class Compared:
    """One suite, format and observation: the second folder against the first."""

    suite: str
    format: str
    observation: str
    model: str
    """Empty: each folder has one of its own."""
    contrast: Contrast


def compared(first: Sequence[Row], second: Sequence[Row], statistics: Statistics) -> list[Compared]:
    """Paired by suite, task, format, repeat and observation; and by model, where a folder has several.  Empty: see `why_not`."""
    return [
        Compared(suite, format, observation, model, between)
        for suite in sorted({row.suite for row in first})
        for observation in observations([row for row in first if row.suite == suite])
        for model in _models(first, second)
        for format in formats(first)
        if (
            between := contrast(
                *(
                    [row for row in rows if _of(row) == (suite, format, observation) and model in ("", row.model)]
                    for rows in (first, second)
                ),
                lambda row: (row.task, row.repeat),
                statistics,
            )
        )
    ]


def why_not(first: Sequence[Row], second: Sequence[Row]) -> str:
    """What keeps two folders from being compared, for the user."""
    if not _models(first, second):
        one, other = ({row.model for row in rows} for rows in (first, second))
        return f"The models are {_listed(one)} in one and {_listed(other)} in the other: say which with --model-a and --model-b."
    for what, of in (("suite", lambda row: row.suite), ("format", lambda row: row.format), ("observation", lambda row: row.observation)):
        one, other = {of(row) for row in first}, {of(row) for row in second}
        if not one & other:
            return f"The folders share no task: the {what} is {_listed(one)} in one, {_listed(other)} in the other."
    return "The folders share no task: none was tried in both with the same format, repeat and observation."


def _of(row: Row) -> tuple[str, str, str]:
    return row.suite, row.format, row.observation


def _models(first: Sequence[Row], second: Sequence[Row]) -> list[str]:
    """Models may differ where it is plain which is held against which."""
    one, other = {row.model for row in first}, {row.model for row in second}
    if len(one) < 2 and len(other) < 2:
        return [""]
    return sorted(one & other)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
