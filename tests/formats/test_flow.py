"""Programs in JSON: the Python that each becomes, and the place that is named where something is wrong."""

import io
import json
import math
from contextlib import redirect_stdout, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.formats import FORMATS, evaluated
from codeact_jupyter.formats.call import DEEPEST
from codeact_jupyter.formats.flow import Flow
from codeact_jupyter.ports import Code, Draft, Interrupt, Reply, Wait

X, Y = {"var": "x"}, {"var": "y"}

STEPS = {
    "set a value": ({"set": "x", "value": 1}, "x = 1"),
    "set what a call gives": ({"set": "x", "call": "f", "args": [1, Y]}, "x = f(1, y)"),
    "a call": ({"call": "f", "args": [1, "a"]}, "f(1, 'a')"),
    "a call without arguments": ({"call": "df.head"}, "df.head()"),
    "a call of one argument that is no list": ({"call": "f", "args": X}, "f(x)"),
    "print": ({"print": X}, "print(x)"),
    "show": ({"show": {"call": "df.head"}}, "display(df.head())"),
    "for": ({"for": "x", "in": [1, 2], "do": [{"print": X}]}, "for x in [1, 2]:\n    print(x)"),
    "if": ({"if": {"<": [X, 2]}, "then": [{"print": 1}]}, "if x < 2:\n    print(1)"),
    "if else": ({"if": X, "then": [{"print": 1}], "else": [{"print": 2}]}, "if x:\n    print(1)\nelse:\n    print(2)"),
    "if in else": (
        {"if": X, "then": [{"print": 1}], "else": [{"if": Y, "then": [{"print": 2}], "else": [{"print": 3}]}]},
        "if x:\n    print(1)\nelif y:\n    print(2)\nelse:\n    print(3)",
    ),
    "if in for": (
        {"for": "x", "in": Y, "do": [{"if": {"==": [X, 1]}, "then": [{"print": X}]}, {"set": "z", "value": X}]},
        "for x in y:\n    if x == 1:\n        print(x)\n    z = x",
    ),
}
VALUES = {
    "JSON": ([1, -2.5, "a", True, None, [X]], "[1, -2.5, 'a', True, None, [x]]"),
    "an object as it stands": ({"literal": {"var": "x", "n": [1]}}, "{'var': 'x', 'n': [1]}"),
    "an attribute": ({"var": "df.columns"}, "df.columns"),
    "calls in calls": ({"call": "f", "args": [{"call": "g"}]}, "f(g())"),
    "a sum of three": ({"+": [X, 1, Y]}, "x + 1 + y"),
    "a product of three": ({"*": [X, 2, Y]}, "x * 2 * y"),
    "a difference within one": ({"-": [X, {"-": [1, Y]}]}, "x - (1 - y)"),
    "a product of a sum": ({"*": [{"+": [X, 1]}, 2]}, "(x + 1) * 2"),
    "a quotient": ({"/": [X, {"*": [2, 3]}]}, "x / (2 * 3)"),
    **{f"a comparison by {sign}": ({sign: [X, 1]}, f"x {sign} 1") for sign in ("==", "!=", "<", "<=", ">", ">=", "in")},
    "a comparison of comparisons": ({"==": [{"<": [X, 1]}, True]}, "(x < 1) == True"),
    "and, or, not": ({"and": [X, {"or": [Y, 1]}, {"not": X}]}, "x and (y or 1) and (not x)"),
    "not of a list of one": ({"not": [X]}, "not x"),
    "a length": ({"length": X}, "len(x)"),
    "a length of a list of one": ({"length": [X]}, "len(x)"),
    "a length of a list": ({"length": [1, 2]}, "len([1, 2])"),
    "an index": ({"index": [X, -1]}, "x[-1]"),
    "an index of an index": ({"index": [{"index": [X, "a"]}, {"+": [Y, 1]}]}, "x['a'][y + 1]"),
    "an index of a sum": ({"index": [{"+": [X, Y]}, 0]}, "(x + y)[0]"),
}
WRONG = {
    "no program": (5, "At $: there has to be a list of steps"),
    "no steps": ([], "At $: there has to be a list of steps, at least one"),
    "a step that is none": ([{"print": 1}, "x = 1"], "At $[1]: a step has to be an object, not a string"),
    "a step of null": ([None], "At $[0]: a step has to be an object, not null"),
    "a step of true": ([True], "not true or false"),
    "a step of a list": ([[{"print": 1}]], "At $[0]: a step has to be an object, not a list"),
    "a step of a number": ([1.5], "not a number"),
    "an empty step": ([{}], "At $[0]: there is an empty object; a step has one of set, for, if, print, show, call"),
    "an unknown step": ([{"while": True, "do": []}], 'At $[0]: there is "while", "do"; a step has one of'),
    "a misspelt field": ([{"set": "x", "valeu": 1}], 'At $[0]: beside "set" there has to be "value" or "call"'),
    "a field too many": ([{"set": "x", "value": 1, "to": 2}], 'At $[0]: "to" does not belong beside "set"'),
    "value and call": ([{"set": "x", "value": 1, "call": "f"}], 'At $[0]: "value" does not belong beside "call"'),
    "a variable that is none": ([{"set": "a b", "value": 1}], 'At $[0].set: "a b" is no name of a variable'),
    "a variable with a dot": ([{"set": "a.b", "value": 1}], 'At $[0].set: "a.b" is no name of a variable'),
    "a variable that is a keyword": ([{"for": "in", "in": [1], "do": [{"print": 1}]}], 'At $[0].for: "in" is no name of a variable'),
    "a variable that is a number": ([{"set": 5, "value": 1}], "At $[0].set: 5 is no name of a variable"),
    **{
        f"a variable {name}, which Python needs": ([{"set": name, "value": 1}], f'At $[0].set: "{name}" is the name of a function')
        for name in ("len", "print", "display", "float")
    },
    "a variable that is no number": ([{"set": math.nan, "value": 1}], "At $[0].set: NaN is no name of a variable"),
    "a var that is no number": ([{"print": {"var": math.inf}}], "At $[0].print.var: Infinity is no name of a variable"),
    "many fields": ([{f"f{number}": 1 for number in range(100)}], 'At $[0]: there is "f0", "f1", "f2", "f3", "f4"; a step has one of'),
    "a long name": ([{"set": "a b" * 1000, "value": 1}], 'At $[0].set: "a ba ba'),
    "a fault in what is looped over": ([{"for": "x", "in": {}, "do": [{"print": 1}]}], "At $[0].in: there is an empty object"),
    "a fault in what is asked": ([{"if": {}, "then": [{"print": 1}]}], "At $[0].if: there is an empty object"),
    "a fault in what is then done": ([{"if": True, "then": [{}]}], "At $[0].then[0]: there is an empty object"),
    "a fault in an argument": ([{"call": "f", "args": [1, {}]}], "At $[0].args[1]: there is an empty object"),
    "print and more": ([{"print": 1, "to": 2}], 'At $[0]: "to" does not belong beside "print"'),
    "a loop over nothing": ([{"for": "x", "do": [{"print": 1}]}], 'At $[0]: beside "for" there has to be "in"'),
    "a loop that does nothing": ([{"for": "x", "in": [1], "do": []}], "At $[0].do: there has to be a list of steps, at least one"),
    "a loop that does no list": ([{"for": "x", "in": [1], "do": {"print": 1}}], "At $[0].do: there has to be a list of steps"),
    "a branch without then": ([{"if": True}], 'At $[0]: beside "if" there has to be "then"'),
    "an else that is none": ([{"if": True, "then": [{"print": 1}], "else": 5}], "At $[0].else: there has to be a list"),
    "a fault deep inside": (
        [{"print": 1}, {"for": "x", "in": [1], "do": [{"set": "y", "value": {"+": [1, {"vra": "x"}]}}]}],
        'At $[1].do[0].value["+"][1]: there is "vra"; a value that is an object has one of var, call, literal, +',
    ),
    "a fault in a list": ([{"print": [1, {"**": [2, 3]}]}], 'At $[0].print[1]: there is "**"'),
    "an empty value": ([{"print": {}}], "At $[0].print: there is an empty object"),
    "two operations": ([{"print": {"+": [1, 2], "-": [1, 2]}}], 'At $[0].print: there is "+", "-"'),
    "var and more": ([{"print": {"var": "x", "index": 1}}], 'At $[0].print: "index" does not belong beside "var"'),
    "literal and more": ([{"print": {"literal": 1, "a": 1}}], 'At $[0].print: "a" does not belong beside "literal"'),
    "a var that is none": ([{"print": {"var": "x[0]"}}], 'At $[0].print.var: "x[0]" is no name of a variable'),
    "a var of a number": ([{"print": {"var": 1}}], "At $[0].print.var: 1 is no name of a variable"),
    "one operand": ([{"print": {"-": [1]}}], 'At $[0].print["-"]: "-" takes a list of two values'),
    "three operands": ([{"print": {"index": [X, 1, 2]}}], 'At $[0].print.index: "index" takes a list of two values'),
    "operands that are no list": ([{"print": {"and": True}}], 'At $[0].print.and: "and" takes a list of two or more values'),
    "a call of no name": ([{"call": ["f"]}], "At $[0].call: the name of a function has to be a string, not a list"),
    "a call of code": ([{"call": "__import__('os').system"}], "is no name of a function"),
    "a call with a field too many": ([{"call": "f", "kwargs": {}}], 'At $[0]: "kwargs" does not belong beside "call"'),
    "a wait among others": ([{"print": 1}, {"call": "wait", "args": [5]}], 'At $[1].call: "wait" has to be the only step'),
    "a wait with more": ([{"call": "wait", "seconds": 5}], 'At $[0]: "seconds" does not belong'),
}


def read(program, tools=()):
    return Flow(tools).read(json.dumps(program))


@pytest.mark.parametrize(("step", "source"), STEPS.values(), ids=STEPS)
def test_what_a_step_becomes(step, source):
    assert read([step]) == Code(source)
    assert read(step) == Code(source), "one step needs no list"


@pytest.mark.parametrize(("value", "source"), VALUES.values(), ids=VALUES)
def test_what_a_value_becomes(value, source):
    assert read([{"set": "v", "value": value}]) == Code(f"v = {source}")


@pytest.mark.parametrize(("program", "words"), WRONG.values(), ids=WRONG)
def test_each_mistake_is_told_with_its_place(program, words):
    with pytest.raises(ActionParseError) as told:
        read(program)
    assert words in str(told.value)
    assert len(str(told.value)) < 400


@pytest.mark.parametrize(
    ("body", "words"), [("", "The action is empty"), ("print(1)", "not valid JSON"), ("[" * 200 + "]" * 200, "nested too deep")]
)
def test_what_is_no_json_is_told(body, words):
    with pytest.raises(ActionParseError, match=words):
        Flow().read(body)


def test_of_a_tasks_tools_those_it_lacks_are_refused_and_none_is_covered_by_a_variable():
    tools = ["max", "find"]
    assert read([{"set": "x", "call": "find", "args": ["a"]}], tools) == Code("x = find('a')")
    with pytest.raises(ActionParseError, match=r'At \$\[0\].value.call: There is no tool "len": there are max and find.'):
        read([{"set": "x", "value": {"call": "len", "args": [[1]]}}], tools)
    with pytest.raises(ActionParseError, match=r'At \$\[0\].set: "max" is the name of a function'):
        read([{"set": "max", "value": 1}], tools)


def test_wait_and_interrupt_stand_alone():
    assert read([{"call": "wait", "args": [5]}]) == Wait(5)
    assert read({"call": "wait", "args": 5}) == Wait(5)
    assert read({"call": "interrupt"}) == Interrupt()
    assert read({"call": "wait", "args": [5]}, ["wait"]) == Code("wait(5)")


def test_the_form_that_models_are_shown_is_a_program_that_runs():
    (action,) = {FORMATS["flow"]().parse(Reply(Flow.example), []), evaluated("flow", ["len"]).parse(Reply(Flow.example), [])}
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(action.source, {})
    assert printed.getvalue() == "3\n"


def test_the_words_that_end_an_action_may_stand_in_a_program():
    text = f"Action: {json.dumps([{'print': 'End Action'}])} End Action"
    assert FORMATS["flow"]().parse(Reply(text), []) == Code("print('End Action')")


def test_a_program_is_drafted_once_it_is_whole():
    format = FORMATS["flow"]()
    text = f"Thought: Count.\n{Flow.example} and"
    seen = [format.draft(text[:end]) for end in range(1, len(text))]
    first = next(draft for draft in seen if draft)
    assert first.complete and first.code.source.startswith("total = 0")
    assert seen.index(first) == len(text) - len(" and") - 1
    assert isinstance(first, Draft)


# Any program

NAMES = st.sampled_from(["x", "y", "zähler", "df.a"])
EXPRESSIONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.builds(lambda name: {"var": name}, NAMES),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.builds(
            lambda sign, a, b: {sign: [a, b]}, st.sampled_from(["+", "-", "*", "/", "==", "<", "in", "and", "or", "index"]), inner, inner
        ),
        st.builds(lambda sign, a: {sign: [a]}, st.sampled_from(["not", "length"]), inner),
        st.builds(lambda name, args: {"call": name, "args": args}, NAMES, st.lists(inner, max_size=2)),
        st.builds(lambda held: {"literal": held}, st.dictionaries(st.text(), st.integers())),
    ),
    max_leaves=12,
)
PROGRAMS = st.recursive(
    st.builds(lambda value: {"set": "x", "value": value}, EXPRESSIONS) | st.builds(lambda value: {"print": value}, EXPRESSIONS),
    lambda inner: st.one_of(
        st.builds(lambda values, do: {"for": "y", "in": values, "do": do}, EXPRESSIONS, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda test, then: {"if": test, "then": then, "else": then}, EXPRESSIONS, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@settings(max_examples=100, deadline=None)
@given(st.lists(PROGRAMS, min_size=1, max_size=4))
def test_any_program_becomes_python(program):
    action = read(program)
    assert isinstance(action, Code)
    compile(action.source, "program", "exec")


@settings(max_examples=100, deadline=None)
@given(st.recursive(EXPRESSIONS, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["set", "do", "if", "x", "var"]), inner)))
def test_whatever_else_comes_is_refused_as_a_mistake_of_the_models(program):
    with suppress(ActionParseError):
        assert isinstance(read(program), Code)


def test_the_deepest_program_still_becomes_python():
    nested, value = {"print": 1}, {"var": "x"}
    for _ in range(DEEPEST // 2 - 2):
        nested, value = {"if": True, "then": [nested]}, {"-": [1, value]}
    compile(read([nested]).source, "program", "exec")
    compile(read([{"print": value}]).source, "program", "exec")
