"""Chunks as servers really send them."""

import json

import pytest

from codeact_jupyter.events import Usage
from codeact_jupyter.model.heard import Heard, estimated


def delta(**fields):
    return {"choices": [{"delta": fields}]}


@pytest.mark.parametrize(
    ("chunk", "text", "carries"),
    [
        (delta(content="two"), "two", True),
        (delta(role="assistant", content=""), "", False),
        (delta(reasoning_content="hm"), "", True),
        (delta(reasoning="hm", content=None), "", True),
        (delta(refusal="I will not"), "I will not", True),
        (delta(content=[{"type": "thinking", "thinking": []}, {"type": "text", "text": "two"}]), "two", True),
        (delta(content={"text": "two"}), "", True),
        ({"choices": []}, "", False),
        ({"choices": None}, "", False),
        ({"choices": [None]}, "", False),
        ({"choices": [{"delta": None}]}, "", False),
        ({"choices": {"delta": {"content": "two"}}}, "", False),
        ({}, "", False),
        (None, "", False),
        (5, "", False),
        (["two"], "", False),
    ],
)
def test_a_chunk_adds_its_text_whatever_its_shape(chunk, text, carries):
    heard = Heard()
    assert heard.take(chunk) == (text, carries)
    assert (heard.text, heard.spoke) == (text, carries)


def test_the_end_is_what_the_server_calls_so():
    heard = Heard()
    for reason in (None, "", "stop"):
        heard.take({"choices": [{"delta": {}, "finish_reason": reason}]})
    assert heard.finish == "stop"


def test_usage_is_taken_from_wherever_it_stands():
    heard = Heard()
    heard.take({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 5}})
    heard.take({"choices": [], "usage": None})
    heard.take({"choices": [], "usage": {"prompt_tokens": None}})
    assert heard.usage == Usage(prompt=11, completion=5)


def test_tool_calls_are_put_together_by_their_index():
    heard = Heard()
    heard.take(delta(tool_calls=[{"index": 0, "id": "a", "function": {"name": "run", "arguments": '{"co'}}]))
    heard.take(delta(tool_calls=[{"index": 1, "id": "b", "function": {"name": "stop", "arguments": None}}, None]))
    heard.take(delta(tool_calls=[{"index": 0, "function": {"arguments": 'de": 1}'}}]))
    assert [json.loads(call) for call in heard.calls] == [
        {"id": "a", "name": "run", "arguments": '{"code": 1}'},
        {"id": "b", "name": "stop", "arguments": ""},
    ]


def test_an_estimate_is_about_four_characters_a_token_and_says_that_it_is_one():
    assert estimated([{"role": "user", "content": "x" * 41}], "y" * 8) == Usage(prompt=11, completion=2, estimated=True)
