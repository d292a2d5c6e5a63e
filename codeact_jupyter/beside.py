"""The data files beside a notebook, looked at briefly: name, size, and for CSV and TSV the columns and two rows.

Bounded: a few hundred names, the first 64 kB of a table, and its line ends counted to 32 MB only.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LISTED = 40
HEAD = 64_000
"""Bytes of a table that are read for its columns and rows."""
COUNTED = 32_000_000
"""Bytes of a table up to which its lines are counted; above that they are estimated from the head."""
DATA = {
    ".csv",
    ".tsv",
    ".tab",
    ".txt",
    ".xlsx",
    ".xls",
    ".parquet",
    ".json",
    ".jsonl",
    ".ndjson",
    ".feather",
    ".sqlite",
    ".db",
    ".gz",
    ".zip",
}


@dataclass(frozen=True)
class DataFile:
    """A file beside the notebook; `columns` only for tables."""

    name: str
    bytes: int
    separator: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    lines: int | None = None
    """Without the header."""
    estimated: bool = False
    note: str = ""


def files_beside(folder: Path, own: str = "") -> tuple[list[DataFile], int]:
    """The data files in a folder, newest name order, and how many more there are; blocking, so call it in a thread."""
    try:
        found = sorted(
            path for path in folder.iterdir() if path.suffix.lower() in DATA and path.name != own and not path.name.startswith(".")
        )
    except OSError:
        return [], 0
    tables_first = sorted(found, key=lambda path: path.suffix.lower() not in {".csv", ".tsv", ".tab"})
    looked = [file for path in tables_first[:LISTED] if (file := _look(path))]
    return looked, max(0, len(found) - LISTED)


def _look(path: Path) -> DataFile | None:
    try:
        if not path.is_file():
            return None
        size = path.stat().st_size
        if path.suffix.lower() not in {".csv", ".tsv", ".tab"}:
            return DataFile(path.name, size)
        with path.open("rb") as stream:
            head = stream.read(HEAD)
        return _table(path, size, head)
    except OSError as error:
        return DataFile(path.name, 0, note=f"cannot be read: {error.strerror}")


def _table(path: Path, size: int, head: bytes) -> DataFile:
    if b"\0" in head:
        return DataFile(path.name, size, note="not text")
    text = _text(head)
    if size > HEAD and "\n" in text:
        text = text[: text.rindex("\n") + 1]
    separator = _separator(text, path.suffix.lower())
    rows = [row for row in _rows(text, separator) if row][:3]
    if not rows:
        return DataFile(path.name, size, note="empty")
    lines, estimated = _lines(path, size, head)
    return DataFile(path.name, size, separator, [name.strip() for name in rows[0]], rows[1:], max(0, lines - 1), estimated)


def _text(head: bytes) -> str:
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start > len(head) - 4:  # the cut fell into a character
            return head[: error.start].decode("utf-8-sig")
        return head.decode("latin-1")


def _separator(text: str, suffix: str) -> str:
    """The separator that splits the header most, the usual one first."""
    header = next((row for row in text.splitlines() if row.strip()), "")
    usual = "\t" if suffix in {".tsv", ".tab"} else ","
    return max((usual, ",", ";", "\t", "|"), key=lambda mark: (header.count(mark), mark == usual))


def _rows(text: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            rows.append(row)
            if len(rows) > 8:
                break
    except csv.Error:
        return rows
    return rows


def _lines(path: Path, size: int, head: bytes) -> tuple[int, bool]:
    if size > COUNTED:
        return round(size * head.count(b"\n") / max(1, len(head))), True
    count, last = 0, b"\n"
    with path.open("rb") as stream:
        while chunk := stream.read(1_000_000):
            count += chunk.count(b"\n")
            last = chunk[-1:]
    return count + (last != b"\n"), False
