"""A code-acting agent beside every notebook.  Where to begin reading: `events`, `ports`, `loop`."""

from typing import Any


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "codeact-jupyter"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from codeact_jupyter.server.app import CodeActExtension  # only in a server

    return [{"module": "codeact_jupyter.server.app", "app": CodeActExtension}]


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext codeact_jupyter`: adds `%codeact` and `%%codeact`."""
    from codeact_jupyter.inkernel.magic import load  # only in IPython

    load(shell)
