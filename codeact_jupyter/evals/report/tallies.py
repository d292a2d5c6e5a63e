"""Errors, invalid replies, tokens, seconds, cost, ends: what can be counted; and the paper's rows beside ours."""

from collections import Counter
from collections.abc import Iterator

from codeact_jupyter.evals.report.document import Cell, Part, Points, Strong, Table
from codeact_jupyter.evals.report.groups import Suite, Tried
from codeact_jupyter.evals.report.ordered import formats
from codeact_jupyter.evals.report.outcomes import Columns
from codeact_jupyter.evals.report.published import ADDRESS, FORMATS, SOURCE, Published, published
from codeact_jupyter.evals.report.summary import BROKEN_OFF
from codeact_jupyter.evals.report.words import NONE, counted, duration, money, percent, rate
from codeact_jupyter.evals.row import Row
from codeact_jupyter.evals.suites.dabench.accuracy import accuracy

ENDS = ("answered", "limit", *BROKEN_OFF)
MOST_FAMILIES = 24
"""More kinds of tasks than these are no table."""
MOST_MESSAGES = 8
LONGEST_MESSAGE = 160


def errors(suite: Suite) -> Table:
    """How often the model's actions failed, and what became of it."""
    names = Columns(suite).head("Format")
    body = []
    for group in suite.groups:
        for tried in group.tried:
            found = tried.summary
            of = Columns(suite).of(group, tried.format)
            each = (f"{found.actions / found.trials:.2f}", rate(found.error_turns, found.actions), rate(found.recovered, found.error_turns))
            body.append((*of, *each, rate(found.met_and_solved, found.met_errors), rate(found.invalid, found.replies)))
    return Table(
        f"{suite.name}: errors, recovery, invalid replies",
        (*names, "Actions per trial", "Actions that failed", "Recovered", "Trials with an error that were solved", "Invalid replies"),
        tuple(body),
        len(names),
        "Recovered: a later action of the same trial went well. Invalid: a reply with neither an action nor an answer.",
    )


def spent(suite: Suite) -> Table:
    """Tokens, time and money."""
    names = Columns(suite).head("Format")
    body = [(*Columns(suite).of(group, tried.format), *_spent(tried)) for group in suite.groups for tried in group.tried]
    return Table(
        f"{suite.name}: tokens, time, cost",
        (*names, "Tokens", "Tokens per trial", "Seconds per trial, median", "Time, all trials", "Cost", "Cost per solved trial"),
        tuple(body),
        len(names),
        "Cost is in the currency of the setting prices; unknown: the model has no price there. Time is that of the trials one "
        "after another.",
    )


def _spent(tried: Tried) -> tuple[str, ...]:
    found = tried.summary
    priced = found.cost is not None and found.priced == found.trials
    each = f"{found.cost / found.solved:.4g}" if found.cost is not None and found.solved else NONE
    return (
        f"{found.tokens:,}",
        f"{found.tokens_each:,.0f}",
        f"{found.seconds_median:.1f}",
        duration(found.seconds),
        money(found.cost, found.priced, found.trials),
        each if priced else "unknown",
    )


def ends(suite: Suite) -> Iterator[Part]:
    """Why the trials ended, and what was said where that was not the model's doing."""
    counts = Counter(row.end for row in suite.rows)
    reasons = [reason for reason in ENDS if counts[reason]] + sorted(set(counts) - set(ENDS))
    names = Columns(suite).head("Format")
    body = tuple(
        (*Columns(suite).of(group, tried.format), *(f"{tried.summary.ends[reason]:,}" for reason in reasons), f"{tried.summary.trials:,}")
        for group in suite.groups
        for tried in group.tried
    )
    yield Table(f"{suite.name}: trials by how they ended", (*names, *reasons, "Trials"), body, len(names))
    said = Counter(_message(row) for row in suite.rows if row.message and row.end not in ("answered", "limit"))
    if said:
        more = len(said) - MOST_MESSAGES
        found = [f"{counted(number, 'trial')}, {message}" for message, number in said.most_common(MOST_MESSAGES)]
        yield Points((*found, *([f"… and {counted(more, 'other message')}, in results.jsonl."] if more > 0 else [])))


def _message(row: Row) -> str:
    text = " ".join(row.message.split())
    return f"{row.end}: {text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + '…'}"


def families(suite: Suite) -> Table | None:
    """Success by kind of task, where names of tasks have kinds (`kind/task`)."""
    kinds = sorted({_kind(row) for row in suite.rows})
    if not 1 < len(kinds) <= MOST_FAMILIES or "" in kinds:
        return None
    tried = formats(suite.rows)
    columns = Columns(suite)
    names = columns.head("Kind")
    body: list[tuple[Cell, ...]] = []
    for group in suite.groups:
        for kind in kinds:
            rows = [row for row in group.rows if _kind(row) == kind]
            if rows:
                cells = (_solved([row for row in rows if row.format == name]) for name in tried)
                body.append((*columns.of(group, kind), f"{len({row.task for row in rows}):,}", *cells))
    return Table(
        f"{suite.name}: trials solved by kind of task, reference rule",
        (*names, "Tasks", *tried),
        tuple(body),
        len(names),
        "Few tasks of a kind: a difference of one or two is within chance.",
    )


def in_parts(suite: Suite) -> Table | None:
    """The three accuracies of a benchmark whose questions ask for several values: DABench."""
    if not any("sub" in row.detail for row in suite.rows):
        return None
    columns = Columns(suite)
    names = columns.head("Format")
    body: list[tuple[Cell, ...]] = []
    for group in suite.groups:
        for tried in group.tried:
            found = (accuracy(tried.rows, "reference"), accuracy(tried.rows, "fixed"))
            shares = ((one.by_question, one.proportional, one.by_sub_question) for one in found)
            body.append((*columns.of(group, tried.format), *(percent(share) for of_rule in shares for share in of_rule)))
    rules = (f"{what}, {rule}" for rule in ("reference", "fixed") for what in ("By question", "Proportional", "By sub-question"))
    told = "By question: all its values. Proportional: the share of its values. By sub-question: each value counts alike."
    return Table(f"{suite.name}: accuracy in parts", (*names, *rules), tuple(body), len(names), told)


def _kind(row: Row) -> str:
    return row.task.partition("/")[0] if "/" in row.task else ""


def _solved(rows: list[Row]) -> str:
    return f"{sum(row.success_reference for row in rows)} of {len(rows)}" if rows else NONE


def beside(suite: Suite) -> Iterator[Part]:
    """The paper's rows, and ours above them."""
    theirs = published(suite.name)
    if theirs is None:
        return
    yield Table(
        f"{suite.name}: what was published, and what was measured here ({theirs.measure})",
        ("Model", "Measured", "n", *FORMATS),
        (*_ours(suite), *_theirs(theirs)),
        1,
        f"{'Success / turns' if theirs.rows[0][2] else 'Success'}. Published: {SOURCE} ({ADDRESS}). {theirs.differs}",
    )


def _ours(suite: Suite) -> Iterator[tuple[Cell, ...]]:
    for group in suite.single:
        found = {tried.format: tried.summary for tried in group.tried if tried.format in FORMATS}
        if found and group.observation == "full":
            cells = (_cell(100 * found[name].reference.value, found[name].turns.value) if name in found else NONE for name in FORMATS)
            numbers = "–".join(f"{number:,}" for number in sorted({one.tasks for one in found.values()}))
            yield Strong(group.model), Strong("here"), numbers, *map(Strong, cells)


def _theirs(theirs: Published) -> Iterator[tuple[Cell, ...]]:
    for model, success, turns in theirs.rows:
        cells = (_cell(share, turns[at] if turns else None) for at, share in enumerate(success))
        yield model, "paper", f"{theirs.n:,}", *cells


def _cell(success: float, turns: float | None) -> str:
    return percent(success / 100) + ("" if turns is None else f" / {turns:.1f}")
