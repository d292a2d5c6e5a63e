"""A folder of results: `plan.json`, `results.jsonl`, and the trials' event files."""

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from codeact_jupyter.errors import Busy, CodeActError
from codeact_jupyter.evals.plan import Key, Plan
from codeact_jupyter.evals.row import Row
from codeact_jupyter.store.claim import Claim, claim

PLAN, ROWS = "plan.json", "results.jsonl"
AGAIN = frozenset({"broken", "failed", "timeout"})
"""Ends that may be the environment's doing."""


def read(out: Path) -> list[Row]:
    """The newest row of each trial, in the order in which they were first done; none where nothing is.  Raises `CodeActError`."""
    rows: dict[Key, Row] = {}
    for number, line in enumerate(_whole_lines(out / ROWS), 1):
        try:
            row = Row.model_validate_json(line)
        except ValidationError as error:
            raise CodeActError(f"{out / ROWS}: line {number} is no result: {error.errors()[0]['msg']}.") from error
        rows[row.key] = row
    return list(rows.values())


def planned(out: Path) -> Plan | None:
    """What was asked for in this folder.  Raises `CodeActError`."""
    try:
        return Plan.model_validate_json((out / PLAN).read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise CodeActError(f"{out / PLAN} is no plan of an evaluation: {error.errors()[0]['msg']}.") from error


class Results:
    """The folder, while an evaluation goes on in it: nobody else's meanwhile."""

    def __init__(self, out: Path):
        """Raises `Busy`, `CodeActError`, `OSError`."""
        self.out = out = out.resolve()
        out.mkdir(parents=True, exist_ok=True)
        held = claim(out, ".running")
        if held is None:
            raise Busy(f"An evaluation goes on in {out} already.")
        self._claim: Claim = held
        try:
            self._rows = {row.key: row for row in read(out)}
            self._file = (out / ROWS).open("ab")
            kept = b"".join(_whole_lines(out / ROWS))
            self._file.truncate(len(kept))  # a line that a kill has cut off goes
            if kept and not kept.endswith(b"\n"):
                self._file.write(b"\n")
        except BaseException:
            held.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()
        self._claim.release()

    def agree(self, plan: Plan) -> None:
        """It is asked for here too.  Raises `SettingError` if it does not go with what was."""
        before = planned(self.out)
        joined = before.joined(plan) if before else plan
        new = self.out / f"{PLAN}.new"
        new.write_text(joined.model_dump_json(indent=2) + "\n", encoding="utf-8")
        new.replace(self.out / PLAN)

    def lacks(self, key: Key, again: bool) -> bool:
        """The trial is still to be done; `again`: also if it broke, failed or took too long."""
        row = self._rows.get(key)
        return row is None or (again and row.end in AGAIN)

    def add(self, row: Row) -> None:
        """It is on disk, whole, when this is over."""
        self._file.write(row.model_dump_json().encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._rows[row.key] = row

    def rows(self, keys: list[Key]) -> list[Row]:
        """Of these trials, as far as they are done."""
        return [self._rows[key] for key in keys if key in self._rows]


def _whole_lines(path: Path) -> list[bytes]:
    """Up to the last that came to its end, also one by hand that ends without a line's end."""
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    return lines if not lines or lines[-1].endswith(b"\n") or _is_json(lines[-1]) else lines[:-1]


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
