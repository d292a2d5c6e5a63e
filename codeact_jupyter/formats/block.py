"""The code between `<execute>` and `</execute>`, in a reply that may still be growing.

Start at `Block`.  A closing tag is no Python outside a string literal, so the block ends at the first one that stands in
none; to know that, each line is read once, however many chunks it came in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from codeact_jupyter.source import dedent, parses

CLOSE = re.compile(r"<[ \t]*/[ \t]*execute[ \t]*>", re.IGNORECASE)
_MAYBE = re.compile(r"<|`{3}|~{3}")
_TOKEN = re.compile(
    r"""(?P<skip>\#(?:(?!<[ \t]*/[ \t]*execute[ \t]*>).)*|\b(?![rbuft]{1,2}')\w+'(?=\w))|"""  # comments, and the apostrophe of don't
    r'''(?P<triple>"""|\'\'\')'''
    r"""|(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"""|(?P<open>"(?:\\.|[^"\\])*\\?$|'(?:\\.|[^'\\])*\\?$)"""
    r"""|(?P<close><[ \t]*/[ \t]*execute[ \t]*>)"""
    r"""|(?P<again>^[ \t]*<execute\b[^<>]*>)"""
    r"""|(?P<fence>^[ \t]*(?:`{3,}|~{3,})[ \t\r]*$)""",
    re.IGNORECASE,
)
_TRIPLE_END = {'"""': re.compile(r'(?:\\.|[^"\\]|"(?!""))*"""'), "'''": re.compile(r"(?:\\.|[^'\\]|'(?!''))*'''")}
_OPENING_FENCE = re.compile(r"(?:`{3,}|~{3,})[ \t]*(?:(?:python3?|py|ipython3?)\b[^\S\n]*|[^\s`]*[^\S\n]*(?=\n))\n?", re.IGNORECASE)
_CLOSING_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*\Z")
_PARTIAL_TAG = re.compile(r"<[ \t]*/?[ \t]*(?:e(?:x(?:e(?:c(?:u(?:t(?:e\b[^<>\n]*)?)?)?)?)?)?)?", re.IGNORECASE)
_TAG_LENGTH = 40
_INDENT = re.compile(r"[^\S\n]*")
_BLANK_LINES = re.compile(r"(?:[^\S\n]*\n)*")


@dataclass(frozen=True)
class Mark:
    """A place in a line where the code may end."""

    kind: Literal["close", "again", "fence"]
    """A closing tag, a tag that opens another block, a line that is a markdown fence."""
    where: Literal["code", "string", "open"]
    """`open`: in a string literal that is not closed yet, and may never be."""
    start: int
    end: int


def marks(line: str, quote: str, partial: bool) -> tuple[list[Mark], str]:
    """Where code may end in this line, and which triple quote (or "") is open after it.

    `quote` is the one open before it; in a `partial` line a string may still be closed by what comes.
    """
    found: list[Mark] = []
    at = 0
    while True:
        if quote:
            end = _TRIPLE_END[quote].match(line, at)
            found += _quoted(line, at, end and end.end())
            if end is None:
                return found, quote
            at, quote = end.end(), ""
        if (token := _TOKEN.search(line, at)) is None:
            return found, ""
        at = token.end()
        match token.lastgroup:
            case "triple":
                quote = token[0]
            case "string":
                found += _quoted(line, token.start(), at)
            case "open" if partial:
                found += _quoted(line, token.start(), None)
            case "open":
                at = token.start() + 1  # a string that its line does not close is none: an apostrophe, or a mistake
            case "close" | "again" as kind:
                found.append(Mark(kind, "code", token.start(), at))
            case "fence" if not partial:  # a line that still grows may be no fence in the end
                found.append(Mark("fence", "code", token.start(), at))
            case _:  # comments hold no strings
                pass


def _quoted(line: str, start: int, end: int | None) -> Iterator[Mark]:
    for close in CLOSE.finditer(line, start, len(line) if end is None else end):
        yield Mark("close", "open" if end is None else "string", close.start(), close.end())


class Block:
    """A block of code, read as far as the reply has come."""

    def __init__(self, start: int, fenced: bool):
        self.end: int | None = None
        """Where its code ends; None: not seen yet."""
        self.after: int | None = None
        """Where the reply goes on behind it; None: it is not complete."""
        self.attributes = ""
        """What its opening tag says besides its name."""
        self._start = start
        self._fenced = fenced
        self._line = start
        self._quote = ""
        self._doubt: Mark | None = None
        self._limit = start
        self._skipped = False

    @classmethod
    def begin(cls, text: str, at: int, whole: bool) -> "Block | None":
        """The block whose opening tag ends here; None: too little of it is there."""
        start, body = _first_line(text, at)
        if text.startswith(("`", "~"), body):
            if not whole and "\n" not in text[body:] and not CLOSE.search(text, body):
                return None  # the fence's line may go on
            if opening := _OPENING_FENCE.match(text, body):
                start, body = _first_line(text, opening.end())
                return cls(start, fenced=True) if whole or body < len(text) else None
        return cls(start, fenced=False) if whole or body < len(text) else None

    def read(self, text: str, whole: bool) -> None:
        """Look at the lines that are new; `whole`: nothing comes after them."""
        while self.end is None and (newline := text.find("\n", self._line)) >= 0:
            self._quote = self._look(text, newline, partial=False)
            self._line = newline + 1
            if not self._quote:
                self._doubt = None
        doubt = self._doubt
        if self.end is None and (whole or _MAYBE.search(text, self._line)):
            quote = self._look(text, len(text), partial=not whole)
            self._doubt = self._doubt if quote or not whole else None
        if self.end is None and whole:
            self._settle(text)
        if self.end is not None and self.after is None and (close := CLOSE.search(text, self.end)):
            self.after = close.end()
        self._limit = self._doubt.start if self._doubt else len(text)
        self._doubt = doubt

    def source(self, text: str) -> str:
        """Its code.  While it grows, each extends the one before: what may turn out to be no code is held back."""
        end = self._limit if self.end is None else self.end
        if self.end is None and self._limit == len(text):
            partial = text.rfind("<", max(self._start, end - _TAG_LENGTH))
            end = partial if partial >= 0 and _PARTIAL_TAG.fullmatch(text, partial) else end
        code = text[self._start : end].replace("\r\n", "\n")
        if self.after is None:
            return dedent(code.rstrip("`~ \t\r\n"))
        return dedent(_CLOSING_FENCE.sub("", code) if self._fenced or not code.startswith("%%") else code).rstrip()

    def _look(self, text: str, end: int, partial: bool) -> str:
        found, quote = marks(text[self._line : end], self._quote, partial)
        for mark in found:
            start, after = self._line + mark.start, self._line + mark.end
            self._skipped = self._skipped or mark.where == "string"
            if mark.where == "open":
                self._doubt = self._doubt or Mark(mark.kind, "open", start, after)
            elif mark.where == "code" and (mark.kind != "fence" or self._fenced or not text.startswith("%%", self._start)):
                self.end = start
                self.after = {"close": after, "again": start, "fence": None}[mark.kind]
                break
        return quote

    def _settle(self, text: str) -> None:
        if self._doubt:  # the string that it stands in is never closed
            self.end, self.after = self._doubt.start, self._doubt.end
        elif self._skipped and not parses(text[self._start :]):
            closes = CLOSE.finditer(text, self._start)
            if close := next((close for close in closes if parses(text[self._start : close.start()])), None):
                self.end, self.after = close.span()


def _first_line(text: str, at: int) -> tuple[int, int]:
    """Where the first line that is not blank begins, and where it does so behind its indentation."""
    start = _BLANK_LINES.match(text, at).end()  # type: ignore[union-attr]
    body = _INDENT.match(text, start).end()  # type: ignore[union-attr]
    if start == at and body - start < 2:  # one blank after the tag parts it from the code, and indents nothing
        start = body
    return start, body
