"""iopub messages -> a cell's outputs as nbformat has them: joined, bounded, and handed to the cell in few pieces."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from codeact_jupyter.kernel.terminal import Terminal
from codeact_jupyter.ports import OutputSink


@dataclass(frozen=True)
class Caps:
    """How much of a cell's output is kept."""

    text: int = 1_000_000
    """Characters of its streams."""
    total: int = 4_000_000
    """Characters of all its outputs."""
    outputs: int = 1_000
    error: int = 100_000
    """Characters of a traceback; errors are always kept."""


class Displays:
    """Which outputs show a display id: updates come from any cell, at any time."""

    KEPT = 200

    def __init__(self) -> None:
        self._shown: dict[str, list[Outputs]] = {}

    def shows(self, display_id: str, outputs: "Outputs") -> None:
        """`outputs` will be told of updates."""
        shown = self._shown.setdefault(display_id, [])
        if outputs not in shown:
            shown.append(outputs)
        if len(self._shown) > self.KEPT:
            del self._shown[next(iter(self._shown))]

    def update(self, content: Mapping[str, Any]) -> None:
        """An `update_display_data` message."""
        for outputs in self._shown.get(content.get("transient", {}).get("display_id"), ()):
            outputs.update(content)


@dataclass
class _Item:
    """One output: a stream's terminal, or a finished dict."""

    stream: Terminal | None = None
    name: str = ""
    rich: dict[str, Any] | None = None
    display_id: str | None = None
    size: int = 0

    def as_nbformat(self) -> dict[str, Any]:
        return dict(self.rich) if self.rich is not None else _stream(self.name, self.stream.text() if self.stream else "")


class Outputs:
    """The outputs of one execution, as they stand."""

    def __init__(self, displays: Displays, on_change: Callable[[], None] = lambda: None, caps: Caps = Caps()):
        self._displays, self._on_change, self._caps = displays, on_change, caps
        self._items: list[_Item] = []
        self._unsent: list[dict[str, Any]] = []
        self._rewritten = False
        self._clear_next = False
        self._text_size = self._rich_size = self._dropped = 0
        self._noted: _Item | None = None

    def add(self, kind: str, content: Mapping[str, Any]) -> None:
        """A message of this execution; kinds that are no output are ignored."""
        match kind:
            case "clear_output":
                self._clear_next = bool(content.get("wait"))
                if not self._clear_next:
                    self._clear()
            case "stream":
                self._stream(str(content["name"]), str(content["text"]))
            case "display_data" | "execute_result" | "error":
                self._rich(kind, content)
            case _:
                return
        self._on_change()

    def update(self, content: Mapping[str, Any]) -> None:
        """Show other data under a display id of ours."""
        display_id = content["transient"]["display_id"]
        for item in self._items:
            if item.rich is None or item.display_id != display_id:
                continue
            size = _size(content["data"])
            if self.size() - item.size + size > self._caps.total:
                self._dropped += size
                continue
            self._rich_size += size - item.size
            item.rich = {**item.rich, "data": dict(content["data"]), "metadata": dict(content.get("metadata", {}))}
            item.size = size
            self._rewritten = True
        self._on_change()

    def end(self) -> None:
        """Say how much was not kept: now, and not with each message."""
        if self._dropped:
            note = f"[… {_amount(self._dropped)} more of output was not kept …]\n"
            if self._noted in self._items and self._noted is not None:
                self._items.remove(self._noted)
                self._rewritten = True
            self._noted = _Item(rich=_stream("stderr", note), size=len(note))
            self._items.append(self._noted)
            self._unsent.append(self._noted.as_nbformat())

    def snapshot(self) -> list[dict[str, Any]]:
        """All outputs, as nbformat has them."""
        return [item.as_nbformat() for item in self._items]

    def size(self) -> int:
        """Characters kept."""
        return self._text_size + self._rich_size

    def take(self) -> tuple[bool, list[dict[str, Any]]]:
        """What the cell does not show yet: (True, all outputs) or (False, those to append)."""
        rewritten, unsent = self._rewritten, self._unsent
        self._rewritten, self._unsent = False, []
        return (True, self.snapshot()) if rewritten else (False, unsent)

    def _clear(self) -> None:
        self._clear_next = False
        self._items, self._unsent, self._noted = [], [], None
        self._text_size = self._rich_size = self._dropped = 0
        self._rewritten = True

    def _stream(self, name: str, text: str) -> None:
        if self._clear_next:
            self._clear()
        last = self._items[-1] if self._items else None
        terminal = last.stream if last and last.name == name else None
        room = min(self._caps.text - self._text_size, self._caps.total - self.size())
        if terminal is None and (len(self._items) >= self._caps.outputs or room <= 0):
            self._dropped += len(text)
            return
        if terminal is None:
            terminal = Terminal()
            self._items.append(_Item(stream=terminal, name=name))
        dropped, size = terminal.dropped, terminal.size
        appended = terminal.write(text, room)
        self._dropped += terminal.dropped - dropped
        self._text_size += terminal.size - size
        if appended is None:
            self._rewritten = True
        elif appended and not self._rewritten:
            self._show(name, appended)

    def _show(self, name: str, text: str) -> None:
        if self._unsent and self._unsent[-1].get("name") == name:
            self._unsent[-1]["text"] += text
        else:
            self._unsent.append(_stream(name, text))

    def _rich(self, kind: str, content: Mapping[str, Any]) -> None:
        if self._clear_next:
            self._clear()
        item = _error(content, self._caps.error) if kind == "error" else _data(kind, content)
        full = len(self._items) >= self._caps.outputs or self.size() + item.size > self._caps.total
        if full and kind != "error":
            self._dropped += item.size
            return
        if item.display_id:
            self._displays.shows(item.display_id, self)
        self._items.append(item)
        self._rich_size += item.size
        self._unsent.append(item.as_nbformat())


class Feed:
    """Hands changes to the cell: the first at once, then at most 20 times a second, and more rarely what is large."""

    PAUSE = 0.05
    CHARACTERS_A_SECOND = 2_000_000

    def __init__(self, outputs: Outputs, sink: OutputSink):
        self._outputs, self._sink = outputs, sink
        self._loop = asyncio.get_running_loop()
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def changed(self) -> None:
        """There is something to show."""
        if self._timer:
            return
        if self._loop.time() >= self._due:
            self.flush()
        else:
            self._timer = self._loop.call_at(self._due, self.flush)

    def flush(self) -> None:
        """Show it now."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        whole, outputs = self._outputs.take()
        if whole:
            self._sink.replace(outputs)
        for output in () if whole else outputs:
            self._sink.append(output)
        cost = self._outputs.size() / self.CHARACTERS_A_SECOND if whole else 0.0
        self._due = self._loop.time() + max(self.PAUSE, cost)


def _stream(name: str, text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def _data(kind: str, content: Mapping[str, Any]) -> _Item:
    rich: dict[str, Any] = {"output_type": kind, "data": dict(content["data"]), "metadata": dict(content.get("metadata", {}))}
    if kind == "execute_result":
        rich["execution_count"] = content.get("execution_count")
    return _Item(rich=rich, display_id=content.get("transient", {}).get("display_id"), size=_size(content["data"]))


def _error(content: Mapping[str, Any], cap: int) -> _Item:
    evalue, traceback = str(content["evalue"]), [str(part) for part in content["traceback"]]
    if len(evalue) > cap:
        evalue = evalue[:cap] + "…"
    if sum(map(len, traceback)) > cap:
        text = "\n".join(traceback)
        traceback = [text[: cap // 2], f"[… {_amount(len(text) - cap)} of the traceback was not kept …]", text[-cap // 2 :]]
    rich = {"output_type": "error", "ename": str(content["ename"]), "evalue": evalue, "traceback": traceback}
    return _Item(rich=rich, size=len(evalue) + sum(map(len, traceback)))


def _size(data: Mapping[str, Any]) -> int:
    return sum(len(part) if isinstance(part, str) else len(repr(part)) for part in data.values())


def _amount(characters: int) -> str:
    for unit, size in (("MB", 1_000_000), ("kB", 1_000)):
        if characters >= size:
            return f"{characters / size:.1f} {unit}"
    return f"{characters} characters"


def has_shell_command(source: str) -> bool:
    """Whether the cell runs a `!command`, whose exit status IPython then keeps."""
    return bool(re.search(r"^\s*!(?!!)", source, re.MULTILINE))
