"""How a text file is written, from its first bytes: encoding, separator, where the header stands; pure."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

_MARKS = (",", ";", "\t", "|")
_AGREE = 0.7
"""Share of the lines that must have the same number of fields."""


@dataclass(frozen=True)
class Writing:
    encoding: str = ""
    """Empty: UTF-8."""
    separator: str = ","
    before: int = 0
    """Lines before the header."""


def writing(head: bytes, utf8: bool = True, spaced: bool = False) -> Writing | None:
    """What the first bytes of a file tell; `utf8`: its whole is not known to be anything else; `spaced`: spaces may
    separate.  None: no table."""
    encoding = encoding_of(head, utf8)
    text = head.decode(encoding or "utf-8-sig", errors="ignore").removeprefix("\ufeff")
    if "\0" in text:
        return None
    lines = text.splitlines()
    lines = lines[:-1] if len(lines) > 2 else lines  # the last one may be cut
    found = [(mark, counted) for mark in _MARKS if (counted := _fields(lines, mark))]
    if not found:
        columns = _fields(lines, r"\s+") if spaced else None
        return Writing(encoding, r"\s+", columns[1]) if columns else None
    mark, (_, before) = max(found, key=lambda one: (one[1][0], -_MARKS.index(one[0])))
    return Writing(encoding, mark, before)


def encoding_of(head: bytes, utf8: bool) -> str:
    """The encoding by its mark or its zeros; else UTF-8 (empty), or what Windows writes."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[::2].count(0) > len(head) // 4:
        return "utf-16-be"
    try:
        head[: head.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "" if utf8 else "cp1252"


def _fields(lines: list[str], mark: str) -> tuple[int, int] | None:
    """How many fields most lines have with this separator, and how many lines come before the first that has so many."""
    if mark == r"\s+":
        counts = [len(re.split(mark, line.strip())) if line.strip() else 0 for line in lines]
    else:
        counts = [len(next(csv.reader(io.StringIO(line), delimiter=mark), [])) for line in lines]
    held = [count for count in counts if count]
    if not held:
        return None
    most, times = Counter(held).most_common(1)[0]
    before = next(at for at, count in enumerate(counts) if count == most)
    if most < 2 or times < _AGREE * len([count for count in counts[before:] if count]):
        return None
    return most, before
