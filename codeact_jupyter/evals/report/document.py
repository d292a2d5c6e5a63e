"""A report as data: what `page` and `markdown` write down."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Link:
    """To a file beside the report, or to the web."""

    text: str
    href: str
    label: str = ""
    """What it is called where `text` alone does not say it."""
    mark: str = ""
    """A class of the page's style."""


@dataclass(frozen=True)
class Strong:
    """Text that stands out of its column."""

    text: str


Cell = str | Strong | tuple[Link, ...]


@dataclass(frozen=True)
class Table:
    """Its first `names` columns say what a row is about; the others hold numbers."""

    caption: str
    head: tuple[str, ...]
    body: tuple[tuple[Cell, ...], ...]
    names: int = 1
    note: str = ""
    folded: bool = False
    """Long: it is opened by who wants it."""


@dataclass(frozen=True)
class Figure:
    """A picture, for either colour scheme."""

    name: str
    """Of its file."""
    caption: str
    alt: str
    light: bytes
    dark: bytes


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: tuple[str, ...]


Part = str | Points | Table | Figure


@dataclass(frozen=True)
class Section:
    """A heading with what is below it."""

    title: str
    parts: tuple[Part, ...] = ()
    inner: tuple["Section", ...] = ()


@dataclass(frozen=True)
class Report:
    """All of it."""

    title: str
    lead: tuple[Part, ...]
    sections: tuple[Section, ...] = field(default=())
