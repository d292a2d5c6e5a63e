"""A job, done where it came to: with the settings, keys and suite of this process."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir

from codeact_jupyter.config import Settings, configured, same_place
from codeact_jupyter.connections import Connections, keys_in_use, refuse_unusable
from codeact_jupyter.errors import SettingError
from codeact_jupyter.evals.broken import broke
from codeact_jupyter.evals.plan import Job
from codeact_jupyter.evals.row import Row, counted
from codeact_jupyter.evals.suites import load
from codeact_jupyter.evals.task import Suite
from codeact_jupyter.evals.trial import Condition, Trial
from codeact_jupyter.events import Event, Recorded
from codeact_jupyter.masking import Veil
from codeact_jupyter.sources import settle

LONGEST_LINE = 1 << 28
"""Octets of a job, or of a row, on its way."""


def settings_of(options: Mapping[str, Any]) -> Settings:
    """What holds here, for runs that nobody is asked about.  Raises `SettingError`."""
    default = _connections().load().default_connected
    settings = settle(configured(), os.environ, command_line={**options, "approval": "auto"}, default=default)
    if settings.approval != "auto":
        raise SettingError("The administrator has fixed which actions ask (approval); an evaluation has nobody to ask.")
    if settings.problem:
        raise SettingError(settings.problem)
    if settings.base_url:
        refuse_unusable(settings.base_url)
    return settings


def suite_of(job: Job) -> Suite:
    """Raises `SuiteError`."""
    sys.path.extend(folder for folder in job.imports if folder not in sys.path)
    return load(job.suite, job.data)


async def attempt(job: Job, suites: dict[tuple[str, Path | None], Suite], events: Path) -> Row:
    """Its row, whatever happens; `suites`: those that were loaded here.  `events`: the file they go to."""
    _cleared(events)
    try:
        settings = settings_of(job.options)
        if not same_place(settings.base_url, job.endpoint):
            raise SettingError(f"This worker is set up for another server than {job.endpoint or 'OpenAI'}: name it with --base-url.")
        suite = suites.setdefault((job.suite, job.data), suites.get((job.suite, job.data)) or suite_of(job))
        condition = Condition(suite.name, job.format, settings, job.repeat, job.observation, job.wall)
        row = await Trial(suite.task(job.task), condition, events, keys).run()
        row.model_dump_json()  # its detail may be anything: what is no JSON is no reason to lose the worker
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001  the suite is somebody's code: what breaks in it is a row
        return undone(job, "broken", broke(error))
    return hidden(row.model_copy(update={"events": job.events}))


def hidden(row: Row) -> Row:
    """Without the keys in use here."""
    return Row.model_validate(Veil(keys()).value(row.model_dump()))


def keys() -> tuple[str, ...]:
    """Those in use here: nobody is to be told them."""
    return keys_in_use(os.environ, _connections().load())


def undone(job: Job, end: str, message: str, seconds: float = 0.0, events: Path | None = None) -> Row:
    """The row of a trial that came to no end.  `events`: what it recorded until then, if it is here."""
    return Row(
        suite=job.named,
        task=job.task,
        format=job.format,
        model=job.model,
        repeat=job.repeat,
        observation=job.observation,
        success_reference=False,
        success_fixed=False,
        end=end,
        seconds=round(seconds, 3),
        events=job.events,
        message=message,
        **counted(_recorded(events) if events else []),
    )


def _recorded(events: Path) -> list[Event]:
    """As far as it was written: who wrote may have been killed in the middle of a line."""
    lines = events.read_bytes().split(b"\n")[:-1] if events.exists() else []
    return [Recorded.model_validate_json(line).event for line in lines]


def _cleared(events: Path) -> None:
    """Somebody may be writing there still, whom nobody waits for any more: not into our file."""
    events.unlink(missing_ok=True)


def _connections() -> Connections:
    return Connections(Path(jupyter_data_dir()) / "codeact")
