"""A table as it was seen: the overview that the first cell prints, read back; pure."""

import ast
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from codeact_jupyter.model.offline.reading import Observation

SHOWN = 8
"""Values of each column in the overview."""
WIDE = 40
"""Characters of a value in the overview."""
_YES_NO = (("yes", "no"), ("true", "false"), ("y", "n"), ("1", "0"))
_DATE = re.compile(
    r"^\s*(?:\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{1,2}[ .-]+[A-Z][a-z]{2,8},?[ -]\d{2,4}|[A-Z][a-z]{2,8} \d{1,2},? \d{4}|[A-Z][a-z]{2,8} \d{4})\b"
)
_PACKED = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_CURRENCY = r"(?:(?:usd|eur|gbp|chf|jpy|cad|aud|inr|sek|nok|dkk|pln|rs|kr|us)\b\.?\s?)?"


@dataclass(frozen=True)
class Seen:
    """A column, as the overview showed it."""

    name: str
    dtype: str
    missing: int
    distinct: int
    values: tuple[str, ...]

    @property
    def numeric(self) -> bool:
        return self.dtype.lower().startswith(("int", "uint", "float"))

    @property
    def whole(self) -> bool:
        return self.dtype.lower().startswith(("int", "uint"))

    @property
    def counted(self) -> bool:
        """Whole numbers, though gaps may have made them floats."""
        return self.whole or (self.numeric and all(value.endswith(".0") for value in self.values))

    @property
    def years(self) -> bool:
        """Numbers that are years, by the look of them."""
        return self.counted and bool(self.values) and all(1500 <= float(value) <= 2100 for value in self.values)

    @property
    def yes(self) -> str | float | None:
        """The value that says yes, in a column that holds yes and no."""
        held = {value.strip().casefold().removesuffix(".0"): value for value in self.values}
        pair = next((pair for pair in _YES_NO if self.distinct <= 2 and self.all_seen and held and held.keys() <= set(pair)), None)
        if pair is None:
            return None
        return 1.0 if self.numeric else held.get(pair[0], "True" if self.dtype == "bool" else pair[0])

    @property
    def packed(self) -> bool:
        """Dates written as one number, such as 20240131."""
        named = bool(re.search(r"date|day|datum", self.name, re.IGNORECASE))
        return named and self.whole and bool(self.values) and all(_PACKED.fullmatch(value) for value in self.values)

    @property
    def date(self) -> bool:
        """Holds dates, as such or as text."""
        written = not self.numeric and bool(self.values) and all(_DATE.match(value) for value in self.values)
        return self.dtype.startswith(("datetime", "period")) or written or self.packed

    @property
    def written(self) -> bool:
        """Text, of whatever."""
        return not (self.numeric or self.dtype in ("bool", "boolean") or self.dtype.startswith(("datetime", "timedelta", "period")))

    @property
    def numbers_as_text(self) -> bool:
        """Text, and yet most values begin like numbers."""
        like = [value for value in self.values if re.match(rf"^{_CURRENCY}\W{{0,3}}\d", value, re.IGNORECASE)]
        return not self.numeric and not self.date and self.dtype != "bool" and 2 * len(like) >= max(1, len(self.values))

    @property
    def all_seen(self) -> bool:
        return self.distinct <= len(self.values) and all(len(value) < WIDE for value in self.values)


@dataclass(frozen=True)
class Table:
    """A DataFrame in the kernel."""

    variable: str
    called: str
    """What the user knows it by: a file or a name."""
    rows: int
    columns: tuple[Seen, ...]
    separator: str = ","
    sheet: str = ""
    """Of a workbook with several."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Seen | None:
        return next((column for column in self.columns if column.name == name), None)


def overview(variable: str, values: int = SHOWN) -> str:
    """Code that prints size and columns of a DataFrame: name, type, missing, distinct, first values."""
    return "\n".join(
        [
            f"print({variable}.shape)",
            "print(*(",
            "    [name, str(column.dtype), int(column.isna().sum()), int(column.nunique()),",
            f"     column.dropna().astype(str).str[:{WIDE}].unique()[:{values}].tolist()]",
            f"    for name, column in {variable}.items()",
            '), sep="\\n")',
            f"{variable}.head()",
        ]
    )


def seen(observation: Observation, variable: str, called: str, separator: str = ",") -> Table | None:
    """The table that an overview shows; None when it does not show one whole."""
    shape = None
    columns: list[Seen] = []
    for line in observation.lines():
        if shape is None and (found := re.match(r"^\((\d+), (\d+)\)$", line)):
            shape = int(found[1]), int(found[2])
        elif shape and line.startswith("["):
            match _literal(line):
                case [name, str() as dtype, int() as missing, int() as distinct, list() as values]:
                    columns.append(Seen(str(name), dtype, missing, distinct, tuple(str(value) for value in values)))
                case _:
                    pass
    if shape is None or len(columns) != shape[1]:
        return None
    return Table(variable, called, shape[0], tuple(columns), separator)


def headless(table: Table) -> bool:
    """The names of the columns look like values of them: the file has no header."""
    if any(column.date and _DATE.match(column.name) for column in table.columns):
        return True
    numbers = [column for column in table.columns if column.numeric and re.fullmatch(r"-?\d+(?:\.\d+)*", column.name)]
    names = [column.name for column in numbers]
    counted = names in ([str(n) for n in range(len(names))], [str(n) for n in range(1, len(names) + 1)])
    years = all(re.fullmatch(r"(?:19|20)\d\d", name) for name in names)
    return bool(numbers) and 3 * len(numbers) >= len(table.columns) and not counted and not years


def literal_in(observation: Observation) -> object:
    """The last line that is a Python dict or list."""
    for line in reversed(observation.lines()):
        if line.startswith(("{", "[")) and (value := _literal(line)) is not None:
            return value
    return None


def labelled(observation: Observation, label: str) -> str | None:
    """What stands after `label: ` at the beginning of a line."""
    return next((line[len(label) + 2 :].strip() for line in observation.lines() if line.startswith(f"{label}: ")), None)


def rows_after(observation: Observation, header: Sequence[str]) -> list[list[str]] | None:
    """The rows of the CSV text that begins with this header; None when there is none."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="").writerow(header)
    wanted = stream.getvalue()
    lines = observation.text.splitlines()
    start = next((at for at, line in enumerate(lines) if line == wanted), None)
    if start is None:
        return None
    rows: list[list[str]] = []
    for row in csv.reader(lines[start + 1 :]):
        if not row or len(row) != len(header) or row[0].startswith("[… "):
            break
        rows.append(row)
    return rows


def _literal(line: str) -> object:
    try:
        value: object = ast.literal_eval(line)
    except (ValueError, SyntaxError):
        return None
    return value
