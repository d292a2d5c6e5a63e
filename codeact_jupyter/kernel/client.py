"""The kernel as the loop sees it: code is started here; a kernel that dies is noticed, and runs again.  Start here."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from codeact_jupyter.errors import KernelError
from codeact_jupyter.kernel.aside import Aside
from codeact_jupyter.kernel.asking import ask_names, have_figures_described
from codeact_jupyter.kernel.execution import Action, Line
from codeact_jupyter.kernel.host import START_SECONDS, Host
from codeact_jupyter.kernel.shown import Shown
from codeact_jupyter.kernel.wire import Message, Wire
from codeact_jupyter.ports import Execution, Finished, Name, OutputSink

LOOK = 0.25
"""Seconds between two looks at whether the kernel lives."""

REVIVAL_SECONDS = 10.0
"""A host that restarts kernels by itself has done so by then."""

CONSENT_SECONDS = 0.5
"""Who says yes at once to a restart has said it by then; a user may take as long as they like."""

DEATHS = 3
"""In a row; then something is wrong that another restart would not mend."""

STUCK = "The last action still holds the kernel and cannot be interrupted. Restart the kernel (all variables are lost), then ask again."
RESTARTED = "The kernel was restarted: all variables are lost."
ENDED = "The kernel ended and is started again: all variables are lost."
CLIMB_SECONDS = 10.0
"""Within which code that has begun is interrupted."""
CLOSED = "The kernel's client is closed."


class KernelClient:
    """`ports.Kernel`, over whoever owns the process."""

    def __init__(
        self,
        host: Host,
        on_state: Callable[[str], None],
        on_lost: Callable[[str], None],
        may_restart: Callable[[], Awaitable[bool]],
        shown: Shown | None = None,
    ):
        """`shown` is what goes on when this is closed: outputs that come late still reach their cells."""
        self._host, self._on_state, self._on_lost, self._may_restart = host, on_state, on_lost, may_restart
        self._wire: Wire | None = None
        self._process: object = None
        self._identity = ""
        self._action: Action | None = None
        self._aside: Aside | None = None
        self._shown, self._goes_on = shown or Shown(), shown is not None
        self._watch: asyncio.Task[None] | None = None
        self._consent: asyncio.Task[bool] | None = None
        self._look, self._settled = asyncio.Event(), asyncio.Event()
        self._restart_wanted = False
        self._deaths = 0
        self._gone = ""

    async def open(self) -> None:
        """Connect to the kernel.  Raises `KernelError`."""
        await self._connect()
        self._settled.set()
        self._watch = asyncio.create_task(self._keep_alive())

    async def go_aside(self) -> None:
        """Code runs in a subshell from now on: the main shell waits for who asked.  Raises `KernelError` where there is none to be had."""
        self._aside = await Aside.open(await self._available())

    @property
    def identity(self) -> str:
        """Which process it is: no other kernel, and none after a restart, has the same."""
        return self._identity

    @property
    def touched(self) -> object:
        """Another one once somebody else has run code there, or another process is there."""
        return self._identity, self._wire.foreign_at if self._wire else 0.0

    @property
    def queued(self) -> bool:
        """Code of ours that was stopped waits in the kernel: only this client can interrupt it when it begins."""
        return self._action is not None and self._action.queued

    async def drain(self) -> None:
        """Wait until no such code is left, however long the user's cell before it takes."""
        while self._action and self._action.queued:
            await self._action.wait(CLIMB_SECONDS)

    async def close(self) -> None:
        """Let go of the kernel, which lives on; what of ours still runs there is not heard any more."""
        tasks = [task for task in (self._consent, self._watch) if task and not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        stuck = self._action is not None and not self._action.done
        if self._action:
            await self._action.cancel()
        self._action = self._watch = self._consent = None  # they refer to this one: so it is gone when nobody has it
        if self._aside:
            await self._aside.close(leave=stuck)
        if self._wire and self._goes_on and not self._gone:
            await self._shown.keep(self._wire, self._host.is_alive)
        elif self._wire:
            await self._wire.close()
        self._wire, self._gone = None, CLOSED
        self._settled.set()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def start(self, source: str, sink: OutputSink, msg_id: str, counts: bool = True) -> Execution:
        """An action; without `counts` it has no number in the kernel, and its history knows nothing of it.  Raises `KernelError`."""
        if self._action and not self._action.done:
            raise KernelError(STUCK)
        wire = await self._available()
        line = Line(wire, self._shown, self._interrupt, self._on_state, self._recovered, self._offer_restart)
        self._action = Action(line, source, sink, msg_id, counts)
        self._action.when_done(self._ended)
        return self._action

    async def names(self) -> dict[str, Name]:
        """What the namespace holds; empty while the kernel is busy or not there.  Takes 2 s at most."""
        busy = self._action is not None and not self._action.done
        if busy or not self._wire or not self._settled.is_set() or self._wire.lost.done() or self._wire.foreign:
            return {}
        return await ask_names(self._wire)

    async def _interrupt(self) -> None:
        if self._aside and self._aside.reaches(self._wire):
            await self._aside.interrupt()
        else:
            await self._host.interrupt()

    def _ended(self, finished: Finished) -> None:
        if finished.status in ("ok", "error"):
            self._deaths = 0
        if self._consent:
            self._consent.cancel()  # the question is void

    async def _available(self) -> Wire:
        await self._settled.wait()
        if self._watch and self._watch.done() and not self._watch.cancelled():
            self._watch.result()  # raises what ended it
        if self._gone and self._gone != CLOSED:
            if self._deaths > DEATHS:
                self._deaths = 0  # whoever asks again after this was said may have mended it
                raise KernelError(self._gone)
            self._want_restart()
            await self._settled.wait()
        if self._gone or not self._wire:
            raise KernelError(self._gone or CLOSED)
        if self._wire.broken:
            await self._wire.close()
            await self._connect()
        return self._wire

    async def _connect(self) -> None:
        client = self._host.client()
        wire = Wire(client, self._hear)
        self._process = self._host.process()
        self._identity = hashlib.sha256(client.session.key + str(self._process).encode()).hexdigest()[:16]
        connected = False
        try:
            await wire.open(START_SECONDS, self._host.is_alive)
            connected = True
        finally:
            if not connected:
                await wire.close()
        self._wire = wire
        have_figures_described(wire)
        await self._shown.connect(wire, self._process)

    def _hear(self, message: Message) -> None:
        if self._wire and self._wire.changed:
            self._look.set()
        self._shown.hear(message)
        if self._action:
            self._action.hear(message)

    async def _keep_alive(self) -> None:
        """The one owner of the connection, from `open` to `close`."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), LOOK)
            self._look.clear()
            if self._gone and not self._restart_wanted:
                continue
            alive = await self._host.is_alive()
            changed = self._host.process() != self._process or (self._wire is not None and self._wire.changed)
            if self._restart_wanted or changed or not alive:
                await self._recover(alive)

    async def _recover(self, alive: bool) -> None:
        wanted, self._restart_wanted = self._restart_wanted, False
        self._settled.clear()
        self._on_state("restarting")
        idle = self._action is None or self._action.done
        if self._wire:
            await self._wire.close()
        if not wanted and idle:
            self._on_lost(RESTARTED if alive else ENDED)
        self._deaths += not (alive or wanted)
        try:
            await self._revive(restart=wanted or not alive, ours=wanted or not self._host.revives)
            await self._connect()
            self._gone = ""
        except KernelError as error:
            self._gone = str(error)
        finally:
            self._settled.set()

    async def _revive(self, restart: bool, ours: bool) -> None:
        if self._deaths > DEATHS:
            raise KernelError(f"The kernel died {self._deaths} times in a row and was not started again. See what the last cells do to it.")
        if not restart:
            return
        deadline = asyncio.get_running_loop().time() + REVIVAL_SECONDS
        while not ours and asyncio.get_running_loop().time() < deadline:
            if await self._host.is_alive():
                return
            await asyncio.sleep(0.1)
        await self._host.restart()

    async def _recovered(self) -> bool:
        await self._settled.wait()
        return not self._gone

    def _want_restart(self) -> None:
        self._restart_wanted = True
        self._settled.clear()
        self._look.set()

    async def _offer_restart(self) -> bool:
        if not self._consent or self._consent.done():
            self._consent = asyncio.create_task(self._restart_if_allowed(self._action))
        await asyncio.wait({self._consent}, timeout=CONSENT_SECONDS)
        return self._consent.done() and not self._consent.cancelled() and self._consent.result()

    async def _restart_if_allowed(self, stuck: Action | None) -> bool:
        allowed = await self._may_restart()
        if allowed and stuck and not stuck.done:  # it may have come to its end while the user thought
            self._want_restart()
        return allowed
