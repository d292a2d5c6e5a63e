"""Correlations, fits, trends, charts, several tasks, and files of many kinds: right, or said that it cannot; never wrong."""

from collections import Counter
from pathlib import Path

import pytest

from tests.model.offline import grown_tables
from tests.model.offline.grown_questions import QUESTIONS, frames, outcome
from tests.model.offline.notebook import Notebook


@pytest.mark.timeout(600)
def test_of_many_questions_most_are_answered_rightly_and_none_wrongly(kernel: Notebook, tmp_path: Path) -> None:
    grown_tables.write_all(tmp_path)
    read = frames(tmp_path)
    outcomes: Counter[str] = Counter()
    misses = []
    for domain, request, truth in QUESTIONS:
        kernel.move(tmp_path / domain)
        told = kernel.ask(request)
        expected = truth(read) if truth else None
        result = outcome(told, expected)
        outcomes[result] += 1
        if result != ("right" if truth else "refused"):
            misses.append((result, domain, request, told.answer.splitlines()[0], expected))
    told_apart = "\n".join(map(str, misses))
    assert len(QUESTIONS) >= 60
    assert not outcomes["wrong"], told_apart
    assert outcomes["right"] >= 0.85 * len(QUESTIONS), told_apart
    assert not [miss for miss in misses if miss[0] == "refused"], told_apart
