"""One session with a kernel: what goes out, and everything that comes back, read as it comes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient

from codeact_jupyter.errors import KernelError

Message = Mapping[str, Any]

SLICE = 0.01
"""Seconds of reading in a row; then others have their turn."""

CALM = 0.5
"""Seconds without a cell of somebody else's, after which none is in the kernel's queue."""

LARGE = 1_000_000
"""Bytes of a message that is decoded in a thread."""


class Wire:
    """Requests and their replies, and iopub handed on message by message.  Lost once the kernel's process is another."""

    def __init__(self, client: AsyncKernelClient, on_iopub: Callable[[Message], None]):
        self._client, self._on_iopub = client, on_iopub
        self._replies: dict[str, asyncio.Future[Message]] = {}
        self._pumps: list[asyncio.Task[None]] = []
        self._heard = asyncio.Event()
        self._kernel_session = ""
        self.features: frozenset[str] = frozenset()
        self.foreign: str | None = None
        """Id of the cell of somebody else that runs now."""
        self.answered = False
        """The shell has answered in turn: what others sent before this was opened is over."""
        self.foreign_at = 0.0
        """When somebody else last began or ended code here, by the loop's clock."""
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.decoding = False
        """A large message has come and is not yet handed on."""
        self.broken: BaseException | None = None
        """What a listener raised: nothing was read since."""
        self.changed = False
        """Another process answers than the one that this was opened for."""
        self.aside = ""
        """Id of a subshell: what is asked of the shell goes there, and other cells are not waited for."""

    @property
    def session(self) -> str:
        """Names us as the sender of what goes out."""
        return str(self._client.session.session)

    async def open(self, seconds: float, is_alive: Callable[[], Awaitable[bool]]) -> None:
        """Connect, and come back once the kernel answers and is heard.  Raises `KernelError`."""
        self._client.context.rcvhwm = 0  # what is not read at once waits in memory: nothing is dropped
        self._client.start_channels(stdin=False, hb=False)
        for name in ("iopub", "shell", "control"):
            channel = getattr(self._client, f"{name}_channel")
            pump = asyncio.create_task(self._pump(channel.socket, self._broadcast if name == "iopub" else self._reply))
            pump.add_done_callback(self._pump_ended)
            self._pumps.append(pump)
        deadline = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < deadline:
            # on control: a kernel that is busy with somebody's cell answers there
            info = await self.ask("kernel_info_request", {}, within=1.0, channel="control")
            if info and await self._is_heard():
                self._kernel_session = info["header"]["session"]
                self.features = frozenset(info["content"].get("supported_features", ()))
                return
            if not await is_alive():
                raise KernelError("The kernel ended while it was starting.")
        raise KernelError(f"The kernel has not answered for {seconds:.0f} seconds. Interrupt or restart it, then try again.")

    async def close(self) -> None:
        """Let go of the kernel; what was not sent is not sent."""
        self.lose()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        self._pumps.clear()  # what broke them off refers to this one
        self._client.stop_channels()

    def lose(self) -> None:
        """No reply will come any more."""
        if not self.lost.done():
            self.lost.set_result(None)
        for reply in self._replies.values():
            reply.cancel()
        self._replies.clear()

    def request(
        self, kind: str, content: Mapping[str, Any], *, channel: str = "shell", msg_id: str = "", subshell: str = ""
    ) -> asyncio.Future[Message]:
        """Send a request; its reply, cancelled when the wire is lost."""
        message = self._client.session.msg(kind, dict(content))
        message["msg_id"] = message["header"]["msg_id"] = msg_id = msg_id or message["msg_id"]
        if channel == "shell" and (subshell or self.aside):
            message["header"]["subshell_id"] = subshell or self.aside
        reply: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        if self.lost.done():
            reply.cancel()
            return reply
        self._replies[msg_id] = reply
        reply.add_done_callback(lambda _: self._replies.pop(msg_id, None))
        self._send(message, channel)
        return reply

    def tell(self, kind: str, content: Mapping[str, Any], *, channel: str = "shell") -> None:
        """Send what has no reply, or none that matters."""
        if not self.lost.done():
            self._send(self._client.session.msg(kind, dict(content)), channel)

    def _send(self, message: Message, channel: str) -> None:
        # through the asyncio socket: the channel's own `send` goes past it, and it may then not notice the reply
        getattr(self._client, f"{channel}_channel").socket.send_multipart(self._client.session.serialize(dict(message)))

    async def ask(
        self, kind: str, content: Mapping[str, Any], *, within: float, channel: str = "shell", subshell: str = ""
    ) -> Message | None:
        """Send a request and wait for its reply; None: none came in time."""
        reply = self.request(kind, content, channel=channel, subshell=subshell)
        await asyncio.wait({reply}, timeout=within)
        if reply.done() and not reply.cancelled():
            return reply.result()
        reply.cancel()
        return None

    async def _is_heard(self) -> bool:
        try:
            await asyncio.wait_for(self._heard.wait(), 0.5)
        except TimeoutError:  # the subscription has not arrived yet: ask again
            return False
        return True

    async def _pump(self, socket: Any, deliver: Callable[[Message], None]) -> None:
        loop, session = asyncio.get_running_loop(), self._client.session
        until = 0.0
        while True:
            if loop.time() > until:
                await asyncio.sleep(0)  # a socket that has more to read never waits by itself
                until = loop.time() + SLICE
            _, frames = session.feed_identities(await socket.recv_multipart())
            try:
                if sum(map(len, frames)) > LARGE:
                    self.decoding = True
                    message = await asyncio.to_thread(session.deserialize, frames)
                else:
                    message = session.deserialize(frames)
            except (ValueError, TypeError):  # not signed with the kernel's key, or no message at all
                continue
            finally:
                self.decoding = False
            deliver(message)

    def _pump_ended(self, pump: asyncio.Task[None]) -> None:
        if not pump.cancelled():
            self.broken = pump.exception()
            self.lose()

    def _reply(self, message: Message) -> None:
        reply = self._replies.get(message["parent_header"].get("msg_id", ""))
        if reply and not reply.done():
            reply.set_result(message)

    def _broadcast(self, message: Message) -> None:
        self._heard.set()
        if self._kernel_session and message["header"]["session"] != self._kernel_session:
            self.changed = True
        parent = message["parent_header"]
        if message["header"]["msg_type"] == "status" and parent.get("msg_type") == "execute_request":
            self._note_foreign(parent, message["content"]["execution_state"])
        self._on_iopub(message)

    @property
    def calm(self) -> bool:
        """Nobody else has used the kernel for a while: nothing of theirs can be in its queue."""
        return self.answered and self.foreign is None and asyncio.get_running_loop().time() - self.foreign_at > CALM

    def _note_foreign(self, parent: Mapping[str, Any], state: str) -> None:
        if parent.get("session") == self.session or parent.get("subshell_id") or self.aside:
            return
        self.foreign_at = asyncio.get_running_loop().time()
        if state == "busy":
            self.foreign = parent.get("msg_id")
        elif state == "idle" and self.foreign == parent.get("msg_id"):
            self.foreign = None
