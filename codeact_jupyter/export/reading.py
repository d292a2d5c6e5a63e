"""Files of recorded runs, line by line: our own events, an evaluation's results, what others recorded.  Pure; begin with `Reader`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from codeact_jupyter.events import Observed, Recorded, UserAsked
from codeact_jupyter.export.others import Foreign, run_of
from codeact_jupyter.export.trajectory import IMPORTED, Imported

UNWRITABLE = "it cannot be written as text: half a surrogate pair stands in it, or it is nested too deep"


@dataclass(frozen=True)
class Trial:
    """A row of an evaluation's results: whose events lie in a file of their own."""

    events: str
    """Path of that file, from the results' folder."""
    success: bool
    """By the fixed rule of its suite."""
    name: str
    """Suite, task, format, model and repeat."""


class Reader:
    """Of one file.  The events of a run stand one after another; all else is a run to a line."""

    def __init__(self, at: str, trial: Trial | None = None):
        """`at`: when it is read, UTC; `trial`: what is known of the run besides its events."""
        self._at, self._trial = at, trial
        self._run: list[Recorded] = []

    def line(self, line: bytes) -> Foreign | Trial | None:
        """What has come to its end with this line; None: nothing.  Raises `ValueError` with what is wrong with it."""
        row = _row(line)
        if row is None:
            return None
        if row.get("type") == "recorded":
            return self._event(row)
        if "suite" in row and "events" in row:
            return _trial(row)
        return run_of(row, self._at)

    def end(self) -> Foreign | None:
        """What the last lines told.  Raises `ValueError`."""
        run, self._run = self._run, []
        if not run:
            return None
        asked = run[0].event
        if not isinstance(asked, UserAsked):
            raise ValueError(f"the run {run[0].run[:8]} does not begin with what was asked")
        if [recorded.seq for recorded in run] != [*range(1, len(run) + 1)]:
            raise ValueError(f"of the run {run[0].run[:8]} not all events are there, in order")
        if self._trial:
            about = Imported(form="events", id=self._trial.name, success=self._trial.success)
            noted = {**asked.settings, IMPORTED: about.model_dump(exclude_none=True, exclude={"observation", "asked"})}
            run[0] = run[0].model_copy(update={"event": asked.model_copy(update={"settings": noted})})
        return Foreign(asked.conversation or run[0].run, run)

    def _event(self, row: Mapping[str, Any]) -> Foreign | None:
        try:
            recorded = Recorded.model_validate(row)
            recorded.model_dump_json()  # as the store will
        except PydanticSerializationError:
            raise ValueError(UNWRITABLE) from None
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise ValueError(f"no event as they are recorded: {where}: {error.errors()[0]['msg']}") from None
        if not recorded.run:
            raise ValueError("an event of no run")
        recorded = recorded.model_copy(update={"at": _utc(recorded.at)})
        if isinstance(recorded.event, Observed) and recorded.event.images:  # the figures themselves are in the store that it came from
            recorded = recorded.model_copy(update={"event": recorded.event.model_copy(update={"images": ()})})
        if self._run and self._run[0].run == recorded.run:
            self._run.append(recorded)
            return None
        done = self._run
        try:
            return self.end() if done else None
        finally:
            self._run = [recorded]


def _row(line: bytes) -> Mapping[str, Any] | None:
    try:
        text = line.decode("utf-8-sig").strip()
        row = json.loads(text) if text else None
    except UnicodeDecodeError:
        raise ValueError("not text in UTF-8") from None
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    if row is not None and not isinstance(row, dict):
        raise ValueError("not a JSON object")
    if ("\\ud" in text or "\\uD" in text) and not _is_text(row):
        raise ValueError(UNWRITABLE)
    return row


def _is_text(row: Any) -> bool:
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def _utc(at: str) -> str:
    """As the store writes times, which it puts in order by their text."""
    try:
        return datetime.fromisoformat(at).astimezone(UTC).isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        raise ValueError(f"no time: {at[:40]!r}") from None


def _trial(row: Mapping[str, Any]) -> Trial:
    match row:
        case {"events": str(events), "success_fixed": bool(success)} if events:
            named = (str(row[key]) for key in ("suite", "task", "format", "model", "repeat") if key in row)
            return Trial(events, success, "/".join(named))
        case _:
            raise ValueError("a row of results without the path of its events, or without its score")
