"""What the commands have in common: how they end, and where their things are."""

from pathlib import Path

from jupyter_core.paths import jupyter_data_dir

EXIT = {"answered": 0, "failed": 1, "limit": 3, "stuck": 3, "stopped": 130}
USAGE = 2


class Usage(Exception):
    """The command cannot be carried out as it was written."""


def folder() -> Path:
    """Where store and connections are kept."""
    return Path(jupyter_data_dir()) / "codeact"


def store_file() -> Path:
    """The store of runs, which the server has too."""
    return folder() / "store.sqlite"
