"""What `jupyter codeact` does not begin: a mistake in its arguments, or a notebook that somebody works in."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from codeact_jupyter.cli import main
from codeact_jupyter.testing import ScriptedServer, notebook, say
from tests.commandline import PATIENCE, Place, eventually, names


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "COMMAND"),
        (["walk"], "'walk'"),
        (["run"], "NOTEBOOK"),
        (["run", "n.ipynb"], "INSTRUCTION"),
        (["run", "n.ipynb", "do it", "--bogus"], "--bogus"),
        (["run", "n.ipynb", "do it", "--max", "3"], "--max"),
        (["run", "n.ipynb", "do it", "--max-steps", "0"], "--max-steps"),
        (["run", "n.ipynb", "do it", "--max-steps", "2.5"], "'2.5'"),
        (["run", "n.ipynb", "do it", "--max-steps", "9999"], "max_steps"),
        (["run", "n.ipynb", "do it", "--timeout", "abc"], "--timeout"),
        (["run", "n.ipynb", "do it", "--timeout", "-1"], "--timeout"),
        (["run", "n.ipynb", "do it", "--reply-timeout", "nan"], "--reply-timeout"),
        (["run", "n.ipynb", "do it", "--approval", "never"], "--approval"),
        (["run", "n.ipynb", "do it", "--max-tokens", "-1"], "--max-tokens"),
        (["run", "n.ipynb", "do it", "--max-seconds", "inf"], "--max-seconds"),
        (["run", "n.ipynb", "do it", "--base-url", "http://127.0.0.1:1/v1", "--max-cost", "1"], "price"),
        (["runs", "--limit", "-1"], "--limit"),
        (["resume"], "nothing to resume"),
        (["resume", "0123"], "'0123'"),
        (["resume", "--notebook", "n.ipynb"], "--notebook"),
        (["run", "n.ipynb", "do it", "--base-url", "localhost:8000"], "base_url"),
        (["run", "n.ipynb", "do it", "--base-url", "http://["], "base_url"),
        (["run", "n.ipynb", "do it", "--model", "gpt"], "key"),
        (["run", "n.ipynb", "  "], "instruction is empty"),
        (["run", "n.ipynb", "do \udcff it"], "UTF-8"),
        (["run", "n.txt", "do it"], ".ipynb"),
        (["run", "nowhere/n.ipynb", "do it"], "nowhere"),
        (["run", "folder.ipynb", "do it"], "folder"),
        (["run", "n.ipynb", "do it", "--events", "nowhere/e.jsonl"], "nowhere/e.jsonl"),
        (["demo", "--dir", "folder.ipynb/file"], "folder.ipynb/file"),
    ],
)
def test_a_mistake_is_named_and_exits_with_2(
    arguments: Sequence[str], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "folder.ipynb" / "file").touch()
    with pytest.raises(SystemExit) as exit:
        main(arguments)
    out, err = capsys.readouterr()
    assert exit.value.code == 2
    assert named in err.splitlines()[-1]
    assert out == ""
    assert names(tmp_path) == ["folder.ipynb"]


def test_a_setting_of_a_config_file_that_cannot_be_used_is_named(place: Place) -> None:
    (place.home / "config").mkdir()
    (place.home / "config" / "jupyter_server_config.py").write_text("c.CodeAct.max_steps = 'many'\n")
    result = place.run("run", "n.ipynb", "do it")
    assert result.returncode == 2
    assert "max_steps" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_command_line_wins_over_the_environment_and_config_files(place: Place) -> None:
    (place.home / "config").mkdir()
    (place.home / "config" / "jupyter_codeact_config.py").write_text("c.CodeAct.max_steps = 7\nc.CodeAct.model = 'of the file'\n")
    place.env |= {"CODEACT_MODEL": "of the environment", "OPENAI_API_KEY": "sk-1", "CODEACT_API_KEY": "sk-2"}
    with ScriptedServer([say("Two.")]) as model:
        place.env["OPENAI_BASE_URL"] = model.url
        result = place.run("run", "n.ipynb", "do it", "--model", "of the command line")
    assert result.returncode == 0
    assert model.requests[0]["model"] == "of the command line"
    assert model.seen[0].headers["authorization"] == "Bearer sk-2"
    assert "You have 7 steps left." in model.requests[0]["messages"][-1]["content"]


# Somebody else has the notebook


@contextmanager
def jupyter_server(place: Place) -> Iterator[dict[str, Any]]:
    """A real server of this user's; what it says of itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_server", "--no-browser", "--port", "0", "--allow-root", "--ServerApp.jpserver_extensions={}"],
        cwd=place.folder,
        env=place.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    runtime = place.home / "runtime"
    try:
        eventually(lambda: list(runtime.glob("jpserver-*.json")), "a server")
        (file,) = runtime.glob("jpserver-*.json")
        eventually(lambda: _can_read(file), "what it says of itself")
        yield json.loads(file.read_text())
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _can_read(file: Path) -> bool:
    try:
        return bool(json.loads(file.read_text()))
    except ValueError:
        return False


def open_session(server: dict[str, Any], path: str) -> None:
    request = urllib.request.Request(
        f"{server['url']}api/sessions",
        json.dumps({"path": path, "name": "", "type": "notebook", "kernel": {"name": "python3"}}).encode(),
        {"Authorization": f"token {server['token']}", "Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            opener.open(request, timeout=PATIENCE).close()
            return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_a_notebook_with_a_kernel_on_a_server_is_refused_unless_forced(place: Place) -> None:
    (place.folder / "sub").mkdir()
    for name in ("sub/n.ipynb", "sub/other.ipynb"):
        (place.folder / name).write_text(json.dumps(notebook("a = 1")))
    with jupyter_server(place) as server, ScriptedServer([say("One."), say("Two.")]) as model:
        open_session(server, "sub/n.ipynb")
        refused = place.ask(model, name="sub/n.ipynb")
        assert model.seen == []
        forced = place.ask(model, "--force", name="sub/n.ipynb")
        other = place.ask(model, name="sub/other.ipynb")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert server["url"] in refused.stderr
    assert "--force" in refused.stderr
    assert (forced.returncode, forced.stdout) == (0, "One.\n")
    assert (other.returncode, other.stdout) == (0, "Two.\n")


def test_what_a_server_that_was_killed_left_behind_refuses_nothing(place: Place) -> None:
    runtime = place.home / "runtime"
    runtime.mkdir()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = {"pid": gone.pid, "url": "http://127.0.0.1:1/", "token": "", "root_dir": str(place.folder)}
    (runtime / f"jpserver-{gone.pid}.json").write_text(json.dumps(left))
    (runtime / "jpserver-0.json").write_text("{half")
    with ScriptedServer([say("Two.")]) as model:
        assert place.ask(model).stdout == "Two.\n"
