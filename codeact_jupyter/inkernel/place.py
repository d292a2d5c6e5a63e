"""Where a run in the user's process takes place: which notebook, as far as that is known, its folder, and the store of runs."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from jupyter_core.paths import jupyter_data_dir

from codeact_jupyter.errors import StoreError
from codeact_jupyter.store import Store


@dataclass(frozen=True)
class Place:
    """Of one shell, for as long as it lives."""

    name: str
    """Of the notebook, or of the session where there is none."""
    store: Store
    conversation: str
    folder: Path


def place_of(shell: InteractiveShell, environment: Mapping[str, str], session: str) -> Place:
    """Runs of a notebook are kept with it; those of a session are a conversation of their own.  `session` names this one."""
    path = notebook_path(shell, environment)
    try:
        store = Store(Path(jupyter_data_dir()) / "codeact" / "store.sqlite")
    except StoreError:  # a home that cannot be written: the conversation lasts as long as the session
        store = Store(Path(tempfile.mkdtemp(prefix="codeact-")) / "store.sqlite")
    return Place(
        name=path.name if path else "IPython session",
        store=store,
        conversation=store.conversation(str(path or f"session:{session}")),
        folder=path.parent if path else Path.cwd(),
    )


def notebook_path(shell: InteractiveShell, environment: Mapping[str, str]) -> Path | None:
    """The notebook's file, where the program that runs it says so: Jupyter Server and VS Code do."""
    said = shell.user_ns.get("__vsc_ipynb_file__") or environment.get("JPY_SESSION_NAME", "")
    path = Path(str(said))
    return path if path.suffix == ".ipynb" and path.is_absolute() else None


def environment() -> dict[str, str]:
    """Of this process."""
    return dict(os.environ)
