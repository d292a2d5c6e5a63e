"""Whole tables of actions: what must ask, each with its effects, and what an analyst writes every day."""

from pathlib import Path

import pytest

from codeact_jupyter import policy
from codeact_jupyter.ports import Code, Facts, Name

HERE = Path(__file__).parent
NAMES = {
    "df": Name("DataFrame", "1000x8", 64_000),
    "orders": Name("DataFrame", "500x4", 16_000),
    "customers": Name("DataFrame", "50x4", 1_600),
    "big": Name("DataFrame", "4000000x8", 256_000_000),
    "made": Name("DataFrame", "4000000x8", 256_000_000, ours=True),
    "model": Name("LinearRegression"),
    "text": Name("str", "2000"),
    "items": Name("list", "20", 400),
    "process": Name("function"),
}
FACTS = Facts(names=NAMES, folder="/home/ana/work/sales", root="/home/ana/work")


def table(name: str) -> list[tuple[str, str]]:
    """Title and code of each entry."""
    entries = (HERE / name).read_text(encoding="utf-8").split("###")[1:]
    return [(title.strip(), code) for title, _, code in (entry.partition("\n") for entry in entries)]


def effects(code: str, facts: Facts = FACTS) -> set[str]:
    return set(policy.judge(Code(code), facts).effects)


@pytest.mark.parametrize("title, code", table("risky.txt"), ids=lambda text: text[:40])
def test_what_must_ask_asks_with_its_effects(title: str, code: str) -> None:
    found = policy.judge(Code(code), FACTS)
    assert found.decision == "ask"
    assert set(found.effects) == set(title.split(", ")), found.reason


def test_the_table_of_what_must_ask_is_long() -> None:
    assert len(table("risky.txt")) >= 300


@pytest.mark.parametrize("facts", [FACTS, Facts(folder="/home/ana/work/sales", root="/home/ana/work")], ids=["known names", "no names"])
def test_ordinary_analysis_does_not_ask(facts: Facts) -> None:
    entries = table("ordinary.txt")
    asked = {code: policy.judge(Code(code), facts).reason for _, code in entries if effects(code, facts)}
    assert len(entries) >= 390
    assert len(asked) <= 0.02 * len(entries), asked


def test_actions_written_after_the_rules_were_done() -> None:
    """Held out: when they were run first, nothing ordinary asked, and one risky action in forty did not; that has its rule since."""
    entries = table("unseen.txt")
    asked = [code for kind, code in entries if kind == "ordinary" and effects(code)]
    missed = [code for kind, code in entries if kind == "risky" and not effects(code)]
    assert [kind for kind, _ in entries].count("ordinary") == [kind for kind, _ in entries].count("risky") == 40
    assert asked == []
    assert missed == []
