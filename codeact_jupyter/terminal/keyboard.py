"""Lines from the keyboard, waited for without holding up anything else."""

import asyncio
import os
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LONGEST = 65_536
"""Bytes; terminals give 4096 at most in a line."""


class Keyboard:
    """A terminal that somebody types at."""

    def __init__(self, file: int):
        self._file = file

    @classmethod
    def there(cls) -> "Keyboard | None":
        """None: nobody can be asked, since stdin or stderr is no terminal."""
        return cls(sys.stdin.fileno()) if sys.stdin and sys.stdin.isatty() and sys.stderr.isatty() else None

    def forget(self) -> None:
        """What was typed before it was asked for answers nothing."""
        with suppress(termios.error):
            termios.tcflush(self._file, termios.TCIFLUSH)

    async def line(self) -> str | None:
        """The next line; None: its end, by Ctrl-D or because the terminal is gone."""
        loop = asyncio.get_running_loop()
        typed: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self._file, _settle, typed)
        try:
            await typed
        finally:
            loop.remove_reader(self._file)
        try:
            read = os.read(self._file, LONGEST)
        except OSError:
            return None
        return read.decode(errors="replace").rstrip("\r\n") if read else None

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Another program has the terminal; afterwards it is as it was, however that program ended."""
        before = self._manner()
        try:
            yield
        finally:
            if before:
                with suppress(termios.error):
                    termios.tcsetattr(self._file, termios.TCSADRAIN, before)

    def _manner(self) -> "list[int | list[bytes | int]] | None":
        try:
            return termios.tcgetattr(self._file)
        except termios.error:  # it is gone
            return None


def _settle(typed: "asyncio.Future[None]") -> None:
    if not typed.done():  # it is told again and again until the line is read
        typed.set_result(None)
