"""What an installation weighs, and what a server that starts pays."""

import asyncio
import json
import re
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path
from statistics import median

from benchmarks.runs import place, server

LABEXTENSION = Path("codeact_jupyter/labextension/static")
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def packages(name: str, extras: bool = False) -> set[str]:
    """A distribution and all that it needs, without extras, as installed here."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        each = waiting.pop().lower().replace("_", "-")
        try:
            needs = requires(each) or []
        except PackageNotFoundError:
            continue
        if each in found:
            continue
        found.add(each)
        waiting += [match[0] for need in needs if "extra ==" not in need and (match := _NAME.match(need)) and _applies(need)]
    return found


def _applies(need: str) -> bool:
    """Its marker holds here."""
    from packaging.requirements import Requirement

    marker = Requirement(need).marker
    return marker is None or marker.evaluate()


def javascript() -> tuple[int, int]:
    """Bytes of the chunk that each page loads, and of all chunks."""
    sizes = {path.name: path.stat().st_size for path in LABEXTENSION.glob("*.js")}
    entry = next(name for name in sizes if name.startswith("remoteEntry"))
    own = [name for name in sizes if not name.startswith(("remoteEntry", "style"))]
    return sizes[entry] + max((sizes[name] for name in own), default=0), sum(sizes.values())


def wheel() -> int:
    """Bytes of the newest wheel that `make wheel` has built; 0: none."""
    return max((path.stat().st_size for path in Path("dist").glob("*.whl")), default=0)


def imports() -> list[str]:
    """Modules of other distributions that the extension's import adds to a Jupyter server's."""
    program = (
        "import sys; import jupyter_server.serverapp, jupyter_server.extension.application; before = set(sys.modules);"
        "import codeact_jupyter.server.app; import json;"
        "print(json.dumps(sorted({name.partition('.')[0] for name in set(sys.modules) - before})))"
    )
    return list(json.loads(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout))


async def _start(enabled: bool) -> float:
    with place("http://127.0.0.1:9/v1") as (folder, environment):
        config = Path(environment["JUPYTER_CONFIG_DIR"])
        config.mkdir(parents=True)
        (config / "jupyter_server_config.json").write_text(json.dumps({"ServerApp": {"jpserver_extensions": {"codeact_jupyter": enabled}}}))
        begun = time.perf_counter()
        async with server(folder, environment):
            return time.perf_counter() - begun


def start(times: int = 8) -> tuple[float, float]:
    """Median seconds until a server answers, without and with the extension, in turns."""
    pairs = [(asyncio.run(_start(False)), asyncio.run(_start(True))) for _ in range(times)]
    return median(without for without, _ in pairs), median(with_it for _, with_it in pairs)


def distribution_size(name: str) -> int:
    """Bytes of a distribution's files."""
    return sum(Path(str(file.locate())).stat().st_size for file in distribution(name).files or () if Path(str(file.locate())).is_file())
