"""One response of the scripted model, byte by byte: good replies, and every way a stream can go wrong."""

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from typing import Any

from codeact_jupyter.testing.script import Call, Fault, Say


class Wire:
    """Writes one HTTP/1.1 response."""

    def __init__(self, writer: asyncio.StreamWriter):
        self._writer = writer

    async def say(self, reply: Say, with_usage: bool) -> None:
        """A whole reply."""
        await self._begin()
        for thought in reply.reasoning:
            await asyncio.sleep(reply.delay)
            await self._delta({"reasoning_content": thought})
        for piece in reply.split():
            await asyncio.sleep(reply.delay)
            await self._delta({"content": piece})
        for call in reply.calls:
            await self._call(call, reply)
        await self._delta({}, reply.finish or ("tool_calls" if reply.calls else "stop"))
        if not reply.ends:
            await asyncio.Event().wait()
        if reply.usage and with_usage:
            prompt, completion = reply.usage
            usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
            await self._chunk({"choices": [], "usage": usage})
        await self._end()

    async def _call(self, call: Call, reply: Say) -> None:
        head = {"index": call.index, "id": call.id, "type": "function"}
        await self._delta({"tool_calls": [_given(head | {"function": {"name": call.name, "arguments": ""}})]})
        for piece in reply.cut(call.arguments):
            await asyncio.sleep(reply.delay)
            await self._delta({"tool_calls": [_given({"index": call.index, "function": {"arguments": piece}})]})

    async def page(self, content: Any) -> None:
        """JSON that is no reply, such as a list of models."""
        await self._whole("200 OK", "application/json", json.dumps(content), {})

    async def refuse(self, fault: Fault) -> None:
        """A status, with an error object."""
        message = fault.message or f"scripted status {fault.kind}"
        body = {"error": {"message": message, "type": fault.code or "error", "param": None, "code": fault.code}}
        await asyncio.sleep(fault.delay)
        await self._whole(f"{fault.kind} Scripted", "application/json", json.dumps(body), fault.headers)

    async def fail(self, fault: Fault) -> None:
        """A response that says 200 and is no reply."""
        match fault.kind:
            case "html":
                await self._whole("200 OK", "text/html", "<html><body><h1>Welcome</h1></body></html>", fault.headers)
            case "json":
                await self._whole("200 OK", "application/json", json.dumps({"object": "list", "data": []}), fault.headers)
            case "hang" if not fault.after and not fault.pings:
                await asyncio.Event().wait()  # not even a status
            case _:
                await self._begin()
                for number, piece in enumerate(fault.begun()):
                    await asyncio.sleep(fault.delay)
                    function = {"arguments": piece} | ({} if number else {"name": fault.call})
                    await self._delta({"tool_calls": [{"index": 0, "function": function}]} if fault.call else {"content": piece})
                await self._break_off(fault)

    async def _break_off(self, fault: Fault) -> None:
        match fault.kind:
            case "drop":
                await self._reset()
            case "hang":
                while True:
                    await asyncio.sleep(0.05)
                    if fault.pings:
                        await self._send(b": ping\n\n")
                        await self._delta({"content": ""})
            case "cut":
                await self._end(done=False)
            case "malformed":
                await self._send(b'data: {"choices": [{"delta": {"cont\n\n')
            case "bad_utf8":
                await self._send(b'data: {"choices": [{"delta": {"content": "\xff\xfe"}}]}\n\n')
            case "error":
                await self._chunk({"error": {"message": fault.message or "the engine died", "code": fault.code}})
            case "length":
                await self._delta({}, "length")
            case "filter":
                await self._delta({}, "content_filter")
        if fault.kind not in ("drop", "cut"):
            await self._end()

    async def _begin(self) -> None:
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        self._writer.write(head.encode())
        await self._delta({"role": "assistant", "content": ""})

    async def _delta(self, delta: Mapping[str, Any], finish: str | None = None) -> None:
        await self._chunk({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], "usage": None})

    async def _chunk(self, chunk: Mapping[str, Any]) -> None:
        whole = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": "scripted", **chunk}
        await self._send(b"data: " + json.dumps(whole).encode() + b"\n\n")

    async def _send(self, lines: bytes) -> None:
        self._writer.write(b"%x\r\n%s\r\n" % (len(lines), lines))
        await self._writer.drain()

    async def _end(self, done: bool = True) -> None:
        if done:
            await self._send(b"data: [DONE]\n\n")
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    async def _reset(self) -> None:
        await asyncio.sleep(0.05)  # what was sent arrives before the reset
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def _whole(self, status: str, kind: str, body: str, headers: Mapping[str, str]) -> None:
        lines = {"Content-Type": kind, "Content-Length": str(len(body.encode())), "Connection": "close", **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._writer.write(f"HTTP/1.1 {status}\r\n{head}\r\n{body}".encode())
        await self._writer.drain()


def _given(part: Mapping[str, Any]) -> dict[str, Any]:
    """Without what the server leaves out."""
    return {name: value for name, value in part.items() if value is not None}
