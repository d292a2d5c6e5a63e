"""The real SDK against a real HTTP server that does everything wrong which servers do."""

import asyncio
import json
import logging
import subprocess
import sys
import time
from dataclasses import dataclass, field

import httpx2
import pytest

from codeact_jupyter.errors import ContextExceeded, ModelError
from codeact_jupyter.events import Usage
from codeact_jupyter.model.client import ChatModel, Endpoint, Patience
from codeact_jupyter.ports import Reply
from codeact_jupyter.testing import ScriptedServer, call, fault, say, say_call

KEY = "sk-canary-0123456789"
QUICK = Patience(total_seconds=1.0, reply_timeout=0.4)
MESSAGES = [{"role": "system", "content": "You act by code."}, {"role": "user", "content": "Two?"}]


@dataclass
class Ear:
    """Hears a reply; has enough when its word comes."""

    enough: str = "\0"
    tries: list[str] = field(default_factory=list)

    def begin(self):
        self.tries.append("")

    def text(self, delta):
        self.tries[-1] += delta
        return self.enough not in self.tries[-1]


@pytest.fixture
async def talk(caplog):
    """Talks to a scripted server, and hands back what came of it; the key must not have leaked anywhere."""
    caplog.set_level(logging.DEBUG)
    told = []

    async def run(*script, ear=None, patience=QUICK, key=KEY, tools=()):
        async with ScriptedServer(script) as server:
            model = ChatModel(Endpoint("tiny", server.url, key), patience, told.append)
            ear = ear or Ear()
            try:
                outcome = await model.reply(MESSAGES, tools, ear)
            except ModelError as error:
                outcome = error
            finally:
                await model.aclose()
            assert server.others == []
            chained = (outcome.__cause__, outcome.__context__) if isinstance(outcome, ModelError) else (None, None)
            assert chained == (None, None)  # a logged traceback would show what the server said
            assert KEY not in f"{outcome}{outcome!r}{told}{caplog.text}{model!r}"
            return outcome, ear, server, told

    return run


async def test_a_reply_is_heard_piece_by_piece_and_returned_whole(talk):
    reply, ear, server, told = await talk(say("The answer is two.", usage=(11, 5)))
    assert reply == Reply("The answer is two.", usage=Usage(prompt=11, completion=5))
    assert ear.tries == ["The answer is two."]
    assert told == []
    assert server.requests == [{"model": "tiny", "messages": MESSAGES, "stream": True, "stream_options": {"include_usage": True}}]
    assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"


async def test_tools_are_sent_only_when_there_are_any(talk):
    tool = {"type": "function", "function": {"name": "run", "parameters": {}}}
    _, _, server, _ = await talk(say("no"), tools=[tool])
    assert server.requests[0]["tools"] == [tool]


async def test_usage_is_estimated_when_the_server_sends_none(talk):
    reply, *_ = await talk(say("x" * 40, usage=None))
    assert reply.usage == Usage(prompt=5, completion=10, estimated=True)


async def test_thoughts_are_no_text_but_count_as_speech(talk):
    reply, ear, *_ = await talk(say("two", reasoning=["hm"] * 4, delay=0.15))
    assert reply.text == "two"
    assert ear.tries == ["two"]


async def test_enough_closes_the_stream_at_once(talk):
    async with ScriptedServer([say("<execute>1</execute> and so on for ever and ever", pieces=10, delay=0.05)]) as server:
        model, ear = ChatModel(Endpoint("tiny", server.url, KEY), QUICK), Ear(enough="</execute>")
        reply = await model.reply(MESSAGES, (), ear)
        await asyncio.wait_for(server.seen[0].left.wait(), 5)
        await model.aclose()
    assert reply.text == ear.tries[0] == "<execute>1</execute>"
    assert reply.usage.estimated
    assert not reply.cut


PASSING = [
    (fault(429, message="slow down"), "asked too often (429: slow down)"),
    (fault(500), "failed (500: scripted status 500)"),
    (fault(503), "failed (503"),
    (fault("drop", after=2), "broke the connection in the middle of a reply"),
    (fault("drop"), "broke the connection before it began to reply"),
    (fault("malformed", after=2), "sent data that cannot be read"),
    (fault("bad_utf8", after=2), "sent data that cannot be read"),
    (fault("error", after=2), "broke off (the engine died)"),
    (fault("error", after=2, code="502", message="bad gateway"), "failed (502: bad gateway)"),
    (fault("cut", after=2), "was cut short"),
    (fault("empty"), "was empty"),
    (fault("length"), "length limit was used up before it said anything"),
    (fault("html"), "sent a web page"),
    (fault("json"), "sent application/json"),
    (fault("hang"), "said nothing for 0.4 s before it began"),
    (fault("hang", pings=True), "said nothing for 0.4 s before it began"),
    (fault("hang", after=2), "said nothing for 0.4 s in the middle"),
    (fault("hang", after=2, pings=True), "said nothing for 0.4 s in the middle"),
]


@pytest.mark.parametrize(("passing", "words"), PASSING, ids=[f"{item.kind}-{item.after}{'-pings' * item.pings}" for item, _ in PASSING])
async def test_what_passes_is_tried_again(talk, passing, words):
    reply, ear, server, told = await talk(passing, say("two"))
    assert reply.text == "two"
    assert len(server.requests) == 2
    assert ear.tries == ["".join(passing.begun()) if not isinstance(passing.kind, int) else "", "two"]
    assert len(told) == 1
    assert words in told[0]
    assert "try 2 of 5 in" in told[0]


@pytest.mark.parametrize("passing", [fault(500), fault("drop", after=1), fault("empty"), fault("hang")], ids=lambda item: str(item.kind))
async def test_after_five_tries_it_is_given_up_and_named(talk, passing):
    patience = Patience(total_seconds=1.0, reply_timeout=0.2)
    error, ear, server, told = await talk(*[passing] * 6, patience=patience)
    assert isinstance(error, ModelError)
    assert "tried 5 times" in str(error)
    assert server.url in str(error)
    assert len(server.requests) == len(ear.tries) == 5
    assert len(told) == 4


LASTING = [
    (fault(401, message=f"Incorrect API key provided: {KEY}."), "refused the key (401: Incorrect API key provided: [key])"),
    (fault(400, message="no such parameter"), "refused the request (400: no such parameter)"),
    (fault(400, message="unknown field stream_options"), "(400: unknown field stream_options)"),
    (fault(403, message="not for you"), 'does not allow this key to use the model "tiny" (403: not for you)'),
    (fault(404, message="no such model"), 'The model "tiny" was not found at'),
    (fault(422), "refused the request (422"),
    (fault(429, code="insufficient_quota", message="You exceeded your quota"), "is used up (429: You exceeded your quota)"),
    (fault(402, message="Insufficient Balance"), "is used up (402: Insufficient Balance)"),
    (fault("error", after=1, code="insufficient_quota", message="no money"), "is used up (no money)"),
    (fault("filter", after=2), "content filter"),
]


@pytest.mark.parametrize(("lasting", "words"), LASTING, ids=[f"{item.kind}-{item.message[:20]}" for item, _ in LASTING])
async def test_what_lasts_ends_at_once(talk, lasting, words):
    error, _, server, told = await talk(lasting, say("two"))
    assert type(error) is ModelError
    assert words in str(error)
    assert len(server.requests) == 1
    assert told == []


@pytest.mark.parametrize(
    "too_long",
    [
        fault(400, code="context_length_exceeded", message="too long"),
        fault(400, message="This model's maximum context length is 4096 tokens. However, you requested 5000 tokens"),
        fault(400, message="the request exceeds the available context size, try increasing it"),
        fault("error", after=1, message="input length exceeds the context length"),
    ],
    ids=["code", "vllm", "llama.cpp", "mid-stream"],
)
async def test_messages_that_are_too_long_are_told_apart(talk, too_long):
    error, _, server, _ = await talk(too_long, say("two"))
    assert isinstance(error, ContextExceeded)
    assert "longer than the context window" in str(error)
    assert len(server.requests) == 1


async def test_a_key_that_the_server_echoes_is_masked_also_where_it_is_cut_off(talk):
    error, *_ = await talk(fault(400, message="x" * 290 + KEY))
    assert KEY[:6] not in str(error)
    _, _, _, told = await talk(fault(500, message=f"bad key {KEY}"), say("two"))
    assert "[key]" in told[0]


async def test_retry_after_is_obeyed(talk):
    began = time.monotonic()
    reply, _, _, told = await talk(fault(429, headers={"Retry-After": "0.5"}), say("two"))
    assert reply.text == "two"
    assert time.monotonic() - began > 0.5
    assert "in 0.5 s" in told[0]


async def test_retry_after_beyond_the_limit_ends_at_once_and_is_named(talk):
    error, _, server, told = await talk(fault(429, headers={"Retry-After": "300"}), say("two"), patience=Patience())
    assert "the server asks to wait 300 s" in str(error)
    assert "60 s" in str(error)
    assert len(server.requests) == 1
    assert told == []


async def test_silences_are_not_counted_as_waiting(talk):
    patience = Patience(total_seconds=0.3, reply_timeout=0.4)
    reply, _, server, _ = await talk(fault("hang"), fault("hang"), say("two"), patience=patience)
    assert reply.text == "two"
    assert len(server.requests) == 3


async def test_a_server_that_is_slow_to_fail_is_given_up_within_the_limit(talk):
    patience = Patience(total_seconds=0.5, reply_timeout=5)
    error, _, server, _ = await talk(*[fault(500, delay=0.3)] * 5, patience=patience)
    assert "tried 2 times" in str(error)
    assert len(server.requests) == 2


async def test_a_slow_reply_is_no_silence(talk):
    reply, *_ = await talk(say("one two three four", pieces=3, delay=0.2))
    assert reply.text == "one two three four"


async def test_a_reply_that_is_over_needs_no_end_of_the_stream(talk):
    reply, *_ = await talk(say("two", ends=False))
    assert reply == Reply("two", usage=Usage(prompt=5, completion=1, estimated=True))


async def test_a_reply_cut_at_its_length_limit_says_so(talk):
    reply, *_ = await talk(fault("length", after=3))
    assert reply.cut
    assert reply.text == "This is only "


async def test_stop_closes_the_connection(talk):
    for item in [fault("hang"), fault("hang", after=2), fault("hang", pings=True)]:
        async with ScriptedServer([item]) as server:
            model = ChatModel(Endpoint("tiny", server.url, KEY))
            asking = asyncio.create_task(model.reply(MESSAGES, (), Ear()))
            async with asyncio.timeout(10):
                while not server.seen:
                    await asyncio.sleep(0.02)
            await asyncio.sleep(0.1)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            await asyncio.wait_for(server.seen[0].left.wait(), 5)
            await model.aclose()


async def test_stop_ends_a_pause_between_tries():
    paused = asyncio.Event()
    async with ScriptedServer([fault(429, headers={"Retry-After": "30"})]) as server:
        model = ChatModel(Endpoint("tiny", server.url, KEY), on_retry=lambda words: paused.set())
        asking = asyncio.create_task(model.reply(MESSAGES, (), Ear()))
        await asyncio.wait_for(paused.wait(), 10)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(asking, 5)
        await model.aclose()


async def test_an_error_of_the_listener_is_its_own(talk):
    class Broken(Ear):
        def text(self, delta):
            raise ValueError("no cell")

    with pytest.raises(ValueError, match="no cell"):
        await talk(say("two"), say("two"), ear=Broken())


async def test_half_a_surrogate_pair_is_sent_as_a_question_mark():
    async with ScriptedServer([say("two")]) as server:
        model = ChatModel(Endpoint("tiny", server.url, KEY), QUICK)
        await model.reply([{"role": "user", "content": "a\ud800b"}], (), Ear())
        await model.aclose()
    assert server.requests[0]["messages"] == [{"role": "user", "content": "a?b"}]


async def test_one_model_answers_again_and_again(talk):
    async with ScriptedServer([say("one"), say("two")]) as server:
        model = ChatModel(Endpoint("tiny", server.url, KEY), QUICK)
        assert [(await model.reply(MESSAGES, (), Ear())).text for _ in range(2)] == ["one", "two"]
        await model.aclose()


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        (Endpoint("gpt"), "Set OPENAI_API_KEY or CODEACT_API_KEY"),
        (Endpoint("gpt", "", " "), "Set OPENAI_API_KEY or CODEACT_API_KEY"),
        (Endpoint("gpt", "localhost:8000/v1", KEY), 'The base URL "localhost:8000/v1" cannot be used'),
        (Endpoint("gpt", "http://[::1/v1", KEY), "cannot be used"),
        (Endpoint("gpt", "ftp://me:secret@x/v1", KEY), '"ftp://x/v1" cannot be used'),
        (Endpoint("gpt", None, "schlüssel"), "characters that no key has"),
    ],
)
async def test_what_cannot_work_is_said_without_asking(endpoint, words):
    with pytest.raises(ModelError) as error:
        await ChatModel(endpoint).reply(MESSAGES, (), Ear())
    assert words in str(error.value)
    assert "secret" not in str(error.value)


async def test_nobody_listening_ends_in_a_few_seconds_and_names_the_url():
    async with ScriptedServer([]) as server:
        url = server.url
    for base_url in (url, url.replace("127.0.0.1", "localhost")):
        with pytest.raises(ModelError) as error:
            await ChatModel(Endpoint("tiny", base_url), Patience(total_seconds=2)).reply(MESSAGES, (), Ear())
        assert str(error.value).startswith(
            f"Nothing answers at {base_url} (connection refused); tried 5 times. Check that the server is running"
        )


async def test_a_host_that_does_not_exist_is_named():
    with pytest.raises(ModelError, match=r"Nothing answers at http://no-such-host\.invalid/v1 \(\w[^)]*\); tried 2 times"):
        await ChatModel(Endpoint("tiny", "http://no-such-host.invalid/v1"), Patience(2, 1.0)).reply(MESSAGES, (), Ear())


async def test_a_model_in_this_process_is_asked_through_the_same_client():
    def answer(request):
        events = b'data: {"choices": [{"delta": {"content": "two"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=events)

    model = ChatModel(Endpoint("built-in", transport=httpx2.MockTransport(answer)))
    assert (await model.reply(MESSAGES, (), Ear())).text == "two"
    await model.aclose()


async def test_a_local_server_needs_no_key(talk):
    reply, _, server, _ = await talk(say("two"), key=None)
    assert reply.text == "two"
    assert server.seen[0].headers["authorization"] == "Bearer -"
    error, *_ = await talk(fault(401), key=None)
    assert "wants a key" in str(error)


def test_the_key_is_in_no_repr():
    endpoint = Endpoint("tiny", "http://localhost/v1", KEY)
    assert KEY not in repr(endpoint) + repr(ChatModel(endpoint)) + str(vars(ChatModel(endpoint)).get("_endpoint"))


def test_the_sdk_is_not_imported_before_it_is_needed():
    program = "import sys, codeact_jupyter.model.client; sys.exit('openai' in sys.modules or 'httpx2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# Native calls

TOOLS = [{"type": "function", "function": {"name": "execute", "parameters": {}}}]
CODE = "print(1)\nprint(2)"


@dataclass
class Listening(Ear):
    """Hears calls too; one that is whole JSON is complete."""

    called: list[tuple[str, str]] = field(default_factory=list)

    def call(self, name, arguments):
        self.called.append((name, arguments))
        try:
            json.loads(arguments)
        except ValueError:
            return True
        return False


async def test_a_call_is_heard_as_it_grows_and_returned_whole(talk):
    reply, ear, server, told = await talk(say_call(CODE, "I look.", pieces=5, usage=(11, 5)), ear=Listening(), tools=TOOLS)
    assert (reply.text, reply.usage, reply.cut, told) == ("I look.", Usage(prompt=11, completion=5), False, [])
    assert [json.loads(call) for call in reply.calls] == [{"id": "call_1", "name": "execute", "arguments": json.dumps({"code": CODE})}]
    grown = [arguments for _, arguments in ear.called]
    assert all(later.startswith(before) for before, later in zip(grown, grown[1:], strict=False))
    assert len(set(grown)) > 4


async def test_behind_a_whole_call_only_the_usage_is_waited_for_and_not_for_long(talk):
    began = time.monotonic()
    reply, *_ = await talk(say_call(CODE, ends=False), ear=Listening(), tools=TOOLS)
    assert len(reply.calls) == 1
    assert reply.usage.estimated
    assert time.monotonic() - began < 5


async def test_a_second_call_ends_the_reply(talk):
    calls = [call("execute", id="a", code=CODE), call("execute", id="b", index=1, code="x" * 5000)]
    reply, ear, server, _ = await talk(say("", calls=calls, delay=0.01), ear=Listening(), tools=TOOLS)
    assert [json.loads(made)["id"] for made in reply.calls] == ["a", "b"]
    assert len(reply.calls[1]) < 200
    assert {arguments for _, arguments in ear.called} & {json.dumps({"code": CODE})}


@pytest.mark.parametrize("how", [{"id": None, "index": None}, {"id": "a", "index": 0}])
async def test_calls_of_servers_that_do_not_number_them_are_kept_apart(talk, how):
    calls = [call("execute", **how, code="1"), call("execute", **(how | ({"id": "b"} if how["id"] else {})), code="2")]
    reply, *_ = await talk(say("", calls=calls, pieces=99), ear=Listening(), tools=TOOLS)
    assert [json.loads(made)["arguments"] for made in reply.calls[:1]] == ['{"code": "1"}']
    assert len(reply.calls) == 2


@pytest.mark.parametrize("kind", ["drop", "malformed", "cut", "error"])
async def test_the_half_of_a_call_is_void_when_the_stream_breaks(talk, kind):
    half = fault(kind, after=2, call="execute", text='{"code": "print(1) print(2)"}')
    reply, ear, _, told = await talk(half, say_call(CODE), ear=Listening(), tools=TOOLS)
    assert [json.loads(made)["arguments"] for made in reply.calls] == [json.dumps({"code": CODE})]
    assert len(ear.tries) == 2
    assert len(told) == 1


REFUSED = [
    (fault(400, message="tiny does not support tools"), "tools"),
    (fault(400, message='"auto" tool choice requires --enable-auto-tool-choice'), "tools"),
    (fault(500, message="tools param requires --jinja flag"), "tools"),
    (fault(422, message="Extra inputs are not permitted: tools"), "tools"),
    (fault(400, message="function calling is not enabled for this model"), "tools"),
    (fault(400, message="image_url is only supported by certain models"), "images"),
    (fault(500, message="image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"), "images"),
    (fault(400, message="tiny is not a multimodal model"), "images"),
]
SEEN = [*MESSAGES[:1], {"role": "user", "content": [{"type": "text", "text": "?"}, {"type": "image_url", "image_url": {"url": "data:,"}}]}]


@pytest.mark.parametrize(("refusal", "what"), REFUSED)
async def test_what_a_server_does_not_take_is_named_if_it_was_asked_of_it(refusal, what):
    for messages, tools, named in ((SEEN, TOOLS, what), (MESSAGES, (), None)):
        async with ScriptedServer([refusal] * 5) as server:
            model = ChatModel(Endpoint("tiny", server.url, KEY), QUICK)
            with pytest.raises(ModelError) as refused:
                await model.reply(messages, tools, Ear())
            await model.aclose()
            assert getattr(refused.value, "what", None) == named


async def test_a_call_that_the_server_could_not_read_is_asked_for_again(talk):
    broken = fault(500, message='error parsing tool call: raw=\'{"code": "print(\' err=unexpected end of JSON input')
    reply, _, server, told = await talk(broken, say_call(CODE), ear=Listening(), tools=TOOLS)
    assert len(reply.calls) == 1
    assert len(server.requests) == 2
