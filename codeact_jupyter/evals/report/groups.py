"""The rows of a suite, by what was tried: observation, model, format."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from codeact_jupyter.evals.report.contrast import Contrast, contrast
from codeact_jupyter.evals.report.ordered import formats
from codeact_jupyter.evals.report.statistics import Statistics
from codeact_jupyter.evals.report.summary import Summary, summary
from codeact_jupyter.evals.row import Row

ALL = "all models"
OBSERVATIONS = ("full", "last-line", "none")


@dataclass(frozen=True)
class Tried:
    """One format, with one model (or all of them) and one observation."""

    format: str
    rows: tuple[Row, ...]
    summary: Summary


@dataclass(frozen=True)
class Between:
    """One way against another, by their names."""

    before: str
    after: str
    contrast: Contrast | None
    """None: they share no trial."""


@dataclass(frozen=True)
class Group:
    """The formats that were tried with one model and one observation."""

    model: str
    """`ALL`: with every one."""
    observation: str
    tried: tuple[Tried, ...]
    between: tuple[Between, ...]
    """Each two formats: the first in their order is what the others are held against (`after`)."""

    @property
    def rows(self) -> list[Row]:
        return [row for tried in self.tried for row in tried.rows]


@dataclass(frozen=True)
class Suite:
    """All that was tried of a suite."""

    name: str
    groups: tuple[Group, ...]
    """By observation, then by model; `ALL` after the models of an observation, if there are several."""
    rows: tuple[Row, ...]

    @property
    def models(self) -> list[str]:
        return sorted({row.model for row in self.rows})

    @property
    def observations(self) -> list[str]:
        return observations(self.rows)

    @property
    def single(self) -> list[Group]:
        """Those of one model each."""
        return [group for group in self.groups if group.model != ALL]


def observations(rows: Sequence[Row]) -> list[str]:
    """Those that were tried, the most telling first."""
    return sorted(
        {row.observation for row in rows}, key=lambda name: (OBSERVATIONS.index(name) if name in OBSERVATIONS else len(OBSERVATIONS), name)
    )


def suites(rows: Sequence[Row], statistics: Statistics) -> list[Suite]:
    """In the order of their names."""
    return [_suite(name, [row for row in rows if row.suite == name], statistics) for name in sorted({row.suite for row in rows})]


def _suite(name: str, rows: Sequence[Row], statistics: Statistics) -> Suite:
    groups = []
    for observation in observations(rows):
        seen = [row for row in rows if row.observation == observation]
        models = sorted({row.model for row in seen})
        groups += [_group(model, observation, [row for row in seen if row.model == model], statistics) for model in models]
        if len(models) > 1:
            groups.append(_group(ALL, observation, seen, statistics))
    return Suite(name, tuple(groups), tuple(rows))


def _group(model: str, observation: str, rows: Sequence[Row], statistics: Statistics) -> Group:
    by_format = {name: tuple(row for row in rows if row.format == name) for name in formats(rows)}
    tried = tuple(Tried(name, found, summary(found, statistics)) for name, found in by_format.items())
    between = tuple(
        Between(second, first, contrast(by_format[second], by_format[first], lambda row: (row.task, row.model, row.repeat), statistics))
        for first, second in combinations(by_format, 2)
    )
    return Group(model, observation, tried, between)


def between_observations(suite: Suite, statistics: Statistics) -> list[tuple[str, str, Between]]:
    """Model, format, and each other observation against the most telling one."""
    found = []
    best, *others = suite.observations
    for model in suite.models:
        mine = [row for row in suite.rows if row.model == model]
        for format in formats(mine):
            rows = {name: [row for row in mine if row.format == format and row.observation == name] for name in suite.observations}
            for other in others:
                compared = contrast(rows[best], rows[other], lambda row: (row.task, row.repeat), statistics)
                found.append((model, format, Between(best, other, compared)))
    return found
