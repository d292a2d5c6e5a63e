"""Calls in JSON and in text: the line of Python that each becomes, and what is said to those that are none."""

import ast
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.formats.call import DEEPEST, Call, Offered
from codeact_jupyter.formats.json_call import JsonCall
from codeact_jupyter.formats.text_call import TextCall
from codeact_jupyter.ports import Code, Interrupt, Wait
from codeact_jupyter.source import transform

JSON = {
    "no arguments": ('{"tool": "view", "args": []}', Code("view()")),
    "a string": ('{"tool": "caesar_decode", "args": ["khoor", 3]}', Code("caesar_decode('khoor', 3)")),
    "all kinds": (
        '{"tool": "f", "args": [1, -2.5, true, false, null, [1, [2]], {"a": {"b": 1}}]}',
        Code("f(1, -2.5, True, False, None, [1, [2]], {'a': {'b': 1}})"),
    ),
    "no list is one argument": ('{"tool": "f", "args": "a"}', Code("f('a')")),
    "an object is one argument": ('{"tool": "f", "args": {"x": 1}}', Code("f({'x': 1})")),
    "null is one argument": ('{"tool": "f", "args": null}', Code("f(None)")),
    "numbers that JSON has not": ('{"tool": "f", "args": [NaN, Infinity, [-Infinity]]}', Code("f(float('nan'), 1e309, [-1e309])")),
    "a method": ('{"tool": "df.head", "args": [3]}', Code("df.head(3)")),
    "blanks about the name": ('{"tool": " f ", "args": []}', Code("f()")),
    "line ends in a string": ('{"tool": "f", "args": ["a\\nb"]}', Code("f('a\\nb')")),
    "fields that are not read": (
        '{"tool": "f", "args": [], "thought": "hm"}',
        Code("f()", note='Only "tool" and "args" were read, not "thought".'),
    ),
}
JSON_REFUSED = {
    "no JSON": ("f(1)", "not valid JSON: Expecting value (line 1, column 1)"),
    "Python's quotes": ("{'tool': 'f'}", "not valid JSON"),
    "half": ('{"tool": "f", "args": [1', "not valid JSON"),
    "two": ('{"tool": "f", "args": []}\n{"tool": "g", "args": []}', "Extra data (line 2, column 1)"),
    "a list": ('[{"tool": "f", "args": []}]', "is a list. The action has to be one JSON object"),
    "a number": ("5", "has to be one JSON object"),
    "no name": ('{"args": []}', '"tool" is missing: there is "args"'),
    "nothing": ("{}", "there is nothing in the object"),
    "a name that is none": ('{"tool": 5, "args": []}', '"tool" has to be a name'),
    "no arguments at all": ('{"tool": "f"}', '"args" is missing'),
    "too many digits": (f'{{"tool": "f", "args": [{"9" * 5000}]}}', "too many digits"),
    "too deep": ('{"tool": "f", "args": ' + "[" * DEEPEST + "]" * DEEPEST + "}", "nested too deep"),
    "deeper than can be read": ('{"tool": "f", "args": ' + "[" * 100_000, "nested too deep"),
}
TEXT = {
    "no arguments": ("view", Code("view()")),
    "numbers and words": ("f, 1, -2.5, khoor, 1e3", Code("f(1, -2.5, 'khoor', 1000.0)")),
    "digits are a number": ("caesar_decode, 123, 4", Code("caesar_decode(123, 4)")),
    "quotes stay": ("f, 'a', \"b\"", Code("""f("'a'", '"b"')""")),
    "several lines": ("f,\n  a b,\n  2\n", Code("f('a b', 2)")),
    "an argument of two lines": ("f, a\nb", Code("f('a\\nb')")),
    "an empty argument": ("f, , 1,", Code("f('', 1, '')")),
    "underscores": ("f, 1_000", Code("f(1000)")),
    "no number, but a float": ("f, nan, -inf, Infinity", Code("f(float('nan'), -1e309, 1e309)")),
    "lists are words": ("f, [1, 2]", Code("f('[1', '2]')")),
    "a method": ("df.head, 3", Code("df.head(3)")),
    "wait": ("wait, 5", Wait(5.0)),
    "wait, no number": ("wait, long", Wait(60.0)),
    "interrupt": ("interrupt", Interrupt()),
}
NO_NAMES = [
    "a b",
    '__import__("os")',
    "f()",
    "f(1",
    "1f",
    "f;g",
    "f.",
    ".f",
    "f..g",
    "",
    "lambda",
    "x.if",
    "f\ng",
    "`f`",
    "print (1)",
    "a=b",
]


@pytest.mark.parametrize(("body", "action"), JSON.values(), ids=JSON)
def test_what_json_means(body, action):
    assert JsonCall().read(body) == action


@pytest.mark.parametrize(("body", "words"), JSON_REFUSED.values(), ids=JSON_REFUSED)
def test_json_that_is_no_call_is_refused_with_words(body, words):
    with pytest.raises(ActionParseError) as told:
        JsonCall().read(body)
    assert words in str(told.value)


@pytest.mark.parametrize(("body", "action"), TEXT.values(), ids=TEXT)
def test_what_text_means(body, action):
    assert TextCall().read(body) == action


@pytest.mark.parametrize("body", ["", " ", ", 1"])
def test_text_without_a_name_is_refused_with_words(body):
    with pytest.raises(ActionParseError, match="names no function"):
        TextCall().read(body)


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_that_is_none_is_refused_with_words(name):
    with pytest.raises(ActionParseError, match="is no name of a function"):
        JsonCall().read(json.dumps({"tool": name, "args": []}))


@pytest.mark.parametrize(("reading", "body"), [(JsonCall, '{"tool": "%s", "args": []}'), (TextCall, "%s")], ids=["json", "text"])
def test_of_a_tasks_tools_those_it_lacks_are_refused_with_the_names_of_those_it_has(reading, body):
    offered = reading(["view", "click_url", "max"])
    assert offered.read(body % "view") == Code("print(view())")
    for name in ("scroll", "View", "view.x", "print"):
        with pytest.raises(ActionParseError) as told:
            offered.read(body % name)
        assert str(told.value) == f'There is no tool "{name}": there are view, click_url and max.'
    with pytest.raises(ActionParseError, match="there is only view"):
        reading(["view"]).read(body % "scroll")


def test_wait_and_interrupt_are_a_tasks_tools_where_it_has_them():
    assert JsonCall(["view"]).read('{"tool": "wait", "args": [5]}') == Wait(5)
    assert JsonCall(["view"]).read('{"tool": "interrupt", "args": []}') == Interrupt()
    assert JsonCall(["wait"]).read('{"tool": "wait", "args": [5]}') == Code("print(wait(5))")
    assert TextCall(["interrupt"]).read("interrupt") == Code("print(interrupt())")


def test_what_is_refused_is_shown_short():
    with pytest.raises(ActionParseError) as told:
        Offered().checked(Call("no name " * 1000))
    assert len(str(told.value)) < 300


# Any arguments

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=30,
)


def called(source):
    """What a line of Python gives a function, by its literals."""
    (step,) = ast.parse(source).body
    assert isinstance(step, ast.Expr) and isinstance(step.value, ast.Call) and not step.value.keywords
    return ast.unparse(step.value.func), [ast.literal_eval(arg) for arg in step.value.args]


@settings(max_examples=200, deadline=None)
@given(st.lists(VALUES))
def test_any_arguments_in_json_are_the_arguments_of_one_line_of_python(args):
    action = JsonCall().read(json.dumps({"tool": "f", "args": args}))
    assert isinstance(action, Code)
    assert len(action.source.splitlines()) == 1
    name, given_ = called(action.source)
    assert (name, repr(given_)) == ("f", repr(args)), "types too: 1 is not True, -0.0 is not 0"


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES))
def test_ipython_runs_the_line_as_it_stands(args):
    action = JsonCall().read(json.dumps({"tool": "f", "args": args}))
    assert transform(action.source).rstrip("\n") == action.source


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"])).filter(lambda text: "," not in text)))
def test_any_words_in_text_are_the_arguments_of_one_line_of_python(words):
    action = TextCall().read(", ".join(["f", *words]))
    assert isinstance(action, Code)
    assert len(action.source.splitlines()) == 1
    if "nan" not in action.source:
        assert called(action.source)[1] == [as_reference(word.strip()) for word in words]


def as_reference(word):
    try:
        return int(word)
    except ValueError:
        try:
            return float(word)
        except ValueError:
            return word


def test_nan_is_the_one_value_without_a_literal():
    value = eval(Call("float", (math.nan,)).line())
    assert math.isnan(value)
