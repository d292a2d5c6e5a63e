"""Where the keys of connections are kept: the system's keyring if there is a real one, else a file that only its owner can read.

Write-only for everybody but the server.  An entry is found by the connection's name *and* its URL: at another URL there is no key.
Blocking: a keyring may ask its daemon, so call it off the event loop.
"""

import importlib
import importlib.util
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import uuid4

from codeact_jupyter.errors import SettingError

_SERVICE = "codeact-jupyter"
_REAL = 1
"""Priority from which on a backend of `keyring` is one: those below keep nothing, or keep it in plain text."""

Kind = Literal["keyring", "file"]


class Keyholder(Protocol):
    """Keeps secrets by name.  Everything raises `SettingError` when it cannot be done."""

    kind: Kind

    def get(self, entry: str) -> str:
        """Empty: there is none."""

    def put(self, entry: str, key: str) -> None:
        """Empty: there is to be none."""


def keyholder(folder: Path) -> Keyholder:
    """The system's keyring, or `keys.json` in this folder."""
    backend = _backend()
    return FileKeys(folder / "keys.json") if backend is None else KeyringKeys(backend)


class KeyringKeys:
    """The system's keyring, through the `keyring` package."""

    kind: Kind = "keyring"

    def __init__(self, backend: Any):
        self._backend = backend

    def get(self, entry: str) -> str:
        return str(self._asked("get_password", _SERVICE, entry) or "")

    def put(self, entry: str, key: str) -> None:
        if key:
            self._asked("set_password", _SERVICE, entry, key)
        elif self.get(entry):
            self._asked("delete_password", _SERVICE, entry)

    def _asked(self, verb: str, *what: str) -> Any:
        errors = importlib.import_module("keyring.errors")
        try:
            return getattr(self._backend, verb)(*what)
        except (errors.KeyringError, OSError, RuntimeError) as error:  # its words may quote what it was given: only its kind is told
            raise SettingError(
                f"The system's keyring did not do it ({type(error).__name__}). Unlock it and try again,"
                " or set PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring and restart: then keys are kept in a file."
            ) from None


class FileKeys:
    """A JSON file for its owner alone.  On Windows its folder's permissions decide: there is no mode to set."""

    kind: Kind = "file"

    def __init__(self, path: Path):
        self._path = path

    def get(self, entry: str) -> str:
        return str(read_json(self._path).get(entry, ""))

    def put(self, entry: str, key: str) -> None:
        entries = {name: value for name, value in read_json(self._path).items() if name != entry}
        if key or self._path.exists():
            write_json(self._path, entries | ({entry: key} if key else {}))


def _backend() -> Any | None:
    if importlib.util.find_spec("keyring") is None:
        return None
    keyring = importlib.import_module("keyring")
    try:
        backend = keyring.get_keyring()
        real = backend.priority >= _REAL
    except (RuntimeError, AttributeError, ImportError):  # a backend that cannot even be asked
        return None
    return backend if real else None


def read_json(path: Path) -> dict[str, Any]:
    """A file of ours; empty if there is none.  Raises `SettingError`."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not JSON"
        raise SettingError(f"{path} cannot be read ({reason}). Correct it, or move it away and connect again.") from None
    if not isinstance(content, dict):
        raise SettingError(f"{path} cannot be read (it holds no JSON object). Correct it, or move it away and connect again.")
    return content


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """As a whole or not at all, for its owner alone.  Raises `SettingError`."""
    part = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
                json.dump(content, file, indent=1, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise SettingError(f"{path} cannot be written ({error.strerror}). Make its folder writable, and try again.") from None
