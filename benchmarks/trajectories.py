"""What an export costs when there are very many runs: `python -m benchmarks.trajectories 100000`."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from codeact_jupyter.events import (
    ActionDecided,
    ActionProposed,
    ActionStarted,
    Event,
    ModelReplied,
    Observed,
    Recorded,
    RunFinished,
    UserAsked,
)
from codeact_jupyter.store import Store

CONVERSATION = 20
"""Runs of one notebook: each goes on from the one before."""
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
FILTERS = ("success", "multi-turn", "no-invalid-only", "not-all-error", "unique", "max-tokens=100000", "no-secrets")


def run(number: int) -> tuple[str, Iterator[Event]]:
    """A conversation's id, and the events of a small run."""
    conversation = f"c{number // CONVERSATION:08d}"
    return conversation, _events(number, conversation)


def _events(number: int, conversation: str) -> Iterator[Event]:
    yield UserAsked(text=f"What is {number} and one?", path="/n.ipynb", conversation=conversation, model="m")
    for at, (code, status, text) in enumerate([(f"{number} + one", "error", "NameError: one"), (f"{number} + 1", "ok", str(number + 1))]):
        action = f"a{number}-{at}"
        yield ModelReplied(text=f"A step.\n\n<execute>\n{code}\n</execute>")
        yield ActionProposed(action_id=action, code=code, cell_id=action)
        yield ActionDecided(action_id=action, decision="allow", by="policy", code=code)
        yield ActionStarted(action_id=action, msg_id=action)
        yield Observed(action_id=action, status="ok" if status == "ok" else "error", text=text)
    yield ModelReplied(text=f"It is {number + 1}.")
    yield RunFinished(reason="answered", answer=f"It is {number + 1}.")


def fill(store: Store, count: int) -> None:
    """As many small runs."""
    for number in range(count):
        conversation, events = run(number)
        at = (BEGAN + timedelta(seconds=number)).isoformat(timespec="microseconds")
        recorded = [Recorded(run=f"{number:032x}", seq=seq, at=at, event=event) for seq, event in enumerate(events, 1)]
        store.take_in(f"/{conversation}.ipynb", recorded, conversation)


def exported(home: Path, kind: str) -> tuple[float, int]:
    """Seconds, and the most memory in bytes, of an export of all with all filters."""
    filters = [part for name in FILTERS for part in ("--filter", name)]
    command = [sys.executable, "-m", "codeact_jupyter.cli", "export", "--to", kind, *filters, str(home / "out.jsonl")]
    began = time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, "JUPYTER_DATA_DIR": str(home), "HOME": str(home)}, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, kind
    return time.monotonic() - began, used.ru_maxrss * 1024


def measured(count: int) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        store = Store(home / "codeact" / "store.sqlite")
        fill(store, count)
        store.close()
        return exported(home, "codeact")


def main(count: int) -> None:
    few, many = measured(max(1, count // 100)), measured(count)
    print(f"{count // 100:,} runs: {few[0]:.1f} s, {few[1] / 1e6:.0f} MB")
    print(f"{count:,} runs: {many[0]:.1f} s, {many[1] / 1e6:.0f} MB ({(many[1] - few[1]) / 1e6:+.1f} MB)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
