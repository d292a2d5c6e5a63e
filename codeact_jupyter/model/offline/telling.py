"""What was observed of a correlation, fit, trend or spread, in words; pure.  Every number stands in an observation."""

from collections.abc import Sequence
from math import isnan, sqrt

from codeact_jupyter.model.offline.answering import markdown, remarks, short
from codeact_jupyter.model.offline.comparing import SPREAD, compared
from codeact_jupyter.model.offline.query import Query
from codeact_jupyter.model.offline.reading import Observation
from codeact_jupyter.model.offline.table import Table, labelled, rows_after
from codeact_jupyter.model.offline.wording import in_words, name_of

_FEW = 3
"""Points below which nothing is said of a line through them."""
_CLEAR = 2.0
"""Standard errors from which on a trend counts as clear."""
_STRENGTHS = ((0.1, "practically no"), (0.3, "a weak"), (0.6, "a moderate"), (0.85, "a strong"), (2.0, "a very strong"))


def told(table: Table, query: Query, observation: Observation) -> str | None:
    """The answer; None: the output does not hold it."""
    matching = labelled(observation, "rows") if query.conditions else None
    if matching == "0":
        return f"No row of `{table.called}` matches{in_words(query)}, so there is nothing to compute."
    head = compared(query)
    rows = rows_after(observation, head) if head else []
    if rows is None:
        return None
    match query.kind:
        case "correlation":
            said = _correlation(table, query, observation)
        case "pairs":
            said = _pairs(table, query, rows)
        case "fit":
            said = _fit(table, query, observation)
        case "trend":
            said = _trend(table, query, observation, rows)
        case _:
            said = _spread(table, query, rows)
    return "\n\n".join(part for part in (said, remarks(table, query, observation, matching)) if part) if said else None


def _where(table: Table, query: Query) -> str:
    return f"`{table.called}`{in_words(query)}"


def _correlation(table: Table, query: Query, observation: Observation) -> str | None:
    pearson, count = labelled(observation, "pearson"), labelled(observation, "n")
    one, other = (figure.column for figure in query.figures)
    if pearson is None or count is None:
        return None
    if _number(pearson) is None:
        return f"There is no correlation of `{one}` and `{other}` to compute in {_where(table, query)}: too few values, or always the same."
    return (
        f"The Pearson correlation of `{one}` and `{other}` in {_where(table, query)} is **{pearson}** "
        f"(n = {count}, the rows that have both): {_strength(pearson)}."
    )


def _strength(pearson: str) -> str:
    value = float(pearson)
    word = next(word for limit, word in _STRENGTHS if abs(value) < limit)
    sign = "" if word.startswith("practically") else " positive" if value > 0 else " negative"
    return f"{word}{sign} linear relation"


def _pairs(table: Table, query: Query, rows: Sequence[list[str]]) -> str:
    known = [row for row in rows if _number(row[2]) is not None]
    if not known:
        return f"No correlation can be computed in {_where(table, query)}: too few values, or always the same."
    first = known[0]
    about = f"`{query.focus}` goes most with `{first[1]}`" if query.focus else f"`{first[0]}` and `{first[1]}` go together most"
    said = f"In {_where(table, query)} {about}: Pearson **{first[2]}** (n = {first[3]}), {_strength(first[2])}. All pairs:"
    return f"{said}\n\n{markdown(compared(query), known)}"


def _fit(table: Table, query: Query, observation: Observation) -> str | None:
    found = {label: labelled(observation, label) for label in ("n", "different values", "slope", "intercept", "r squared")}
    y, x = (figure.column for figure in query.figures)
    if None in found.values():
        return None
    count, different, slope, intercept, squared = (str(value) for value in found.values())
    if int(count) < _FEW or int(different) < 2:
        return f"There are too few different values of `{x}` in {_where(table, query)} for a line (n = {count})."
    explained = "" if _number(squared) is None else f", R² **{squared}**"
    rows = [["slope", slope], ["intercept", intercept], ["R²", squared], ["n", count]]
    return (
        f"The least-squares line in {_where(table, query)}: `{y}` = {intercept} + {slope} × `{x}`; slope **{slope}**, "
        f"intercept **{intercept}**{explained}, n = {count}.\n\n{markdown(['figure', 'value'], rows)}"
    )


def _trend(table: Table, query: Query, observation: Observation, rows: Sequence[list[str]]) -> str | None:
    slope, r, periods = labelled(observation, "slope"), labelled(observation, "r"), labelled(observation, "periods")
    if slope is None or r is None or periods is None:
        return None
    period, what = query.unit or "year", name_of(query.figures[0])
    count, _, span = periods.partition(" of ")
    if int(count) < _FEW:
        return f"There are only {count} {period}s with values in {_where(table, query)}: too few for a trend.\n\n{_series(query, rows)}"
    away = float(slope)
    moved = "rises" if away > 0 else "falls" if away < 0 else "stays the same"
    ends = f"from {short(rows[0][1])} in {rows[0][0]} to {short(rows[-1][1])} in {rows[-1][0]}"
    line = f"a straight line through {count} {period}s has the slope **{slope}** per {period} (r = {r})"
    moved = f"**{moved}** over time" if _clear(r, int(count)) or not away else "shows **no clear trend** over time"
    gaps = "" if count == span else f" The {period}s without rows are left out: {count} of {span} have some."
    reach = labelled(observation, "dates")
    if reach and query.figures[0].function in ("sum", "count") and period != "day":
        gaps += f" The dates go from {reach}: the first and the last {period} may be incomplete."
    ends = ends if len(rows) == int(count) else f"of the last ones, {ends}"
    return f"The {what} by {period} in {_where(table, query)} {moved}: {line}, {ends}.{gaps}\n\n{_series(query, rows)}"


def _series(query: Query, rows: Sequence[list[str]]) -> str:
    return markdown([compared(query)[0], name_of(query.figures[0])], rows)


def _clear(r: str, count: int) -> bool:
    """The slope is away from zero by more than chance would have it."""
    value = _number(r)
    if value is None:
        return False
    return abs(value) > 0.9999 or abs(value) * sqrt((count - 2) / (1 - value * value)) > _CLEAR


def _spread(table: Table, query: Query, rows: Sequence[list[str]]) -> str:
    shown = markdown([compared(query)[0], *("median" if name == "50%" else name for name in SPREAD)], rows)
    where = _where(table, query)
    if len(rows) != 1:
        what = f"of `{query.figures[0].column}` by `{query.keys[0]}`" if query.keys else "of these columns"
        return f"The values {what} in {where}:\n\n{shown}"
    count, mean, _, low, _, median, _, high = (short(value) for value in rows[0][1:])
    return (
        f"`{query.figures[0].column}` in {where} has {count} values from **{low}** to **{high}**, "
        f"median **{median}**, mean **{mean}**.\n\n{shown}"
    )


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if isnan(value) else value
