"""Whether a notebook has a kernel on a Jupyter server of this user that runs now.

Reads the files that servers leave in the runtime folder: importing jupyter_server for it takes longer than all else at start.
"""

import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_runtime_dir

SECONDS = 2.0
SHARED = "RTC:"
"""What jupyter-collaboration puts before a path."""


def session_elsewhere(notebook: Path) -> str | None:
    """The server's URL; None: nobody has the notebook's kernel.  Blocking."""
    wanted = notebook.resolve()
    for server in _running():
        root = Path(server.get("root_dir") or "/")
        for session in _sessions(server):
            path = str(session.get("path", "")).removeprefix(SHARED)
            if session.get("type") == "notebook" and (root / path).resolve() == wanted:
                return str(server["url"])
    return None


def _running() -> Iterator[dict[str, Any]]:
    for file in sorted(Path(jupyter_runtime_dir()).glob("jpserver-*.json")):
        try:
            server = json.loads(file.read_text(encoding="utf-8"))
            os.kill(server["pid"], 0)
        except (OSError, ValueError, KeyError, TypeError):
            continue  # of a server that was killed, or that is just being written
        yield server


def _sessions(server: dict[str, Any]) -> list[dict[str, Any]]:
    request = urllib.request.Request(f"{server['url']}api/sessions", headers={"Authorization": f"token {server.get('token', '')}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a server of this user's is reached without a proxy
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            found = json.load(answer)
    except (OSError, ValueError):
        return []  # it wants a password, or does not answer: nothing can be said of it
    return found if isinstance(found, list) else []
