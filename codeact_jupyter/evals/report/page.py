"""A report as one page: nothing is loaded from elsewhere, no script runs, and the reader's colour scheme is its own."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from codeact_jupyter.evals.report.document import Cell, Figure, Link, Part, Points, Report, Section, Strong, Table


def page(report: Report) -> str:
    """The HTML of it."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">'
    yield f"<title>{escape(report.title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{escape(report.title)}</h1>"
    for number, part in enumerate(report.lead):
        yield from _part(part, f"lead-{number}")
    yield from _contents(report.sections)
    for number, section in enumerate(report.sections):
        yield from _section(section, f"s{number}", 2)
    yield "</main>\n</body>\n</html>"


def _contents(sections: Sequence[Section]) -> Iterator[str]:
    yield '<nav aria-label="Contents">\n<ul>'
    for number, section in enumerate(sections):
        inner = "".join(f'\n<li><a href="#s{number}-{at}">{escape(one.title)}</a></li>' for at, one in enumerate(section.inner))
        yield f'<li><a href="#s{number}">{escape(section.title)}</a>' + (f"\n<ul>{inner}\n</ul></li>" if inner else "</li>")
    yield "</ul>\n</nav>"


def _section(section: Section, name: str, level: int) -> Iterator[str]:
    yield f'<section aria-labelledby="{name}">\n<h{level} id="{name}">{escape(section.title)}</h{level}>'
    figures = False
    for number, part in enumerate(section.parts):
        if isinstance(part, Figure) != figures:
            figures = not figures
            yield '<div class="figures">' if figures else "</div>"
        yield from _part(part, f"{name}-p{number}")
    if figures:
        yield "</div>"
    for number, inner in enumerate(section.inner):
        yield from _section(inner, f"{name}-{number}", level + 1)
    yield "</section>"


def _part(part: Part, name: str) -> Iterator[str]:
    match part:
        case str():
            yield f"<p>{escape(part)}</p>"
        case Points():
            yield f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in part.items)}</ul>"
        case Table(folded=True):
            yield f"<details>\n<summary>{escape(part.caption)}</summary>"
            yield from _table(part, name)
            yield "</details>"
        case Table():
            yield from _table(part, name)
        case Figure():
            yield from _figure(part)


def _figure(figure: Figure) -> Iterator[str]:
    light, dark = (f"data:image/png;base64,{b64encode(picture).decode()}" for picture in (figure.light, figure.dark))
    yield f'<figure>\n<picture><source media="(prefers-color-scheme: dark)" srcset="{dark}">'
    yield f'<img src="{light}" alt="{escape(figure.alt)}"></picture>\n<figcaption>{escape(figure.caption)}</figcaption>\n</figure>'


def _table(table: Table, name: str) -> Iterator[str]:
    yield f'<div class="wide" role="region" tabindex="0" aria-labelledby="{name}">\n<table>'
    yield f'<caption id="{name}">{escape(table.caption)}</caption>\n<thead>\n<tr>'
    yield "".join(f'<th scope="col"{_side(at, table)}>{escape(text)}</th>' for at, text in enumerate(table.head))
    yield "</tr>\n</thead>\n<tbody>"
    for row in table.body:
        yield f"<tr>{''.join(_cell(cell, at, table) for at, cell in enumerate(row))}</tr>"
    yield "</tbody>\n</table>\n</div>"
    if table.note:
        yield f'<p class="note">{escape(table.note)}</p>'


def _side(at: int, table: Table) -> str:
    return ' class="name"' if at < table.names else ""


def _cell(cell: Cell, at: int, table: Table) -> str:
    match cell:
        case str():
            inner = escape(cell)
        case Strong():
            inner = f"<strong>{escape(cell.text)}</strong>"
        case tuple():
            inner = " ".join(_link(link) for link in cell)
    return f'<th scope="row" class="name">{inner}</th>' if at < table.names else f"<td>{inner}</td>"


def _link(link: Link) -> str:
    mark = f' class="{escape(link.mark)}"' if link.mark else ""
    said = f' aria-label="{escape(link.label)}" title="{escape(link.label)}"' if link.label else ""
    return f'<a href="{escape(link.href)}"{said}{mark}>{escape(link.text)}</a>'
