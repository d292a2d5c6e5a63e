"""A run as a page: hostile words are words, and each state is told."""

import html.parser
from typing import get_args

import pytest

from codeact_jupyter.events import Event, Observed, Status
from codeact_jupyter.export.page import LONGEST_HEADING, page
from codeact_jupyter.export.trajectory import Trajectory
from tests.export.events import action, answer, invalid, refused, run

HOSTILE = "</code></pre></title></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'><b>&amp;\x00\x1b[31m\ud800"


class Page(html.parser.HTMLParser):
    """Its tags, and the text between them."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.words += data


def test_hostile_words_are_words_wherever_they_stand() -> None:
    made = run(action(1, HOSTILE, text=HOSTILE, prose=HOSTILE), refused(), invalid(), answer(HOSTILE), text=HOSTILE)
    asked = made.asked.model_copy(update={"model": HOSTILE, "path": HOSTILE})
    text = page(Trajectory(made.run, HOSTILE, (asked, *made.events[1:])))
    seen = Page(text)
    assert text.encode()
    assert "\x00" not in text and "\x1b" not in text
    assert not {"script", "img", "b", "link", "iframe", "object"} & {tag for tag, _ in seen.tags}
    assert not any(name.startswith("on") for _, held in seen.tags for name in held)
    assert seen.words.count("<script>alert(1)</script>") >= 7


def test_a_figure_is_in_the_page_itself() -> None:
    made = run(action(1), answer())
    events: tuple[Event, ...] = tuple(
        event.model_copy(update={"images": ("k", "gone")}) if isinstance(event, Observed) else event for event in made.events
    )
    text = page(Trajectory(made.run, made.began, events, picture=lambda key: (b"hi", 'image/png"') if key == "k" else None))
    (figure,) = [held for tag, held in Page(text).tags if tag == "img"]
    assert figure["src"] == 'data:image/png";base64,aGk='
    assert figure["alt"]


@pytest.mark.parametrize("status", get_args(Status))
def test_each_state_of_an_action_is_told(status: Status) -> None:
    assert "· " in page(run(action(1, status=status)))


@pytest.mark.parametrize("asked", ["Short?", "First line.\n" + "x " * 200, "y" * 500, "", " \n "])
def test_a_page_has_one_heading_that_is_no_wall_of_text_and_the_request_whole(asked: str) -> None:
    text = page(run(action(1), answer(), text=asked))
    heading = text.split("<h1>")[1].split("</h1>")[0]
    assert text.count("<h1>") == 1
    assert 0 < len(heading) <= LONGEST_HEADING + 1
    assert asked.strip() in text
