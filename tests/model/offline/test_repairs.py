"""Failing, reading the traceback, and putting it right: with real errors of a real kernel."""

from pathlib import Path

import pytest

from tests.model.offline.notebook import Notebook, Told

PRICES = 'item,price\na,12.50 USD\nb,"1,200.00 USD"\nc,n.a.\na,7.50 USD\n'
DAYS = "day,visits\n" + "\n".join(f"{day:02}/{month:02}/2024,{day + month}" for month in (1, 2) for day in range(1, 29)) + "\n"


def errors(told: Told) -> list[str]:
    return [seen.splitlines()[-1].partition(":")[0] for seen in told.seen if "[error]" in seen]


def test_numbers_kept_as_text_fail_first_and_are_then_read(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text(PRICES)
    told = notebook.ask("average price by item")
    assert errors(told) == ["TypeError"]
    assert "| a | 10 |" in told.answer
    assert "| b | 1200 |" in told.answer
    assert "1 of its values could not be read" in told.answer


def test_text_is_not_added_up_as_text(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text(PRICES)
    assert "**1220**" in notebook.ask("total price").answer
    assert "**7.5**" in notebook.ask("minimum price").answer
    told = notebook.ask("maximum price by item")
    assert errors(told) == []
    assert "| a | 12.5 |" in told.answer


def test_a_column_that_is_not_there_gives_way_to_the_nearest(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "birds.csv").write_text("species,body_mass_g\nA,10\nB,30\nA,20\n")
    told = notebook.ask("average body_mass by species")
    assert errors(told) == ["KeyError"]
    assert "| A | 15 |" in told.answer
    assert "There is no column `body_mass`: I took `body_mass_g`." in told.answer


def test_a_file_name_that_is_not_there_gives_way_to_the_nearest(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "birds.csv").write_text("species,mass\nA,10\nB,30\n")
    told = notebook.ask("mean mass in bird.csv")
    assert errors(told) == ["FileNotFoundError"]
    assert "**20**" in told.answer
    assert "There is no `bird.csv`: I took `birds.csv`." in told.answer


def test_latin_1_is_read_after_the_decoding_fails(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_bytes("town,size\nKöln,4\nBonn,2\n".encode("latin-1"))
    told = notebook.ask("total size by town")
    assert errors(told) == ["UnicodeDecodeError"]
    assert "| Köln | 4 |" in told.answer


def test_dates_that_may_begin_with_day_or_month_are_looked_at(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text(DAYS)
    told = notebook.ask("total visits by month")
    assert f"| 2024-01 | {sum(day + 1 for day in range(1, 29))} |" in told.answer
    (tmp_path / "visits.csv").write_text("day,visits\n01/02/2024,3\n05/06/2024,4\n")
    notebook.move(tmp_path)
    assert "may begin with the day or with the month" in notebook.ask("total visits by month").answer


def test_some_values_that_are_no_dates_are_left_out_and_counted(notebook: Notebook, tmp_path: Path) -> None:
    rows = [f"2024-01-{day:02},{day}" for day in range(1, 12)] + ["soon,99", "2024-02-01,5"]
    (tmp_path / "log.csv").write_text("date,hits\n" + "\n".join(rows) + "\n")
    told = notebook.ask("sum of hits by month")
    assert len(errors(told)) == 1
    assert "| 2024-01 | 66 |" in told.answer
    assert "1 values of `date` are no dates" in told.answer


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ("5 kg,300 g,2 kg", "different units"),
        ("1.2k,3k,900", "may be a scale"),
        ("(5.00),7.00 $,3.00 $", "in brackets"),
        ("red,blue,green", "holds text"),
    ],
)
def test_text_that_cannot_be_read_for_sure_is_refused(notebook: Notebook, tmp_path: Path, values: str, reason: str) -> None:
    (tmp_path / "things.csv").write_text("name,load\n" + "\n".join(f"x{n},{value}" for n, value in enumerate(values.split(","))) + "\n")
    answer = notebook.ask("average load").answer
    assert answer.startswith("I cannot answer this:")
    assert reason in answer
