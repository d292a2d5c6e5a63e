"""`jupyter codeact doctor`: what works on this machine, what does not, and what to do about it.

Findings come one after the other as they are made.  Each module of the list below looks at one thing; what a model can do is `model.trial`.
"""

import asyncio
import importlib
import importlib.metadata
import importlib.util
import json
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from jupyter_core.paths import jupyter_config_path, jupyter_path
from packaging.version import InvalidVersion, Version
from rich.console import Console
from rich.markup import escape

from codeact_jupyter.config import OPENAI, Settings, for_kernels
from codeact_jupyter.connections import kind_of
from codeact_jupyter.errors import KernelError, StoreError
from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.kernel.host import LocalHost
from codeact_jupyter.kernel.sandbox import refusal
from codeact_jupyter.session.collaboration import EXTENSION, too_old
from codeact_jupyter.store import Store

PACKAGE = "codeact-jupyter"
_EXTENSION = "codeact_jupyter"
_KERNEL_SECONDS = 60.0
MARKS = {"yes": "[green]✓[/]", "no": "[red]✗[/]", "unknown": "[yellow]?[/]"}


@dataclass(frozen=True)
class Finding:
    """What was found of one thing."""

    check: str
    result: Literal["yes", "no", "unknown"]
    words: str
    """What was found and, where it is not well, what to do."""
    seconds: float = 0.0
    needed: bool = False
    """Without it no run can start."""


@dataclass(frozen=True)
class Patient:
    """What is examined."""

    settings: Settings
    origin: str
    """Where the model's URL comes from, in words."""
    store: Path
    environment: Mapping[str, str]


async def examine(patient: Patient) -> AsyncGenerator[Finding, None]:
    """Everything, the quick things first."""
    yield extension(jupyter_config_path())
    yield frontend(jupyter_path("labextensions"), jupyter_config_path())
    yield collaboration(jupyter_config_path())
    yield storage(patient.store)
    yield await kernel(patient.environment)
    yield await sandbox()
    for server in await _local_servers():
        yield server
    yield settings(patient)
    if not patient.settings.problem:
        async with aclosing(_model(patient.settings)) as findings:
            async for finding in findings:
                yield finding


class Report:
    """What was found so far, shown as it comes; lines are plain where stdout is no terminal."""

    def __init__(self, quiet: bool = False):
        self._console = None if quiet else Console(highlight=False, soft_wrap=True)
        self._findings: list[Finding] = []

    @property
    def ready(self) -> bool:
        """A run could start."""
        return all(finding.result == "yes" for finding in self._findings if finding.needed)

    @property
    def json(self) -> str:
        """All of it for programs."""
        report = {"version": _version(PACKAGE), "ready": self.ready, "checks": [asdict(finding) for finding in self._findings]}
        return json.dumps(report, indent=2, ensure_ascii=False)

    def add(self, finding: Finding) -> None:
        self._findings.append(finding)
        if self._console:
            words = "".join(c if c.isprintable() else " " for c in finding.words)  # a server's words may hold commands to the terminal
            self._console.print(f"{MARKS[finding.result]} [bold]{escape(finding.check)}[/]: {escape(words)}")

    def close(self) -> None:
        if self._console:
            self._console.print("A run could start." if self.ready else "No run could start: see what is marked above.")


def extension(folders: Sequence[str]) -> Finding:
    """The server's half of the panel; the command line does without."""
    if _extensions(folders).get(_EXTENSION):
        return Finding("extension", "yes", f"The server extension is enabled ({_version(PACKAGE) or 'not installed as a package'}).")
    advice = f"Enable it with `jupyter server extension enable {_EXTENSION}` and restart JupyterLab."
    return Finding("extension", "no", f"The server extension is not enabled: there is no panel. {advice}")


def frontend(share: Sequence[str], config: Sequence[str]) -> Finding:
    """The browser's half, and whether both are of one version."""
    installed = _version(PACKAGE)
    files = [Path(folder) / PACKAGE / "package.json" for folder in share]
    found = next((_json(file) for file in files if file.is_file()), None)
    if found is None:
        return Finding("frontend", "no", f"The panel is not installed. Install again: `pip install --force-reinstall {PACKAGE}`.")
    disabled = _disabled(config)
    if any(on and name.split(":")[0] == PACKAGE for name, on in disabled.items()):
        return Finding("frontend", "no", f"The panel is disabled. Enable it: `jupyter labextension enable {PACKAGE}`.")
    built, lab = str(found.get("version", "")), _version("jupyterlab")
    if installed and not _same_version(built, installed):
        words = f"The panel is of version {built}, the server's half of {installed}."
        return Finding("frontend", "no", f"{words} Install again, and reload JupyterLab's page without its cache.")
    return Finding("frontend", "yes", f"The panel is installed ({built}, JupyterLab {lab}).")


def collaboration(folders: Sequence[str]) -> Finding:
    """Real-time collaboration keeps open notebooks itself: the agent works in them, but not in those of old versions."""
    if importlib.util.find_spec(EXTENSION) is None or not _extensions(folders).get(EXTENSION):
        return Finding("collaboration", "yes", "jupyter-collaboration is not in the way.")
    if why := too_old():
        return Finding("collaboration", "no", why)
    return Finding("collaboration", "yes", "jupyter-collaboration is on: everybody who shows a notebook sees its runs.")


def storage(path: Path) -> Finding:
    """Where runs are recorded."""
    try:
        store = Store(path)
        store.close()
    except StoreError as error:
        return Finding("store", "no", str(error), needed=True)
    if store.notice:
        return Finding("store", "yes", store.notice, needed=True)
    return Finding("store", "yes", f"Runs are recorded in {path}.", needed=True)


async def kernel(environment: Mapping[str, str]) -> Finding:
    """A Python kernel starts in this folder, and answers."""
    began = time.monotonic()
    host = LocalHost(None, str(Path.cwd()), for_kernels(environment))
    try:
        async with asyncio.timeout(_KERNEL_SECONDS):
            await host.start()
            async with KernelClient(host, lambda _: None, lambda _: None, _never) as client:
                execution = await client.start("print(6 * 7)", _Nowhere(), uuid4().hex)
                finished = await execution.wait(_KERNEL_SECONDS)
    except (KernelError, TimeoutError) as error:
        words = str(error) or f"The Python kernel did not answer within {_KERNEL_SECONDS:g} s."
        return Finding("kernel", "no", f"{words} Try `jupyter console` in this folder: it shows why.", _since(began), needed=True)
    finally:
        await host.shutdown(now=True)
    printed = "".join(str(output.get("text", "")) for output in finished.outputs) if finished else ""
    if printed != "42\n":
        words = (
            f"The Python kernel gave {printed!r} for print(6 * 7). Look whether a file of this folder is named like a module of Python's."
        )
        return Finding("kernel", "no", words, _since(began), needed=True)
    return Finding("kernel", "yes", "A Python kernel starts and answers.", _since(began), needed=True)


def settings(patient: Patient) -> Finding:
    """Which model would be asked; never the key."""
    it = patient.settings
    if it.problem:
        return Finding("settings", "no", it.problem, needed=True)
    if it.offline:
        words = "The built-in model, for simple questions about tables; connect another in the panel, or by --model and --base-url."
        return Finding("settings", "yes", words, needed=True)
    key = "a key is set" if it.api_key else "no key is set"
    how = f"format {it.format}, images {it.images}, {it.max_steps} steps, {it.timeout:g} s an action"
    return Finding("settings", "yes", f"{it.named} at {it.base_url or OPENAI} ({patient.origin}; {key}); {how}.", needed=True)


async def sandbox() -> Finding:
    """Whether the kernel "Python 3 (sandboxed)" could start in a folder like this one."""
    began = time.monotonic()
    if why := await refusal(Path.cwd()):
        return Finding("sandbox", "no", f"The kernel “Python 3 (sandboxed)” would not start. {why}", _since(began))
    return Finding("sandbox", "yes", "The kernel “Python 3 (sandboxed)” can start in this folder.", _since(began))


async def _local_servers() -> list[Finding]:
    began = time.monotonic()
    discover = await asyncio.to_thread(importlib.import_module, "codeact_jupyter.model.discover")
    found = await discover.local_servers()
    if not found:
        return [Finding("local servers", "unknown", "No model server listens on the usual ports of this machine.", _since(began))]
    told = [_offered(server.label, server.base_url, server.models) for server in found]
    return [Finding("local servers", "yes", words, _since(began)) for words in told]


def _offered(label: str, base_url: str, models: Sequence[str]) -> str:
    some = ", ".join(models[:3]) + (", …" if len(models) > 3 else "") if models else "no model yet"
    return f"Something like {label} listens at {base_url} ({some}). It is not used unasked; if it is yours: --base-url {base_url}"


async def _model(it: Settings) -> AsyncGenerator[Finding, None]:
    """What “Test” finds."""
    if it.offline:
        yield Finding("answers", "yes", "The built-in model needs no server.", needed=True)
        return
    heavy = await asyncio.to_thread(importlib.import_module, "codeact_jupyter.model.trial")
    base_url = it.base_url or OPENAI
    async with aclosing(heavy.trial(heavy.Target(kind_of(base_url), base_url, it.named, it.api_key))) as found:
        async for line in found:
            if line.check == "done":
                yield Finding("model", "yes" if line.works else "no", line.words, line.seconds, needed=True)
            else:
                yield Finding(line.check, line.result, line.words, line.seconds, needed=line.check == "answers")


class _Nowhere:
    """An output sink (`ports.OutputSink`) for code that has no cell."""

    def running(self) -> None: ...

    def append(self, output: Mapping[str, Any]) -> None: ...

    def replace(self, outputs: Sequence[Mapping[str, Any]]) -> None: ...

    def ended(self, execution_count: int | None) -> None: ...


async def _never() -> bool:
    return False


def _extensions(folders: Sequence[str]) -> dict[str, bool]:
    """Which server extensions config files turn on or off; the first folder counts most."""
    found: dict[str, bool] = {}
    for folder in reversed(folders):
        for file in (*sorted((Path(folder) / "jupyter_server_config.d").glob("*.json")), Path(folder) / "jupyter_server_config.json"):
            server = _json(file).get("ServerApp", {})
            found |= server.get("jpserver_extensions", {}) if isinstance(server, dict) else {}
    return found


def _disabled(folders: Sequence[str]) -> dict[str, bool]:
    """Which parts of JupyterLab are turned off."""
    found: dict[str, bool] = {}
    for folder in reversed(folders):
        value = _json(Path(folder) / "labconfig" / "page_config.json").get("disabledExtensions", {})
        found |= value if isinstance(value, dict) else {}
    return found


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _same_version(one: str, other: str) -> bool:
    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return one == other


def _since(began: float) -> float:
    return round(time.monotonic() - began, 2)
