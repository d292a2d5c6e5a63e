"""What a run's first request carries, and the files beside the notebook."""

import json
import os

import pytest

from codeact_jupyter.beside import Beside
from codeact_jupyter.context import Context, render
from codeact_jupyter.ports import Name
from codeact_jupyter.suggest import suggestions

CSV = "island,body_mass_g,sex\nBiscoe,3750,MALE\nDream,3800,FEMALE\nTorgersen,,\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "penguins.csv").write_text(CSV)
    (tmp_path / "weather.tsv").write_text("day\ttemp\n2024-01-01\t3.5\n")
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / ".hidden.csv").write_text("a,b\n1,2\n")
    (tmp_path / "script.py").write_text("print(1)")
    return tmp_path


def line(text, name):
    return next(row for row in text.splitlines() if row.startswith(f'- "{name}"'))


def test_files_are_told_by_name_size_columns_with_types_and_two_rows(folder):
    files, more = Beside().look(folder)
    text = render(Context("a.ipynb", files=files, more_files=more))
    assert line(text, "penguins.csv") == (
        '- "penguins.csv", 70 B, 3 rows; separator ","; columns ["island", "body_mass_g", "sex"]; '
        'types {"island": "text, 3 different: Biscoe | Dream | Torgersen", "body_mass_g": "int 3750 … 3800; 1 missing", '
        '"sex": "text, 2 different: MALE | FEMALE; 1 missing"}; '
        'first rows [["Biscoe", "3750", "MALE"], ["Dream", "3800", "FEMALE"]]'
    )
    assert json.dumps("\t") in line(text, "weather.tsv")
    assert line(text, "notes.txt") == '- "notes.txt", 5 B'
    assert "hidden" not in text and "script.py" not in text


CELLS = [
    {"id": "a", "cell_type": "markdown", "source": "# Sales\ntext", "metadata": {}},
    {"id": "b", "cell_type": "code", "source": "x = 1\ny = 2", "execution_count": 3, "metadata": {}, "outputs": []},
    {
        "id": "c",
        "cell_type": "code",
        "source": ["df['mass']"],
        "execution_count": 4,
        "metadata": {"codeact": {"run": "r"}},
        "outputs": [{"output_type": "error", "ename": "KeyError", "evalue": "'mass'", "traceback": []}],
    },
]


def test_outline_active_cell_last_error_and_names_are_told():
    text = render(Context("sales.ipynb", CELLS, "b", {"df": Name("DataFrame", "344x8"), "n": Name("int")}))
    assert text.startswith("<context>\nNotebook: sales.ipynb (3 cells)")
    for part in (
        "## Names in the kernel\n- df: DataFrame 344x8\n- n: int",
        "## Last error\nIn cell [4] (id c): KeyError: 'mass'",
        "## Active cell\nid b\n```python\nx = 1\ny = 2\n```",
        "- markdown a: # Sales\n- [3] b: x = 1\n- [4] c (yours): df['mass']",
    ):
        assert part in text


def test_the_context_keeps_within_its_budget():
    many = [{**CELLS[1], "id": str(number), "source": "z" * 90} for number in range(500)]
    text = render(Context("a.ipynb", many, "7", {f"n{number}": Name("int") for number in range(500)}), 3000)
    assert len(text) <= 3000 and all(part in text for part in ("more", "## Active cell", "## Outline", "n20"))


def test_examples_are_made_from_the_files(folder):
    files, _ = Beside().look(folder)
    assert suggestions(files) == [
        "Describe penguins.csv: columns, types, missing values",
        "Average body_mass_g by island in penguins.csv, as a bar chart",
        "Which rows have the highest body_mass_g in penguins.csv?",
    ]
    assert suggestions([]) == []


def test_examples_group_by_what_rows_share_and_measure_no_years_and_no_keys(tmp_path):
    (tmp_path / "moons.csv").write_text("moon,planet,id,radius,found\nIo,Jupiter,1,1.5,1610\nEuropa,Jupiter,2,2.5,1610\n")
    assert suggestions(Beside().look(tmp_path)[0])[1:] == [
        "Average radius by planet, as a bar chart",
        "Which rows have the highest radius?",
    ]


def test_examples_name_nothing_that_cannot_be_shown(tmp_path):
    (tmp_path / os.fsdecode(b"\xff.csv")).write_text("shop,price\nN,1\n")
    assert suggestions(Beside().look(tmp_path)[0]) == ["Average price by shop, as a bar chart", "Which rows have the highest price?"]
