"""Cells of a column as type, range and a few values; pure.

`of_text` is for files in which all is text, `of_values` for those that have types of their own.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence

from codeact_jupyter.beside.bounded import CUT
from codeact_jupyter.beside.found import Column, Type

SHOWN = 6
"""Different values of a text that are kept."""
MISSING = frozenset(
    ["", "NA", "N/A", "n/a", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "None", "<NA>", "#N/A", "#N/A N/A", "#NA", "1.#IND", "-1.#IND"]
)
"""What pandas takes for missing, so that our count is its count."""
_INT = re.compile(r"[+-]?\d{1,18}")
_ZEROS = re.compile(r"0\d+")
_FLOAT = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?")
_ENGLISH = re.compile(r"[+-]?\d{1,3}(?:,\d{3}){1,12}(?:\.\d{0,40})?")
_GERMAN = re.compile(r"[+-]?(?:\d{1,40}|\d{1,3}(?:\.\d{3}){1,12}),\d{1,40}")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3}){2,12}")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.{0,30})?")
_MONTH = re.compile(r"\d{4}-\d\d")
_DAY = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")


def of_text(name: str, cells: Sequence[str], comma: bool = True) -> Column:
    """`comma`: what could be read in two ways, such as 1,234, is in English; else its comma is a decimal mark."""
    held = [cell.strip() for cell in cells]
    present = [cell for cell in held if cell not in MISSING]
    missing = len(held) - len(present)
    different = list(dict.fromkeys(present))
    if not different:
        return Column(name, "empty", missing=missing)
    for guess in (_booleans, _whole, _numbers, _english if comma else _german, _german if comma else _english, _dates):
        if found := guess(different):
            kind, low, high, form = found
            return Column(name, kind, low, high, missing=missing, form=form)
    return _text(name, different, missing)


def of_values(name: str, values: Sequence[object]) -> Column:
    """Values of JSON, of a database, of a workbook: None is missing."""
    present = [value for value in values if value is not None]
    missing = len(values) - len(present)
    kinds = {_type(value) for value in present}
    if not kinds:
        return Column(name, "empty", missing=missing)
    if kinds <= {"int", "float"}:
        numbers = [value for value in present if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))]
        kind: Type = "float" if "float" in kinds else "int"
        return Column(name, kind, *_ends(numbers, _number), missing=missing)
    if kinds <= {"date", "datetime"}:
        days = sorted(str(value) for value in present)
        return Column(name, "datetime" if "datetime" in kinds else "date", days[0], days[-1], missing=missing)
    if len(kinds) == 1 and kinds != {"text"}:
        return Column(name, kinds.pop(), missing=missing)
    different = list(dict.fromkeys(str(value)[:CUT] for value in present))
    if kinds != {"text"}:
        return Column(name, "mixed", values=_few([str(value)[:CUT] for value in present if isinstance(value, str)]), missing=missing)
    if dates := _dates(different):
        return Column(name, dates[0], dates[1], dates[2], missing=missing, form=dates[3] or "as text")
    return Column(name, "text", values=_few(different), different=len(different), missing=missing)


def _type(value: object) -> Type:
    match value:
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float"
        case dt.datetime():
            return "datetime"
        case dt.date():
            return "date"
        case dt.time():
            return "time"
        case str():
            return "text"
        case bytes():
            return "bytes"
        case list():
            return "list"
        case _:
            return "object"


def _text(name: str, different: Sequence[str], missing: int) -> Column:
    others = [value for value in different if not _FLOAT.fullmatch(value)]
    if len(others) * 2 < len(different):
        return Column(name, "mixed", values=_few(others), missing=missing)
    return Column(name, "text", values=_few(different), different=len(different), missing=missing)


def _few(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(list(dict.fromkeys(values))[:SHOWN])


Guess = tuple[Type, str, str, str]
"""Type, smallest, largest, form."""


def _booleans(values: Sequence[str]) -> Guess | None:
    for pair in ({"true", "false"}, {"yes", "no"}):
        if len(values) <= 6 and {value.casefold() for value in values} <= pair:
            return "bool", "", "", f"as {'/'.join(sorted(values)[:2])}"
    return None


def _whole(values: Sequence[str]) -> Guess | None:
    if not _all(_INT, values):
        return None
    if any(_ZEROS.fullmatch(value) for value in values):
        return "text", "", "", "digits with leading zeros"
    return "int", *_ends([int(value) for value in values], _number), ""


def _numbers(values: Sequence[str]) -> Guess | None:
    return ("float", *_ends([float(value) for value in values], _number), "") if _all(_FLOAT, values) else None


def _english(values: Sequence[str]) -> Guess | None:
    return _written(values, _ENGLISH, lambda value: value.replace(",", ""), '"," between thousands')


def _german(values: Sequence[str]) -> Guess | None:
    form = '"," as decimal mark' + (', "." between thousands' if any("." in value for value in values) else "")
    plain = [value for value in values if not _GERMAN.fullmatch(value) and not _GROUPED.fullmatch(value)]
    if not _all(_INT, plain):  # 1.5 beside 1,5 can be read in no one way
        return None
    return _written(values, _GERMAN, lambda value: value.replace(".", "").replace(",", "."), form)


def _written(values: Sequence[str], pattern: re.Pattern[str], plain: Callable[[str], str], form: str) -> Guess | None:
    if not any(pattern.fullmatch(value) for value in values):
        return None
    numbers = [plain(value) if pattern.fullmatch(value) or _GROUPED.fullmatch(value) else value for value in values]
    if not _all(_FLOAT, numbers):
        return None
    return "float", *_ends([float(value) for value in numbers], _number), form


def _dates(values: Sequence[str]) -> Guess | None:
    if _all(_ISO, values):
        return _iso(values)
    if _all(_MONTH, values):
        return "date", min(values), max(values), "as year-month"
    found = [_DAY.fullmatch(value) for value in values]
    parts = [(int(one[1]), int(one[3]), int(one[4])) for one in found if one]
    if len(parts) < len(values):
        return None
    day_first = any(first > 12 for first, _, _ in parts) or all("." in value for value in values)
    if not day_first and not any(second > 12 for _, second, _ in parts):
        return "date", "", "", "day or month first, unclear which"
    try:
        days = [dt.date(year, second, first) if day_first else dt.date(year, first, second) for first, second, year in parts]
    except ValueError:
        return None
    return "date", min(days).isoformat(), max(days).isoformat(), "day first" if day_first else "month first"


def _iso(values: Sequence[str]) -> Guess | None:
    try:
        for value in values:
            dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    kind: Type = "date" if all(len(value) == 10 for value in values) else "datetime"
    return kind, min(values), max(values), ""


def _all(pattern: re.Pattern[str], values: Sequence[str]) -> bool:
    return all(pattern.fullmatch(value) for value in values)


def _ends(numbers: Sequence[int | float], text: Callable[[int | float], str]) -> tuple[str, str]:
    return (text(min(numbers)), text(max(numbers))) if numbers else ("", "")


def _number(value: int | float) -> str:
    return str(value)[:40] if isinstance(value, int) else f"{value:.10g}"
