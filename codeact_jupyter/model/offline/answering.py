"""From what was observed to the answer; pure.  Every number in it stands in an observation."""

from collections.abc import Sequence

from codeact_jupyter.model.offline.acting import LIMIT, header, keys
from codeact_jupyter.model.offline.query import Query
from codeact_jupyter.model.offline.reading import Observation
from codeact_jupyter.model.offline.table import Table, labelled, rows_after
from codeact_jupyter.model.offline.wording import describe, in_words, name_of

CONNECT = (
    "I am the built-in offline model. I answer questions about a table beside the notebook (CSV, Excel, Parquet, JSON lines): what is "
    "in it, missing values, counts, the average, total, median, smallest or largest value of a column, by group or by month, for some "
    "of the rows, the top of a list, correlations, a linear fit, a trend over time, each with a chart (bars, line, histogram, box, "
    "scatter), several in one request; and two tables joined by a column that both have. For anything else, connect a "
    "model: set `OPENAI_API_KEY`, or `OPENAI_BASE_URL` and `CODEACT_MODEL` for a server of "
    "your own (on the command line `--model` and `--base-url`)."
)
_SHOWN = 60
"""Rows of a table in the answer."""


def cannot(reason: str, columns: Sequence[str] = ()) -> str:
    """The answer when nothing is computed, with the reason."""
    said = f"I cannot answer this: {reason.rstrip('?.')}."
    listed = f"\n\nThe columns are {', '.join(f'`{name}`' for name in columns[:60])}." if columns else ""
    return f"{said}{listed}\n\n{CONNECT}"


def each(asked: Sequence[str], said: Sequence[str]) -> str:
    """Several answers in the order of the questions; how to connect a model is said once."""
    parts = []
    for number, (question, answer) in enumerate(zip(asked, said, strict=True), start=1):
        head = " ".join(question.split()).strip(" .?!,;")
        parts.append(f"### {number}. {head[:1].upper()}{head[1:]}\n\n{answer.removesuffix(CONNECT).rstrip()}")
    if all(answer.startswith("I cannot") for answer in said):
        return cannot("of the several things that it asks for, none is clear to me\n\n" + "\n\n".join(parts))
    return "\n\n".join([*parts, *([CONNECT] if any(answer.endswith(CONNECT) for answer in said) else [])])


def overview(table: Table) -> str:
    """The table in a sentence."""
    return f"`{table.called}` has {table.rows} rows and {len(table.columns)} columns"


def columns(table: Table) -> str:
    """Answer to: which columns are there?"""
    return f"{overview(table)}:\n\n{_described(table, {})}"


def answer(table: Table, query: Query, observation: Observation) -> str | None:
    """What the observation of `compute` says; None when it does not say it."""
    head = header(table, query)
    rows = rows_after(observation, head) if head else []
    if rows is None and not (query.kind == "describe" and labelled(observation, "rows")):
        return None
    matching = labelled(observation, "rows") if query.conditions else None
    if matching == "0":
        return f"No row of `{table.called}` matches{in_words(query)}, so there is nothing to compute."
    said: str | None
    match query.kind:
        case "describe":
            ranges = {row[0]: row[1:] for row in rows or []}
            said = f"{overview(table)}.\n\n{_described(table, ranges)}"
        case "missing":
            said = _missing(table, query, observation, rows or [])
        case "share" if not head:
            percent = labelled(observation, "percent")
            said = f"**{short(percent)}** percent of the rows of `{table.called}` are those{in_words(query)}." if percent else None
        case _ if not head:
            said = _numbers(table, query, observation)
        case _:
            said = _table(table, query, observation, rows or [])
    return "\n\n".join(part for part in (said, remarks(table, query, observation, matching)) if part) if said else None


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; empty cells show a dash."""
    lines = [_line(head), "|" + " --- |" * len(head), *(_line([short(value) or "–" for value in row]) for row in rows)]
    return "\n".join(lines)


def short(value: str) -> str:
    """A number without an empty fraction, a date without midnight."""
    if value in ("nan", "NaT", "NaN", "<NA>", "None"):
        return ""
    return value.removesuffix(" 00:00:00").removesuffix(".0") if value[-4:] != "e.0" else value


def _line(values: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(value.split()).replace("|", "\\|") for value in values) + " |"


def _described(table: Table, ranges: dict[str, list[str]]) -> str:
    head = ["column", "type", "missing", "distinct", *(["min", "mean", "max"] if ranges else []), "for example"]
    rows = [
        [
            column.name,
            column.dtype,
            str(column.missing),
            str(column.distinct),
            *(ranges.get(column.name, ["", "", ""]) if ranges else []),
            ", ".join(column.values[:3]),
        ]
        for column in table.columns
    ]
    return markdown(head, rows)


def _missing(table: Table, query: Query, observation: Observation, rows: list[list[str]]) -> str | None:
    if query.figures:
        counts = {str(figure.column): labelled(observation, f"missing in {figure.column}") for figure in query.figures}
        blank = {name: labelled(observation, f"left empty in {name}") for name in counts}
        said = " and ".join(f"`{name}` has **{count}** missing values{_marked(count, blank[name])}" for name, count in counts.items())
        return f"{said} in `{table.called}`{in_words(query)}." if None not in counts.values() else None
    some = [row for row in rows if row[1] != "0"]
    if not some:
        return f"No value is missing in `{table.called}`{in_words(query)}."
    partly = labelled(observation, "rows with a missing value")
    left, _, whole = (labelled(observation, "left empty") or "").partition(" of ")
    return (
        f"Values are missing in {len(some)} of the {len(rows)} columns of `{table.called}`{in_words(query)}; "
        f"{partly} rows lack at least one{_marked(whole, left)}.\n\n{markdown(['column', 'missing'], some)}"
    )


def _marked(count: str | None, left: str | None) -> str:
    """That not all of the gaps are empty."""
    return f" ({left} are empty, the others hold a mark such as “-” or “n/a”)" if left is not None and left != count else ""


def _numbers(table: Table, query: Query, observation: Observation) -> str | None:
    found = {figure: labelled(observation, figure.label) for figure in query.figures}
    if any(value is None for value in found.values()):
        return None
    where = in_words(query)
    if len(found) == 1:
        figure, value = next(iter(found.items()))
        if figure.column is None:
            return f"`{table.called}` has **{value}** rows{where}."
        if not short(str(value)):
            return f"There is no value of `{figure.column}` to compute with in `{table.called}`{where}."
        return f"The {name_of(figure)} in `{table.called}`{where} is **{short(str(value))}**."
    rows = [[name_of(figure), str(value)] for figure, value in found.items()]
    said = ", ".join(f"{name_of(figure)} **{short(str(value))}**" for figure, value in found.items())
    return f"In `{table.called}`{where}: {said}.\n\n{markdown(['figure', 'value'], rows)}"


def _table(table: Table, query: Query, observation: Observation, rows: list[list[str]]) -> str:
    head = header(table, query)
    if not rows:
        return f"There is nothing to show: no group of `{table.called}`{in_words(query)} has a value."
    shown = markdown(_titles(query, head), rows[:_SHOWN])
    whole = labelled(observation, "groups") or str(len(rows))
    left = f"\n\nThese are the first {min(_SHOWN, len(rows))} of {whole}." if int(whole) > min(_SHOWN, len(rows)) else ""
    return f"{_first_sentence(table, query, rows)}\n\n{shown}{left}"


def _titles(query: Query, head: list[str]) -> list[str]:
    if query.kind in ("distinct", "common", "rank_rows", "missing") or not query.figures:
        return head
    return [*keys(query), *(name_of(figure) for figure in query.figures)]


def _first_sentence(table: Table, query: Query, rows: list[list[str]]) -> str:
    where = f"`{table.called}`{in_words(query)}"
    if query.kind == "distinct":
        seen = table.column(query.keys[0])
        count = f"{seen.distinct} " if seen and not query.conditions else ""
        return f"`{query.keys[0]}` has these {count}values in {where}, with the rows of each:"
    most = "highest" if query.descending else "lowest"
    if query.kind == "common":
        often = "often" if query.descending else "rarely"
        return f"Most {often} in {where}: **{', '.join(short(row[0]) for row in rows)}** ({rows[0][1]} rows)."
    if query.kind == "rank_rows":
        ties = f" (there are {len(rows)} because of ties)" if query.top is not None and len(rows) > query.top else ""
        ranked = query.figures[0].column
        if len(rows) == 1:
            return f"The {most} `{ranked}` in {where} is **{short(rows[0][-1])}**, in this row:"
        return f"The rows with the {most} `{ranked}` in {where}{ties}, from **{short(rows[0][-1])}** on:"
    group = _key(query, rows[0])
    if query.kind == "rank_groups" and (len(rows) == 1 or query.top == 1):
        named = " and ".join(f"**{_key(query, row)}**" for row in rows)
        return f"{named}: the {most} {name_of(query.figures[0])} in {where}, {short(rows[0][-1])}."
    if query.kind == "rank_groups":
        return f"**{group}** comes first with {short(rows[0][-1])}: the {most} {name_of(query.figures[0])} in {where}."
    return _extremes(query, rows, where)


def _extremes(query: Query, rows: list[list[str]], where: str) -> str:
    said = f"The {describe(query).removesuffix(in_words(query))} in {where}"
    values = [(float(row[-1]), row) for row in rows if _is_number(row[-1])]
    if (len(query.figures) != 1 and query.kind != "share") or len(values) < 2 or len(rows) >= LIMIT:
        return f"{said}:"
    low, high = min(values, key=lambda pair: pair[0])[1], max(values, key=lambda pair: pair[0])[1]
    if low[-1] == high[-1]:
        return f"{said} is the same everywhere: {short(low[-1])}."
    return f"{said}: highest for **{_key(query, high)}** ({short(high[-1])}), lowest for **{_key(query, low)}** ({short(low[-1])})."


def _key(query: Query, row: list[str]) -> str:
    return ", ".join(short(value) for value in row[: len(keys(query))])


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def remarks(table: Table, query: Query, observation: Observation, matching: str | None) -> str:
    """What was taken for what, and what was left out."""
    said = list(query.notes)
    if matching and any(figure.column for figure in query.figures):
        said.append(f"{matching} rows match.")
    for name in query.reads:
        unread = labelled(observation, f"unread in {name}")
        if "to_datetime" in query.reads[name]:
            said += [f"{unread} values of `{name}` are no dates that I can read: they are left out."] if unread not in ("0", None) else []
        elif unread is not None and "dtype=str" not in query.reads[name]:
            left = "every value could be read" if unread == "0" else f"{unread} of its values could not be read and are left out"
            said.append(f"`{name}` is text, which I read as numbers: {left}.")
    for condition in query.conditions if query.kind == "share" else ():
        seen = table.column(condition.column.names[0]) if condition.column else None
        if seen and seen.missing:
            said.append(f"The {seen.missing} rows without `{seen.name}` count among the others.")
    used = [*query.keys, *(str(figure.column) for figure in query.figures if figure.column), *([query.date] if query.date else [])]
    for name in dict.fromkeys(used if query.kind not in ("missing", "describe") and not query.conditions else []):
        seen = table.column(name)
        if seen and seen.missing:
            said.append(f"{seen.missing} of the {table.rows} rows have no `{name}`.")
    return " ".join(said)
