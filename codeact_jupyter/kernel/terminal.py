"""A stream's text as a terminal would show it, so that a progress bar does not grow for ever."""

import re


class Terminal:
    r"""What a stream has written, with what was overwritten by `\r` or `\b` left out."""

    def __init__(self) -> None:
        self._above: list[str] = []
        self._above_size = 0
        self._line = ""
        self._cursor = 0
        self.dropped = 0
        """Characters for which there was no room."""

    @property
    def size(self) -> int:
        """Characters kept."""
        return self._above_size + len(self._line)

    def text(self) -> str:
        """All of it."""
        return "".join(self._above) + self._line

    def write(self, text: str, room: int) -> str | None:
        """Add text, growing by at most `room` characters; what came to the end, or None: what stood there has changed."""
        if "\r" in text:
            text = re.sub(r"\r+\n", "\n", text)
        if self._cursor == len(self._line) and "\r" not in text and "\b" not in text:
            kept = text[: max(room, 0)]
            self.dropped += len(text) - len(kept)
            self._end(self._line + kept)
            return kept
        limit = self.size + room
        for part in re.findall(r"[^\n]*\n|[^\n]+", text):
            self._overwrite(part, limit)
        return None

    def _overwrite(self, part: str, limit: int) -> None:
        first, *later = part.removesuffix("\n").split("\r")
        stays = "" if self._cursor == len(self._line) else self._line
        passes = [stays, *map(_rubbed, (self._line[: self._cursor] + first, *later))]
        shown = ""
        for text in reversed(passes):  # from the last: each shows only where it is longer than those after it
            shown += text[len(shown) :]
        if self._above_size + len(shown) > limit:
            self.dropped += len(part)
            return
        self._end(shown + "\n" * part.endswith("\n"))
        if not part.endswith("\n"):
            self._cursor = len(passes[-1])

    def _end(self, text: str) -> None:
        """`text` takes the place of the last line."""
        whole, newline, self._line = text.rpartition("\n")
        if newline:
            self._above.append(whole + newline)
            self._above_size += len(whole) + 1
        self._cursor = len(self._line)


def _rubbed(text: str) -> str:
    if "\b" not in text:
        return text
    kept: list[str] = []
    for character in text:
        if character != "\b":
            kept.append(character)
        elif kept:
            kept.pop()
    return "".join(kept)
