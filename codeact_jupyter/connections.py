"""Saved connections: named endpoints with what a test found of them; and which servers are known by name.

`Connections` is the file and its keys.  It blocks (disk, keyring): in a server call `load` and what changes it off the event loop; what
was loaded last (`book`) is a value that can be used anywhere.
"""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from codeact_jupyter.config import OPENAI, same_place
from codeact_jupyter.errors import SettingError
from codeact_jupyter.keyholder import Keyholder, keyholder, read_json, write_json
from codeact_jupyter.sources import Connected

_LONGEST_NAME = 80


@dataclass(frozen=True)
class Preset:
    """A kind of server, and how it is usually reached."""

    kind: str
    label: str
    base_url: str
    needs_key: bool
    help: str
    """One line: where the key or the address comes from."""
    local: bool = False
    """It runs on this machine, where it can be looked for."""


PRESETS = (
    Preset("openai", "OpenAI", OPENAI, True, "Make a key at platform.openai.com under API keys."),
    Preset("openrouter", "OpenRouter", "https://openrouter.ai/api/v1", True, "Many providers behind one key: openrouter.ai, under Keys."),
    Preset("ollama", "Ollama", "http://127.0.0.1:11434/v1", False, "Start it with `ollama serve`, fetch a model with `ollama pull`.", True),
    Preset("lmstudio", "LM Studio", "http://127.0.0.1:1234/v1", False, "Load a model and start the server under Developer.", True),
    Preset(
        "vllm", "vLLM", "http://127.0.0.1:8000/v1", False, "Start it with `vllm serve MODEL`; give --api-key's value if you set one.", True
    ),
    Preset("llamacpp", "llama.cpp", "http://127.0.0.1:8080/v1", False, "Start it with `llama-server -m MODEL.gguf --jinja`.", True),
    Preset("other", "Other (URL)", "", False, "Any server that speaks OpenAI's chat completions; its URL often ends in /v1."),
)


@dataclass(frozen=True)
class Connection:
    """An endpoint that the user saved.  Its key is elsewhere (`keyholder`)."""

    name: str
    kind: str
    base_url: str
    model: str = ""
    format: Literal["code", "tool"] = "code"
    images: bool = False
    context_length: int | None = None
    tested: str | None = None
    """When a test last found `format`, `images` and `context_length`; ISO, UTC."""
    has_key: bool = False


@dataclass(frozen=True)
class Choice:
    """Which model a conversation asks, as the store keeps it."""

    connection: str = ""
    """Empty: no saved one."""
    model: str = ""
    """Empty: the connection's own."""


@dataclass(frozen=True)
class Book:
    """All saved connections at one moment, keys included."""

    connections: tuple[Connection, ...] = ()
    default: str = ""
    """Name of the one that was connected last."""
    _keys: Mapping[str, str] = field(default_factory=dict, repr=False)

    def find(self, name: str) -> Connection:
        """By its name.  Raises `SettingError`."""
        for connection in self.connections:
            if connection.name == name:
                return connection
        raise SettingError(f"There is no connection {name!r} any more. Choose another model.")

    @property
    def keys(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self._keys.values())

    def key_for(self, name: str, base_url: str) -> str:
        """The key of a connection, if it was given for this URL; else empty."""
        known = [connection for connection in self.connections if connection.name == name and same_place(connection.base_url, base_url)]
        return self._keys.get(name, "") if known else ""

    def connected(self, name: str, model: str = "") -> Connected:
        """As a source of settings, with a model of this server's that is asked instead of its own.  Raises `SettingError`."""
        it = self.find(name)
        key = self.key_for(name, it.base_url)
        return Connected(name, it.base_url, model or it.model, key, it.format, it.images)

    @property
    def default_connected(self) -> Connected | None:
        """The default as a source of settings."""
        names = [connection.name for connection in self.connections]
        return self.connected(self.default) if self.default in names else None


class Connections:
    """`connections.json` in a folder of ours, and the keys beside it."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._lock = threading.Lock()
        self._holder: Keyholder | None = None
        self.book = Book()
        """What was loaded last."""

    @property
    def keys(self) -> Keyholder:
        """Where keys go.  Blocking at first."""
        if self._holder is None:
            self._holder = keyholder(self._folder)
        return self._holder

    def load(self) -> Book:
        """As it is on disk now.  Raises `SettingError`."""
        with self._lock:
            return self._load()

    def save(self, wanted: Connection, key: str | None = None) -> Connection:
        """Keep it, by its name, and make it the default.  `key` None: the one it has, if its URL stays; empty: none.

        Raises `SettingError`.
        """
        with self._lock:
            book = self._load()
            old = next((it for it in book.connections if it.name == wanted.name), None)
            kept = book.key_for(wanted.name, wanted.base_url) if key is None else key.strip()
            if old and _entry(old) != _entry(wanted):
                self.keys.put(_entry(old), "")
            if kept or (old and old.has_key):
                self.keys.put(_entry(wanted), kept)
            made = replace(wanted, has_key=bool(kept))
            others = [it for it in book.connections if it.name != wanted.name]
            self._write([*others, made], made.name)
            self._load()
            return made

    def remove(self, name: str) -> None:
        """Forget it and its key.  Raises `SettingError`."""
        with self._lock:
            book = self._load()
            gone = book.find(name)
            if gone.has_key:
                self.keys.put(_entry(gone), "")
            rest = [it for it in book.connections if it.name != name]
            self._write(rest, "" if book.default == name else book.default)
            self._load()

    @property
    def _path(self) -> Path:
        return self._folder / "connections.json"

    def _load(self) -> Book:
        content = read_json(self._path)
        entries = content.get("connections", [])
        found = [connection for entry in entries if (connection := _read(entry))] if isinstance(entries, list) else []
        keys = {it.name: self.keys.get(_entry(it)) for it in found if it.has_key}
        found = [replace(it, has_key=bool(keys.get(it.name))) for it in found]  # somebody may have emptied the keyring
        self.book = Book(tuple(found), str(content.get("default", "")), keys)
        return self.book

    def _write(self, connections: list[Connection], default: str) -> None:
        write_json(self._path, {"default": default, "connections": [asdict(connection) for connection in connections]})


def keys_in_use(environment: Mapping[str, str], book: Book) -> tuple[str, ...]:
    """Those of the environment and of all saved connections: nobody is to be told them."""
    return (*(environment.get(name, "") for name in ("CODEACT_API_KEY", "OPENAI_API_KEY")), *book.keys)


def named(book: Book, kind: str, base_url: str) -> str:
    """A name for a connection that was given none: of the saved one of that kind and URL, or a new one."""
    for connection in book.connections:
        if connection.kind == kind and same_place(connection.base_url, base_url):
            return connection.name
    labels = {preset.kind: preset.label for preset in PRESETS if preset.kind != "other"}
    label = labels.get(kind) or (urlsplit(base_url).hostname or "Other")
    taken = {connection.name for connection in book.connections}
    return next(name for name in (label, *(f"{label} {number}" for number in range(2, len(taken) + 3))) if name not in taken)


def kind_of(base_url: str) -> str:
    """The kind of server that usually has this URL."""
    return next((preset.kind for preset in PRESETS if preset.base_url and same_place(preset.base_url, base_url)), "other")


def checked(connection: Connection) -> Connection:
    """Trimmed, and fit to be saved.  Raises `SettingError` with what is wrong."""
    it = replace(connection, name=connection.name.strip(), base_url=connection.base_url.strip(), model=connection.model.strip())
    if it.kind not in {preset.kind for preset in PRESETS}:
        raise SettingError(f"There is no kind of server {it.kind!r}.")
    if not it.name or len(it.name) > _LONGEST_NAME or not it.name.isprintable():
        raise SettingError(f"A connection's name has 1 to {_LONGEST_NAME} characters that can be seen.")
    refuse_unusable(it.base_url)
    return it


def refuse_unusable(base_url: str) -> None:
    """Raises `SettingError` unless a request could go there, without a secret in the URL itself."""
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not base_url.isprintable() or " " in base_url:
        raise SettingError("The URL has to be an http or https one, such as http://127.0.0.1:8000/v1.")
    if parts.username or parts.password:
        raise SettingError("The URL holds a user's name or a password: give these as the key.")
    if parts.query or parts.fragment:
        raise SettingError("The URL has to end before the ? or #.")


def _entry(connection: Connection) -> str:
    return f"{connection.name} @ {connection.base_url.rstrip('/')}"


def _read(entry: Any) -> Connection | None:
    """One of the file's entries, which somebody may have written by hand; None: it is none."""
    if not isinstance(entry, dict):
        return None
    known = {one.name: entry[one.name] for one in fields(Connection) if one.name in entry}
    match known:
        case {"name": str(), "kind": str(), "base_url": str()}:
            pass
        case _:
            return None
    length = known.get("context_length")
    made = Connection(
        **known
        | {
            "model": str(known.get("model", "")),
            "format": "tool" if known.get("format") == "tool" else "code",
            "images": known.get("images") is True,
            "context_length": length if isinstance(length, int) else None,
            "tested": str(known["tested"]) if known.get("tested") else None,
            "has_key": known.get("has_key") is True,
        }
    )
    try:
        return checked(made)
    except SettingError:
        return None
