"""Figures in words: of real matplotlib figures in a real kernel, against what was set."""

import json
from typing import Any

import pytest

from codeact_jupyter.observation import Observation
from codeact_jupyter.output_text import image_keys
from codeact_jupyter.ports import Finished
from tests.kernel.conftest import Desk

START = "import datetime as dt, numpy as np, pandas as pd\nimport matplotlib.pyplot as plt\nfig, ax = plt.subplots()\n"

FIGURES = {
    "lines": (
        START
        + """
ax.plot(range(12), range(12), label="north"); ax.plot([1, 2, 3], [1, 2, 3], "o", label="south"); ax.axhline(5)
ax.set(title="Sales", xlabel="month", ylabel="amount", xlim=(0, 12), ylim=(-1.5, 1234567)); ax.legend(title="region")""",
        'figure: title "Sales"; x "month" 0 to 12; y "amount" -1.5 to 1234567; line "north" (12 points), 3 points "south",'
        ' horizontal line at 5; legend "region" of "north", "south"',
    ),
    "bars": (
        START + 'ax.bar(["a", "b", "c"], [3, 4.5, 5], label="x"); ax.set(ylim=(0, 7), ylabel="n")',
        'figure: x with "a", "b", "c"; y "n" 0 to 7; 3 bars "x": 3, 4.5, 5',
    ),
    "horizontal bars": (
        START + 'ax.barh(["a", "b"], [3, 4]); ax.set(xlim=(0, 5), title="T")',
        'figure: title "T"; x 0 to 5; y with "a", "b"; 2 horizontal bars: 3, 4',
    ),
    "histogram": (
        START + 'ax.hist(np.arange(500) % 7, bins=25); ax.set(xlim=(0, 7), ylim=(0, 80), xlabel="day")',
        'figure: x "day" 0 to 7; y 0 to 80; 25 bars',
    ),
    "dates": (
        START + "ax.plot([dt.date(2024, 1, 5), dt.date(2024, 6, 1)], [1, 2])\n"
        "ax.set(xlim=(dt.date(2024, 1, 1), dt.date(2024, 12, 31)), ylim=(0, 3))",
        "figure: x 2024-01-01 to 2024-12-31; y 0 to 3; line (2 points)",
    ),
    "hours": (
        START + "ax.plot([dt.datetime(2024, 1, 1, 8), dt.datetime(2024, 1, 1, 20)], [1, 2])\n"
        "ax.set(xlim=(dt.datetime(2024, 1, 1, 6, 30), dt.datetime(2024, 1, 2)), ylim=(0, 3))",
        "figure: x 2024-01-01 06:30:00 to 2024-01-02; y 0 to 3; line (2 points)",
    ),
    "logarithmic": (
        START + 'ax.loglog([1, 10, 100], [1, 10, 1000]); ax.set(xlim=(1, 1000), ylim=(0.1, 10000), xlabel="f in Hz")',
        'figure: x "f in Hz" 1 to 1000 (log); y 0.1 to 10000 (log); line (3 points)',
    ),
    "a scatter plot with a colour bar": (
        START + 'points = ax.scatter([1, 2, 3], [1, 2, 3], c=[0, 5, 10], label="p"); fig.colorbar(points, label="heat")\n'
        "ax.set(xlim=(0, 4), ylim=(4, 0))",
        'figure, 2 axes\n1. x 0 to 4; y 4 to 0; 3 points "p" scattered\n2. colorbar "heat" 0 to 10',
    ),
    "subplots": (
        """
import matplotlib.pyplot as plt, numpy as np
fig, ((a, b), (c, d)) = plt.subplots(2, 2); fig.suptitle("All"); fig.supxlabel("below")
a.plot([1, 2]); a.set(title="A", xlim=(0, 1), ylim=(1, 2)); b.imshow(np.zeros((5, 6))); b.axis("off")
c.pie([1, 1, 2], labels=["x", "y", "z"], autopct="%d"); d.set(xlim=(0, 1), ylim=(0, 1))""",
        'figure "All" "below", 4 axes\n1. title "A"; x 0 to 1; y 1 to 2; line (2 points)\n2. image of 5x6\n'
        '3. 3 wedges of a pie: "x" 25.0 %, "y" 25.0 %, "z" 50.0 %\n4. x 0 to 1; y 0 to 1; nothing drawn',
    ),
    "twin axes": (
        START + 'ax.plot([1, 2], [3, 4]); twin = ax.twinx(); twin.plot([1, 2], [300, 400], label="p")\n'
        'twin.set(ylabel="kPa", ylim=(0, 500))\n'
        "ax.set(xlim=(1, 2), ylim=(0, 5)); twin.legend()",
        'figure, 2 axes\n1. x 1 to 2; y 0 to 5; line (2 points)\n2. shares its x axis with 1; x 1 to 2; y "kPa" 0 to 500; line "p"'
        ' (2 points); legend of "p"',
    ),
    "three dimensions": (
        'import matplotlib.pyplot as plt\nax = plt.figure().add_subplot(projection="3d")\n'
        'ax.scatter([1, 2], [1, 2], [0, 1]); ax.plot([0, 1], [0, 1], [0, 1], label="edge")\n'
        'ax.set(xlim=(0, 2), ylim=(0, 3), zlim=(0, 4), zlabel="h")',
        'figure: 3d; x 0 to 2; y 0 to 3; z "h" 0 to 4; line "edge" (2 points), 2 points scattered',
    ),
    "polar": (
        'import matplotlib.pyplot as plt\nax = plt.figure().add_subplot(projection="polar")\nax.plot([0, 1, 2], [1, 2, 3]); ax.set_rmax(4)',
        "figure: polar; angle 0 to 6.28319; radius 0 to 4; line (3 points)",
    ),
    "pandas": (
        'import pandas as pd\npd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=["u", "v"]).plot.bar(title="T", ylim=(0, 5));',
        'figure: title "T"; x with "u", "v"; y 0 to 5; 2 bars "a": 1, 2, 2 bars "b": 3, 4; legend of "a", "b"',
    ),
    "months of pandas": (
        'import pandas as pd\npd.Series([1, 2, 3, 4], index=pd.period_range("2024-01", periods=4, freq="M")).plot(ylim=(0, 5));',
        "figure: x 2024-01 to 2024-04; y 0 to 5; line (4 points)",
    ),
    "as seaborn draws": (
        START + 'for name, at in (("f", 1), ("m", 2)):\n    ax.fill_between([1, 2, 3], at, at + 1, alpha=0.2)\n'
        "    ax.plot([1, 2, 3], [at] * 3, label=name)\n"
        'ax.set(xlim=(1, 3), ylim=(0, 4)); ax.legend(title="sex", loc="upper left")',
        'figure: x 1 to 3; y 0 to 4; line "f" (3 points), line "m" (3 points), 2 times filled area; legend "sex" of "f", "m"',
    ),
    "errors, a mesh and contours": (
        START + 'ax.errorbar([1, 2], [3, 4], yerr=1, label="e"); ax.contour(np.arange(25).reshape(5, 5), levels=[1, 5, 9]); '
        "ax.pcolormesh(np.zeros((4, 4)))\nax.set(xlim=(0, 4), ylim=(0, 4))",
        'figure: x 0 to 4; y 0 to 4; error bars "e" (2 points), 3 contour levels, mesh of 4x4',
    ),
    "many lines and a long title": (
        START + 'for n in range(40): ax.plot([0, 1], [n, n])\nax.set(title="t" * 300, xlim=(0, 1), ylim=(0, 40))',
        f'figure: title "{"t" * 79}…"; x 0 to 1; y 0 to 40; 40 times line (2 points)',
    ),
}


async def _said(desk: Desk, source: str) -> list[str]:
    """In the order of the outputs, where each description stands in what is observed."""
    finished, _ = await desk.run(source)
    told = [finished.figures[key] for output in finished.outputs for key in image_keys(output.get("data", {})) if key in finished.figures]
    seen = Observation()("a", finished).text
    assert all(words in seen for words in told)
    return told


async def test_each_figure_is_described_as_it_was_set(desk: Desk) -> None:
    wrong = {}
    for name, (source, said) in FIGURES.items():
        told = await _said(desk, source)
        if told != [said]:
            wrong[name] = told
    assert wrong == {}
    assert len(FIGURES) >= 10


async def test_figures_of_one_cell_are_told_apart_shown_midway_last_or_left_open(desk: Desk) -> None:
    titled = "plt.figure(); plt.plot([1, 2]); plt.title({!r})\n"
    source = "import matplotlib.pyplot as plt\n" + titled.format("one") + "plt.show()\n" + titled.format("two") + titled.format("three")
    told = await _said(desk, source)
    assert [words.split('"')[1] for words in told] == ["one", "two", "three"]
    last = await _said(desk, 'fig, ax = plt.subplots(); ax.set_title("last"); plt.close(fig)\nfig')
    assert [words.split('"')[1] for words in last] == ["last"]


async def test_a_figure_of_a_cell_that_fails_is_described_too(desk: Desk) -> None:
    told = await _said(desk, 'import matplotlib.pyplot as plt\nplt.plot([1]); plt.title("before"); 1 / 0')
    assert 'title "before"' in told[0]


async def test_a_figure_behind_a_restart_is_described_too(desk: Desk) -> None:
    await desk.run("import os; os._exit(1)")
    told = await _said(desk, 'import matplotlib.pyplot as plt\nplt.plot([1]); plt.title("after");')
    assert 'title "after"' in told[0]


async def test_describing_leaves_no_name_no_figure_and_no_import_behind(desk: Desk) -> None:
    names = "sorted(name for name in dir() if not name.startswith('_i'))"
    before = await desk.says(names)
    assert await desk.says("'matplotlib' in __import__('sys').modules") == "False"
    await desk.run("import matplotlib.pyplot as plt, gc, weakref\nfig = plt.figure(); plt.plot([1]); held = weakref.ref(fig); del fig")
    assert await desk.says("gc.collect() and None or held()") == "None"
    await desk.run("del plt, gc, weakref, held")
    assert await desk.says(names) == before


async def test_outputs_are_what_they_are_without_us(desk: Desk) -> None:
    source = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    _, described = await desk.run(source)
    await desk.run("formatter = get_ipython().display_formatter\ndel formatter.format")
    _, plain = await desk.run(source)
    assert described.outputs == plain.outputs
    finished, _ = await desk.run("1 + 1")
    assert finished.figures == {}


async def test_what_cannot_be_described_is_shown_all_the_same(desk: Desk) -> None:
    source = """
import matplotlib.pyplot as plt
class Odd(plt.Axes):
    name = "odd"
    def get_title(self, loc="center"): raise RuntimeError("mine")
import matplotlib.projections; matplotlib.projections.register_projection(Odd)
fig = plt.figure(); ax = fig.add_subplot(projection="odd"); fig.suptitle("S");"""
    finished, cell = await desk.run(source)
    assert finished.status == "ok"
    assert [list(output["data"]) for output in cell.outputs] == [["text/plain", "image/png"]]
    assert list(finished.figures.values()) == ['figure "S": not described (RuntimeError)']


PICTURES: list[tuple[dict[str, Any], str]] = [
    ({"text/plain": "<PIL.Image.Image image mode=RGB size=3x2>", "image/png": "iVBORw0KGgo="}, "[image/png, 8 B]"),
    (
        {
            "application/vnd.plotly.v1+json": {
                "data": [{"type": "bar", "name": "a", "x": [1]}, {"x": [1]}],
                "layout": {"title": {"text": "Sales"}, "xaxis": {"title": {"text": "month"}}, "yaxis": {"title": "amount"}},
            },
            "text/html": "<div>plot</div>",
        },
        'title "Sales"; x "month"; y "amount"; bar "a", scatter',
    ),
    (
        {
            "application/vnd.vegalite.v5+json": {
                "title": "T",
                "mark": {"type": "bar"},
                "encoding": {"x": {"field": "a"}, "y": {"aggregate": "count"}},
            },
            "text/plain": "<VegaLite 5 object>\n\nIf you see this message, …",
        },
        'title "T"; x "a"; y "count"; bar',
    ),
    ({"application/vnd.plotly.v1+json": {"data": "odd"}}, "[application/vnd.plotly.v1+json, 15 B]"),
]


@pytest.mark.parametrize(("data", "said"), PICTURES)
def test_what_has_no_live_figure_is_told_by_its_size_or_its_json(data: dict[str, Any], said: str) -> None:
    seen = Observation()("a", Finished("ok", [{"output_type": "display_data", "data": json.loads(json.dumps(data)), "metadata": {}}])).text
    assert said in seen
    assert "If you see" not in seen
