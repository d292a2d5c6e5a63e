"""Which of several sources a setting has its value from.

    panel:         locked > the run's own > the conversation's connection > JupyterLab settings > default connection
                   > environment > config files > defaults
    command line:  locked > options > environment > config files > default connection > defaults
A key belongs to its URL: whoever names a URL gets the key that was given for that one, or none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from traitlets import TraitError

from codeact_jupyter.config import OPENAI, CodeAct, Settings, from_environment, same_place
from codeact_jupyter.errors import SettingError


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
    if values.get("approval", config.approval) == "auto" and not config.allow_auto:
        raise SettingError("The administrator has forbidden to run actions without asking (approval `auto`). Choose `risky` or `ask`.")
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
    """Raises `SettingError`."""
    if not isinstance(source.get("base_url", ""), str | None):
        raise SettingError("The setting base_url has to be text: an http or https URL.")
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
