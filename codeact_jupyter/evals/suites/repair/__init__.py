"""Code that fails, or that gives a wrong result: small tasks over the classes of Python's errors, for what helps a model repair itself."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from codeact_jupyter.errors import SuiteError
from codeact_jupyter.evals.task import Brief, Checking, Look, Score

CLASSES = ("syntax", "name", "type", "key", "index", "value", "attribute", "import", "shape", "encoding", "dates", "silent")
"""Of errors, a file of tasks each; `silent`: nothing is raised, and the result is wrong."""

_ASKED = """This code does not do what it is meant to do.

```python
{code}
```

What it is meant to do: {wanted}

Run it, find what is wrong, and run it mended. What counts is what its names hold in the kernel in the end. Then answer in a sentence."""


@dataclass(frozen=True)
class Repair:
    """A piece of code to mend.  What `mended` holds does it; `code` as it stands does not."""

    name: str
    code: str
    wanted: str
    mended: str
    check: str
    setup: str = ""
    """Makes the files that the code reads."""
    checking: Checking = "at the end"

    @property
    def brief(self) -> Brief:
        return Brief(_ASKED.format(code=self.code.strip(), wanted=self.wanted), setup=self.setup, context=False)

    async def score(self, answer: str | None, look: Look) -> Score:
        looked = await look(self.check)
        return Score(looked.ok, looked.ok, {"class": self.name.partition("/")[0], "check": looked.text})


class RepairSuite:
    """All of them, by class and name: `key/first-time`."""

    name = "repair"
    formats: Sequence[str] = ("code", "tool")

    def __init__(self, tasks: Mapping[str, Repair]):
        self._tasks = tasks

    def names(self) -> Sequence[str]:
        return list(self._tasks)

    def task(self, name: str) -> Repair:
        if name not in self._tasks:
            raise SuiteError(f"The suite repair has no task {name!r}.")
        return self._tasks[name]


def load(data: Path | None) -> RepairSuite:
    """The tasks that come with the package; `data`: a folder with files of the same form instead."""
    if data is not None and not data.is_dir():
        raise SuiteError(f"There is no folder {data}. Leave out --data: the suite repair brings its tasks.")
    found: dict[str, Repair] = {}
    for kind in CLASSES if data is None else sorted(path.stem for path in data.glob("*.toml")):
        octets = ((files(__name__) if data is None else data) / f"{kind}.toml").read_bytes()
        found |= {f"{kind}/{task['name']}": _made(kind, task) for task in _tasks(kind, octets)}
    if not found:
        raise SuiteError(f"There is no file of tasks (NAME.toml) in {data}.")
    return RepairSuite(found)


def _tasks(kind: str, octets: bytes) -> Sequence[Mapping[str, str]]:
    try:
        tasks: Sequence[Mapping[str, str]] = tomllib.loads(octets.decode()).get("task", [])
    except ValueError as error:
        raise SuiteError(f"{kind}.toml cannot be read: {error}") from error
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise SuiteError(f"{kind}.toml: each task is a table [[task]].")
    return tasks


def _made(kind: str, task: Mapping[str, str]) -> Repair:
    needed, known = {"name", "code", "wanted", "mended", "check"}, {"name", "code", "wanted", "mended", "check", "setup"}
    if missing := needed - set(task):
        raise SuiteError(f"{kind}.toml: the task {task.get('name', '?')!r} lacks {', '.join(sorted(missing))}.")
    if strange := set(task) - known:
        raise SuiteError(f"{kind}.toml: the task {task['name']!r} has {', '.join(sorted(strange))}, which means nothing here.")
    return Repair(f"{kind}/{task['name']}", task["code"], task["wanted"], task["mended"], task["check"], task.get("setup", ""))
