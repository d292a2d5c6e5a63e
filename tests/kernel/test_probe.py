"""What the kernel's namespace holds, asked in a real kernel."""

from dataclasses import replace

import pytest

from codeact_jupyter.kernel import probe
from codeact_jupyter.ports import Name

SETUP = """
import math
import pandas as pd, numpy as np
class Loud:
    @property
    def shape(self): raise SystemExit
    def __len__(self): print('asked'); return 1
    def __repr__(self): print('asked'); return ''
    def __getattr__(self, name): print('asked'); return 1
    __class__ = property(lambda self: print('asked'))
class Frame(pd.DataFrame):
    shape = property(lambda self: print('asked'))
df = pd.DataFrame({'a': [1, 2, 3], 'b': [4, 5, 6]})
own, column, grid, loud = Frame(df), df['a'], np.zeros((2, 3, 4)), Loud()
words, table, text, number, _private = ['a', 'b'], {'k': 1}, 'Grüße', 1.5, 0
def helper(): pass
"""


async def test_names_come_with_type_and_shape_and_nothing_of_the_user_runs(desk):
    finished, cell = await desk.run(SETUP, seconds=60)
    assert cell.outputs == []
    assert {name: replace(found, bytes=None) for name, found in finished.names.items()} == {
        "Loud": Name("type"),
        "Frame": Name("type"),
        "df": Name("DataFrame", "3x2"),
        "own": Name("Frame", "3x2"),
        "column": Name("Series", "3"),
        "grid": Name("ndarray", "2x3x4"),
        "loud": Name("Loud"),
        "words": Name("list", "2"),
        "table": Name("dict", "1"),
        "text": Name("str", "5"),
        "number": Name("float"),
        "helper": Name("function"),
    }


async def test_names_come_with_their_weight(desk):
    made = "import numpy as np, pandas as pd\ngrid = np.zeros(2_000_000)"
    frame = "df = pd.DataFrame({'a': np.zeros(1_500_000), 'b': ['x'] * 1_500_000})"
    finished, _ = await desk.run(f"{made}\n{frame}\ntext, words, small, f = 'x' * 11_000_000, ['w'] * 1_000_000, [1], len", seconds=60)
    found = {name: (value.bytes or 0) / 1e6 for name, value in finished.names.items()}
    assert found["grid"] == 16 and 80 < found["df"] < 120 and 11 <= found["text"] < 12 and 30 < found["words"] < 40
    assert found["small"] < 0.001 and finished.names["f"].bytes is None


async def test_tables_in_a_container_count_and_a_large_variable_is_named_however_old_it_is(desk):
    made = "import numpy as np\nold = {n: np.zeros(500_000) for n in range(5)}\nrows = [np.zeros(1000)] * 5000\n"
    finished, _ = await desk.run(made + "for n in range(300): globals()[f'v{n}'] = n", seconds=60)
    assert {name: round((finished.names[name].bytes or 0) / 1e6) for name in ("old", "rows")} == {"old": 20, "rows": 40}
    assert len(finished.names) == 202 and "v299" in finished.names and "v0" not in finished.names


async def test_names_come_with_where_they_lead(desk):
    made = "from pathlib import Path\nhome, url, plain = Path('/srv/data'), 'https://example.org/x', 'some words'"
    made += "\nnear = Path.cwd() / 'x.csv'"
    finished, _ = await desk.run(f"{made}\nmany, nested, long = {{'a': '../x', 'b': 3}}, [['/x']], '/' * 1000")
    assert {name: value.texts for name, value in finished.names.items() if name != "Path"} == {
        **{"home": ("/srv/data",), "url": ("https://example.org/x",), "plain": (), "near": ("./x.csv",)},
        **{"many": ("../x",), "nested": (), "long": ()},
    }


async def test_the_probe_leaves_nothing_behind(desk):
    await desk.run("1 + 1")
    before = await desk.says("(sorted(globals()), len(In), _)")
    for _ in range(3):
        await desk.kernel.names()
    after = await desk.says("(sorted(globals()), len(In) - 1, _)")
    assert after.replace("'_i3', ", "").replace("'_i2', ", "") == before.replace("'_i2', ", "").replace("'_i3', ", "")


async def test_many_names_are_bounded_to_the_newest(desk):
    finished, _ = await desk.run("for i in range(500): globals()[f'n{i}'] = i")
    assert len(finished.names) == 200
    assert "n499" in finished.names


@pytest.mark.parametrize("text", ["", "nonsense(", "'no json'", "None", "'[]'"])
def test_what_is_no_answer_is_no_names(text):
    assert probe.parse(text) == {}


async def test_a_frame_that_is_the_result_comes_with_its_column_types(desk):
    finished, _ = await desk.run("import pandas as pd\npd.DataFrame({'a': [1], 'b': [1.5]})", seconds=60)
    assert finished.dtypes == {"a": "int64", "b": "float64"}
    finished, _ = await desk.run("_ = 3\nprint(1)")
    assert finished.dtypes == {}
