"""Cells become types, ranges and values."""

import datetime as dt

import pytest

from codeact_jupyter.beside.columns import of_text, of_values
from codeact_jupyter.beside.found import Column

ENGLISH = '"," between thousands'


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (["3", "-20", "", "100"], Column("c", "int", "-20", "100", missing=1)),
        (["1.5", "2", "NaN", "1e3"], Column("c", "float", "1.5", "1000", missing=1)),
        (["n/a", "", "NULL"], Column("c", "empty", missing=3)),
        (["007", "120"], Column("c", "text", form="digits with leading zeros")),
        (["1,737.4", "11.1", "12"], Column("c", "float", "11.1", "1737.4", form=ENGLISH)),
        (["384,400", "9,376"], Column("c", "float", "9376", "384400", form=ENGLISH)),
        (["1,5", "2"], Column("c", "float", "1.5", "2", form='"," as decimal mark')),
        (["1.234,5", "2"], Column("c", "float", "2", "1234.5", form='"," as decimal mark, "." between thousands')),
        (["1.5", "1,5"], Column("c", "text", values=("1.5", "1,5"), different=2)),
        (["true", "False", "true"], Column("c", "bool", form="as False/true")),
        (["yes", "no"], Column("c", "bool", form="as no/yes")),
        (["2024-02-29", "2023-01-01"], Column("c", "date", "2023-01-01", "2024-02-29")),
        (["2024-02-29 12:30", "2024-02-29T09:00:00"], Column("c", "datetime", "2024-02-29 12:30", "2024-02-29T09:00:00")),
        (["2024-02-30"], Column("c", "text", values=("2024-02-30",), different=1)),
        (["2024-02", "2023-11"], Column("c", "date", "2023-11", "2024-02", form="as year-month")),
        (["1.2.2024", "13.2.2024"], Column("c", "date", "2024-02-01", "2024-02-13", form="day first")),
        (["1/31/2024", "2/1/2024"], Column("c", "date", "2024-01-31", "2024-02-01", form="month first")),
        (["1/2/2024", "3/4/2024"], Column("c", "date", form="day or month first, unclear which")),
        (["a", "b", "a", " b "], Column("c", "text", values=("a", "b"), different=2)),
        (["1", "2", "3", "unknown"], Column("c", "mixed", values=("unknown",))),
        (["5 kg", "6 kg"], Column("c", "text", values=("5 kg", "6 kg"), different=2)),
        (["9" * 30], Column("c", "float", "1e+30", "1e+30")),
        (["٣", "inf"], Column("c", "text", values=("٣", "inf"), different=2)),
    ],
)
def test_text_is_read_as_what_it_most_likely_means(cells, column):
    assert of_text("c", cells) == column


def test_beside_other_separators_a_lone_comma_is_a_decimal_mark():
    assert of_text("c", ["384,400"], comma=False) == Column("c", "float", "384.4", "384.4", form='"," as decimal mark')


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ([1, None, 3], Column("c", "int", "1", "3", missing=1)),
        ([1, 2.5, float("nan"), float("inf")], Column("c", "float", "1", "2.5")),
        ([10**400, 1.0], Column("c", "float", "1", "1" + "0" * 39)),
        ([True, False], Column("c", "bool")),
        ([True, 2], Column("c", "mixed")),
        (["x", 2, None], Column("c", "mixed", values=("x",), missing=1)),
        (["7", "8"], Column("c", "text", values=("7", "8"), different=2)),
        (["2024-01-01", "2024-01-02"], Column("c", "date", "2024-01-01", "2024-01-02", form="as text")),
        ([dt.date(2024, 1, 2), dt.datetime(2024, 1, 1, 5)], Column("c", "datetime", "2024-01-01 05:00:00", "2024-01-02")),
        ([[1], []], Column("c", "list")),
        ([{}, {"a": 1}], Column("c", "object")),
        ([b"x"], Column("c", "bytes")),
        ([None], Column("c", "empty", missing=1)),
        ([], Column("c", "empty")),
    ],
)
def test_values_keep_the_type_that_they_have(values, column):
    assert of_values("c", values) == column


def test_missing_means_what_pandas_means(tmp_path):
    import io

    import pandas as pd

    cells = ["", "NA", "n/a", "null", "None", "nan", "-", "missing", "none", "N.A.", "#N/A", "<NA>"]
    frame = pd.read_csv(io.StringIO("i,c\n" + "".join(f"{index},{cell}\n" for index, cell in enumerate(cells))))
    assert of_text("c", cells).missing == frame["c"].isna().sum()
