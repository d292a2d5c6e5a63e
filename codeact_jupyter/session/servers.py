"""Whether a notebook has a kernel on a Jupyter server of this user that runs now."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from jupyter_server.serverapp import list_running_servers

SECONDS = 2.0


def session_elsewhere(notebook: Path) -> str | None:
    """The server's URL; None: nobody has the notebook's kernel.  Blocking."""
    for server in list_running_servers():
        root = Path(server.get("root_dir") or server.get("notebook_dir") or "/")
        for session in _sessions(server):
            if session.get("type") == "notebook" and (root / session.get("path", "")).resolve() == notebook.resolve():
                return str(server["url"])
    return None


def _sessions(server: dict[str, Any]) -> list[dict[str, Any]]:
    request = urllib.request.Request(server["url"] + "api/sessions", headers={"Authorization": f"token {server.get('token', '')}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a server of this user's is reached without a proxy
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            found = json.load(answer)
    except (OSError, urllib.error.URLError, ValueError):
        return []  # it is gone, or wants a password: nothing can be said of it
    return found if isinstance(found, list) else []
