"""Native calls, and all that models make of them."""

import json

import pytest

from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.events import ModelReplied, Observed, UserAsked
from codeact_jupyter.formats.code import CUT
from codeact_jupyter.formats.tool import FORM, SEVERAL, ToolFormat
from codeact_jupyter.ports import Answer, Code, Draft, Interrupt, Reply, Wait


def called(name: str, arguments: object, more: int = 0, cut: bool = False, text: str = "") -> Reply:
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    calls = [{"id": f"c{n}", "name": name, "arguments": "" if n else written} for n in range(more + 1)]
    return Reply(text, tuple(json.dumps(call) for call in calls), cut=cut)


def parsed(reply: Reply, history: tuple = ()) -> object:
    return ToolFormat().parse(reply, history)


@pytest.mark.parametrize(
    ("name", "arguments", "action"),
    [
        ("execute", {"code": "print(1)\n"}, Code("print(1)")),
        ("execute", {"code": "x", "cell": "abc"}, Code("x", cell_id="abc")),
        ("execute", {"cell": "abc", "scratch": True, "code": "x"}, Code("x", cell_id="abc")),
        ("execute", {"code": "x", "cell": None, "scratch": "true"}, Code("x", scratch=True)),
        ("execute", {"code": "x", "cell": "", "scratch": "false"}, Code("x")),
        ("wait", {"seconds": 5}, Wait(5.0)),
        ("wait", {"seconds": "90 s"}, Wait(90.0)),
        ("wait", {"seconds": 1e9}, Wait(600.0)),
        ("wait", "", Wait(60.0)),
        ("interrupt", {}, Interrupt()),
        ("interrupt", "", Interrupt()),
        # other names for it
        ("python", {"code": "print(1)"}, Code("print(1)")),
        ("run", {"code": "print(1)"}, Code("print(1)")),
        ("execute_python", {"source": "print(1)"}, Code("print(1)")),
        ("functions.execute", {"code": "print(1)"}, Code("print(1)")),
        ("execute<|channel|>commentary", {"code": "print(1)"}, Code("print(1)")),
        ("analyse", {"code": "print(1)"}, Code("print(1)")),
        # other forms of it
        ("execute", {"python_code": "print(1)"}, Code("print(1)")),
        ("execute", {"content": "print(1)"}, Code("print(1)")),
        ("execute", "print(1)", Code("print(1)")),
        ("python", "import os\nos.getcwd()", Code("import os\nos.getcwd()")),
        ("execute", '"print(1)"', Code("print(1)")),
        ("execute", "{'code': 'print(1)'}", Code("print(1)")),
        ("execute", '{"code": "print(1)"', Code("print(1)")),
        ("execute", '{"code": "print("one")\nprint({"a": 1})"}', Code('print("one")\nprint({"a": 1})')),
        ("execute", {"code": "```python\nprint(1)\n```"}, Code("print(1)")),
        ("execute", {"code": "<execute>\nprint(1)\n</execute>"}, Code("print(1)")),
        ("execute", {"code": "a = 1\\nprint(a)"}, Code("a = 1\nprint(a)")),
        ("execute", {"code": "print('a\\nb')"}, Code("print('a\\nb')")),
        ("execute", {"code": "    x = 1\n    y = 2"}, Code("x = 1\ny = 2")),
    ],
)
def test_a_call_is_read_as_what_it_means(name: str, arguments: object, action: object) -> None:
    assert parsed(called(name, arguments)) == action


@pytest.mark.parametrize(
    ("name", "arguments", "word"),
    [
        ("execute", {"code": ""}, "holds no code"),
        ("execute", {}, "holds no code"),
        ("execute", "", "holds no code"),
        ("execute", '{"code": "half', "no JSON object"),
        ("execute", {"code": 5}, 'under "code"'),
        ("execute", {"query": "a", "table": "b"}, 'under "code"'),
        ("search", {"query": "print(1)"}, 'no tool "search"'),
        ("write_file", {"path": "a.py", "code": "print(1)"}, 'no tool "write_file"'),
        ("", {"path": "x"}, "no tool"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_form_once(name: str, arguments: object, word: str) -> None:
    with pytest.raises(ActionParseError) as told:
        parsed(called(name, arguments))
    assert word in str(told.value)
    assert FORM in str(told.value)
    seen = (UserAsked(text="?"), ModelReplied(text=""), Observed(action_id=None, status="unparsed", text=str(told.value)))
    with pytest.raises(ActionParseError) as again:
        parsed(called(name, arguments), seen)
    assert FORM not in str(again.value)


def test_of_several_calls_the_first_is_taken_and_the_model_is_told() -> None:
    assert parsed(called("execute", {"code": "print(1)"}, more=2)) == Code("print(1)", note=SEVERAL)


@pytest.mark.parametrize("arguments", ['{"code": "print(1)', '{"code": "print(1)"', '{"code": "print(1)", "cell": "a', "print(1)", ""])
def test_a_call_that_the_length_limit_cut_does_not_run(arguments: str) -> None:
    with pytest.raises(ActionParseError) as told:
        parsed(called("execute", arguments, cut=True))
    assert str(told.value) == CUT


def test_a_whole_call_in_a_reply_that_was_cut_behind_it_runs() -> None:
    assert parsed(called("execute", {"code": "print(1)"}, cut=True)) == Code("print(1)")
    assert parsed(called("execute", {"code": "print(1)"}, more=1, cut=True)) == Code("print(1)", note=SEVERAL)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("It is 2.", Answer("It is 2.")),
        ("I look.\n<execute>\nprint(1)\n</execute>", Code("print(1)")),
        ("<execute scratch>\nprint(1)\n</execute>", Code("print(1)", scratch=True)),
        ('<wait seconds="5"/>', Wait(5.0)),
        ("```python\nprint(1)\n```", Code("print(1)")),
        ('I look.\n<tool_call>\n{"name": "execute", "arguments": {"code": "print(1)"}}\n</tool_call>', Code("print(1)")),
        ('{"name": "execute", "parameters": {"code": "print(1)"}}', Code("print(1)")),
        ('{"name": "Ada", "arguments": {"code": "print(1)"}}', Answer('{"name": "Ada", "arguments": {"code": "print(1)"}}')),
    ],
)
def test_a_model_that_writes_its_action_as_text_is_understood(text: str, action: object) -> None:
    assert parsed(Reply(text)) == action


def test_a_model_that_calls_shows_code_in_its_answer_without_running_it() -> None:
    history = (UserAsked(text="?"), ModelReplied(text="", calls=called("execute", {"code": "1"}).calls))
    answer = "Use this:\n```python\nprint(1)\n```"
    assert parsed(Reply(answer), history) == Answer(answer)


def test_nothing_at_all_is_told() -> None:
    with pytest.raises(ActionParseError, match="neither a call nor an answer"):
        parsed(Reply("  "))


# While it streams


def drafts(name: str, arguments: str, size: int = 3) -> list[Draft]:
    format = ToolFormat()
    found = (format.draft_call(name, arguments[:at]) for at in range(0, len(arguments) + size, size))
    return [draft for draft in found if draft]


CODE = 'import re\n\nprint("é 😀", re.findall("\\\\d", "a1"))\n'


def test_code_streams_growing_and_ends_as_it_is_read() -> None:
    found = drafts("execute", json.dumps({"code": CODE}))
    sources = [draft.code.source for draft in found]
    assert all(later.startswith(before) for before, later in zip(sources, sources[1:], strict=False))
    assert len(set(sources)) > 10
    assert found[-1] == Draft(parsed(called("execute", {"code": CODE})), complete=True)
    assert not any(draft.complete for draft in found[:-2])


@pytest.mark.parametrize("order", [("cell", "code"), ("code", "cell")])
def test_an_id_counts_only_when_it_is_whole(order: tuple[str, ...]) -> None:
    values = {"cell": "abcdef", "code": "print(1)"}
    found = drafts("execute", json.dumps({name: values[name] for name in order}), 1)
    assert {draft.code.cell_id for draft in found} <= {None, "abcdef"}
    assert found[-1] == Draft(Code("print(1)", cell_id="abcdef"), complete=True)


@pytest.mark.parametrize(
    "arguments", ['{"seconds": 5}', '{"code": "```python\\nprint(1)\\n```"}', '{"code": "<execute>x</execute>"}', "print(1)"]
)
def test_what_is_no_plain_code_yet_is_held_back(arguments: str) -> None:
    assert drafts("execute", arguments) == []


def test_a_second_try_begins_afresh() -> None:
    format = ToolFormat()
    format.draft_call("execute", '{"code": "first try')
    assert format.draft_call("execute", '{"code": "sec') == Draft(Code("sec"), complete=False)
