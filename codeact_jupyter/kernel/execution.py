"""One action in the kernel: held while a user's cell runs, sent, heard to its end; and how it is stopped."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from codeact_jupyter.kernel import figures, probe
from codeact_jupyter.kernel.asking import ask_besides, cancel_awaiting, first, nudge
from codeact_jupyter.kernel.output import Feed, Outputs, has_shell_command
from codeact_jupyter.kernel.shown import Shown
from codeact_jupyter.kernel.wire import Message, Wire
from codeact_jupyter.ports import Finished, OutputSink

NOTICE = 0.2
"""Seconds after which it is said that a user's cell is waited for."""

REPLY_SECONDS = 1.0
"""How much later than `idle` a reply may come."""

GRACE = 3.0
"""Seconds of silence after a reply, in place of an `idle` that was lost."""

SETTLED = 30.0
"""Seconds after a reply when it is over, whatever still comes."""

EXIT_SECONDS = 5.0
"""A kernel that was asked to end has ended by then."""

NUDGE = 1.0
"""Seconds after which a kernel is asked whether it holds something back; then after twice as many, and so on."""

NUDGE_MOST = 30.0


@dataclass(frozen=True)
class Line:
    """What an action needs of the kernel it runs in."""

    wire: Wire
    shown: Shown
    interrupt: Callable[[], Awaitable[None]]
    on_state: Callable[[str], None]
    recovered: Callable[[], Awaitable[bool]]
    """Waits until a lost kernel runs again; False: it does not."""
    offer_restart: Callable[[], Awaitable[bool]]
    """Nothing else ends the code; True: it was restarted at once, False: that is left open."""


class Action:
    """Code on its way through the kernel."""

    def __init__(self, line: Line, source: str, sink: OutputSink, msg_id: str, counts: bool = True):
        self._line, self._source, self._sink, self._first_id, self._counts = line, source, sink, msg_id, counts
        # they outlive the action, which they do not refer to
        self._outputs = outputs = Outputs(lambda: feed.changed())
        self._feed = feed = Feed(outputs, sink)
        self._msg_id = ""
        self._begun, self._idle, self._withdrawn = (asyncio.Event() for _ in range(3))
        self._held = True
        self._replied = self._interrupted = self._given_up = False
        self._count: int | None = None
        self._heard_at = 0.0
        self._end = asyncio.create_task(self._run())
        self._climb: asyncio.Task[None] | None = None

    @property
    def done(self) -> bool:
        return self._end.done()

    @property
    def queued(self) -> bool:
        """Stopped too late to be held back: it stands behind a user's cell, and is interrupted when it begins."""
        return self._withdrawn.is_set() and not (self._held or self._begun.is_set() or self.done)

    def when_done(self, call: Callable[[Finished], None]) -> None:
        """Have it told how it ended."""
        self._end.add_done_callback(lambda end: None if end.cancelled() or end.exception() else call(end.result()))

    def outputs(self) -> Sequence[Mapping[str, Any]]:
        """What stands in the cell, and what widgets took of it."""
        return [*self._outputs.snapshot(), *self._line.shown.taken(self._msg_id)]

    async def wait(self, seconds: float) -> Finished | None:
        await self._until(self._begun)  # a user's cell runs before ours: that time is not counted
        await asyncio.wait({self._end}, timeout=seconds)
        return self._end.result() if self._end.done() else None

    async def interrupt(self) -> Finished:
        """Withdraw what has not begun, interrupt what runs; never a user's cell."""
        self._withdrawn.set()
        if not self._climb:
            self._climb = asyncio.create_task(self._climb_ladder())
        # code that is queued behind a user's cell is interrupted when it begins, and nobody need wait for that
        seconds = None if self._begun.is_set() or self._held else 2.0
        await asyncio.wait({self._climb}, timeout=seconds)
        if self._begun.is_set():
            await asyncio.wait({self._climb})
        if self._end.done():
            return self._end.result()
        return Finished("unresponsive" if self._begun.is_set() else "interrupted", outputs=self.outputs())

    async def cancel(self) -> None:
        """Nobody listens any more; what came is shown."""
        tasks = [task for task in (self._climb, self._end) if task and not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def hear(self, message: Message) -> None:
        """An iopub message; what it puts out is none of ours: see `Shown`."""
        if message["parent_header"].get("msg_id") != self._msg_id or not self._msg_id or self._idle.is_set():
            return
        self._heard_at = asyncio.get_running_loop().time()
        kind, content = message["header"]["msg_type"], message["content"]
        match kind:
            case "execute_input":
                self._begin(content.get("execution_count"))
            case "status" if content["execution_state"] == "idle":
                self._idle.set()
            case _:
                pass

    def _begin(self, count: int | None) -> None:
        self._count = count
        if not self._begun.is_set():
            self._sink.running()
            self._line.on_state("running")
            self._begun.set()

    async def _run(self) -> Finished:
        try:
            reply = await self._reply()
            if reply:
                await self._settle()
                self._page(reply["content"])
        finally:
            self._show_end()
        if self._line.wire.broken:
            raise self._line.wire.broken
        if reply:
            return await self._judge(reply["content"])
        if not self._line.wire.lost.done():
            return Finished("interrupted")
        restarted = await self._line.recovered()
        return Finished("unresponsive" if self._given_up else "died", outputs=self.outputs(), restarted=restarted)

    async def _reply(self) -> Message | None:
        """The reply to our code; None: it was withdrawn in time, or the kernel was lost."""
        attempt = 0
        while await self._may_send():
            self._msg_id = f"{self._first_id}-{attempt}" if attempt else self._first_id
            self._line.shown.enter(self._msg_id, self._outputs)
            self._idle.clear()
            self._replied = False
            reply = await self._send()
            if not reply or reply["content"]["status"] not in ("aborted", "abort"):
                return reply
            self._held = True  # a user's cell failed before ours: it was thrown out of the queue unrun
            attempt += 1
        return None

    async def _may_send(self) -> bool:
        """Hold the code back until the kernel has nothing else to do."""
        wire, patience = self._line.wire, 2.0
        if wire.calm and not (self._withdrawn.is_set() or wire.lost.done()):
            return True  # the question would cost as much as a short action
        while not (self._withdrawn.is_set() or wire.lost.done()):
            before = wire.foreign
            answer = wire.request("kernel_info_request", {})  # answered in turn: after all cells that were sent before
            done = await first(answer, self._withdrawn, timeout=NOTICE)
            if not done:
                self._line.on_state("waiting_for_cell")
                await first(answer, self._withdrawn, timeout=patience)
                patience = min(2 * patience, 60.0)  # then we ask again: an interrupt can throw a reply away
            if answer.done() and not answer.cancelled() and wire.foreign in (None, before):
                wire.answered = True
                return not self._withdrawn.is_set()
        return False

    async def _send(self) -> Message | None:
        request = {
            "code": self._source,
            "silent": False,
            "store_history": self._counts,
            "allow_stdin": False,
            "stop_on_error": False,  # it would throw out the user's cells behind ours
            "user_expressions": {"names": probe.NAMES, "dtypes": probe.DTYPES, "exit_code": "_exit_code", "figures": figures.TOLD},
        }
        self._held = False
        reply = self._line.wire.request("execute_request", request, msg_id=self._msg_id)
        if not await first(reply, self._begun, timeout=NOTICE):
            self._line.on_state("waiting_for_cell")
        await self._until_over(reply)
        await first(reply, timeout=REPLY_SECONDS)
        self._replied = True
        if not reply.done():  # a signal that meets the kernel just after the code throws the reply away
            reply.cancel()
            return {"content": {"status": "error"}}
        return None if reply.cancelled() else reply.result()

    async def _until_over(self, reply: asyncio.Future[Message]) -> None:
        patience = NUDGE
        while not await first(reply, self._idle, timeout=patience):
            if not self._begun.is_set() and self._line.wire.foreign is None:
                self._begin(None)  # nothing else runs: C code that holds the interpreter lets not even this be said
            nudge(self._line.wire)
            patience = min(2 * patience, NUDGE_MOST)

    async def _settle(self) -> None:
        """Outputs may come after the reply: until `idle`, or silence."""
        if not await first(self._idle, self._line.wire.lost, timeout=NUDGE):
            nudge(self._line.wire)
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        latest = loop.time() + SETTLED
        while not self._idle.is_set() and (left := min(self._heard_at + GRACE, latest) - loop.time()) > 0:
            await first(self._idle, self._line.wire.lost, timeout=left)
            if self._line.wire.lost.done():
                return
            if self._line.wire.decoding:
                self._heard_at = loop.time()

    def _page(self, content: Mapping[str, Any]) -> None:
        """What a pager would show, as for `len?`: it comes with the reply."""
        pages = [item["data"] for item in content.get("payload", ()) if item.get("source") == "page"]
        if pages and content["status"] == "ok":
            self._outputs.add("display_data", {"data": pages[0]})

    def _show_end(self) -> None:
        self._idle.set()
        self._line.shown.leave(self._msg_id)
        if self._begun.is_set():
            self._outputs.end()
            self._feed.flush()
            self._sink.ended(self._count)

    async def _judge(self, content: Mapping[str, Any]) -> Finished:
        exits = any(item.get("source") == "ask_exit" and not item.get("keepkernel") for item in content.get("payload", ()))
        if exits:
            await first(self._line.wire.lost, timeout=EXIT_SECONDS)
        lost = self._line.wire.lost.done()
        restarted = await self._line.recovered() if lost else False
        status: Literal["ok", "error", "interrupted"] = "ok" if content["status"] == "ok" else "error"
        if self._interrupted:
            status = "interrupted"
        # user expressions are skipped when the code fails
        besides = {} if lost else content if content["status"] == "ok" else await ask_besides(self._line.wire)
        outputs = self.outputs()
        return Finished(
            status,
            outputs=outputs,
            exit_code=self._exit_code(content),
            names=probe.parse(probe.value(besides, "names")),
            figures=figures.parse(probe.value(besides, "figures"), outputs),
            dtypes=probe.parse_dtypes(probe.value(content, "dtypes")),
            kernel_exits=exits and lost,
            restarted=restarted,
        )

    def _exit_code(self, content: Mapping[str, Any]) -> int | None:
        text = probe.value(content, "exit_code")
        return int(text) if has_shell_command(self._source) and text.lstrip("-").isdigit() else None

    async def _climb_ladder(self) -> None:
        """Each rung is tried only while the code still runs."""
        await self._until(self._begun)
        for rung in (self._signal, self._signal, self._cancel_awaiting):
            if self._over():
                break
            self._interrupted = True
            self._line.on_state("interrupting")
            await asyncio.wait({self._end}, timeout=await rung())
        if not self._over():
            self._given_up = True
            if not await self._line.offer_restart():
                return
        await asyncio.wait({self._end})

    def _over(self) -> bool:
        """Another's cell may run already: hands off."""
        return self._end.done() or self._replied or self._idle.is_set()

    async def _signal(self) -> float:
        """Seconds to wait for what comes of it, as with each rung."""
        await self._line.interrupt()
        self._line.wire.request("kernel_info_request", {})  # wakes code that awaits: it does not hear the signal else
        return 1.2

    async def _cancel_awaiting(self) -> float:
        return 1.0 if await cancel_awaiting(self._line.wire) else 0.0

    async def _until(self, event: asyncio.Event) -> None:
        await first(event, self._end)
