"""Success, turns and survival, drawn: a panel for each model, a mark for each format."""

from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

from codeact_jupyter.evals.report.document import Figure
from codeact_jupyter.evals.report.groups import Group, Suite, Tried
from codeact_jupyter.evals.report.looks import DARK, LIGHT, MARKS, OTHER, Scheme, drawing, png, shortened
from codeact_jupyter.evals.report.ordered import by_task
from codeact_jupyter.evals.report.statistics import Estimate, survival
from codeact_jupyter.evals.report.words import percent

LONGEST = 32
"""Characters of a panel's title, before the number of tasks."""
ROW = 0.36
"""Inches for a format."""
EDGE = 0.62
"""For a panel's title; the axis below the last one takes as much again."""
CURVE = 2.1
NEAREST = 0.12
"""Between two labels, as a share of the axis."""


def title(suite: Suite, group: Group) -> str:
    """Of a panel."""
    told = f", error: {group.observation}" if len(suite.observations) > 1 else ""
    return shortened(group.model, LONGEST - len(told)) + told + f"  (n = {max(tried.summary.tasks for tried in group.tried)})"


def success(suite: Suite, name: str) -> Figure:
    """Shares with intervals: the reference rule filled, the fixed one hollow."""

    def draw(axis: Any, scheme: Scheme, group: Group) -> None:
        for at, tried in enumerate(group.tried):
            found = tried.summary
            _dot((axis, scheme), tried.format, at - 0.13, found.reference)
            _dot((axis, scheme), tried.format, at + 0.13, found.fixed, filled=False)
            axis.text(1.03, at, f"{100 * found.reference.value:.0f} %", va="center", fontsize=9, clip_on=False)
        axis.set_xlim(-0.02, 1.0)

    def share(tried: Tried) -> str:
        return f"{tried.format} {percent(tried.summary.reference.value)} (fixed rule {percent(tried.summary.fixed.value)})"

    def finish(axis: Any) -> None:
        axis.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25", "50", "75", "100"])
        axis.set_xlabel("tasks solved (filled: reference rule, hollow: fixed)")

    return Figure(
        name,
        f"{suite.name}: tasks solved by format, with 95 % intervals. Filled: reference rule, with its number at the right; hollow: "
        f"fixed rule.",
        _told(suite, "Tasks solved by format", share),
        *(_dots(suite, scheme, draw, finish) for scheme in (LIGHT, DARK)),
    )


def turns(suite: Suite, name: str) -> Figure:
    """Means with intervals, from 0."""
    longest = max(1.0, *(tried.summary.turns.high or tried.summary.turns.value for group in suite.groups for tried in group.tried))

    def draw(axis: Any, scheme: Scheme, group: Group) -> None:
        for at, tried in enumerate(group.tried):
            _dot((axis, scheme), tried.format, at, tried.summary.turns)
            axis.text(
                1.03, at, f"{tried.summary.turns.value:.1f}", va="center", fontsize=9, clip_on=False, transform=axis.get_yaxis_transform()
            )
        axis.set_xlim(0, longest * 1.04)

    def finish(axis: Any) -> None:
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.set_xlabel("turns per task (mean)")

    return Figure(
        name,
        f"{suite.name}: turns per task by format, with 95 % intervals. Tasks that were not solved count with the turns they took.",
        _told(suite, "Turns per task by format", lambda tried: f"{tried.format} {tried.summary.turns.value:.1f}"),
        *(_dots(suite, scheme, draw, finish) for scheme in (LIGHT, DARK)),
    )


def _told(suite: Suite, what: str, tried: Callable[[Tried], str]) -> str:
    return f"{what}. " + " ".join(f"{title(suite, group)}: {', '.join(tried(one) for one in group.tried)}." for group in suite.groups)


def _dots(suite: Suite, scheme: Scheme, draw: Callable[[Any, Scheme, Group], None], finish: Callable[[Any], object]) -> bytes:
    height = sum(EDGE + ROW * len(group.tried) for group in suite.groups) + 0.4
    with drawing(scheme, len(suite.groups), height) as (figure, axes):
        for axis, group in zip(axes, suite.groups, strict=True):
            draw(axis, scheme, group)
            axis.set_title(title(suite, group))
            axis.set_yticks(range(len(group.tried)), [tried.format for tried in group.tried])
            axis.set_ylim(len(group.tried) - 0.5, -0.5)
            axis.tick_params(axis="y", length=0)
            axis.spines["left"].set_visible(False)
            axis.grid(axis="x")
        finish(axes[-1])
        return png(figure)


def _dot(on: tuple[Any, Scheme], format: str, at: float, found: Estimate, filled: bool = True) -> None:
    axis, scheme = on
    colour, mark = scheme.colour(format), MARKS.get(format, OTHER)
    if found.low is not None and found.high is not None:
        axis.plot([found.low, found.high], [at, at], color=colour, linewidth=1.6, solid_capstyle="round")
    axis.plot(
        found.value,
        at,
        marker=mark.marker,
        markersize=6.5,
        color=colour,
        markerfacecolor=colour if filled else scheme.ground,
        clip_on=False,
        zorder=3,
    )


Curve = tuple[str, list[float]]


def curves(group: Group, last: int) -> list[Curve]:
    """Of each format the share of tasks not yet solved, after 0 to `last` turns."""
    return [
        (tried.format, survival({task: [_solved(row) for row in rows] for task, rows in by_task(tried.rows).items()}, last))
        for tried in group.tried
    ]


def _solved(row: Any) -> int | None:
    return row.turns if row.success_reference else None


def last_turn(suite: Suite) -> int:
    """The longest trial's."""
    return max(1, *(row.turns for row in suite.rows))


def alive(suite: Suite, name: str) -> Figure:
    """Turn-survival: steps down where tasks are solved."""
    last = last_turn(suite)
    height = CURVE * len(suite.groups) + 0.3

    def drawn(scheme: Scheme) -> bytes:
        with drawing(scheme, len(suite.groups), height) as (figure, axes):
            for axis, group in zip(axes, suite.groups, strict=True):
                found = curves(group, last)
                for format, shares in found:
                    _curve(axis, scheme, format, shares)
                _labels(axis, scheme, found, last)
                axis.set_title(title(suite, group))
                axis.set_ylim(0, 1.02)
                axis.set_xlim(0, last)
                axis.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
                axis.xaxis.get_major_locator().set_params(integer=True)
                axis.grid()
            axes[-1].set_xlabel("turns (replies of the model)")
            return png(figure)

    said = " ".join(
        f"{title(suite, group)}: after {last} turns "
        + ", ".join(f"{format} {percent(shares[-1])}" for format, shares in curves(group, last))
        + "."
        for group in suite.groups
    )
    return Figure(
        name,
        f"{suite.name}: share of tasks not yet solved after so many turns, by the reference rule. Lower is better.",
        f"Share of tasks not yet solved against turns, by format. {said} The table below has the numbers.",
        *(drawn(scheme) for scheme in (LIGHT, DARK)),
    )


def _curve(axis: Any, scheme: Scheme, format: str, shares: Sequence[float]) -> None:
    mark = MARKS.get(format, OTHER)
    axis.plot(
        range(len(shares)),
        shares,
        drawstyle="steps-post",
        color=scheme.colour(format),
        linestyle=mark.line,
        linewidth=1.8,
        marker=mark.marker,
        markersize=4.5,
        markevery=max(1, ceil(len(shares) / 12)),
        clip_on=False,
    )


def _labels(axis: Any, scheme: Scheme, found: Sequence[Curve], last: int) -> None:
    """At the ends of the lines, moved apart where they would touch."""
    lowest_first = sorted(found, key=lambda curve: curve[1][-1])
    heights = apart([shares[-1] for _, shares in lowest_first])
    for (format, shares), height in zip(lowest_first, heights, strict=True):
        axis.annotate(
            f"{format} {100 * shares[-1]:.0f} %",
            (last, height),
            (8, 0),
            textcoords="offset points",
            va="center",
            color=scheme.colour(format),
            annotation_clip=False,
        )


def apart(heights: Sequence[float]) -> list[float]:
    """Rising heights between 0 and 1, moved as little as it takes to be `NEAREST` apart."""
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + NEAREST) if moved else height)
    highest = 1.0
    for at in range(len(moved) - 1, -1, -1):
        moved[at] = min(moved[at], highest)
        highest = moved[at] - NEAREST
    return moved
