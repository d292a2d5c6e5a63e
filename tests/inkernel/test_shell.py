"""%codeact in an IPython shell of this process, and in a terminal."""

import sys

import pexpect

from codeact_jupyter.testing import say
from tests.inkernel.conftest import Bench, act


def test_alone_it_says_what_there_is(shell):
    assert "%codeact explain NAME" in shell("%codeact")


def test_config_tells_what_holds_but_never_the_key(shell, monkeypatch):
    monkeypatch.setenv("CODEACT_API_KEY", "sk-secret")
    monkeypatch.setenv("CODEACT_MODEL", "some-model")

    said = shell("%codeact config --max-steps 7")

    assert "model      some-model" in said
    assert "key        set" in said
    assert "max_steps  7" in said
    assert "secret" not in said


def test_loading_imports_nothing_heavy(bench: Bench):
    code = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell\n"
        "InteractiveShell.instance().run_cell('%load_ext codeact_jupyter')\n"
        "print([name for name in ('openai', 'jupyter_server', 'jupyter_client', 'ipywidgets', 'nbformat') if name in sys.modules])"
    )

    assert bench.python(code).strip().splitlines()[-1] == "[]"


def test_ctrl_c_in_a_terminal_stops_the_run_and_its_code(bench: Bench, scripted):
    model = scripted(act("print('begun', flush=True)\nwhile True: pass", "Loop."), say("Never."))
    bench.ask(model)
    terminal = pexpect.spawn(
        sys.executable, ["-m", "IPython", "--simple-prompt", "--no-banner"], cwd=bench.folder, env=bench.env, encoding="utf-8", timeout=60
    )
    terminal.expect(r"In \[1\]: ")
    terminal.sendline("%load_ext codeact_jupyter")
    terminal.expect(r"In \[2\]: ")
    terminal.sendline("%%codeact")
    terminal.sendline("Loop.")
    terminal.sendline("")
    terminal.sendline("")
    terminal.expect("begun\r\n")
    terminal.sendintr()
    terminal.expect("RunStopped: Stopped")
    terminal.expect(r"In \[3\]: ")
    terminal.sendline("%codeact history")
    terminal.expect(r"1\. Loop\.  \(stopped · 1 step")
    terminal.sendline("6 * 7")
    terminal.expect("42")
    terminal.sendline("exit")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert len(model.requests) == 1


def test_a_model_that_is_thought_of_too_long_can_be_interrupted_too(bench: Bench, scripted):
    bench.ask(scripted(say("Slow.", delay=30, pieces=2)))
    terminal = pexpect.spawn(
        sys.executable, ["-m", "IPython", "--simple-prompt", "--no-banner"], cwd=bench.folder, env=bench.env, encoding="utf-8", timeout=60
    )
    terminal.expect(r"In \[1\]: ")
    terminal.sendline("%load_ext codeact_jupyter")
    terminal.expect(r"In \[2\]: ")
    terminal.sendline("%codeact explain get_ipython")
    terminal.expect("get_ipython\r\n")
    terminal.expect(pexpect.TIMEOUT, timeout=4)
    terminal.sendintr()
    terminal.expect("RunStopped: Stopped", timeout=10)
    terminal.close(force=True)
