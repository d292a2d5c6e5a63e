"""Replies with labels, as models send them: what each means, and what is said to those that mean nothing."""

import time

import pytest

from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.events import Observed, UserAsked
from codeact_jupyter.formats import FORMATS, evaluated
from codeact_jupyter.formats.code import CUT
from codeact_jupyter.formats.json_call import JsonCall
from codeact_jupyter.formats.labelled import ANSWERED, BOTH, NEITHER, REMINDER, SEVERAL, Labelled
from codeact_jupyter.formats.text_call import TextCall
from codeact_jupyter.ports import Answer, Code, Draft, Interrupt, Reply, Wait

ASKED = UserAsked(text="decode it")
CALL = '{"tool": "f", "args": ["a, b", 3]}'
F = Code("f('a, b', 3)")

REPLIES = {
    "an action": (f"Action: {CALL} End Action", F),
    "a thought before it": (f"Thought: I try f.\nAction: {CALL} End Action", F),
    "all in one line": (f"Thought: I try f. Action: {CALL} End Action", F),
    "lines of its own": (f"Action:\n{CALL}\nEnd Action\n", F),
    "bold labels": (f"**Thought:** Hm.\n**Action:** {CALL} **End Action**", F),
    "bold names": (f"**Action**: {CALL}\n**End Action**", F),
    "CRLF": (f"Thought: Hm.\r\nAction:\r\n{CALL}\r\nEnd Action\r\n", F),
    "a fence": (f"Action:\n```json\n{CALL}\n```\nEnd Action", F),
    "a fence of another kind": (f"Action:\n~~~\n{CALL}\n~~~\nEnd Action", F),
    "a fence in one line": (f"Action: ```json {CALL}``` End Action", F),
    "a fence around all": (f"```\nAction: {CALL}\n```", F),
    "no end": (f"Action: {CALL}", F),
    "no end, and it dreams on": (f"Action: {CALL}\nObservation: 7\n", F),
    "no end, and it thinks on": (f"Action: {CALL}\nThought: now g\nAction: g", Code(F.source, note=SEVERAL)),
    "several": (f'Action: {CALL} End Action\nAction: {{"tool": "g", "args": []}} End Action', Code(F.source, note=SEVERAL)),
    "an answer behind it": (f"Action: {CALL} End Action\nAnswer: 4", Code(F.source, note=ANSWERED)),
    "what it dreams behind it": (f"Action: {CALL} End Action\nObservation: 4\nThought: so it is 4.", F),
    "the end in a string": ('Action: {"tool": "f", "args": ["End Action"]} End Action', Code("f('End Action')")),
    "an answer in a string": ('Action: {"tool": "f", "args": ["Answer: 4"]} End Action', Code("f('Answer: 4')")),
    "labels in thoughts aloud": (f"<think>Action: or Answer: ?</think>Action: {CALL} End Action", F),
    "labels in thoughts of a template": (f"Action: or Answer: ?\n</think>\nAction: {CALL} End Action", F),
    "labels spoken of": (f"Thought: I begin with 'Action:' and \"Answer:\" comes last.\nAction: {CALL} End Action", F),
    "an answer": ("Answer: 4", Answer("4")),
    "an answer with a thought": ("Thought: it is 4.\nAnswer: 4\n", Answer("4")),
    "the final answer": ("Final Answer: 4", Answer("4")),
    "a bold answer": ("**Answer:** 4", Answer("4")),
    "several answers": ("Answer: 4\nAnswer: 5", Answer("4")),
    "an answer, CRLF": ("Answer: one\r\ntwo\r\n", Answer("one\ntwo")),
    "a long answer": ("Answer: Two things.\n\n- one\n- two", Answer("Two things.\n\n- one\n- two")),
    "wait": ('Action: {"tool": "wait", "args": [5]} End Action', Wait(5)),
    "wait, no number": ('Action: {"tool": "wait", "args": []} End Action', Wait(60)),
    "wait, capped": ('Action: {"tool": "wait", "args": [1e400]} End Action', Wait(600)),
    "wait, nothing": ('Action: {"tool": "wait", "args": [0]} End Action', Wait(1)),
    "wait, no time at all": ('Action: {"tool": "wait", "args": [NaN]} End Action', Wait(60)),
    "interrupt": ('Action: {"tool": "interrupt", "args": []} End Action', Interrupt()),
}

REFUSED = {
    "nothing": ("", NEITHER),
    "words": ("It is 4.", NEITHER),
    "only a thought": ("Thought: I do not know.", NEITHER),
    "both": (f"Answer: 4\nAction: {CALL} End Action", BOTH),
    "both, and no end": (f"Action: {CALL}\nAnswer: 4", BOTH),
    "an empty answer": ("Answer:  ", "There is nothing behind 'Answer:'."),
    "an empty action": ("Action: End Action", "The action is empty."),
    "two calls in one": (f"Action: {CALL} {CALL} End Action", "Extra data"),
}


def parsed(text, cut=False, history=(ASKED,), calls=()):
    return FORMATS["json"]().parse(Reply(text, calls, cut=cut), list(history))


@pytest.mark.parametrize(("text", "action"), REPLIES.values(), ids=REPLIES)
def test_what_a_reply_means(text, action):
    assert parsed(text) == action


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED)
def test_what_means_nothing_is_refused_with_words_and_the_form(text, words):
    with pytest.raises(ActionParseError) as told:
        parsed(text)
    assert words in str(told.value)
    assert "Nothing ran." in str(told.value) and JsonCall.example in str(told.value)


def test_the_form_is_shown_once_in_a_run():
    history = [ASKED]
    for shown in (True, False):
        with pytest.raises(ActionParseError) as told:
            parsed("It is 4.", history=history)
        assert (JsonCall.example in str(told.value)) == shown
        assert (REMINDER in str(told.value)) != shown
        history.append(Observed(action_id=None, status="unparsed", text=str(told.value)))
    with pytest.raises(ActionParseError) as told:
        parsed("It is 4.", history=[*history, UserAsked(text="and now?")])
    assert JsonCall.example in str(told.value), "another run, another time"


def test_a_native_call_is_refused():
    with pytest.raises(ActionParseError, match="native tool call is not taken"):
        parsed("", calls=('{"id": "a", "name": "f", "arguments": "{}"}',))


@pytest.mark.parametrize(
    ("text", "action"),
    [
        (f"Action: {CALL} End Action\nThought: and th", F),
        ("Answer: the words that were cu", Answer("the words that were cu")),
    ],
)
def test_what_is_whole_stands_though_the_reply_was_cut(text, action):
    assert parsed(text, cut=True) == action


@pytest.mark.parametrize("text", [f"Action: {CALL}", f"Thought: Hm.\nAction: {CALL[:9]}", "Action:"])
def test_an_action_that_the_length_limit_cut_is_refused(text):
    with pytest.raises(ActionParseError) as told:
        parsed(text, cut=True)
    assert str(told.value) == CUT


@pytest.mark.parametrize("text", ["Thought: On and on", "Answer:", ""])
def test_a_reply_that_was_cut_before_it_came_to_anything_is_told_to_think_less(text):
    with pytest.raises(ActionParseError, match="Think in fewer words"):
        parsed(text, cut=True)


def test_a_model_that_falls_into_stars_is_read_at_once():
    began = time.monotonic()
    for text in ("*" * 100_000, f"Action: {'*' * 100_000}", "* " * 50_000):
        with pytest.raises(ActionParseError):
            parsed(text)
    assert time.monotonic() - began < 5


# While it streams


def drafts(format, text, size=1):
    return [format.draft(text[:end]) for end in range(size, len(text) + size, size)]


@pytest.mark.parametrize("size", [1, 2, 7, 50, 1000])
@pytest.mark.parametrize("name", ["json", "text", "code"])
def test_an_action_is_drafted_once_it_is_whole_and_closes_its_stream(name, size):
    body = {"json": CALL, "text": "f, a, 3", "code": "f('a, b', 3)"}[name]
    source = {"json": F.source, "text": "f('a', 3)", "code": F.source}[name]
    whole = f"Thought: I try it.\nAction: {body} End Action"
    seen = drafts(evaluated(name), f"{whole} and more of it")
    first = next(index for index, draft in enumerate(seen) if draft)
    assert first == len(whole) - 1
    assert seen[first] == Draft(Code(source), complete=True)
    assert drafts(evaluated(name), whole, size)[-1] == Draft(Code(source), complete=True)


@pytest.mark.parametrize(
    "text",
    [
        "Answer: 4",
        '<think>Action: {"tool": "f", "args": []} End Action',
        'Answer: 4\nAction: {"tool": "f", "args": []} End Action',
        'Action: {"tool": "wait", "args": []} End Action',
        'Action: {"tool": "f", "args": [] End Action',
        'Action: {"tool": "f", "args": ["End Action',
    ],
)
def test_what_is_no_code_yet_is_no_draft(text):
    assert not any(drafts(FORMATS["json"](), text))


def test_the_end_in_a_string_does_not_close_the_stream():
    text = 'Action: {"tool": "f", "args": ["End Action"]} End Action'
    seen = drafts(FORMATS["json"](), text)
    assert [index for index, draft in enumerate(seen) if draft] == [len(text) - 1]
    assert seen[-1] == Draft(Code("f('End Action')"), complete=True)


def test_another_try_of_the_model_is_read_from_its_beginning():
    format = FORMATS["text"]()
    assert format.draft("Thought: a long one that came to nothing, and was begun anew") is None
    assert format.draft("Action: f End Action") == Draft(Code("f()"), complete=True)


def test_a_long_reply_is_looked_through_once():
    looked = []

    class Counting(TextCall):
        def ends(self, body):
            looked.append(body)
            return False

    format = Labelled(Counting())
    text = "Action: f End Action" + " and on" * 3000
    for end in range(20, len(text), 5):
        format.draft(text[:end])
    assert len(looked) < 10
