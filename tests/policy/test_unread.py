"""Code that is not what it looks like asks."""

import pytest

from codeact_jupyter import policy
from codeact_jupyter.ports import Code, Facts

FACTS = Facts(names={}, folder="/home/ana/work", root="/home/ana")


@pytest.mark.parametrize("turning", list("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
def test_code_that_is_shown_in_another_order_than_it_runs_in_asks(turning: str) -> None:
    verdict = policy.judge(Code(f"x = 1\n# sum{turning} of the column"), FACTS)
    assert verdict.effects == ("dynamic",)
    assert "direction" in verdict.reason
    assert "2" in verdict.reason


def test_words_of_a_language_that_is_written_from_the_right_do_not_ask() -> None:
    assert policy.judge(Code("df['\u05de\u05d7\u05d9\u05e8\u200f'].mean()  # \u0645\u062a\u0648\u0633\u0637"), FACTS).decision == "allow"
