"""What of an execution's output is not kept: how much it was, and the end of its text."""

from collections import deque

from codeact_jupyter.kernel.terminal import Terminal

PIECES = 20
"""Of the end, where two streams speak in turn."""


class Dropped:
    """Counts what is dropped; costs little, however much that is."""

    def __init__(self, most: int) -> None:
        """`most` characters of the end are kept."""
        self._most = most
        self._amount = 0
        self._pieces: deque[tuple[str, str]] = deque()
        self._size = 0
        self.after: int | None = None
        """How many outputs stood before the last text that was dropped."""

    def text(self, name: str, text: str, amount: int, after: int) -> None:
        """The last so many characters of this text of a stream."""
        self._amount += amount
        self.after = after
        piece = text[max(len(text) - min(amount, self._most), 0) :]
        self._pieces.append((name, piece))
        self._size += len(piece)
        while self._size - len(self._pieces[0][1]) >= self._most and len(self._pieces) > 1:
            self._size -= len(self._pieces.popleft()[1])

    def rich(self, size: int) -> None:
        """An output that is no text."""
        self._amount += size

    def told(self) -> list[tuple[str, str]]:
        """Words for it, and its end, as texts of streams; nothing where all was kept."""
        end = self._end()
        if (left_out := self._amount - sum(len(text) for _, text in end)) == 0:
            return _shown(end)
        if end and (rest := end[0][1].partition("\n")[2]):  # most likely it begins in the middle of a line
            left_out += len(end[0][1]) - len(rest)
            end[0] = (end[0][0], rest)
        return [("stderr", f"[… {amount(left_out)} more of output was not kept …]\n"), *_shown(end)]

    def _end(self) -> list[tuple[str, str]]:
        joined: list[tuple[str, str]] = []
        for name, text in self._pieces:
            if joined and joined[-1][0] == name:
                joined[-1] = (name, joined[-1][1] + text)
            else:
                joined.append((name, text))
        joined = joined[-PIECES:]
        over = max(sum(len(text) for _, text in joined) - self._most, 0)
        return [(name, text[over:] if at == 0 else text) for at, (name, text) in enumerate(joined)]


def amount(characters: int) -> str:
    """In words."""
    for unit, size in (("MB", 1_000_000), ("kB", 1_000)):
        if characters >= size:
            return f"{characters / size:.1f} {unit}"
    return f"{characters} characters"


def _shown(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    shown = []
    for name, text in texts:
        terminal = Terminal()
        terminal.write(text, len(text))
        shown.append((name, terminal.text()))
    return [(name, text) for name, text in shown if text]
