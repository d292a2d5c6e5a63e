"""How the figures look: colours that colour-blind readers tell apart, and a marker and a line for each besides."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from typing import Any

WIDTH = 4.6
"""Inches; text of 9 points is still read where a page is 400 pixels wide."""
DOTS = 220


@dataclass(frozen=True)
class Mark:
    """A format in a figure."""

    light: str
    dark: str
    marker: str
    line: str


MARKS: Mapping[str, Mark] = {
    "code": Mark("#0072B2", "#56B4E9", "o", "solid"),
    "json": Mark("#C44E00", "#FF9955", "s", "dashed"),
    "text": Mark("#00805E", "#2FCFA0", "^", "dashdot"),
    "flow": Mark("#A8548A", "#E59BC6", "D", "dotted"),
    "tool": Mark("#8A6D00", "#F0E442", "v", "solid"),
}
OTHER = Mark("#555555", "#BBBBBB", "P", "dashed")


@dataclass(frozen=True)
class Scheme:
    """Light or dark."""

    dark: bool
    ground: str
    text: str
    quiet: str
    rule: str

    def colour(self, format: str) -> str:
        mark = MARKS.get(format, OTHER)
        return mark.dark if self.dark else mark.light


LIGHT = Scheme(False, "#ffffff", "#1b1f24", "#59636e", "#d1d9e0")
DARK = Scheme(True, "#161b22", "#e6edf3", "#9198a1", "#3d444d")


@contextmanager
def drawing(scheme: Scheme, panels: int, height: float, share: bool = True) -> Iterator[tuple[Any, list[Any]]]:
    """A figure with panels one above the other.  It belongs to no window, and leaves matplotlib's settings as they are."""
    matplotlib = import_module("matplotlib")  # heavy, and part of an extra: only where a report is made
    settings = {
        "font.family": "DejaVu Sans",  # matplotlib brings it along: the same picture on every machine
        "font.size": 9,
        "axes.titlesize": 9,
        "axes.titlelocation": "left",
        "axes.titleweight": "bold",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.facecolor": scheme.ground,
        "figure.facecolor": scheme.ground,
        "axes.edgecolor": scheme.rule,
        "grid.color": scheme.rule,
        "grid.linewidth": 0.6,
        "text.color": scheme.text,
        "axes.labelcolor": scheme.quiet,
        "axes.titlecolor": scheme.text,
        "xtick.color": scheme.quiet,
        "ytick.color": scheme.text,
        "axes.axisbelow": True,
        "text.parse_math": False,  # a name is a name
    }
    with matplotlib.rc_context(settings):
        figure = import_module("matplotlib.figure").Figure(figsize=(WIDTH, height), dpi=DOTS, layout="constrained")
        figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)
        axes = figure.subplots(panels, 1, sharex=share, squeeze=False)
        yield figure, [row[0] for row in axes]


def png(figure: Any) -> bytes:
    """The same bytes for the same figure."""
    held = BytesIO()
    figure.savefig(held, format="png", metadata={"Software": None})
    return held.getvalue()


def shortened(text: str, longest: int) -> str:
    """Fits over a panel."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
