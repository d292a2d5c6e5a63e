"""A canary as the server's key: after whole runs in which all goes wrong that can, it is nowhere but where its user put it."""

import json
import sqlite3
import tempfile
from pathlib import Path

import psutil
import pytest

from codeact_jupyter.connections import Connection, Connections
from codeact_jupyter.masking import MASK
from codeact_jupyter.testing import ScriptedServer, call, fault, say
from tests.server.conftest import serve  # noqa: F401  a fixture
from tests.server.played import User, act
from tests.server.tab import Browser

CANARY = "sk-canary-4711-in-use"
SAVED = "sk-canary-4712-saved"
OPENAI = "sk-canary-4713-openai"
ALL = (CANARY, SAVED, OPENAI)

WITHOUT_KEYS = "import os; print({name: value for name, value in os.environ.items() if 'sk-canary' in value and name != 'OPENAI_API_KEY'})"
SPLIT = "Your key is sk-canary-4711-in-use, and sk-canary-4712-saved.\n<execute>\nprint('sk-canary-4711-in-use'.upper())\n</execute>"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this process puts its temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def holding(folder: Path, *keys: str) -> dict[str, list[str]]:
    """Files in which a key is, and which."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if here := [key for key in keys if key.encode() in content]:
            found[path.name] = here
    return found


def kept(folder: Path, key: str) -> set[str]:
    """Tables of the store in which a key is."""
    tables = set()
    with sqlite3.connect(folder / "data" / "codeact" / "store.sqlite") as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if any(key in str(row) for row in db.execute(f"SELECT * FROM {name}").fetchall()):  # a table's name is no parameter
                tables.add(name)
    return tables


def command_lines() -> str:
    me = psutil.Process()
    return " ".join(
        " ".join(process.cmdline()) for process in (me, *me.children(recursive=True)) if process.status() != psutil.STATUS_ZOMBIE
    )


@pytest.mark.parametrize("source", ["environment", "connection"])
async def test_a_key_is_nowhere_after_runs_in_which_all_goes_wrong(source, serve, tmp_path, monkeypatch, temporary, capfd):  # noqa: F811
    script = [
        fault(500, message=f"broken for Bearer {CANARY}"),
        fault(500, message=f"broken for {SAVED}"),
        say(SPLIT, pieces=5),
        act(WITHOUT_KEYS),
        act("raise ValueError('broken')"),
        say("", calls=[call("execute", code=f"print({CANARY!r})")], pieces=4),
        say(f"I used {CANARY} and {SAVED} and {OPENAI}.", pieces=3),
        fault(401, message=f"Incorrect API key provided: {CANARY}, not {SAVED}"),
        fault(401, message=f"Incorrect API key provided: {CANARY}"),
    ]
    async with ScriptedServer(script) as model:
        Connections(tmp_path / "data" / "codeact").save(
            Connection("Mine", "other", model.url if source == "connection" else "http://x/v1", "m"), SAVED
        )
        monkeypatch.setenv("CODEACT_API_KEY", CANARY)
        monkeypatch.setenv("OPENAI_API_KEY", OPENAI)
        monkeypatch.setenv("OPENAI_BASE_URL", model.url)
        server = await serve(codeact={"approval": "auto"})
        server.write("a.ipynb", "x = 1")
        browser = Browser(server, "a.ipynb")
        server.browsers.append(browser)
        if source == "environment":
            browser.settings = {"base_url": model.url, "model": "m"}
        await browser.load()
        await browser.connect()
        used = SAVED if source == "connection" else CANARY

        run = await browser.ask(f"My key is {CANARY}, and {SAVED}; use it.")
        await browser.send("queue_request", run="later", request=f"and then {CANARY}")
        await browser.send("steer", run=run, text=f"and {SAVED}")
        await browser.event(run, "run_finished")
        end = await browser.end("later")
        assert end["reason"] == "failed"
        assert "401" in end["message"] or "refused the key" in end["message"]

        assert {request.headers["authorization"] for request in model.seen if request.chat} == {f"Bearer {used}"}
        bodies = json.dumps(model.requests)
        replies = [
            await server.fetch("GET", path) for path in ("codeact/api/runs", "codeact/api/connections", f"codeact/api/run?run={run}")
        ]
        kernel = psutil.Process(server.app.kernel_manager.get_kernel(await server.kernel_id()).provisioner.pid)
        environment = json.dumps({name: value for name, value in kernel.environ().items() if name != "OPENAI_API_KEY"})
        lines = command_lines()
        await browser.save()

    told = json.dumps(browser.messages)
    rest = " ".join(reply.body.decode() for reply in replies)
    assert MASK in told and MASK in bodies
    assert "{}" in "".join(browser.texts()), "the kernel's environment"
    files = holding(tmp_path, *ALL)
    assert files == {"keys.json": [SAVED]}, files
    streams = capfd.readouterr()
    for key in ALL:
        for name, place in {
            "the page": told,
            "the model": bodies,
            "REST": rest,
            "the log": server.log.getvalue() + streams.out + streams.err,
            "the kernel's environment": environment,
            "ps": lines,
        }.items():
            assert key not in place, f"{name}: …{place[max(0, place.find(key) - 200) : place.find(key) + 40]}"
    assert (tmp_path / "data" / "codeact" / "keys.json").stat().st_mode & 0o077 == 0


async def test_a_key_that_cannot_be_used_is_told_of_without_being_shown(serve, tmp_path):  # noqa: F811
    server = await serve(codeact={"api_key": (CANARY,)})
    server.write("a.ipynb", "x = 1")
    browser = await server.browser()
    assert "api_key has to be text in quotes" in browser.heard("welcome")[-1]["problem"]
    assert CANARY not in json.dumps(browser.messages) + server.log.getvalue()


async def test_a_key_that_the_users_own_cell_shows_is_theirs_and_told_to_nobody_else(serve, tmp_path, monkeypatch):  # noqa: F811
    """The cell shows what its code printed, in the notebook and in the journal that restores it; observation, events and model do not."""
    async with ScriptedServer([act("print(pasted)"), act("raise ValueError(pasted * 400)"), act("pasted"), say("Done.")]) as model:
        monkeypatch.setenv("CODEACT_API_KEY", CANARY)
        monkeypatch.setenv("OPENAI_BASE_URL", model.url)
        monkeypatch.setenv("CODEACT_MODEL", "m")
        server = await serve(codeact={"approval": "auto"})
        server.write("a.ipynb", f"pasted = {CANARY!r}")
        browser = await server.browser()
        async with User(server, await server.start_kernel()) as user:
            await user.runs(f"pasted = {CANARY!r}")
        run = await browser.ask()
        assert await browser.answer(run) == "Done."
        assert CANARY in browser.texts()[1]
        seen = [event["text"] for event in browser.events(run, "observed")]
        assert MASK in seen[0] and MASK in seen[1] and MASK in seen[2]
        assert "canary" not in json.dumps(browser.messages)
        assert "canary" not in json.dumps(model.requests)
        assert "canary" not in server.log.getvalue()
        assert kept(tmp_path, "canary") == {"journal"}
