"""Requests that fit the files beside a notebook: the panel's examples; pure."""

from collections.abc import Sequence

from codeact_jupyter.beside import Column, DataFile, Table


def suggestions(files: Sequence[DataFile], most: int = 3) -> list[str]:
    """Up to `most` requests, each of which the built-in model can answer too."""
    tables = [file for file in files if file.separator and len(file.columns) > 1 and file.rows]
    if not tables:
        return []
    found = [f"Describe {tables[0].name}: columns, types, missing values"]
    for file in tables:
        numbers = [column.name for column in file.tables[0].columns if _measure(column)]
        groups = _groups(file.tables[0])
        of = "" if len(tables) == 1 else f" in {file.name}"
        if numbers and groups:
            found.append(f"Average {numbers[0]} by {groups[0]}{of}, as a bar chart")
        if numbers:
            found.append(f"Which rows have the highest {numbers[-1]}{of}?")
    return [request for request in found if request.isprintable()][:most]


def _measure(column: Column) -> bool:
    name = column.name.lower()
    if column.type not in {"int", "float"} or name in {"id", "index", "row", "year", ""} or name.endswith(("_id", " id")):
        return False
    years = column.type == "int" and column.low >= "1500" and column.high <= "2100" and len(column.low) == len(column.high) == 4
    return not years


def _groups(table: Table) -> list[str]:
    """Columns whose values are shared by rows first."""
    found = [column for column in table.columns if _group(column)]
    looked = table.sampled or table.count or 0
    return [column.name for column in sorted(found, key=lambda column: column.different + column.missing >= looked)]


def _group(column: Column) -> bool:
    """Its values are names of something: letters, short, no dates."""
    return column.type == "text" and bool(column.values) and all(len(value) <= 30 and not _digits(value) for value in column.values)


def _digits(value: str) -> bool:
    return any(character.isdigit() for character in value)
