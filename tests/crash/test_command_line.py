"""`jupyter codeact run`, killed at any moment: nothing is lost, nothing runs twice, and `resume` brings it to its end.

CODEACT_SOAK=1 kills at every event, and at many more moments.
"""

import json
import os
import random
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from codeact_jupyter.testing import code, markdown, notebook
from tests.commandline import Place
from tests.crash.counting import DONE, STEPS, Model, request

SOAK = bool(os.environ.get("CODEACT_SOAK"))
AT_ONCE = 4
EVENTS = 38
"""Of a run that nothing cuts off."""
SECONDS = 2.5
"""About as long as it takes, from its first event on."""
NOTEBOOK = "n.ipynb"
LARGE = 6_000_000
"""Characters of an output of the user's, so that writing the file takes a while."""


@dataclass
class Run:
    """One that is going to be killed, in a home of its own."""

    place: Place
    model: Model
    name: str
    theirs: list[str] = field(default_factory=list)
    """The user's cells as the file has them."""

    def begin(self, large: bool) -> None:
        outputs = [{"output_type": "stream", "name": "stdout", "text": ["x" * 70 + "\n"] * (LARGE // 71)}] if large else []
        content = notebook(
            markdown("# Mine"),
            code("a = 1\r\nb = 'ü 😀'", *outputs),
            code("", {"output_type": "stream", "name": "stdout", "text": ["1\n", "2"]}),
        )
        content["cells"][1]["metadata"] = {"zebra": [1.50, None], "aardvark": {}}
        (self.place.folder / NOTEBOOK).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
        self.theirs = [spelt(cell) for cell in content["cells"]]

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        options = ("--model", "m", "--base-url", self.model.url, "--approval", "auto", "--events", "events.jsonl")
        return self.place.start(*arguments, *options)

    def kill(self, when: "Moment", process: "subprocess.Popen[str]") -> None:
        """At its moment, and not after its end."""
        when.come(self, process)
        process.kill()
        _, err = process.communicate()
        assert process.returncode == -9, f"{when.name}: {err}"

    def listed(self) -> dict[str, Any]:
        result = self.place.run("runs", "--json")
        assert result.returncode == 0, result.stderr
        (only,) = json.loads(result.stdout)
        return dict(only)

    def whole(self) -> None:
        """What has to hold at any moment."""
        text = (self.place.folder / NOTEBOOK).read_text()
        cells = self.place.cells(NOTEBOOK)  # valid
        assert [cell for cell in self.theirs if cell not in text] == []
        ids = [cell.id for cell in cells]
        assert len(set(ids)) == len(ids)
        assert ids[: len(self.theirs)] == ["c1", "c2", "c3"]
        with sqlite3.connect(self.place.home / "data" / "codeact" / "store.sqlite") as store:
            assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        store.close()

    def agree(self, run: str) -> None:
        """Journal and file."""
        store = self.place.store()
        rows = {row[1]: row[3] for row in store.journalled(run)}
        store.close()
        ours = {cell.id: cell for cell in self.place.cells(NOTEBOOK) if "codeact" in cell.metadata}
        assert {cell for cell, after in rows.items() if after} == set(ours)
        for cell_id, cell in ours.items():
            after = rows[cell_id]
            held = {name: after[name] for name in ("source", "outputs", "execution_count", "metadata")}
            assert held == {name: cell[name] for name in held}

    def counts(self) -> list[int]:
        """How often each step had its effect."""
        found = Counter((self.place.folder / "counter").read_text().split())
        return [found[str(number)] for number in range(1, STEPS + 1)]

    def ran_once(self, resumed: int) -> None:
        """No action twice, nothing after the end."""
        events = [line["event"] for line in self.place.events()]
        assert [line["seq"] for line in self.place.events()] == list(range(1, len(events) + 1))
        kinds = Counter(event["type"] for event in events)
        assert (kinds["user_asked"], kinds["resumed"], kinds["run_finished"]) == (1, resumed, 1)
        assert events[-1] | {"message": ""} == {"type": "run_finished", "reason": "answered", "answer": DONE, "message": ""}
        started = Counter(event["action_id"] for event in events if event["type"] == "action_started")
        assert set(started.values()) == {1}
        ended = Counter(event["action_id"] for event in events if event["type"] == "observed" and event["action_id"])
        assert ended == started


def spelt(cell: dict[str, Any]) -> str:
    """As a notebook file has it."""
    return json.dumps(cell, indent=1, ensure_ascii=False).replace("\n", "\n  ")


@dataclass(frozen=True)
class Moment:
    """When a process is killed."""

    name: str
    now: Callable[[Run], bool]
    after: float = 0.0
    """Seconds that it waits then."""
    large: bool = False

    def come(self, run: Run, process: "subprocess.Popen[str]") -> None:
        deadline = time.monotonic() + 120
        while not self.now(run) and process.poll() is None:
            assert time.monotonic() < deadline, f"{self.name} never came"
            time.sleep(0.002)
        time.sleep(self.after)


def recorded(number: int, after: float = 0.0) -> Moment:
    name = f"event-{number}" + (f"-and-{1000 * after:.0f}ms" if after else "")
    return Moment(name, lambda run: len(run.place.events()) >= number, after)


def streaming(reply: int) -> Moment:
    return Moment(f"while-reply-{reply}-streams", lambda run: run.model.asked[run.name] >= reply, 0.03)


def begun(step: int) -> Moment:
    return Moment(f"step-{step}-before-its-effect", lambda run: (run.place.folder / f"begun-{step}").exists())


def counted(step: int) -> Moment:
    def now(run: Run) -> bool:
        counter = run.place.folder / "counter"
        return counter.exists() and str(step) in counter.read_text().split()

    return Moment(f"step-{step}-after-its-effect", now)


def writing(step: int) -> Moment:
    """While the file is written: what is to take its place is there, and is being filled."""

    def now(run: Run) -> bool:
        return counted(step).now(run) and any(run.place.folder.glob(f".{NOTEBOOK}.codeact-*"))

    return Moment(f"file-written-after-step-{step}", now, large=True)


def moments() -> list[tuple[Moment, ...]]:
    """Each until the run is resumed to its end; of two, the second kills what resumes."""
    numbers = range(1, EVENTS) if SOAK else (1, 2, 3, 4, 5, 6, 9, 13, 15, 18, 22, 24, 29, 34, 37)
    rest = [streaming(1), streaming(5), begun(2), counted(2), begun(5), counted(6), writing(1), writing(4)]
    twice = [(counted(2), counted(4)), (begun(3), recorded(20)), (recorded(4), recorded(7))]
    if SOAK:
        chance = random.Random(5)
        rest += [recorded(1, after=chance.uniform(0, SECONDS)) for _ in range(40)]
        twice += [(recorded(first), recorded(first + chance.randint(1, 8))) for first in range(2, 30)]
    return [*((recorded(number),) for number in numbers), *((moment,) for moment in rest), *twice]


def killed_and_resumed(place: Place, model: Model, name: str, when: tuple[Moment, ...]) -> None:
    run = Run(place, model, name)
    run.begin(large=any(moment.large for moment in when))
    process = run.start("run", NOTEBOOK, request(name))
    for count, moment in enumerate(when):
        run.kill(moment, process)
        run.whole()
        listed = run.listed()
        assert listed["state"] == "interrupted"
        assert listed["notebook"] == str(place.folder / NOTEBOOK)
        last = place_position(place)
        process = run.start("resume", listed["run"] if count else listed["run"][:8])
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (0, DONE + "\n"), err
    assert ("it may have run" in err) == (last == "action_started"), err
    run.whole()
    run.agree(listed["run"])
    run.ran_once(resumed=len(when))
    assert run.counts() == [1] * STEPS
    assert run.listed()["state"] == "answered"


def place_position(place: Place) -> str:
    """Kind of the last event that is kept."""
    store = place.store()
    (entry,) = store.recent(1)
    store.close()
    return entry.last


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, "Future[None]"]]:
    """Of those that are wanted: each in a folder of its own, some at once."""
    wanted = {item.callspec.params.get("name") for item in request.session.items if getattr(item, "callspec", None)}
    with Model() as model, ThreadPoolExecutor(AT_ONCE) as pool:
        yield {
            name: pool.submit(killed_and_resumed, at(tmp_path_factory), model, name, when)
            for when in moments()
            if (name := named(when)) in wanted
        }
        pool.shutdown(cancel_futures=True)


def at(folders: pytest.TempPathFactory) -> Place:
    return Place(folders.mktemp("home"), folders.mktemp("work"))


def named(when: tuple[Moment, ...]) -> str:
    return "-then-".join(moment.name for moment in when)


@pytest.mark.parametrize("name", [named(when) for when in moments()])
@pytest.mark.timeout(600)
def test_a_run_that_is_killed_goes_on_to_its_end_and_nothing_runs_twice(outcomes: dict[str, "Future[None]"], name: str) -> None:
    outcomes[name].result()


@pytest.mark.parametrize(
    ("moment", "replayed", "left"), [(recorded(16), 3, "x is 6"), (counted(4), 3, "x is 0")], ids=["observed", "unknown"]
)
def test_replay_runs_again_what_succeeded_and_not_what_may_have_run(place: Place, moment: Moment, replayed: int, left: str) -> None:
    with Model() as model:
        run = Run(place, model, "replayed")
        run.begin(large=False)
        run.kill(moment, run.start("run", NOTEBOOK, request("replayed")))
        out, err = (process := run.start("resume", "--replay")).communicate(timeout=120)
    assert (process.returncode, out) == (0, DONE + "\n"), err
    assert "running again what succeeded before" in err
    assert f"{replayed} successful actions were run again" in err
    run.agree(run.listed()["run"])
    run.ran_once(resumed=1)
    assert run.counts() == [2] * replayed + [1] * (STEPS - replayed)
    assert f"did 6, {left}" in place.printed(NOTEBOOK)
