"""Sheets of an Excel workbook (.xlsx): header, first rows, types; dates are told from numbers by their cells' styles."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import join, normpath

from codeact_jupyter.beside.bounded import COLUMNS, CUT, TABLES, NotLookedInto, Source, rows_for
from codeact_jupyter.beside.columns import of_values
from codeact_jupyter.beside.found import DataFile, Table
from codeact_jupyter.beside.xml_parts import Parts

SHEET = 3_000_000
"""Bytes of a sheet, unpacked, that are read."""
STRINGS = 6_000_000
SMALL = 1_000_000
ROWS = 200
"""Rows of a sheet that are read."""
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_RANGE = re.compile(r"[A-Z]{1,3}(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_DATES = {*range(14, 23), *range(45, 48)}
"""Numbers of built-in formats that show dates and times."""


@dataclass(frozen=True)
class _String:
    """A cell that refers to the strings that the sheets share."""

    index: int


Cell = _String | str | float | int | bool | dt.date | None
Row = Mapping[int, Cell]


@dataclass
class _Sheet:
    """What was read of a sheet."""

    rows: list[tuple[int, Row]] = field(default_factory=list)
    """With their numbers in the sheet; empty ones are left out."""
    last: int = 0
    """Of its rows, as the sheet says or as was read."""
    width: int = 0
    whole: bool = True


@dataclass(frozen=True)
class _Styles:
    """Which styles show dates, and the day that numbers count from."""

    dates: frozenset[int]
    zero: dt.datetime


def read(source: Source) -> DataFile:
    """What a workbook holds."""
    source.stream.seek(0)
    parts = Parts(source.stream, source.patience)
    sheets, since_1904 = _sheets(parts)
    if not sheets:
        raise NotLookedInto("no workbook of the .xlsx kind")
    styles = _Styles(_date_styles(parts), dt.datetime(1904, 1, 1) if since_1904 else dt.datetime(1899, 12, 30))
    held = [(name, _sheet(parts, path, styles)) for name, path in sheets[:TABLES]]
    wanted = {cell.index for _, sheet in held for _, row in sheet.rows for cell in row.values() if isinstance(cell, _String)}
    strings = _strings(parts, wanted)
    tables = [_table(name, sheet, strings) for name, sheet in held]
    return DataFile(source.path.name, source.size, tables, more=[name for name, _ in sheets[TABLES:]])


def _sheets(parts: Parts) -> tuple[list[tuple[str, str]], bool]:
    """Names and places of the sheets; True: days count from 1904."""
    targets = {
        given.get("Id", ""): given.get("Target", "")
        for what, tag, given in parts.events("xl/_rels/workbook.xml.rels", SMALL)
        if what == "start" and tag == "Relationship"
    }
    found, since_1904 = [], False
    for what, tag, given in parts.events("xl/workbook.xml", SMALL):
        if what == "start" and tag == "sheet":
            target = targets.get(given.get("id", ""), "")
            found.append((given.get("name", "")[:CUT], normpath(join("/xl", target)).lstrip("/")))
        elif what == "start" and tag == "workbookPr":
            since_1904 = given.get("date1904") in ("1", "true")
    return found, since_1904


def _date_styles(parts: Parts) -> frozenset[int]:
    """Numbers of the cell styles that show a number as a date."""
    formats, dates, place, within = set(_DATES), set(), 0, False
    for what, tag, given in parts.events("xl/styles.xml", SMALL):
        if tag == "cellXfs" and what != "text":
            within = what == "start"
        elif what == "start" and tag == "numFmt" and re.search("[ymdh]", _LITERAL.sub("", given.get("formatCode", "")), re.IGNORECASE):
            formats.add(_integer(given.get("numFmtId")))
        elif what == "start" and tag == "xf" and within:
            if _integer(given.get("numFmtId")) in formats:
                dates.add(place)
            place += 1
    return frozenset(dates)


def _sheet(parts: Parts, path: str, styles: _Styles) -> _Sheet:
    sheet, row = _Sheet(), dict[int, Cell]()
    number, at, given, text, reading = 0, -1, dict[str, str](), "", False
    for what, tag, attributes in parts.events(path, SHEET):
        match what, tag:
            case "start", "dimension":
                if found := _RANGE.fullmatch(attributes.get("ref", "")):
                    sheet.last, sheet.width = int(found[3]), min(16_384, _column(found[2]) + 1)
            case "start", "row":
                number, at, row = _integer(attributes.get("r")) or number + 1, -1, {}
            case "start", "c":
                place = _REFERENCE.fullmatch(attributes.get("r", ""))
                at, given, text = _column(place[1]) if place else at + 1, dict(attributes), ""
            case "start" | "end", "v" | "t":
                reading = what == "start"
            case "text", _ if reading and len(text) < CUT:
                text += tag[:CUT]
            case "end", "c" if text and at < COLUMNS:
                row[at] = _cell(given, text, styles)
            case "end", "row" if any(cell is not None for cell in row.values()):
                sheet.rows.append((number, row))
                if len(sheet.rows) > ROWS:
                    break
            case _:
                pass
    sheet.whole = len(sheet.rows) <= ROWS and parts.size(path) <= SHEET
    sheet.width = max([sheet.width, *(max(cells) + 1 for _, cells in sheet.rows)])
    return sheet


def _cell(given: Mapping[str, str], text: str, styles: _Styles) -> Cell:
    match given.get("t", "n"):
        case "s":
            return _String(_integer(text))
        case "b":
            return text == "1"
        case "e":  # an error such as #N/A
            return None
        case "n":
            return _numeric(text, _integer(given.get("s")) in styles.dates, styles.zero)
        case _:
            return text


def _numeric(text: str, is_date: bool, zero: dt.datetime) -> Cell:
    try:
        if not is_date:
            return int(text) if re.fullmatch(r"-?\d{1,18}", text) else float(text)
        moment = zero + dt.timedelta(seconds=round(float(text) * 86_400))
    except (ValueError, OverflowError):
        return text
    return moment.date() if moment.time() == dt.time() else moment


def _strings(parts: Parts, wanted: set[int]) -> dict[int, str]:
    """The shared strings with these numbers, as far as they stand within the bound."""
    found: dict[int, str] = {}
    index, text, reading, last = -1, "", False, max(wanted, default=-1)
    if last < 0:
        return found
    for what, tag, _ in parts.events("xl/sharedStrings.xml", STRINGS):
        match what, tag:
            case "start", "si":
                index, text = index + 1, ""
            case "start" | "end", "t":
                reading = what == "start"
            case "text", _ if reading and len(text) < CUT:
                text += tag[:CUT]
            case "end", "si":
                if index in wanted:
                    found[index] = text
                if index >= last:
                    break
            case _:
                pass
    return found


def _table(name: str, sheet: _Sheet, strings: Mapping[int, str]) -> Table:
    rows = [(number, {at: _plain(cell, strings) for at, cell in row.items()}) for number, row in sheet.rows]
    if not rows:
        return Table([], 0, 0, kind="sheet", name=name)
    start = _header(rows)
    number, header = rows[start]
    body = rows[start + 1 :][: rows_for(sheet.width)]
    places = sorted({at for _, row in rows[start:] for at in row})
    columns = [of_values(str(header.get(at) or "")[:CUT], [row.get(at) for _, row in body]) for at in places]
    first = [["" if row.get(at) is None else str(row.get(at)) for at in places] for _, row in body[:2]]
    width = len(places) if sheet.whole and sheet.width <= COLUMNS else max(len(places), sheet.width)
    if sheet.whole:
        count, looked = len(rows) - start - 1, None if len(body) == len(rows) - start - 1 else len(body)
    else:
        count, looked = max(len(body), sheet.last - number), len(body)
    known = sheet.whole or sheet.last > number
    return Table(columns, width, count if known else None, not sheet.whole, looked, first, "sheet", name, number)


def _header(rows: Sequence[tuple[int, Mapping[int, object]]]) -> int:
    """Which of the rows is the header: what stands above it, a title, has fewer cells."""
    widest = max(len(row) for _, row in rows[:20])
    return next(index for index, (_, row) in enumerate(rows) if len(row) * 2 >= widest)


def _plain(cell: Cell, strings: Mapping[int, str]) -> object:
    return strings.get(cell.index, "…") if isinstance(cell, _String) else cell


def _column(letters: str) -> int:
    at = 0
    for letter in letters:
        at = at * 26 + ord(letter) - 64
    return at - 1


def _integer(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,9}", text) else 0
