"""Every setting: one traitlets `Configurable` (`c.CodeAct.*`) holds help, defaults and validation; what a run uses is a frozen `Settings`.

Which of several sources wins is settled in `sources`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn
from urllib.parse import urlsplit

from jupyter_core.application import JupyterApp
from traitlets import Bool, Dict, Enum, Float, Int, List, TraitError, Unicode, validate
from traitlets.config import Config, Configurable

from codeact_jupyter.errors import SettingError
from codeact_jupyter.events import Approval

OFFLINE = "offline"
"""The name of the built-in model."""

WAYS = ("code", "tool", "json", "text", "flow")
"""Names of the action formats."""

OPENAI = "https://api.openai.com/v1"
"""Where a request goes if no URL is named."""


class _Key(Unicode[str, str | bytes]):
    """Text that is in no error."""

    def error(self, obj: Any, value: Any, error: Exception | None = None, info: str | None = None) -> NoReturn:
        """Raises `TraitError`."""
        raise TraitError(f"{self.name} has to be text in quotes, with nothing behind it, not a {type(value).__name__}")


class CodeAct(Configurable):
    """Settings of the agent, for config files: `c.CodeAct.model = "…"`."""

    model = Unicode("", help="Model to ask, by the name that the server knows it by; `offline` is the built-in one.").tag(config=True)
    base_url = Unicode("", help="URL of an OpenAI-compatible server, up to and with its version: http://127.0.0.1:8000/v1").tag(config=True)
    api_key = _Key("", help="Key for that server. Better set CODEACT_API_KEY, which kernels do not inherit.").tag(config=True)
    max_steps = Int(30, min=1, max=1000, help="Steps (replies of the model) that a run may take.").tag(config=True)
    timeout = Float(120.0, min=0.1, help="Seconds that an action may run before the model is told that it still runs.").tag(config=True)
    reply_timeout = Float(120.0, min=0.1, help="Longest silence of the model, in seconds, before the first word or between two.").tag(
        config=True
    )
    approval = Enum(
        ["risky", "ask", "auto"],
        "risky",
        help="Which actions ask first: `risky`, those with effects beyond the kernel; `ask`, all; `auto`, none.",
    ).tag(config=True)
    allow_auto = Bool(True, help="Whether a user may choose `auto`, under which no action asks.").tag(config=True)
    max_tokens = Int(0, min=0, help="Tokens that a run may use, as the server counts them; 0: no limit.").tag(config=True)
    max_seconds = Float(0.0, min=0.0, help="Seconds that a run may take, without those in which it waits for the user; 0: no limit.").tag(
        config=True
    )
    max_cost = Float(0.0, min=0.0, help="What a run may cost, in the currency of `prices`; 0: no limit.").tag(config=True)
    prices = Dict(
        help='What a million tokens cost, by the name of the model: `{"name": [of the prompt, of the completion]}`; a name may end in `*`.'
    ).tag(config=True)
    keep_days = Int(0, min=0, help="Days after which a conversation that nobody went on with is deleted from the record; 0: never.").tag(
        config=True
    )
    format = Enum(
        ["auto", *WAYS],
        "auto",
        help="How the model writes its actions: `code` in its text, `tool` calls, one call as `json` or as `text`, a program of calls"
        " (`flow`), or what its test found.",
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
        if value and not _is_url(value):
            raise TraitError(f"base_url has to be an http or https URL, not {value!r}")
        return value

    @validate("prices")
    def _two_prices(self, proposal: dict[str, Any]) -> dict[str, tuple[float, float]]:
        checked = {}
        for name, pair in proposal["value"].items():
            if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(_is_price(price) for price in pair):
                raise TraitError(
                    f"prices has to give two numbers for {name!r}, for a million tokens of prompt and of completion: not {pair!r}"
                )
            checked[str(name)] = (float(pair[0]), float(pair[1]))
        return checked


@dataclass(frozen=True)
class Settings:
    """What a run is made with."""

    model: str = ""
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    max_steps: int = 30
    timeout: float = 120.0
    reply_timeout: float = 120.0
    approval: Approval = "risky"
    max_tokens: int = 0
    max_seconds: float = 0.0
    max_cost: float = 0.0
    prices: Mapping[str, tuple[float, float]] = field(default_factory=dict)
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
        if self.offline and self.action_format not in ("code", "tool"):
            return f'The built-in model acts by code: leave format at auto, or connect a model that can act by "{self.format}".'
        if not self.offline and not self.model and not self.base_url:
            return "There is a key, but no model is named. Connect one in the panel, set CODEACT_MODEL, or choose a model in Settings."
        if not self.offline and same_place(self.base_url, OPENAI) and not self.api_key:
            return (
                f"There is no key for {self.model!r}. Connect it in the panel, set OPENAI_API_KEY or CODEACT_API_KEY and restart,"
                " or name a server (base_url)."
            )
        if self.max_cost and not self.price:
            return f"The price of {self.named!r} is not known, so its cost cannot be limited (max_cost). Set prices, or another limit."
        return ""

    @property
    def price(self) -> tuple[float, float] | None:
        """What a million tokens of prompt and of completion cost; None: not known."""
        if self.offline:
            return 0.0, 0.0
        named = self.prices.get(self.named)
        begins = [name for name in self.prices if name.endswith("*") and self.named.startswith(name[:-1])]
        return named or (self.prices[max(begins, key=len)] if begins else None)


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:  # a bracket that is not closed
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _is_price(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


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
    try:
        return CodeAct(parent=_files())
    except TraitError as error:
        raise SettingError(f"in a config file: {error}") from error


def section(name: str) -> Config:
    """What the same files say of one class, as the server's own kernels have it from there."""
    return Config({name: _files().config[name]})


def _files() -> JupyterApp:
    app = JupyterApp()
    app.load_config_file()
    for name in ("jupyter_server_config", "jupyter_codeact_config"):
        app.config_file_name = name
        app.load_config_file()
    return app


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
