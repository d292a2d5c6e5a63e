"""The cells: from what is to be done to the code that an analyst would write for it; pure."""

from codeact_jupyter.model.offline.asking import Condition
from codeact_jupyter.model.offline.looking import Cell, Names, column_of, quote
from codeact_jupyter.model.offline.numerals import MARKS
from codeact_jupyter.model.offline.query import Figure, Query
from codeact_jupyter.model.offline.table import Table
from codeact_jupyter.model.offline.wording import describe, name_of, number

LIMIT = 60
"""Rows of a result that are printed."""
_UNITS = {
    "year": "year",
    "quarter": 'to_period("Q")',
    "month": 'to_period("M")',
    "week": 'to_period("W")',
    "day": "date",
    "weekday": "day_name()",
    "hour": "hour",
}


def compute(table: Table, query: Query, names: Names, prose: str = "") -> Cell:
    """The cell whose output holds the numbers of the answer."""
    lines, base = prepared(table, query, names)
    match query.kind:
        case "missing":
            lines += _missing(base, table, query, names)
        case "describe":
            lines += _describe(base, table, names)
        case "distinct":
            lines += [f"print({column_of(base, query.keys[0])}.value_counts().rename({quote('rows')}).head({LIMIT}).to_csv())"]
        case "common":
            most = "nlargest" if query.descending else "nsmallest"
            result = names.free("result")
            counted = f'{column_of(base, query.keys[0])}.value_counts().{most}({query.top}, keep="all").rename("rows")'
            lines += [f"{result} = {counted}", f"print({result}.head({LIMIT}).to_csv())"]
        case "rank_rows":
            lines += _rank_rows(base, table, query, names)
        case "share":
            lines += _share(base, table, query, names)
        case _:
            lines += _figures(base, table, query, names)
    return Cell(prose or f"Now the {describe(query)}.", "\n".join([f"# {describe(query)}", *lines]))


def header(table: Table, query: Query) -> list[str]:
    """The first line of the CSV text that `compute` prints; empty: it prints labelled numbers."""
    match query.kind:
        case "missing":
            return [] if query.figures else ["column", "missing"]
        case "describe":
            return ["column", "min", "mean", "max"]
        case "distinct" | "common":
            return [query.keys[0], "rows"]
        case "rank_rows":
            return shown(table, query)
        case "share":
            return [*keys(query), "percent"] if keys(query) else []
        case _ if not keys(query):
            return []
        case _ if len(query.figures) == 1:
            figure = query.figures[0]
            return [*keys(query), figure.column or "rows"]
        case _:
            return [*keys(query), *(figure.label for figure in query.figures)]


def keys(query: Query) -> list[str]:
    """What the groups are made of, as the result calls it."""
    return [*query.keys, *([query.unit] if query.unit else [])]


def shown(table: Table, query: Query) -> list[str]:
    """Columns of the rows that are shown: what they are ranked by, and some that say which row it is."""
    ranked = str(query.figures[0].column)
    others = [name for name in table.names if name != ranked]
    return [*others[:6], ranked]


def plot(table: Table, query: Query, names: Names) -> Cell:
    """The chart of the result that `compute` left."""
    result = names.free("result")
    title = describe(query)
    if query.kind == "rank_rows":
        ranked = f"{result}.set_index({result}.columns[0])[{quote(str(query.figures[0].column))}]"
        return Cell("And the chart.", _chart(ranked, query, title, names.free("ax")))
    if query.kind == "missing":
        return Cell("And the chart.", _chart(result, query, title, names.free("ax")))
    wide = f"{result}.unstack()" if len(keys(query)) == 2 and len(query.figures) == 1 else result
    return Cell(
        "And the chart.",
        _chart(wide if wide != result or _few(table, query) else f"{result}.head({LIMIT})", query, title, names.free("ax")),
    )


def prepared(table: Table, query: Query, names: Names) -> tuple[list[str], str]:
    """Columns read anew and rows chosen; the lines, and the name of what they leave."""
    lines: list[str] = []
    base = table.variable
    if query.reads:
        base = names.free("clean")
        lines.append(f"{base} = {table.variable}.copy()")
        for name, expression in query.reads.items():
            target, source = column_of(base, name), column_of(table.variable, name)
            lines.append(f"{target} = {expression}")
            lines.append(f"print({quote(f'unread in {name}:')}, int(({target}.isna() & {source}.notna()).sum()))")
    if query.conditions and query.kind != "share":
        rows = names.free("rows")
        tests = [_condition(base, table, query, condition) for condition in query.conditions]
        test = tests[0] if len(tests) == 1 else " & ".join(f"({one})" for one in tests)
        lines += [f"{rows} = {base}[{test}]", f'print("rows:", len({rows}))']
        base = rows
    return lines, base


def base_of(table: Table, query: Query, names: Names) -> str:
    """The name of what `prepared` leaves."""
    if query.conditions and query.kind != "share":
        return names.free("rows")
    return names.free("clean") if query.reads else table.variable


def _condition(base: str, table: Table, query: Query, condition: Condition) -> str:
    seen = table.column(condition.column.names[0]) if condition.column else None
    values = [_value(value, bool(seen and seen.dtype == "bool")) for value in condition.values]
    subject = column_of(base, condition.column.names[0]) if condition.column else f"{column_of(base, str(query.date))}.dt.{condition.part}"
    if seen and seen.dtype == "object" and seen.values and set(seen.values) <= {"True", "False"}:
        subject += ".astype(str)"  # flags with gaps: no text, though quoted it is
    if condition.operator == "between":
        return f"{subject}.between({values[0]}, {values[1]})"
    if len(values) > 1:
        return f"{'~' if condition.operator == '!=' else ''}{subject}.isin([{', '.join(values)}])"
    return f"{subject} {condition.operator} {values[0]}"


def _figures(base: str, table: Table, query: Query, names: Names) -> list[str]:
    if not keys(query):
        counted = [] if query.conditions else [f'print("rows:", len({base}))']
        return [line for figure in query.figures for line in (counted if figure.column is None else [_scalar(base, figure, query)])]
    result = names.free("result")
    lines, by = _unit(base, query, names)
    by = [*(quote(key) for key in query.keys), *by]
    groups = f"{base}.groupby({by[0] if len(by) == 1 else '[' + ', '.join(by) + ']'})"
    rank = ""
    if query.kind == "rank_groups" or query.top:
        rank = f'.{"nlargest" if query.descending else "nsmallest"}({query.top}, keep="all")'
    rounded = f".round({query.decimals})"
    if len(query.figures) == 1:
        figure = query.figures[0]
        called = '.size().rename("rows")' if figure.column is None else f"[{quote(figure.column)}].{figure.function}()"
        lines.append(f"{result} = {groups}{called}{rank}{rounded if figure.column else ''}")
    else:
        columns = ", ".join(f"{quote(figure.label)}: {_aggregate(figure, query)}" for figure in query.figures)
        lines.append(f"{result} = {groups}.agg(**{{{columns}}}){rounded}")
    return [*lines, *_printed(result, table, query)]


def _unit(base: str, query: Query, names: Names) -> tuple[list[str], list[str]]:
    """The line that takes a unit of time from the dates, and the name it has then."""
    if not query.unit:
        return [], []
    unit = names.free(query.unit)
    return [f"{unit} = {column_of(base, str(query.date))}.dt.{_UNITS[query.unit]}.rename({quote(query.unit)})"], [unit]


def _printed(result: str, table: Table, query: Query) -> list[str]:
    if _few(table, query):
        return [f"print({result}.to_csv())"]
    return [f'print("groups:", len({result}))', f"print({result}.head({LIMIT}).to_csv())"]


def _share(base: str, table: Table, query: Query, names: Names) -> list[str]:
    test = _condition(base, table, query, query.conditions[0])
    if not keys(query):
        return [f'print("percent:", round(100 * ({test}).mean(), {query.decimals}))']
    result = names.free("result")
    lines, by = _unit(base, query, names)
    by = [*(column_of(base, key) for key in query.keys), *by]
    groups = by[0] if len(by) == 1 else "[" + ", ".join(by) + "]"
    lines.append(f'{result} = (100 * ({test})).groupby({groups}).mean().rename("percent").round({query.decimals})')
    return [*lines, *_printed(result, table, query)]


def _few(table: Table, query: Query) -> bool:
    """There are at most so many groups as are printed."""
    groups = 1
    for key in query.keys:
        seen = table.column(key)
        groups *= seen.distinct if seen else LIMIT + 1
    return query.unit in (None, "weekday", "hour") and groups * (24 if query.unit else 1) <= LIMIT


def _aggregate(figure: Figure, query: Query) -> str:
    other = figure.column or next(str(one.column) for one in query.figures if one.column)
    return f"({quote(other)}, {quote('size' if figure.column is None else figure.function)})"


def _scalar(base: str, figure: Figure, query: Query) -> str:
    value = f"{column_of(base, str(figure.column))}.{figure.function}()"
    whole = figure.function in ("count", "nunique")
    if whole or "to_datetime" in query.reads.get(str(figure.column), ""):
        return f"print({quote(figure.label + ':')}, {value})"
    return f"print({quote(figure.label + ':')}, round({value}, {query.decimals}))"


def _rank_rows(base: str, table: Table, query: Query, names: Names) -> list[str]:
    result = names.free("result")
    most = "nlargest" if query.descending else "nsmallest"
    ranked = quote(str(query.figures[0].column))
    chosen = "[" + ", ".join(quote(name) for name in shown(table, query)) + "]"
    return [f'{result} = {base}.{most}({query.top}, {ranked}, keep="all")[{chosen}]', f"print({result}.head({LIMIT}).to_csv(index=False))"]


def _missing(base: str, table: Table, query: Query, names: Names) -> list[str]:
    empty, marks, result = names.free("empty"), names.free("marks"), names.free("result")
    asked = [str(figure.column) for figure in query.figures]
    text = [seen for seen in table.columns if seen.written and (not asked or seen.name in asked)]
    chosen = f"{base}[[{', '.join(map(quote, asked))}]]" if asked else base
    lines = [f"{empty} = {chosen}.isna()"]
    if text:  # a mark such as "-" is no value; "none" is one, unless among numbers
        lines = [f"{marks} = {list(MARKS)}".replace("'", '"'), *lines]
    for seen in text:
        held = f'{marks} + ["none"]' if seen.numbers_as_text or seen.date else marks
        lines.append(f"{column_of(empty, seen.name)} |= {column_of(base, seen.name)}.astype(str).str.strip().str.lower().isin({held})")
    if asked:
        for name in asked:
            lines.append(f"print({quote('missing in ' + name + ':')}, int({column_of(empty, name)}.sum()))")
            if any(seen.name == name for seen in text):
                lines.append(f"print({quote('left empty in ' + name + ':')}, int({column_of(base, name)}.isna().sum()))")
        return lines
    return [
        *lines,
        f'{result} = {empty}.sum().rename("missing")',
        f'print("rows with a missing value:", int({empty}.any(axis=1).sum()))',
        f'print("left empty:", int({base}.isna().sum().sum()), "of", int({result}.sum()))',
        f'print({result}.rename_axis("column").to_csv())',
    ]


def _describe(base: str, table: Table, names: Names) -> list[str]:
    result = names.free("result")
    numbers = [column.name for column in table.columns if column.numeric]
    if not numbers:
        return [f'print("rows:", len({base}))']
    chosen = "[" + ", ".join(quote(name) for name in numbers) + "]"
    return [
        f'{result} = {base}[{chosen}].agg(["min", "mean", "max"]).T.round(2)',
        f'print({result}.rename_axis("column").to_csv())',
    ]


def _chart(series: str, query: Query, title: str, ax: str) -> str:
    kind = query.plot or "bar"
    label = quote(", ".join(name_of(figure) for figure in query.figures) or ("percent" if query.kind == "share" else "rows"))
    return "\n".join(
        [
            "import matplotlib.pyplot as plt",
            "",
            f'{ax} = {series}.plot(kind="{kind}", title={quote(title)}, figsize=(8, 4))',
            f"{ax}.set_ylabel({label})",
            "plt.tight_layout()",
            "plt.show()",
        ]
    )


def _value(value: str | float, boolean: bool) -> str:
    if isinstance(value, str):
        return value if boolean else quote(value)
    return str(number(value))
