"""Requests that fit the files beside a notebook: the panel's examples; pure."""

from collections.abc import Callable, Sequence

from codeact_jupyter.beside import DataFile


def suggestions(files: Sequence[DataFile], most: int = 3) -> list[str]:
    """Up to `most` requests, each of which the built-in model can answer too."""
    tables = [file for file in files if len(file.columns) > 1 and file.rows]
    if not tables:
        return []
    found = [f"Describe {tables[0].name}: columns, types, missing values"]
    for file in tables:
        numbers = [name for index, name in enumerate(file.columns) if _all(file, index, _number) and not _key(name)]
        groups = [name for index, name in enumerate(file.columns) if _all(file, index, _word)]
        of = "" if len(tables) == 1 else f" in {file.name}"
        if numbers and groups:
            found.append(f"Average {numbers[0]} by {groups[0]}{of}, as a bar chart")
        if numbers:
            found.append(f"Which rows have the highest {numbers[-1]}{of}?")
    return found[:most]


def _all(file: DataFile, index: int, test: Callable[[str], bool]) -> bool:
    values = [row[index] for row in file.rows if index < len(row) and row[index].strip()]
    return bool(values) and all(test(value.strip()) for value in values)


def _number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _word(value: str) -> bool:
    """A name of something: letters, short, no date."""
    return not any(character.isdigit() for character in value) and len(value) <= 30


def _key(name: str) -> bool:
    return name.lower() in {"id", "index", "row", "year", ""} or name.lower().endswith(("_id", " id"))
