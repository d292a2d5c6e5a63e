"""SQLite files are read, and nothing of them is changed or run."""

import sqlite3
from contextlib import closing

import pytest

from codeact_jupyter.beside import Beside
from tests.beside.column_types import types


@pytest.fixture
def base(tmp_path):
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        yield connection


def test_tables_are_told_with_types_rows_and_ranges(base, look):
    base.execute('create table "order ""s""" (id integer primary key, day text, price real, note text, raw blob)')
    rows = [
        (f"2024-01-{number % 28 + 1:02}", number / 4, "x" if number % 2 else None, bytes(2_000_000 if number == 5 else 3))
        for number in range(50)
    ]
    base.executemany('insert into "order ""s""" (day, price, note, raw) values (?, ?, ?, ?)', rows)
    base.execute("create table empty (a, b)")
    base.execute("create view v as select * from empty")
    base.commit()
    orders, empty = look().tables
    assert (orders.kind, orders.name, orders.count, orders.about, orders.sampled) == ("table", 'order "s"', 50, False, None)
    assert types(orders) == {
        "id": ("int", "1", "50"),
        "day": ("date", "2024-01-01", "2024-01-28"),
        "price": ("float", "0", "12.25"),
        "note": ("text", "", ""),
        "raw": ("bytes", "", ""),
    }
    assert orders.columns[3].missing == 25
    assert (empty.name, empty.count) == ("empty", 0)


def test_a_large_table_is_told_by_its_first_rows_and_counted_by_its_last_id(base, look, tmp_path):
    base.execute("create table t (n, pad)")
    base.executemany("insert into t values (?, ?)", ((number, "x" * 300) for number in range(60_000)))
    base.execute("create table w (k primary key, pad) without rowid")
    base.executemany("insert into w values (?, ?)", ((number, "x") for number in range(3000)))
    base.commit()
    assert (tmp_path / "shop.db").stat().st_size > 16_000_000
    t, w = look().tables
    assert (t.count, t.about, t.sampled, types(t)["n"]) == (60_000, True, 500, ("int", "0", "499"))
    assert (w.count, w.sampled) == (None, 500)


def test_nothing_is_written_beside_a_database_that_another_writes(base, look, tmp_path):
    base.execute("pragma journal_mode = wal")
    base.execute("create table t (n)")
    base.commit()
    base.execute("pragma wal_checkpoint(truncate)")
    base.execute("insert into t values (1)")
    base.commit()
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    file = look()
    assert file.note == "what stands in its -wal file is not counted"
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_a_database_that_is_locked_is_read_all_the_same(base, look):
    base.execute("create table t (n)")
    base.commit()
    base.execute("begin exclusive")
    assert look().columns == ["n"]


def test_a_name_with_marks_of_a_url_is_opened_as_it_is(tmp_path, look):
    with closing(sqlite3.connect(tmp_path / "plain")) as connection:
        connection.execute("create table t (n)")
    (tmp_path / "plain").rename(tmp_path / "a?mode=rwc#%41 b.db")
    assert look().columns == ["n"]
    assert [path.name for path in tmp_path.iterdir()] == ["a?mode=rwc#%41 b.db"]


def test_a_view_that_calls_itself_a_table_is_not_run(base, look):
    base.execute("create table trap (n)")
    base.commit()
    base.execute("pragma writable_schema = on")
    endless = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) as n from c"
    base.execute("update sqlite_master set sql = ? where name = 'trap'", (f"create view trap as {endless}",))
    base.commit()
    assert look().note == "a damaged SQLite file, or one that is being written"


def test_pages_that_are_counted_again_and_again_do_not_hold_the_look(tmp_path):
    """Twelve pages with some ten billion rows: each page has the next one for its child 600 times."""
    path = tmp_path / "bomb.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma page_size = 4096")
        connection.execute("create table t (n)")
        connection.execute("insert into t values (7)")
        connection.commit()
    pages = [path.read_bytes()[:4096], *(_interior(number + 1) for number in range(2, 6)), path.read_bytes()[4096:]]
    pages[0] = pages[0][:28] + len(pages).to_bytes(4, "big") + pages[0][32:]
    path.write_bytes(b"".join(pages))
    [file], _ = Beside(1).look(tmp_path)
    assert file.tables[0].about or file.note == "not looked into: no time left"


def _interior(child, cells=500):
    """A page of a table's tree with one child many times over."""
    size = 4096
    body = b"".join(child.to_bytes(4, "big") + bytes([key // 128 | 128, key % 128]) for key in range(cells))
    start = size - len(body)
    head = b"\x05\0\0" + cells.to_bytes(2, "big") + start.to_bytes(2, "big") + b"\0" + child.to_bytes(4, "big")
    places = b"".join((start + 6 * cell).to_bytes(2, "big") for cell in range(cells))
    return (head + places).ljust(start, b"\0") + body


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"SQLite format 3\0" + b"\xff" * 4096, b"MDB " * 2000])
def test_what_is_no_database_is_said(tmp_path, look, content):
    (tmp_path / "x.db").write_bytes(content)
    assert look().note in {"empty", "not an SQLite file", "a damaged SQLite file, or one that is being written", "no tables"}
