"""`jupyter codeact eval` as a process, with a user's suite beside it, and what came of it."""

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from codeact_jupyter.evals.results import read
from codeact_jupyter.evals.row import Row
from codeact_jupyter.testing import ScriptedServer
from tests.commandline import Place, eventually

SUITE = "sums:load"
FONTS = Path(tempfile.gettempdir()) / "codeact-tests-fonts"
"""Of matplotlib, which takes a minute to find them where a home is new."""
PATIENCE = 500.0


@dataclass
class Ended:
    """A call that is over."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> list[str]:
        """The lines that each tell of a trial."""
        return [line for line in self.err.splitlines() if line.startswith("[")]


class Bench:
    """A place with a suite in it."""

    def __init__(self, place: Place):
        self.place = place
        self.out = place.folder / "out"
        shutil.copy(Path(__file__).with_name("sums.py"), place.folder)
        place.env["MPLCONFIGDIR"] = str(FONTS)
        place.env["PYTHONPATH"] = str(Path(__file__).parent.parent.parent)  # workers start in the same folder as the command

    def start(self, model: ScriptedServer, *options: str, suite: str = SUITE) -> "subprocess.Popen[str]":
        asked = ("eval", suite, "--model", "m", "--base-url", model.url, "--out", "out", *options)
        return self.place.start(*asked)

    def run(self, model: ScriptedServer, *options: str, suite: str = SUITE) -> Ended:
        return ended(self.start(model, *options, suite=suite))

    def rows(self) -> list[Row]:
        return read(self.out)

    def ends(self) -> list[tuple[str, str, bool]]:
        return [(row.task, row.end, row.success_fixed) for row in self.rows()]

    def events(self, row: Row) -> list[dict[str, Any]]:
        return [json.loads(line)["event"] for line in (self.out / row.events).read_text().splitlines()]

    def workers(self) -> list[psutil.Process]:
        """Those of this place that live."""
        found = []
        for process in psutil.process_iter(["cmdline", "environ", "status"]):
            at_home = (process.info["environ"] or {}).get("HOME") == str(self.place.home)
            ours = "codeact_jupyter.evals.worker" in (process.info["cmdline"] or ())
            if at_home and ours and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process)
        return found

    def is_left_alone(self) -> None:
        """Neither worker nor kernel outlives who started it."""
        eventually(lambda: not self.workers() and not self.place.kernels(), "workers and kernels are gone")

    def leaves_no_word_of(self, secret: str) -> None:
        """In no file of the results."""
        files = [Path(folder) / name for folder, _, names in os.walk(self.out) for name in names]
        assert files
        for file in files:
            assert secret.encode() not in file.read_bytes(), file


def ended(process: "subprocess.Popen[str]") -> Ended:
    out, err = process.communicate(timeout=PATIENCE)
    return Ended(process.returncode, out, err)
