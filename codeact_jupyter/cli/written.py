"""Files that are there whole or not at all, and how far a long command has come."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from codeact_jupyter.cli.usage import Usage

PATIENCE = 1.0
"""Seconds before anything is said of how far it is."""
PACE = {True: 0.2, False: 10.0}
"""Seconds between two words of it, on a terminal and in a log."""


@contextmanager
def replacing(target: Path) -> Iterator[TextIO]:
    """What is written takes the file's place at the end; if it comes to none, the file is as it was.  Raises `Usage` without a folder."""
    target = target.resolve()  # of a link stays the link
    if target.exists() and not (target.is_file() or target.is_dir()):
        with open(target, "w", encoding="utf-8", newline="\n") as file:  # a device or a pipe: nothing may take its place
            yield file
        return
    if target.is_dir() or not target.parent.is_dir():
        raise Usage(f"{target} is a folder" if target.is_dir() else f"there is no folder {target.parent}")
    number, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.codeact-", dir=target.parent)
    try:
        with open(number, "w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fchmod(number, 0o666 & ~_umask())
            os.fsync(number)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class Progress:
    """One line on stderr that counts, once it takes longer than a second."""

    def __init__(self, doing: str):
        self._doing, self._tty = doing, sys.stderr.isatty()
        self._next = time.monotonic() + PATIENCE
        self._shown = False

    def at(self, count: int) -> None:
        if (now := time.monotonic()) < self._next:
            return
        self._next, self._shown = now + PACE[self._tty], True
        words = f"{self._doing}: {counted(count)}"
        sys.stderr.write(f"\r{words}" if self._tty else f"{words} …\n")
        sys.stderr.flush()

    def close(self) -> None:
        if self._shown and self._tty:
            sys.stderr.write("\r\x1b[K")


def counted(runs: int) -> str:
    return "1 run" if runs == 1 else f"{runs:,} runs"


def _umask() -> int:
    """Of this process; it can only be read by setting it."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
