"""What is asked for, as values, and how a follow-up joins what was asked before; pure."""

from dataclasses import dataclass, replace
from typing import Literal

Unit = Literal["year", "quarter", "month", "week", "day", "weekday", "hour"]
Function = Literal["mean", "sum", "median", "min", "max", "std", "count", "nunique", "many", "latest", "earliest", "flagged", "value"]
"""`many`: "how many X", which is a sum or a number of distinct values, as X is; `flagged`: the rows where X holds, if it is a yes or no;
`value`: the values themselves, as a correlation takes them."""
Operator = Literal["==", "!=", ">", ">=", "<", "<=", "between"]
Kind = Literal[
    "none",
    "describe",
    "columns",
    "missing",
    "measure",
    "share",
    "distinct",
    "rank_rows",
    "rank_groups",
    "common",
    "correlation",
    "pairs",
    "fit",
    "trend",
    "spread",
]
"""`pairs`: the correlations of all columns, or of one with all others; `spread`: how the values of a column are distributed."""
Plot = Literal["", "any", "bar", "line", "hist", "box", "scatter"]


@dataclass(frozen=True)
class Column:
    """A column that was spoken of."""

    said: str
    names: tuple[str, ...]
    """Candidates among the columns there are; what was written, where it was written as a name is."""
    rank: int = 1
    """How near `said` is to them, as `columns.Match` has it; 0: taken literally."""


@dataclass(frozen=True)
class Measure:
    function: Function | None
    """None: left open ("top 5 cities by revenue")."""
    column: Column | None = None
    """None: the rows themselves are counted."""


@dataclass(frozen=True)
class Condition:
    """Which rows count: a column, or a part of the date, against values."""

    column: Column | None
    operator: Operator
    values: tuple[str | float, ...]
    part: Literal["", "year", "month"] = ""


@dataclass(frozen=True)
class Intent:
    kind: Kind = "none"
    measures: tuple[Measure, ...] = ()
    by: tuple[Column | Unit, ...] = ()
    ratio: bool = False
    """The groups follow "per" or "each", which with numbers asks for a ratio."""
    date: Column | None = None
    """The date column that was named for a unit of time."""
    conditions: tuple[Condition, ...] = ()
    top: int | None = None
    descending: bool = True
    plot: Plot = ""
    """`any`: a chart, and nothing is said of what kind."""
    bins: int | None = None
    first: Literal["", "day", "month"] = ""
    """What stands first in a date, where the request says so."""
    loose: tuple[str, ...] = ()
    """Words that could not be placed: while there are any, nothing is computed."""
    unclear: str = ""
    """Why the request, though each word is known, is not understood."""
    superlative: str = ""
    """The adjective that the groups are ranked by; beside a date or a number ("the oldest year") it means that column's own extreme."""
    rows_called: tuple[str, ...] = ()
    """Nouns that were taken to mean the rows."""
    typical: bool = False
    """The average is asked for as what is typical."""
    in_total: bool = False
    """It says “in total”."""
    things: bool = False
    """It asks how many there are of a value: of rows, or of things that a row has many of."""


_RELATIONS = ("trend", "spread")
_COMPARED = ("correlation", "pairs", "fit")
_ANYWHERE = ("", "any", "bar", "line")
"""Charts that go with most questions."""


def merged(before: Intent, now: Intent) -> Intent:
    """A follow-up: what it does not say is as it was."""
    kind, measures = now.kind, now.measures
    if kind == "none":
        kind, measures = before.kind, before.measures
    elif kind in _RELATIONS and not measures and before.kind not in _COMPARED:
        measures = before.measures[:1]
    elif kind == "measure" and before.measures and len(now.measures) == 1 and now.measures[0].function is None:
        measures = tuple(replace(measure, column=now.measures[0].column) for measure in before.measures)
        kind = before.kind if before.kind in ("missing", "share", *_RELATIONS) else kind
    elif kind == "measure" and before.measures and (column := before.measures[0].column) and _open(now):
        measures = tuple(replace(measure, column=column) for measure in now.measures)
        kind = "trend" if before.kind == "trend" else kind
    ranked = now if now.top or now.kind.startswith("rank") else before
    unclear = now.unclear or (before.unclear if now.kind == "none" else "")
    if now.by and kind in ("describe", "columns", "missing", "distinct", "common"):
        unclear = "the question before cannot be split by groups"
    if before.kind in _COMPARED and kind == "measure" and len(now.measures) == 1 and not _whole(now.measures[0]):
        unclear = "it does not say what that is to be compared with"
    if now.by and now.kind == "none" and before.superlative:
        unclear = f"I do not know what “{before.superlative}” goes with then"
    kept = before if now.kind == "none" else now
    return replace(
        now,
        loose=(*before.loose, *now.loose),
        unclear=unclear,
        plot=now.plot or (before.plot if before.plot in _ANYWHERE or kind == before.kind else ""),
        bins=now.bins or before.bins,
        first=now.first or before.first,
        kind=kind,
        superlative=kept.superlative,
        typical=kept.typical,
        in_total=kept.in_total,
        things=kept.things,
        measures=measures,
        by=now.by or before.by,
        ratio=now.ratio if now.by else before.ratio,
        date=now.date or before.date,
        conditions=_conditions(before.conditions, now.conditions),
        top=ranked.top,
        descending=ranked.descending,
    )


def _whole(measure: Measure) -> bool:
    """It says both what to compute, and of what."""
    return measure.function == "count" or (measure.function is not None and measure.column is not None)


def _open(now: Intent) -> bool:
    """Every measure lacks its column."""
    return all(measure.column is None and measure.function != "count" for measure in now.measures)


def _conditions(before: tuple[Condition, ...], now: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """A new word on the same column takes the place of the old one."""
    spoken = {_about(condition) for condition in now}
    return tuple(condition for condition in before if _about(condition) not in spoken) + now


def _about(condition: Condition) -> tuple[tuple[str, ...], str]:
    return (condition.column.names if condition.column else (), condition.part)
