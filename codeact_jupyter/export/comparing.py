"""Two tellings of one run: what was observed then, and now.  Pure; begin with `compared`."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codeact_jupyter.events import Event, Observed, RunFinished
from codeact_jupyter.export.trajectory import Step, steps

_CHANGING = (
    (re.compile(r"\x1b\[[0-9;]*m"), ""),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), "<uuid>"),
    (re.compile(r"0x[0-9a-f]{4,}", re.IGNORECASE), "<address>"),
    (re.compile(r"(?:/private)?(?:/var)?/(?:tmp|var/folders)/[^\s'\":,)\]}]*"), "<temporary>"),
    (re.compile(r"[A-Za-z]:\\[^\s'\":,)]*\\Temp\\[^\s'\":,)]*"), "<temporary>"),
    (re.compile(r"\b(?:Cell In|In|Out) ?\[\d+\]"), "<cell>"),
    (re.compile(r"ipykernel_\d+/\d+\.py"), "<cell>.py"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?"), "<time>"),
    (re.compile(r"\b\d+(?:\.\d+)? ?(?:ns|[µμu]s|ms|secs?|seconds?|mins?|minutes?|s|h)\b"), "<duration>"),
    (re.compile(r"\(Cell [0-9a-f-]{4,36}\.\)|\bcell [0-9a-f]{8}(?:-[0-9a-f-]+)?\b"), "<cell>"),
    (re.compile(r"[ \t]+$", re.MULTILINE), ""),
)
_PLACE = "<folder>"
_SET = re.compile(r"\{[^{}:\n]*, [^{}:\n]*\}")

Folders = tuple[Sequence[str], Sequence[str]]
"""Where each telling worked, in all its spellings."""


@dataclass(frozen=True)
class Difference:
    """One step, then and now."""

    step: int
    code: str
    before: tuple[str, str]
    """Status and text of what was observed then; empty: nothing was."""
    now: tuple[str, str]
    same: bool
    changed: tuple[str, ...] = ()
    """Lines of a unified diff."""


def compared(before: Sequence[Event], now: Sequence[Event], folders: Folders = ((), ())) -> list[Difference]:
    """Step by step; where each of them worked is no difference."""
    then = steps(before)
    here = steps(now)
    found = []
    for number in range(max(len(then), len(here))):
        one = then[number] if number < len(then) else None
        other = here[number] if number < len(here) else None
        if (one or other) and not _waits(one):
            found.append(_step(number + 1, one, other, folders))
    return found


def ended(before: Sequence[Event], now: Sequence[Event]) -> tuple[str, str, bool]:
    """How each ended, and whether the answer is the same; a run that was cut off has no end to compare."""
    one, other = _end(before), _end(now)
    if one is None or other is None:
        return one.reason if one else "cut off", other.reason if other else "cut off", one is None
    told = one.answer is not None or one.reason == "answered"
    return one.reason, other.reason, not told or (one.reason, one.answer) == (other.reason, other.answer)


def normal(text: str, folders: Sequence[str] = ()) -> str:
    """Without what changes by itself: addresses, times, temporary paths, the order of a set, counts and ids of cells."""
    for folder in folders:
        text = re.sub(rf"(?<![\w.~/\\-]){re.escape(folder)}(?![\w-])", _PLACE, text)
    for changing, instead in _CHANGING:
        text = changing.sub(instead, text)
    return _SET.sub(_ordered, text).strip()


def _ordered(found: re.Match[str]) -> str:
    """A set as it is printed: its order is another one in each process."""
    return f"{{{', '.join(sorted(found[0][1:-1].split(', ')))}}}"


def as_json(difference: Difference) -> Mapping[str, object]:
    return {
        "step": difference.step,
        "same": difference.same,
        "code": difference.code,
        "recorded": dict(zip(("status", "text"), difference.before, strict=True)),
        "replayed": dict(zip(("status", "text"), difference.now, strict=True)),
    }


def _waits(step: Step | None) -> bool:
    """It only waited for an action, or interrupted it: what came of that is compared with the action."""
    return step is not None and not step.code and not step.observed


def _step(number: int, one: Step | None, other: Step | None, folders: Folders) -> Difference:
    before, now = _observed(one), _observed(other)
    texts = normal(before[1], folders[0]), normal(now[1], folders[1])
    observed = before[0] not in ("", "unknown")
    same = not observed or (before[0] == now[0] and texts[0] == texts[1])  # what was not observed cannot differ
    lines = () if same else tuple(difflib.unified_diff(texts[0].splitlines(), texts[1].splitlines(), "recorded", "replayed", "", "", 2, ""))
    return Difference(number, one.code if one else other.code if other else "", before, now, same, lines)


def _observed(step: Step | None) -> tuple[str, str]:
    """The last thing that was observed of it holds all that came before."""
    last: Observed | None = step.observed[-1] if step and step.observed else None
    return (last.status, last.text) if last else ("", "")


def _end(events: Sequence[Event]) -> RunFinished | None:
    return next((event for event in reversed(events) if isinstance(event, RunFinished)), None)
