"""The notebook's own kernel: found, started, lost, restarted, and given back."""

import os
import signal
import sys

import pytest

from codeact_jupyter.testing import say
from tests.server.played import User, act, kernelspec
from tests.server.tab import until

SLOW = "import time; print('begun', flush=True); time.sleep(60)"


def pid_of(server, kernel_id):
    return server.app.kernel_manager.get_kernel(kernel_id).provisioner.pid


async def connections(server):
    return [kernel["connections"] for kernel in await server.api("GET", "kernels")]


async def test_the_browser_starts_the_kernel_while_it_is_there_and_the_run_counts_as_a_connection(open_notebook):
    server, browser, _ = await open_notebook([act("import time; time.sleep(1)"), say("Done.")])

    run = await browser.ask()
    await browser.hears("doing", what="running")
    before = (await server.api("GET", "kernels"))[0]["last_activity"]
    assert await connections(server) == [1]
    assert len(browser.heard("start_kernel")) == 1
    await browser.answer(run)

    await until(lambda: server.room().session.live is None)
    assert await connections(server) == [0]
    assert (await server.api("GET", "kernels"))[0]["last_activity"] > before


async def test_without_a_browser_the_server_starts_the_kernel_in_the_notebooks_folder(scripted, serve):
    await scripted(act("import os; print(os.getcwd())"), say("Done."))
    server = await serve()
    server.write("deep/n.ipynb")
    browser = await server.browser("deep/n.ipynb")
    browser.starts_kernel = False
    await browser.ask()
    await browser.hears("start_kernel")
    await browser.close()
    await until(lambda: server.room("deep/n.ipynb").session.live is None)

    assert "".join(server.cells("deep/n.ipynb")[-1]["outputs"][0]["text"]).strip() == str(server.root / "deep")
    assert await server.kernel_id("deep/n.ipynb")


async def test_a_kernel_that_runs_already_is_used_and_its_names_are_told(open_notebook):
    server, browser, model = await open_notebook([act("print(secret_number + 1)"), say("42.")])
    async with User(server, await server.start_kernel()) as user:
        await user.runs("secret_number = 41")
        await browser.answer(await browser.ask())

        assert "secret_number" in str(model.requests[0]["messages"])
        assert browser.texts()[-1] == "42\n"
        assert len(await server.api("GET", "kernels")) == 1


async def test_a_kernel_that_is_not_python_or_not_there_is_refused_in_words(scripted, serve):
    kernelspec("ir", "R")
    await scripted(fallback=lambda _: "never asked")
    server = await serve()
    server.write("r.ipynb", kernelspec={"name": "ir", "display_name": "R", "language": "R"})
    server.write("j.ipynb", kernelspec={"name": "julia-9", "display_name": "J", "language": "julia"})
    server.write("p.ipynb")
    julia, r, python = [await server.browser(path) for path in ("j.ipynb", "r.ipynb", "p.ipynb")]

    missing = await julia.end(await julia.ask())
    assert missing["reason"] == "failed"
    assert "no kernel 'julia-9'" in missing["message"]
    assert "python3" in missing["message"]
    other = await r.end(await r.ask())
    assert "Ir (R); the agent acts by Python" in other["message"]
    assert await server.api("GET", "kernels") == []
    await server.start_kernel("p.ipynb", "ir")  # chosen by the user, whatever the file says
    assert "Ir (R)" in (await python.end(await python.ask()))["message"]
    assert "Traceback" not in server.log.getvalue()


async def test_a_kernel_that_cannot_be_started_is_named_in_words(scripted, serve):
    kernelspec("broken", "python", ["/no/such/python", "-f", "{connection_file}"])
    await scripted(fallback=lambda _: "never asked")
    server = await serve()
    server.write("a.ipynb", kernelspec={"name": "broken", "display_name": "Broken", "language": "python"})
    browser = await server.browser()
    browser.starts_kernel = False
    run = await browser.ask()
    await browser.hears("start_kernel")
    await browser.close()
    await until(lambda: server.room().session.live is None)

    end = server.extension.store.events(run)[-1].event
    assert end.reason == "failed"
    assert "could not be started" in end.message


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
async def test_a_kernel_that_is_killed_is_told_and_runs_again_before_the_next_action(open_notebook):
    pause = say("<execute>\nprint('alive')\n</execute>", delay=0.5, pieces=5)
    server, browser, model = await open_notebook([act(SLOW), pause, say("Done.")])
    run = await browser.ask()
    await until(lambda: browser.texts()[-1] == "begun\n")
    kernel_id = await server.kernel_id()
    os.kill(pid_of(server, kernel_id), signal.SIGKILL)
    died = await browser.event(run, "observed", seconds=15)
    assert died["status"] == "died"
    assert "all variables are lost" in died["text"].lower()
    await browser.hears("typing")
    os.kill(pid_of(server, kernel_id), signal.SIGKILL)
    told = await browser.event(run, "observed", count=2, seconds=15)
    assert (told["action_id"], told["status"]) == (None, "died")

    await browser.answer(run)
    assert browser.texts()[-1] == "alive\n"
    assert "all variables are lost" in str(model.requests[2]["messages"][-1]["content"]).lower()
    assert await connections(server) == [0]


async def test_a_kernel_restarted_by_the_user_in_mid_action_is_told_and_used_on(open_notebook):
    server, browser, _ = await open_notebook([act("y = 1\n" + SLOW), act("print('y' in globals())"), say("Done.")])
    run = await browser.ask()
    await until(lambda: browser.texts()[-1] == "begun\n")

    await server.api("POST", f"kernels/{await server.kernel_id()}/restart")

    assert await browser.answer(run) == "Done."
    assert browser.events(run, "observed")[0]["status"] == "died"
    assert browser.texts()[-1] == "False\n"


async def test_a_kernel_shut_down_by_the_user_in_mid_run_ends_the_run_in_words_and_the_next_one_starts_it(open_notebook):
    server, browser, _ = await open_notebook([act(SLOW), act("print('never')"), act("print('anew')"), say("Done.")])
    run = await browser.ask()
    await until(lambda: browser.texts()[-1] == "begun\n")
    (session,) = await server.api("GET", "sessions")
    await server.api("DELETE", f"sessions/{session['id']}")

    end = await browser.end(run)
    assert (end["reason"], end["message"]) == ("failed", "The notebook's kernel was shut down. Ask again, and it is started anew.")
    assert await browser.answer(await browser.ask()) == "Done."
    assert browser.texts()[-1] == "anew\n"


async def test_another_kernel_that_the_user_chooses_in_mid_run_is_gone_over_to(open_notebook):
    server, browser, _ = await open_notebook([act("y = 1\n" + SLOW), act("print('y' in globals())"), say("Done.")])
    run = await browser.ask()
    await until(lambda: browser.texts()[-1] == "begun\n")
    (session,) = await server.api("GET", "sessions")

    await server.api("PATCH", f"sessions/{session['id']}", {"kernel": {"name": "python3"}})

    assert await browser.answer(run) == "Done."
    assert browser.texts()[-1] == "False\n"
    assert await connections(server) == [0]


STUBBORN = """
import time
print("begun", flush=True)
while True:
    try:
        while True:
            time.sleep(0.1)
    except BaseException:
        pass
"""


async def test_code_that_nothing_ends_is_ended_by_the_restart_that_the_user_is_asked_for(open_notebook):
    server, browser, _ = await open_notebook([act(STUBBORN)])
    run = await browser.ask()
    await until(lambda: browser.texts()[-1] == "begun\n")
    await browser.send("stop_run", run=run)
    await browser.hears("ask_restart", run=run)
    await browser.drop()
    browser.messages.clear()
    await browser.connect()
    await browser.send("restart_kernel")

    assert (await browser.end(run))["reason"] == "stopped"
    async with User(server, await server.kernel_id()) as user:
        assert await user.says("1 + 1") == "2"


async def test_a_kernel_that_waits_for_the_model_is_not_culled(open_notebook):
    culling = {"cull_idle_timeout": 2, "cull_interval": 1, "cull_connected": True}
    slow = say("<execute>\nprint(y)\n</execute>", pieces=10, delay=1)
    server, browser, _ = await open_notebook([act("y = 5"), slow, say("Done.")], MappingKernelManager=culling)

    await browser.answer(await browser.ask())

    assert browser.texts()[-1] == "5\n"
    assert await connections(server) == [0]
