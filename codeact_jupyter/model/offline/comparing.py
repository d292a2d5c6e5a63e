"""The cells for correlation, fit, trend and spread; pure."""

from datetime import datetime

from codeact_jupyter.model.offline.acting import LIMIT, base_of, prepared
from codeact_jupyter.model.offline.asking import Unit
from codeact_jupyter.model.offline.looking import Cell, Names, column_of, quote
from codeact_jupyter.model.offline.query import Query
from codeact_jupyter.model.offline.reading import Observation
from codeact_jupyter.model.offline.table import Table, literal_in
from codeact_jupyter.model.offline.wording import describe

SPREAD = ["count", "mean", "std", "min", "25%", "50%", "75%", "max"]
"""What pandas calls the figures that describe values."""
PERIODS = {"year": "Y", "quarter": "Q", "month": "M", "week": "W", "day": "D"}
_BINS = 20
_PERIODS = 60
"""Periods that still make a trend that can be looked at."""
_ENOUGH = 5
"""Years above which quarters are too fine."""


def compare(table: Table, query: Query, names: Names, prose: str = "") -> Cell:
    """The cell whose output holds the numbers of the answer."""
    lines, base = prepared(table, query, names)
    imports: list[str] = []
    match query.kind:
        case "correlation":
            lines += [*_pair(base, query, names), *_pearson(query, names)]
        case "pairs":
            imports = [f"from itertools import {'product' if query.focus else 'combinations'}", ""]
            lines += _pairs(base, query, names)
        case "fit":
            imports = ["import numpy as np", ""]
            lines += [*_pair(base, query, names), *_fit(query, names)]
        case "trend":
            imports = ["import numpy as np", ""]
            lines += _trend(base, query, names)
        case _:
            lines += _spread(base, query, names)
    return Cell(prose or f"Now the {describe(query)}.", "\n".join([*imports, f"# {describe(query)}", *lines]))


def compared(query: Query) -> list[str]:
    """The first line of the CSV text that `compare` prints; empty: it prints labelled numbers."""
    match query.kind:
        case "pairs":
            return ["column", "with", "pearson", "n"]
        case "trend":
            return [_period(query), query.figures[0].column or "rows"]
        case "spread":
            return [query.keys[0] if query.keys else "column", *SPREAD]
        case _:
            return []


def cadence(table: Table, query: Query, names: Names) -> Cell:
    """How far the dates reach, and how many periods of each length they fall into."""
    lines, base = prepared(table, query, names)
    dates = names.free("dates")
    lines += [
        f"{dates} = {column_of(base, str(query.date))}.dropna()",
        f"print([str({dates}.min()), str({dates}.max())])",
        f'print([{dates}.dt.to_period(unit).nunique() for unit in "YQMWD"])',
    ]
    return Cell("Which unit of time fits these dates: how far do they reach, and how dense are they?", "\n".join(lines))


def pace(observation: Observation) -> Unit:
    """The finest unit whose periods are neither too many nor mostly empty."""
    counts = literal_in(observation)
    lines = [literal_in(Observation(line)) for line in observation.lines() if line.startswith("['")]
    match (lines[-1] if lines else None), counts:
        case [str() as first, str() as last], [int() as years, int(), int() as months, int() as weeks, int() as days]:
            reach = (datetime.fromisoformat(last[:10]) - datetime.fromisoformat(first[:10])).days + 1
            if reach <= _PERIODS and 2 * days >= reach:
                return "day"
            if reach <= 7 * _PERIODS and 14 * weeks >= reach:
                return "week"
            if reach <= 31 * _PERIODS and 61 * months >= reach:
                return "month"
            return "year" if years > _ENOUGH else "quarter"
        case _:
            return "month"


def draw(table: Table, query: Query, names: Names) -> Cell:
    """The chart of what `compare` computed."""
    ax, base, title = names.free("ax"), base_of(table, query, names), quote(describe(query))
    values = [str(figure.column) for figure in query.figures]
    match query.kind:
        case "correlation" | "fit":
            lines = _points(query, names, ax, title)
        case "trend":
            result = names.free("result")
            lines = [f'{ax} = {result}.plot(kind="line", marker="o", title={title}, figsize=(8, 4))']
        case _ if query.keys and query.plot == "box":
            lines = [f"{ax} = {base}.boxplot(column={quote(values[0])}, by={quote(query.keys[0])}, figsize=(8, 4))"]
        case _ if query.keys:
            lines = [f"{base}.hist(column={quote(values[0])}, by={quote(query.keys[0])}, bins={query.bins or _BINS}, figsize=(8, 6))"]
        case _ if query.plot == "box":
            chosen = "[" + ", ".join(quote(name) for name in values) + "]"
            lines = [f'{ax} = {base}[{chosen}].plot(kind="box", title={title}, figsize=(8, 4))']
        case _ if len(values) == 1:
            lines = [
                f'{ax} = {column_of(base, values[0])}.plot(kind="hist", bins={query.bins or _BINS}, title={title}, figsize=(8, 4))',
                f"{ax}.set_xlabel({quote(values[0])})",
            ]
        case _:
            chosen = "[" + ", ".join(quote(name) for name in values) + "]"
            lines = [f"{base}[{chosen}].hist(bins={query.bins or _BINS}, figsize=(8, 4))"]
    return Cell("And the chart.", "\n".join(["import matplotlib.pyplot as plt", "", *lines, "plt.tight_layout()", "plt.show()"]))


def _period(query: Query) -> str:
    return query.unit or query.keys[0]


def _pair(base: str, query: Query, names: Names) -> list[str]:
    pair = names.free("pair")
    chosen = ", ".join(quote(str(figure.column)) for figure in query.figures)
    return [f"{pair} = {base}[[{chosen}]].dropna().astype(float)", f'print("n:", len({pair}))']


def _pearson(query: Query, names: Names) -> list[str]:
    one, other = (column_of(names.free("pair"), str(figure.column)) for figure in query.figures)
    return [f'print("pearson:", round({one}.corr({other}), 4))']


def _fit(query: Query, names: Names) -> list[str]:
    y, x = (column_of(names.free("pair"), str(figure.column)) for figure in query.figures)
    slope, intercept = names.free("slope"), names.free("intercept")
    return [
        f'print("different values:", {x}.nunique())',
        f"{slope}, {intercept} = np.polyfit({x}, {y}, 1)",
        f'print("slope:", f"{{{slope}:.6g}}")',
        f'print("intercept:", f"{{{intercept}:.6g}}")',
        f'print("r squared:", round({x}.corr({y}) ** 2, 4))',
    ]


def _pairs(base: str, query: Query, names: Names) -> list[str]:
    pairs, result = names.free("pairs"), names.free("result")
    chosen = [str(figure.column) for figure in query.figures]
    if query.focus:
        others = ", ".join(quote(name) for name in chosen if name != query.focus)
        each = f"for one, other in product([{quote(query.focus)}], [{others}])"
    else:
        each = f"for one, other in combinations([{', '.join(quote(name) for name in chosen)}], 2)"
    return [
        f"{pairs} = [",
        f"    (one, other, {base}[one].corr({base}[other]), len({base}[[one, other]].dropna()))",
        f"    {each}",
        "]",
        f'{result} = pd.DataFrame({pairs}, columns=["column", "with", "pearson", "n"])',
        f'{result} = {result}.sort_values("pearson", key=abs, ascending=False).round(4)',
        f"print({result}.head({LIMIT}).to_csv(index=False))",
    ]


def _trend(base: str, query: Query, names: Names) -> list[str]:
    result, steps, slope = names.free("result"), names.free("steps"), names.free("slope")
    figure, period = query.figures[0], _period(query)
    lines, by, dates = [], quote(period), column_of(base, str(query.date))
    if query.unit:
        by = names.free(query.unit)
        lines = [f'{by} = {dates}.dt.to_period("{PERIODS[query.unit]}").rename({quote(query.unit)})']
    called = '.size().rename("rows")' if figure.column is None else f"[{quote(figure.column)}].{figure.function}()"
    return [
        *lines,
        f"{result} = {base}.groupby({by}){called}.dropna().astype(float)",
        f'{steps} = {result}.index.astype("int64") - {result}.index.astype("int64").min()',
        f"{slope}, _ = np.polyfit({steps}, {result}, 1)",
        f'print("periods:", len({result}), "of", {steps}.max() + 1)',
        *([f'print("dates:", {dates}.min().date(), "to", {dates}.max().date())'] if query.unit else []),
        f'print("slope:", f"{{{slope}:.6g}}")',
        f'print("r:", round(float(np.corrcoef({steps}, {result})[0, 1]), 4))',
        f"print({result}.round({query.decimals}).tail({LIMIT}).to_csv())",
    ]


def _spread(base: str, query: Query, names: Names) -> list[str]:
    result = names.free("result")
    values = [quote(str(figure.column)) for figure in query.figures]
    if query.keys:
        described = f"{base}.groupby({quote(query.keys[0])})[{values[0]}].describe()"
    else:
        described = f'{base}[[{", ".join(values)}]].describe().T.rename_axis("column")'
    return [f"{result} = {described}.round(4)", f"print({result}.to_csv())"]


def _points(query: Query, names: Names, ax: str, title: str) -> list[str]:
    pair = names.free("pair")
    y, x = (str(figure.column) for figure in query.figures)
    lines = [f'{ax} = {pair}.plot(kind="scatter", x={quote(x)}, y={quote(y)}, title={title}, figsize=(8, 4))']
    if query.kind == "fit":
        line = names.free("line")
        lines += [
            f'{line} = {column_of(pair, x)}.agg(["min", "max"])',
            f'{ax}.plot({line}, {names.free("intercept")} + {names.free("slope")} * {line}, color="black")',
        ]
    return lines
