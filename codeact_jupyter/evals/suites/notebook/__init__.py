"""Tasks as folders: an instruction, files, a notebook perhaps, and a check that looks at the kernel after the run.

The format of users' own evaluations, and the tasks that come with the package.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from codeact_jupyter.errors import SuiteError
from codeact_jupyter.evals.suites.notebook.checking import checked
from codeact_jupyter.evals.suites.notebook.folder import ABOUT, TaskFolder, is_task, read
from codeact_jupyter.evals.task import Brief, Checking, Look, Score

SHIPPED = Path(__file__).with_name("tasks")


class NotebookTask:
    """One of them, tried once."""

    checking: Checking = "at the end"

    def __init__(self, folder: TaskFolder):
        self.name = folder.name
        self._folder = folder

    @cached_property
    def brief(self) -> Brief:
        """Check and oracle are beside what is copied, never in it."""
        folder, about = self._folder, self._folder.about
        left = f"\n\nLeave the result in a variable named `{about.variable}`." if about.variable else ""
        instruction = about.instruction + left
        steps, seconds = about.max_steps, about.seconds
        return Brief(instruction, files=folder.files, notebook=folder.notebook, max_steps=steps, seconds=seconds, rewrites=True)

    async def score(self, answer: str | None, look: Look) -> Score:
        """There is one rule: the check."""
        came = await checked(self._folder.check, answer, self._folder.about.variable, look)
        done = came.verdict == "passed"
        return Score(done, done, {"verdict": came.verdict, "words": came.words})


class NotebookSuite:
    """All of a folder, in the order of their names."""

    name = "notebook"
    formats: Sequence[str] = ("code", "tool")

    def __init__(self, tasks: Mapping[str, TaskFolder]):
        self._tasks = tasks

    def names(self) -> Sequence[str]:
        return list(self._tasks)

    def task(self, name: str) -> NotebookTask:
        if name not in self._tasks:
            raise SuiteError(f"There is no task {name!r}. There are {', '.join(self._tasks)}.")
        return NotebookTask(self._tasks[name])


def load(data: Path | None) -> NotebookSuite:
    """`data`: a folder of task folders, or one of them; None: those that come with the package.  Raises `SuiteError`."""
    folder = data or SHIPPED
    if not folder.is_dir():
        raise SuiteError(f"There is no folder {folder}.")
    paths = [folder] if (folder / ABOUT).exists() else sorted(path for path in folder.iterdir() if is_task(path))
    if not paths:
        raise SuiteError(f"There is no task in {folder}: a task is a folder in it, with {ABOUT} and check.py.")
    return NotebookSuite({path.name: read(path) for path in map(Path.absolute, paths)})
