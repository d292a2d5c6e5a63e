"""Whatever bytes stand in a file: a look ends, soon, with a file that can be told."""

import gzip
import io
import json
import random
import sqlite3
import zipfile

import pandas as pd
import pytest

from codeact_jupyter.beside import Beside
from codeact_jupyter.beside.telling import told

FRAME = pd.DataFrame({"n": range(30), "shop": ["North", "South"] * 15, "day": pd.date_range("2024-01-01", periods=30)})


def _workbook():
    held = io.BytesIO()
    FRAME.to_excel(held, index=False)
    return held.getvalue()


def _stored():
    """A workbook whose parts lie open, so that changes reach the XML."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_workbook())) as old, zipfile.ZipFile(held, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return held.getvalue()


def _database(folder):
    path = folder / "made"
    connection = sqlite3.connect(path)
    FRAME.to_sql("t", connection)
    connection.close()
    data = path.read_bytes()
    path.unlink()
    return data


@pytest.fixture
def good(tmp_path):
    parquet = io.BytesIO()
    FRAME.to_parquet(parquet)
    text = FRAME.to_csv(index=False).encode()
    records = json.loads(FRAME.astype(str).to_json(orient="records"))
    return {
        "csv": text,
        "csv.gz": gzip.compress(text),
        "xlsx": _workbook(),
        "xlsm": _stored(),
        "parquet": parquet.getvalue(),
        "db": _database(tmp_path),
        "json": json.dumps(records).encode(),
        "jsonl": "\n".join(map(json.dumps, records)).encode(),
    }


def _damaged(data, chance):
    """Bytes changed, cut out, doubled, or cut off."""
    held = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 30))):
        at = chance.randrange(max(1, len(held)))
        match chance.randrange(5):
            case 0 | 1:
                held[at : at + 1] = bytes([chance.choice((0, 255, 127, 128, chance.randrange(256)))])
            case 2:
                del held[at : at + chance.randrange(40)]
            case 3:
                held[at:at] = held[at : at + chance.randrange(400)] * chance.choice((1, 30))
            case _:
                if chance.random() < 0.2:
                    del held[at:]
    return bytes(held)


@pytest.mark.parametrize("end", ["csv", "csv.gz", "xlsx", "xlsm", "parquet", "db", "json", "jsonl"])
def test_a_damaged_file_is_told_one_way_or_another(tmp_path, good, end):
    chance = random.Random(end)
    path = tmp_path / f"t.{end}"
    for _ in range(250):
        path.write_bytes(_damaged(good[end], chance))
        [file], _ = Beside(5).look(tmp_path)
        assert file.columns or file.note or file.tables
        [line] = told([file], 0, 2000)
        line.encode()
