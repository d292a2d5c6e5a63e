"""JSON and JSON lines."""

import gzip
import json

import pytest

from tests.beside.column_types import types

RECORDS = [{"n": number, "shop": "N" if number % 2 else "S", "tags": ["a"], "at": f"2024-01-{number % 28 + 1:02}"} for number in range(100)]
TYPES = {"n": ("int", "0", "99"), "shop": ("text", "", ""), "tags": ("list", "", ""), "at": ("date", "2024-01-01", "2024-01-28")}


def lines(records):
    return "\n".join(json.dumps(record) for record in records) + "\n"


def test_json_lines(tmp_path, look):
    (tmp_path / "t.jsonl").write_text(lines(RECORDS))
    [table] = look().tables
    assert types(table) == TYPES
    assert (table.count, table.about, table.rows[0]) == (100, False, ["0", "S", "list of 1", "2024-01-01"])


def test_json_lines_of_a_larger_file_and_compressed(tmp_path, look):
    (tmp_path / "t.jsonl").write_text(lines(RECORDS * 200))
    [table] = look().tables
    assert (table.count, table.about, table.sampled) == (20_000, False, 500)
    (tmp_path / "t.jsonl").unlink()
    (tmp_path / "t.jsonl.gz").write_bytes(gzip.compress(lines(RECORDS).encode()))
    assert types(look().tables[0]) == TYPES


def test_lines_that_are_no_json_are_counted(tmp_path, look):
    (tmp_path / "t.ndjson").write_text('{"a": 1}\n{"a": \n\n{"b": 2}\n')
    file = look()
    assert (file.note, file.columns) == ("1 of the lines looked at are no JSON", ["a", "b"])


def test_a_list_of_records(tmp_path, look):
    (tmp_path / "t.json").write_text(json.dumps(RECORDS))
    [table] = look().tables
    assert (types(table), table.count, table.about) == (TYPES, 100, False)


def test_a_long_list_is_told_by_its_begin(tmp_path, look):
    (tmp_path / "t.json").write_text(json.dumps(RECORDS * 200, indent=1))
    [table] = look().tables
    assert table.about and table.count == pytest.approx(20_000, rel=0.02)
    assert types(table)["n"] == ("int", "0", "99")


def test_an_object_is_told_by_its_keys_and_by_the_records_in_it(tmp_path, look):
    (tmp_path / "t.json").write_text(json.dumps({"version": 2, "data": RECORDS, "meta": {"x": 1}}))
    whole, data = look().tables
    assert types(whole) == {"version": ("int", "2", "2"), "data": ("list", "", ""), "meta": ("object", "", "")}
    assert (data.name, types(data), data.count) == ("data", TYPES, 100)


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"", "not JSON, or damaged"),
        (b"[" * 100_000, "not JSON, or damaged"),
        (b"[" * 600_000, "not JSON, or damaged"),
        (b'{"a":' * 90_000, "not JSON, or damaged"),
        (b'[{"a": 1}, {"a"', "not JSON, or damaged"),
        (b"[]", "an empty list"),
        (b"7", "a single value"),
        (b"[" + b"9" * 5000 + b"]", "not JSON, or damaged"),
        (b"\xff\xfe\x00", "not JSON, or damaged"),
        (b'{"a": "' + b"x" * 600_000 + b'"}', "too large to look into"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, look, content, note):
    (tmp_path / "t.json").write_bytes(content)
    assert look().note == note


def test_numbers_beyond_all_bounds_do_no_harm(tmp_path, look):
    (tmp_path / "t.json").write_text('[{"a": 1e999, "b": %s}, {"a": NaN, "b": 2.5}]' % ("9" * 4000))
    assert look().columns == ["a", "b"]
