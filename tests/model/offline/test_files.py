"""Which file, which sheet, how it is written: found out by code, said in the answer, and refused when it cannot be told."""

from pathlib import Path

import pandas as pd
import pytest

from codeact_jupyter.model.offline.reading import read
from codeact_jupyter.model.offline.replying import reply
from codeact_jupyter.model.offline.written import Writing, writing
from tests.model.offline.notebook import BLOCK, Notebook

ORDERS = "order_no,customer_id,amount\n1,7,10\n2,8,20\n3,7,30\n4,9,40\n"
PEOPLE = "customer_id,town\n7,Bonn\n8,Jena\n"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"a,b\n1,2\n3,4\n", Writing("", ",")),
        (b"a;b\n1,5;2\n3,5;4\n", Writing("", ";")),
        (b"a\tb\n1\t2\n", Writing("", "\t")),
        ("f|g\né|2\nü|3\n".encode("latin-1"), Writing("cp1252", "|")),
        ("\ufeffa;b\n1;2\n".encode(), Writing("", ";")),
        ("a\tb\n1\t2\n3\t4\n".encode("utf-16"), Writing("utf-16", "\t")),
        ("a,b\n1,2\n3,4\n".encode("utf-16-le"), Writing("utf-16-le", ",")),
        (b"Report\n\na,b,c\n1,2,3\n4,5,6\n7,8,9\n10,11,12\n", Writing("", ",", 2)),
        (b"full name\nAnn Lee\nBo Day\nCy Fox\n", None),
        (b"just words\nand more of them here\n", None),
    ],
)
def test_how_a_text_is_written_is_told_from_its_first_bytes(head: bytes, expected: Writing | None) -> None:
    assert writing(head) == expected


@pytest.mark.parametrize(
    ("file", "module", "package"), [("a.xlsx", "openpyxl", "openpyxl"), ("a.parquet", "pyarrow", "pyarrow"), ("a.xls", "xlrd", "xlrd")]
)
def test_a_package_that_is_missing_is_named_with_how_to_install_it(
    notebook: Notebook, tmp_path: Path, file: str, module: str, package: str
) -> None:
    (tmp_path / file).write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    error = f"[error]\nImportError: `Import {module}` failed. Use pip or conda to install the {module} package."
    messages = [{"role": "user", "content": f"Request:\naverage x in {file}\n\nYou have 9 steps left."}]
    messages.append({"role": "assistant", "content": reply(messages)})
    messages.append({"role": "user", "content": f"Observation:\n{error}\n\nYou have 8 steps left."})
    assert "<execute>" in messages[1]["content"]
    assert f"`%pip install {package}`" in (said := reply(messages))
    assert said.startswith("I cannot answer this yet")


def test_without_openpyxl_in_the_kernel_it_says_so(notebook: Notebook, tmp_path: Path) -> None:
    pd.DataFrame({"x": [1, 2]}).to_excel(tmp_path / "a.xlsx", index=False)
    notebook.run("import sys\nkept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split('.')[0] == 'openpyxl'}")
    notebook.run("sys.modules['openpyxl'] = None")
    try:
        answer = notebook.ask("average x").answer
    finally:
        notebook.run("import sys\ndel sys.modules['openpyxl']")
    assert "the notebook's kernel has no openpyxl" in answer
    assert "`%pip install openpyxl`" in answer


def test_files_of_which_the_context_tells_only_the_names_are_looked_into(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    pd.DataFrame({"town": ["A", "B"], "height": [3, 5]}).to_parquet(tmp_path / "towers.parquet")
    names = '- "orders.csv", 1 kB; 4 rows\n    - order_no int 1 … 4\n- towers.parquet (2 kB)'
    context = f"<context>\nNotebook: n.ipynb (no cells)\n\n## Files beside the notebook\n{names}\n</context>"
    messages = [{"role": "user", "content": f"{context}\n\nRequest:\naverage height\n\nYou have 9 steps left."}]
    while found := BLOCK.search(said := reply(messages)):
        messages += [{"role": "assistant", "content": said}, {"role": "user", "content": f"Observation:\n{notebook.run(found[1])}"}]
    assert "**4**" in said
    assert "Of the 2 tables here I took `towers.parquet`." in said


def test_the_list_of_files_may_be_written_otherwise() -> None:
    lines = [
        '- "a b.csv", 3 lines; columns ["x", "y"]; first rows [["1"]]',
        "- `c.xlsx`: sheets One, Two",
        '  sheet "Two", 3 rows, columns ["z"]; types {"z": "int"}',
        '- "d.db", 3 kB; table "t", 3 rows, columns ["u"]',
        "- notes.md",
        "- … and 3 more",
    ]
    listed = "\n".join(lines)
    scene = read([{"role": "user", "content": f"<context>\n## Files beside the notebook\n{listed}\n</context>\n\nRequest:\nx"}])
    assert [(file.name, file.columns) for file in scene.files] == [("a b.csv", ("x", "y")), ("c.xlsx", ("z",))]
    assert scene.other_files == ("d.db", "notes.md")


def test_two_tables_are_joined_by_what_names_each_row_once(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    (tmp_path / "people.csv").write_text(PEOPLE)
    answer = notebook.ask("join orders.csv with people.csv and give the total amount by town").answer
    assert "| Bonn | 40 |" in answer
    assert "| Jena | 20 |" in answer
    assert "by `customer_id`: 1 of its rows have no partner there" in answer


@pytest.mark.parametrize(
    ("people", "reason"),
    [("customer_id,town\n7,Bonn\n7,Jena\n8,Ulm\n", "rows would be counted twice"), ("person,town\n7,Bonn\n", "no column of the same name")],
)
def test_a_join_that_would_not_be_right_is_refused(notebook: Notebook, tmp_path: Path, people: str, reason: str) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    (tmp_path / "people.csv").write_text(people)
    answer = notebook.ask("total amount by town in orders.csv joined with people.csv").answer
    assert answer.startswith("I cannot answer this:")
    assert reason in answer


def test_rows_of_another_file_are_not_counted_in_this_one(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    (tmp_path / "people.csv").write_text(PEOPLE)
    assert "“orders” are the rows of `orders.csv`" in notebook.ask("how many orders by town?").answer


def test_numbers_of_a_file_with_decimal_commas_are_not_a_thousand_times_too_small(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "orte.csv").write_text("Ort;Einwohner;Preis\nA;1.500;2,5\nB;12.250;3,5\nC;2.000;4,0\n")
    assert "**15750**" in notebook.ask("total Einwohner").answer
    notebook.move(tmp_path)
    assert "| Einwohner | float64 | 0 | 3 | 1500 |" in notebook.ask("describe it").answer
    notebook.move(tmp_path)
    (tmp_path / "orte.csv").write_text("Ort;Einwohner\nA;1.500\nB;12.250\n")
    assert "may separate thousands or decimals" in notebook.ask("total Einwohner").answer


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (["02/01/2024", "13/01/2024"], "with the day first"),
        (["01/13/2024", "01/02/2024"], "with the month first"),
        (["02.01.2024", "13.01.2024"], "as is usual with dots"),
        (["3 January 2024", "Jan 9, 2024"], ""),
        (["02/01/2024", "2024-01-03", "13/01/2024"], "with the day first"),
        (["20240103", "20240113"], ""),
    ],
)
def test_dates_in_several_styles_are_read_and_how_is_said(notebook: Notebook, tmp_path: Path, days: list[str], said: str) -> None:
    rows = [f'"{day}",{number}' for number, day in enumerate(days, start=4)]
    (tmp_path / "log.csv").write_text("date,hits\n" + "\n".join(rows) + "\n")
    answer = notebook.ask("total hits by month").answer
    assert f"| 2024-01 | {sum(range(4, 4 + len(days)))} |" in answer
    assert said in answer


def test_percent_signs_on_some_of_the_numbers_are_not_passed_over(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("name,rate\na,12 %\nb,0.15\nc,7 %\n")
    assert "some of its numbers have “%”" in notebook.ask("average rate").answer
