"""Figures as they are sent."""

import base64
import sys
from io import BytesIO

import pytest
from PIL import Image

from codeact_jupyter.output_text import pixels
from codeact_jupyter.pictures import MOST, SIDE, as_url, fitted, pictures


def png(width: int, height: int, mode: str = "RGB", noise: bool = False) -> bytes:
    image = Image.effect_noise((width, height), 200).convert(mode) if noise else Image.new(mode, (width, height))
    made = BytesIO()
    image.save(made, "PNG")
    return made.getvalue()


def jpeg(width: int, height: int) -> bytes:
    made = BytesIO()
    Image.new("RGB", (width, height)).save(made, "JPEG")
    return made.getvalue()


def shows(content: bytes, kind: str = "image/png") -> dict[str, object]:
    return {"output_type": "display_data", "data": {kind: base64.b64encode(content).decode()}, "metadata": {}}


@pytest.mark.parametrize(
    ("width", "height", "mode", "fits"),
    [
        (640, 480, "RGB", (640, 480)),
        (2000, 1000, "RGBA", (768, 384)),
        (100, 5000, "P", (15, 768)),
        (769, 10, "L", (768, 10)),
        (768, 768, "1", (768, 768)),
    ],
)
def test_no_side_is_longer_than_768_pixels(width: int, height: int, mode: str, fits: tuple[int, int]) -> None:
    small = fitted((png(width, height, mode), "image/png"))
    assert small
    assert pixels(small[0]) == fits
    assert max(fits) <= SIDE


def test_jpeg_stays_jpeg_and_what_is_heavy_becomes_it() -> None:
    assert fitted((jpeg(300, 200), "image/jpeg")) == (jpeg(300, 200), "image/jpeg")
    small = fitted((jpeg(3000, 2000), "image/jpeg"))
    assert small
    assert (pixels(small[0]), small[1]) == ((768, 512), "image/jpeg")
    heavy = fitted((png(1500, 1500, noise=True), "image/png"))
    assert heavy
    assert (pixels(heavy[0]), heavy[1]) == ((768, 768), "image/jpeg")


def test_what_is_no_image_is_not_sent() -> None:
    assert fitted((b"\x89PNG\r\n\x1a\n" + b"\0" * 30, "image/png")) is None
    assert fitted((png(2000, 2000)[:500], "image/png")) is None


def test_without_pillow_what_fits_is_sent_and_what_does_not_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = png(640, 480), png(800, 600)
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert fitted((small, "image/png")) == (small, "image/png")
    assert fitted((large, "image/png")) is None


def test_the_last_figures_of_a_cell_are_taken_each_once() -> None:
    contents = [png(n, n) for n in (10, 20, 30, 40, 40)]
    others = [
        {"output_type": "stream", "name": "stdout", "text": "x"},
        {"output_type": "error", "ename": "E", "evalue": "", "traceback": []},
    ]
    found = pictures([*map(shows, contents), shows(jpeg(5, 5), "image/jpeg"), *others])
    assert [kind for _, kind in found] == ["image/png", "image/png", "image/jpeg"]
    assert [pixels(content) for content, _ in found] == [(30, 30), (40, 40), (5, 5)]
    assert len(found) == MOST


def test_a_url_holds_the_image() -> None:
    assert base64.b64decode(as_url((b"abc", "image/png")).removeprefix("data:image/png;base64,")) == b"abc"
