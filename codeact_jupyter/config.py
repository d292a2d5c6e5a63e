"""Every setting, and which of several sources wins.

One traitlets `Configurable` (`c.CodeAct.*`) holds help, defaults and validation.  What a run uses is a frozen `Settings`, settled from:
what the administrator locked > command line > the user's JupyterLab settings (panel only) > environment > config files > defaults.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal
from urllib.parse import urlsplit

from traitlets import Enum, Float, Int, List, TraitError, Unicode, validate
from traitlets.config import Configurable

from codeact_jupyter.errors import SettingError

OFFLINE = "offline"
"""The name of the built-in model."""


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
    def problem(self) -> str:
        """Why no run could start, and what to do; empty: one could."""
        if not self.offline and not self.model and not self.base_url:
            return "There is a key, but no model is named. Set CODEACT_MODEL, or choose a model in Settings."
        if not self.offline and not self.base_url and not self.api_key:
            return f"There is no key for {self.model!r}. Set OPENAI_API_KEY or CODEACT_API_KEY and restart, or name a server (base_url)."
        return ""


def settle(
    config: CodeAct, environment: Mapping[str, str], *, user: Mapping[str, Any] | None = None, command_line: Mapping[str, Any] | None = None
) -> Settings:
    """What holds, each setting from its highest source.  Raises `SettingError` naming a value that cannot be used."""
    locked = set(config.locked)
    chosen: dict[str, Any] = {}
    for source in (from_environment(environment), user or {}, command_line or {}):
        chosen |= {name: value for name, value in source.items() if name not in locked and value not in (None, "")}
    unknown = sorted(chosen.keys() - {entry.name for entry in fields(Settings)})
    if unknown:
        raise SettingError(f"There is no setting {unknown[0]!r}.")
    values = {entry.name: getattr(config, entry.name) for entry in fields(Settings)}
    try:
        checked = CodeAct(**(values | chosen))
    except TraitError as error:
        raise SettingError(str(error).replace(" trait of a CodeAct instance", " setting")) from error
    return Settings(**{entry.name: getattr(checked, entry.name) for entry in fields(Settings)})


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
