"""%codeact in a notebook of the server's: real cells, the panel's conversation, and what the magic's own cell shows of it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from codeact_jupyter.kernel.host import client_of
from codeact_jupyter.kernel.wire import Message, Wire
from codeact_jupyter.server.magic import MOST
from codeact_jupyter.testing import fault, say
from tests.server.played import KEY, Served, act
from tests.server.tab import SECONDS, until

LOOP = "print('begun', flush=True)\nwhile True: pass"


class Page:
    """What runs cells of a notebook, as JupyterLab does, and shows what comes of them."""

    def __init__(self, server: Served, kernel_id: str):
        self.server, self.kernel_id = server, kernel_id
        self.kernel = server.app.kernel_manager.get_kernel(kernel_id)
        self._client = client_of(self.kernel)
        self._wire = Wire(self._client, self._hear)
        self.heard: list[Message] = []

    async def open(self) -> None:
        async def alive() -> bool:
            return True

        await self._wire.open(SECONDS, alive)

    async def close(self) -> None:
        await self._wire.close()

    def runs(self, code: str, cell: str = "c1") -> "asyncio.Future[Message]":
        self._client.session.metadata = {"cellId": cell}
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        return self._wire.request("execute_request", content)

    async def ran(self, code: str, cell: str = "c1") -> dict[str, Any]:
        reply: dict[str, Any] = (await asyncio.wait_for(self.runs(code, cell), SECONDS))["content"]
        return reply

    async def press(self, button: str) -> None:
        """A click in the widget, sent to a subshell as JupyterLab does it."""

        def opened() -> str | None:
            for content in self._contents("comm_open"):
                if content["data"].get("state", {}).get("description") == button:
                    return str(content["comm_id"])
            return None

        comm = await until(opened, f"no button {button}")
        created = await self._wire.ask("create_subshell_request", {}, within=SECONDS, channel="control")
        assert created
        data = {"method": "custom", "content": {"event": "click"}}
        self._wire.request("comm_msg", {"comm_id": comm, "data": data}, subshell=created["content"]["subshell_id"])

    async def interrupt(self) -> None:
        await self.kernel.interrupt_kernel()

    def shown(self) -> list[str]:
        """Each display as it stands now, in plain text."""
        displays: dict[str, str] = {}
        for kind in self.heard:
            content = kind["content"]
            if kind["header"]["msg_type"] in ("display_data", "update_display_data"):
                displays[content["transient"].get("display_id", "")] = content["data"]["text/plain"]
        return list(displays.values())

    def values(self) -> list[str]:
        """What the line of the widget said, one after the other."""
        states = [content["data"].get("state", {}) for content in self._contents("comm_msg")]
        return [state["value"] for state in states if "value" in state]

    def _contents(self, kind: str) -> list[dict[str, Any]]:
        return [message["content"] for message in self.heard if message["header"]["msg_type"] == kind]

    def _hear(self, message: Message) -> None:
        self.heard.append(message)


Opened = tuple[Served, Any, Page]


@pytest.fixture
async def page(open_notebook: Any) -> AsyncIterator[Callable[..., Awaitable[Opened]]]:
    """A notebook in a tab, its kernel with the magic loaded, and a model that follows a script."""
    async with AsyncExitStack() as stack:

        async def opened(*script: Any, **config: Any) -> Opened:
            server, browser, _ = await open_notebook(script, ("%%codeact\nwhat is it?", "y = 1"), **config)
            page = Page(server, await server.start_kernel())
            await page.open()
            stack.push_async_callback(page.close)
            assert (await page.ran("%load_ext codeact_jupyter"))["status"] == "ok"
            return server, browser, page

        yield opened


async def test_the_magic_returns_at_once_and_its_run_is_the_panels(page):
    server, browser, page = await page(act("y + 41", "Add."), say("It is **42**."))

    asked = page.runs("%%codeact\nwhat is it?")
    mine = page.runs("y = 1", "c2")

    assert (await asked)["content"]["status"] == "ok"
    own = (await mine)["content"]["execution_count"]
    await until(lambda: any("42" in text for text in page.shown()), str(page.shown()))
    assert browser.sources() == ["%%codeact\nwhat is it?", "y + 41", "y = 1"], "below the magic's cell"
    assert browser.texts()[1] == "42", "the user's next cell came first"
    assert browser.cells()[1]["execution_count"] == own + 1
    (answer,) = page.shown()
    assert answer.startswith("It is **42**.\n\nAnswered in 2 steps. ")
    assert re.search(r" \d+ s · \d+ tokens$", answer)
    (run,) = {message["run"] for message in browser.heard("recorded")}
    assert browser.events(run, "user_asked")[0]["anchor"] == "c1"
    await until(lambda: server.sources() == browser.sources())
    assert not browser.conflicts


async def test_with_wait_the_agents_cells_run_before_the_next_one(page):
    _, browser, page = await page(act("y = 41", "Set."), act("print(y)", "Show."), say("Set."))

    asked = page.runs("%%codeact --wait\nset y")
    mine = page.runs("y = y + 1\ny", "c2")

    assert (await asked)["content"]["status"] == "ok"
    assert (await mine)["content"]["status"] == "ok"
    await until(lambda: browser.texts()[1:3] == ["", "41\n"], str(browser.cells()))
    (result,) = await until(lambda: [message for message in page.heard if message["header"]["msg_type"] == "execute_result"])
    assert result["content"]["data"]["text/plain"] == "42", "the same names, the agent's value first"


@pytest.mark.parametrize("wait", ["", "--wait"])
async def test_the_widget_shows_the_step_and_its_stop_ends_an_endless_loop(page, wait):
    _, browser, page = await page(act(LOOP, "Loop."))
    asked = page.runs(f"%%codeact {wait}\nloop")
    await until(lambda: "begun\n" in browser.texts(), "it runs")
    await until(lambda: any("Step 1 of 30 · running · " in value for value in page.values()), str(page.values()))

    await page.press("Stop")

    reply = (await asyncio.wait_for(asked, SECONDS))["content"]
    assert (reply["status"], reply.get("ename")) == (("error", "RunStopped") if wait else ("ok", None))
    await until(lambda: any(text.startswith("Stopped. ") for text in page.shown()), str(page.shown()))
    assert browser.texts()[1].endswith("KeyboardInterrupt: ")
    assert (await page.ran("1 + 1"))["status"] == "ok"


async def test_an_interrupt_of_the_cell_that_waits_stops_the_run(page):
    _, browser, page = await page(act(LOOP, "Loop."))
    asked = page.runs("%%codeact --wait\nloop")
    await until(lambda: "begun\n" in browser.texts(), "it runs")

    await page.interrupt()

    reply = (await asyncio.wait_for(asked, SECONDS))["content"]
    assert reply["ename"] == "RunStopped"
    assert reply["traceback"] == ["RunStopped: Stopped. What ran until then is in the notebook."]
    (run,) = {message["run"] for message in browser.heard("recorded")}
    assert (await browser.end(run))["reason"] == "stopped"


async def test_code_that_awaits_while_the_cell_waits_is_stopped_too(page):
    _, browser, page = await page(act("import asyncio; print('begun', flush=True); await asyncio.sleep(600)", "Sleep."))
    asked = page.runs("%%codeact --wait\nsleep")
    await until(lambda: "begun\n" in browser.texts(), "it runs")

    await page.press("Stop")

    assert (await asyncio.wait_for(asked, SECONDS))["content"]["ename"] == "RunStopped"
    assert (await page.ran("1 + 1"))["status"] == "ok"


async def test_a_failed_run_fails_the_cell_that_waits_for_it(page):
    _, _, page = await page(fault(401))

    asked = page.runs("%%codeact --wait\nset y")
    after = page.runs("y = 1", "c2")

    reply = (await asked)["content"]
    assert (reply["status"], reply["ename"]) == ("error", "RunFailed")
    assert len(reply["traceback"]) == 1, "no frames of ours"
    assert (await after)["content"]["status"] == "aborted"


async def test_what_cannot_be_started_is_told_in_the_cell(page):
    _, browser, page = await page(act(LOOP, "Loop."))
    await page.ran("%%codeact\nloop")
    await until(lambda: "begun\n" in browser.texts(), "it runs")

    refused = page.runs("%%codeact\nanother", "c2")

    await browser.send("stop_run", run=browser.heard("recorded")[0]["run"])
    await refused
    await until(lambda: any("A run goes on in this notebook" in text for text in page.shown()) or page.shown()[1:], str(page.shown()))


async def test_a_setting_that_is_not_possible_is_told_in_the_cell(page):
    _, _, page = await page(say("Never asked."))

    assert (await page.ran("%%codeact --max-steps 0\nwork"))["status"] == "ok"

    await until(lambda: any("max_steps" in text for text in page.shown()), str(page.shown()))


async def test_without_ipywidgets_progress_is_text(page):
    _, browser, page = await page(act("import time; time.sleep(1.5)", "Sleep."), say("Slept."))
    await page.ran("import sys; sys.modules['ipywidgets'] = None")

    await page.ran("%%codeact\nsleep")

    await until(lambda: any(text.startswith("Slept.") for text in page.shown()), str(page.shown()))
    texts = [message["content"]["data"]["text/plain"] for message in page.heard if message["header"]["msg_type"].endswith("display_data")]
    assert any(text.startswith("Step 1 of 30 · running · ") for text in texts)
    assert not [message for message in page.heard if "vnd.jupyter.widget" in json.dumps(message["content"])]


async def test_the_key_never_reaches_the_kernel(page):
    _, _, page = await page(say("Hello."))

    await page.ran("%codeact config")
    await page.ran("import os; print(os.environ.get('CODEACT_API_KEY'))")
    await page.ran("%%codeact\nhello")
    await until(lambda: any(text.startswith("Hello.") for text in page.shown()))
    await page.ran("%codeact history")
    await until(lambda: any("1. hello  (answered · 1 step · 120 tokens)" in text for text in page.shown()), str(page.shown()))

    told = next(text for text in page.shown() if "max_steps" in text)
    assert "key        set" in told
    assert "model      scripted" in told
    assert KEY not in json.dumps([message["content"] for message in page.heard], default=str)


async def test_where_no_page_shows_the_notebook_the_file_gets_the_cells(serve, scripted):
    await scripted(act("print(6 * 7)", "Multiply."), say("It is 42."))
    server = await serve()
    server.write("a.ipynb", "%%codeact\nwhat is it?", "y = 1")
    page = Page(server, await server.start_kernel())
    await page.open()
    try:
        await page.ran("%load_ext codeact_jupyter")
        await page.ran("%%codeact\nwhat is it?")
        await until(lambda: server.sources() == ["%%codeact\nwhat is it?", "print(6 * 7)", "y = 1"], str(server.sources()))
        await until(lambda: any(text.startswith("It is 42.") for text in page.shown()))
    finally:
        await page.close()


async def test_a_cell_that_no_server_can_be_asked_for_is_worked_on_in_place(page):
    _, browser, page = await page(say("Never asked by the server."))

    page.heard.clear()
    reply = await page.ran("%%codeact --model offline\nWhat is 2 + 2?", cell="vscode-notebook-cell:/a.ipynb#X")

    assert not [message for message in page.heard if message["header"]["msg_type"] == "comm_open"], "it was not sent to the server"
    assert reply["status"] == "ok"
    assert browser.heard("recorded") == []


async def test_a_kernel_that_was_restarted_is_heard_too(page):
    _, browser, page = await page(say("Hello."))
    await page.close()
    await page.kernel.restart_kernel()
    page = Page(page.server, page.kernel_id)
    await page.open()
    try:
        await page.ran("%load_ext codeact_jupyter")
        await page.ran("%%codeact\nhello")
        await until(lambda: any(text.startswith("Hello.") for text in page.shown()), str(page.shown()))
    finally:
        await page.close()


async def test_a_kernel_without_subshells_waits_by_working_in_place(page):
    _, browser, page = await page(say("Never asked by the server."))
    await page.ran("k = type(get_ipython().kernel); k.kernel_info = property(lambda self: {})")

    reply = await page.ran("%%codeact --wait --model offline\nWhat is 2 + 2?")

    assert reply["status"] == "ok"
    said = [message["content"]["text"] for message in page.heard if message["header"]["msg_type"] == "stream"]
    assert any("This kernel has no subshells" in text for text in said)
    assert "Answered in 1 step" in said[-1]
    assert browser.heard("recorded") == []


JUNK = """
import json
kernel = get_ipython().kernel
flood = [{"comm_id": f"codeact-{n}", "target_name": "codeact", "data": {"what": "config"}} for n in range(300)]
for content in ([], "x", {"comm_id": "codeact-x", "target_name": "codeact", "data": "x"}, {"comm_id": 5}, *flood):
    for kind in ("comm_open", "comm_msg"):
        kernel.session.send(kernel.iopub_socket, kind, content=json.dumps(content).encode(), ident=b"comm-codeact-x")
"""


async def test_whatever_code_sends_on_our_comms_the_magics_after_it_are_answered(page):
    server, browser, page = await page(say("Hello."))
    magics = server.extension._magics
    assert (await page.ran(JUNK))["status"] == "ok"
    await until(lambda: magics._asking, "the flood has begun")
    assert len(magics._asking) <= MOST
    await until(lambda: not magics._asking, "the flood is over")
    await page.ran("%%codeact\nhello")
    await until(lambda: any(text.startswith("Hello.") for text in page.shown()), str(page.shown()))
    assert "Traceback" not in server.log.getvalue()
