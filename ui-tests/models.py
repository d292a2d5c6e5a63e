"""Scripted models for the browser tests: for each file with a script that is named on stdin, the base URL of a model that says it.

One process for all of them: to start one for each test took longer than most tests.
"""

import sys
from contextlib import ExitStack
from pathlib import Path

from codeact_jupyter.testing import ScriptedServer, read_script

with ExitStack() as servers:
    for line in sys.stdin:
        server = servers.enter_context(ScriptedServer(read_script(Path(line.rstrip("\n")))))
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
