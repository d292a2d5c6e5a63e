"""Reading without being held up: a file that is opened only if it is one, and an end to patience."""

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from codeact_jupyter.errors import CodeActError

COLUMNS = 200
"""Columns of a table that are looked at."""
ROWS = 500
CELLS = 10_000
"""Cells of a table that are looked at: a wide table is looked at in fewer rows."""
TABLES = 4
"""Tables of a file that are looked into."""
CUT = 120
"""Characters of a cell that are kept."""
COUNTED = 32_000_000
"""Bytes of a text up to which its lines are counted."""
_CHUNK = 1_000_000


class NotLookedInto(CodeActError):
    """Why a file's content is not known; for the model, so it holds nothing of the content."""


class OutOfTime(NotLookedInto):
    """Another time there may be more of it."""


@dataclass(frozen=True)
class Patience:
    """Ends at a time of the monotonic clock."""

    end: float

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.end

    def check(self) -> None:
        """Raises `OutOfTime`."""
        if self.over:
            raise OutOfTime("not looked into: no time left")


@dataclass(frozen=True)
class Source:
    """An open file that is to be looked into."""

    path: Path
    size: int
    stream: BinaryIO
    patience: Patience

    def head(self, most: int) -> bytes:
        """The first bytes."""
        self.stream.seek(0)
        return self.stream.read(most) or b""  # None: nothing is there yet, as in /proc


@contextmanager
def opened(path: Path, patience: Patience, links: bool = True) -> Iterator[Source]:
    """Only a regular file: a pipe that took its place after the look at its kind would hold us for ever.  `links`: they are followed."""
    follows = 0 if links else getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | follows)
    with os.fdopen(descriptor, "rb") as stream:
        kind = os.fstat(stream.fileno())
        if not stat.S_ISREG(kind.st_mode):
            raise NotLookedInto("not a regular file")
        yield Source(path, kind.st_size, stream, patience)


def rows_for(columns: int) -> int:
    """How many rows of so wide a table are looked at."""
    return max(10, min(ROWS, CELLS // max(1, columns)))


def line_count(source: Source, head: bytes, quotes: bool) -> tuple[int, bool]:
    """Lines of a text; `quotes`: an end of a line between them is none.  True: estimated from its head."""
    estimate = round(source.size * head.count(b"\n") / max(1, len(head)))
    if source.size > COUNTED:
        return estimate, True
    source.stream.seek(0)
    count, quoted, last = 0, 0, b"\n"
    while chunk := source.stream.read(_CHUNK):
        if source.patience.over:
            return estimate, True
        parts = chunk.split(b'"') if quotes else [chunk]
        count += sum(part.count(b"\n") for part in parts[quoted::2])
        quoted ^= (len(parts) - 1) & 1
        last = chunk[-1:]
    if quoted:  # a quote that is no quotation mark: what was counted may be wrong
        return estimate, True
    return count + (last != b"\n"), False
