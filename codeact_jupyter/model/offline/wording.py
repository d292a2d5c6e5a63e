"""Computations in words; pure."""

from codeact_jupyter.model.offline.query import Figure, Query

RELATIONS = ("correlation", "fit", "pairs", "trend", "spread")
"""Kinds of questions about how columns go together, and how their values are spread."""


def describe(query: Query) -> str:
    """The computation in words."""
    kinds = {"missing": "missing values", "describe": "ranges of the numbers", "share": "percentage of rows"}
    if query.kind in RELATIONS:
        return _related(query) + in_words(query)
    what = ", ".join(name_of(figure) for figure in query.figures) or kinds.get(query.kind, "values of " + ", ".join(query.keys))
    if query.kind == "missing" and query.figures:
        what = "missing values of " + ", ".join(str(figure.column) for figure in query.figures)
    if query.kind == "rank_rows":
        what = f"{query.top} rows with the {'highest' if query.descending else 'lowest'} {query.figures[0].column}"
    by = " and ".join([*query.keys, *([query.unit] if query.unit else [])])
    grouped = f" by {by}" if by and query.kind not in ("distinct", "common") else ""
    return what + grouped + in_words(query)


def _related(query: Query) -> str:
    names = [str(figure.column) for figure in query.figures]
    match query.kind:
        case "correlation":
            return f"correlation of {names[0]} and {names[1]}"
        case "fit":
            return f"linear fit of {names[0]} on {names[1]}"
        case "pairs":
            return f"correlations of {f'{query.focus} with the others' if query.focus else ', '.join(names)}"
        case "trend":
            period = query.unit or (query.keys[0] if query.keys else "time")
            return f"{name_of(query.figures[0])} by {period}, and its trend"
        case _:
            return f"spread of {', '.join(names)}{f' by {query.keys[0]}' if query.keys else ''}"


def name_of(figure: Figure) -> str:
    """A figure in words."""
    words = {
        "mean": "average",
        "sum": "total",
        "std": "standard deviation of",
        "count": "number of values of",
        "min": "minimum",
        "max": "maximum",
    }
    if figure.column is None:
        return "number of rows"
    return f"{words.get(figure.function, 'number of distinct' if figure.function == 'nunique' else figure.function)} {figure.column}"


def in_words(query: Query) -> str:
    """The conditions in words."""
    said = []
    for condition in query.conditions:
        about = condition.column.names[0] if condition.column else condition.part
        values = " or ".join(str(number(value)) for value in condition.values)
        if condition.operator == "between":
            values = " and ".join(str(number(value)) for value in condition.values)
        sign = {"==": "is", "!=": "is not", "between": "is between"}.get(condition.operator, condition.operator)
        said.append(f"{about} {sign} {values}")
    return f" where {' and '.join(said)}" if said else ""


def number(value: str | float) -> str | float:
    """Whole numbers without a point."""
    return int(value) if isinstance(value, float) and value == int(value) else value
