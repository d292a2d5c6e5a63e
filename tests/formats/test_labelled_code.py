"""Code as action in evaluations: by tags, and by the labels that the other formats have there."""

import pytest

from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.events import UserAsked
from codeact_jupyter.formats import FORMATS, evaluated
from codeact_jupyter.formats.code import CUT, CodeFormat
from codeact_jupyter.formats.labelled import ANSWERED, SEVERAL
from codeact_jupyter.formats.tool import ToolFormat
from codeact_jupyter.ports import Answer, Code, Draft, Interrupt, Reply, Wait

LOOP = "for n in range(2):\n    print(n)"

REPLIES = {
    "tags": (f"I try.\n<execute>\n{LOOP}\n</execute>", Code(LOOP)),
    "tags in labels": (f"Action:\n<execute>\n{LOOP}\n</execute>\nEnd Action", Code(LOOP)),
    "scratch": ("<execute scratch>\nx\n</execute>", Code("x", scratch=True)),
    "wait": ('<wait seconds="5"/>', Wait(5)),
    "interrupt": ("<interrupt/>", Interrupt()),
    "labels": (f"Thought: I try.\nAction:\n{LOOP}\nEnd Action", Code(LOOP)),
    "labels in one line": ("Thought: I try. Action: f('a', 3) End Action", Code("f('a', 3)")),
    "an indented action": ("Action:\n    x = 1\n    x\nEnd Action", Code("x = 1\nx")),
    "blank lines about it": ("Action:\n\n  \nx = 1\n\nEnd Action", Code("x = 1")),
    "a fence in labels": (f"Action:\n```python\n{LOOP}\n```\nEnd Action", Code(LOOP)),
    "no end": (f"Action:\n{LOOP}", Code(LOOP)),
    "the end in a string": ("Action:\nprint('End Action')\nEnd Action", Code("print('End Action')")),
    "an answer in a string": ("Action:\nprint('Answer: 4')\nEnd Action", Code("print('Answer: 4')")),
    "code that is no Python": ("Action:\nx = = 1\nEnd Action\nand on", Code("x = = 1")),
    "a magic": ("Action:\n%pwd\nEnd Action", Code("%pwd")),
    "several": ("Action: f() End Action Action: g() End Action", Code("f()", note=SEVERAL)),
    "an answer behind it": ("Action: f() End Action\nAnswer: 4", Code("f()", note=ANSWERED)),
    "an answer": ("4", Answer("4")),
    "an answer with its label": ("Thought: so\nAnswer: 4", Answer("4")),
    "a final answer": ("So it is.\nFinal Answer: 4", Answer("4")),
    "an answer that has the words": (
        "We saw it. Next Action: ask Bo. Answer: none.",
        Answer("We saw it. Next Action: ask Bo. Answer: none."),
    ),
    "an answer that is bold": ("**Answer:** 4", Answer("4")),
    "an answer in a solution": ("<solution>Answer: 4</solution>", Answer("4")),
    "an answer with a fence": ("Answer:\n```python\nf()\n```", Answer("```python\nf()\n```")),
    "a fence": ("Look:\n```python\nprint(1)\n```", Code("print(1)")),
}


@pytest.mark.parametrize(("text", "action"), REPLIES.values(), ids=REPLIES)
def test_what_a_reply_means(text, action):
    assert evaluated("code").parse(Reply(text), [UserAsked(text="?")]) == action


@pytest.mark.parametrize(
    ("text", "cut", "words"),
    [
        ("Action: f()", True, CUT),
        ("<execute>\nf()", True, CUT),
        ("Answer: 4 Action: f() End Action", False, "both 'Action:' and 'Answer:'"),
        ("Action:\nEnd Action", False, "The action holds no code."),
        ("", False, "neither code nor an answer"),
    ],
)
def test_what_is_refused(text, cut, words):
    with pytest.raises(ActionParseError) as told:
        evaluated("code").parse(Reply(text, cut=cut), [UserAsked(text="?")])
    assert words in str(told.value)


def test_code_between_tags_is_drafted_as_it_grows_and_between_labels_once_it_is_whole():
    format = evaluated("code")
    assert format.draft("<execute>\nf()") == Draft(Code("f()"), complete=False)
    assert format.draft("Action:\nf()") is None
    assert format.draft("Action:\nf()\nEnd Action") == Draft(Code("f()"), complete=True)


def test_in_ordinary_use_code_has_no_labels_and_evaluated_calls_are_calls():
    assert isinstance(FORMATS["code"](), CodeFormat)
    assert FORMATS["code"]().parse(Reply("Action: f() End Action"), []) == Answer("Action: f() End Action")
    assert isinstance(evaluated("tool", ["f"]), ToolFormat)
