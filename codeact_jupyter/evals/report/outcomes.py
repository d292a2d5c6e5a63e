"""Success and turns: by format, and between formats and observations."""

from collections.abc import Callable, Iterator, Sequence

from codeact_jupyter.evals.report.contrast import Contrast, Outcome
from codeact_jupyter.evals.report.document import Cell, Part, Table
from codeact_jupyter.evals.report.groups import Between, Group, Suite
from codeact_jupyter.evals.report.statistics import holm
from codeact_jupyter.evals.report.summary import BROKEN_OFF
from codeact_jupyter.evals.report.words import NONE, change, counted, number, percent, points, probability, rate, success

Named = tuple[tuple[str, ...], Between]
"""What a comparison is of, as the first columns of its row."""


class Columns:
    """What a row is about: model and observation are named only where there are several."""

    def __init__(self, suite: Suite):
        self._models = len(suite.models) > 1
        self._observations = len(suite.observations) > 1

    def head(self, *last: str) -> tuple[str, ...]:
        return (*(["Told of an error"] if self._observations else []), *(["Model"] if self._models else []), *last)

    def of(self, group: Group, *last: str) -> tuple[str, ...]:
        return self.named(group.model, group.observation, *last)

    def named(self, model: str, observation: str, *last: str) -> tuple[str, ...]:
        return (*([observation] if self._observations else []), *([model] if self._models else []), *last)


def by_format(suite: Suite) -> Table:
    """Both rules, and turns."""
    columns = Columns(suite)
    names = columns.head("Format")
    body: list[tuple[Cell, ...]] = []
    for group in suite.groups:
        for tried in group.tried:
            found = tried.summary
            of = (f"{found.tasks:,}", f"{found.trials:,}", success(found.reference), success(found.fixed), number(found.turns))
            body.append((*columns.of(group, tried.format), *of, NONE if found.turns_solved is None else f"{found.turns_solved:.2f}"))
    broken = sum(row.end in BROKEN_OFF for row in suite.rows)
    return Table(
        f"{suite.name}: success and turns by format",
        (*names, "Tasks", "Trials", "Success, reference rule", "Success, fixed rule", "Turns", "Turns when solved"),
        tuple(body),
        len(names),
        "In brackets 95 % intervals over tasks. "
        + (
            f"{rate(broken, len(suite.rows))} of the trials were broken off ({', '.join(BROKEN_OFF)}); they count as not solved."
            if broken
            else ""
        ),
    )


def between_formats(suite: Suite) -> Iterator[Part]:
    """A table for each measure, or the reason why there is none."""
    named = [(Columns(suite).of(group), between) for group in suite.groups for between in group.between]
    if not named:
        yield "One format was tried: there is nothing to test it against."
        return
    yield from _compared(suite, "formats", Columns(suite).head(), named)


def between_seen(suite: Suite, found: Sequence[tuple[str, str, Between]]) -> Iterator[Part]:
    """The same for what the model was told of an error."""
    head = (*(["Model"] if len(suite.models) > 1 else []), "Format")
    named = [((*([model] if len(suite.models) > 1 else []), format), between) for model, format, between in found]
    yield from _compared(suite, "what is told of an error", head, named)


def _compared(suite: Suite, what: str, head: tuple[str, ...], named: Sequence[Named]) -> Iterator[Part]:
    names = (*head, "Compared")
    alone = [f"{' '.join((*of, ''))}{between.after} and {between.before}" for of, between in named if between.contrast is None]
    if alone:
        yield f"These share no trial, so nothing is tested: {'; '.join(alone)}."
    pairs = [(of, between, between.contrast) for of, between in named if between.contrast is not None]
    if not pairs:
        return
    yield _tested(f"{suite.name}: success by the reference rule, between {what}", names, pairs, lambda found: found.reference)
    yield _tested(f"{suite.name}: success by the fixed rule, between {what}", names, pairs, lambda found: found.fixed)
    body = tuple(
        (*of, _pair(between), f"{found.tasks:,}", f"{found.turns_after:.2f}", f"{found.turns_before:.2f}", change(found.turns))
        for of, between, found in pairs
    )
    yield Table(
        f"{suite.name}: turns, between {what}",
        (*names, "Tasks", "First", "Second", "First − second (95 % interval)"),
        body,
        len(names),
        "Below 0: the first one needs fewer turns. Trials that were not solved count with the turns they took.",
    )


def _tested(
    caption: str, names: tuple[str, ...], pairs: Sequence[tuple[tuple[str, ...], Between, Contrast]], rule: Callable[[Contrast], Outcome]
) -> Table:
    outcomes = [rule(found) for _, _, found in pairs]
    values = [outcome.p for outcome in outcomes]
    corrected = holm([p for p in values if p is not None]) if None not in values else values
    body = []
    for (of, between, found), outcome, p in zip(pairs, outcomes, corrected, strict=True):
        each = (f"{found.tasks:,}", percent(outcome.after), percent(outcome.before), points(outcome.difference))
        only = (str(len(outcome.gained)), str(len(outcome.lost)), probability(outcome.p), probability(p))
        body.append((*of, _pair(between), *each, *only))
    left = sum(found.unpaired for _, _, found in pairs)
    without = f" {counted(left, 'trial')} without a partner are left out." if left else ""
    return Table(
        caption,
        (*names, "Tasks", "First", "Second", "First − second, points (95 % interval)", "Only first", "Only second", "p", "p, Holm"),
        tuple(body),
        len(names),
        "Only first: tasks that it solved more often than the second. p: McNemar's exact test on these two numbers; Holm: corrected for "
        "the tests of this "
        f"table ({len(pairs)}).{without}",
    )


def _pair(between: Between) -> str:
    return f"{between.after} − {between.before}"
