"""For tests, ours and yours: a model that says what a script tells it to, behind a real HTTP endpoint, and builders.

In a test:       async with ScriptedServer([say("2"), fault("drop", after=1), say("3")]) as server: … server.url …
Without a loop:  with ScriptedServer([…]) as server: …            (it runs in a thread)
By itself:       python -m codeact_jupyter.testing script.json --port 8001
"""

from codeact_jupyter.testing.builders import code, markdown, notebook, types
from codeact_jupyter.testing.script import Fault, Item, Kind, Messages, Say, fault, read_script, say
from codeact_jupyter.testing.server import Request, ScriptedServer

__all__ = [
    "Fault",
    "Item",
    "Kind",
    "Messages",
    "Request",
    "Say",
    "ScriptedServer",
    "code",
    "fault",
    "markdown",
    "notebook",
    "read_script",
    "say",
    "types",
]
