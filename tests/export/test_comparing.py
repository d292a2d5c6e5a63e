"""What is a difference between two tellings of a run, and what is none."""

import pytest

from codeact_jupyter.events import ActionProposed, Event, ModelReplied, Observed, RunFinished
from codeact_jupyter.export.comparing import compared, ended, normal
from tests.export.events import action, answer, limit, run

ALIKE = {
    "addresses": ("<A object at 0x7f00aa>", "<A object at 0x5e11bb12>"),
    "times": ("2026-01-31 10:00:01.5 and 09:08:07", "2026-02-01T11:12:13Z and 10:11:12"),
    "durations": ("12 ns ± 3 µs; Wall time: 1.2 s", "15 ns ± 9 ms; Wall time: 40 s"),
    "temporary paths": ("open('/tmp/abc/x')", "open('/var/folders/de/y')"),
    "counts of cells": ("Cell In[3], line 2", "Cell In[17], line 2"),
    "ids of cells": ("(Cell 0123abcd.)", "(Cell 4567ef01.)"),
    "uuids": ("0e7d6e4a-0000-4000-8000-000000000000", "1f7d6e4a-1111-4111-9111-111111111111"),
    "colours": ("\x1b[31mred\x1b[0m", "red"),
    "blanks at the end of lines": ("a  \nb\n", "a\nb"),
    "the order of a set": ("{'b', 'a'} frozenset({2, 10, 1})", "{'a', 'b'} frozenset({1, 2, 10})"),
    "the folder": ("saved /home/ada/proj/x.csv in ~/proj", "saved /tmp/codeact-1/replay/x.csv in /tmp/codeact-1/replay"),
}
APART = {
    "numbers": ("7", "8"),
    "words": ("a", "b"),
    "the line of an error": ("line 2", "line 3"),
    "what a set holds": ("{'a', 'b'}", "{'a', 'c'}"),
    "the order of a list": ("[1, 2]", "[2, 1]"),
    "the order of a dict": ("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}"),
    "another folder": ("/home/ada/project/x", "/tmp/codeact-1/replay/x"),
    "indentation": ("a\n  b", "a\nb"),
}
FOLDERS = (["/home/ada/proj", "~/proj"], ["/tmp/codeact-1/replay"])


@pytest.mark.parametrize(("then", "now"), ALIKE.values(), ids=ALIKE)
def test_what_changes_by_itself_is_no_difference(then: str, now: str) -> None:
    assert normal(then, FOLDERS[0]) == normal(now, FOLDERS[1])


@pytest.mark.parametrize(("then", "now"), APART.values(), ids=APART)
def test_all_else_is_one(then: str, now: str) -> None:
    assert normal(then, FOLDERS[0]) != normal(now, FOLDERS[1])


def same(then: list[Event], now: list[Event]) -> list[bool]:
    return [each.same for each in compared(run(then).events, run(now).events)]


def test_a_step_is_the_same_if_its_state_and_its_text_are() -> None:
    assert same(action(1), action(1)) == [True]
    assert same(action(1), action(1, status="error")) == [False]
    assert same([*action(1), *action(2, text="a")], [*action(1), *action(2, text="b")]) == [True, False]


def test_a_step_that_is_missing_is_a_difference_and_one_that_was_not_observed_is_none() -> None:
    assert same([*action(1), *action(2)], action(1)) == [True, False]
    assert same(action(1)[:-1], action(1)) == [True]
    assert same(action(1, status="unknown", text="It was cut off."), action(1)) == [True]


def test_waiting_is_compared_with_what_was_waited_for() -> None:
    begun = [*action(1, status="running", text="so far")]
    waited = [ModelReplied(text="<wait/>"), Observed(action_id="a1", status="ok", text="whole")]
    assert same([*begun, *waited], [*begun, *waited]) == [True]
    assert same([*begun, *waited], [*action(1, text="whole"), ModelReplied(text="<wait/>"), *_nothing_runs()]) == [True]


def _nothing_runs() -> list[Event]:
    return [Observed(action_id=None, status="unparsed", text="Nothing runs.")]


def test_a_difference_tells_the_code_and_both_texts() -> None:
    (found,) = compared(run(action(1, "g()", text="a\nb")).events, run(action(1, "g()", text="a\nc")).events)
    assert (found.step, found.code, found.before, found.now) == (1, "g()", ("ok", "a\nb"), ("ok", "a\nc"))
    assert list(found.changed[2:]) == ["@@ -1,2 +1,2 @@", " a", "-b", "+c"]


@pytest.mark.parametrize(
    ("then", "now", "alike"),
    [
        (answer("1"), answer("1"), True),
        (answer("1"), answer("2"), False),
        (answer("1"), limit(), False),
        (limit(), [RunFinished(reason="failed", message="All recorded replies were said.")], True),
        ([RunFinished(reason="limit", answer="1")], [RunFinished(reason="limit", answer="2")], False),
        ([], answer("1"), True),
    ],
)
def test_ends_are_compared_where_both_were_told(then: list[Event], now: list[Event], alike: bool) -> None:
    assert ended(run(then).events, run(now).events)[2] is alike


def test_a_proposal_alone_is_a_step_too() -> None:
    only = [ModelReplied(text="x"), ActionProposed(action_id="a", code="f()", cell_id="c")]
    assert same(only, only) == [True]
