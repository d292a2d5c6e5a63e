"""What asks before it runs, where the magic works in the user's own process; budgets and keys there."""

import sys
from typing import Any

import pexpect
import pytest
from jupyter_client.manager import start_new_async_kernel

from codeact_jupyter.testing import say
from tests.inkernel.conftest import LOAD, Bench, act

WRITES = "open('made', 'w').close()"


def told(model: Any, request: int) -> str:
    return str(model.requests[request]["messages"][-1]["content"])


def test_in_papermill_what_asks_is_denied_and_both_are_told(bench: Bench, scripted):
    model = scripted(act(WRITES, "Write."), say("I could not."))
    bench.ask(model)

    ran = bench.papermill("%%codeact\nWrite.", "'went on'")

    assert ran.code == 0, ran.told
    assert "Nobody can be asked here." in told(model, 1)
    assert any(text.startswith("not run: ") and "--approval auto" in text for text in ran.texts(1))
    assert ran.texts(2) == ["'went on'"]
    assert not (bench.folder / "made").exists()


def test_with_approval_auto_nothing_asks(bench: Bench, scripted):
    bench.ask(scripted(act(WRITES, "Write."), say("Written.")))

    assert bench.papermill("%%codeact --approval auto\nWrite.").code == 0
    assert (bench.folder / "made").exists()


@pytest.mark.parametrize(("word", "made", "heard"), [("y", True, ""), ("", True, ""), ("Print it.", False, "Print it.")])
async def test_where_a_cell_may_ask_it_does(bench: Bench, scripted, word, made, heard):
    model = scripted(act(WRITES, "Write."), say("Done."))
    bench.ask(model)
    answers = [word] if word else ["", "y"]  # nothing is no answer
    prompts = []
    manager, client = await start_new_async_kernel(env=bench.env, cwd=str(bench.folder))

    def answer(message):
        prompts.append(message["content"]["prompt"])
        client.input(answers.pop(0))

    try:
        await client.execute_interactive(LOAD, timeout=60)
        reply = await client.execute_interactive(
            "%%codeact\nWrite.", timeout=60, allow_stdin=True, stdin_hook=answer, output_hook=lambda message: None
        )
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
    assert reply["content"]["status"] == "ok"
    assert answers == []
    assert "files" in prompts[0]
    assert (bench.folder / "made").exists() == made
    assert heard in told(model, 1)


def test_at_a_terminal_a_class_can_be_allowed_for_the_run_and_ctrl_c_stops_it(bench: Bench, scripted):
    model = scripted(act(WRITES, "Write."), act("open('more', 'w').close()", "More."), say("Done."), act(WRITES, "Again."))
    bench.ask(model)
    terminal = pexpect.spawn(
        sys.executable, ["-m", "IPython", "--simple-prompt", "--no-banner"], cwd=bench.folder, env=bench.env, encoding="utf-8", timeout=60
    )
    terminal.expect(r"In \[1\]: ")
    terminal.sendline("%load_ext codeact_jupyter")
    for line, answer in ((2, "a"), (3, "")):
        terminal.expect(rf"In \[{line}\]: ")
        terminal.sendline("%codeact explain get_ipython")
        terminal.expect(r"Run it\?.*your word to the model\)")
        if answer:
            terminal.sendline(answer)
            terminal.expect("Answered in 3 steps")
        else:
            terminal.sendintr()
            terminal.expect("RunStopped: Stopped")
    terminal.close(force=True)
    assert (bench.folder / "made").exists()
    assert (bench.folder / "more").exists()
    assert len(model.requests) == 4


def test_budgets_end_the_run(bench: Bench, scripted):
    bench.ask(scripted(act("1", "One."), say("Never.")))

    ran = bench.papermill("%%codeact --max-tokens 100\nCount.")

    assert ran.code != 0
    assert "budget of 100 tokens" in ran.told


def test_a_large_variable_of_the_users_is_not_overwritten_unasked_but_one_of_the_agents_is(bench: Bench, scripted):
    model = scripted(
        act("theirs = 0", "Overwrite."), act("mine = bytes(20_000_000)", "Make."), say("One."), act("mine = 0", "Again."), say("Two.")
    )
    bench.ask(model)

    ran = bench.papermill("theirs = bytes(20_000_000)", "%%codeact\nFirst.", "%%codeact\nSecond.", "len(theirs), mine")

    assert ran.code == 0, ran.told
    assert "not allowed to run" in told(model, 1)
    assert ran.texts(4) == ["(20000000, 0)"]


def test_a_key_that_code_prints_is_not_told_to_the_model(bench: Bench, scripted):
    model = scripted(act("import os\nprint('key', os.environ['CODEACT_API_KEY'])", "Look."), say("Seen."))
    bench.ask(model)
    bench.env["CODEACT_API_KEY"] = key = "sk-canary-0123456789"

    assert bench.papermill("%%codeact --approval auto\nLook.").code == 0
    assert "key [key hidden]" in told(model, 1)
    assert key not in str(model.requests)
