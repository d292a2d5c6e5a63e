"""What actions have put out, by the cell it stands in, and what still comes of it: updates of displays, `Output` widgets, threads that
print on.  Outlives the client of a run, as long as the kernel lives.  Start at `hear`.

JupyterLab's rules: an output belongs to the cell whose message it answers, also after that cell has ended; an update goes wherever its
display id stands.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from codeact_jupyter.kernel.asking import first
from codeact_jupyter.kernel.output import KINDS, Outputs
from codeact_jupyter.kernel.widgets import OutputWidgets
from codeact_jupyter.kernel.wire import Message, Wire

LOOK_SECONDS = 2.0
"""Between two looks at whether a kernel that is only listened to still lives."""

LEND_SECONDS = 1.0


class Shown:
    """The outputs of one kernel's actions, as they stand in their cells."""

    CELLS = 200
    CHARACTERS = 20_000_000
    """That are remembered; what is older stays as it is."""
    OVERLAP = 1_000
    """Messages in which a client that comes and one that goes may be ahead of each other."""

    def __init__(self) -> None:
        self._process: object = None
        self._wire: Wire | None = None
        self._held: tuple[Wire, asyncio.Task[None]] | None = None
        self._cells: dict[str, Outputs] = {}
        self.forget()

    def forget(self) -> None:
        """What was put out stays as it is: no update reaches it, as none does in a notebook that is opened again."""
        for outputs in self._cells.values():
            outputs.let_go()
        self._sessions: set[str] = set()
        self._cells = {}
        self._displays: dict[str, list[Outputs]] = {}
        self._widgets = OutputWidgets(self._tell)
        self._latest, self._running = "", ""
        self._lend_at = 0.0
        self._loan: asyncio.TimerHandle | None = None
        self._seen: dict[str, None] = {}

    async def connect(self, wire: Wire, process: object) -> None:
        """This is heard from now on; what another process had put out is of the past."""
        if process != self._process:
            self.forget()
        self._process, self._wire = process, wire
        self._sessions.add(wire.session)
        await self.close()

    async def keep(self, wire: Wire, is_alive: Callable[[], Awaitable[bool]]) -> None:
        """The run is over: go on listening by its wire, while the kernel lives and until the next one comes."""
        await self.close()
        self._held = (wire, asyncio.create_task(self._watch(wire, is_alive)))

    async def close(self) -> None:
        """Listen no more to what was kept."""
        if self._held:
            (wire, watch), self._held = self._held, None
            watch.cancel()
            await wire.close()

    def enter(self, msg_id: str, outputs: Outputs) -> None:
        """What answers this message belongs to these outputs."""
        self._cells[msg_id] = outputs
        self._running = msg_id
        self._lend_at = asyncio.get_running_loop().time() + LEND_SECONDS
        size = sum(each.size() for each in self._cells.values())
        while len(self._cells) > self.CELLS or (size > self.CHARACTERS and len(self._cells) > 1):
            oldest = self._cells.pop(name := next(iter(self._cells)))
            oldest.let_go()
            self._widgets.forget(name)
            size -= oldest.size()
            self._displays = {each: left for each, shown in self._displays.items() if (left := [o for o in shown if o is not oldest])}

    def leave(self, msg_id: str) -> None:
        """It has ended: what comes now is late."""
        if self._running == msg_id:
            self._running = ""
        if self._loan:
            self._loan.cancel()
            self._loan = None
        if cell := self._cells.get(msg_id):
            cell.lend(None)
        self._widgets.send()  # the kernel reads it before it runs anything else

    def taken(self, msg_id: str) -> list[dict[str, Any]]:
        """What the widgets show that took something of this message."""
        return self._widgets.taken(msg_id)

    def hear(self, message: Message) -> None:
        """An iopub message, of whomever."""
        if message["header"]["msg_id"] in self._seen:
            return
        self._seen[message["header"]["msg_id"]] = None
        if len(self._seen) > self.OVERLAP:
            del self._seen[next(iter(self._seen))]
        kind, content, parent = message["header"]["msg_type"], message["content"], message["parent_header"]
        msg_id = parent.get("msg_id", "")
        if kind == "execute_input":
            self._latest = msg_id
        elif kind.startswith("comm_"):
            self._widgets.hear(kind, content, ours=msg_id in self._cells, echo=parent.get("session") in self._sessions)
        elif kind in KINDS:
            self._put(kind, content, msg_id if msg_id in self._cells else self._stray(parent))
        if not self._running:
            self._widgets.send_soon()

    def _stray(self, parent: Mapping[str, Any]) -> str:
        """The cell for what a thread puts out between two cells: the kernel takes a question of ours for its cause."""
        return self._latest if parent.get("session") in self._sessions else ""

    def _put(self, kind: str, content: Mapping[str, Any], msg_id: str) -> None:
        display_id = content.get("transient", {}).get("display_id")
        if display_id:
            for outputs in self._displays.get(display_id, ()):
                outputs.update(display_id, content)
        if kind == "update_display_data" or (cell := self._cells.get(msg_id)) is None:
            return
        if self._widgets.take(msg_id, kind, content):
            if msg_id == self._running:
                self._lend(msg_id, cell)
            return
        cell.add(kind, content)
        if display_id and kind == "display_data" and cell not in (shown := self._displays.setdefault(display_id, [])):
            shown.append(cell)

    def _lend(self, msg_id: str, cell: Outputs) -> None:
        """The browser shows what a widget took when the kernel tells it, after the code: until then the cell does, if that takes long."""
        now = asyncio.get_running_loop().time()
        if now >= self._lend_at:
            cell.lend(lambda: self._widgets.taken(msg_id))
        elif not self._loan:
            self._loan = asyncio.get_running_loop().call_at(self._lend_at, self._lend, msg_id, cell)

    def _tell(self, kind: str, content: Mapping[str, Any]) -> None:
        if self._wire:
            self._wire.tell(kind, content)

    async def _watch(self, wire: Wire, is_alive: Callable[[], Awaitable[bool]]) -> None:
        while not wire.changed and await is_alive():
            if await first(wire.lost, timeout=LOOK_SECONDS):
                break
        self.forget()
        self._held = None
        await wire.close()
