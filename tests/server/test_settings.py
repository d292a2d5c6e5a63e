"""What the panel says of the model and of the settings, and where the key does not go."""

import json
import os
import sys
from pathlib import Path

import pytest
from tornado.websocket import websocket_connect

from codeact_jupyter.testing import say
from tests.server.played import KEY, TOKEN, act
from tests.server.tab import Browser, until


async def welcome(serve, user=None, sync=True, **config):
    server = await serve(codeact=config)
    server.write("a.ipynb", "x = 1")
    browser = Browser(server, "a.ipynb")
    server.browsers.append(browser)
    browser.settings = user or {}
    await browser.load()
    await browser.connect(sync=sync)
    told = browser.heard("welcome")[0]
    return told["model"], told["where"], told["problem"], browser


async def test_with_nothing_set_the_built_in_model_answers(serve):
    model, where, problem, _ = await welcome(serve)

    assert (model, where, problem) == ("offline", "built-in", "")


LOCAL = "http://localhost:1/v1"


@pytest.mark.parametrize(
    "environment, config, user, said",
    [
        ({"CODEACT_API_KEY": KEY, "CODEACT_MODEL": "m"}, {}, {}, ("m", "remote", "")),
        ({"OPENAI_BASE_URL": LOCAL}, {}, {}, ("default", "local", "")),
        ({}, {"model": "fixed", "base_url": LOCAL, "locked": ["model"]}, {"model": "theirs"}, ("fixed", "local", "")),
        ({"CODEACT_API_KEY": KEY}, {}, {}, ("default", "remote", "no model is named")),
        ({"CODEACT_MODEL": "m"}, {}, {}, ("m", "remote", "no key for 'm'")),
        ({}, {"max_steps": 0}, {}, ("offline", "built-in", "Correct it (c.CodeAct)")),
    ],
)
async def test_the_panel_says_which_model_is_asked_where_and_what_is_wrong(serve, monkeypatch, environment, config, user, said):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    model, where, problem, browser = await welcome(serve, user, **config)

    assert (model, where) == said[:2]
    assert said[2] in problem
    assert bool(said[2]) == bool(problem)
    if problem:
        await refused_with(browser, problem)


async def test_a_setting_of_the_users_that_cannot_be_used_is_named_and_corrected_without_a_restart(serve):
    *_, browser = await welcome(serve, {"base_url": "ftp://x"})
    table = [
        ({"base_url": "ftp://x"}, "offline", "http or https"),
        ({"max_steps": "many"}, "offline", "max_steps"),
        ({"colour": "red"}, "offline", "no setting 'colour'"),
        ({"model": "theirs", "base_url": LOCAL}, "theirs", ""),
    ]
    for count, (settings, model, words) in enumerate(table, 2):
        await browser.send("configure", settings=settings)
        told = await browser.hears("welcome", count=count)
        assert told["model"] == model
        assert words in told["problem"]
        assert bool(words) == bool(told["problem"])
        if words:
            await refused_with(browser, told["problem"])


async def refused_with(browser: Browser, words: str) -> None:
    run = await browser.ask("hello")
    assert (await browser.hears("refused", run=run))["message"] == words
    assert browser.events(run) == []


async def test_settings_that_change_hold_from_the_next_run_on(open_notebook):
    _, browser, model = await open_notebook([say("One."), say("Two.")])
    await browser.answer(await browser.ask())

    await browser.send("configure", settings={"model": "other", "max_steps": 3})

    told = await browser.hears("welcome", count=2)
    assert (told["model"], told["max_steps"]) == ("other", 3)
    await browser.answer(await browser.ask())
    assert [request["model"] for request in model.requests] == ["scripted", "other"]


@pytest.mark.skipif(sys.platform == "win32", reason="the terminal's shell")
async def test_our_key_reaches_the_model_and_nothing_else(open_notebook):
    code = "import os; print('CODEACT_API_KEY' in os.environ, 'CODEACT_MODEL' in os.environ)"
    extensions = {"jpserver_extensions": {"jupyter_server_terminals": True}}
    server, browser, model = await open_notebook([act(code), say("Done.")], ServerApp=extensions)
    await browser.answer(await browser.ask())
    terminal = (await server.api("POST", "terminals"))["name"]
    shell = await websocket_connect(f"ws://127.0.0.1:{server.port}/terminals/websocket/{terminal}?token={TOKEN}")
    marker = server.root / "printed"
    await shell.write_message(json.dumps(["stdin", f"env > '{marker}.part' && mv '{marker}.part' '{marker}'\r"]))
    await until(marker.exists)

    assert model.seen[0].headers["authorization"] == f"Bearer {KEY}"
    assert browser.texts()[-1] == "False True\n"
    assert KEY not in marker.read_text()
    assert "CODEACT_MODEL" in marker.read_text()
    assert KEY not in str(browser.messages)
    assert KEY not in server.log.getvalue()
    assert KEY not in (server.root / "a.ipynb").read_text()
    server.extension.store._db.execute("PRAGMA wal_checkpoint(FULL)")
    stored = [path.read_bytes() for path in Path(os.environ["JUPYTER_DATA_DIR"]).rglob("*") if path.is_file()]
    assert stored
    assert not any(KEY.encode() in content for content in stored)


async def test_a_store_that_cannot_be_opened_is_said_and_the_words_are_given_back(serve):
    folder = Path(os.environ["JUPYTER_DATA_DIR"]) / "codeact"
    folder.write_text("a file where the folder should be")

    model, _, problem, browser = await welcome(serve, sync=False)
    run = await browser.ask("hello")

    assert model == ""
    assert "cannot be opened" in problem
    assert await browser.hears("refused") == {"type": "refused", "run": run, "message": problem}
    assert "Traceback" not in browser.server.log.getvalue()


COLLABORATION = """
from jupyter_server.extension.application import ExtensionApp

class YDocExtension(ExtensionApp):
    name = "jupyter_server_ydoc"
    disable_rtc = %s

def _jupyter_server_extension_points():
    return [{"module": "jupyter_server_ydoc", "app": YDocExtension}]
"""


@pytest.mark.parametrize("disabled", [False, True])
async def test_beside_a_real_time_collaboration_that_is_too_old_the_panel_says_what_to_do(serve, scripted, tmp_path, monkeypatch, disabled):
    (tmp_path / "jupyter_server_ydoc.py").write_text(COLLABORATION % disabled)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "jupyter_server_ydoc", raising=False)
    await scripted(say("Hello."))
    server = await serve(ServerApp={"jpserver_extensions": {"jupyter_server_ydoc": True}})
    server.write("a.ipynb")
    browser = await server.browser()
    run = await browser.ask("hello")

    if disabled:
        assert await browser.answer(run) == "Hello."
    else:
        assert "jupyter-collaboration>=5" in browser.heard("welcome")[0]["problem"]
        assert (await browser.hears("refused"))["message"] == browser.heard("welcome")[0]["problem"]
    monkeypatch.delitem(sys.modules, "jupyter_server_ydoc", raising=False)
