"""A report as Markdown: for a pull request, a terminal, a diff."""

from collections.abc import Iterator

from codeact_jupyter.evals.report.document import Cell, Figure, Link, Part, Points, Report, Section, Strong, Table


def markdown(report: Report) -> str:
    """All of it; pictures are files beside it."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# {_plain(report.title)}"
    for part in report.lead:
        yield from _part(part)
    for section in report.sections:
        yield from _section(section, 2)


def _section(section: Section, level: int) -> Iterator[str]:
    yield ""
    yield f"{'#' * level} {_plain(section.title)}"
    for part in section.parts:
        yield from _part(part)
    for inner in section.inner:
        yield from _section(inner, level + 1)


def _part(part: Part) -> Iterator[str]:
    yield ""
    match part:
        case str():
            yield _plain(part)
        case Points():
            yield from (f"- {_plain(item)}" for item in part.items)
        case Table():
            yield from _table(part)
        case Figure():
            yield f"![{_plain(part.alt)}]({part.name})"
            yield ""
            yield _plain(part.caption)


def _table(table: Table) -> Iterator[str]:
    yield f"**{_plain(table.caption)}**"
    yield ""
    yield f"| {' | '.join(map(_plain, table.head))} |"
    yield f"|{'|'.join('---' if at < table.names else '---:' for at in range(len(table.head)))}|"
    for row in table.body:
        yield f"| {' | '.join(map(_cell, row))} |"
    if table.note:
        yield ""
        yield _plain(table.note)


def _cell(cell: Cell) -> str:
    match cell:
        case str():
            return _plain(cell)
        case Strong():
            return f"**{_plain(cell.text)}**"
        case tuple():
            return " ".join(_link(link) for link in cell)


def _link(link: Link) -> str:
    return f"[{_plain(link.text)}]({link.href})"


def _plain(text: str) -> str:
    """Nothing of a name is read as Markdown."""
    line = " ".join(text.split())
    for sign in ("\\", "|", "*", "_", "`", "<", "[", "]"):
        line = line.replace(sign, f"\\{sign}")
    return line
