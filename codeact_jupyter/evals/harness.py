"""An evaluation: each trial of a plan that has no row yet is done somewhere, and its row kept."""

import asyncio
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from codeact_jupyter.config import Settings
from codeact_jupyter.errors import CodeActError, SuiteError
from codeact_jupyter.evals.attempt import hidden, settings_of
from codeact_jupyter.evals.backends import Backend, Workers
from codeact_jupyter.evals.plan import Job, Plan, checked_observations, jobs, settled_formats
from codeact_jupyter.evals.results import Results
from codeact_jupyter.evals.row import Row
from codeact_jupyter.evals.suites import load


class Told(Protocol):
    """Who hears how it goes on."""

    def begins(self, trials: int, done: int) -> None:
        """So many are asked for, and so many have their rows already."""

    def did(self, row: Row) -> None:
        """One more."""


class Nobody:
    """Is told, and does nothing."""

    def begins(self, trials: int, done: int) -> None: ...

    def did(self, row: Row) -> None: ...


def evaluate(plan: Plan, out: Path, backend: Backend | None = None, *, again: bool = False) -> list[Row]:
    """Does what is missing of a plan, writes the report, and returns a row for each of the plan's trials.

    `backend`: `Workers(4)`, `Cluster("tcp://…")`; None: one worker.  `again`: trials that broke, failed or took too long are done again.
    Raises `SuiteError`, `SettingError`, `Busy`.  Where an event loop runs already: `await evaluating(…)`, then `report(…)`.
    """
    rows = asyncio.run(evaluating(plan, out, backend or Workers(), again=again))
    try:
        report(out, plan.seed)
    except CodeActError as error:  # its libraries are an extra; what took hours is there all the same
        warnings.warn(str(error), stacklevel=2)
    return rows


async def evaluating(plan: Plan, out: Path, backend: Backend, told: Told | None = None, *, again: bool = False) -> list[Row]:
    """The rows of the plan's trials; cancelled, it leaves no process, and all rows so far."""
    told = told or Nobody()
    plan, wanted = _laid_out(plan)
    keys = [job.key for job in wanted]
    with Results(out) as results:
        results.agree(plan)
        missing = [job for job in wanted if results.lacks(job.key, again)]

        def done(row: Row) -> None:
            kept = hidden(row)  # a worker that died may have had last words
            results.add(kept)
            told.did(kept)

        told.begins(len(wanted), len(wanted) - len(missing))
        await backend.run(missing, results.out, done)
        return results.rows(keys)


def report(out: Path, seed: int | None) -> None:
    """Writes `report.html`, `report.md` and their pictures.  Raises `CodeActError` if what that takes is not installed."""
    from codeact_jupyter.evals.report import write  # not for the trials: it brings what draws

    write(out, seed or 0)


def _laid_out(plan: Plan) -> tuple[Plan, list[Job]]:
    """With formats and models by name, and its trials."""
    checked_observations(plan.observations)
    suite = load(plan.suite, plan.data)
    formats = settled_formats(plan.formats, suite)
    if not suite.names():
        raise SuiteError(f"The suite {suite.name} has no tasks{f' in {plan.data}' if plan.data else ''}.")
    found = {settings.named: (options, settings.base_url) for options, settings in _servers(plan)}
    plan = plan.model_copy(update={"formats": formats, "models": tuple(found)})
    imports = sys.path if ":" in plan.suite else ()
    return plan, list(jobs(plan, suite, found.__getitem__, imports))


def _servers(plan: Plan) -> list[tuple[Mapping[str, Any], Settings]]:
    common = {name: getattr(plan, name) for name in ("base_url", "max_steps", "timeout") if getattr(plan, name) is not None}
    asked = [common | {"model": model} for model in plan.models] or [common]
    return [(options, settings_of(options)) for options in asked]
