"""Question and file pairs: what the model answers agrees with pandas, or it says that it cannot."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from tests.model.offline import tables
from tests.model.offline.notebook import Notebook
from tests.model.offline.questions import QUESTIONS, by_domain, frames, holds, outcome

SALES = "region,product,amount\n" + "\n".join(f"{'NS'[n % 2]},{'abc'[n % 3]},{n * n % 17 + 0.5}" for n in range(40)) + "\n"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [20])
def test_answers_agree_with_pandas_or_say_that_they_cannot(kernel: Notebook, tmp_path: Path, seed: int) -> None:
    tables.write_all(tmp_path, seed)
    read = frames(tmp_path)
    outcomes: Counter[str] = Counter()
    wrong = []
    for domain, questions in by_domain().items():
        for request, truth in questions:
            kernel.move(tmp_path / domain)
            told = kernel.ask(request)
            expected = truth(read[domain]) if truth else None
            result = outcome(told.answer, expected)
            outcomes[result] += 1
            if result == "wrong" or (result == "refused" and truth):
                wrong.append((domain, request, told.answer, expected))
    assert not wrong
    assert outcomes["right"] == sum(truth is not None for _, _, truth in QUESTIONS) >= 30


def test_shuffled_rows_give_the_same_answer_and_changed_values_another(notebook: Notebook, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    frame = pd.read_csv(pd.io.common.StringIO(SALES))
    answers = []
    for change in (frame, frame.sample(frac=1, random_state=3), frame.assign(amount=frame["amount"] * 3 + 1)):
        change.to_csv(file, index=False)
        notebook.move(tmp_path)
        answers.append(notebook.ask("average amount by product").answer)
        assert holds(answers[-1], change.groupby("product")["amount"].mean())
    assert answers[0] == answers[1] != answers[2]


def test_each_number_of_the_answer_was_observed(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text(SALES)
    told = notebook.ask("total amount by region")
    shown = [cell for line in told.answer.splitlines() if line.startswith("| ") for cell in line.strip("| ").split(" | ")]
    numbers = [cell for cell in shown if cell[0].isdigit()]
    assert len(numbers) == 2
    assert all(any(number in seen for seen in told.seen) for number in numbers)
