"""Data files as the model reads them, a line each, within a number of characters; pure.

What a file holds is data: it stands in JSON strings, cut, and nothing in it can end the line or the block that it stands in.
"""

import json
import re
from collections.abc import Iterator, Sequence

from codeact_jupyter.beside.found import Column, DataFile, Table

NAMES = 60
"""Columns of a table that are named."""
TYPED = 40
"""Columns of which types, ranges and values are told."""
_CELL = 40
_LEVELS = (0, 1, 2, 3)
"""Name and size; columns; their types, ranges and values; the first rows."""
_LEAST = 30
"""Characters that are worth a look at what could be told in them."""
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]|<(?=/|context)")


def told(files: Sequence[DataFile], more: int, room: int) -> list[str]:
    """A text for each file; all are named before one is told in detail, and the first ones are told most of."""
    room -= 40 if more else 0
    lines = [_file(file, 0) for file in files]
    left = room - sum(len(line) + 1 for line in lines)
    for level in _LEVELS[1:]:
        for index, file in enumerate(files if left > _LEAST else ()):
            line = _file(file, level)
            if len(line) - len(lines[index]) <= left:
                left -= len(line) - len(lines[index])
                lines[index] = line
    return [*lines, f"- … and {_count(more, 'more file')}"] if more else lines


def _file(file: DataFile, level: int) -> str:
    words = f"- {quoted(file.name)}, {_size(file.bytes)}"
    note = f" ({file.note})" if file.note else ""
    if not level or not file.tables:
        return words + note
    encoding = f"; encoding {quoted(file.encoding)}" if file.encoding else ""
    separator = f"; separator {quoted(file.separator)}" if file.separator else ""
    first, *others = (_table(table, level, separator + encoding) for table in file.tables)
    lines = [f"{words}{note}{'; ' if file.tables[0].kind else ', '}{first}", *(f"  {other}" for other in others)]
    if file.more:
        names = ", ".join(quoted(name, _CELL) for name in file.more[:20])
        lines.append(f"  {file.tables[0].kind}s not looked into: {names}" + (" …" if len(file.more) > 20 else ""))
    return "\n".join(lines)


def _table(table: Table, level: int, text: str) -> str:
    """`text`: separator and encoding of a file in text; the built-in model knows the tables that it reads by the mark after them."""
    called = f"{table.kind} {quoted(table.name, _CELL)}" if table.name else table.kind
    rows = "" if table.count is None else f"{'about ' if table.about else ''}{_count(table.count, 'row')}"
    header = f"header in row {table.header}" if table.header > 1 else ""
    words = ", ".join(part for part in (called, rows, header) if part) + text
    if table.columns:
        words += f"{',' if table.kind or not text else ';'} columns {_names(table)}"
    if level > 1 and table.columns:
        known = ", ".join(f"{_name(column)}: {quoted(_words(column))}" for column in table.columns[:TYPED])
        first = "" if table.sampled is None else f" in the first {_count(table.sampled, 'row')}"
        words += f"; types{first} {{{known}}}"
    if level > 2 and table.rows:
        words += f"; first rows {_list([_list([quoted(cell, _CELL) for cell in row[:TYPED]]) for row in table.rows])}"
    return words


def _names(table: Table) -> str:
    more = table.width - len(table.columns[:NAMES])
    return _list([_name(column) for column in table.columns[:NAMES]]) + (f" … {more:,} more" if more > 0 else "")


def _name(column: Column) -> str:
    return quoted(column.name, _CELL * 2)


def _words(column: Column) -> str:
    return "; ".join(part for part in _said(column) if part)


def _said(column: Column) -> Iterator[str]:
    values = " | ".join(_cut(value, 24) for value in column.values)
    match column.type:
        case "mixed":
            yield f"numbers and text: {values}"
        case "text" if values:
            some = column.different > len(column.values)
            yield f"text, {column.different:,} different: {values}{' | …' if some else ''}"
        case "empty":
            yield "empty"
            return
        case kind:
            ends = dict.fromkeys(_cut(end, 30) for end in (column.low, column.high) if end)
            yield f"{kind} {' … '.join(ends)}".rstrip()
    yield column.form
    yield f"{column.missing:,} missing" if column.missing else ""


def quoted(text: str, most: int = 2000) -> str:
    """A JSON string in which nothing is left that a reader could take for the end of a line or of our block."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(_cut(text, most), ensure_ascii=False))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _list(parts: Sequence[str]) -> str:
    return f"[{', '.join(parts)}]"


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
