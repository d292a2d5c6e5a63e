"""Runs that were really made, with a scripted model and a real kernel: what exports, imports and replays are tried on."""

import json
from collections.abc import Sequence
from typing import Any

from codeact_jupyter.testing import Item, ScriptedServer, say, say_call
from tests.commandline import Place, act

FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.show()"


def recorded(place: Place, script: Sequence[Item], request: str = "do it", *options: str, name: str = "n.ipynb") -> ScriptedServer:
    """A run of the command line, from start to end."""
    with ScriptedServer(script) as model:
        result = place.run("run", name, request, "--model", "m", "--base-url", model.url, "--approval", "auto", *options)
    assert result.returncode in (0, 3), result.stderr
    return model


def repaired(place: Place, name: str = "n.ipynb") -> ScriptedServer:
    """Fails, repairs itself, answers."""
    code = "one = 1\ntotal = 1 + one\ntotal"
    script = [say(act("total = 1 + one", "First I add.")), say(act(code, "Now with a name.")), say("It is **2**.")]
    return recorded(place, script, "What is one and one?", name=name)


def called(place: Place) -> ScriptedServer:
    """By native calls."""
    script = [say_call("print(6 * 7)", "I multiply."), say("42.")]
    return recorded(place, script, "Six times seven?", "--format", "tool", name="t.ipynb")


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def exported(place: Place, kind: str, *options: str) -> str:
    """What goes to stdout."""
    result = place.run("export", "--to", kind, *options, "-")
    assert result.returncode == 0, result.stderr
    return result.stdout
