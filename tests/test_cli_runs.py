"""`jupyter codeact runs`, and what `resume` refuses: over a store in which runs stand in every way they can."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeact_jupyter.cli import main
from codeact_jupyter.events import ActionProposed, ApprovalAsked, Event, ModelReplied, RunFinished, Steered, Usage, UserAsked
from codeact_jupyter.store import Store
from codeact_jupyter.testing import notebook

Capture = pytest.CaptureFixture[str]


def replied(text: str = "I look.") -> Event:
    return ModelReplied(text=text, usage=Usage(prompt=1000, completion=200))


ASKS = (
    ActionProposed(action_id="a", code="open('f', 'w')", cell_id="c"),
    ApprovalAsked(action_id="a", reason="It writes files.", effects=("write_files",)),
)


class Kept:
    """A store with runs, and this process as who holds those that are alive."""

    def __init__(self, home: Path, folder: Path):
        self.store, self.folder = Store(home / "data" / "codeact" / "store.sqlite"), folder

    def add(self, run: str, *events: Event, notebook: str = "n.ipynb", request: str = "Count.", alive: bool = False) -> None:
        conversation = self.store.conversation(str(self.folder / notebook))
        self.store.begin(run, conversation)
        asked = UserAsked(text=request, path=notebook, conversation=conversation, model="m", prices=(1.0, 5.0))
        for event in (asked, *events):
            self.store.append(run, event)
        if alive:
            assert self.store.claim(run)

    def of_all_kinds(self) -> None:
        self.add("1a" * 16, replied(), RunFinished(reason="answered", answer="2", message="Answered."))
        self.add("2b" * 16, replied(), RunFinished(reason="limit"), notebook="other.ipynb", request="Sum\nup \x1b[31mall.")
        self.add("3c" * 16, replied())
        self.add("4d" * 16, replied(), alive=True)
        self.add("5e" * 16, replied(), *ASKS, Steered(text="Mind the units."), alive=True)
        self.add("6f" * 16, replied(), *ASKS)


@pytest.fixture
def kept(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    monkeypatch.chdir(tmp_path)
    made = Kept(home, tmp_path)
    yield made
    made.store.close()


def said(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        main(arguments)
    out, err = capsys.readouterr()
    assert isinstance(end.value.code, int)
    return end.value.code, out, err


def test_each_run_is_listed_with_how_it_stands_the_newest_first(kept: Kept, capsys: Capture) -> None:
    kept.of_all_kinds()
    code, out, err = said(capsys, "runs")
    head, *lines = out.splitlines()
    assert (code, err) == (0, "")
    assert head.split() == ["STATE", "RUN", "STARTED", "STEPS", "NOTEBOOK", "REQUEST"]
    assert [line.split()[:2] for line in lines] == [
        ["interrupted", "6f6f6f6f"],
        ["waiting", "5e5e5e5e"],
        ["running", "4d4d4d4d"],
        ["interrupted", "3c3c3c3c"],
        ["limit", "2b2b2b2b"],
        ["answered", "1a1a1a1a"],
    ]
    assert lines[4].split()[4:] == ["1", "other.ipynb", "Sum", "up", "[31mall."]


def test_json_has_all_that_is_known(kept: Kept, capsys: Capture) -> None:
    kept.of_all_kinds()
    code, out, _ = said(capsys, "runs", "--json", "--limit", "0")
    runs = json.loads(out)
    assert code == 0
    assert [run["run"] for run in runs] == [part * 16 for part in ("6f", "5e", "4d", "3c", "2b", "1a")]
    answered, limit, cut_off, running = runs[5], runs[4], runs[3], runs[2]
    assert {name: answered[name] for name in ("notebook", "state", "request", "steps", "model", "tokens", "cost")} == {
        "notebook": str(kept.folder / "n.ipynb"),
        "state": "answered",
        "request": "Count.",
        "steps": 0,
        "model": "m",
        "tokens": 1200,
        "cost": pytest.approx(0.002),
    }
    assert answered["conversation"] == cut_off["conversation"] != limit["conversation"]
    assert answered["started"] < answered["ended"]
    assert running["ended"] is None
    assert cut_off["ended"]


def test_runs_can_be_those_of_one_notebook_and_the_newest_few(kept: Kept, capsys: Capture) -> None:
    kept.of_all_kinds()
    assert [run["run"][:2] for run in json.loads(said(capsys, "runs", "--json", "--notebook", "other.ipynb")[1])] == ["2b"]
    _, out, _ = said(capsys, "runs", "--limit", "2")
    assert len(out.splitlines()) == 4
    assert out.endswith("… and 4 earlier (--limit 0 lists all)\n")
    _, out, _ = said(capsys, "runs", "--limit", "1", "--notebook", "n.ipynb")
    assert out.splitlines()[1].split()[1] == "6f6f6f6f" and out.endswith("… and 4 earlier (--limit 0 lists all)\n")


def test_none_is_an_answer_too(kept: Kept, capsys: Capture) -> None:
    assert said(capsys, "runs") == (0, "No runs yet.\n", "")
    assert said(capsys, "runs", "--json") == (0, "[]\n", "")


def test_an_id_is_as_long_as_it_has_to_be(kept: Kept, capsys: Capture) -> None:
    for run in ("0123456789aa", "0123456789ab", "0123456700"):
        kept.add(run)
    _, out, _ = said(capsys, "runs")
    assert [line.split()[1] for line in out.splitlines()[1:]] == ["012345670", "0123456789ab", "0123456789aa"]
    # told from those that are not listed too
    assert "0123456700"[:9] in said(capsys, "runs", "--limit", "1")[1]


@pytest.mark.parametrize(
    ("run", "code", "words"),
    [
        ("1a", 2, "come to its end (answered)"),
        ("4d", 2, "goes on in another process (running)"),
        ("5e" * 16, 2, "goes on in another process (waiting)"),
        ("9", 2, "nothing is recorded of a run '9'"),
        ("", 2, "4 runs begin with"),
        ("6f", 1, "n.ipynb. Put it back there"),
    ],
    ids=["ended", "running", "waiting", "unknown", "ambiguous", "gone"],
)
def test_what_cannot_be_resumed_is_said(kept: Kept, capsys: Capture, run: str, code: int, words: str) -> None:
    kept.of_all_kinds()
    if not run:
        run = "7"
        for last in range(4):
            kept.add(f"7{last}")
    result, out, err = said(capsys, "resume", run)
    assert (result, out) == (code, "")
    assert words in err
    assert "Traceback" not in err


def test_a_run_of_a_session_without_a_notebook_is_over_with_it(kept: Kept, capsys: Capture) -> None:
    kept.add("7a", notebook="older.ipynb")
    folder, kept.folder = kept.folder, Path("session:1")
    kept.add("8a", notebook="")
    code, _, err = said(capsys, "resume", "8a")
    assert code == 2 and "IPython session" in err
    assert f"{folder / 'older.ipynb'}" in said(capsys, "resume")[2], "the last one that can be taken up"


def test_what_a_run_was_granted_holds_when_it_is_resumed(kept: Kept, capsys: Capture) -> None:
    (kept.folder / "n.ipynb").write_text(json.dumps(notebook("x = 1")))
    conversation = kept.store.conversation(str(kept.folder / "n.ipynb"))
    for run, granted in (("1a", {"max_tokens": 1000}), ("2b", {})):
        kept.store.begin(run, conversation)
        for event in (UserAsked(text="Sum up.", conversation=conversation, model="offline", settings=granted), replied()):
            kept.store.append(run, event)
    code, _, err = said(capsys, "resume", "1a")
    assert code == 3 and "budget of 1,000 tokens is used up (1,200)" in err
    code, _, err = said(capsys, "resume", "2b", "--max-tokens", "1100")
    assert code == 3 and "budget of 1,100 tokens" in err


def test_without_a_run_it_is_the_one_that_was_cut_off_last(kept: Kept, capsys: Capture) -> None:
    kept.add("old", notebook="first.ipynb")
    kept.add("new", notebook="second.ipynb")
    kept.add("done", RunFinished(reason="answered", answer="2"), notebook="third.ipynb")
    assert "second.ipynb" in said(capsys, "resume")[2]


def test_a_damaged_store_is_set_aside_and_that_is_said(home: Path, capsys: Capture) -> None:
    store = home / "data" / "codeact" / "store.sqlite"
    store.parent.mkdir(parents=True)
    store.write_bytes(b"no database at all" * 500)
    with pytest.raises(SystemExit) as ended:
        main(["runs"])
    assert ended.value.code == 0
    assert "set aside" in capsys.readouterr().err
    assert [path.name for path in store.parent.glob("store.sqlite.broken-*")]
