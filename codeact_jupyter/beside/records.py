"""JSON lines, and JSON: a list of records, an object, or an object of such lists."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from codeact_jupyter.beside.bounded import COLUMNS, CUT, ROWS, TABLES, NotLookedInto, Source, line_count, rows_for
from codeact_jupyter.beside.columns import of_values
from codeact_jupyter.beside.delimited import unzipped
from codeact_jupyter.beside.found import DataFile, Table

HEAD = 500_000
LINES = 200_000
"""The same, where each line can be read by itself."""
_SPACE = re.compile(r"[\s,]*")
_BAD = "not JSON, or damaged"


def read_lines(source: Source) -> DataFile:
    """JSON lines: a record a line."""
    head = source.head(LINES)
    cut = len(head) < source.size
    records, bad = _of_lines(head, cut)
    count, about = line_count(source, head, quotes=False) if cut else (len(records) + bad, False)
    return _lines_file(source, records, bad, (count, about))


def read_lines_gzip(source: Source) -> DataFile:
    """The same of a file that is compressed."""
    head, used = unzipped(source, LINES)
    cut = used < source.size
    records, bad = _of_lines(head, cut)
    count = round((len(records) + bad) * source.size / used) if cut else len(records) + bad
    return _lines_file(source, records, bad, (count, cut))


def read(source: Source) -> DataFile:
    """A JSON file."""
    head = source.head(HEAD)
    cut = len(head) < source.size
    text = head.decode("utf-8-sig", "ignore" if cut else "replace")
    name, start = source.path.name, _SPACE.match(text).end()  # type: ignore[union-attr]  # it matches nothing too
    if cut and text[start : start + 1] != "[":
        raise NotLookedInto("too large to look into")
    value = list(_elements(text, start + 1)) if cut else _parsed(text)
    if isinstance(value, list):
        if not value:
            raise NotLookedInto(_BAD if cut else "an empty list")
        count = round(len(value) * source.size / len(head)) if cut else len(value)
        return DataFile(name, source.size, [_table(value, (count, cut), kind="list")])
    if not isinstance(value, dict):
        raise NotLookedInto("a single value")
    lists = {key: held for key, held in value.items() if isinstance(held, list) and held and isinstance(held[0], dict)}
    tables = [_table([value], (None, False), kind="object")]
    tables += [_table(held, (len(held), False), kind="list", name=key) for key, held in list(lists.items())[: TABLES - 1]]
    return DataFile(name, source.size, tables, more=[key[:CUT] for key in list(lists)[TABLES - 1 :]])


def _lines_file(source: Source, records: Sequence[object], bad: int, count: tuple[int, bool]) -> DataFile:
    if not records:
        raise NotLookedInto(_BAD if bad else "empty")
    note = f"{bad} of the lines looked at are no JSON" if bad else ""
    return DataFile(source.path.name, source.size, [_table(records, count, kind="JSON lines")], note=note)


def _of_lines(head: bytes, cut: bool) -> tuple[list[object], int]:
    """Records, and how many lines are none."""
    text = head.decode("utf-8-sig", "replace")
    if cut:
        text = text[: text.rfind("\n") + 1]
    records, bad = [], 0
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            records.append(_parsed(line))
        except NotLookedInto:
            bad += 1
    return records, bad


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotLookedInto(_BAD) from error


def _elements(text: str, at: int) -> Iterator[object]:
    """Elements of a list up to its end, or to where the text was cut."""
    decoder = json.JSONDecoder()
    while True:
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing too
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield value


def _table(records: Sequence[object], count: tuple[int | None, bool], kind: str, name: str = "") -> Table:
    """Records with their keys as columns; a list of plain values is one column."""
    plain = [record if isinstance(record, dict) else {"": record} for record in records[:ROWS]]
    keys = list(dict.fromkeys(key for record in plain for key in record))
    sample = plain[: rows_for(len(keys))]
    columns = [of_values(key[:CUT], [record.get(key) for record in sample]) for key in keys[:COLUMNS]]
    rows = [[_brief(record.get(key)) for key in keys[:COLUMNS]] for record in sample[:2]] if kind != "object" else []
    looked = None if len(sample) == len(records) and not count[1] else len(sample)
    return Table(columns, len(keys), *count, looked, rows, kind, name[:CUT])


def _brief(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value[:CUT]
        case list() | dict():
            return f"{type(value).__name__} of {len(value)}"
        case _:
            return str(value)[:CUT]
