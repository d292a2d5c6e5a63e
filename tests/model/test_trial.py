"""What “Test” finds of models that can and models that cannot, over real HTTP."""

import asyncio
import base64
import contextlib
import json
import struct
import zlib

import pytest

from codeact_jupyter.model import probes, trial
from codeact_jupyter.model.trial import Check, Target, Verdict
from codeact_jupyter.testing import Say, ScriptedServer, call, fault, say

KEY = "sk-canary-4711"
NUMBERS = "one two three four five six seven eight nine ten eleven twelve"
ALL = ["reachable", "answers", "streams", "usage", "tools", "images", "context"]


def pages(**facts):
    return {"/v1/models": {"data": [{"id": "m", **facts}]}}


def seen_colour(messages):
    """What somebody with eyes says of the picture."""
    url = messages[-1]["content"][1]["image_url"]["url"]
    png = base64.b64decode(url.removeprefix("data:image/png;base64,"))
    at = png.index(b"IDAT")
    (size,) = struct.unpack(">I", png[at - 4 : at])
    pixel = tuple(zlib.decompress(png[at + 4 : at + 4 + size])[1:4])
    return {colour: name for name, colour in probes.COLOURS.items()}[pixel].title() + "."


COUNTS = say(NUMBERS, delay=0.02)
CALLS = Say("", calls=[call("execute", code="print(1234 * 5678)")])


async def tried(script, kind="other", key=KEY, **server):
    async with ScriptedServer(script, **server) as model:
        found = [line async for line in trial.trial(Target(kind, model.url, "m", key))]
    checks, verdict = {line.check: line for line in found[:-1]}, found[-1]
    assert isinstance(verdict, Verdict)
    assert list(checks) == ALL
    assert all(isinstance(check, Check) and check.words for check in checks.values())
    assert KEY not in str(found)
    return checks, verdict, model


def results(checks):
    return {name: check.result for name, check in checks.items()}


async def test_a_model_that_can_everything():
    checks, verdict, model = await tried([COUNTS, CALLS, seen_colour], pages=pages(max_model_len=32768))

    assert results(checks) == dict.fromkeys(ALL, "yes")
    assert (verdict.format, verdict.images, verdict.context_length, verdict.works, verdict.tokens) == ("tool", True, 32768, True, 360)
    assert len(model.requests) == 3
    assert all(request.headers["authorization"] == f"Bearer {KEY}" for request in model.seen)


async def test_a_model_that_only_writes():
    refused = fault(400, message="images are not supported")
    script = [say(NUMBERS, delay=0.02, usage=None), say("7,006,652"), refused]
    checks, verdict, _ = await tried(script, kind="vllm")

    assert results(checks) == {
        "reachable": "unknown", "answers": "yes", "streams": "yes", "usage": "no", "tools": "no", "images": "no", "context": "unknown"
    }  # fmt: skip
    assert (verdict.format, verdict.images, verdict.context_length, verdict.works) == ("code", False, None, True)
    assert "--enable-auto-tool-choice" in checks["tools"].words
    assert "described to it in words" in checks["images"].words


@pytest.mark.parametrize(
    "reply",
    [
        Say("", calls=[call("execute", expression="1")]),
        Say("", calls=[call("other", code="1")]),
        fault(400, message="tools are not supported"),
        say("<tool_call>execute</tool_call>"),
    ],
)
async def test_a_call_that_cannot_be_used_is_none(reply):
    checks, verdict, _ = await tried([COUNTS, reply, seen_colour], pages=pages())
    assert (checks["tools"].result, verdict.format, checks["images"].result) == ("no", "code", "yes")


@pytest.mark.parametrize("said", ["red", "I see green, orange, purple, yellow and black.", "I cannot see pictures."])
async def test_who_guesses_a_colour_does_not_see(said):
    checks, verdict, _ = await tried([COUNTS, CALLS, say(said)], pages=pages())
    assert (checks["images"].result, verdict.images) == ("no", False)


@pytest.mark.parametrize(
    "reply, result",
    [
        (say(NUMBERS, pieces=[NUMBERS], delay=0.3), "no"),
        (say(NUMBERS), "unknown"),
        (COUNTS, "yes"),
    ],
)
async def test_streaming_is_told_from_a_reply_in_one_piece(reply, result):
    checks, _, _ = await tried([reply, CALLS, seen_colour])
    assert checks["streams"].result == result


async def test_a_server_that_is_not_there_ends_it():
    async with ScriptedServer([]) as gone:
        url = gone.url
    found = [line async for line in trial.trial(Target("other", url, "m", KEY))]
    assert [line.check for line in found] == [*ALL, "done"]
    assert (found[0].result, {line.result for line in found[1:-1]}) == ("no", {"unknown"})
    assert "connection refused" in found[0].words
    assert not found[-1].works


@pytest.mark.parametrize(
    "wrong, words",
    [
        (fault(401, message=f"no {KEY}"), "refused the key"),
        (fault(404), "was not found"),
        (fault("html"), "a web page"),
        (fault(402), "used up"),
    ],
)
async def test_a_model_that_does_not_answer_is_asked_nothing_more(wrong, words):
    checks, verdict, model = await tried([wrong, wrong], pages=pages(context_length=4096))
    assert words in checks["answers"].words
    assert [checks[name].result for name in ("answers", "streams", "tools", "images", "context")] == ["no", *["unknown"] * 3, "yes"]
    assert (verdict.works, verdict.context_length) == (False, 4096)
    assert 1 <= len(model.requests) <= 2


async def test_what_passes_is_tried_once_more():
    checks, _, model = await tried([fault(503), COUNTS, CALLS, seen_colour])
    assert checks["answers"].result == "yes"
    assert len(model.requests) == 4


async def test_a_reply_without_end_is_closed_and_time_is_bounded(monkeypatch):
    monkeypatch.setattr(trial, "_SECONDS", 0.5)
    endless = say("word " * 5000, pieces=100)
    async with asyncio.timeout(30):
        checks, _, model = await tried([endless, fault("hang"), fault("hang", pings=True)])
    assert checks["answers"].result == "yes"
    assert [checks[name].result for name in ("tools", "images")] == ["no", "no"]
    assert len(model.requests) == 3


async def test_a_small_window_is_said_with_what_to_do():
    ps = {"/api/ps": {"models": [{"name": "m", "context_length": 4096}]}}
    checks, verdict, _ = await tried([COUNTS, CALLS, seen_colour], kind="ollama", pages=pages() | ps)
    assert verdict.context_length == 4096
    assert "OLLAMA_CONTEXT_LENGTH" in checks["context"].words


async def test_the_key_does_not_follow_a_redirect_to_another_server():
    async with ScriptedServer([COUNTS, CALLS, seen_colour], pages=pages()) as other:

        async def serve(reader, writer):
            asked = await reader.readuntil(b"\r\n\r\n")
            head = f"307 Moved\r\nLocation: {other.url}/chat/completions" if asked.startswith(b"POST") else "404 Not Found"
            writer.write(f"HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
            found = [line async for line in trial.trial(Target("other", url, "m", KEY))]
    assert other.requests
    assert KEY not in str([request.headers for request in other.seen])
    assert found[-1].works


async def test_leaving_in_the_middle_closes_the_connection():
    async with ScriptedServer([fault("hang")], pages=pages()) as model:
        lines = trial.trial(Target("other", model.url, "m", KEY))
        assert (await anext(lines)).check == "reachable"
        waiting = asyncio.create_task(anext(lines))
        while len(model.requests) < 1:
            await asyncio.sleep(0.01)
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await waiting
        await lines.aclose()
        await asyncio.wait_for(model.seen[-1].left.wait(), 5)


def test_a_call_is_judged_by_its_code():
    def made(**function):
        return json.dumps({"id": "1", **function})

    assert probes.used_tool(made(name="execute", arguments='{"code": "1"}'))
    for arguments in ("{", "[]", "{}", '{"code": 1}', "null"):
        assert not probes.used_tool(made(name="execute", arguments=arguments))
