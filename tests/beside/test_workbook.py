"""Excel workbooks, real ones and those that mean harm."""

import datetime as dt
import resource
import zipfile

import openpyxl
import pandas as pd
import pytest

from codeact_jupyter.beside import Beside
from tests.beside.column_types import types

FRAME = pd.DataFrame(
    {
        "day": pd.date_range("2024-01-01", periods=20),
        "at": pd.date_range("2024-01-01 08:30", periods=20, freq="h"),
        "n": range(20),
        "x": [number / 8 for number in range(20)],
        "shop": ["North", "South"] * 10,
        "open": [True, False] * 10,
        "gap": [None, 3] * 10,
    }
)
TYPES = {
    "day": ("date", "2024-01-01", "2024-01-20"),
    "at": ("datetime", "2024-01-01 08:30:00", "2024-01-02 03:30:00"),
    "n": ("int", "0", "19"),
    "x": ("float", "0", "2.375"),
    "shop": ("text", "", ""),
    "open": ("bool", "", ""),
    "gap": ("int", "3", "3"),
}


def test_a_sheet_is_told_with_types_ranges_values_and_rows(tmp_path, look):
    FRAME.to_excel(tmp_path / "b.xlsx", index=False, sheet_name="Sales")
    [table] = look().tables
    assert types(table) == TYPES
    assert (table.kind, table.name, table.count, table.about, table.sampled) == ("sheet", "Sales", 20, False, None)
    assert table.rows[0] == ["2024-01-01", "2024-01-01 08:30:00", "0", "0", "North", "True", ""]
    assert [column for column in table.columns if column.missing] == [table.columns[-1]]
    assert table.columns[4].values == ("North", "South")


def test_a_title_above_the_header_is_passed_over(tmp_path, look):
    book = openpyxl.Workbook()
    for row in (["Report of May"], [], ["a", "b", "c"], [1, "x", dt.time(8, 30)], [2, "y", None]):
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    [table] = look().tables
    assert (table.header, [column.name for column in table.columns], table.count) == (3, ["a", "b", "c"], 2)


def test_sheets_are_looked_into_up_to_a_number_and_the_others_named(tmp_path, look):
    with pd.ExcelWriter(tmp_path / "b.xlsx") as writer:
        for number in range(6):
            FRAME.head(number).to_excel(writer, sheet_name=f"S{number}", index=False)
    file = look()
    assert ([table.name for table in file.tables], list(file.more)) == (["S0", "S1", "S2", "S3"], ["S4", "S5"])


def test_a_long_sheet_is_told_by_its_first_rows(tmp_path, look):
    book = openpyxl.Workbook(write_only=False)
    for number in range(5001):
        book.active.append([f"text {number}", number] if number else ["t", "n"])
    book.save(tmp_path / "b.xlsx")
    [table] = look().tables
    assert (table.count, table.about, table.sampled) == (5000, True, 200)
    assert types(table)["n"] == ("int", "1", "200")


def test_days_may_count_from_1904(tmp_path, look):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for row in (["day", "n"], [dt.date(2024, 5, 1), 1]):
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    assert types(look().tables[0])["day"] == ("date", "2024-05-01", "2024-05-01")


def test_a_sheet_of_10_000_columns(tmp_path, look):
    book = openpyxl.Workbook()
    book.active.append([f"c{number}" for number in range(10_000)])
    book.active.append(list(range(10_000)))
    book.save(tmp_path / "b.xlsx")
    [table] = look().tables
    assert (len(table.columns), table.width) == (200, 10_000)


def test_an_empty_sheet(tmp_path, look):
    openpyxl.Workbook().save(tmp_path / "b.xlsx")
    [table] = look().tables
    assert (table.columns, table.count) == ([], 0)


NS = 'xmlns="http://x.org/m" xmlns:r="http://x.org/r"'
PARTS = {
    "xl/workbook.xml": f'<workbook {NS}><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" Target="/xl/worksheets/sheet1.xml"/></Relationships>',
    "xl/styles.xml": "<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styleSheet>",
    "xl/sharedStrings.xml": "<sst><si><t>day</t></si><si><r><t>sh</t></r><r><t>op</t></r></si><si><t>North</t></si></sst>",
    "xl/worksheets/sheet1.xml": f"""<worksheet {NS}><sheetData>
        <row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>
        <row r="2"><c r="A2" s="1"><v>45292</v></c><c r="C2" t="s"><v>2</v></c></row>
        <row r="3"><c r="A3" s="1"><v>45293.5</v></c><c r="C3" t="e"><v>#N/A</v></c></row>
        </sheetData></worksheet>""",
}


def _workbook(tmp_path, method=zipfile.ZIP_DEFLATED, **changed):
    """A small workbook with shared strings, as Excel writes them; `changed`: other contents by the part's last name."""
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", method) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, changed.get(name.rsplit("/", 1)[1].split(".")[0], content))


def test_strings_that_sheets_share_are_put_in_their_cells(tmp_path, look):
    _workbook(tmp_path)
    [table] = look().tables
    assert types(table) == {"day": ("datetime", "2024-01-01", "2024-01-02 12:00:00"), "shop": ("text", "", "")}
    assert (table.columns[1].values, table.columns[1].missing, table.count) == (("North",), 1, 2)


ENTITIES = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


@pytest.mark.parametrize("part", ["workbook", "sharedStrings", "sheet1", "styles"])
def test_what_declares_entities_is_refused(tmp_path, look, part):
    content = next(content for name, content in PARTS.items() if part in name)
    _workbook(tmp_path, **{part: ENTITIES + content.replace("</", "&c;</", 1)})
    assert look().note == "damaged, or not what its name says"


@pytest.mark.parametrize("part", ["sharedStrings", "sheet1"])
def test_a_zip_bomb_is_unpacked_no_further_than_its_bound(tmp_path, part):
    content = next(content for name, content in PARTS.items() if part in name)
    at = content.rindex("</")
    _workbook(tmp_path, **{part: content[:at] + "<!-- " + " " * 400_000_000 + "-->" + content[at:]})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    [file], _ = Beside(30).look(tmp_path)
    assert file.columns == ["day", "shop"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_list_of_contents_that_would_fill_the_memory_is_not_read(tmp_path, look):
    path = tmp_path / "b.xlsx"
    with path.open("wb") as stream:
        stream.truncate(9_000_000_000)
        stream.seek(0, 2)
        stream.write(b"PK\x05\x06" + bytes(4) + b"\x01\x00\x01\x00" + (4_000_000_000).to_bytes(4, "little") + bytes(4) + b"\0\0")
    assert look().note == "its list of contents is too long"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_part_that_could_only_be_unpacked_whole_is_refused(tmp_path, look, method):
    _workbook(tmp_path, method)
    assert look().note == "damaged, or not what its name says"


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all" * 100])
def test_what_is_no_workbook_is_said(tmp_path, look, content):
    (tmp_path / "b.xlsx").write_bytes(content)
    assert look().note == "damaged, or not what its name says"


def test_another_zip_is_no_workbook(tmp_path, look):
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert look().note == "no workbook of the .xlsx kind"
