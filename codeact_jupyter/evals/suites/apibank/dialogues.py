"""The benchmark's files, read: dialogues, APIs and databases.  Nothing of them is run here."""

import ast
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codeact_jupyter.errors import SuiteError
from codeact_jupyter.evals.suites.shipped import needed, outside

SAMPLES = Path("lv1-lv2-samples") / "level-1-given-desc"
SAID, CALLED = frozenset({"role", "text"}), frozenset({"role", "api_name", "param_dict", "result"})
"""What a line of a dialogue has, of a person and of a call."""
KNOWN = sys.stdlib_module_names | {"apis", "api"}


@dataclass(frozen=True)
class Api:
    """What a class in the benchmark's `apis` folder says of itself."""

    name: str
    source: str
    """What it needs of its module; empty: it needs packages beyond the standard library, and cannot be run here."""
    description: str
    parameters: Mapping[str, Mapping[str, str]]
    returned: Mapping[str, Mapping[str, str]]
    database: str | None


@dataclass(frozen=True)
class Moment:
    """A call in a dialogue: it is what a task asks for."""

    name: str
    dialogue: Sequence[Mapping[str, Any]]
    at: int

    @property
    def call(self) -> Mapping[str, Any]:
        return self.dialogue[self.at]

    @property
    def history(self) -> Sequence[Mapping[str, Any]]:
        return self.dialogue[: self.at]

    @property
    def apis(self) -> Sequence[str]:
        """Of the whole dialogue, as the benchmark offers them; by name, which tells nothing of their order."""
        return sorted({line["api_name"] for line in self.dialogue if line["role"] == "API"})


def moments(place: Path) -> list[Moment]:
    """Of all dialogues, in the order of their files' names."""
    found: list[Moment] = []
    for path in sorted((place / SAMPLES).glob("*.jsonl")):
        lines = [_line(path, number, line) for number, line in enumerate(text(path).splitlines(), 1) if line.strip()]
        found += [Moment(f"{path.stem}/{at}", lines, at) for at, line in enumerate(lines) if line["role"] == "API"]
    return found


def text(path: Path) -> str:
    """Raises `SuiteError`."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(f"{path} cannot be read: {error}.") from error


def database(path: Path) -> Any:
    """As it is before a dialogue.  Raises `SuiteError`."""
    try:
        return json.loads(text(path))
    except ValueError as error:
        raise SuiteError(f"{path} is no JSON: {error}. Is the clone whole?") from error


def _line(path: Path, number: int, written: str) -> Mapping[str, Any]:
    """What was said, or called."""
    try:
        line = json.loads(written)
    except ValueError as error:
        raise SuiteError(f"{path}, line {number} is no JSON: {error}. Is the clone whole?") from error
    needed = CALLED if isinstance(line, dict) and line.get("role") == "API" else SAID
    if not isinstance(line, dict) or not needed <= line.keys():
        raise SuiteError(f"{path}, line {number} is no line of a dialogue: it has no {', '.join(sorted(needed))}.")
    return line


def apis(place: Path) -> dict[str, Api]:
    """By name."""
    found: dict[str, Api] = {}
    for path in sorted((place / "apis").glob("*.py")):
        source = text(path)
        for statement in _parsed(path, source).body:
            if isinstance(statement, ast.ClassDef) and any(isinstance(base, ast.Name) and base.id == "API" for base in statement.bases):
                found[statement.name] = _api(statement, source)
    return found


def _parsed(path: Path, source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise SuiteError(f"{path} is no Python: {error}.") from error


def _api(declared: ast.ClassDef, source: str) -> Api:
    try:
        said = {
            target.id: ast.literal_eval(statement.value)
            for statement in declared.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
        described = said["description"], said["input_parameters"], said["output_parameters"]
    except (ValueError, KeyError) as error:
        raise SuiteError(f"The API {declared.name} does not say plainly what it takes: {error}") from error
    runs = not outside(source, KNOWN)
    return Api(declared.name, needed(source, declared.name, frozenset({"API"})) if runs else "", *described, said.get("database_name"))
