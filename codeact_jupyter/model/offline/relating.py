"""Correlation, fit, trend and spread settled against a table that was seen; pure."""

from collections.abc import Sequence
from dataclasses import replace

from codeact_jupyter.model.offline import columns
from codeact_jupyter.model.offline.asking import Column, Intent, Measure
from codeact_jupyter.model.offline.query import Figure, NotClear, Query
from codeact_jupyter.model.offline.settling import Settling, settle
from codeact_jupyter.model.offline.table import Seen, Table
from codeact_jupyter.model.offline.vocabulary import ADDITIVE, INTENSIVE

_PAIRED = 25
"""Columns of which all pairs are still compared."""
_STEADY = ("year", "quarter", "month", "week", "day")
"""Units of time in which a trend can be followed."""
_DRAWN_GROUPS = 40
"""Groups that still fit into one chart."""


def settled(intent: Intent, table: Table) -> Query:
    """Every column by its name, whatever is asked.  Raises `NotClear`."""
    if intent.unclear:
        raise NotClear(intent.unclear)
    relating = _Relating(table)
    units = [by for by in intent.by if not isinstance(by, Column)]
    if (intent.by and intent.kind in ("correlation", "pairs", "fit")) or (units and intent.kind == "spread"):
        raise NotClear("I do not do that by groups: ask for some of the rows, with “for …”")
    if intent.kind == "trend" and len(units) < len(intent.by):
        raise NotClear("I follow a trend for all rows, or for some with “for …”, but not by groups")
    match intent.kind:
        case "correlation":
            return relating.query(intent, relating.numbers(intent), intent.plot)
        case "fit":
            return relating.fit(intent)
        case "pairs":
            return relating.pairs(intent)
        case "trend":
            return relating.trend(intent)
        case "spread":
            return relating.spread(intent)
        case "measure" if intent.plot and not intent.by and len(intent.measures) == 1 and intent.measures[0].function is None:
            return relating.drawn(intent)
        case _:
            return settle(intent, table)


class _Relating:
    def __init__(self, table: Table):
        self.table = table
        self.settling = Settling(table)

    def query(self, intent: Intent, names: Sequence[str], plot: str) -> Query:
        """The values of these columns, in the rows that are meant."""
        conditions = tuple(self.settling.condition(condition) for condition in intent.conditions)
        dated = any(condition.part for condition in conditions)
        return Query(
            kind=intent.kind,
            figures=tuple(Figure("value", name) for name in names),
            date=self.settling.date(intent.date) if dated else None,
            conditions=conditions,
            plot=intent.plot if plot else "",
            bins=intent.bins,
            first=intent.first,
            notes=tuple(dict.fromkeys(self.settling.notes)),
        )

    def numbers(self, intent: Intent) -> list[str]:
        """The columns that are spoken of, which have to hold numbers."""
        names = [self.number(measure.column) for measure in intent.measures if measure.column]
        if len(set(names)) < len(names):
            raise NotClear(f"`{names[0]}` would be compared with itself")
        return names

    def number(self, column: Column) -> str:
        name = self.settling.name(column, "measure")
        self.settling.check(name, self.table.column(name), "value")
        return name

    def fit(self, intent: Intent) -> Query:
        """Of the first column on the second; on a date it is a trend."""
        one, other = (measure.column for measure in intent.measures)
        if other and self._dated(other):
            return self.trend(replace(intent, kind="trend", measures=(Measure(None, one),), date=other, plot=intent.plot and "line"))
        names = self.numbers(intent)
        query = self.query(intent, names, intent.plot)
        return replace(query, notes=(*query.notes, f"I took `{names[0]}` as what depends on `{names[1]}`."))

    def _dated(self, column: Column) -> bool:
        if not column.names:
            return True
        held = [self.table.column(name) for name in column.names]
        return len(held) == 1 and held[0] is not None and held[0].date

    def pairs(self, intent: Intent) -> Query:
        """All columns of numbers, the one that is asked for first."""
        asked = self.numbers(intent)
        left = [seen.name for seen in self.table.columns if _measures(seen, self.table.rows)]
        names = list(dict.fromkeys([*asked, *left])) if len(asked) < 2 else asked
        if len(names) < 2:
            raise NotClear("there are no two columns of numbers to compare")
        if len(names) > _PAIRED and not asked:
            raise NotClear(f"there are {len(names)} columns of numbers, too many to compare each with each: name one or two")
        query = self.query(intent, names, "")
        return replace(query, focus=asked[0] if len(asked) == 1 else "")

    def trend(self, intent: Intent) -> Query:
        """By a unit of time; without one, the data will tell which."""
        units = [by for by in intent.by if not isinstance(by, Column)]
        unit = units[0] if units else None
        if unit is not None and unit not in _STEADY:
            raise NotClear(f"a trend by {unit} is none over time")
        if not intent.measures:
            raise NotClear("it does not say of which column the trend is wanted")
        measure = intent.measures[0]
        named, years = intent.date, ""
        if measure.function == "many" and measure.column and self._dated(measure.column):  # "the number of orders placed"
            named, measure = named or measure.column, Measure("count")
        if named and (years := self._years(named)):
            named = None
        elif named and not self._dated(named):
            raise NotClear(f"`{named.said}` holds no dates, and I follow a trend for all rows, or for some with “for …”")
        if not years and not named and unit in (None, "year") and not any(seen.date for seen in self.table.columns):
            years = self.settling.part("year")
        figure = self._figure(measure)
        query = replace(self.query(intent, (), intent.plot), figures=(figure,), plot="line" if intent.plot else "")
        if years:
            return replace(query, keys=(years,), notes=tuple(dict.fromkeys(self.settling.notes)))
        return replace(query, unit=unit, date=self.settling.date(named), notes=tuple(dict.fromkeys(self.settling.notes)))

    def _years(self, column: Column) -> str:
        """The column, if it holds years as numbers."""
        held = [seen for name in column.names if (seen := self.table.column(name))]
        return held[0].name if len(held) == 1 and held[0].years else ""

    def _figure(self, measure: Measure) -> Figure:
        if measure.column is None:
            return Figure("count", None)
        if measure.function in ("latest", "earliest", "flagged"):
            raise NotClear(f"there is no trend of the {measure.function}")
        if measure.function == "nunique":
            return Figure("nunique", self.settling.name(measure.column, "any"))
        name = self.number(measure.column)
        if measure.function not in (None, "many", "value"):
            return Figure(measure.function or "mean", name)
        words = set(columns.stems(name))
        function = "sum" if words & ADDITIVE and not words & INTENSIVE else "mean"
        self.settling.notes.append(f"I took the {'total' if function == 'sum' else 'average'} of `{name}` in each period.")
        return Figure("sum" if function == "sum" else "mean", name)

    def spread(self, intent: Intent) -> Query:
        """The values of one column, or of one by groups; text is counted instead."""
        if not intent.measures:
            raise NotClear("it does not say which column to draw")
        keys = [self.settling.name(by, "group") for by in intent.by if isinstance(by, Column)]
        for key in keys:
            seen = self.table.column(key)
            if seen and seen.distinct > _DRAWN_GROUPS:
                raise NotClear(f"`{key}` has {seen.distinct} values: too many groups for one chart")
        self.settling.groups(keys, ratio=False)
        if not keys and intent.plot == "hist" and len(intent.measures) == 1 and (counted := self._counted(intent.measures[0])):
            return replace(self._counts(intent, counted), plot="bar")
        query = self.query(intent, self.numbers(intent), intent.plot)
        return replace(query, keys=tuple(keys))

    def _counted(self, measure: Measure) -> str:
        """The column, if it holds text of which rows can be counted."""
        if measure.column is None:
            return ""
        held = [seen for name in measure.column.names if (seen := self.table.column(name))]
        text = [seen.name for seen in held if not (seen.numeric or seen.numbers_as_text or seen.date)]
        return text[0] if len(held) == len(text) == 1 else ""

    def _counts(self, intent: Intent, name: str) -> Query:
        self.settling.notes.append(f"`{name}` is text: I counted the rows of each value.")
        column = Column(name, (name,))
        return replace(
            settle(replace(intent, kind="measure", measures=(Measure("count"),), by=(column,), plot="bar"), self.table),
            notes=tuple(self.settling.notes),
        )

    def drawn(self, intent: Intent) -> Query:
        """“Plot price” without a word of how: numbers as a histogram, text by its counts."""
        measure = intent.measures[0]
        if name := self._counted(measure):
            return self._counts(intent, name)
        if intent.plot == "any" and measure.column and not self._dated(measure.column):
            query = self.spread(replace(intent, kind="spread", plot="hist", measures=(Measure("value", measure.column),)))
            return replace(query, kind="spread", notes=(*query.notes, "I took the plot to be a histogram."))
        return settle(intent, self.table)


def _measures(seen: Seen, rows: int) -> bool:
    """Holds numbers that measure something: no running number of the rows, and not always the same."""
    counts = seen.whole and seen.distinct == rows and bool({"id", "no", "nr", "number", "index"} & set(columns.words_of(seen.name)))
    return (seen.numeric or seen.numbers_as_text) and not counts and seen.distinct > 1
