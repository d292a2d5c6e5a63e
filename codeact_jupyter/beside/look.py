"""A look at the folder of a notebook: which data files are there, and what is in them.

Bounded in names, in bytes of each file, and in time; what was seen is kept until the file changes.
"""

import os
import stat
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from codeact_jupyter.beside import database, delimited, parquet, records, workbook
from codeact_jupyter.beside.bounded import NotLookedInto, OutOfTime, Patience, Source, opened
from codeact_jupyter.beside.found import DataFile

LISTED = 40
SCANNED = 50_000
"""Names of a folder that are gone through."""
SECONDS = 2.0
_FRESH = 2.0
"""Seconds in which a file may change twice without its time of change showing it."""
_TEXT = (".csv", ".tsv", ".tab")
"""Told first: cheapest to look into, and most likely meant."""
_NAMED = (".txt", ".xls", ".feather", ".zip", ".gz")
"""Data that is told by name and size only."""
Reader = Callable[[Source], DataFile]


def _readers() -> Mapping[str, Reader]:
    """By the ends of names."""
    text = dict.fromkeys(_TEXT, delimited.read)
    packed = dict.fromkeys((".csv.gz", ".tsv.gz"), delimited.read_gzip)
    books = dict.fromkeys((".xlsx", ".xlsm"), workbook.read)
    lines = dict.fromkeys((".jsonl", ".ndjson"), records.read_lines)
    bases = dict.fromkeys((".sqlite", ".sqlite3", ".db"), database.read)
    others = {".parquet": parquet.read, ".jsonl.gz": records.read_lines_gzip, ".json": records.read}
    return {**text, **books, **others, **lines, **bases, **packed}


class Beside:
    """Looks at folders for one notebook, and remembers the files it saw last."""

    def __init__(self, seconds: float = SECONDS):
        self._seconds = seconds
        self._readers = _readers()
        self._seen: dict[Path, tuple[tuple[int, ...], DataFile]] = {}
        self._alone = threading.Lock()
        self._links = True

    def look(self, folder: Path, links: bool = True) -> tuple[list[DataFile], int]:
        """The data files of a folder, tables first, and how many more there are; blocking, so call it in a thread.

        Without `links`, none is followed: a sandboxed kernel may have made them, to where it cannot look itself.
        """
        with self._alone:
            patience = Patience(time.monotonic() + self._seconds)
            self._links = links
            names = self._names(folder, patience)
            listed = [folder / name for name in names[:LISTED]]
            self._seen = {path: self._seen[path] for path in listed if path in self._seen}
            files = [file for path in listed if (file := self._file(path, patience))]
            return files, max(0, len(names) - LISTED)

    def _names(self, folder: Path, patience: Patience) -> list[str]:
        found: list[tuple[bool, bool, str]] = []
        try:
            with os.scandir(folder) as entries:
                for entry, _ in zip(entries, range(SCANNED), strict=False):
                    if patience.over:
                        break
                    hidden = entry.name.startswith((".", "~$")) or (not self._links and entry.is_symlink())
                    if not hidden and (end := self._end(entry.name)):
                        found.append((end not in _TEXT, end not in self._readers, entry.name))
        except OSError:
            return []
        return [name for _, _, name in sorted(found)]

    def _end(self, name: str) -> str:
        """The end of a name that says what the file holds; empty: it is no data."""
        parts = name.lower().rsplit(".", 2)
        ends = (f".{parts[-2]}.{parts[-1]}", f".{parts[-1]}") if len(parts) > 1 else ()
        return next((end for end in ends if end in self._readers or end in _NAMED), "")

    def _file(self, path: Path, patience: Patience) -> DataFile | None:
        """None: it is a folder, a pipe, or gone."""
        try:
            kind = path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            return DataFile(path.name, 0, note=f"cannot be read: {error.strerror}")
        if not stat.S_ISREG(kind.st_mode):
            return None
        stamp = (kind.st_mtime_ns, kind.st_ctime_ns, kind.st_size, kind.st_ino, kind.st_dev)
        if (seen := self._seen.get(path)) and seen[0] == stamp:
            return seen[1]
        self._seen.pop(path, None)
        try:
            file = self._look_into(path, kind.st_size, patience)
        except OutOfTime as error:
            return DataFile(path.name, kind.st_size, note=str(error))
        if abs(time.time() - max(kind.st_mtime, kind.st_ctime)) > _FRESH:
            self._seen[path] = (stamp, file)
        return file

    def _look_into(self, path: Path, size: int, patience: Patience) -> DataFile:
        """Raises `OutOfTime`."""
        reader = self._readers.get(self._end(path.name))
        if reader is None:
            return DataFile(path.name, size)
        patience.check()
        try:
            with opened(path, patience, self._links) as source:
                return reader(source)
        except OutOfTime:
            raise
        except NotLookedInto as error:
            return DataFile(path.name, size, note=str(error))
        except OSError as error:
            return DataFile(path.name, size, note=f"cannot be read: {error.strerror}")


def files_beside(folder: Path) -> tuple[list[DataFile], int]:
    """One look, nothing remembered."""
    return Beside().look(folder)
