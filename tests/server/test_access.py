"""Who may open the socket, and what it does with what it does not understand."""

import json

import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from codeact_jupyter.testing import say
from tests.server.played import TOKEN, Served, act, refused


async def status_of(url: str, **headers: str) -> int:
    return await refused(websocket_connect(HTTPRequest(url, headers=headers)))


async def cookies_of(server: Served) -> str:
    """Of a browser that is logged in."""
    login = await server.fetch("GET", f"api/status?token={TOKEN}")
    return "; ".join(cookie.split(";")[0] for cookie in login.headers.get_list("Set-Cookie"))


async def test_a_stranger_gets_no_socket(serve):
    server = await serve()
    server.write("a.ipynb")

    assert await status_of(server.socket_url(token="")) == 403
    assert await status_of(server.socket_url(token="wrong")) == 403


async def test_a_page_of_another_origin_gets_no_socket_with_the_users_cookie(serve):
    server = await serve()
    server.write("a.ipynb")
    cookies, url = await cookies_of(server), server.socket_url(token="")

    assert await status_of(url, Cookie=cookies, Origin="http://evil.example") == 403
    assert await status_of(url, Cookie=cookies, Origin=server.url.rstrip("/")) == 200


async def test_a_place_that_is_no_notebook_of_the_server_is_not_found(serve):
    server = await serve()
    server.write("a.ipynb")
    (server.root.parent / "secret.ipynb").write_text("{}")

    for path in ("b.ipynb", "", "/", "..", "../secret.ipynb", "a/../../secret.ipynb", "/etc/passwd", "a\0b"):
        assert await status_of(server.socket_url(path)) == 404, path
    assert await status_of(server.socket_url("folder/..//a.ipynb")) == 200
    assert await status_of(f"ws://127.0.0.1:{server.port}/codeact/api/socket?token={TOKEN}") == 400


class MayOnly(Authorizer):
    denied = ("execute", "kernels")

    def is_authorized(self, handler, user, action, resource):
        return (action, resource) != self.denied


class MayNotWrite(MayOnly):
    denied = ("write", "contents")


@pytest.mark.parametrize("authorizer", [MayOnly, MayNotWrite])
async def test_who_may_not_execute_or_not_write_gets_no_socket(serve, authorizer):
    server = await serve(ServerApp={"authorizer_class": authorizer})
    server.write("a.ipynb")

    assert await status_of(server.socket_url()) == 403


async def test_junk_is_refused_in_words_and_the_socket_goes_on(open_notebook):
    server, browser, _ = await open_notebook([say("Here.")])
    junk = ["", "{", "null", "[]", '"x"', '{"type": "sudo"}', '{"type": "start_run"}', '{"type": "stop_run", "run": 1}', "{}" * 9]
    junk += [json.dumps({"type": "subscribe", "more": 1})]

    for message in junk:
        await browser.send_raw(message)
    await browser.hears("refused", count=len(junk))
    for frame in (b"", b"\0", b"\0\0", b"\0\1\xff\xff\xff", b"\0\2" + bytes(range(256)), b"\1\0", b"\x07" * 9):
        await browser.send_raw(frame)
    await browser.send("renamed", path="../secret.ipynb")
    await browser.send("renamed", path="nowhere.ipynb")
    await browser.send("steer", run="unknown", text="left")
    await browser.send("stop_run", run="unknown")

    assert await browser.answer(await browser.ask()) == "Here."
    assert browser.heard("refused", run="unknown")
    assert "Traceback" not in server.log.getvalue()
    assert server.room().desk.path == "a.ipynb"


async def test_what_comes_before_subscribe_is_refused_and_its_words_are_given_back(serve):
    server = await serve()
    server.write("a.ipynb")
    socket = await websocket_connect(server.socket_url())

    await socket.write_message(b"\0\0\1\0", binary=True)
    await socket.write_message(json.dumps({"type": "start_run", "run": "r1", "request": "hello"}))

    told = json.loads(await socket.read_message())
    assert (told["type"], told["run"]) == ("refused", "r1")
    assert server.extension.rooms == {}


async def test_an_empty_request_is_refused_with_its_run(open_notebook):
    _, browser, _ = await open_notebook([act("1")])

    run = await browser.ask("  \n ")

    assert (await browser.hears("refused"))["run"] == run
