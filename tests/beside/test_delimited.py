"""CSV and TSV, as they are found."""

import gzip
import os

import pytest

from codeact_jupyter.beside import Beside
from codeact_jupyter.beside.bounded import COLUMNS
from tests.beside.column_types import types

CSV = b"island,mass\nBiscoe,3750\nDream,\n"


@pytest.mark.parametrize(
    ("content", "columns", "separator", "rows"),
    [
        (CSV, ["island", "mass"], ",", 2),
        (b"a;b\n1,5;2\n", ["a", "b"], ";", 1),
        (b'"x, y";b\n1;2\n3;4', ["x, y", "b"], ";", 2),
        (b"a|b\n1|2\n", ["a", "b"], "|", 1),
        (b"a\tb, c\n1\t2\n", ["a", "b, c"], "\t", 1),
        ("größe,b\n1,2\n".encode(), ["größe", "b"], ",", 1),
        ("größe,b\n1,2\n".encode("latin-1"), ["größe", "b"], ",", 1),
        ("größe,b\n1,2\n".encode("utf-16"), ["größe", "b"], ",", 1),
        ("\ufeffa,b\n1,2\n".encode(), ["a", "b"], ",", 1),
        (b'"x, y",b\r\n1,2\r\n\r\n', ["x, y", "b"], ",", 1),
        (b'a,b\n"one\ntwo\n\nthree",2\n"say ""hi""",3\n', ["a", "b"], ",", 2),
        (b"a\n1\n", ["a"], ",", 1),
        (b"a,b\r1,2\r3,4\r", ["a", "b"], ",", 2),
        (b"a,b", ["a", "b"], ",", 0),
        (b'a,b\n"never closed,2\n3,4\n', ["a", "b"], ",", 1),
    ],
)
def test_tables_of_all_sorts_are_read(tmp_path, look, content, columns, separator, rows):
    (tmp_path / "t.csv").write_bytes(content)
    file = look()
    assert (file.columns, file.separator) == (columns, separator)
    assert (file.tables[0].count, file.tables[0].about, file.note) == (rows, False, "" if b"never" not in content else file.note)


@pytest.mark.parametrize(("content", "note"), [(b"", "empty"), (b"\n\n", "empty"), (b"\x00\x01,b\n", "not text")])
def test_what_is_no_table_is_said(tmp_path, look, content, note):
    (tmp_path / "t.csv").write_bytes(content)
    assert (look().tables, look().note) == ((), note)


def test_the_encoding_is_told_where_it_is_not_utf_8(tmp_path, look):
    (tmp_path / "t.csv").write_bytes("größe,b\n1,2\n".encode("latin-1"))
    assert look().encoding == "latin-1"


def test_rows_that_do_not_fit_their_header_are_told(tmp_path, look):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n1,2,3\n1\n")
    assert look().note == "2 of the rows looked at have more or fewer cells than the header"


def test_rows_of_a_larger_file_are_counted_and_its_types_come_from_the_first(tmp_path, look):
    rows = [f'{number},"line\n{number}",{"x" * 20}' for number in range(20_000)]
    (tmp_path / "t.csv").write_text("\n".join(["n,text,x", *rows]) + "\n")
    [table] = look().tables
    assert (table.count, table.about, table.sampled) == (20_000, False, 500)
    assert types(table)["n"] == ("int", "0", "499")


def test_where_quotes_do_not_close_the_count_is_about(tmp_path, look):
    (tmp_path / "t.csv").write_text("n,inch\n" + '1,5" pipe\n' * 60_001)
    [table] = look().tables
    assert table.about and table.count == pytest.approx(60_001, rel=0.01)


def test_a_file_of_10_gb_is_looked_at_by_its_head(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(CSV * 20_000)
    os.truncate(path, 10_000_000_000)
    [file], _ = Beside().look(tmp_path)
    [table] = file.tables
    assert (file.bytes, file.columns, table.about) == (10_000_000_000, ["island", "mass"], True)
    assert table.count is not None and table.count > 100_000_000


def test_where_nul_bytes_begin_the_table_ends(tmp_path, look):
    path = tmp_path / "t.csv"
    path.write_bytes(CSV)
    os.truncate(path, 10_000_000_000)
    file = look()
    assert (file.columns, len(file.rows)) == (["island", "mass"], 2)
    assert file.note == "has NUL bytes; looked at up to the first"


@pytest.mark.parametrize("width", [4, 40])
def test_of_10_000_columns_the_first_are_looked_at_and_all_counted(tmp_path, look, width):
    header = ",".join(f"c{number:0{width}}" for number in range(10_000))
    row = ",".join("1" for _ in range(10_000))
    (tmp_path / "t.csv").write_text(f"{header}\n{row}\n{row}\n")
    [table] = look().tables
    assert (len(table.columns), table.width, table.count) == (COLUMNS, 10_000, 2)


def test_a_line_without_an_end_is_given_up(tmp_path, look):
    (tmp_path / "t.csv").write_bytes(b"x" * 3_000_000)
    assert look().note == "its first line is very long"


def test_a_cell_of_a_megabyte_harms_nothing(tmp_path, look):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n" + "y" * 1_000_000 + ",3\n")
    assert look().columns == ["a", "b"]
    (tmp_path / "t.csv").write_text('a,b\n1,2\n"' + "y" * 200_000 + '",3\n')
    assert look().rows == [["1", "2"]]


def test_a_compressed_file_is_read_from_its_head(tmp_path, look):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(CSV))
    assert (look().columns, look().tables[0].count, look().tables[0].about) == (["island", "mass"], 2, False)
    path.write_bytes(gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (number, number * 7919 % 10007) for number in range(300_000))))
    [table] = look().tables
    assert table.about and table.count == pytest.approx(300_000, rel=0.3)


def test_a_gzip_bomb_is_unpacked_no_further_than_its_head(tmp_path, look):
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 50_000_000, 1))
    assert look().columns == ["a", "b"]


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n1,2\n", gzip.compress(CSV)[:20], gzip.compress(CSV)[:-12] + b"x" * 12],
    ids=["empty", "not compressed", "cut", "spoilt"],
)
def test_what_is_no_whole_gzip_file_does_no_harm(tmp_path, look, content):
    (tmp_path / "t.csv.gz").write_bytes(content)
    assert look().note or look().columns


def test_above_32_mb_the_count_is_an_estimate(tmp_path):
    (tmp_path / "t.csv").write_bytes(CSV * 1_100_000)
    [file], _ = Beside(30).look(tmp_path)
    assert file.tables[0].about and file.tables[0].count == pytest.approx(3_300_000, rel=0.01)
