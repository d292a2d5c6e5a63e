"""The sandboxed kernel on the server: what is allowed in it without asking, and why there is none."""

import asyncio
import itertools
import json
import os
import shutil

import pytest
from tornado.httpclient import HTTPClientError

from codeact_jupyter.kernel.sandbox import NAME
from codeact_jupyter.testing import ScriptedServer, say
from tests.server.played import User, act, kernelspec

here = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not here")

SPEC = {"name": NAME, "display_name": "Python 3 (sandboxed)", "language": "python"}
REACHES = """
import urllib.request
try:
    urllib.request.urlopen("http://127.0.0.1:9", timeout=3)
except OSError as error:
    print("no:", error)
"""
WRITES = "import pathlib\npathlib.Path('made.txt').write_text('x')"


async def notebook_of(open_notebook, script, **config):
    server, browser, model = await open_notebook(script, **config)
    server.write("a.ipynb", "x = 1", kernelspec=SPEC)
    await browser.load()
    return server, browser, model


@here
async def test_in_the_sandbox_network_and_files_need_no_approval(open_notebook):
    server, browser, _ = await notebook_of(open_notebook, [act(REACHES), act(WRITES), say("Done.")], codeact={"approval": "risky"})
    await server.start_kernel(name=NAME)
    run = await browser.ask()
    assert await browser.answer(run) == "Done."
    assert browser.events(run, "approval_asked") == []
    assert "no: <urlopen error" in browser.events(run, "observed")[0]["text"]
    assert (server.root / "made.txt").read_text() == "x"


@here
async def test_a_name_in_the_notebook_makes_no_sandbox(open_notebook):
    """What its metadata says is anybody's word: it is the process that counts."""
    server, browser, _ = await notebook_of(open_notebook, [act(WRITES), say("Done.")], codeact={"approval": "risky"})
    await server.start_kernel(name="python3")
    run = await browser.ask()
    asked = await browser.event(run, "approval_asked")
    assert "write_files" in asked["effects"]
    assert not (server.root / "made.txt").exists()
    await browser.send("stop_run", run=run)
    await browser.end(run)


@here
async def test_a_kernelspec_of_that_name_makes_no_sandbox(open_notebook, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", os.environ["JUPYTER_DATA_DIR"])
    kernelspec(NAME, "python")
    server, browser, _ = await notebook_of(open_notebook, [act(WRITES), say("Done.")], codeact={"approval": "risky"})
    await server.start_kernel(name=NAME)
    run = await browser.ask()
    assert "write_files" in (await browser.event(run, "approval_asked"))["effects"]
    await browser.send("stop_run", run=run)
    await browser.end(run)


@here
async def test_it_is_interrupted_restarted_and_shut_down_as_any_kernel(serve):
    server = await serve()
    server.write("sub/a.ipynb", "x = 1")
    (server.root / "above.txt").write_text("above")
    kernel = await server.start_kernel("sub/a.ipynb", NAME)
    async with User(server, kernel) as user:
        assert (await user.runs("kept = 1"))["content"]["status"] == "ok"
        assert await user.says("__import__('os').path.exists('../above.txt')") == "False"
        sleeping = user.runs("open('begun', 'w').close(); import time; time.sleep(100)")
        async with asyncio.timeout(60):
            while not (server.root / "sub" / "begun").exists():
                await asyncio.sleep(0.02)
        await server.api("POST", f"kernels/{kernel}/interrupt", {})
        assert (await sleeping)["content"]["ename"] == "KeyboardInterrupt"
        assert await user.says("kept") == "1"
    await server.api("POST", f"kernels/{kernel}/restart", {})
    async with User(server, kernel) as user:
        assert await user.says("'kept' in globals()") == "False"
    await server.api("DELETE", f"kernels/{kernel}")
    assert await server.api("GET", "kernels") == []


HEARS = "from comm import create_comm; heard = []"
ASKS_ELSEWHERE = """
asks = create_comm(target_name="codeact", comm_id="codeact-NUMBER", primary=False)
asks.on_msg(lambda message: heard.append(message["content"]["data"].get("message")))
asks.open(data={"what": "run", "request": "what it must not tell", "settings": {"base_url": URL, "model": "m"}})
"""


@here
async def test_code_in_it_cannot_have_the_server_ask_elsewhere(serve):
    """The server has a network, and asks what a magic tells it to."""
    server = await serve()
    server.write("a.ipynb", "x = 1")
    async with ScriptedServer([say("Heard.")]) as elsewhere, User(server, await server.start_kernel(name=NAME)) as user:
        assert (await user.runs(HEARS))["content"]["status"] == "ok"

        async def answered() -> str:
            for number in itertools.count():  # again: the server begins to listen some time after the kernel is there
                asks = ASKS_ELSEWHERE.replace("NUMBER", str(number)).replace("URL", repr(elsewhere.url))
                assert (await user.runs(asks))["content"]["status"] == "ok"
                for _ in range(20):
                    if (said := await user.says("heard[-1:]")) != "[]":
                        return said
                    await asyncio.sleep(0.1)
            raise AssertionError

        assert "cannot have the server ask elsewhere" in await asyncio.wait_for(answered(), 30)
        assert elsewhere.seen == []


async def test_why_there_is_none_reaches_who_starts_it(serve, monkeypatch, tmp_path):
    server = await serve()
    server.write("a.ipynb", "x = 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HTTPClientError) as caught:
        await server.start_kernel(name=NAME)
    assert "bubblewrap (bwrap), which is not here" in json.loads(caught.value.response.body)["message"]
    assert await server.api("GET", "kernels") == []


@pytest.mark.parametrize("attached", [True, False])
async def test_why_there_is_none_ends_the_run_with_these_words(attached, open_notebook, monkeypatch, tmp_path):
    server, browser, _ = await notebook_of(open_notebook, [act("1"), say("Done.")])
    monkeypatch.setenv("PATH", str(tmp_path))
    if not attached:
        await browser.close()
        browser = await server.browser()
        browser.starts_kernel = False
    run = await browser.ask()
    end = await browser.end(run, seconds=20)
    assert end["reason"] == "failed"
    assert "bubblewrap (bwrap), which is not here" in end["message"]
    assert "apt install bubblewrap" in end["message"]
