"""Parquet by its footer, compared with what pyarrow wrote."""

import datetime as dt
import decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from codeact_jupyter.beside.thrift import Compact, Malformed
from tests.beside.column_types import types


def test_types_ranges_and_missing_are_those_of_all_rows(tmp_path, look):
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=number) for number in range(1000)]
    table = pa.table(
        {
            "n": pa.array([None, *range(1, 1000)]),
            "small": pa.array([-3] * 1000, pa.int16()),
            "x": [number / 8 for number in range(1000)],
            "single": pa.array([0.5] * 1000, pa.float32()),
            "day": days,
            "ms": pa.array([dt.datetime(2024, 1, 1, 8)] * 1000, pa.timestamp("ms")),
            "ns": pa.array([dt.datetime(1969, 1, 1, 8)] * 1000, pa.timestamp("ns")),
            "text": ["Zürich", "Aarau"] * 500,
            "flag": [True] * 1000,
            "price": pa.array([decimal.Decimal("12.34")] * 1000, pa.decimal128(9, 2)),
            "unsigned": pa.array([2**63 + 1] * 1000, pa.uint64()),
            "raw": pa.array([b"\xff"] * 1000),
            "many": pa.array([[1, 2]] * 1000),
            "deep": pa.array([{"a": 1, "b": {"c": "x"}}] * 1000),
            "map": pa.array([[("k", 1)]] * 1000, pa.map_(pa.string(), pa.int64())),
            "last": [7] * 1000,
        }
    )
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=100)
    [found] = look().tables
    assert (found.count, found.about, found.width, found.sampled) == (1000, False, 16, None)
    assert types(found) == {
        "n": ("int", "1", "999"),
        "small": ("int", "-3", "-3"),
        "x": ("float", "0", "124.875"),
        "single": ("float", "0.5", "0.5"),
        "day": ("date", "2024-01-01", str(days[-1])),
        "ms": ("datetime", "2024-01-01 08:00:00", "2024-01-01 08:00:00"),
        "ns": ("datetime", "1969-01-01 08:00:00", "1969-01-01 08:00:00"),
        "text": ("text", "Aarau", "Zürich"),
        "flag": ("bool", "", ""),
        "price": ("decimal", "", ""),
        "unsigned": ("int", "", ""),
        "raw": ("bytes", "", ""),
        "many": ("list", "", ""),
        "deep": ("object", "", ""),
        "map": ("object", "", ""),
        "last": ("int", "7", "7"),
    }
    assert [column.missing for column in found.columns] == [1, *[0] * 15]


def test_without_statistics_there_are_no_ranges(tmp_path, look):
    pq.write_table(pa.table({"n": [1, 2]}), tmp_path / "t.parquet", write_statistics=False)
    assert types(look().tables[0]) == {"n": ("int", "", "")}


def test_10_000_columns(tmp_path, look):
    pq.write_table(pa.table({f"c{number}": [number] for number in range(10_000)}), tmp_path / "t.parquet")
    [found] = look().tables
    assert (len(found.columns), found.width, found.count) == (200, 10_000, 1)


def test_a_footer_that_is_too_long_gives_columns_and_rows(tmp_path, look):
    names = [f"{number:05}{'x' * 60}" for number in range(4000)]
    with pq.ParquetWriter(tmp_path / "t.parquet", pa.schema([(name, pa.int64()) for name in names])) as writer:
        for _ in range(8):
            writer.write_table(pa.table({name: [1] for name in names}))
    [found] = look().tables
    assert (found.columns[0].name, found.width, found.count) == (names[0], 4000, 8)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PAR1",
        b"PAR1" * 5,
        b"x" * 100,
        b"PAR1" + b"\xff" * 50 + (50).to_bytes(4, "little") + b"PAR1",
        b"PAR1" + b"\x00" * 50 + (50).to_bytes(4, "little") + b"PAR1",
        b"PAR1" + b"\x1c" * 5000 + (5000).to_bytes(4, "little") + b"PAR1",
        b"PAR1" + b"\x19" + b"\x99" * 5000 + (5001).to_bytes(4, "little") + b"PAR1",
        b"PAR1" + b"\x19\xf1\xff\xff\xff\xff\x0f" + (7).to_bytes(4, "little") + b"PAR1",
    ],
)
def test_hostile_bytes_are_no_parquet_file(tmp_path, look, content):
    (tmp_path / "t.parquet").write_bytes(content)
    assert "Parquet file" in look().note


def test_a_message_of_very_many_values_is_not_taken_into_memory():
    with pytest.raises(Malformed):
        list(Compact(b"\x19\xf5\x80\x80\x80\x02" + b"\0" * 4_000_000 + b"\0").fields())
