"""A report as one page: nothing is loaded from elsewhere, no script runs, and the reader's colour scheme is its own."""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from codeact_jupyter.evals.report.document import Cell, Figure, Link, Part, Points, Report, Section, Strong, Table

TOGETHER = r"(?<=\d) (?=%)|(?<=[np]) (?=[=<] \d)|(?<=[np] [=<]) (?=\d)|(?<=\w) (?=− \w)|(?<=\w −) (?=\w)"
"""Spaces at which no line ends: of `5 %`, `p < 0.001`, `code − json`."""


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
            yield f"<p>{_text(part)}</p>"
        case Points():
            yield f"<ul>{''.join(f'<li>{_text(item)}</li>' for item in part.items)}</ul>"
        case Table(folded=True):
            yield f"<details>\n<summary>{_text(part.caption)}</summary>"
            yield from _table(part, name)
            yield "</details>"
        case Table():
            yield from _table(part, name)
        case Figure():
            yield from _figure(part)


def _figure(figure: Figure) -> Iterator[str]:
    light, dark = (f"data:image/png;base64,{b64encode(picture).decode()}" for picture in (figure.light, figure.dark))
    yield f'<figure>\n<picture><source media="(prefers-color-scheme: dark)" srcset="{dark}">'
    yield f'<img src="{light}" alt="{escape(figure.alt)}"></picture>\n<figcaption>{_text(figure.caption)}</figcaption>\n</figure>'


def _table(table: Table, name: str) -> Iterator[str]:
    yield f'<div class="wide" role="region" tabindex="0" aria-labelledby="{name}">\n<table>'
    yield f'<caption id="{name}"><span>{_text(table.caption)}</span></caption>\n<thead>\n<tr>'
    within = table.names - 1
    head = table.head[within:]
    yield "".join(f'<th scope="col"{_side(at)}>{_text(text)}</th>' for at, text in enumerate(head))
    yield "</tr>\n</thead>"
    for group, rows in groupby(table.body, key=lambda row: row[:within]):
        yield "<tbody>"
        if within:
            yield f'<tr class="group"><th scope="rowgroup" colspan="{len(head)}">{_group(table.head, group)}</th></tr>'
        for row in rows:
            yield f"<tr>{''.join(_cell(cell, at) for at, cell in enumerate(row[within:]))}</tr>"
        yield "</tbody>"
    yield "</table>\n</div>"
    if table.note:
        yield f'<p class="note">{_noted(table.note)}</p>'


def _group(head: Sequence[str], group: Sequence[Cell]) -> str:
    return " · ".join(f"{_text(name)}: {_inner(cell)}" for name, cell in zip(head, group, strict=False))


def _side(at: int) -> str:
    return "" if at else ' class="name"'


def _cell(cell: Cell, at: int) -> str:
    return f"<td>{_inner(cell)}</td>" if at else f'<th scope="row" class="name">{_inner(cell)}</th>'


def _inner(cell: Cell) -> str:
    match cell:
        case str():
            return _text(cell)
        case Strong():
            return f"<strong>{_text(cell.text)}</strong>"
        case tuple():
            return " ".join(_link(link) for link in cell)


def _text(text: str) -> str:
    """A number stays with what belongs to it."""
    return escape(re.sub(TOGETHER, "\N{NO-BREAK SPACE}", text))


def _noted(text: str) -> str:
    return re.sub(r"https://[^\s)]+", r'<a href="\g<0>">\g<0></a>', _text(text))


def _link(link: Link) -> str:
    mark = f' class="{escape(link.mark)}"' if link.mark else ""
    said = f' aria-label="{escape(link.label)}" title="{escape(link.label)}"' if link.label else ""
    return f'<a href="{escape(link.href)}"{said}{mark}>{escape(link.text)}</a>'
