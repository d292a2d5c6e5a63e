"""The model as a script: look, find, compute, repair, draw, answer.

A generator that yields cells and is sent what came of them.  To reply is to play it from the start with the observations there are: so
the same messages always give the same reply, and nothing is remembered between two calls.
"""

import re
from dataclasses import dataclass, field, replace

from codeact_jupyter.model.offline import answering, looking
from codeact_jupyter.model.offline.acting import compute, header, plot
from codeact_jupyter.model.offline.asking import Intent
from codeact_jupyter.model.offline.columns import nearest
from codeact_jupyter.model.offline.looking import Names, column_of
from codeact_jupyter.model.offline.numerals import Unclear, plan
from codeact_jupyter.model.offline.query import NotClear, Query
from codeact_jupyter.model.offline.reading import Observation, Scene
from codeact_jupyter.model.offline.settling import settle
from codeact_jupyter.model.offline.sources import Loaded, load
from codeact_jupyter.model.offline.steps import End, Script, observe
from codeact_jupyter.model.offline.table import Table, literal_in
from codeact_jupyter.model.offline.understanding import Understanding, hidden, refusal

_TRIES = 7
_SILENT = ("sum", "min", "max")
"""What pandas computes of text without complaint, and wrongly for our purpose."""


@dataclass
class Analyst:
    """One run's work."""

    scene: Scene
    known: list[str] = field(default_factory=list)
    """What has been found out so far: the answer, if the steps run out."""

    def script(self) -> Script[str]:
        """The steps; its value is the answer."""
        try:
            return (yield from self._steps())
        except End as end:
            return str(end)
        except NotClear as unclear:
            return answering.cannot(str(unclear))

    def _steps(self) -> Script[str]:
        understanding = Understanding(self.scene)
        if said := understanding.hopeless():
            return said
        loaded = yield from load(self.scene, understanding)
        table = loaded.table
        self.known.append(f"{answering.overview(table)}.")
        intent = understanding.intent(table)
        if intent.loose and hidden(table):
            observation = yield from observe(looking.find_values(table, understanding.words(), self._names()))
            intent = understanding.intent(table, _found(observation))
        if said := refusal(intent, table):
            return said
        if intent.kind == "columns":
            return answering.columns(table)
        try:
            query = settle(intent, table)
        except NotClear as unclear:
            return answering.cannot(str(unclear), table.names)
        query = replace(query, notes=(*loaded.notes, *_nouns(intent, table), *query.notes))
        return (yield from self._computed(loaded, query))

    def _computed(self, loaded: Loaded, query: Query) -> Script[str]:
        table, names = loaded.table, self._names()
        query = yield from _dates(table, query, names)
        silent = [figure.column for figure in query.figures if figure.function in _SILENT and figure.column]
        silent += [str(figure.column) for figure in query.figures if query.kind == "rank_rows"]
        for name in dict.fromkeys(silent):
            query = yield from _numbers(table, query, name, names)
        prose = ""
        for _ in range(_TRIES):
            observation = yield from observe(compute(table, query, names, prose))
            if observation.error is None:
                finer = _finer(table, query, observation)
                if finer == query:
                    return (yield from self._told(table, query, observation))
                query, prose = finer, "Two decimals are too few to tell these numbers apart: once more with more of them."
                continue
            if observation.error[0] == "NameError" and loaded.file:  # the kernel was restarted between two cells
                yield from observe(looking.load(loaded.file.name, table.variable, table.separator, loaded.how))
                continue
            query, prose = yield from _repaired(table, query, observation, names)
        raise End(answering.cannot("the code kept failing", table.names))

    def _told(self, table: Table, query: Query, observation: Observation) -> Script[str]:
        said = answering.answer(table, query, observation)
        if said is None:
            raise End(answering.cannot("the output does not show the numbers I asked for", table.names))
        self.known[:] = [said]
        if not query.plot:
            return said
        if not (header(table, query)) or query.kind in ("describe", "distinct"):
            return f"{said}\n\nThere is nothing to draw in it: a chart needs groups, such as “by …”."
        chart = yield from observe(plot(table, query, self._names()))
        if chart.error:
            return f"{said}\n\nThe chart could not be drawn ({chart.error[0]}: {chart.error[1].splitlines()[0]})."
        return f"{said}\n\nThe chart is in the notebook, below the last cell." if chart.image else said

    def _names(self) -> Names:
        """The user's names are left alone; those that earlier runs made may be used again."""
        made = {name for text in self.scene.earlier_code for name in re.findall(r"^(\w+) = ", text, re.MULTILINE)}
        return Names(self.scene.names - made)


def _found(observation: Observation) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in observation.lines():
        match literal_in(Observation(line)):
            case [str() as name, list() as values]:
                found[name] = [str(value) for value in values]
            case _:
                pass
    return found


def _nouns(intent: Intent, table: Table) -> tuple[str, ...]:
    others = [noun for noun in intent.rows_called if not table.called.lower().startswith(noun.lower()[:4])]
    return tuple(f"I took “{noun}” to mean the rows of the table." for noun in dict.fromkeys(others))


def _dates(table: Table, query: Query, names: Names) -> Script[Query]:
    """The date columns that are text are read as dates, day or month first as their numbers tell."""
    wanted = [query.date, *(figure.column for figure in query.figures if figure.function in ("min", "max"))]
    for name in dict.fromkeys(one for one in wanted if one):
        seen = table.column(name)
        if seen is None or not seen.date or seen.dtype.startswith("datetime"):
            continue
        option = ""
        if all(re.match(r"\s*\d{1,2}\.", value) for value in seen.values):
            option = ", dayfirst=True"
        elif all(re.match(r"\s*\d{1,2}\D\d", value) for value in seen.values):
            observation = yield from observe(looking.day_or_month(table, name, names))
            option = _order(name, observation, only_years=query.unit in (None, "year") and not _by_month(query) and name == query.date)
        read = f"pd.to_datetime({column_of(table.variable, name)}{option})"
        query = replace(query, reads={**query.reads, name: read})
    return query


def _by_month(query: Query) -> bool:
    return any(condition.part == "month" for condition in query.conditions)


def _order(name: str, observation: Observation, only_years: bool) -> str:
    match literal_in(observation):
        case [float() as first, float() as second] if first > 12 >= second:
            return ", dayfirst=True"
        case [float() as first, float() as second] if second > 12 >= first or only_years:
            return ", dayfirst=False"
        case _:
            raise NotClear(f"the dates in `{name}` may begin with the day or with the month, and the numbers do not tell which")


def _numbers(table: Table, query: Query, name: str, names: Names) -> Script[Query]:
    """The column as numbers, if it is text that can be read as such."""
    seen = table.column(name)
    if seen is None or seen.numeric or seen.dtype == "bool" or name in query.reads:
        return query
    observation = yield from observe(looking.shapes(table, name, names))
    shapes = literal_in(observation)
    if not isinstance(shapes, dict) or not shapes:
        raise NotClear(f"`{name}` holds text that I could not look at")
    count = next((line for line in observation.lines() if line.isdigit()), "0")
    if int(count) > len(shapes):
        raise NotClear(f"`{name}` holds text, not numbers")
    cleaning = plan({str(shape): int(number) for shape, number in shapes.items()}, european=table.separator == ";")
    if isinstance(cleaning, Unclear):
        raise NotClear(f"`{name}` holds text, and {cleaning.reason}")
    text = f"{column_of(table.variable, name)}.astype(str)"
    return replace(query, reads={**query.reads, name: cleaning.expression(text)})


def _repaired(table: Table, query: Query, observation: Observation, names: Names) -> Script[tuple[Query, str]]:
    """What the traceback says is wrong, put right."""
    name, words = observation.error or ("", "")
    strange = [one for one in (*_spoken(query),) if table.column(one) is None and one in words]
    if strange:
        found = nearest(strange[0], table.names)
        if found is None or len(found.names) != 1:
            listed = f": {' or '.join(f'`{one}`' for one in found.names)}?" if found else ""
            raise End(answering.cannot(f"there is no column `{strange[0]}`{listed}", table.names))
        fixed = query.renamed(strange[0], found.names[0])
        fixed = yield from _dates(table, fixed, names)
        for column in fixed.calculated:
            _checked(table, column)
        return fixed, f"There is no column `{strange[0]}`; the nearest is `{found.names[0]}`: I take that."
    dated = [column for column, read in query.reads.items() if "to_datetime" in read and "errors=" not in read]
    if dated and name in ("ValueError", "DateParseError", "ParserError", "OutOfBoundsDatetime", "TypeError"):
        column = dated[0]
        read = query.reads[column].removesuffix(")") + ', format="mixed", errors="coerce")'
        said = f"Some values of `{column}` are no dates: I leave those out, and count them."
        return replace(query, reads={**query.reads, column: read}), said
    text = [column for column in query.calculated if column not in query.reads and _is_text(table, column)]
    if text and name in ("TypeError", "ValueError", "ArrowInvalid", "ArrowNotImplementedError", "NotImplementedError", "DataError"):
        for column in text:
            query = yield from _numbers(table, query, column, names)
        return query, f"`{text[0]}` is text: I read it as numbers, count what cannot be read, and compute again."
    raise End(answering.cannot(f"the code failed ({name}: {words.splitlines()[0] if words else ''})", table.names))


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


def _finer(table: Table, query: Query, observation: Observation) -> Query:
    """With more decimals, where two of them leave nothing of a small number."""
    rounded = any(figure.function in ("mean", "median", "sum", "min", "max", "std") and figure.column for figure in query.figures)
    if query.decimals > 2 or not rounded or query.kind == "rank_rows":
        return query
    small = re.findall(r"(?<![\d.])-?0\.\d{1,2}(?!\d)", "\n".join(_results(observation)))
    return replace(query, decimals=6) if small else query


def _results(observation: Observation) -> list[str]:
    return [line.rpartition(":")[2] if ": " in line else line.partition(",")[2] for line in observation.lines()]
