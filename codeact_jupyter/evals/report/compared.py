"""Two folders of results, paired."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from codeact_jupyter.evals.report.contrast import Contrast, contrast
from codeact_jupyter.evals.report.groups import observations
from codeact_jupyter.evals.report.ordered import formats
from codeact_jupyter.evals.report.statistics import Statistics
from codeact_jupyter.evals.row import Row

PARTS: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("suite", lambda row: row.suite),
    ("format", lambda row: row.format),
    ("observation", lambda row: row.observation),
)


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
    found = []
    of = product(sorted({row.suite for row in first}), observations(first), _models(first, second), formats(first))
    for suite, observation, model, format in of:
        one, other = (_those(rows, (suite, format, observation), model) for rows in (first, second))
        if between := contrast(one, other, lambda row: (row.task, row.repeat), statistics):
            found.append(Compared(suite, format, observation, model, between))
    return found


def _those(rows: Sequence[Row], of: tuple[str, ...], model: str) -> list[Row]:
    return [row for row in rows if (row.suite, row.format, row.observation) == of and model in ("", row.model)]


def why_not(first: Sequence[Row], second: Sequence[Row]) -> str:
    """What keeps two folders from being compared, for the user."""
    if not _models(first, second):
        one, other = ({row.model for row in rows} for rows in (first, second))
        return f"The models are {_listed(one)} in one and {_listed(other)} in the other: say which with --model-a and --model-b."
    for what, of in PARTS:
        one, other = ({of(row) for row in rows} for rows in (first, second))
        if not one & other:
            return f"The folders share no task: the {what} is {_listed(one)} in one, {_listed(other)} in the other."
    return "The folders share no task: none was tried in both with the same format, repeat and observation."


def _models(first: Sequence[Row], second: Sequence[Row]) -> list[str]:
    """Models may differ where it is plain which is held against which."""
    one, other = {row.model for row in first}, {row.model for row in second}
    if len(one) < 2 and len(other) < 2:
        return [""]
    return sorted(one & other)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
