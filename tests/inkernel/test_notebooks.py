"""%codeact in notebooks that no server shows: papermill, nbconvert and `jupyter execute`."""

import asyncio
import re

import pytest
from jupyter_client.manager import start_new_async_kernel

from codeact_jupyter.testing import fault, say
from tests.inkernel.conftest import LOAD, Bench, act


def test_papermill_gets_code_outputs_and_answer_as_they_come_and_the_names_stay(bench: Bench, scripted):
    model = scripted(act("y = x + 1\nprint('sum', y)", "Add one."), act("y * 20", "Multiply."), say("It is **60**."))
    bench.ask(model)

    ran = bench.papermill("x = 2", "%%codeact\nAdd one, and multiply by 20.", "y")

    assert ran.code == 0, ran.told
    texts = ran.texts(2)
    assert texts[:-1] == ["Add one.\n\n    y = x + 1\n    print('sum', y)", "sum 3\n", "Multiply.\n\n    y * 20", "60", "It is **60**."]
    assert re.fullmatch(r"Answered in 3 steps\. \d+ s · [\d,]+ tokens\n", texts[-1])
    outputs = ran.cells[2].outputs
    assert outputs[0].data["text/markdown"] == "Add one.\n\n```python\ny = x + 1\nprint('sum', y)\n```"
    assert outputs[4].data["text/markdown"] == "It is **60**."
    assert ran.texts(3) == ["3"]
    observed = [request["messages"][-1]["content"] for request in model.requests[1:]]
    assert "sum 3" in observed[0]
    assert "[result]\n60" in observed[1]
    assert "x = 2" in str(model.requests[0]["messages"][1]), "the user's cells are told of"


def test_a_failed_attempt_is_shown_and_observed_but_papermill_goes_on(bench: Bench, scripted):
    model = scripted(act("{}['masss']", "Look."), say("There is none."))
    bench.ask(model)

    ran = bench.papermill("%%codeact\nLook.", "'went on'")

    assert ran.code == 0, ran.told
    assert "KeyError" in "".join(ran.texts(1))
    assert ran.texts(2) == ["'went on'"]
    assert "KeyError: 'masss'" in model.requests[1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    "script, steps, words",
    [
        ([fault(401)], 9, "key"),
        ([act("x = 1"), act("x = 2"), say("Not done.")], 2, "No answer after 2 steps"),
        ([act("1/0")] * 5, 9, "same code failed"),
    ],
    ids=["failed", "limit", "stuck"],
)
def test_a_run_without_an_answer_raises_so_that_papermill_stops(bench: Bench, scripted, script, steps, words):
    bench.ask(scripted(*script))

    ran = bench.papermill(f"%%codeact --max-steps {steps}\nWork.", "'never'")

    assert ran.code != 0
    magic = next(cell for cell in ran.cells if cell.source.startswith("%%codeact"))
    (failed,) = [output for output in magic.outputs if output.output_type == "error"]
    assert failed.ename == "RunFailed"
    assert words in failed.evalue
    assert failed.traceback == [f"RunFailed: {failed.evalue}"], "no frames of ours"
    assert ran.cells[-1].outputs == []


@pytest.mark.parametrize(
    "command",
    [
        ("jupyter", "nbconvert", "--to", "notebook", "--execute", "a.ipynb", "--output", "b.ipynb"),
        ("jupyter", "execute", "a.ipynb", "--output", "b"),
    ],
    ids=["nbconvert", "jupyter execute"],
)
def test_the_built_in_model_answers_offline_whoever_runs_the_notebook(bench: Bench, command):
    bench.write(LOAD, "%%codeact\nWhat is the average revenue by region? Plot it.", "%codeact history")

    ran = bench.run(*command)

    assert ran.code == 0, ran.told
    outputs = ran.cells[1].outputs
    assert any("image/png" in output.get("data", {}) for output in outputs)
    answer = next(output.data["text/markdown"] for output in reversed(outputs) if "text/markdown" in output.get("data", {}))
    assert "| north | 25 |" in answer
    assert "| south | 20 |" in answer
    assert re.search(r"1\. What is the average revenue by region\? Plot it\.  \(answered · \d steps", ran.texts(2)[0])


def test_figures_await_shell_and_input_are_as_in_any_cell(bench: Bench, scripted):
    model = scripted(
        act("import asyncio\nawait asyncio.sleep(0.01)\n'awaited'", "Await."),
        act("!echo shell; exit 3", "Shell."),
        act("import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('Growth')\nplt.show()", "Plot."),
        act("input('q')", "Ask."),
        act("exit()", "Leave."),
        act("from IPython.display import display\nh = display('a', display_id=True)\nh.update('b')\n'quiet';", "Update."),
        say("Done."),
    )
    bench.ask(model)

    ran = bench.papermill("%%codeact --approval auto\nWork.", "'alive'")

    assert ran.code == 0, ran.told
    observed = [request["messages"][-1]["content"] for request in model.requests[1:]]
    assert "'awaited'" in observed[0]
    assert "shell" in observed[1]
    assert "[exit status 3]" in observed[1]
    assert "Growth" in observed[2], "what the figure shows, for a model that does not see"
    assert "[no input]" in observed[3]
    assert "it would end your session" in observed[4]
    assert "'b'" in observed[5]
    assert "'a'" not in observed[5]
    assert "quiet" not in observed[5]
    assert any("image/png" in output.get("data", {}) for output in ran.cells[1].outputs)
    assert ran.texts(2) == ["'alive'"]


def test_fix_mends_the_last_error_and_explain_names_what_it_is_about(bench: Bench, scripted):
    model = scripted(say("Divide by one."), say("A list."))
    bench.ask(model)
    bench.write(LOAD, "zero = 0", "1 / zero", "%codeact fix", "numbers = [1, 2]", "%codeact explain numbers")

    bench.run("jupyter", "execute", "a.ipynb", "--allow-errors", "--output", "b")

    fix, explain = (request["messages"][-1]["content"] for request in model.requests)
    assert "The cell:\n```python\n1 / zero\n```" in fix
    assert "ZeroDivisionError: division by zero" in fix
    assert "Explain `numbers` (list)" in explain


@pytest.mark.parametrize(
    "line, words",
    [
        ("%codeact plot it", "There is no `%codeact plot`"),
        ("%codeact --stesp 3", "unrecognized arguments: --stesp"),
        ("%codeact fix --max-steps many", "invalid int value: 'many'"),
        ("%codeact fix", "There is no error to fix"),
        ("%codeact explain nothing", "There is no nothing here"),
        ("%%codeact\n ", "The request is empty"),
        ("%%codeact --approval never\nwork", "invalid choice: 'never'"),
        ("%%codeact --max-tokens few\nwork", "invalid int value: 'few'"),
        ("%%codeact --max-seconds -1\nwork", "max_seconds"),
        ("%%codeact --max-steps 0\nwork", "max_steps"),
        ("%%codeact --base-url nowhere\nwork", "base_url has to be an http or https URL"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(shell, line, words):
    said = shell(line)

    assert words in said
    assert "Traceback" not in said
    assert "SystemExit" not in said


def test_the_model_may_wait_for_its_code_and_interrupt_it(bench: Bench, scripted):
    model = scripted(
        act("import time\nprint('begun', flush=True)\ntime.sleep(600)", "Sleep."),
        say('It still runs.\n<wait seconds="1"/>'),
        say("Enough.\n<interrupt/>"),
        act("'and on'", "Go on."),
        say("Interrupted."),
    )
    bench.ask(model)

    ran = bench.papermill("%%codeact --timeout 1\nSleep.")

    assert ran.code == 0, ran.told
    observed = [request["messages"][-1]["content"] for request in model.requests[1:]]
    assert [
        text in told for text, told in zip(("[still running]", "[still running]", "[interrupted]", "and on"), observed, strict=True)
    ] == [True] * 4
    assert "begun" in observed[0]


async def test_an_interrupt_of_the_kernel_stops_the_run_and_what_awaits(bench: Bench, scripted):
    model = scripted(act("import asyncio\nprint('begun', flush=True)\nawait asyncio.sleep(600)", "Sleep."))
    bench.ask(model)
    manager, client = await start_new_async_kernel(env=bench.env, cwd=str(bench.folder))
    try:
        begun = asyncio.Event()

        def hear(message):
            if message["msg_type"] == "stream" and "begun" in message["content"]["text"]:
                begun.set()

        await client.execute_interactive(LOAD, timeout=60)
        asked = asyncio.create_task(client.execute_interactive("%%codeact\nSleep.", output_hook=hear, timeout=60))
        await asyncio.wait_for(begun.wait(), 60)
        await manager.interrupt_kernel()
        reply = (await asked)["content"]

        assert reply["ename"] == "RunStopped", reply
        assert len(reply["traceback"]) == 1
        reply = await client.execute_interactive("1", timeout=60)
        assert reply["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
