"""For tests, ours and yours: a model that says what a script tells it to, behind a real HTTP endpoint, and builders.

In a test:       async with ScriptedServer([say("2"), fault("drop", after=1), say("3")]) as server: … server.url …
Without a loop:  with ScriptedServer([…]) as server: …            (it runs in a thread)
By itself:       python -m codeact_jupyter.testing script.json --port 8001
"""

from codeact_jupyter.testing.builders import code, markdown, notebook, types
from codeact_jupyter.testing.script import Call, Fault, Item, Kind, Messages, Say, call, fault, read_script, say, say_call
from codeact_jupyter.testing.server import Request, ScriptedServer

__all__ = [
    "Call",
    "Fault",
    "Item",
    "Kind",
    "Messages",
    "Request",
    "Say",
    "ScriptedServer",
    "call",
    "code",
    "fault",
    "markdown",
    "notebook",
    "read_script",
    "say",
    "say_call",
    "types",
]
