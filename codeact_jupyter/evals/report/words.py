"""Numbers as a reader gets them."""

from math import isnan

from codeact_jupyter.evals.report.statistics import Estimate

NONE = "—"
MINUS = "−"


def percent(share: float) -> str:
    """`74.4 %`."""
    return NONE if isnan(share) else f"{100 * share:.1f} %"


def rate(part: int, whole: int) -> str:
    """`12 of 140 (8.6 %)`."""
    return f"{part:,} of {whole:,} ({percent(part / whole)})" if whole else f"{NONE} (of 0)"


def success(estimate: Estimate) -> str:
    """`74.4 % (64.6 to 82.9)`."""
    return percent(estimate.value) + _range(estimate, 100, "")


def number(estimate: Estimate) -> str:
    """`5.51 (4.90 to 6.10)`."""
    return NONE if isnan(estimate.value) else f"{estimate.value:.2f}" + _range(estimate, 1, "", 2)


def points(estimate: Estimate) -> str:
    """A difference of shares: `+22.0 (+12.2 to +31.7)`."""
    return signed(100 * estimate.value, 1) + _range(estimate, 100, "+")


def change(estimate: Estimate) -> str:
    """A difference of numbers."""
    return signed(estimate.value, 2) + _range(estimate, 1, "+", 2)


def signed(value: float, places: int) -> str:
    """With a sign, unless it is shown as zero."""
    shown = f"{abs(value):.{places}f}"
    return shown if float(shown) == 0 else f"{MINUS if value < 0 else '+'}{shown}"


def probability(p: float | None) -> str:
    """`0.031`, `< 0.001`."""
    if p is None:
        return NONE
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def equal(p: float | None) -> str:
    """`= 0.031`, `< 0.001`: as it stands in a sentence."""
    shown = probability(p)
    return shown if shown.startswith("<") else f"= {shown}"


def money(cost: float | None, known: int, all: int) -> str:
    """Unknown is never 0."""
    if cost is None or not known:
        return "unknown"
    return f"{cost:.4g}" if known == all else f"at least {cost:.4g} (known for {known:,} of {all:,})"


def duration(seconds: float) -> str:
    """`3 h 12 min`, `4 min 2 s`, `3.1 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if hours else f"{minutes} min {left} s"


def counted(number: int, what: str) -> str:
    """`1 task`, `82 tasks`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _range(estimate: Estimate, scale: float, sign: str, places: int = 1) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = (signed(scale * end, places) if sign else f"{scale * end:.{places}f}" for end in (estimate.low, estimate.high))
    return f" ({low} to {high})"
