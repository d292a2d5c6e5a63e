"""InfiAgent-DABench: questions about tables, whose answers are written as `@name[value]`.

Questions, labels and tables are read from a clone; of a task, kernel and model get the question and its one table.
"""

import shutil
import tempfile
import warnings
import weakref
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from codeact_jupyter.errors import SuiteError
from codeact_jupyter.evals.suites.dabench.rules import by_reference, by_task
from codeact_jupyter.evals.task import Brief, Checking, Look, Score

QUESTIONS, LABELS, TABLES = "da-dev-questions.jsonl", "da-dev-labels.jsonl", "da-dev-tables"
WHERE = ("", "data", "examples/DA-Agent/data")
"""Of the questions, from what `--data` names."""
POINTER = b"version https://git-lfs"
"""How a file begins that a clone did not get."""


class Question(BaseModel):
    """A line of the questions' file."""

    id: int
    question: str
    constraints: str = ""
    format: str
    file_name: str
    concepts: list[str] = []
    level: str = ""


class Label(BaseModel):
    """A line of the labels' file."""

    id: int
    common_answers: list[tuple[str, str]]


class DABenchTask:
    """One question; the labels stay here."""

    checking: Checking = "at the end"

    def __init__(self, question: Question, labels: Label, table: Path):
        self.name = str(question.id)
        self._question, self._labels, self._table = question, labels, table

    @cached_property
    def brief(self) -> Brief:
        folder = tempfile.mkdtemp(prefix="codeact-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        shutil.copyfile(self._table, Path(folder) / self._table.name)
        return Brief(_instruction(self._question), files=Path(folder))

    async def score(self, answer: str | None, look: Look) -> Score:
        """By question in the score, by sub-question in its detail."""
        question, labels = self._question, self._labels.common_answers
        reference = by_reference(answer or "", labels)
        fixed = by_task(answer or "", labels, f"{question.constraints}\n{question.format}")
        subs = {name: {"reference": reference[name], "fixed": fixed[name]} for name in reference}
        detail: dict[str, Any] = {"sub": subs, "level": question.level, "concepts": question.concepts}
        return Score(all(reference.values()), all(fixed.values()), detail)


class DABench:
    """Those questions of a clone whose tables are there."""

    name = "dabench"
    formats: Sequence[str] = ("code", "tool")

    def __init__(self, folder: Path):
        """`folder`: with the three of `QUESTIONS`, `LABELS` and `TABLES`.  Raises `SuiteError`."""
        self._tables = folder / TABLES
        self._labels = {label.id: label for label in _lines(folder / LABELS, Label)}
        asked = _lines(folder / QUESTIONS, Question)
        missing = sorted({question.file_name for question in asked if not self._has(question.file_name)})
        kept = [question for question in asked if question.file_name not in missing and question.id in self._labels]
        if not kept:
            raise SuiteError(f"None of the questions in {folder / QUESTIONS} has its table in {self._tables}.")
        self._questions = {str(question.id): question for question in kept}
        if notice := _left_out(asked, missing, len(kept)):
            warnings.warn(notice, stacklevel=3)

    def names(self) -> Sequence[str]:
        return list(self._questions)

    def task(self, name: str) -> DABenchTask:
        if name not in self._questions:
            raise SuiteError(f"dabench has no question {name!r}. Its questions are numbers such as {next(iter(self._questions))}.")
        question = self._questions[name]
        return DABenchTask(question, self._labels[question.id], self._tables / question.file_name)

    def _has(self, file_name: str) -> bool:
        path = self._tables / file_name
        if Path(file_name).name != file_name or not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(POINTER)) != POINTER


def load(data: Path | None) -> DABench:
    """`data`: a clone of InfiAgent, its examples/DA-Agent, or the data folder there.  Warns of what is left out.  Raises `SuiteError`."""
    if data is None:
        raise SuiteError(
            "dabench does not come with the package: clone https://github.com/InfiAgent/InfiAgent and name the clone with --data."
        )
    for place in WHERE:
        if (data / place / QUESTIONS).is_file():
            return DABench(data / place)
    raise SuiteError(f"There is no {QUESTIONS} in {data}, nor in its data or examples/DA-Agent/data: is it a clone of InfiAgent?")


M = TypeVar("M", bound=BaseModel)


def _lines(path: Path, model: type[M]) -> list[M]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(f"{path} cannot be read: {error}.") from error
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            found += [model.model_validate_json(line)] if line.strip() else []
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the line"
            raise SuiteError(f"{path}, line {number}: {place}: {first['msg']}.") from error
    return found


def _left_out(asked: Sequence[Question], missing: Sequence[str], kept: int) -> str:
    """What the user is to know of questions that are not there; empty: they all are."""
    without = sum(question.file_name in missing for question in asked)
    tables = f"{without} for want of their tables ({', '.join(missing)})" if without else ""
    labels = f"{left} for want of labels" if (left := len(asked) - without - kept) else ""
    return f"Of {len(asked)} questions some are left out: {' and '.join(filter(None, (tables, labels)))}." if without or left else ""


def _instruction(question: Question) -> str:
    parts = [
        question.question.strip(),
        f"Constraints:\n{question.constraints.strip()}" if question.constraints.strip() else "",
        f"The data are in the file {question.file_name!r} in the working folder.",
        f"Give each value of your answer in square brackets after @ and its name, in this form:\n{question.format.strip()}",
    ]
    return "\n\n".join(part for part in parts if part)
