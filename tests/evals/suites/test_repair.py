"""The tasks of broken code: each is broken, each can be mended, and its check knows which of the two it sees."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from codeact_jupyter.config import Settings
from codeact_jupyter.errors import SuiteError
from codeact_jupyter.evals.row import Row
from codeact_jupyter.evals.suites import load
from codeact_jupyter.evals.suites.repair import CLASSES, Repair, RepairSuite
from codeact_jupyter.evals.trial import Condition, Trial
from codeact_jupyter.testing import ScriptedServer, say
from tests.scenes import acts

SUITE = load("repair", None)
assert isinstance(SUITE, RepairSuite)
TASKS = [SUITE.task(name) for name in SUITE.names()]

PLAY = """
import sys
namespace = {{"__name__": "__main__"}}
exec({setup!r}, namespace)
try:
    exec({code!r}, namespace)
except (Exception, SyntaxError) as error:
    print("raised", type(error).__name__, file=sys.stderr)
exec({check!r}, namespace)
"""


def test_there_are_sixty_and_each_class_has_five() -> None:
    assert len(TASKS) >= 60
    counted = Counter(task.name.partition("/")[0] for task in TASKS)
    assert set(counted) == set(CLASSES)
    assert min(counted.values()) >= 5


async def _played(code: str, task: Repair, folder: Path) -> tuple[bool, str]:
    folder.mkdir()
    script = PLAY.format(setup=task.setup, code=code, check=task.check)
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    _, stderr = await process.communicate()
    return process.returncode == 0, stderr.decode(errors="replace")


@pytest.mark.parametrize("kind", CLASSES)
async def test_the_mended_code_passes_and_the_code_as_it_stands_does_not(kind: str, tmp_path: Path) -> None:
    for number, task in enumerate(task for task in TASKS if task.name.startswith(f"{kind}/")):
        good, words = await _played(task.mended, task, tmp_path / f"good{number}")
        assert good, (task.name, words)
        assert "raised" not in words, task.name
        bad, words = await _played(task.code, task, tmp_path / f"bad{number}")
        assert not bad, task.name
        assert ("raised" in words) == (kind != "silent") or task.name == "index/removed-while-looping", (task.name, words)


async def tried(task: Repair, script: list[str], folder: Path, observation: str = "full") -> tuple[Row, list[str]]:
    async with ScriptedServer([*map(acts, script), say("Done.")]) as model:
        condition = Condition("repair", "code", Settings(model="m", base_url=model.url, max_steps=10), observation=observation)
        row = await Trial(task, condition, folder / f"{observation}.jsonl").run()
        return row, [str(request["messages"][-1]["content"]) for request in model.requests]


@pytest.mark.parametrize(
    "name", [f"{kind}/{next(t.name for t in TASKS if t.name.startswith(kind + '/')).partition('/')[2]}" for kind in CLASSES]
)
async def test_in_a_kernel_who_mends_succeeds_and_who_does_not_fails(name: str, tmp_path: Path) -> None:
    task = SUITE.task(name)
    row, told = await tried(task, [task.code, task.mended], tmp_path)
    assert (row.success_reference, row.success_fixed, row.end, row.turns) == (True, True, "answered", 3)
    assert row.recovered == row.error_turns == (0 if name.startswith("silent") else 1)
    assert task.code.strip() in told[0]
    assert task.mended.strip() not in told[0]
    row, _ = await tried(task, [task.code], tmp_path)
    assert (row.success_reference, row.success_fixed) == (False, False)


async def test_what_of_an_error_is_told(tmp_path: Path) -> None:
    task = SUITE.task("key/first-time")
    script = ["print('before')\n" + task.code, task.mended]
    told = {how: (await tried(task, script, tmp_path, how))[1][1] for how in ("full", "last-line", "none")}
    assert "KeyError: 'b'" in told["full"]
    assert "result[letter] += 1" in told["full"]
    assert "KeyError: 'b'" in told["last-line"]
    assert "result[letter]" not in told["last-line"]
    assert "The code failed." in told["none"]
    assert "Error" not in told["none"].replace("[error]", "")
    assert all("before" in text for text in told.values())


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="no folder"):
        load("repair", tmp_path / "none")
    with pytest.raises(SuiteError, match="no file of tasks"):
        load("repair", tmp_path)
    (tmp_path / "mine.toml").write_text('[[task]]\nname = "a"\ncode = "1/0"\n')
    with pytest.raises(SuiteError, match=r"mine\.toml: the task 'a' lacks check, mended, wanted"):
        load("repair", tmp_path)
    (tmp_path / "mine.toml").write_text('[[task]]\nname="a"\ncode="1/0"\nwanted="w"\nmended="x=1"\ncheck="assert x"\n')
    assert load("repair", tmp_path).names() == ["mine/a"]
