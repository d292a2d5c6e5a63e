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


def test_calls_without_a_number_or_with_the_same_one_are_told_apart_by_their_ids_and_names():
    heard = Heard()
    heard.take(
        delta(
            tool_calls=[
                {"id": "a", "function": {"name": "run", "arguments": "{}"}},
                {"id": "b", "function": {"name": "run", "arguments": "{"}},
            ]
        )
    )
    heard.take(delta(tool_calls=[{"function": {"arguments": "}"}}]))
    heard.take(delta(tool_calls=[{"index": 0, "id": "c", "function": {"name": "run", "arguments": "1"}}]))
    heard.take(delta(tool_calls=[{"index": 0, "id": "c", "function": {"name": "run", "arguments": "2"}}]))
    heard.take(delta(tool_calls=[{"index": 0, "id": "d", "function": {"name": "run", "arguments": {"code": "x"}}}]))
    assert [(call["id"], call["name"], call["arguments"]) for call in map(json.loads, heard.calls)] == [
        ("a", "run", "{}"),
        ("b", "run", "{}"),
        ("c", "run", "12"),
        ("d", "run", '{"code": "x"}'),
    ]


def test_an_estimate_counts_calls_and_takes_an_image_for_what_it_costs():
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "x" * 100_000}}
    assert estimated([{"content": [{"type": "text", "text": "y" * 40}, image]}], "").prompt == 810
    assert estimated([{"content": "", "tool_calls": [{"function": {"arguments": "x" * 400}}]}, {"content": None}], "").prompt >= 100
