"""The filters, each by a table of runs that it keeps and drops."""

from dataclasses import replace

import pytest

from codeact_jupyter.events import UserAsked
from codeact_jupyter.export.filters import NAMES, PLAIN, Sieve, instruction, named, tokens
from codeact_jupyter.export.secrets import Secrets
from codeact_jupyter.export.trajectory import IMPORTED, Trajectory
from tests.export.events import action, answer, invalid, limit, refused, run

BAD = {"status": "error", "text": "[error]\nNameError: x"}


def scored(success: bool) -> Trajectory:
    made = run(answer())
    asked = UserAsked(text="q", model="m", settings={IMPORTED: {"form": "events", "success": success}})
    return Trajectory(run="r", began="", events=(asked, *made.events[1:]))


@pytest.mark.parametrize(
    "name, kept, trajectory",
    [
        ("success", True, run(answer())),
        ("success", False, run(action(1), limit())),
        ("success", False, run(action(1))),
        ("success", True, scored(True)),
        ("success", False, scored(False)),
        ("multi-turn", False, run(action(1), answer())),
        ("multi-turn", True, run(action(1), action(2), answer())),
        ("no-invalid-only", True, run(answer())),
        ("no-invalid-only", False, run(invalid(), answer())),
        ("no-invalid-only", False, run(invalid(), invalid(), answer())),
        ("no-invalid-only", True, run(invalid(), action(1), answer())),
        ("not-all-error", True, run(action(1), answer())),
        ("not-all-error", False, run(action(1, **BAD), answer())),
        ("not-all-error", False, run(action(1, **BAD), refused(), answer())),
        ("not-all-error", True, run(action(1, **BAD), action(2), answer())),
        ("not-all-error", True, run(action(1, **BAD), invalid(), answer())),
        ("not-all-error", False, run(answer())),
        ("self-improvement", True, run(action(1, **BAD), action(2), answer())),
        ("self-improvement", False, run(action(1), action(2, **BAD), answer())),
        ("self-improvement", False, run(action(1), answer())),
        ("self-improvement", True, run(action(1, status="died", text="gone"), action(2), limit())),
    ],
)
def test_a_filter_keeps_what_its_name_says(name: str, kept: bool, trajectory: Trajectory) -> None:
    assert PLAIN[name](trajectory) is kept


def test_of_one_instruction_the_first_run_stays_however_it_is_written() -> None:
    unique = named("unique", Secrets())
    texts = ["How many rows?", " how  many ROWS", "How many rows?!", "How many columns?"]
    assert [unique(run(answer(), text=text)) for text in texts] == [True, False, False, True]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("**How** many rows?", "how many rows", True),
        ("Zähler", "Za\u0308hler", True),
        ("a well-known one; it's so", "A well known one it s so", True),
        ("What is 3 + 2?", "What is 3 - 2?", False),
        ("What is 3 / 2?", "What is 3 * 2?", False),
        ("x = -1", "x = 1", False),
        ("Rows with x > 3?", "Rows with x < 3?", False),
        ("in C#", "in C++", False),
        ("10%", "10", False),
        ("कि", "की", False),
    ],
)
def test_an_instruction_is_the_same_if_only_what_says_nothing_differs(one: str, other: str, same: bool) -> None:
    assert (instruction(one) == instruction(other)) is same


def test_tokens_are_counted_of_the_whole_conversation() -> None:
    small = run(answer())
    large = run(action(1, text="x" * 4000), answer())
    assert tokens(large) - tokens(small) > 1000
    assert named(f"max-tokens={tokens(large)}", Secrets())(large)
    assert not named(f"max-tokens={tokens(large) - 1}", Secrets())(large)


def test_a_run_with_a_secret_anywhere_is_dropped() -> None:
    clean = named("no-secrets", Secrets(["our-key-0123456789abcdef"]))
    assert clean(run(action(1), answer()))
    assert not clean(run(action(1, code="password = 'hunter2hunter2'"), answer()))
    assert not clean(run(action(1, text="our-key-0123456789abcdef"), answer()))
    output = {"output_type": "stream", "name": "stdout", "text": ["… our-key-01234567", "89abcdef"]}
    assert not clean(replace(run(action(1), answer()), outputs=lambda: {("cell-1", "f()"): [output]})), "the model was not told all of it"


def test_each_filter_counts_what_the_ones_before_it_left() -> None:
    sieve = Sieve.of(["success", "multi-turn", "self-improvement"], Secrets())
    runs = [run(limit()), run(answer()), run(action(1), action(2), answer()), run(action(1, **BAD), action(2), answer())]
    assert [sieve(one) for one in runs] == [False, False, False, True]
    assert sieve.report() == [
        {"filter": "success", "dropped": 1},
        {"filter": "multi-turn", "dropped": 1},
        {"filter": "self-improvement", "dropped": 1},
    ]
    assert sieve.read == 4


@pytest.mark.parametrize("name", ["succes", "max-tokens", "max-tokens=0", "max-tokens=x", "max-tokens=-1", f"max-tokens={'9' * 5000}", ""])
def test_a_name_that_is_none_is_told_with_those_there_are(name: str) -> None:
    with pytest.raises(ValueError, match=r"success.*unique.*max-tokens=N"):
        named(name, Secrets())
    assert "self-improvement" in NAMES
