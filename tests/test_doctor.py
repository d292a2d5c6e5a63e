"""What `jupyter codeact doctor` finds, as a process and part by part."""

import json
import socket

import pytest

from codeact_jupyter import doctor
from codeact_jupyter.connections import Connection, Connections
from codeact_jupyter.testing import Say, ScriptedServer, call, say

NUMBERS = say("one two three four five six", delay=0.3)
CALLS = Say("", calls=[call("execute", code="print(1)")])
PAGES = {"/v1/models": {"data": [{"id": "m", "max_model_len": 4096}]}}
KEY = "sk-canary-4711"


def checks(result):
    return {check["check"]: check for check in json.loads(result.stdout)["checks"]}


def written(folder, name, content):
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))


def test_with_nothing_set_up_a_run_could_start_and_each_line_says_what_to_do(place):
    result = place.run("doctor")

    lines = result.stdout.splitlines()
    names = [line.split(":")[0][2:] for line in lines[:-1]]
    assert (result.returncode, result.stderr) == (0, "")
    assert [name for name in names if name != "local servers"] == [
        "extension", "frontend", "collaboration", "store", "kernel", "sandbox", "settings", "answers"
    ]  # fmt: skip
    assert all(line[0] in "✓✗?" for line in lines[:-1])
    assert lines[-1] == "A run could start."
    assert "\x1b" not in result.stdout
    assert "server extension enable codeact_jupyter" in lines[0] or lines[0].startswith("✓")
    assert place.kernels() == []


def test_a_server_that_is_named_is_tested_as_in_the_panel(place):
    place.env["CODEACT_API_KEY"] = KEY
    with ScriptedServer([NUMBERS, CALLS, say("red")], pages=PAGES) as model:
        result = place.run("doctor", "--base-url", model.url, "--model", "m", "--json")

    found = checks(result)
    assert result.returncode == 0
    assert json.loads(result.stdout)["ready"] is True
    names = ("reachable", "answers", "streams", "usage", "tools", "images", "context", "model")
    assert [found[name]["result"] for name in names] == ["yes", "yes", "yes", "yes", "yes", "no", "yes", "yes"]
    assert f"m at {model.url} (from --base-url; a key is set)" in found["settings"]["words"]
    assert "4,096 tokens" in found["context"]["words"]
    assert KEY not in result.stdout + result.stderr


def test_a_server_that_is_not_there_is_said_and_the_exit_code_is_1(place):
    with ScriptedServer([]) as gone:
        url = gone.url
    result = place.run("doctor", "--base-url", url)

    assert result.returncode == 1
    assert result.stdout.splitlines()[-1].startswith("No run could start")
    assert f"✗ reachable: Nothing answers at {url} (connection refused)" in result.stdout


def test_settings_without_which_no_run_starts_are_said_without_asking_anybody(place):
    place.env["OPENAI_API_KEY"] = KEY
    result = place.run("doctor", "--json")
    found = checks(result)
    assert result.returncode == 1
    assert (found["settings"]["result"], "no model is named" in found["settings"]["words"]) == ("no", True)
    assert "answers" not in found


@pytest.mark.parametrize("arguments", [("--base-url", "ftp://x"), ("--nonsense",), ("--model",)])
def test_mistakes_of_use_end_with_2(place, arguments):
    result = place.run("doctor", *arguments)
    assert result.returncode == 2
    assert result.stderr
    assert result.stdout == ""


def test_the_default_connection_is_what_the_command_line_asks(place):
    saved = Connections(place.home / "data" / "codeact")
    with ScriptedServer([NUMBERS, CALLS, say("red")], pages=PAGES) as model:
        saved.save(Connection("Mine", "other", model.url, "m"), KEY)
        result = place.run("doctor", "--json")
        assert "the connection 'Mine'; a key is set" in checks(result)["settings"]["words"]
        assert KEY not in result.stdout + result.stderr
        assert all(request.headers["authorization"] == f"Bearer {KEY}" for request in model.seen)


@pytest.mark.parametrize("options, tools, format", [((), True, "tool"), (("--format", "code"), False, "code")])
def test_a_run_asks_the_default_connection_in_the_format_that_was_found(place, options, tools, format):
    saved = Connections(place.home / "data" / "codeact")
    with ScriptedServer([say("Hello.")]) as model:
        saved.save(Connection("Mine", "other", model.url, "m", format="tool"), KEY)
        result = place.run("run", "n.ipynb", "hello", "--events", "events.jsonl", *options)
    assert (result.returncode, result.stdout) == (0, "Hello.\n")
    assert ("tools" in model.requests[0], model.requests[0]["model"]) == (tools, "m")
    assert model.seen[0].headers["authorization"] == f"Bearer {KEY}"
    assert place.events()[0]["event"]["format"] == format
    assert KEY not in (place.folder / "events.jsonl").read_text() + result.stderr


def test_connections_that_cannot_be_read_are_said_and_done_without(place):
    written(place.home / "data" / "codeact", "connections.json", [])
    result = place.run("run", "n.ipynb", "hello", "--model", "offline")
    assert result.returncode == 0
    assert "connections.json cannot be read" in result.stderr


def test_a_store_that_cannot_be_opened_is_said(place):
    (place.home / "data").mkdir(exist_ok=True)
    (place.home / "data" / "codeact").write_text("a file")
    result = place.run("doctor", "--json")
    assert result.returncode == 1
    assert checks(result)["store"]["result"] == "no"


def test_a_kernel_that_does_not_answer_is_said(place):
    spec = {"argv": ["/bin/false"], "display_name": "Python 3", "language": "python"}
    written(place.home / "first" / "kernels" / "python3", "kernel.json", spec)
    place.env["JUPYTER_PATH"] = str(place.home / "first")
    result = place.run("doctor", "--json")
    assert result.returncode == 1
    assert checks(result)["kernel"]["result"] == "no"


def test_an_extension_that_is_not_enabled_is_told_from_one_that_is(tmp_path):
    near, far = tmp_path / "near", tmp_path / "far"
    folders = [str(near), str(far)]
    assert doctor.extension(folders).result == "no"
    written(far, "jupyter_server_config.d/codeact_jupyter.json", {"ServerApp": {"jpserver_extensions": {"codeact_jupyter": True}}})
    assert doctor.extension(folders).result == "yes"
    written(near, "jupyter_server_config.json", {"ServerApp": {"jpserver_extensions": {"codeact_jupyter": False}}})
    assert doctor.extension(folders).result == "no"


def test_the_panel_has_to_be_there_enabled_and_of_the_same_version(tmp_path, monkeypatch):
    share, config = [str(tmp_path / "share")], [str(tmp_path / "config")]
    versions = {"codeact-jupyter": "1.0.0a2", "jupyterlab": "4.6.6"}
    monkeypatch.setattr(doctor.importlib.metadata, "version", versions.__getitem__)
    assert "not installed" in doctor.frontend(share, config).words
    written(tmp_path / "share" / "codeact-jupyter", "package.json", {"version": "1.0.0-alpha.2"})
    assert doctor.frontend(share, config).result == "yes"
    written(tmp_path / "share" / "codeact-jupyter", "package.json", {"version": "0.9.0"})
    assert "of version 0.9.0" in doctor.frontend(share, config).words
    written(tmp_path / "config" / "labconfig", "page_config.json", {"disabledExtensions": {"codeact-jupyter": True}})
    assert "is disabled" in doctor.frontend(share, config).words


def test_collaboration_is_in_the_way_only_where_it_is_enabled(tmp_path, monkeypatch):
    assert doctor.collaboration([str(tmp_path)]).result == "yes"
    (tmp_path / "jupyter_server_ydoc.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert doctor.collaboration([str(tmp_path)]).result == "yes"
    written(tmp_path, "jupyter_server_config.d/y.json", {"ServerApp": {"jpserver_extensions": {"jupyter_server_ydoc": True}}})
    assert "disable_rtc" in doctor.collaboration([str(tmp_path)]).words


def test_a_local_server_is_offered_and_not_used(place):
    port = next((port for port in (8000, 8080, 1234, 11434) if free(port)), None)
    if port is None:
        pytest.skip("something listens on all the usual ports of this machine")
    place.env["CODEACT_API_KEY"] = KEY
    place.env["CODEACT_MODEL"] = "offline"
    with ScriptedServer([], port, pages=PAGES) as local:
        result = place.run("doctor")
    assert result.returncode == 0
    assert f"--base-url {local.url}" in result.stdout
    assert [request.path for request in local.seen] == ["/v1/models"]
    assert "authorization" not in local.seen[0].headers


def free(port):
    with socket.socket() as it:
        return it.connect_ex(("127.0.0.1", port)) != 0
