"""The model through the real client."""

import asyncio
import json
import time

import httpx2
import pytest
from openai import AsyncOpenAI, NotFoundError

from codeact_jupyter.model.offline.replying import reply
from codeact_jupyter.model.offline.transport import OfflineTransport

MESSAGES = [{"role": "user", "content": "<context>\n</context>\n\nRequest:\nwrite a poem\n\nYou have 9 steps left."}]


def client(delay: float = 0.002) -> AsyncOpenAI:
    http = httpx2.AsyncClient(transport=OfflineTransport(delay))
    return AsyncOpenAI(api_key="-", base_url="http://offline.invalid/v1", http_client=http, max_retries=0)


async def test_a_reply_streams_word_by_word_and_ends_with_reason_and_usage() -> None:
    begun, texts, times, reasons, usage = time.monotonic(), [], [], [], None
    async with client() as openai:
        stream = await openai.chat.completions.create(
            model="offline", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
        async with stream:
            async for chunk in stream:
                usage = chunk.usage or usage
                for choice in chunk.choices:
                    texts.append(choice.delta.content or "")
                    times.append(time.monotonic() - begun)
                    reasons.append(choice.finish_reason)
    assert "".join(texts) == reply(MESSAGES)
    assert len(texts) > 20
    assert times[-1] > times[1]
    assert reasons[-1] == "stop"
    assert set(reasons[:-1]) == {None}
    assert usage.completion_tokens == len(reply(MESSAGES).split())


async def test_without_streaming_it_answers_whole() -> None:
    async with client() as openai:
        whole = await openai.chat.completions.create(model="offline", messages=MESSAGES)
    assert whole.choices[0].message.content == reply(MESSAGES)


async def test_a_cancelled_request_ends_at_once() -> None:
    async with client(delay=10) as openai:
        stream = await openai.chat.completions.create(model="offline", messages=MESSAGES, stream=True)
        await stream.close()


async def test_other_paths_are_refused() -> None:
    async with client() as openai:
        with pytest.raises(NotFoundError):
            await openai.models.list()


async def test_a_body_without_messages_is_refused() -> None:
    async with httpx2.AsyncClient(transport=OfflineTransport()) as http:
        answer = await asyncio.wait_for(http.post("http://offline.invalid/v1/chat/completions", content=b"[]"), 5)
    assert answer.status_code == 400
    assert "messages" in json.loads(answer.text)["error"]["message"]
