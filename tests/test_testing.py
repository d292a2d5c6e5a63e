"""The scripted model keeps to its script, and sees what the client does."""

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from codeact_jupyter.events import RunFinished, Steered
from codeact_jupyter.testing import ScriptedServer, call, code, fault, markdown, notebook, read_script, say, say_call, types


def ask(url, path="/chat/completions", **body):
    data = json.dumps({"messages": [{"role": "user", "content": "hi"}], "stream": True, **body}).encode()
    with urllib.request.urlopen(urllib.request.Request(url + path, data, {"Content-Type": "application/json"}), timeout=10) as response:
        return response.read().decode()


def text(stream):
    chunks = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: {")]
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks if chunk["choices"])


def test_each_request_gets_the_next_item_and_then_the_script_says_it_is_used_up():
    with ScriptedServer([say("one two three", pieces=3), lambda messages: messages[0]["content"].upper()]) as server:
        assert text(ask(server.url)) == "one two three"
        assert text(ask(server.url)) == "HI"
        with pytest.raises(urllib.error.HTTPError, match="500") as used_up:
            ask(server.url)
        assert "the script is used up" in used_up.value.read().decode()
        assert len(server.requests) == 3


def test_a_fallback_answers_when_the_script_is_used_up():
    with ScriptedServer([say("one")], fallback=lambda messages: "and on") as server:
        assert [text(ask(server.url)) for _ in range(3)] == ["one", "and on", "and on"]


def test_other_paths_are_refused_recorded_and_cost_no_item():
    with ScriptedServer([say("one")]) as server:
        with pytest.raises(urllib.error.HTTPError, match="404"):
            ask(server.url, "/embeddings")
        assert server.others == ["POST /v1/embeddings"]
        assert text(ask(server.url)) == "one"


def test_usage_is_sent_only_to_who_asks_for_it():
    with ScriptedServer([say("one", usage=(7, 3)), say("one", usage=(7, 3))]) as server:
        assert "prompt_tokens" not in ask(server.url)
        assert '"prompt_tokens": 7' in ask(server.url, stream_options={"include_usage": True})


def test_a_status_carries_its_headers_code_and_words():
    with (
        ScriptedServer([fault(429, headers={"Retry-After": "7"}, code="insufficient_quota", message="no money")]) as server,
        pytest.raises(urllib.error.HTTPError, match="429") as refused,
    ):
        ask(server.url)
    assert refused.value.headers["Retry-After"] == "7"
    assert json.loads(refused.value.read())["error"] == {
        "message": "no money",
        "type": "insufficient_quota",
        "param": None,
        "code": "insufficient_quota",
    }


async def test_the_server_sees_that_the_client_hung_up():
    async with ScriptedServer([fault("hang", after=1), say("whole")]) as server:
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.split(":")[2].split("/")[0]))
            writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
            await reader.readuntil(b"role")
            if len(server.seen) == 2:
                assert b"[DONE]" in await reader.read()
            writer.close()
        await asyncio.wait_for(server.seen[0].left.wait(), 5)
        assert not server.seen[1].left.is_set()


def test_a_script_file_is_served_by_the_program(tmp_path):
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"say": "from a file", "pieces": 4}, {"fault": 503, "message": "full"}]))
    with subprocess.Popen([sys.executable, "-m", "codeact_jupyter.testing", script], stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout
            url = program.stdout.readline().strip()
            assert text(ask(url)) == "from a file"
            with pytest.raises(urllib.error.HTTPError, match="503"):
                ask(url)
        finally:
            program.terminate()


@pytest.mark.parametrize(
    ("item", "mistake"),
    [
        ({"fault": "explode"}, "item 2 of script.json: kind"),
        ({"fault": "drop", "afterwards": 2}, "item 2 of script.json: afterwards"),
        ({"says": "2"}, "item 2 of script.json holds neither `say` nor `fault`"),
    ],
)
def test_a_mistake_in_a_script_file_is_named(tmp_path, item, mistake):
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"say": "fine"}, item]))
    with pytest.raises(ValueError, match=mistake):
        read_script(script)


def test_a_script_file_says_the_same_as_python(tmp_path):
    script = tmp_path / "script.json"
    script.write_text(
        '[{"say": "2", "delay": 0.1, "usage": null}, {"fault": "drop", "after": 2}, {"fault": 429, "headers": {"Retry-After": "1"}}]'
    )
    assert read_script(script) == [say("2", delay=0.1, usage=None), fault("drop", after=2), fault(429, headers={"Retry-After": "1"})]


def test_notebooks_are_valid_and_their_cells_have_plain_ids():
    made = notebook("1 + 1", markdown("# Title"), code("print(1)", {"output_type": "stream", "name": "stdout", "text": "1\n"}))
    assert [(cell.id, cell.cell_type, cell.source) for cell in made.cells] == [
        ("c1", "code", "1 + 1"),
        ("c2", "markdown", "# Title"),
        ("c3", "code", "print(1)"),
    ]


def test_types_tell_what_happened():
    assert types([Steered(text="no"), RunFinished(reason="stopped")]) == ["steered", "run_finished"]


def chunks(stream):
    return [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: {")]


def test_calls_stream_in_pieces_and_end_as_calls():
    with ScriptedServer([say_call("print(1)", "I look.", pieces=4, scratch=True)]) as server:
        made = chunks(ask(server.url))
    deltas = [chunk["choices"][0]["delta"] for chunk in made if chunk["choices"]]
    parts = [part for delta in deltas for part in delta.get("tool_calls", ())]
    assert len(parts) > 4
    assert (parts[0]["id"], parts[0]["function"]["name"]) == ("call_1", "execute")
    assert json.loads("".join(part["function"]["arguments"] for part in parts)) == {"scratch": True, "code": "print(1)"}
    assert [chunk["choices"][0]["finish_reason"] for chunk in made if chunk["choices"]][-1] == "tool_calls"


def test_a_script_file_may_hold_calls(tmp_path):
    script = tmp_path / "script.json"
    script.write_text('[{"say": "I look.", "calls": [{"name": "execute", "arguments": {"code": "1"}}]}]')
    assert read_script(script) == [say("I look.", calls=[call("execute", code="1")])]


MADE = {
    "role": "assistant",
    "content": "",
    "tool_calls": [{"id": "a", "type": "function", "function": {"name": "execute", "arguments": "{}"}}],
}
TOLD = {"role": "tool", "tool_call_id": "a", "content": "1"}
ASKED = {"role": "user", "content": "hi"}


@pytest.mark.parametrize(
    ("messages", "rule"),
    [
        ([ASKED, MADE], "no tool message answers"),
        ([ASKED, MADE, ASKED], "no tool message answers"),
        ([ASKED, TOLD], "no call before it"),
        ([ASKED, MADE, TOLD, TOLD], "no call before it"),
        ([ASKED, ASKED], "stand in a row"),
        ([ASKED, MADE, {**TOLD, "content": [{"type": "text", "text": "1"}]}], "text alone"),
        ([ASKED, {**MADE, "tool_calls": [{"id": "a", "function": {"name": "execute", "arguments": "print("}}]}, TOLD], "no JSON object"),
        ([ASKED, {**MADE, "tool_calls": [{"id": "a", "function": {"name": "a b", "arguments": "{}"}}]}, TOLD], "no name of a function"),
        ([ASKED, {**MADE, "content": None}, TOLD], "no content"),
    ],
)
def test_a_request_that_strict_servers_refuse_is_refused_and_costs_no_item(messages, rule):
    with ScriptedServer([say("one")]) as server:
        with pytest.raises(urllib.error.HTTPError, match="403") as refused:
            ask(server.url, messages=messages)
        assert rule in refused.value.read().decode()
        assert text(ask(server.url, messages=[ASKED, MADE, TOLD])) == "one"
