"""The report of a folder of results, written into it."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from codeact_jupyter.evals.report.document import Figure, Part, Points, Report, Section, Table
from codeact_jupyter.evals.report.figures import alive, curves, last_turn, success, turns
from codeact_jupyter.evals.report.groups import Suite, between_observations, suites
from codeact_jupyter.evals.report.markdown import markdown
from codeact_jupyter.evals.report.outcomes import Columns, between_formats, between_seen, by_format
from codeact_jupyter.evals.report.page import page
from codeact_jupyter.evals.report.statistics import RESAMPLES, Statistics, missing
from codeact_jupyter.evals.report.tallies import beside, ends, errors, families, in_parts, spent
from codeact_jupyter.evals.report.tasks import tasks
from codeact_jupyter.evals.report.words import counted, equal, percent, points
from codeact_jupyter.evals.results import read
from codeact_jupyter.evals.row import Row

HOW_TO_GET_THEM = 'pip install "codeact-jupyter[eval]"'
FEW = 30
"""Tasks below which it is said that they are few."""


def write(out: Path, seed: int = 0) -> None:
    """`report.html`, `report.md` and their pictures, from `results.jsonl`; the same results and seed give the same files.

    Without the libraries of the extra `eval` it lacks figures, intervals and tests, and says so.  Raises `CodeActError`, `OSError`.
    """
    rows, lacking = read(out), missing()
    statistics = Statistics(seed, at_hand="numpy" not in lacking and "scipy" not in lacking)
    report = _report(rows, statistics, lacking, out)
    (out / "report.html").write_text(page(report), encoding="utf-8")
    (out / "report.md").write_text(markdown(report), encoding="utf-8")
    for figure in _figures(report.sections):
        (out / figure.name).write_bytes(figure.light)


def _figures(sections: tuple[Section, ...]) -> Iterator[Figure]:
    for section in sections:
        yield from (part for part in section.parts if isinstance(part, Figure))
        yield from _figures(section.inner)


def _report(rows: Sequence[Row], statistics: Statistics, lacking: tuple[str, ...], out: Path) -> Report:
    found = suites(rows, statistics)
    lead: list[Part] = list(_state(rows, lacking))
    if found:
        lead.append(Points(tuple(line for suite in found for line in _findings(suite))))
    several = len(found) > 1
    sections = [_suite(suite, statistics, "matplotlib" not in lacking, out, several) for suite in found]
    return Report("Evaluation report", tuple(lead), (*sections, _method(statistics)) if found else ())


def _state(rows: Sequence[Row], lacking: tuple[str, ...]) -> Iterator[Part]:
    if not rows:
        yield "There are no results yet: results.jsonl has no rows."
    if lacking:
        without = ["figures"] if "matplotlib" in lacking else []
        without += ["intervals and tests"] if lacking != ("matplotlib",) else []
        yield (
            f"Without {' and '.join(without)}: {', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not installed. "
            f"{HOW_TO_GET_THEM}, then make the report anew: jupyter codeact report."
        )


def _findings(suite: Suite) -> Iterator[str]:
    """What a reader in a hurry takes with them."""
    for group in suite.groups:
        numbers = ", ".join(f"{tried.format} {percent(tried.summary.reference.value)}" for tried in group.tried)
        count = max(tried.summary.tasks for tried in group.tried)
        told = (f"told of an error: {group.observation}",) if len(suite.observations) > 1 else ()
        of = ", ".join((suite.name, *((group.model,) if len(suite.models) > 1 else ()), *told))
        few = ": few, so the intervals are wide" if count < FEW else ""
        differences = [
            f"{between.after} − {between.before}: {points(outcome.difference)} points, p {equal(outcome.p)}"
            for between in group.between
            if between.after == group.tried[0].format  # the others are in the tables
            and between.contrast
            and (outcome := between.contrast.reference).p is not None
        ]
        last = f" Differences: {'; '.join(differences)}." if differences else " One format: no test." if len(group.tried) == 1 else ""
        yield f"{of} (n = {counted(count, 'task')}{few}), solved by the reference rule: {numbers}.{last}"


def _suite(suite: Suite, statistics: Statistics, drawing: bool, out: Path, several: bool) -> Section:
    name = f"report-{re.sub(r'[^A-Za-z0-9]+', '-', suite.name)}-" if several else "report-"
    outcome: list[Part] = [_of(suite), by_format(suite), *filter(None, [in_parts(suite)])]
    if drawing:
        outcome += [success(suite, f"{name}success.png"), turns(suite, f"{name}turns.png")]
    inner = [Section("Success and turns", tuple(outcome)), Section("Differences between formats", tuple(between_formats(suite)))]
    if len(suite.observations) > 1:
        inner.append(Section("What is told of an error", tuple(between_seen(suite, between_observations(suite, statistics)))))
    inner.append(Section("Turn survival", (*([alive(suite, f"{name}survival.png")] if drawing else []), _survival(suite))))
    kinds = families(suite)
    inner.append(Section("Errors and recovery", (errors(suite),)))
    if kinds:
        inner.append(Section("By kind of task", (kinds,)))
    inner += [Section("Tokens, time, cost", (spent(suite),)), Section("How trials ended", tuple(ends(suite)))]
    if paper := tuple(beside(suite)):
        inner.append(Section("Beside the paper", paper))
    inner.append(Section("Tasks", tuple(tasks(suite, out))))
    return Section(suite.name, (), tuple(inner))


def _of(suite: Suite) -> str:
    repeats = sorted({row.repeat for row in suite.rows})
    told = f" Told of an error: {', '.join(suite.observations)}." if suite.observations != ["full"] else ""
    return (
        f"{counted(len({row.task for row in suite.rows}), 'task')}, {counted(len(suite.rows), 'trial')}, "
        f"{counted(len(repeats), 'repeat')}. "
        f"{'Models' if len(suite.models) > 1 else 'Model'}: {', '.join(suite.models)}.{told}"
    )


def _survival(suite: Suite) -> Table:
    last = last_turn(suite)
    names = Columns(suite).head("Format")
    body = tuple(
        (*Columns(suite).of(group, format), *(percent(share) for share in shares[1:]))
        for group in suite.groups
        for format, shares in curves(group, last)
    )
    return Table(
        f"{suite.name}: tasks not yet solved after so many turns, reference rule", (*names, *map(str, range(1, last + 1))), body, len(names)
    )


def _method(statistics: Statistics) -> Section:
    tested = (
        f"Intervals: 95 %, percentile bootstrap of {RESAMPLES:,} resamples, seed {statistics.seed}. Tasks are drawn, with all their "
        f"trials: repeats of a task are "
        "no further evidence. Where every task or none is solved, the interval is the exact binomial one.",
        "Differences are paired: the same task, model and repeat in both. An interval that holds 0 leaves open which is better; a "
        "difference of 0 with an "
        "interval of no width says that no task differed, not that none would.",
        "p: McNemar's exact test of the tasks that only one of the two solved. With repeats a task counts for the one that solved it "
        "more often.",
    )
    return Section(
        "How it was counted",
        (
            Points(
                (
                    "Reference rule: as the benchmark's own code scores. Fixed rule: as its tasks ask. A trial that broke off is not "
                    "solved.",
                    "Turn: a reply of the model, the answer included. n: tasks. Each task counts once, however often it was tried.",
                    *(tested if statistics.at_hand else ()),
                )
            ),
        ),
    )
