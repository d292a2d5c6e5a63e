"""Comms that a kernel opens towards the server: heard on a filtered subscription, answered over a connection of their own."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Self

import zmq
from jupyter_client.manager import AsyncKernelManager

from codeact_jupyter.kernel.host import client_of
from codeact_jupyter.kernel.wire import Message

ANSWER_SECONDS = 5.0
"""A kernel that lives answers on control within that."""


class Hearing:
    """One kernel's comms whose id begins with a prefix; nothing else is read of it, however much it puts out."""

    def __init__(self, kernel: AsyncKernelManager, prefix: str, hear: Callable[[Message], None]):
        self._client = client_of(kernel)  # kept: its end would be the end of its sockets
        self._socket: Any = self._client.connect_iopub()
        self._socket.setsockopt(zmq.UNSUBSCRIBE, b"")
        # the kernel sends a comm's messages under the topic `comm-` and its id, and ZMQ filters where they are sent
        self._socket.setsockopt(zmq.SUBSCRIBE, f"comm-{prefix}".encode())
        self._hear = hear
        self._task = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Hear no more."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._socket.close(linger=0)

    async def _listen(self) -> None:
        while True:
            _, frames = self._client.session.feed_identities(await self._socket.recv_multipart())
            try:
                message = self._client.session.deserialize(frames)
            except (ValueError, TypeError):  # not signed with the kernel's key
                continue
            self._hear(message)


class Answering:
    """The way back to one comm: in a subshell where the kernel has them, so that it is heard while a cell runs."""

    def __init__(self, kernel: AsyncKernelManager, comm_id: str):
        self._client, self._comm_id = client_of(kernel), comm_id
        self.subshell = ""
        """Its id; empty: the kernel has none, and hears between two cells."""

    async def __aenter__(self) -> Self:
        self._client.start_channels(iopub=False, stdin=False, hb=False)
        info = await self._ask("kernel_info_request", {})
        if "kernel subshells" in info.get("supported_features", ()):
            self.subshell = str((await self._ask("create_subshell_request", {})).get("subshell_id", ""))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.subshell:
            # answered in turn: control, where it is deleted, overtakes what was said on shell
            await self._ask("kernel_info_request", {}, channel="shell")
            await self._ask("delete_subshell_request", {"subshell_id": self.subshell})
        self._client.stop_channels()

    def say(self, data: Mapping[str, Any]) -> None:
        """A message to the comm; what a kernel that is gone does not hear is lost."""
        self._send("comm_msg", {"comm_id": self._comm_id, "data": dict(data)}, "shell")

    def _send(self, kind: str, content: Mapping[str, Any], channel: str) -> str:
        message = self._client.session.msg(kind, dict(content))
        if self.subshell and channel == "shell":
            message["header"]["subshell_id"] = self.subshell
        getattr(self._client, f"{channel}_channel").socket.send_multipart(self._client.session.serialize(message))
        return str(message["header"]["msg_id"])

    async def _ask(self, kind: str, content: Mapping[str, Any], channel: str = "control") -> Mapping[str, Any]:
        """On control a busy kernel answers too; empty: it did not."""
        session, socket = self._client.session, getattr(self._client, f"{channel}_channel").socket
        asked = self._send(kind, content, channel)
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                while True:
                    _, frames = session.feed_identities(await socket.recv_multipart())
                    reply = session.deserialize(frames)
                    if reply["parent_header"].get("msg_id") == asked:
                        return dict(reply["content"])
        return {}
