"""More ways to ask, over more kinds of tables: agreeing with pandas, or saying that it cannot."""

from pathlib import Path
from types import ModuleType

import pytest

from tests.model.offline import further_questions, wider_questions, wider_tables
from tests.model.offline.notebook import Notebook
from tests.model.offline.questions import Truth
from tests.model.offline.wider_questions import outcome

DOMAINS = [(name, wider_questions) for name in wider_tables.TABLES] + [
    (name, further_questions) for name in ("ferry", "wine", "school", "farm")
]
SEED = 5


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("domain", "asked"), DOMAINS)
def test_many_ways_to_ask_agree_with_pandas_or_are_refused(kernel: Notebook, tmp_path: Path, domain: str, asked: ModuleType) -> None:
    (wider_tables if asked is wider_questions else further_questions).write_all(tmp_path, SEED)
    frame = asked.frames(tmp_path)[domain]
    questions: list[tuple[str, Truth | None]] = [(request, truth) for name, request, truth in asked.QUESTIONS if name == domain]
    failed = []
    for request, truth in questions:
        kernel.move(tmp_path / domain)
        answer = kernel.ask(request).answer
        expected = truth(frame) if truth else None
        if outcome(answer, expected) != ("right" if truth else "refused"):
            failed.append((request, answer, expected))
    assert questions
    assert not failed


def test_flags_with_gaps_are_compared_as_what_they_are(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "plots.csv").write_text("plot,flooded,area\na,True,1\nb,,2\nc,False,4\nd,True,8\n")
    assert "**2** rows" in notebook.ask("how many flooded?").answer
    assert "**50** percent" in (told := notebook.ask("What share of rows has flooded true?").answer)
    assert "The 1 rows without `flooded` count among the others." in told
    assert "**4**" in notebook.ask("average area where flooded is false").answer


def test_a_plural_finds_its_value_among_many(notebook: Notebook, tmp_path: Path) -> None:
    kinds = [f"kind {chr(97 + n)}" for n in range(20)] + ["wild goose", "wolf", "wolf"]
    (tmp_path / "seen.csv").write_text("animal,heads\n" + "\n".join(f"{kind},{n}" for n, kind in enumerate(kinds)) + "\n")
    assert "**21.5**" in notebook.ask("average heads of wolves").answer
    assert "**20**" in notebook.ask("total heads for wild geese").answer
