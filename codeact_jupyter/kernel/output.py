"""iopub messages -> a cell's outputs as nbformat has them: joined, bounded, and handed to the cell in few pieces."""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from codeact_jupyter.kernel.dropped import Dropped, amount
from codeact_jupyter.kernel.terminal import Terminal
from codeact_jupyter.ports import OutputSink

VIEW = "application/vnd.jupyter.widget-view+json"
"""Shown at once: it can not be any more when the widget was closed."""

KINDS = frozenset({"stream", "display_data", "execute_result", "error", "clear_output", "update_display_data"})
"""Messages that are output."""


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
    tail: int = 20_000
    """Characters that are kept of the end of what is not kept."""


@dataclass
class _Item:
    """One output: a stream's terminal, or a finished dict."""

    stream: Terminal | None = None
    name: str = ""
    rich: dict[str, Any] | None = None
    display_id: str | None = None
    size: int = 0
    told: bool = False
    """Words of ours, for what was not kept."""

    def as_nbformat(self) -> dict[str, Any]:
        return dict(self.rich) if self.rich is not None else _stream(self.name, self.stream.text() if self.stream else "")


def _tell_nobody() -> None:
    """For outputs that no cell shows."""


class Outputs:
    """The outputs of one execution, as they stand."""

    def __init__(self, on_change: Callable[[], None] = _tell_nobody, caps: Caps = Caps()):
        self._on_change, self._caps = on_change, caps
        self._items: list[_Item] = []
        self._unsent: list[dict[str, Any]] = []
        self._rewritten = False
        self._clear_next = False
        self._text_size = self._rich_size = 0
        self._dropped = Dropped(caps.tail)
        self._lent: Callable[[], list[dict[str, Any]]] | None = None
        self.cleared = False
        """What was there before was taken away."""
        self.urgent = False
        """What is not shown yet should be now."""

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

    def let_go(self) -> None:
        """No cell is told of them any more: it and they would keep each other in memory."""
        self._on_change = _tell_nobody

    def load(self, outputs: Iterable[Mapping[str, Any]]) -> None:
        """Have these instead."""
        self._clear()
        for output in outputs:
            self.add(str(output["output_type"]), output)
        self.cleared = False

    def update(self, display_id: str, content: Mapping[str, Any]) -> None:
        """Show other data under a display id of ours."""
        for item in self._items:
            if item.rich is None or item.display_id != display_id:
                continue
            size = _size(content["data"])
            if self.size() - item.size + size > self._caps.total:
                self._dropped.rich(size)
                continue
            self._rich_size += size - item.size
            item.rich = {**item.rich, "data": dict(content["data"]), "metadata": dict(content.get("metadata", {}))}
            item.size = size
            self._rewritten = True
        self._on_change()

    def end(self) -> None:
        """Say how much was not kept, and show the end of it: now, and not with each message."""
        items = [item for item in self._items if not item.told]
        told = [_Item(rich=_stream(name, text), told=True) for name, text in self._dropped.told()]
        if not told and len(items) == len(self._items):
            return
        at = len(items) if self._dropped.after is None else min(self._dropped.after, len(items))
        self._rewritten = self._rewritten or at < len(items) or len(items) < len(self._items)
        self._items = [*items[:at], *told, *items[at:]]
        self._unsent += [item.as_nbformat() for item in told]

    def lend(self, shown: Callable[[], list[dict[str, Any]]] | None) -> None:
        """For the time being the cell shows this too, below: what belongs to a widget that cannot show it before the code ends."""
        if shown or self._lent:
            self._lent, self._rewritten = shown, True
            self._on_change()

    def snapshot(self) -> list[dict[str, Any]]:
        """All outputs, as nbformat has them."""
        return [item.as_nbformat() for item in self._items]

    def size(self) -> int:
        """Characters kept."""
        return self._text_size + self._rich_size

    def take(self) -> tuple[bool, list[dict[str, Any]]]:
        """What the cell does not show yet: (True, all outputs) or (False, those to append)."""
        rewritten, unsent = self._rewritten, self._unsent
        self._rewritten, self._unsent, self.urgent = False, [], False
        if rewritten or self._lent:
            return True, [*self.snapshot(), *(self._lent() if self._lent else ())]
        return False, unsent

    def _clear(self) -> None:
        self._clear_next = False
        self._items, self._unsent = [], []
        self._text_size = self._rich_size = 0
        self._dropped = Dropped(self._caps.tail)
        self._rewritten = self.cleared = True

    def _stream(self, name: str, text: str) -> None:
        if self._clear_next:
            self._clear()
        last = self._items[-1] if self._items else None
        terminal = last.stream if last and last.name == name else None
        room = min(self._caps.text - self._text_size, self._caps.total - self.size())
        if terminal is None and (len(self._items) >= self._caps.outputs or room <= 0):
            self._dropped.text(name, text, len(text), len(self._items))
            return
        if terminal is None:
            terminal = Terminal()
            self._items.append(_Item(stream=terminal, name=name))
        dropped, size = terminal.dropped, terminal.size
        appended = terminal.write(text, room)
        if lost := terminal.dropped - dropped:
            self._dropped.text(name, text, lost, len(self._items))
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
            self._dropped.rich(item.size)
            return
        self._items.append(item)
        self.urgent = self.urgent or VIEW in content.get("data", ())
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
        if self._outputs.urgent or self._loop.time() >= self._due:
            self.flush()
        elif not self._timer:
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
    display_id = content.get("transient", {}).get("display_id") if kind == "display_data" else None
    return _Item(rich=rich, display_id=display_id, size=_size(content["data"]))


def _error(content: Mapping[str, Any], cap: int) -> _Item:
    evalue, traceback = str(content["evalue"]), [str(part) for part in content["traceback"]]
    if len(evalue) > cap:
        evalue = evalue[:cap] + "…"
    if sum(map(len, traceback)) > cap:
        text = "\n".join(traceback)
        traceback = [text[: cap // 2], f"[… {amount(len(text) - cap)} of the traceback was not kept …]", text[-cap // 2 :]]
    rich = {"output_type": "error", "ename": str(content["ename"]), "evalue": evalue, "traceback": traceback}
    return _Item(rich=rich, size=len(evalue) + sum(map(len, traceback)))


def _size(data: Mapping[str, Any]) -> int:
    return sum(len(part) if isinstance(part, str) else len(repr(part)) for part in data.values())


def has_shell_command(source: str) -> bool:
    """Whether the cell runs a `!command`, whose exit status IPython then keeps."""
    return bool(re.search(r"^\s*!(?!!)", source, re.MULTILINE))
