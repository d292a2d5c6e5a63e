"""`jupyter codeact run --kernel codeact-sandbox`: what would ask needs nobody there, or the command says why it cannot."""

import shutil

import pytest

from codeact_jupyter.kernel.sandbox import NAME
from codeact_jupyter.testing import ScriptedServer, say
from tests.commandline import act

WRITES = "import os\nopen('made.txt', 'w').write('x')\nprint(os.listdir('/work') if os.path.exists('/etc/passwd') else 'shut in')"


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not here")
def test_a_run_in_the_sandbox_needs_nobody_to_allow_it(place):
    with ScriptedServer([say(act(WRITES)), say("Done.")] * 2) as model:
        done = place.ask(model, "--kernel", NAME, "--events", "events.jsonl")
        assert (done.returncode, done.stdout) == (0, "Done.\n"), done.stderr
        assert "approval_asked" not in place.types()
        assert (place.folder / "made.txt").read_text() == "x"
        assert "shut in" in place.printed()

        plain = place.ask(model, "--events", "plain.jsonl", name="plain.ipynb")
    asked = [line["event"] for line in place.events("plain.jsonl") if line["event"]["type"] == "approval_asked"]
    assert plain.returncode == 0
    assert ["write_files" in each["effects"] for each in asked] == [True]
    assert place.kernels() == []


def test_why_there_is_none_is_all_that_is_said(place):
    place.env["PATH"] = str(place.folder)
    with ScriptedServer([say(act("1")), say("Done.")]) as model:
        done = place.ask(model, "--kernel", NAME)
    assert done.returncode == 1
    assert "The sandbox needs the program bubblewrap (bwrap), which is not here. Install bubblewrap" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
