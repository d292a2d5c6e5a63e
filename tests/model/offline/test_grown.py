"""Correlations, fits, trends, charts, several tasks, and files of many kinds: right, or said that it cannot; never wrong."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.model.offline import grown_tables
from tests.model.offline.grown_questions import QUESTIONS
from tests.model.offline.grown_truth import frames, outcome
from tests.model.offline.notebook import Notebook, Told


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
        assert not _unseen(told), (request, told.answer)
        if result != ("right" if truth else "refused"):
            misses.append((result, domain, request, told.answer.splitlines()[0], expected))
    told_apart = "\n".join(map(str, misses))
    print(told_apart)
    assert len(QUESTIONS) >= 60
    assert not outcomes["wrong"], told_apart
    assert outcomes["right"] >= 0.85 * len(QUESTIONS), told_apart


def _unseen(told: Told) -> list[str]:
    """Numbers of the answer that no cell has printed."""
    body = "\n".join(line for line in told.answer.splitlines() if not line.startswith("### "))
    numbers = [said.removeprefix("**") for said in re.findall(r"(?:\*\*|\| |n = )(-?\d+(?:\.\d+)?(?:e-?\d+)?)(?=\*\*| \||[,)])", body)]
    shown = "\n".join(told.seen)
    return [number for number in numbers if number not in shown and f"{number}.0" not in shown]
