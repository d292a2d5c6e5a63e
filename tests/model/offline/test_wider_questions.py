"""More ways to ask, over more kinds of tables: agreeing with pandas, or saying that it cannot."""

from pathlib import Path

import pytest

from tests.model.offline import wider_questions, wider_tables
from tests.model.offline.notebook import Notebook
from tests.model.offline.wider_questions import QUESTIONS, outcome

SEED = 5


@pytest.mark.timeout(600)
@pytest.mark.parametrize("domain", wider_tables.TABLES)
def test_many_ways_to_ask_agree_with_pandas_or_are_refused(kernel: Notebook, tmp_path: Path, domain: str) -> None:
    wider_tables.write_all(tmp_path, SEED)
    frame = wider_questions.frames(tmp_path)[domain]
    failed = []
    for _, request, truth in (one for one in QUESTIONS if one[0] == domain):
        kernel.move(tmp_path / domain)
        answer = kernel.ask(request).answer
        expected = truth(frame) if truth else None
        if outcome(answer, expected) != ("right" if truth else "refused"):
            failed.append((request, answer, expected))
    assert not failed
