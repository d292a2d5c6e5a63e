"""Text that holds numbers or dates, columns that are not there, small numbers: what the failures and the looks of a computation tell."""

import re
from dataclasses import replace

from codeact_jupyter.model.offline import answering, looking
from codeact_jupyter.model.offline.columns import nearest
from codeact_jupyter.model.offline.looking import Names, column_of
from codeact_jupyter.model.offline.numerals import Unclear, plan, thousands
from codeact_jupyter.model.offline.query import NotClear, Query
from codeact_jupyter.model.offline.reading import Observation
from codeact_jupyter.model.offline.sources import Loaded
from codeact_jupyter.model.offline.steps import End, Script, observe
from codeact_jupyter.model.offline.table import Seen, Table, literal_in

_NO_NUMBERS = ("TypeError", "ValueError", "ArrowInvalid", "ArrowNotImplementedError", "NotImplementedError", "DataError", "UFuncTypeError")
"""What pandas and numpy raise when text is calculated with."""
_SLASHED = re.compile(r"\s*\d{1,2}[-/.]\d{1,2}[-/.]\d")
_COMMA = re.compile(r"-?\d{1,3}(?:\.\d{3})*,\d{1,2}|-?\d+,\d+")


def dates(table: Table, query: Query, names: Names) -> Script[Query]:
    """The date columns that are text are read as dates, day or month first as their numbers tell."""
    wanted = [query.date, *(figure.column for figure in query.figures if figure.function in ("min", "max"))]
    for name in dict.fromkeys(one for one in wanted if one):
        seen = table.column(name)
        if seen is None or not seen.date or seen.dtype.startswith("datetime") or name in query.reads:
            continue
        option = ""
        if seen.packed:
            read = f'pd.to_datetime({column_of(table.variable, name)}.astype(str), format="%Y%m%d")'
        elif seen.dtype.startswith("period"):
            read = f"{column_of(table.variable, name)}.dt.to_timestamp()"
        else:
            if any(_SLASHED.match(value) for value in seen.values):
                query, option = yield from _first(table, query, seen, names)
            read = f"pd.to_datetime({column_of(table.variable, name)}{option})"
        query = replace(query, reads={**query.reads, name: read})
    return query


def _first(table: Table, query: Query, seen: Seen, names: Names) -> Script[tuple[Query, str]]:
    """Whether the day or the month stands first, and the words for it."""
    name, note = seen.name, "I read the dates in `{}` with the {} first{}."
    if query.first:
        return query.noted(note.format(name, query.first, ", as you say")), f", dayfirst={query.first == 'day'}"
    if all(re.match(r"\s*\d{1,2}\.", value) for value in seen.values):
        return query.noted(note.format(name, "day", ", as is usual with dots")), ", dayfirst=True"
    observation = yield from observe(looking.day_or_month(table, name, names))
    years = query.unit in (None, "year") and query.kind != "trend" and name == query.date
    years = years and not any(condition.part == "month" for condition in query.conditions)
    match literal_in(observation):
        case [float() as first, float() as second] if first > 12 >= second:
            return query.noted(note.format(name, "day", ": some of these numbers are above 12")), ", dayfirst=True"
        case [float() as first, float() as second] if second > 12 >= first:
            return query.noted(note.format(name, "month", ": some of the numbers after it are above 12")), ", dayfirst=False"
        case [float() as first, float() as second] if years and max(first, second) <= 12:
            return query, ", dayfirst=False"
        case _:
            raise NotClear(
                f"the dates in `{name}` may begin with the day or with the month, and the numbers do not tell which: "
                "say “day first” or “month first”"
            )


def numbers(table: Table, query: Query, name: str, names: Names) -> Script[Query]:
    """The column as numbers, if it is text that can be read as such."""
    seen = table.column(name)
    if seen is None or seen.numeric or seen.dtype == "bool" or name in query.reads:
        return query
    observation = yield from observe(looking.shapes(column_of(table.variable, name), name, names))
    cleaning = plan(_shapes(name, observation), european=table.separator == ";" or _continental(table, name))
    if isinstance(cleaning, Unclear):
        raise NotClear(f"`{name}` holds text, and {cleaning.reason}")
    text = f"{column_of(table.variable, name)}.astype(str)"
    return replace(query, reads={**query.reads, name: cleaning.expression(text)})


def dotted(loaded: Loaded, query: Query, names: Names) -> Script[Query]:
    """Where commas stand before decimals, a dot separates thousands, which pandas takes for a decimal point."""
    table = loaded.table
    for name in query.calculated if query.kind != "describe" else table.names:
        seen = table.column(name)
        if not loaded.as_text or seen is None or not seen.dtype.startswith("float") or name in query.reads:
            continue
        comma = _continental(table, name)
        if not (comma or table.separator == ";") or not any(_like_thousands(value) for value in seen.values):
            continue
        written = f"{loaded.as_text}[{looking.quote(name)}]"
        observation = yield from observe(looking.shapes(written, name, names))
        if not thousands(_shapes(name, observation)):
            continue
        if not comma:
            raise NotClear(f"the dots in `{name}` may separate thousands or decimals")
        read = f'pd.to_numeric({written}.str.replace(".", "", regex=False), errors="coerce")'
        query = replace(query, reads={**query.reads, name: read}).noted(
            f"The dots in `{name}` separate thousands, as the other columns tell."
        )
    return query


def _like_thousands(value: str) -> bool:
    whole, _, rest = value.partition(".")
    return len(whole.lstrip("-")) <= 3 and 0 < len(rest) <= 3 and rest != "0"


def _continental(table: Table, name: str) -> bool:
    """Another column of the table has commas before its decimals."""
    others = [seen for seen in table.columns if seen.name != name and not seen.numeric]
    return any(seen.values and all(_COMMA.fullmatch(value.strip()) for value in seen.values) for seen in others)


def _shapes(name: str, observation: Observation) -> dict[str, int]:
    shapes = literal_in(observation)
    if not isinstance(shapes, dict) or not shapes:
        raise NotClear(f"`{name}` holds text that I could not look at")
    count = next((line for line in observation.lines() if line.isdigit()), "0")
    if int(count) > len(shapes):
        raise NotClear(f"`{name}` holds text, not numbers")
    return {str(shape): int(number) for shape, number in shapes.items()}


def repaired(table: Table, query: Query, observation: Observation, names: Names) -> Script[tuple[Query, str]]:
    """What the traceback says is wrong, put right."""
    name, words = observation.error or ("", "")
    strange = [one for one in (*_spoken(query),) if table.column(one) is None and one in words]
    if strange:
        found = nearest(strange[0], table.names)
        if found is None or len(found.names) != 1:
            listed = f": {' or '.join(f'`{one}`' for one in found.names)}?" if found else ""
            raise End(answering.cannot(f"there is no column `{strange[0]}`{listed}", table.names))
        fixed = query.renamed(strange[0], found.names[0])
        fixed = yield from dates(table, fixed, names)
        for column in fixed.calculated:
            _checked(table, column)
        return fixed, f"There is no column `{strange[0]}`; the nearest is `{found.names[0]}`: I take that."
    text = [column for column in query.calculated if column not in query.reads and _is_text(table, column)]
    if text and name in _NO_NUMBERS and (name != "ValueError" or "convert" in words):
        for column in text:
            query = yield from numbers(table, query, column, names)
        return query, f"`{text[0]}` is text: I read it as numbers, count what cannot be read, and compute again."
    if name == "LinAlgError":
        raise End(f"There are too few different values in `{table.called}` for a line through them.")
    dated = [column for column, read in query.reads.items() if "to_datetime" in read and "errors=" not in read]
    if dated and name in ("ValueError", "DateParseError", "ParserError", "OutOfBoundsDatetime", "TypeError"):
        return (yield from _mixed(table, query, dated[0], names))
    raise End(answering.cannot(f"the code failed ({name}: {words.splitlines()[0] if words else ''})", table.names))


def _mixed(table: Table, query: Query, column: str, names: Names) -> Script[tuple[Query, str]]:
    """Dates written in several ways, and values that are none."""
    read = query.reads[column]
    if "dayfirst" not in read and "format=" not in read:
        observation = yield from observe(looking.day_or_month(table, column, names))
        if literal_in(observation) != [0.0, 0.0]:
            seen = table.column(column)
            query, option = (yield from _first(table, query, seen, names)) if seen else (query, "")
            read = f"{read.removesuffix(')')}{option})"
    if "dayfirst=True" in read:  # pandas would take 2024-01-03 for the first of March, so day and month change places only after a day
        swapped = r'.astype(str).str.replace(r"^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{2,4})", r"\2/\1/\3", regex=True)'
        read = f'pd.to_datetime(\n    {column_of(table.variable, column)}{swapped},\n    format="mixed",\n    errors="coerce",\n)'
    else:
        read = re.sub(r', format="[^"]*"', "", read.removesuffix(")")) + ', format="mixed", errors="coerce")'
    said = f"Not all values of `{column}` are dates written in one way: I read each by itself, and count what is no date."
    return replace(query, reads={**query.reads, column: read}), said


def _spoken(query: Query) -> list[str]:
    """All columns that the code names."""
    compared = [condition.column.names[0] for condition in query.conditions if condition.column]
    return [*query.keys, *(figure.column for figure in query.figures if figure.column), *compared, *([query.date] if query.date else [])]


def _is_text(table: Table, name: str) -> bool:
    seen = table.column(name)
    return seen is not None and not seen.numeric and seen.dtype != "bool"


def _checked(table: Table, name: str) -> None:
    seen = table.column(name)
    if seen and not (seen.numeric or seen.numbers_as_text or seen.date or seen.dtype == "bool"):
        raise End(answering.cannot(f"`{name}` holds text, so that there is nothing to compute of it", table.names))


def finer(table: Table, query: Query, observation: Observation) -> Query:
    """With more decimals, where two of them leave nothing of a small number."""
    rounded = any(figure.function in ("mean", "median", "sum", "min", "max", "std") and figure.column for figure in query.figures)
    if query.decimals > 2 or not rounded or query.kind == "rank_rows":
        return query
    results = [line for line in observation.lines() if query.kind != "trend" or ": " not in line]
    small = re.findall(r"(?<![\d.])-?0\.\d{1,2}(?!\d)", "\n".join(_results(results)))
    return replace(query, decimals=6) if small else query


def _results(lines: list[str]) -> list[str]:
    return [line.rpartition(":")[2] if ": " in line else line.partition(",")[2] for line in lines]
