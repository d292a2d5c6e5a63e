"""The built-in model behind the chat protocol, in this process: what an HTTP client sends is answered as a server would."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx2

from codeact_jupyter.model.offline.replying import reply

_DELAY = 0.004
"""Seconds between two words, so that it is seen to stream."""
_LONGEST = 0.4
"""Seconds that a whole reply may take, however long it is."""


class OfflineTransport(httpx2.AsyncBaseTransport):
    """Answers `POST …/chat/completions` with a stream; reads the messages and nothing else."""

    def __init__(self, delay: float = _DELAY):
        self._delay = delay

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method != "POST" or not request.url.path.endswith("/chat/completions"):
            return _refused(request, 404, "The built-in model answers POST /chat/completions only.")
        try:
            asked = json.loads(await request.aread())
            messages, model = list(asked["messages"]), str(asked.get("model", "offline"))
        except (ValueError, KeyError, TypeError):
            return _refused(request, 400, "The request has no list of messages.")
        text = await asyncio.to_thread(reply, messages)
        if not asked.get("stream"):
            return httpx2.Response(200, json=_whole(model, text, messages), request=request)
        words = re.findall(r"\s*\S+|\s+$", text)
        pause = min(self._delay, _LONGEST / max(1, len(words)))
        usage = bool((asked.get("stream_options") or {}).get("include_usage"))
        parts = [_chunk(model, {"role": "assistant", "content": ""}), *(_chunk(model, {"content": word}) for word in words)]
        parts.append(_chunk(model, {}, "stop"))
        if usage:
            parts.append({**_chunk(model, {}), "choices": [], "usage": _usage(messages, text)})
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=_Stream(parts, pause), request=request)


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, parts: Sequence[dict[str, Any]], pause: float):
        self._parts, self._pause = parts, pause

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield b"data: " + json.dumps(part).encode() + b"\n\n"
            await asyncio.sleep(self._pause)
        yield b"data: [DONE]\n\n"

    async def aclose(self) -> None:
        """Nothing is held open."""


def _chunk(model: str, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "chatcmpl-offline", "object": "chat.completion.chunk", "created": 0, "model": model, "choices": [choice]}


def _whole(model: str, text: str, messages: Sequence[Any]) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = _usage(messages, text)
    return {"id": "chatcmpl-offline", "object": "chat.completion", "created": 0, "model": model, "choices": [choice], "usage": usage}


def _usage(messages: Sequence[Any], text: str) -> dict[str, int]:
    """Words, for want of tokens."""
    prompt = sum(len(str(message.get("content", "")).split()) for message in messages if isinstance(message, dict))
    completion = len(text.split())
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _refused(request: httpx2.Request, status: int, message: str) -> httpx2.Response:
    return httpx2.Response(status, json={"error": {"message": message, "type": "invalid_request_error", "code": None}}, request=request)
