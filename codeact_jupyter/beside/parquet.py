"""Parquet by its footer: columns, types, rows, missing values and ranges of all rows, without reading one.

The numbers of fields are those of the format's `parquet.thrift`.
"""

import datetime as dt
import math
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from codeact_jupyter.beside.bounded import COLUMNS, CUT, NotLookedInto, Source
from codeact_jupyter.beside.found import Column, DataFile, Table, Type
from codeact_jupyter.beside.thrift import Compact, Malformed

FOOTER = 2_000_000
"""Bytes of it that are read: the schema stands first."""
_EPOCH = dt.datetime(1970, 1, 1)
_PLAIN: Mapping[int, Type] = {0: "bool", 1: "int", 2: "int", 3: "datetime", 4: "float", 5: "float", 6: "bytes", 7: "bytes"}
_CONVERTED: Mapping[int, Type] = {
    0: "text",
    4: "text",
    5: "decimal",
    6: "date",
    7: "time",
    8: "time",
    9: "datetime",
    10: "datetime",
    19: "text",
}
_LOGICAL: Mapping[int, Type] = {
    1: "text",
    4: "text",
    5: "decimal",
    6: "date",
    7: "time",
    8: "datetime",
    12: "text",
    14: "text",
    15: "float",
}
_UNSIGNED = range(11, 15)


@dataclass(frozen=True)
class _Leaf:
    """A column at the top of the schema."""

    name: str
    type: Type
    element: Mapping[int, Any]


@dataclass(frozen=True)
class _Range:
    """What the row groups say of a column, put together."""

    low: str = ""
    high: str = ""
    missing: int = 0


def read(source: Source) -> DataFile:
    """What a Parquet file holds."""
    meta = _footer(source)
    schema, count = meta.get(2), meta.get(3)
    if not isinstance(schema, list) or not isinstance(count, int) or count < 0:
        raise NotLookedInto("a damaged Parquet file")
    leaves = list(_top(schema))
    statistics = _statistics(meta.get(4), {leaf.name for leaf in leaves[:COLUMNS]})
    columns = [_column(leaf, statistics.get(leaf.name, ())) for leaf in leaves[:COLUMNS]]
    return DataFile(source.path.name, source.size, [Table(columns, len(leaves), count)])


def _footer(source: Source) -> dict[int, Any]:
    """The file's metadata, as far as they can be understood."""
    if source.size < 12:
        raise NotLookedInto("a damaged Parquet file")
    source.stream.seek(source.size - 8)
    length, mark = struct.unpack("<I4s", source.stream.read(8))
    if mark != b"PAR1" or length > source.size - 12:
        raise NotLookedInto("encrypted" if mark == b"PARE" else "not a Parquet file, or a damaged one")
    source.stream.seek(source.size - 8 - length)
    meta: dict[int, Any] = {}
    try:
        for number, value in Compact(source.stream.read(min(length, FOOTER))).fields():
            source.patience.check()
            meta[number] = value
    except Malformed:  # or longer than is read: schema and rows stand before what is missing then
        pass
    return meta


def _top(schema: Sequence[Any]) -> Iterator[_Leaf]:
    """The columns; what is nested in them is passed over."""
    place = 1
    while place < len(schema):
        element = schema[place] if isinstance(schema[place], dict) else {}
        yield _Leaf(_words(element.get(4)), _type(element), element)
        left = 1
        while left and place < len(schema):
            children = schema[place].get(5, 0) if isinstance(schema[place], dict) else 0
            left += (children if isinstance(children, int) and 0 < children < len(schema) else 0) - 1
            place += 1


def _type(element: Mapping[int, Any]) -> Type:
    logical = element.get(10)
    marks = logical if isinstance(logical, dict) else {}
    if element.get(5):
        return "list" if element.get(6) == 3 or 3 in marks else "object"
    if element.get(3) == 2:
        return "list"
    declared = next((_LOGICAL[mark] for mark in marks if mark in _LOGICAL), None)
    return declared or _CONVERTED.get(_whole(element.get(6), -1)) or _PLAIN.get(_whole(element.get(1), -1), "object")


def _statistics(groups: Any, wanted: set[str]) -> dict[str, list[Mapping[int, Any]]]:
    """By column: the statistics of each row group; a group without any counts too."""
    found: dict[str, list[Mapping[int, Any]]] = {}
    for group in groups if isinstance(groups, list) else ():
        chunks = group.get(1) if isinstance(group, dict) else None
        for chunk in chunks if isinstance(chunks, list) else ():
            meta = chunk.get(3) if isinstance(chunk, dict) else None
            path = meta.get(3) if isinstance(meta, dict) else None
            if isinstance(meta, dict) and isinstance(path, list) and len(path) == 1 and (name := _words(path[0])) in wanted:
                held = meta.get(12)
                found.setdefault(name, []).append(held if isinstance(held, dict) else {})
    return found


def _column(leaf: _Leaf, statistics: Sequence[Mapping[int, Any]]) -> Column:
    missing = sum(_whole(held.get(3), 0) for held in statistics)
    read_value = _reader(leaf)
    ends: list[tuple[Any, Any]] = []
    for held in statistics:
        low, high = (_read(read_value, held.get(number)) for number in (6, 5))
        if low is None or high is None:
            return Column(leaf.name, leaf.type, missing=missing)  # a range of some groups only would be no range
        ends.append((low, high))
    if not ends:
        return Column(leaf.name, leaf.type)
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    return Column(leaf.name, leaf.type, _shown(low), _shown(high), missing=missing)


def _reader(leaf: _Leaf) -> Callable[[bytes], Any] | None:
    """How a bound of this column is read; None: its order is not the order of its values."""
    physical, converted = leaf.element.get(1), _whole(leaf.element.get(6), -1)
    if leaf.type == "text" and physical == 6:
        return lambda data: data[: CUT * 4].decode("utf-8", "replace")
    if physical not in (1, 2, 4, 5) or converted in _UNSIGNED:
        return None
    form = {1: "<i", 2: "<q", 4: "<f", 5: "<d"}[physical]
    match leaf.type:
        case "int" | "float":
            return lambda data: struct.unpack(form, data)[0]
        case "decimal":
            scale = 10.0 ** -max(0, min(38, _whole(leaf.element.get(7), 0)))
            return lambda data: struct.unpack(form, data)[0] * scale
        case "date":
            return lambda data: (_EPOCH + dt.timedelta(days=struct.unpack(form, data)[0])).date()
        case "datetime":
            second = _second(leaf.element, converted)
            return lambda data: _EPOCH + dt.timedelta(microseconds=struct.unpack(form, data)[0] * 1_000_000 // second)
        case _:
            return None


def _second(element: Mapping[int, Any], converted: int) -> int:
    """How many of a time stamp's units make a second."""
    logical = element.get(10)
    stamp = logical.get(8) if isinstance(logical, dict) else None
    unit = stamp.get(2) if isinstance(stamp, dict) else None
    if isinstance(unit, dict) and unit:
        return {1: 1000, 2: 1_000_000}.get(next(iter(unit)), 1_000_000_000)
    return 1000 if converted == 9 else 1_000_000


def _read(reader: Callable[[bytes], Any] | None, data: Any) -> Any:
    if reader is None or not isinstance(data, bytes):
        return None
    try:
        value = reader(data)
    except (struct.error, OverflowError):
        return None
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _shown(value: Any) -> str:
    """Zero as a lower bound is written with a minus: it takes that off."""
    return f"{value + 0.0:.10g}" if isinstance(value, float) else str(value)[:CUT]


def _words(data: Any) -> str:
    return data[: CUT * 4].decode("utf-8", "replace")[:CUT] if isinstance(data, bytes) else ""


def _whole(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise
