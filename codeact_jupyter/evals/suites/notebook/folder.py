"""A task as a folder: what is in it, and what is wrong with it."""

import ast
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from codeact_jupyter.errors import SuiteError

ABOUT, NOTEBOOK, FILES = "task.toml", "notebook.ipynb", "files"
CHECKS = ("check.py", "check.ipynb")
PLAYED = ("oracle.py", "wrong.py")
TAG = "check"
"""Of the cells of a check notebook that are run."""


class About(BaseModel):
    """What `task.toml` says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instruction: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    variable: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*$")] | None = None
    """A name that the run has to leave its result under: the model is told, and the check finds it."""
    max_steps: int | None = Field(None, ge=1)
    seconds: float | None = Field(None, gt=0)
    """A run that took longer has not done it."""


@dataclass(frozen=True)
class TaskFolder:
    """A task that can be tried."""

    path: Path
    about: About
    check: str
    notebook: Path | None
    files: Path | None

    @property
    def name(self) -> str:
        return self.path.name


def is_task(path: Path) -> bool:
    """It is meant as one."""
    return path.is_dir() and any((path / part).exists() for part in (ABOUT, NOTEBOOK, *CHECKS, *PLAYED))


def read(path: Path) -> TaskFolder:
    """Raises `SuiteError`, which names the file and says what is wrong with it."""
    _nothing_else(path)
    about = _about(path / ABOUT)
    notebook = path / NOTEBOOK
    if notebook.exists():
        _notebook(notebook)
    files = path / FILES
    if files.exists() and not files.is_dir():
        raise SuiteError(f"{files} has to be a folder: what is in it lies beside the notebook.")
    return TaskFolder(path, about, _check(path), notebook if notebook.exists() else None, files if files.exists() else None)


def _nothing_else(path: Path) -> None:
    known = {ABOUT, NOTEBOOK, FILES, *CHECKS, *PLAYED}
    for found in sorted(path.iterdir()):
        if found.name not in known and not found.name.startswith((".", "__", "README")):
            raise SuiteError(
                f"{found} would not be seen by the run: put it into {FILES}/, or elsewhere. A task has {', '.join(sorted(known))}."
            )


def _about(path: Path) -> About:
    if not path.exists():
        raise SuiteError(f"{path} is missing: it holds the task's instruction.")
    try:
        about = About.model_validate(tomllib.loads(_text(path)))
    except tomllib.TOMLDecodeError as error:
        raise SuiteError(f"{path}: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise SuiteError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    if about.variable == "answer":
        raise SuiteError(f"{path}: variable: `answer` is what the run answered, in the check; take another name.")
    return about


def _check(path: Path) -> str:
    there = [path / name for name in CHECKS if (path / name).exists()]
    if len(there) != 1:
        what = "is there no check" if not there else "are there two checks"
        raise SuiteError(f"In {path} {what}: write check.py, or check.ipynb with a cell tagged `{TAG}`.")
    (file,) = there
    source = _text(file) if file.suffix == ".py" else _tagged(file)
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise SuiteError(f"{file}, line {error.lineno}: {error.msg}. A check is plain Python.") from error
    if not tree.body:
        raise SuiteError(f"{file} is empty: everything would pass it.")
    return source


def _tagged(path: Path) -> str:
    cells = [cell for cell in _notebook(path) if cell.get("cell_type") == "code" and TAG in cell.get("metadata", {}).get("tags", [])]
    if not cells:
        raise SuiteError(f"{path}: no code cell is tagged `{TAG}`.")
    return "\n\n".join("".join(cell["source"]) for cell in cells)


def _notebook(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(_text(path))
    except ValueError as error:
        raise SuiteError(f"{path} is no notebook: {error}.") from error
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list) or content.get("nbformat") != 4:
        raise SuiteError(f"{path} is no notebook of format 4.")
    cells: list[dict[str, Any]] = content["cells"]
    if not all(isinstance(cell, dict) and isinstance(cell.get("metadata", {}), dict) and "source" in cell for cell in cells):
        raise SuiteError(f"{path} is no notebook: each of its cells has a source.")
    return cells


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(f"{path} cannot be read: {error}.") from error
