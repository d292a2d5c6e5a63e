"""The connect view's routes, which model a conversation asks, and where the key is not."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from codeact_jupyter.connections import PRESETS
from codeact_jupyter.testing import Say, ScriptedServer, call, fault, say
from tests.server.played import KEY, TOKEN, act
from tests.server.tab import until

CANARY = "sk-canary-4711"
NUMBERS = "one two three four five six"
ROUTES = [
    ("GET", "connections"),
    ("PUT", "connections"),
    ("DELETE", "connections/x"),
    ("GET", "local-servers"),
    ("POST", "models"),
    ("POST", "test"),
]


async def asked(server, method, route, body=None, **headers):
    """Status and what was said, whatever it is."""
    try:
        answer = await server.fetch(method, f"codeact/api/{route}", body, **headers)
    except HTTPClientError as error:
        answer = error.response
    lines = [json.loads(line) for line in answer.body.splitlines()] if answer.body else [None]
    return answer.code, lines if route == "test" and answer.code == 200 else lines[0]


async def connect(server, model, **more):
    status, made = await asked(
        server, "PUT", "connections", {"kind": "other", "base_url": model.url, "model": "m", "key": CANARY, "name": "Mine", **more}
    )
    assert status == 200, made
    return made


async def test_presets_are_offered_and_nothing_is_saved_at_first(serve):
    server = await serve(codeact={"locked": ["model"], "model": "fixed"})

    status, told = await asked(server, "GET", "connections")

    assert status == 200
    assert told["connections"] == []
    assert (told["default"], told["key_store"], told["locked"]) == ("", "file", ["model"])
    assert [preset["kind"] for preset in told["presets"]] == [preset.kind for preset in PRESETS]
    assert set(told["presets"][0]) == {"kind", "label", "base_url", "needs_key", "help"}


async def test_a_connection_is_saved_shown_changed_and_removed_and_its_key_never_comes_back(serve):
    server = await serve()
    async with ScriptedServer([]) as model:
        found = {"format": "tool", "images": True, "context_length": 4096, "tested": True}
        made = await connect(server, model, **found)
        assert made | {"tested": ""} == {
            "name": "Mine", "kind": "other", "base_url": model.url, "model": "m", "format": "tool", "images": True,
            "context_length": 4096, "tested": "", "has_key": True,
        }  # fmt: skip
        assert made["tested"]

        status, kept = await asked(server, "PUT", "connections", {"kind": "other", "base_url": model.url + "/", "model": "m"})
        assert (status, kept["name"], kept["has_key"], kept["format"], kept["tested"]) == (200, "Mine", True, "tool", made["tested"])
        _, other = await asked(server, "PUT", "connections", {"kind": "other", "base_url": model.url, "model": "m2"})
        assert (other["has_key"], other["format"], other["images"], other["tested"]) == (True, "code", False, None)
        again = {"kind": "other", "base_url": model.url, "model": "m2", "context_length": None, "images": True, "tested": True}
        _, other = await asked(server, "PUT", "connections", again)
        assert (other["context_length"], other["images"], bool(other["tested"])) == (None, True, True)
        _, moved = await asked(server, "PUT", "connections", {"name": "Mine", "kind": "other", "base_url": "http://else/v1", "model": "m"})
        assert not moved["has_key"]
        _, told = await asked(server, "GET", "connections")
        assert (told["connections"], told["default"]) == ([moved], "Mine")
        assert (await asked(server, "DELETE", "connections/Mine"))[0] == 204
        assert (await asked(server, "DELETE", "connections/Mine")) == (404, {"message": "There is no connection 'Mine'."})


async def test_a_name_with_a_slash_or_a_percent_can_be_removed(serve):
    server = await serve()
    async with ScriptedServer([]) as model:
        await connect(server, model, name="a/b 100% ü")
        assert (await asked(server, "DELETE", "connections/a%2Fb%20100%25%20%C3%BC"))[0] == 204


@pytest.mark.parametrize(
    "wrong, words",
    [
        (None, "JSON"),
        ([], "JSON object"),
        ({}, "`base_url` is missing"),
        ({"base_url": "http://x/v1"}, "`kind` is missing"),
        ({"base_url": "http://x/v1", "kind": "other"}, "`model` is missing"),
        ({"base_url": "http://x/v1", "kind": "odd", "model": ""}, "no kind of server"),
        ({"base_url": 1, "kind": "other", "model": ""}, "`base_url` has to be text"),
        ({"base_url": "file:///etc/passwd", "kind": "other", "model": ""}, "http or https"),
        ({"base_url": f"http://me:{CANARY}@x/v1", "kind": "other", "model": ""}, "give these as the key"),
        ({"base_url": "http://x/v1", "kind": "other", "model": "", "key": "ä" + CANARY}, "characters that no key has"),
        ({"base_url": "http://x/v1", "kind": "other", "model": "", "format": "xml"}, "code or tool"),
        ({"base_url": "http://x/v1", "kind": "other", "model": "", "images": "yes"}, "true or false"),
        ({"base_url": "http://x/v1", "kind": "other", "model": "", "context_length": -1}, "positive whole number"),
        ({"base_url": "http://x/v1", "kind": "other", "model": "", "name": "n" * 81}, "1 to 80"),
    ],
)
async def test_what_cannot_be_saved_is_said_in_words(serve, wrong, words):
    server = await serve()
    status, told = await asked(server, "PUT", "connections", wrong)
    assert status == 400
    assert list(told) == ["message"]
    assert words in told["message"]
    assert CANARY not in str(told) + server.log.getvalue()
    assert "Traceback" not in server.log.getvalue()


class MayOnlyRead(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return (action, resource) != ("execute", "kernels")


@pytest.mark.parametrize("method, route", ROUTES)
async def test_strangers_other_origins_and_who_may_not_execute_get_nothing(serve, method, route):
    server = await serve(ServerApp={"authorizer_class": MayOnlyRead})
    body = {"kind": "other", "base_url": "http://127.0.0.1:9/v1", "model": "m"} if method in ("PUT", "POST") else None

    assert (await asked(server, method, route, body))[0] == 403
    assert (await asked(server, method, route, body, Authorization="token wrong"))[0] == 403
    assert not (Path(os.environ["JUPYTER_DATA_DIR"]) / "codeact" / "connections.json").exists()


async def test_a_cookie_alone_needs_the_xsrf_token(serve):
    server = await serve()
    login = await server.fetch("GET", f"api/status?token={TOKEN}")
    cookies = "; ".join(cookie.split(";")[0] for cookie in login.headers.get_list("Set-Cookie"))
    for method, route in ROUTES:
        if method != "GET":
            body = {"kind": "other", "base_url": "http://127.0.0.1:9/v1", "model": "m"} if method != "DELETE" else None
            assert (await asked(server, method, route, body, Authorization="", Cookie=cookies))[0] == 403, route
    assert (await asked(server, "GET", "connections", Authorization="", Cookie=cookies))[0] == 200
    assert (await asked(server, "GET", "connections", Authorization="", Cookie=cookies, Origin="http://evil.example"))[0] == 404


async def test_models_are_listed_with_the_key_that_is_given_or_saved_for_this_url(serve):
    server = await serve()
    pages = {"/v1/models": {"data": [{"id": "m", "max_model_len": 4096}, {"id": "n"}]}}
    async with ScriptedServer([], pages=pages) as model, ScriptedServer([], pages=pages) as other:
        await connect(server, model)
        here, elsewhere = {"kind": "other", "base_url": model.url}, {"kind": "other", "base_url": other.url}

        status, told = await asked(server, "POST", "models", here | {"name": "Mine"})
        await asked(server, "POST", "models", here | {"key": "sk-typed", "name": "Mine"})
        await asked(server, "POST", "models", here)
        await asked(server, "POST", "models", elsewhere | {"name": "Mine"})

        assert (status, told) == (200, {"models": [{"id": "m", "context_length": 4096}, {"id": "n", "context_length": None}]})
        assert [request.headers.get("authorization") for request in model.seen] == [f"Bearer {CANARY}", "Bearer sk-typed", None]
        assert "authorization" not in other.seen[0].headers
    status, told = await asked(server, "POST", "models", here)
    assert status == 400
    assert "Nothing answers" in told["message"]


async def test_servers_of_this_machine_are_looked_for_only_when_asked(serve, open_notebook):
    port = next((port for port in (8000, 8080, 1234, 11434) if free(port)), None)
    if port is None:
        pytest.skip("something listens on all the usual ports of this machine")
    async with ScriptedServer([], port, pages={"/v1/models": {"data": [{"id": "mine"}]}}) as local:
        server, browser, _ = await open_notebook([say("Hello.")])
        await browser.answer(await browser.ask())
        await asked(server, "GET", "connections")
        assert local.seen == []

        status, found = await asked(server, "GET", "local-servers")

        assert status == 200
        assert [one["models"] for one in found if one["base_url"] == local.url] == [["mine"]]
        assert [request.path for request in local.seen] == ["/v1/models"]
        assert "authorization" not in local.seen[0].headers


def free(port):
    with socket.socket() as it:
        return it.connect_ex(("127.0.0.1", port)) != 0


async def test_a_test_tells_line_by_line_what_the_model_can(serve):
    server = await serve()
    called = Say("", calls=[call("execute", code="print(1)")])
    pages = {"/v1/models": {"data": [{"id": "m", "context_length": 8192}]}}
    times = []
    async with ScriptedServer([say(NUMBERS, delay=0.05), called, say("red", delay=0.3)], pages=pages) as model:
        await connect(server, model)
        request = HTTPRequest(
            server.url + "codeact/api/test",
            "POST",
            headers={"Authorization": f"token {TOKEN}"},
            body=json.dumps({"kind": "other", "base_url": model.url, "model": "m", "name": "Mine"}),
            streaming_callback=lambda part: times.append((asyncio.get_running_loop().time(), part)),
        )
        answer = await AsyncHTTPClient().fetch(request)
    lines = [json.loads(line) for line in b"".join(part for _, part in times).splitlines()]

    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert [line["check"] for line in lines] == ["reachable", "answers", "streams", "usage", "tools", "images", "context", "done"]
    assert all(set(line) == {"check", "result", "words", "seconds"} for line in lines[:-1])
    assert {name: lines[-1][name] for name in ("format", "images", "context_length", "works")} == {
        "format": "tool", "images": False, "context_length": 8192, "works": True
    }  # fmt: skip
    assert times[-1][0] - times[0][0] > 0.3  # they come as they end
    assert model.seen[0].headers["authorization"] == f"Bearer {CANARY}"
    assert CANARY not in str(lines)


async def test_a_test_ends_when_its_client_goes(serve):
    server = await serve()
    async with ScriptedServer([fault("hang")], pages={"/v1/models": {"data": []}}) as model:
        body = {"kind": "other", "base_url": model.url, "model": "m"}
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        content = json.dumps(body)
        head = (
            f"POST /codeact/api/test HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: token {TOKEN}\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        writer.write((head + content).encode())
        await until(lambda: model.requests)
        writer.close()
        await asyncio.wait_for(model.seen[-1].left.wait(), 5)
    assert "Traceback" not in server.log.getvalue()


async def test_the_administrators_url_and_key_hold(serve):
    async with ScriptedServer([], pages={"/v1/models": {"data": []}}) as inside, ScriptedServer([]) as outside:
        server = await serve(codeact={"base_url": inside.url, "api_key": KEY, "locked": ["base_url", "api_key"]})
        body = {"kind": "other", "base_url": outside.url, "model": "m"}
        for method, route in (("PUT", "connections"), ("POST", "models"), ("POST", "test")):
            status, told = await asked(server, method, route, body)
            assert status == 403
            assert "administrator fixed the URL" in told["message"]
        assert outside.seen == []
        status, told = await asked(server, "PUT", "connections", body | {"base_url": inside.url, "key": CANARY})
        assert (status, "fixed the key" in told["message"]) == (403, True)
        assert (await asked(server, "PUT", "connections", body | {"base_url": inside.url}))[0] == 200


async def test_a_file_that_cannot_be_read_is_said(serve):
    server = await serve()
    folder = Path(os.environ["JUPYTER_DATA_DIR"]) / "codeact"
    folder.mkdir()
    (folder / "connections.json").write_text("{")
    status, told = await asked(server, "GET", "connections")
    assert status == 400
    assert "connections.json cannot be read" in told["message"]
    server.write("a.ipynb")
    browser = await server.browser()
    assert "connections.json cannot be read" in browser.heard("welcome")[0]["problem"]


async def test_a_model_that_is_connected_answers_and_its_key_is_nowhere_else(serve):
    look = "import os, pathlib; print([n for n, v in os.environ.items() if 'canary' in v])"
    server = await serve(codeact={"approval": "auto"})
    server.write("a.ipynb", "x = 1")
    browser = await server.browser()
    assert browser.heard("welcome")[-1]["model"] == "offline"
    async with ScriptedServer([act(look), say("Done.")]) as model:
        await connect(server, model, images=True, format="code")
        told = await browser.hears("welcome", count=2)
        assert (told["model"], told["where"], told["format"], told["images"], told["problem"]) == ("m", "local", "code", True, "")

        assert await browser.answer(await browser.ask()) == "Done."

        assert model.seen[0].headers["authorization"] == f"Bearer {CANARY}"
    assert browser.texts()[-1] == "[]\n"
    assert CANARY not in str(browser.messages) + server.log.getvalue() + (server.root / "a.ipynb").read_text()
    server.extension.store._db.execute("PRAGMA wal_checkpoint(FULL)")
    with_key = [path for path in server.root.parent.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert [path.name for path in with_key] == ["keys.json"]


async def test_each_conversation_asks_the_model_that_was_chosen_for_it(serve):
    server = await serve()
    server.write("a.ipynb")
    server.write("b.ipynb")
    async with ScriptedServer([say("One.")] * 3) as one, ScriptedServer([say("Two.")] * 3) as two:
        await connect(server, one, name="One", key="sk-one")
        await connect(server, two, name="Two", key="sk-two")
        browser, other = await server.browser(), await server.browser("b.ipynb")
        assert await browser.answer(await browser.ask()) == "Two."

        await browser.send("choose_model", connection="One", model="m-chosen")
        told = await browser.hears("welcome", count=2)
        assert (told["connection"], told["model"]) == ("One", "m-chosen")
        assert await browser.answer(await browser.ask()) == "One."
        assert (one.requests[0]["model"], one.seen[0].headers["authorization"]) == ("m-chosen", "Bearer sk-one")
        assert await other.answer(await other.ask()) == "Two."

        await browser.send("new_conversation")
        told = await browser.hears("welcome", count=3)
        assert (told["connection"], told["model"]) == ("One", "m-chosen")

        await browser.send("choose_model", connection="", model="offline")
        told = await browser.hears("welcome", count=4)
        assert (told["connection"], told["model"], told["where"]) == ("", "offline", "built-in")

        await browser.send("choose_model", connection="", model="")
        assert (await browser.hears("welcome", count=5))["model"] == "m"


async def test_a_choice_that_is_gone_is_said_and_nothing_is_asked_elsewhere(serve):
    server = await serve()
    server.write("a.ipynb")
    async with ScriptedServer([]) as one, ScriptedServer([say("Two.")]) as two:
        await connect(server, two, name="Two")
        await connect(server, one, name="One")
        browser = await server.browser()
        await browser.send("choose_model", connection="One", model="")
        await browser.hears("welcome", count=2)
        await asked(server, "DELETE", "connections/One")
        told = await browser.hears("welcome", count=3)
        assert "no connection 'One'" in told["problem"]
        run = await browser.ask("hello")
        assert "no connection 'One'" in (await browser.hears("refused", run=run))["message"]
        assert one.seen == two.seen == []
        await browser.send("choose_model", connection="nobody", model="")
        assert "no connection 'nobody'" in (await browser.hears("notice"))["message"]
        await browser.send("choose_model", connection="Two", model="")
        await browser.hears("welcome", count=4)
        assert await browser.answer(await browser.ask()) == "Two."


async def test_a_connection_that_the_administrator_forbids_cannot_be_chosen(serve):
    async with ScriptedServer([]) as inside, ScriptedServer([]) as outside:
        server = await serve()
        await connect(server, outside)
        server.extension.config_values.base_url, server.extension.config_values.locked = inside.url, ["base_url"]
        server.write("a.ipynb")
        browser = await server.browser()
        await browser.send("choose_model", connection="Mine", model="")
        assert "administrator fixed the URL" in (await browser.hears("notice"))["message"]
        assert outside.seen == []


async def test_the_servers_key_does_not_go_where_the_browser_says(open_notebook):
    _, browser, model = await open_notebook([say("Mine.")])
    async with ScriptedServer([say("Elsewhere.")]) as elsewhere:
        await browser.send("configure", settings={"base_url": elsewhere.url})
        await browser.hears("welcome", count=2)
        assert await browser.answer(await browser.ask()) == "Elsewhere."
        assert KEY not in str(elsewhere.seen[0].headers)
        await browser.send("configure", settings={"base_url": model.url + "/"})
        await browser.hears("welcome", count=3)
        assert await browser.answer(await browser.ask()) == "Mine."
        assert model.seen[0].headers["authorization"] == f"Bearer {KEY}"
        await browser.send("configure", settings={"api_key": CANARY})
        told = await browser.hears("welcome", count=4)
        assert "no setting of the browser" in told["problem"]
        assert CANARY not in str(told)


def test_a_server_that_starts_imports_neither_the_sdk_nor_a_keyring():
    code = "import sys, codeact_jupyter.server.app; sys.exit(bool({'openai', 'httpx2', 'keyring', 'pycrdt'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)
