"""Every setting, and which of several sources wins.

One traitlets `Configurable` (`c.CodeAct.*`) holds help, defaults and validation.  What a run uses is a frozen `Settings`, settled from:
    panel:         locked > the run's own > the conversation's connection > JupyterLab settings > default connection
                   > environment > config files > defaults
    command line:  locked > options > environment > config files > default connection > defaults
A key belongs to its URL: whoever names a URL gets the key that was given for that one, or none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal
from urllib.parse import urlsplit

from jupyter_core.application import JupyterApp
from traitlets import Enum, Float, Int, List, TraitError, Unicode, validate
from traitlets.config import Configurable

from codeact_jupyter.errors import SettingError

OFFLINE = "offline"
"""The name of the built-in model."""

OPENAI = "https://api.openai.com/v1"
"""Where a request goes if no URL is named."""


class CodeAct(Configurable):
    """Settings of the agent, for config files: `c.CodeAct.model = "…"`."""

    model = Unicode("", help="Model to ask, by the name that the server knows it by; `offline` is the built-in one.").tag(config=True)
    base_url = Unicode("", help="URL of an OpenAI-compatible server, up to and with its version: http://127.0.0.1:8000/v1").tag(config=True)
    api_key = Unicode("", help="Key for that server. Better set CODEACT_API_KEY, which kernels do not inherit.").tag(config=True)
    max_steps = Int(30, min=1, max=1000, help="Steps (replies of the model) that a run may take.").tag(config=True)
    timeout = Float(120.0, min=0.1, help="Seconds that an action may run before the model is told that it still runs.").tag(config=True)
    reply_timeout = Float(120.0, min=0.1, help="Longest silence of the model, in seconds, before the first word or between two.").tag(
        config=True
    )
    approval = Enum(["auto"], "auto", help="Which actions ask first: `auto`, none.").tag(config=True)
    format = Enum(
        ["auto", "code", "tool"], "auto", help="How the model writes its actions: `code` in its text, `tool` calls, or what its test found."
    ).tag(config=True)
    images = Enum(["auto", "on", "off"], "auto", help="Whether figures are sent to the model; `auto`: if its test found that it sees.").tag(
        config=True
    )
    tidy = Enum(["fold", "keep", "remove"], "fold", help="What becomes of the cells of failed attempts at the end of a run.").tag(
        config=True
    )
    scratch = Enum(["remove", "keep"], "remove", help="What becomes of scratch cells at the end of a run.").tag(config=True)
    observation_chars = Int(12_000, min=500, help="Characters of an observation, in all.").tag(config=True)
    context_chars = Int(8_000, min=500, help="Characters of what is told of notebook, kernel and files.").tag(config=True)
    absence = Float(
        1800.0, min=0.0, help="Seconds after which a notebook whose browser is gone, but did not close it, is written by the server."
    ).tag(config=True)
    locked = List(Unicode(), help="Names of settings that nobody but the config files may change.").tag(config=True)

    @validate("base_url")
    def _a_url(self, proposal: dict[str, Any]) -> str:
        value = str(proposal["value"]).strip()
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.netloc):
            raise TraitError(f"base_url has to be an http or https URL, not {value!r}")
        return value


@dataclass(frozen=True)
class Settings:
    """What a run is made with."""

    model: str = ""
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    max_steps: int = 30
    timeout: float = 120.0
    reply_timeout: float = 120.0
    approval: str = "auto"
    format: str = "auto"
    images: str = "auto"
    tidy: Literal["fold", "keep", "remove"] = "fold"
    scratch: str = "remove"
    observation_chars: int = 12_000
    context_chars: int = 8_000

    @property
    def offline(self) -> bool:
        """The built-in model: chosen by name, or nothing else is set up."""
        return self.model == OFFLINE or not (self.model or self.base_url or self.api_key)

    @property
    def named(self) -> str:
        """The model's name as it is asked for: servers that hold one model take any."""
        return OFFLINE if self.offline else self.model or "default"

    @property
    def action_format(self) -> str:
        """The format of its actions, by its name in `formats.FORMATS`."""
        return "code" if self.format == "auto" else self.format

    @property
    def where(self) -> Literal["built-in", "local", "remote"]:
        """Where what is sent goes: `built-in`, `local` (this machine) or `remote`."""
        if self.offline:
            return "built-in"
        host = (urlsplit(self.base_url).hostname or "") if self.base_url else ""
        return "local" if host in {"localhost", "::1"} or host.startswith("127.") else "remote"

    @property
    def sends_images(self) -> bool:
        """Figures go to the model; on `auto` that is so only where a connection's test found that it sees."""
        return self.images == "on"

    @property
    def problem(self) -> str:
        """Why no run could start, and what to do; empty: one could."""
        if not self.offline and not self.model and not self.base_url:
            return "There is a key, but no model is named. Connect one in the panel, set CODEACT_MODEL, or choose a model in Settings."
        if not self.offline and same_place(self.base_url, OPENAI) and not self.api_key:
            return (
                f"There is no key for {self.model!r}. Connect it in the panel, set OPENAI_API_KEY or CODEACT_API_KEY and restart,"
                " or name a server (base_url)."
            )
        return ""


@dataclass(frozen=True)
class Connected:
    """A saved connection as a source of settings: it holds as one, and its key goes to its URL alone."""

    name: str
    base_url: str
    model: str = ""
    api_key: str = field(default="", repr=False)
    format: str = "auto"
    images: bool = False


Source = Mapping[str, Any] | Connected


def settle(
    config: CodeAct,
    environment: Mapping[str, str],
    *,
    panel: Sequence[Source] | None = None,
    command_line: Mapping[str, Any] | None = None,
    default: Connected | None = None,
) -> Settings:
    """What holds, each setting from its highest source.  Raises `SettingError` naming a value that cannot be used.

    `panel`: what is set in the browser, the highest first; None: it is a command line that asks.
    """
    locked = frozenset(config.locked)
    server = _Server.of(config, environment, locked)
    apart = "base_url" in locked and default is not None and not same_place(default.base_url, config.base_url)
    ours = [] if default is None or apart else [default]
    below: list[Source] = [server.values, *ours] if panel is None else [*_allowed(panel, config, locked), *ours, server.values]
    line = _given(command_line or {}, locked)
    sources = [line, *below]
    endpoint = _endpoint(sources, server)
    values = _folded(sources, endpoint) | {name: getattr(config, name) for name in locked & _NAMES}
    if isinstance(endpoint, Connected):
        found = {"format": endpoint.format, "images": "on" if endpoint.images else "off"}
        values |= {name: value for name, value in found.items() if values.get(name, "auto") == "auto" and name not in locked}
    keys = [] if "api_key" in locked else [*_keys_of(sources, endpoint)]
    keys += server.keys
    values["api_key"] = next((key for url, key in keys if key and same_place(url, values.get("base_url", ""))), "")
    if endpoint is line and not values["api_key"] and server.keys:  # who types the URL owns the environment
        values["api_key"] = server.keys[0][1]
    return _checked(values)


_NAMES = frozenset(entry.name for entry in fields(Settings))


@dataclass(frozen=True)
class _Server:
    """What environment and config files say together."""

    values: Mapping[str, Any]
    keys: tuple[tuple[str, str], ...] = field(repr=False)
    """URL and key, the one to use first."""

    @classmethod
    def of(cls, config: CodeAct, environment: Mapping[str, str], locked: frozenset[str]) -> "_Server":
        plain = CodeAct()
        files = {name: getattr(config, name) for name in _NAMES if getattr(config, name) != getattr(plain, name)}
        outer = _given(from_environment(environment), locked)
        values = files | outer
        url = values.get("base_url", "")
        keys = ((url, outer.get("api_key", "")), (config.base_url or url, config.api_key))
        return cls(values, tuple((place, key) for place, key in keys if key))


def _allowed(panel: Sequence[Source], config: CodeAct, locked: frozenset[str]) -> list[Source]:
    """What the browser says, without what it may not say."""
    allowed: list[Source] = []
    for source in panel:
        if isinstance(source, Connected):
            refuse_elsewhere(source.name, source.base_url, config)
        elif source.get("api_key"):
            raise SettingError("The key (api_key) is no setting of the browser. Give it where a model is connected: the server keeps it.")
        allowed.append(source if isinstance(source, Connected) else _given(source, locked))
    return allowed


def refuse_elsewhere(name: str, base_url: str, config: CodeAct) -> None:
    """Raises `SettingError` if the administrator fixed the URL to another one than this connection's."""
    if "base_url" in config.locked and not same_place(base_url, config.base_url):
        fixed = config.base_url or OPENAI
        raise SettingError(f"The administrator fixed the URL to {fixed}: the connection {name!r} goes elsewhere. Choose another model.")


def _keys_of(sources: Sequence[Source], endpoint: Source | None) -> Iterator[tuple[str, str]]:
    """URL and key of each connection that may speak for the endpoint."""
    for source in sources:
        if isinstance(source, Connected) and (source is endpoint or not isinstance(endpoint, Connected)):
            yield source.base_url, source.api_key


def _given(source: Mapping[str, Any], locked: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in source.items() if name not in locked and value not in (None, "")}


def _endpoint(sources: Sequence[Source], server: _Server) -> Source | None:
    """The source that says where the model is: a URL, or a key and a model's name together, which means OpenAI."""
    model = False
    for source in sources:
        if isinstance(source, Connected) or source.get("base_url"):
            return source
        model = model or bool(source.get("model"))
        if source is server.values and server.keys and model:
            return source
    return None


def _folded(sources: Sequence[Source], endpoint: Source | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for source in reversed(sources):
        if not isinstance(source, Connected):
            values |= source
        elif source is endpoint:  # another connection's model is none at this URL
            values |= {"base_url": source.base_url, "model": source.model}
    if unknown := sorted(values.keys() - _NAMES):
        raise SettingError(f"There is no setting {unknown[0]!r}.")
    return values


def _checked(values: Mapping[str, Any]) -> Settings:
    try:
        checked = CodeAct(**values)
    except TraitError as error:
        raise SettingError(str(error).replace(" trait of a CodeAct instance", " setting")) from error
    return Settings(**{name: getattr(checked, name) for name in _NAMES})


def same_place(one: str, other: str) -> bool:
    """Two spellings of one base URL; empty is OpenAI's.  What differs in scheme, host, port or path is another."""
    return _spelt(one) == _spelt(other)


def _spelt(url: str) -> tuple[str, str, int | None, str, str]:
    try:
        parts = urlsplit(url.strip() or OPENAI)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", "", None, url, ""
    return parts.scheme, (parts.hostname or "").lower(), port, parts.path.rstrip("/"), f"{parts.username}:{parts.password}?{parts.query}"


def configured() -> CodeAct:
    """From the config files of Jupyter Server and of ours, the latter first.  Raises `SettingError`."""
    app = JupyterApp()
    app.load_config_file()
    for name in ("jupyter_server_config", "jupyter_codeact_config"):
        app.config_file_name = name
        app.load_config_file()
    try:
        return CodeAct(parent=app)
    except TraitError as error:
        raise SettingError(f"in a config file: {error}") from error


def from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What the environment says, by the name of the setting."""
    found = {
        "api_key": environment.get("CODEACT_API_KEY") or environment.get("OPENAI_API_KEY", ""),
        "base_url": environment.get("OPENAI_BASE_URL", ""),
        "model": environment.get("CODEACT_MODEL", ""),
    }
    return {name: value for name, value in found.items() if value}


def for_kernels(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment as kernels inherit it: without our key."""
    return {name: value for name, value in environment.items() if name != "CODEACT_API_KEY"}
