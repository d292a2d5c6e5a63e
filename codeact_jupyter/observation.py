"""What the model is told of an action's outcome: its outputs as text within a budget, and in words what they do not say.

Pure.  Start at `Observation.__call__`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, get_args

from codeact_jupyter.events import Observed
from codeact_jupyter.output_text import image, image_keys, picture_words, shown, terminal, text_of
from codeact_jupyter.ports import Finished
from codeact_jupyter.traceback_text import shorten

Kind = Literal["stdout", "stderr", "result", "error", "display"]

_MOST_PARTS = 40
_MARK_ROOM = 48
_COROUTINE = re.compile(r"<(coroutine|async_generator) object ([\w.<>]+) at 0x")
_NEVER_AWAITED = re.compile(r"RuntimeWarning: (coroutine) '([^']+)' was never awaited")

NOTHING = "[no output]\nOnly what is printed, or stands last in the cell, is seen."
MUTE_ERROR = "[error]\nThe code failed without a word."
STILL_RUNNING = "[still running] The code goes on in the kernel."
LOST = "All variables are lost; the kernel runs again. Import and load anew what you need."
ENDED = {
    "interrupted": "[interrupted] The code was interrupted before its end; what it did until then stands.",
    "unresponsive": "[unresponsive] The code could not be interrupted: only a restart of the kernel ends it.",
    "died": f"[kernel died] The kernel ended while this code ran: it was restarted, ran out of memory, or crashed in native code. {LOST}",
}
RESTARTED = f"[kernel restarted] The kernel was restarted meanwhile. {LOST}"
EXITS = f"[kernel ended] The code ended the kernel (exit() or quit() does that). {LOST}"
NO_INPUT = "[no input] input() is not available here: put the value into the code, or ask the user in your answer."


@dataclass(frozen=True)
class Budget:
    """How many characters the model is shown, in all and at most of each kind."""

    total: int = 12_000
    stdout: int = 8_000
    stderr: int = 3_000
    result: int = 6_000
    error: int = 4_000
    display: int = 6_000


@dataclass(frozen=True)
class _Part:
    kind: Kind
    label: str
    """A line that is never cut; "" for none."""
    text: str


DTYPES = 1500
"""Characters of the line that names a frame's column types."""


class Observation:
    """An `Observe`: outputs in, an event out."""

    def __init__(self, budget: Budget = Budget()):
        self.budget = budget

    def __call__(self, action_id: str, finished: Finished | None, so_far: Sequence[Mapping[str, Any]] = ()) -> Observed:
        """`finished` None: it still runs, and `so_far` is what it has put out."""
        outputs = so_far if finished is None else finished.outputs
        status = "running" if finished is None else finished.status
        words = "\n".join(_words(finished, outputs))
        seen = _within(
            self.budget,
            self.budget.total - len(words) - 1,
            _parts(outputs, finished.figures if finished else {}),
            0.4 if status == "ok" else 0.75,
        )
        nothing = MUTE_ERROR if status == "error" else NOTHING
        return Observed(action_id=action_id, status=status, text="\n".join(filter(None, [seen, words])) or nothing)


def _parts(outputs: Sequence[Mapping[str, Any]], figures: Mapping[str, str]) -> list[_Part]:
    """The outputs as text, a stream that came in pieces as one."""
    parts: list[_Part] = []
    for name, group in groupby(outputs, key=lambda output: output["name"] if output["output_type"] == "stream" else None):
        if name is None:
            for output in group:
                parts += _error(output) if output["output_type"] == "error" else _bundle(output, figures)
        elif (text := terminal("".join(text_of(output["text"]) for output in group)).rstrip()).strip():
            if name == "stderr":
                parts.append(_Part("stderr", "[stderr]", text))
            else:  # at the beginning it needs no label; below one it would be taken for what that announces
                parts.append(_Part("stdout", "[stdout]" if parts else "", text))
    return parts


def _error(output: Mapping[str, Any]) -> list[_Part]:
    plain = terminal("\n".join(output.get("traceback", ())))
    name = f"{output['ename']}: {output['evalue']}".removesuffix(": ")
    return [_Part("error", "[error]", shorten(plain) or name)]


def _bundle(output: Mapping[str, Any], figures: Mapping[str, str]) -> list[_Part]:
    kind: Kind = "result" if output["output_type"] == "execute_result" else "display"
    picture = image(output["data"])
    text = (picture_words(output["data"]) if picture else shown(output["data"])).rstrip()
    parts = [_Part(kind, f"[{kind}]", text)] if text.strip() else []
    said = next((figures[key] for key in image_keys(output["data"]) if key in figures), "") if picture else ""
    return [*parts, _Part(kind, picture, said)] if picture else parts


def _words(finished: Finished | None, outputs: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the outputs do not say by themselves."""
    if finished is None:
        return [STILL_RUNNING]
    words = [EXITS] if finished.kernel_exits else [ENDED[finished.status]] if finished.status in ENDED else []
    if finished.restarted and not finished.kernel_exits and finished.status != "died":
        words.append(RESTARTED)
    if finished.dtypes and any(_is_frame(output) for output in outputs):
        words.append("[dtypes] " + ", ".join(f"{name} {kind}" for name, kind in finished.dtypes.items())[:DTYPES])
    if finished.status == "ok" and finished.exit_code:
        words.append(f"[exit status {finished.exit_code}] The last ! command failed.")
    if any(output.get("ename") == "StdinNotImplementedError" for output in outputs):
        words.append(NO_INPUT)
    return [*words, *_never_awaited(outputs)]


def _is_frame(output: Mapping[str, Any]) -> bool:
    return output["output_type"] == "execute_result" and 'class="dataframe"' in text_of(output["data"].get("text/html", ""))


def _never_awaited(outputs: Sequence[Mapping[str, Any]]) -> list[str]:
    """That a call only made a coroutine looks like success."""
    for output in outputs:
        if output["output_type"] == "execute_result":
            made = _COROUTINE.match(text_of(output["data"].get("text/plain", "")))
            if made and made[1] == "async_generator":
                return [f"[never awaited] {made[2]}(…) did not run: write `async for item in {made[2]}(…):`; a cell may use it."]
        elif output["output_type"] == "stream" and output["name"] == "stderr":
            made = _NEVER_AWAITED.search(text_of(output["text"]))
        else:
            continue
        if made:
            return [f"[never awaited] {made[2]}(…) did not run, it was never awaited: write `await {made[2]}(…)`; a cell may use await."]
    return []


def _within(budget: Budget, room: int, parts: list[_Part], tail: float) -> str:
    """The parts, each kind within its share and all within the room; the error is the last to give way."""
    if len(parts) > _MOST_PARTS:
        half = _MOST_PARTS // 2
        gone = _Part("display", f"[… {len(parts) - 2 * half:,} outputs left out …]", "")
        parts = [*parts[:half], gone, *parts[-half:]]
    sizes = [len(part.text) for part in parts]
    for kind in get_args(Kind):
        _share(sizes, [n for n, part in enumerate(parts) if part.kind == kind], getattr(budget, kind))
    labels = sum(len(part.label) + 2 for part in parts)
    errors = sum(size for size, part in zip(sizes, parts, strict=True) if part.kind == "error")
    _share(sizes, [n for n, part in enumerate(parts) if part.kind != "error"], room - labels - errors)
    texts = [
        "\n".join(filter(None, [part.label, cut(part.text, size, 0.75 if part.kind == "error" else tail)]))
        for part, size in zip(parts, sizes, strict=True)
    ]
    return cut("\n".join(texts), max(room, 0), 0.75)


def _share(sizes: list[int], which: list[int], limit: int) -> None:
    """Shorten these to the limit in all: the long ones give way, the short ones stay whole."""
    left = max(limit, 0)
    for n, index in enumerate(sorted(which, key=lambda index: sizes[index])):
        sizes[index] = min(sizes[index], left // (len(which) - n))
        left -= sizes[index]


def cut(text: str, limit: int, tail: float) -> str:
    """Head and tail of a text that is too long, with a line between them that says how much was left out."""
    if len(text) <= limit:
        return text
    room = max(limit - _MARK_ROOM, 0)
    ends = round(room * tail)
    head, end = text[: room - ends], text[len(text) - ends :]
    if (at := head.rfind("\n")) > len(head) // 2:
        head = head[:at]
    if 0 <= (at := end.find("\n")) < len(end) // 2:
        end = end[at + 1 :]
    mark = f"[… {len(text) - len(head) - len(end):,} characters left out …]"
    return "\n".join(filter(None, [head.rstrip("\n"), mark, end]))
