"""From what is asked to what is to be computed on a table that was seen: every name settled, or a question back; pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from codeact_jupyter.model.offline import columns
from codeact_jupyter.model.offline.asking import Column, Condition, Function, Intent, Measure
from codeact_jupyter.model.offline.query import Figure, NotClear, Query
from codeact_jupyter.model.offline.table import Seen, Table
from codeact_jupyter.model.offline.vocabulary import ADDITIVE, ADJECTIVES, INTENSIVE

_NUMBER_GROUPS = 12
"""Distinct numbers by which rows may still be grouped."""
_WHOLE_GROUPS = 60
"""Distinct whole numbers by which rows may still be grouped."""
_LISTED = 30
"""Distinct numbers that are still worth a list."""
_QUANTITIES = {("quantity",), ("qty",), ("count",), ("unit",), ("copy",), ("piece",)}
_TIMES = frozenset(
    {
        "release",
        "order",
        "sale",
        "fiscal",
        "financial",
        "survey",
        "report",
        "season",
        "publication",
        "sample",
        "reporting",
        "school",
        "race",
    }
)
"""What the year of a row is called; a year of birth is none."""
_LIVES = frozenset({"year", "birth", "born", "built", "founded", "made", "death", "died"})
"""Years of something else than the row."""
_CODES = frozenset({"id", "code", "number", "nr", "no", "year", "month", "day", "zip", "class", "type", "grade"})


def settle(intent: Intent, table: Table) -> Query:
    """Every column by its name.  Raises `NotClear`."""
    if intent.unclear:
        raise NotClear(intent.unclear)
    settling = Settling(table)
    intent = settling.flagged(settling.beside(intent))
    keys = tuple(settling.name(by, "group") for by in intent.by if isinstance(by, Column))
    units = [by for by in intent.by if not isinstance(by, Column)]
    parts = {unit: part for unit in units if not intent.date and (part := settling.part(unit))}
    units, keys = [unit for unit in units if unit not in parts], (*keys, *parts.values())
    if len(units) > 1:
        raise NotClear("it names two units of time")
    settling.computable(intent, keys)
    figures = tuple(figure for measure in intent.measures for figure in settling.figures(measure, intent, keys))
    if intent.kind.startswith("rank") and len(figures) > 1:
        raise NotClear("it does not say by which number to rank")
    if intent.things and figures == (Figure("count", None),):
        settling.things()
    if intent.typical:
        settling.notes.append("I took “typical” to mean the average.")
    conditions = tuple(settling.condition(condition) for condition in intent.conditions)
    dated = bool(units) or any(condition.part for condition in conditions)
    date = settling.date(intent.date) if dated else None
    return Query(
        kind=intent.kind,
        figures=figures,
        keys=keys,
        unit=units[0] if units else None,
        date=date,
        conditions=conditions,
        top=intent.top,
        descending=intent.descending,
        plot="bar" if intent.plot == "any" else intent.plot,
        first=intent.first,
        notes=tuple(dict.fromkeys(settling.notes)),
    )


def _open_question(intent: Intent) -> str:
    said = next((measure.column.said for measure in intent.measures if measure.column), "it")
    return f"it does not say what to compute of {said}: the total or the average (or the median, the smallest, the largest)? Say which"


def _extreme(adjective: str, seen: Seen, generic: bool) -> Function | None:
    """What the adjective means of a column of dates or numbers that stands beside it; None: nothing."""
    descending, concepts, _ = ADJECTIVES[adjective]
    if adjective in ("oldest", "youngest") and (seen.date or seen.years):
        return "min" if adjective == "oldest" else "max"
    measured = bool(columns.concept(concepts, [seen.name])) or (generic and adjective in ("longest", "shortest"))
    if measured and (seen.numeric or seen.numbers_as_text):
        return "max" if descending else "min"
    return None


class Settling:
    """The names of a request, settled against a table; `notes` says what was taken for what."""

    def __init__(self, table: Table):
        self.table = table
        self.notes: list[str] = []

    def computable(self, intent: Intent, keys: Sequence[str]) -> None:
        """Says what is missing for a number to be computed."""
        if intent.kind == "measure" and any(measure.function is None for measure in intent.measures):
            raise NotClear(_open_question(intent))
        if intent.kind in ("measure", "share"):
            self.groups(keys, intent.ratio)
        if intent.kind == "share" and len(intent.conditions) != 1:
            raise NotClear("it does not say which share: I need one value of one column, such as “percentage of rows with … = …”")
        for key in keys if intent.kind == "distinct" else ():
            seen = self.table.column(key)
            if seen and seen.numeric and seen.distinct > _LISTED:
                raise NotClear(f"it does not say what to compute of `{key}`")

    def beside(self, intent: Intent) -> Intent:
        """“The oldest year” is no group that is ranked: it is an extreme of the years."""
        if not intent.superlative or intent.kind != "rank_groups" or not isinstance(intent.by[0], Column):
            return intent
        group, measure = intent.by[0], intent.measures[0]
        generic = measure.column is None or not measure.column.names
        seen = self.table.column(self.name(group, "any"))
        self.notes.clear()  # the name is settled again where it is used
        extreme = _extreme(intent.superlative, seen, generic) if seen else None
        if extreme is None and generic:
            raise NotClear(f"no column says what “{intent.superlative}” goes by")
        if (extreme is None or intent.top != 1) and len(intent.by) > 1:
            raise NotClear("it ranks or lists, and groups at once")
        if extreme is None:
            return intent
        if intent.top == 1:
            return replace(intent, kind="measure", measures=(Measure(extreme, group),), by=intent.by[1:], top=None)
        return replace(intent, kind="rank_rows", measures=(Measure(None, group),), by=(), descending=extreme == "max")

    def flagged(self, intent: Intent) -> Intent:
        """“How many finished” counts the rows that say yes."""
        measure = intent.measures[0] if len(intent.measures) == 1 and intent.kind in ("measure", "share") else None
        if measure is None or measure.column is None or measure.function not in ("flagged", "many"):
            return intent
        name = self.name(measure.column, "any")
        seen = self.table.column(name)
        yes = seen.yes if seen else None
        if yes is None and measure.function == "flagged":
            raise NotClear(f"I do not know which rows “{measure.column.said}” counts: `{name}` is no yes or no")
        if yes is None:
            self.notes.clear()
            return intent
        conditions = (*intent.conditions, Condition(Column(name, (name,)), "==", (yes,)))
        return replace(intent, measures=(Measure("count"),) if intent.kind == "measure" else (), conditions=conditions)

    def things(self) -> None:
        """Rows are not counted for things, where another column says how many things a row stands for."""
        held = [column.name for column in self.table.columns if column.numeric and columns.core(column.name) in _QUANTITIES]
        if held:
            raise NotClear(f"it may ask for the number of rows, or for the total of `{held[0]}`: say which")

    def name(self, column: Column, role: Literal["measure", "group", "any"]) -> str:
        if not column.names:
            return self.date(None)
        if column.rank == 0:
            return column.names[0]
        seen = [found for name in column.names if (found := self.table.column(name))]
        if len(seen) > 1 and role == "measure":
            seen = [found for found in seen if found.numeric or found.numbers_as_text] or seen
        if len(seen) > 1 and role == "group":
            seen = [found for found in seen if not found.numeric and not found.date] or seen
        if len(seen) > 1 and role == "measure" and len({columns.core(found.name) for found in seen}) == 1:
            others = ", ".join(f"`{found.name}`" for found in seen[1:])
            self.notes.append(f"I took `{seen[0].name}` for “{column.said}”; there is {others} too.")
            return seen[0].name
        if len(seen) != 1:
            names = " or ".join(f"`{name}`" for name in column.names)
            raise NotClear(f"“{column.said}” may be {names}: say which")
        if column.rank >= 3 or len(column.names) > 1:
            self.notes.append(f"I took `{seen[0].name}` for “{column.said}”.")
        return seen[0].name

    def groups(self, keys: Sequence[str], ratio: bool) -> None:
        """Many different numbers make no groups, unless they are codes or years."""
        for key in keys:
            seen = self.table.column(key)
            if seen is None or not (seen.numeric or seen.numbers_as_text) or seen.years or set(columns.stems(key)) & _CODES:
                continue
            if ratio:
                raise NotClear(f"`{key}` holds numbers, and “per” may ask for a ratio, which I do not compute: say “by” for groups")
            if seen.distinct > (_WHOLE_GROUPS if seen.counted else _NUMBER_GROUPS):
                raise NotClear(f"`{key}` holds {seen.distinct} different numbers: too many for groups")

    def figures(self, measure: Measure, intent: Intent, keys: Sequence[str]) -> list[Figure]:
        if measure.column is None:
            if measure.function not in ("count", "many", None):
                raise NotClear(f"it does not say of which column the {measure.function} is wanted")
            return [Figure("count", None)]
        counting = measure.function in ("count", "nunique", "many")
        name = self.name(measure.column, "any" if counting else "measure")
        seen = self.table.column(name)
        if measure.function == "many":
            if seen and seen.date and measure.column.rank >= 3:
                raise NotClear(f"I do not know what “{measure.column.said}” counts")
            return self._how_many(name, seen, intent.in_total)
        if intent.kind == "rank_groups" and measure.function is None:
            return [Figure(self._together(name, keys, bool(len(intent.by) - len(keys))), name)]
        if measure.function in ("latest", "earliest"):
            if seen is None or not (seen.date or seen.years):
                raise NotClear(f"`{name}` holds no dates")
            return [Figure("max" if measure.function == "latest" else "min", name)]
        self.check(name, seen, measure.function or "max")
        return [Figure(measure.function or "max", name)]

    def check(self, name: str, seen: Seen | None, function: Function) -> None:
        """Raises `NotClear` when the column holds nothing that this can be computed of."""
        if seen is None or function in ("count", "nunique") or seen.numeric or seen.numbers_as_text or seen.dtype == "bool":
            return
        if seen.date and function in ("min", "max"):
            return
        kind = "dates" if seen.date else "text"
        what = "number" if function == "value" else function
        raise NotClear(f"`{name}` holds {kind}, so that there is no {what} of it to compute")

    def _how_many(self, name: str, seen: Seen | None, in_total: bool) -> list[Figure]:
        if seen and seen.yes is not None:
            raise NotClear(f"`{name}` is a yes or no, which I do not rank by")
        words = set(columns.stems(name))
        own = set(columns.stems(self.table.called))
        if seen is None or not (seen.numeric or seen.numbers_as_text) or seen.years or words & _CODES:
            if words & own and seen and seen.distinct != self.table.rows:
                return [Figure("count", None), Figure("nunique", name)]
            return [Figure("nunique", name)]
        if (in_total and not words & INTENSIVE) or (words & ADDITIVE and (seen.whole or seen.missing)):
            self.notes.append(f"I added up `{name}`.")
            return [Figure("sum", name)]
        raise NotClear(f"“how many {name}” may be the sum of `{name}` or the number of its distinct values: say which")

    def _together(self, name: str, keys: Sequence[str], by_time: bool) -> Function:
        """How the rows of a group are put together when the request does not say."""
        seen = self.table.column(name)
        self.check(name, seen, "mean")
        key = self.table.column(keys[0]) if len(keys) == 1 and not by_time else None
        if key and key.distinct == self.table.rows:
            return "max"
        words = set(columns.stems(name))
        if words & INTENSIVE and not words & ADDITIVE:
            self.notes.append(f"“The most” goes by the average of `{name}`.")
            return "mean"
        if words & ADDITIVE and not words & INTENSIVE:
            self.notes.append(f"“The most” goes by the total of `{name}`.")
            return "sum"
        raise NotClear(f"it does not say whether the average or the total of `{name}` counts")

    def condition(self, condition: Condition) -> Condition:
        if condition.column is None:
            part = self.part(condition.part)
            return replace(condition, column=Column(part, (part,)), part="") if part else condition
        numbers = any(isinstance(value, float) for value in condition.values)
        if condition.part and not self._holds_years(condition.column):
            raise NotClear(f"`{condition.column.said}` holds no years")
        name = self.name(condition.column, "measure" if numbers else "any")
        seen = self.table.column(name)
        values = condition.values
        if numbers and seen and not seen.numeric and condition.operator in ("==", "!="):
            written = tuple(f"{value:g}" for value in condition.values if isinstance(value, float))
            if not set(written) <= set(seen.values):
                raise NotClear(f"`{name}` is text, and I saw no {' or '.join(written)} in it")
            values = written
        elif numbers and seen and not (seen.numeric or seen.numbers_as_text):
            raise NotClear(f"`{name}` holds no numbers to compare with")
        return replace(condition, column=Column(name, (name,)), values=values, part="")

    def _holds_years(self, column: Column) -> bool:
        held = [self.table.column(name) for name in column.names]
        return len(held) == 1 and held[0] is not None and held[0].years

    def part(self, unit: str) -> str:
        """The column of numbers that holds years, or months; empty: there is none."""
        names = [column.name for column in self.table.columns if column.numeric and columns.core(column.name)[-1:] == (unit,)]
        names = [name for name in names if set(columns.core(name)[:-1]) <= _TIMES]
        if any(columns.core(name) == (unit,) for name in names):
            return next(name for name in names if columns.core(name) == (unit,))
        if not names and unit == "year" and not any(column.date for column in self.table.columns):
            names = [column.name for column in self.table.columns if column.years and not set(columns.stems(column.name)) & _LIVES]
        if not names:
            return ""
        dates = [column.name for column in self.table.columns if column.date]
        if len(names) + len(dates) > 1:
            raise NotClear(f"the {unit} may be that of {' or '.join(f'`{name}`' for name in [*names, *dates])}: say which")
        self.notes.append(f"I took `{names[0]}` for the {unit}.")
        return names[0]

    def date(self, named: Column | None) -> str:
        if named:
            return self.name(named, "any")
        dates = [column.name for column in self.table.columns if column.date]
        if len(dates) > 1:
            dates = [name for name in dates if columns.stems(name) == ("date",)] or dates
        if not dates:
            raise NotClear("there is no column of dates")
        if len(dates) > 1:
            raise NotClear(f"the date may be {' or '.join(f'`{name}`' for name in dates)}: say which")
        return dates[0]
