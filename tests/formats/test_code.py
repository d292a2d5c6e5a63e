"""What models really send, and what is made of it."""

import pytest

from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.events import Event, ModelReplied, Observed, UserAsked
from codeact_jupyter.formats import FORMATS
from codeact_jupyter.formats.code import CUT, FORM, CodeFormat
from codeact_jupyter.ports import Answer, Code, Interrupt, Reply, Wait

ASKED = UserAsked(text="how many rows?")

ACTIONS = {
    "wait": ('<wait seconds="60"/>', Wait(60)),
    "wait, capped": ('<wait seconds="9999"/>', Wait(600)),
    "wait, upper case": ("<WAIT SECONDS='5'>", Wait(5)),
    "wait, no quotes": ("Not done yet.\n<wait seconds=30 />", Wait(30)),
    "wait, a fraction": ('<wait seconds="2.5"/>', Wait(2.5)),
    "wait, no number": ("<wait/>", Wait(60)),
    "wait, nothing": ('<wait seconds="0"/>', Wait(1)),
    "wait as an element": ("<wait>90</wait>", Wait(90)),
    "wait before code": ("<wait/>\n<execute>\nprint(1)\n</execute>", Wait(60)),
    "interrupt": ("It hangs.\n<interrupt/>", Interrupt()),
    "interrupt, open": ("<Interrupt>", Interrupt()),
    "answer": ("  There are 344 rows.\n", Answer("There are 344 rows.")),
    "answer with a thought": ("<thought>344.</thought>\nThere are 344 rows.", Answer("There are 344 rows.")),
    "answer behind thinking whose tag the template wrote": ("Hm, 344.\n</think>\nThere are 344.", Answer("There are 344.")),
    "answer that speaks of the tag": ("I ran it in `<execute>` tags.", Answer("I ran it in `<execute>` tags.")),
    "answer, CRLF": ("Rows:\r\n344\r\n", Answer("Rows:\n344")),
    "fence, CRLF": ("```python\r\nif x:\r\n    f()\r\n```\r\n", Code("if x:\n    f()")),
    "answer that compares": ("a < b and b > c", Answer("a < b and b > c")),
    "solution": ("The answer is <solution> 1994 </solution>.", Answer("1994")),
    "solution, upper case": ("<SOLUTION>1994</SOLUTION>", Answer("1994")),
    "solution, unclosed": ("<solution>\n1994", Answer("1994")),
    "solution, empty": ("It is 1994.\n<solution></solution>", Answer("It is 1994.")),
    "solution with code in it": ("<solution>Use <execute>x</execute></solution>", Answer("Use x")),
    "solution with a thought": ("<solution><thought>hm</thought>1994</solution>", Answer("1994")),
    "stray closing tag": ("Done.\n</execute>", Answer("Done.")),
    "fence": ("Look:\n```python\nprint(1)\n```\n", Code("print(1)")),
    "fence, untagged": ("```\nimport os\nprint(os.name)\n```", Code("import os\nprint(os.name)")),
    "fence, ipython": ("```IPython\n%pip list\n```", Code("%pip list")),
    "fence, unclosed": ("```py\nprint(1)\n", Code("print(1)")),
    "fence in a list": ("1. Run\n   ```python\n   if x:\n       print(1)\n   ```", Code("if x:\n    print(1)")),
    "fence behind a thought": ("<thought>```python\nno()\n```</thought>\n```python\nprint(1)\n```", Code("print(1)")),
    "fence that does not parse": ("```python\nprint(\n```", Answer("```python\nprint(\n```")),
    "fence of another language": ("```sql\nselect(1)\n```", Answer("```sql\nselect(1)\n```")),
    "fence of output": ("The result:\n```\n42\n```", Answer("The result:\n```\n42\n```")),
    "fence of names and values": ("```\nAdelie: 3700\nGentoo: 5076\n```", Answer("```\nAdelie: 3700\nGentoo: 5076\n```")),
    "fence of a comment": ("```python\n# nothing\n```", Answer("```python\n# nothing\n```")),
}


@pytest.mark.parametrize(("text", "action"), ACTIONS.values(), ids=ACTIONS)
def test_what_a_reply_means(text, action):
    assert CodeFormat().parse(Reply(text), [ASKED, ModelReplied(text=text)]) == action


@pytest.mark.parametrize(
    ("history", "action"),
    [
        ([ASKED], Code("print(1)")),
        ([ASKED, ModelReplied(text="```python\nx()\n```")], Code("print(1)")),
        ([ASKED, ModelReplied(text="<EXECUTE>x()</EXECUTE>")], Answer("```python\nprint(1)\n```")),
        ([ASKED, ModelReplied(text="<execute>x()</execute>"), ASKED], Code("print(1)")),
        ([ASKED, ModelReplied(text="in `<execute>` tags")], Code("print(1)")),
    ],
)
def test_a_fence_is_shown_code_once_the_model_has_used_the_tag_in_this_run(history, action):
    assert CodeFormat().parse(Reply("```python\nprint(1)\n```"), history) == action


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("<execute>\na()\n</execute>\n<execute>\nb()\n</execute>", "more than one"),
        ("<execute>\na()\n<execute>\nb()\n</execute>", "more than one"),
        ("```python\na()\n```\nthen\n```python\nb()\n```", "more than one"),
        ("<execute>\na()\n</execute>\n<solution>3</solution>", "answer behind"),
        ("<execute>\na()\n</execute>\n<thought>then <execute>b()</execute></thought>", ""),
        ("<execute>\na()\n</execute>\n<execute></execute>", ""),
    ],
)
def test_the_first_of_several_is_taken_and_the_model_is_told(text, word):
    action = CodeFormat().parse(Reply(text), [ASKED])
    assert action.source == "a()"
    assert word in action.note
    assert bool(word) == bool(action.note)


@pytest.mark.parametrize(
    "text", ["<thought>Hm.</thought>", "<think>Hm.", "<execute>\n\n</execute>", "Now:\n<execute>", "", "  \n", "<execute></execute>"]
)
def test_the_form_is_shown_once_in_a_run(text):
    history: list[Event] = [UserAsked(text="before"), Observed(action_id=None, status="unparsed", text=FORM), ASKED]
    with pytest.raises(ActionParseError) as first:
        CodeFormat().parse(Reply(text), history)
    assert FORM in str(first.value)
    history.append(Observed(action_id=None, status="unparsed", text=str(first.value)))
    with pytest.raises(ActionParseError) as second:
        CodeFormat().parse(Reply(text), history)
    assert "<execute>" in str(second.value)
    assert len(str(second.value)) < 120


@pytest.mark.parametrize(
    "text",
    [
        "<execute>\nprint(1)\n",
        "<execute>\nprint(1)\n</execut",
        "<execute>\nx = '''\n</execute>",
        "<execute>",
        "<exec" + "ute>\n```python",
        "Let me\n```python\nprint(1)\n",
        "```python\nprint(",
        '<wait seconds="6',
        "<execute",
    ],
)
def test_half_an_action_never_runs(text):
    with pytest.raises(ActionParseError, match="cut at the model's length limit") as error:
        CodeFormat().parse(Reply(text, cut=True), [ASKED])
    assert str(error.value) == CUT


def test_a_whole_action_runs_although_the_reply_was_cut_behind_it():
    assert CodeFormat().parse(Reply("<execute>\na()\n</execute>\nand th", cut=True), [ASKED]) == Code("a()")


def test_a_cut_answer_is_an_answer():
    assert CodeFormat().parse(Reply("There are 344 ro", cut=True), [ASKED]) == Answer("There are 344 ro")


def test_thinking_that_was_cut_is_no_answer():
    with pytest.raises(ActionParseError, match="Think in fewer words"):
        CodeFormat().parse(Reply("<think>There are 344 ro", cut=True), [ASKED])


def test_the_format_is_found_by_its_name():
    assert isinstance(FORMATS["code"](), CodeFormat)
    assert CodeFormat().tools == ()


def test_the_prose_beside_a_native_call_that_nobody_offered_is_no_answer():
    call = '{"name": "python", "arguments": "{}", "id": "c"}'
    with pytest.raises(ActionParseError, match="native tool call"):
        CodeFormat().parse(Reply("I look at the frame first.", calls=(call,)), [ASKED])
    assert CodeFormat().parse(Reply("<execute>\n1\n</execute>", calls=(call,)), [ASKED]) == Code("1")
