"""A canary as the command line's key: after a whole run with errors it is in no file, stream, event or command line."""

import json
import sqlite3
import time
from pathlib import Path

import psutil
import pytest

from codeact_jupyter.connections import Connection, Connections
from codeact_jupyter.masking import MASK
from codeact_jupyter.testing import ScriptedServer, call, fault, say
from tests.commandline import PATIENCE, act

CANARY = "sk-canary-4711-in-use"
SAVED = "sk-canary-4712-saved"
OURS = "import os; print('mine:', [name for name, value in os.environ.items() if 'sk-canary' in value])"


def in_files(*folders: Path) -> dict[str, list[str]]:
    found = {}
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if here := [key for key in (CANARY, SAVED) if key.encode() in content]:
            found[path.name] = here
    return found


@pytest.fixture
def keyed(place, tmp_path):
    """With a key in the environment, another one saved, and temporary files of its own."""
    Connections(place.home / "data" / "codeact").save(Connection("Mine", "other", "http://127.0.0.1:9/v1", "m"), SAVED)
    (tmp_path / "temporary").mkdir()
    place.env |= {"CODEACT_API_KEY": CANARY, "TMPDIR": str(tmp_path / "temporary")}
    return place


def watched(place, model, *options):
    """The command from beginning to end: its exit code, all that it wrote, and all command lines that were seen of it."""
    arguments = ("run", "n.ipynb", f"Mine is {CANARY}, {SAVED}.", "--model", "m", "--base-url", model.url, "--approval", "auto")
    process = place.start(*arguments[:2], "-", *arguments[3:], "--events", "events.jsonl", *options, stdin=-1)
    assert process.stdin
    process.stdin.write(arguments[2])
    process.stdin.close()
    process.stdin = None
    lines: set[str] = set()
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            lines |= {" ".join(each.cmdline()) for each in tree}
        except psutil.Error:
            pass
        time.sleep(0.02)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out + err, lines


@pytest.mark.parametrize("kernel", ["python3", "codeact-sandbox"])
def test_a_key_is_nowhere_after_a_run_with_errors(kernel, keyed):
    script = [
        fault(500, message=f"broken for Bearer {CANARY} or {SAVED}"),
        say(f"You are {CANARY}.\n" + act("print(6 * 7)"), pieces=5),
        say(act(OURS)),
        say(act("raise ValueError('broken')")),
        say("", calls=[call("execute", code=f"print({CANARY!r})")], pieces=4),
        say(f"Used: {CANARY}, {SAVED}.", pieces=3),
    ]
    with ScriptedServer(script) as model:
        code, said, lines = watched(keyed, model, "--kernel", kernel)
        assert {request.headers["authorization"] for request in model.seen if request.chat} == {f"Bearer {CANARY}"}
        bodies = json.dumps(model.requests)
    assert code == 0, said
    assert f"Used: {MASK}, {MASK}." in said
    assert "mine: []" in keyed.printed()
    assert any(kernel in line or "ipykernel" in line for line in lines)
    for key in (CANARY, SAVED):
        assert key not in said
        assert key not in bodies
        assert key not in " ".join(lines)
    assert in_files(keyed.home, keyed.folder, Path(keyed.env["TMPDIR"])) == {"keys.json": [SAVED]}


def test_a_key_that_is_refused_is_named_without_being_shown(keyed):
    with ScriptedServer([fault(401, message=f"Incorrect API key provided: {CANARY}, not {SAVED}")]) as model:
        code, said, _ = watched(keyed, model)
    assert code == 1
    assert MASK in said or "refused the key" in said
    assert CANARY not in said and SAVED not in said
    assert in_files(keyed.home, keyed.folder, Path(keyed.env["TMPDIR"])) == {"keys.json": [SAVED]}


def test_what_code_prints_all_the_same_is_in_its_cell_and_the_journal_alone(keyed):
    joined = "print('sk-' + 'canary-4711-in-use'); raise ValueError('sk-' + 'canary-4711-in-use')"
    with ScriptedServer([say(act(joined)), say("Done.")]) as model:
        code, said, _ = watched(keyed, model)
        bodies = json.dumps(model.requests)
    assert code == 0, said
    assert CANARY not in said + bodies + (keyed.folder / "events.jsonl").read_text()
    assert CANARY in keyed.printed()
    tables = set()
    with sqlite3.connect(keyed.home / "data" / "codeact" / "store.sqlite") as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if CANARY in str(db.execute(f"SELECT * FROM {name}").fetchall()):  # a table's name is no parameter
                tables.add(name)
    assert tables == {"journal"}
