"""Runs in the user's kernel: says in words what a matplotlib figure shows, when it is displayed.

Its source is sent there by `figures`; so: standard library alone, any Python from 3.8 on, and no figure is held.
"""

from __future__ import annotations

import json
import sys
import zlib
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

HELD, AXES, ARTISTS, LABELS = 24, 8, 8, 12  # how many, at most, are kept or named
MOST = 300  # artists of a kind that are looked at
CHARS, WORDS, WHOLE = 1500, 80, 12  # longest description, quotation, and number in full
PATCHES = {"StepPatch": "step outline", "Polygon": "polygon", "Rectangle": "rectangle", "PathPatch": "box"}


def install(shell: Any) -> str:
    """From now on each figure that is displayed is described; `told` hands out what was said since."""
    formatter = shell.display_formatter
    if not hasattr(formatter.format, "codeact_told"):
        formatter.format = listening(formatter.format)
    return "ok"


def listening(original: Callable[..., Any]) -> Callable[..., Any]:
    held: deque[tuple[str, str]] = deque(maxlen=HELD)

    def format(obj: Any, *args: Any, **how: Any) -> Any:
        made = original(obj, *args, **how)
        if "matplotlib.figure" in sys.modules and isinstance(obj, sys.modules["matplotlib.figure"].Figure):
            try:
                note(obj, made[0])
            except Exception:  # noqa: BLE001  # whatever a figure is made of: its display must not fail
                return made
        return made

    def note(figure: Any, data: Any) -> None:
        keys = [key(data[kind]) for kind in data if kind.startswith("image/")]
        said = describe(figure) if keys else ""
        held.extend((one, said) for one in keys)

    def told() -> str:
        said = json.dumps(dict(held))
        held.clear()
        return said

    format.codeact_told = told  # type: ignore[attr-defined]
    return format


def key(image: Any) -> str:
    """The same as `output_text.image_keys`, of what the formatter made."""
    if isinstance(image, bytes):
        import base64

        image = base64.b64encode(image).decode()
    text = "".join(image.split())
    return f"{zlib.crc32(text.encode()):08x}-{len(text)}"


def describe(figure: Any) -> str:
    """What it shows: titles, labels, ranges, legends, and what is drawn."""
    shown = [axes for axes in all_axes(figure) if axes.get_visible()]
    titles = [quoted(title) for title in suptitles(figure)]
    lines = []
    for number, axes in enumerate(shown[:AXES], 1):
        try:
            said = "; ".join(of_axes(axes, shown[: number - 1]))
        except Exception as error:  # noqa: BLE001  # third parties' axes
            said = f"not described ({type(error).__name__})"
        lines.append(f"{number}. {said}" if len(shown) > 1 else said)
    if len(shown) > AXES:
        lines.append(f"and {len(shown) - AXES} more axes")
    head = " ".join(["figure", *titles])
    legends = ["legend of the figure: " + ", ".join(map(quoted, entries(legend))) for legend in figure.legends]
    if len(shown) == 1 and not legends:
        return cut(head + ": " + lines[0], CHARS)
    return cut("\n".join([f"{head}, {len(shown)} axes", *lines, *legends]), CHARS)


def all_axes(figure: Any) -> list[Any]:
    """With insets, which their parents alone know of."""
    found = []
    for axes in figure.get_axes():
        found += [axes] + [child for child in getattr(axes, "child_axes", ()) if hasattr(child, "get_xlim")]
    return found


def suptitles(figure: Any) -> list[str]:
    parts = [figure, *getattr(figure, "subfigs", ())]
    found = [getattr(part, name, None) for part in parts for name in ("_suptitle", "_supxlabel", "_supylabel")]
    return [text.get_text() for text in found if text is not None and text.get_text()]


def of_axes(axes: Any, before: list[Any]) -> list[str]:
    if getattr(axes, "_colorbar", None) is not None or axes.get_label() == "<colorbar>":
        return ["colorbar " + of_colorbar(axes)]
    words = [] if axes.name == "rectilinear" else [axes.name]
    titles = [axes.get_title(loc) for loc in ("left", "center", "right")]
    words += ["title " + ", ".join(quoted(title) for title in titles if title)] if any(titles) else []
    for number, other in enumerate(before, 1):
        if axes.get_position().bounds == other.get_position().bounds:
            words += [
                f"shares its {name} axis with {number}" for name in "xy" if getattr(axes, f"get_shared_{name}_axes")().joined(axes, other)
            ]
    if getattr(axes, "_axis3don", axes.axison):
        words += filter(None, [of_axis(axes, name) for name in ("x", "y", "z") if hasattr(axes, f"get_{name}lim")])
    words += [", ".join(artists(axes)) or "nothing drawn"]
    texts = [text.get_text() for text in axes.texts if text.get_text()]
    if texts and not any(type(patch).__name__ == "Wedge" for patch in axes.patches):
        words.append("text " + ", ".join(quoted(text) for text in texts[:ARTISTS]) + more(len(texts) - ARTISTS))
    legend = axes.get_legend()
    if legend is not None:
        title = legend.get_title().get_text()
        words.append("legend " + (quoted(title) + " " if title else "") + "of " + ", ".join(map(quoted, entries(legend))))
    return words


def entries(legend: Any) -> list[str]:
    return [text.get_text() for text in legend.get_texts()][:LABELS]


def of_colorbar(axes: Any) -> str:
    upright = axes.get_position().height >= axes.get_position().width
    low, high = axes.get_ylim() if upright else axes.get_xlim()
    label = axes.get_ylabel() or axes.get_xlabel() or axes.get_title()
    return (quoted(label) + " " if label else "") + f"{number(low)} to {number(high)}"


def of_axis(axes: Any, name: str) -> str:
    axis = getattr(axes, name + "axis")
    called = {"x": "angle", "y": "radius"}[name] if axes.name == "polar" else name
    label = axis.get_label().get_text()
    scale = getattr(axes, f"get_{name}scale")()
    ticks = tick_labels(axis)
    if not (label or len(axis.get_majorticklocs())):  # as in a pie
        return ""
    words = [called] + ([quoted(label)] if label else [])
    if ticks:
        words.append("with " + ", ".join(quoted(tick) for tick in ticks[:LABELS]) + more(len(ticks) - LABELS))
    else:
        words.append(" to ".join(limits(axes, axis, getattr(axes, f"get_{name}lim")())))
    return " ".join(words + ([] if scale == "linear" else [f"({scale})"]))


def tick_labels(axis: Any) -> list[str]:
    """Of an axis whose ticks are named rather than measured."""
    mapping = getattr(axis.get_units(), "_mapping", None)
    if mapping:
        return [str(name) for name in mapping]
    if type(axis.get_major_locator()).__name__ != "FixedLocator":
        return []
    texts = [text.get_text() for text in axis.get_majorticklabels()]
    return texts if any(text and not is_number(text) for text in texts) else []


def is_number(text: str) -> bool:
    try:
        float(text.replace("\u2212", "-"))
    except ValueError:
        return False
    return True


def limits(axes: Any, axis: Any, bounds: Any) -> tuple[str, str]:
    low, high = bounds
    freq, pandas = getattr(axes, "freq", None), sys.modules.get("pandas")
    formatter, dates = type(axis.get_major_formatter()).__name__, sys.modules.get("matplotlib.dates")
    if freq is not None and pandas is not None and axis is axes.xaxis:  # pandas counts periods
        return str(pandas.Period(ordinal=round(low), freq=freq)), str(pandas.Period(ordinal=round(high), freq=freq))
    if "Date" in formatter and dates is not None:
        first, last = dates.num2date(low), dates.num2date(high)
        form = "%Y-%m-%d" if abs((last - first).days) >= LABELS else "%Y-%m-%d %H:%M:%S"
        return first.strftime(form).replace(" 00:00:00", ""), last.strftime(form).replace(" 00:00:00", "")
    return number(low), number(high)


def artists(axes: Any) -> list[str]:
    """What is drawn, kind by kind."""
    contained: set[int] = set()
    found = []
    for container in axes.containers:
        parts = list(flat(container))
        contained.update(map(id, parts))
        found.append(of_container(container, parts))
    found += [of_line(axes, line) for line in axes.lines[:MOST] if id(line) not in contained and len(line.get_xdata())]
    found += of_patches([patch for patch in axes.patches if id(patch) not in contained])
    found += [of_collection(one) for one in axes.collections[:MOST] if id(one) not in contained]
    found += [f"image of {size(image.get_array())}" for image in axes.images[:MOST]]
    found += [counted(len(axes.tables), "table")] if axes.tables else []
    kinds = dict.fromkeys(found)
    said = [one if found.count(one) == 1 else f"{found.count(one)} times {one}" for one in kinds]
    return said[:ARTISTS] + ([f"and {len(said) - ARTISTS} more kinds"] if len(said) > ARTISTS else [])


def flat(container: Any) -> Any:
    for part in container:
        if isinstance(part, (tuple, list)):
            yield from part
        elif part is not None:
            yield part


def of_container(container: Any, parts: list[Any]) -> str:
    kind = type(container).__name__
    name = named(container)
    if kind == "BarContainer":
        bars = [part for part in parts if hasattr(part, "get_height")]
        upright = getattr(container, "orientation", "vertical") != "horizontal"
        sizes = [number(bar.get_height() if upright else bar.get_width()) for bar in bars]
        values = ": " + ", ".join(sizes) if 0 < len(sizes) <= LABELS else ""
        return counted(len(bars), "bar" if upright else "horizontal bar") + name + values
    if kind == "ErrorbarContainer":
        line = container[0]
        return "error bars" + name + (f" ({len(line.get_xdata())} points)" if line is not None else "")
    if kind == "StemContainer":
        return counted(len(container[0].get_xdata()), "stem") + name
    return counted(len(parts), kind) + name


def of_line(axes: Any, line: Any) -> str:
    data = getattr(line, "get_data_3d", line.get_data)()
    if len(data) == 2 and len(data[0]) == 2 and line.get_transform() != axes.transData:
        across = line.get_transform() == axes.get_yaxis_transform(which="grid")
        return f"{'horizontal' if across else 'vertical'} line{named(line)} at {number(data[across][0])}"
    points = counted(len(data[0]), "point")
    return points + named(line) if line.get_linestyle() in ("None", "none", " ", "") else f"line{named(line)} ({points})"


def of_patches(patches: list[Any]) -> list[str]:
    kinds: dict[str, int] = {}
    for patch in patches:
        kinds[type(patch).__name__] = kinds.get(type(patch).__name__, 0) + 1
    said = [counted(count, PATCHES.get(kind, kind)) for kind, count in kinds.items() if kind != "Wedge"]
    wedges = [patch for patch in patches if type(patch).__name__ == "Wedge"]
    if wedges:
        spans = [abs(wedge.theta2 - wedge.theta1) for wedge in wedges]
        shares = [f"{named(wedge)} {100 * spans[n] / (sum(spans) or 1):.1f} %" for n, wedge in enumerate(wedges)]
        said.append(counted(len(wedges), "wedge") + " of a pie:" + ",".join(shares[:LABELS]))
    return said


def of_collection(one: Any) -> str:
    kind, name = type(one).__name__, named(one)
    if kind in ("PathCollection", "Path3DCollection"):
        return counted(len(one.get_offsets()), "point") + name + " scattered"
    if kind == "QuadMesh":
        return "mesh of " + size(one.get_array()) + name
    if kind.endswith("ContourSet"):
        return counted(len(one.levels), "contour level") + name
    if kind == "Quiver":
        return counted(one.N, "arrow") + name
    if kind in ("LineCollection", "Line3DCollection", "EventCollection"):
        return counted(len(one.get_segments()), "line segment") + name
    if kind == "Poly3DCollection":
        return "surface" + name
    if kind in ("PolyCollection", "FillBetweenPolyCollection"):
        cells = len(one.get_offsets()) if one.get_array() is not None else 0
        return counted(cells, "coloured cell") + name if cells > 1 else "filled area" + name
    return kind + name


def size(array: Any) -> str:
    return "x".join(str(part) for part in getattr(array, "shape", ())[:2]) or "unknown size"


def named(artist: Any) -> str:
    label = str(artist.get_label() or "")
    return "" if not label or label.startswith("_") else " " + quoted(label)


def counted(count: int, noun: str) -> str:
    return "1 " + noun if count == 1 else f"{count} {noun}s"


def number(value: Any) -> str:
    """In full where it is short, as what somebody set is."""
    plain = repr(float(value))
    if plain.endswith(".0"):
        plain = plain[:-2]
    return plain if len(plain) <= WHOLE else f"{float(value):.6g}"


def more(count: int) -> str:
    return f", … ({count} more)" if count > 0 else ""


def quoted(text: str) -> str:
    return '"' + cut(" ".join(str(text).split()), WORDS) + '"'


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
