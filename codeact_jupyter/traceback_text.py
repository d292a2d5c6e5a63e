"""A traceback of IPython's, shortened to the lines that the user's code has in it.  Pure text; colours are gone already."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

_LONGEST_LINE = 200
_LONGEST_MESSAGE = 1500
_FIRST_FRAMES, _LAST_FRAMES = 6, 10
_FIRST_CAUSES, _LAST_CAUSES = 1, 3

_CHAIN = re.compile(
    r"^(The above exception was the direct cause of the following exception:"
    r"|During handling of the above exception, another exception occurred:)\n",
    re.MULTILINE,
)
_RULE = re.compile(r"^-{20,}$|^\S+ +Traceback \(most recent call last\):?$|^Traceback \(most recent call last\):$")
_HEAD = re.compile(r"(?:Cell|Input) In ?\[\d+\].*|File \S.*?:\d+(?:, in .*)?|File <[^>]+>.*")
_PLAIN_HEAD = re.compile(r"  (?:(?:Cell|Input) In ?\[|File )\S")
_CONTEXT = re.compile(r"\s|-*> *\d|$")
_ARROW = re.compile(r"-*> *\d+ (?!'Could not get source)")
_SIMILAR = re.compile(r" *\[\.\.\. skipping similar")
_SHELL = re.compile(r"[/\\]IPython[/\\]core[/\\]interactiveshell\.py")  # it runs the cell: says nothing
_LIBRARY = (
    re.compile(r"[/\\](?:site|dist)-packages[/\\]([\w-]+)"),
    re.compile(r"[/\\]lib(?:64)?[/\\]python3[\d.]*[/\\](\w+)"),
    re.compile(r"[/\\]Lib[/\\](\w+)"),
    re.compile(r"File <frozen (\w+)"),
    re.compile(r"File (\w+)[\w/\\]*\.p(?:yx|xi)\b"),
    re.compile(r"File <(__array_function__) internals>"),
)


@dataclass(frozen=True)
class _Frame:
    library: str
    """The package it is in; "" for the user's own code."""
    text: str


def shorten(traceback: str) -> str:
    """The user's frames, the failing lines, and the last `Name: message`."""
    pieces = _CHAIN.split(traceback)  # a section, a bridge, a section, …
    sections = [_section(piece) for piece in pieces[::2]]
    last = sections.pop()
    kept = [
        f"{frames}{message}\n\n{bridge}\n"
        for (frames, message, ours), bridge in zip(sections, pieces[1::2], strict=True)
        if ours or message != last[1]
    ]
    kept = _middle_out(kept, _FIRST_CAUSES, _LAST_CAUSES, "errors before it")
    return "\n".join([*kept, last[0] + last[1]])


def _section(text: str) -> tuple[str, str, bool]:
    """Of one exception: its frames as text, its message, and whether the user's code is among the frames."""
    lines = [line for line in text.splitlines() if not _RULE.match(line)]
    if any(_PLAIN_HEAD.match(line) for line in lines) and not any(_HEAD.match(line) for line in lines):
        frames, message = _plain_frames(lines)
    else:
        frames, message = _frames(lines)
    folded = _middle_out(_fold(frames), _FIRST_FRAMES, _LAST_FRAMES, "frames")
    ours = any(not frame.library for frame in frames)
    said = "\n".join(message).strip("\n").rstrip().removesuffix(":")  # an error without words
    return "".join(f"{frame}\n" for frame in folded), _head_and_tail(said), ours


def _frames(lines: Sequence[str]) -> tuple[list[_Frame], Sequence[str]]:
    """The frames as IPython shows them with their context, and the lines of the message behind them."""
    frames: list[_Frame] = []
    at = next((n for n, line in enumerate(lines) if line.strip()), 0)
    while at < len(lines) and _HEAD.fullmatch(lines[at]):
        end = at + 1
        while end < len(lines) and _CONTEXT.match(lines[end]):
            end += 1
        shown = [line for line in lines[at + 1 : end] if _ARROW.match(line) or _SIMILAR.match(line)]
        frames.append(_Frame(_library(lines[at]), "\n".join(map(_short, [lines[at], *shown]))))
        at = end
    return frames, lines[at:]


def _plain_frames(lines: Sequence[str]) -> tuple[list[_Frame], Sequence[str]]:
    """The same of a syntax error, whose last frame shows where the text is wrong."""
    heads = [n for n, line in enumerate(lines) if _PLAIN_HEAD.match(line)]
    frames = [
        _Frame(_library(lines[at]), "\n".join(_short(line) for line in lines[at:end] if line.strip()))
        for at, end in pairwise(heads)
        if not _SHELL.search(lines[at])
    ]
    return frames, [_short(line) for line in lines[heads[-1] :]]


def _library(head: str) -> str:
    path = head.split(", in ")[0].split(" in ")[0] if "Cell" not in head else ""
    return next((found[1] for pattern in _LIBRARY if (found := pattern.search(path))), "")


def _fold(frames: Sequence[_Frame]) -> list[str]:
    """A line for each stretch of library frames, and for a frame that comes again and again."""
    lines: list[str] = []
    for ours, stretch in groupby(frames, key=lambda frame: not frame.library):
        if not ours:
            libraries = [frame.library for frame in stretch]
            lines.append(f"… {_count(len(libraries), 'frame')} in {', '.join(dict.fromkeys(libraries))}")
            continue
        for text, same in groupby(frame.text for frame in stretch):
            times = len(list(same))
            lines += [text] if times == 1 else [text, f"… the same frame {_count(times - 1, 'time')} more"]
    return lines


def _middle_out(lines: list[str], first: int, last: int, what: str) -> list[str]:
    if len(lines) <= first + last + 1:
        return lines
    return [*lines[:first], f"… {len(lines) - first - last:,} {what} left out", *lines[-last:]]


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + "s" * (number != 1)


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + " …"


def _head_and_tail(message: str) -> str:
    if len(message) <= _LONGEST_MESSAGE:
        return message
    half = _LONGEST_MESSAGE // 2
    return f"{message[:half]}\n[… {len(message) - 2 * half:,} characters left out …]\n{message[-half:]}"
