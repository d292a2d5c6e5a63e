"""Task folders: those that come with the package, each played right and wrong, and those that users write."""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from codeact_jupyter.config import Settings
from codeact_jupyter.errors import SuiteError
from codeact_jupyter.evals.row import Row
from codeact_jupyter.evals.suites import load
from codeact_jupyter.evals.suites.notebook import SHIPPED, NotebookSuite
from codeact_jupyter.evals.suites.notebook import load as load_tasks
from codeact_jupyter.evals.suites.notebook.played import Played
from codeact_jupyter.evals.trial import Condition, Trial
from codeact_jupyter.testing import ScriptedServer, say, say_call
from tests.scenes import acts

NAMES = sorted(path.name for path in SHIPPED.iterdir())
WEIGHT = 200_000
"""Octets of all that comes with the package."""


async def tried(suite: NotebookSuite, name: str, played: Played, events: Path, format: str = "code") -> tuple[Row, str]:
    """The row, and all that the model was sent."""
    acting = acts if format == "code" else say_call
    async with ScriptedServer([*map(acting, played.actions), say(played.answer)]) as model:
        settings = Settings(model="m", base_url=model.url, timeout=60)
        row = await Trial(suite.task(name), Condition("notebook", format, settings, wall=120), events).run()
        return row, json.dumps(model.requests)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """A task folder with these files; its parent is what `--data` names."""

    def made(name: str = "add", **files: str) -> Path:
        folder = tmp_path / "mytasks" / name
        for file, text in ({"task_toml": 'instruction = "Put 3 into x."', "check_py": "assert x == 3, f'x is {x}'"} | files).items():
            path = folder / file.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            if text:
                path.write_text(text, encoding="utf-8")
        return folder

    return made


async def verdict(folder: Path, *actions: str, answer: str = "Done.") -> tuple[bool, str, str]:
    row, _ = await tried(load_tasks(folder), folder.name, Played(actions, answer), folder.parent.parent / "events.jsonl")
    assert row.end == "answered", row.message
    assert row.success_reference == row.success_fixed
    return row.success_fixed, row.detail["verdict"], row.detail["words"]


def test_there_are_at_least_twelve_and_they_are_light() -> None:
    suite = load("notebook", None)
    assert list(suite.names()) == NAMES
    assert len(NAMES) >= 12
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*") if path.is_file()) < WEIGHT


@pytest.mark.parametrize("name", NAMES)
async def test_each_shipped_task_is_done_by_its_oracle_and_not_by_the_wrong_attempt(name: str, tmp_path: Path) -> None:
    suite, folder = load_tasks(None), SHIPPED / name
    right, wrong = Played.read(folder / "oracle.py"), Played.read(folder / "wrong.py")
    format = "tool" if NAMES.index(name) % 2 else "code"
    (good, sent), (bad, _) = await asyncio.gather(
        tried(suite, name, right, tmp_path / "good.jsonl", format), tried(suite, name, wrong, tmp_path / "bad.jsonl", format)
    )
    assert (good.success_reference, good.success_fixed, good.end, good.error_turns) == (True, True, "answered", 0), (
        good.detail,
        good.message,
    )
    assert (bad.success_reference, bad.success_fixed, bad.end) == (False, False, "answered")
    assert bad.detail["verdict"] == "failed", bad.detail
    assert bad.detail["words"]
    for hidden in ("EXPECTED", "oracle.py", "check.py", "wrong.py"):
        assert hidden not in sent


async def test_the_check_sees_kernel_files_and_answer_and_says_with_its_words_what_is_wrong(make: Callable[..., Path]) -> None:
    check = "import os\nassert x == 3, f'x is {x}'\nassert 'made.txt' in os.listdir('.')\nassert 'three' in answer"
    folder = make(check_py=check)
    writes = "open('made.txt', 'w').close()"
    assert await verdict(folder, "x = 3", writes, answer="It is three.") == (True, "passed", "")
    assert await verdict(folder, "x = 4", writes) == (False, "failed", "x is 4")
    assert await verdict(folder, "x = 3", writes) == (False, "failed", "This does not hold: assert 'three' in answer")
    came = await verdict(folder, "y = 3")
    assert came == (False, "broken", "NameError: name 'x' is not defined (at: assert x == 3, f'x is {x}')")


async def test_what_a_run_leaves_in_the_kernel_does_not_mislead_the_check(make: Callable[..., Path]) -> None:
    folder = make(check_py="import os\nassert answer == \"Don't \\n%time 3\"\nassert sum([1, 2]) == x\nassert os.path.exists('task.ipynb')")
    littered = "import os\nos.mkdir('sub')\nos.chdir('sub')\nanswer = sum = exec = 0\nx = 3\n__name__ = 'x'"
    assert await verdict(folder, littered, answer="Don't \n%time 3") == (True, "passed", "")
    folder = make("pretends", check_py="print('passed', ['passed', ''])\nassert x == 3")
    assert (await verdict(folder, "x = 4\nclass AssertionError(ZeroDivisionError): ..."))[:2] == (False, "failed")


async def test_a_check_that_never_ends_well_is_broken_and_says_so(make: Callable[..., Path]) -> None:
    assert (await verdict(make(check_py="raise SystemExit(0)")))[:2] == (False, "broken")
    came = await verdict(make(check_py="import sys\nassert True"), "import io, sys\nsys.stdout = io.StringIO()")
    assert came[:2] == (False, "broken")
    assert "standard output" in came[2]


async def test_a_variable_is_asked_for_and_missed_in_words(make: Callable[..., Path]) -> None:
    folder = make(task_toml='instruction = "Count."\nvariable = "max"\nmax_steps = 2', check_py="assert max == 7")
    assert "a variable named `max`" in load_tasks(folder).task("add").brief.instruction
    assert load_tasks(folder).task("add").brief.max_steps == 2
    assert await verdict(folder, "max = 7") == (True, "passed", "")
    assert await verdict(folder, "y = 7") == (False, "failed", "The run left no `max`.")


async def test_a_run_over_its_time_is_cut_off(make: Callable[..., Path], tmp_path: Path) -> None:
    folder = make(task_toml='instruction = "x is 3."\nseconds = 6')
    row, _ = await tried(load_tasks(folder), "add", Played(("import time\ntime.sleep(60)\nx = 3",), "Done."), tmp_path / "e.jsonl")
    assert (row.success_reference, row.success_fixed, row.end) == (False, False, "timeout")
    assert row.seconds < 40


async def test_notebook_and_files_are_copied_and_nothing_else_and_the_check_may_be_a_notebook(
    make: Callable[..., Path], tmp_path: Path
) -> None:
    def cell(source: str, *tags: str) -> dict[str, object]:
        return {"cell_type": "code", "id": source[:3], "metadata": {"tags": tags}, "source": source, "outputs": [], "execution_count": None}

    def cells(*made: dict[str, object]) -> str:
        return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})

    check = cells(
        cell("raise Exception('a try')"), cell("import os", "check"), cell("assert seen == sorted(os.listdir('.')) == there", "check")
    )
    check = check.replace("== there", "== ['deep', 'notebook.ipynb']")
    started = cells(cell("greeting = 'the first cell'"))
    folder = make(
        "whole", check_py="", check_ipynb=check, notebook_ipynb=started, files__deep__data_csv="a\n1\n", oracle_py="secret", README_md="x"
    )
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    row, sent = await tried(load_tasks(folder), "whole", Played(("import os\nseen = sorted(os.listdir('.'))",), "ok"), tmp_path / "e.jsonl")
    assert row.detail == {"verdict": "passed", "words": ""}
    assert "the first cell" in sent
    assert "secret" not in sent
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "files, words",
    [
        ({"task_toml": ""}, r"task.toml is missing"),
        ({"task_toml": "instruction = 3"}, r"task.toml: instruction: Input should be a valid string"),
        ({"task_toml": 'instruction = " "'}, r"task.toml: instruction: String should have"),
        ({"task_toml": "instruction = "}, r"task.toml: Invalid value"),
        ({"task_toml": 'instruction = "x"\nmaxsteps = 3'}, r"task.toml: maxsteps: Extra inputs"),
        ({"task_toml": 'instruction = "x"\nmax_steps = 0'}, r"task.toml: max_steps: "),
        ({"task_toml": 'instruction = "x"\nvariable = "answer"'}, r"take another name"),
        ({"task_toml": 'instruction = "x"\nvariable = "a b"'}, r"task.toml: variable: "),
        ({"check_py": ""}, r"is there no check: write check.py"),
        ({"check_ipynb": "{}"}, r"are there two checks"),
        ({"check_py": "", "check_ipynb": "[]"}, r"check.ipynb is no notebook"),
        ({"check_py": "", "check_ipynb": '{"cells": [], "nbformat": 4}'}, r"no code cell is tagged `check`"),
        ({"check_py": "x = 1\nassert x =="}, r"check.py, line 2: invalid syntax"),
        ({"check_py": "# nothing"}, r"check.py is empty"),
        ({"notebook_ipynb": "{"}, r"notebook.ipynb is no notebook"),
        ({"check_py": "", "check_ipynb": '{"cells": [1], "nbformat": 4}'}, r"check.ipynb is no notebook"),
        ({"files": "x"}, r"files has to be a folder"),
        ({"sales_csv": "x"}, r"sales.csv would not be seen by the run: put it into files/"),
    ],
)
def test_a_malformed_folder_is_refused_with_its_file_and_what_is_wrong(
    make: Callable[..., Path], files: dict[str, str], words: str
) -> None:
    folder = make(**files)
    with pytest.raises(SuiteError, match=words) as refused:
        load("notebook", folder.parent)
    assert str(folder) in str(refused.value)


def test_a_folder_of_tasks_may_have_other_things_beside_them(make: Callable[..., Path], tmp_path: Path) -> None:
    make("b")
    folder = make("a").parent
    (folder / "results").mkdir()
    (folder / "results/results.jsonl").write_text("")
    (folder / "README.md").write_text("")
    assert load_tasks(folder).names() == ["a", "b"]
    assert load_tasks(folder / "b").names() == ["b"]
    with pytest.raises(SuiteError, match=r"There is no task 'c'\. There are a, b\."):
        load_tasks(folder).task("c")
    with pytest.raises(SuiteError, match="There is no task in"):
        load_tasks(folder / "results")
    with pytest.raises(SuiteError, match="There is no folder"):
        load_tasks(tmp_path / "nowhere")


def test_a_played_attempt_is_cells_and_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "oracle.py"
    path.write_text("# %%\nx = 1\n\n# %% look\nx\n\n# %% [markdown]\n# It is 1,\n#\n# and 2.\n")
    assert Played.read(path) == Played(("x = 1", "x"), "It is 1,\n\nand 2.")
    path.write_text("# %%\nx = 1\n")
    with pytest.raises(SuiteError, match=r"oracle.py: it has to end in one cell `# %% \[markdown\]`"):
        Played.read(path)


async def test_the_example_of_the_documentation_is_a_task_that_works(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs/writing-tasks.md").read_text(encoding="utf-8")
    folder = tmp_path / "late-deliveries"
    for file in ("task.toml", "files/deliveries.csv", "check.py", "oracle.py", "wrong.py"):
        found = re.search(rf"^[^\n]*`{re.escape(file)}`[:,][^\n]*\n\n```\w+\n(.*?)```", text, re.MULTILINE | re.DOTALL)
        assert found, file
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(found[1], encoding="utf-8")
    for attempt in ("oracle.py", "wrong.py"):
        row, _ = await tried(load_tasks(tmp_path), "late-deliveries", Played.read(folder / attempt), tmp_path / "e.jsonl")
        assert f"late-deliveries {attempt} {row.success_fixed} {row.detail}" in text
