"""Measures, and writes the table into README.md.  `python -m benchmarks [--peers PYTHON]`; `make bench` does it all."""

import argparse
import asyncio
import json
import os
import platform
import re
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import evaluations, prompts, runs, weight
from benchmarks.floor import ACTION, LINES, floor
from benchmarks.visible import visible

README = Path(__file__).with_name("README.md")
ACTIONS = 60
CROWD = 20

Row = tuple[str, str, str]


def actions() -> Iterator[Row]:
    """An action, model excluded, against the same code sent by a bare client."""
    before = floor()
    found: dict[tuple[str, int], float] = {}
    for count in (5, 1000):
        found["file", count] = median(runs.file_mount(ACTIONS, count, ACTION))
        found["live", count] = median(asyncio.run(runs.live_mount(ACTIONS, count, ACTION)))
    base = (before + floor()) / 2
    yield "floor: `print(1)` by a bare jupyter_client", _ms(base), ""
    for (mount, count), seconds in found.items():
        yield f"an action, {mount} mount, {count:,} cells", f"{seconds / base:.2f} ×", "≤ 1.5 × (5 cells)"
    for mount in ("file", "live"):
        yield f"1,000 cells against 5, {mount} mount", f"{found[mount, 1000] / found[mount, 5]:.2f} ×", "≤ 1.2 ×"
    base = floor(LINES, 5)
    yield "floor: 20,000 printed lines", _ms(base), ""
    yield "20,000 printed lines, file mount", f"{median(runs.file_mount(4, 5, LINES)) / base:.2f} ×", ""
    yield "20,000 printed lines, live mount", f"{median(asyncio.run(runs.live_mount(4, 5, LINES))) / base:.2f} ×", ""


def page() -> Iterator[Row]:
    """What the user sees of it, and when."""
    yield "written by the server → text in the page, 5 cells", _ms(visible(5)), "≤ 50 ms"
    yield "the same in a notebook of 1,000 cells", _ms(visible(1000)), "reported"


def together() -> Iterator[Row]:
    """Many runs in one server."""
    alone = median(asyncio.run(runs.crowd(1, 10))[1])
    _, each = asyncio.run(runs.crowd(CROWD, 10))
    yield (
        f"{CROWD} runs at once on {CROWD} kernels: an action, against one run alone",
        f"{median(each) / alone:.1f} ×",
        f"{os.cpu_count()} cores",
    )


def weights() -> Iterator[Row]:
    """What it adds to an installation and to a start."""
    without, with_it = weight.start()
    yield "floor: a server starts", _ms(without), ""
    yield "a server starts with the extension", f"{with_it / without:.3f} ×", "≤ 1.05 ×"
    ours, lab = weight.packages("codeact-jupyter"), weight.packages("jupyterlab")
    yield "packages over jupyterlab's", str(len(ours - lab)), "≤ 25"
    loaded, all_of_it = weight.javascript()
    yield "JavaScript (largest chunk and entry; all)", f"{loaded / 1000:.0f} kB; {all_of_it / 1000:.0f} kB", "≤ 500 kB"
    if size := weight.wheel():
        yield "wheel", f"{size / 1000:.0f} kB", ""


def requests() -> Iterator[Row]:
    """What is sent to the model in a run of 40 steps."""
    least, cached, naive = prompts.shares()
    yield "of each request's predecessor, the share that it begins with (least)", f"{least:.1%}", ""
    yield "of all bytes sent, the share that stood in the request before", f"{cached:.1%}", "≥ 90 %"
    yield "bytes sent against a history that is sent as it came", f"{naive:.2f} ×", ""


def workers() -> Iterator[Row]:
    """An evaluation with one worker, and with more."""
    for kind, what in (("sleep", "wait"), ("compute", "compute")):
        alone = asyncio.run(evaluations.seconds(kind, 1))
        yield f"{evaluations.TASKS} tasks that {what} for {evaluations.SECONDS:g} s each, one worker", f"{alone:.1f} s", ""
        for count in (2, 4):
            faster = alone / asyncio.run(evaluations.seconds(kind, count))
            best = evaluations.ideal(kind, count)
            yield f"the same with {count} workers, against {best} times as fast", f"{faster / best:.0%} ({faster:.2f} ×)", ""


def peers(python: str) -> Iterator[Row]:
    """Others, in a process and an environment of their own, against the floor there."""
    first = {
        **os.environ,
        "PATH": f"{Path(python).absolute().parent}{os.pathsep}{os.environ['PATH']}",
    }  # `jupyter` looks for its commands there
    done = subprocess.run([python, str(Path(__file__).with_name("peers.py"))], check=True, capture_output=True, text=True, env=first)
    found: dict[str, Any] = json.loads(done.stdout)
    yield "floor there", _ms(found["floor"]), ""
    for name, ratio in found["ratios"].items():
        yield name, f"{ratio:.2f} ×", ""


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _table(title: str, rows: list[Row]) -> str:
    lines = [f"| {title} | measured | aim |", "|---|---|---|", *(f"| {what} | {found} | {aim} |" for what, found, aim in rows)]
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", metavar="PYTHON", help="Python of the environment that has requirements-peers.txt")
    parser.add_argument("--only", metavar="PART", nargs="*", help="of: actions page together weights requests workers peers")
    options = parser.parse_args()
    parts = {
        "actions": ("An action", actions),
        "page": ("In the page", page),
        "together": ("Together", together),
        "weights": ("Weight", weights),
        "requests": ("Requests of a run of 40 steps", requests),
        "workers": ("An evaluation", workers),
    }
    if options.peers:
        parts["peers"] = ("Others, in the same run", lambda: peers(options.peers))
    tables = []
    for name, (title, measure) in parts.items():
        if options.only is None or name in options.only:
            tables.append(_table(title, list(measure())))
            print(tables[-1], end="\n\n", flush=True)
    if options.only is None:
        told = f"Measured on {date.today()}, {os.cpu_count()} cores, Python {platform.python_version()}.\n\n" + "\n\n".join(tables)
        README.write_text(re.sub(r"(?s)(<!-- begin -->\n).*(<!-- end -->)", lambda at: f"{at[1]}{told}\n{at[2]}", README.read_text()))


if __name__ == "__main__":
    main()
