"""A call's arguments, as they stream and as models misspell them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeact_jupyter.arguments import Growing, read

CODE = 'import re\nprint("hé 😀 \\d", \'x\')\n\tdf["a"]\\\n'


@given(st.text(), st.booleans(), st.integers(1, 7))
def test_a_string_that_streams_only_ever_grows_and_ends_as_what_was_meant(code: str, ascii: bool, size: int) -> None:
    text = json.dumps({"cell": None, "code": code, "scratch": True}, ensure_ascii=ascii)
    growing, last = Growing(), ""
    for at in range(0, len(text) + size, size):
        growing.read(text[:at])
        now = str(growing.values.get("code", ""))
        assert now.startswith(last)
        last = now
    assert growing.whole
    expected = code.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert growing.values == {"cell": None, "code": expected, "scratch": True}


@pytest.mark.parametrize("cut", range(len(json.dumps({"code": CODE}))))
def test_half_an_object_is_not_whole_wherever_it_is_cut(cut: int) -> None:
    text = json.dumps({"code": CODE})[:cut]
    growing = Growing()
    growing.read(text)
    assert not growing.whole
    assert CODE.startswith(str(growing.values.get("code", "")))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"code": "a\nb"}', {"code": "a\nb"}),
        ('{"code": "a\\nb"}', {"code": "a\nb"}),
        ('{"code": "re.sub(\'\\d\')"}', {"code": "re.sub('\\d')"}),
        ("{'code': 'x', 'scratch': True}", {"code": "x", "scratch": True}),
        ('{"code": "x"', {"code": "x"}),
        ('{"code": "x",}', {"code": "x"}),
        ('"{\\"code\\": \\"x\\"}"', {"code": "x"}),
        ('{"seconds": 5}', {"seconds": 5}),
        ('{"a": {"b": [1, 2]}, "code": "x"}', {"a": {"b": [1, 2]}, "code": "x"}),
        ('{"code": "\\uZZ9 is no escape, and stays"}', {"code": "\\uZZ9 is no escape, and stays"}),
        ("", {}),
        ("{}", {}),
        ("print(1)", None),
        ('{"code": "half', None),
        ('{"code": "print("x")"}', None),
        ('{"a": [1,', None),
        ("[1]", None),
    ],
)
def test_what_is_nearly_json_is_read(text: str, values: object) -> None:
    assert read(text) == values


def test_a_long_argument_is_read_once() -> None:
    text = json.dumps({"code": "x = 1\n" * 5000})
    growing = Growing()
    for at in range(0, len(text), 8):
        growing.read(text[:at])
    growing.read(text)
    assert growing.values == {"code": "x = 1\n" * 5000}
