"""What a model is shown of figures: real kernel, real store, and a scripted model that sees, or does not."""

import base64
from typing import Any

import pytest

from codeact_jupyter.output_text import pixels
from codeact_jupyter.testing import Item, fault, say, say_call
from tests.scenes import Outcome, Scene, act

FIGURE = "import matplotlib.pyplot as plt\nfig = plt.figure(figsize=(14, 8)); plt.plot([1, 2]); plt.title('Sales');"
SAID = 'figure: title "Sales"; x -0.05 to 1.05; y 0.95 to 2.05; line (2 points)'


def acts(format: str) -> Item:
    return say_call(FIGURE) if format == "tool" else say(act(FIGURE))


def images(outcome: Outcome, request: int) -> list[bytes]:
    found: list[bytes] = []
    for message in outcome.model.requests[request]["messages"]:
        parts: Any = message["content"] if isinstance(message["content"], list) else []
        urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
        found += [base64.b64decode(url.removeprefix("data:image/png;base64,")) for url in urls]
    return found


@pytest.mark.parametrize("format", ["code", "tool"])
async def test_a_model_that_sees_gets_the_figure_no_larger_than_it_needs_and_in_words_too(scene: Scene, format: str) -> None:
    outcome = await scene.work([acts(format), say("Rising.")], format=format, images="on")
    assert outcome.end.answer == "Rising."
    assert images(outcome, 0) == []
    (sent,) = images(outcome, 1)
    assert max(pixels(sent) or (0,)) == 768
    assert SAID in str(outcome.model.requests[1]["messages"])
    (key,) = next(event.images for event in outcome.events if event.type == "observed")
    kept = scene.store.blob(key)
    assert kept
    assert base64.b64encode(kept[0]).decode() == scene.cells()[0].outputs[0].data["image/png"].strip()


@pytest.mark.parametrize("images_", ["off", "auto"])
async def test_a_model_that_does_not_see_gets_the_words_alone(scene: Scene, images_: str) -> None:
    outcome = await scene.work([acts("code"), say("Rising.")], images=images_)
    assert images(outcome, 1) == []
    assert SAID in outcome.said(1)
    assert next(event.images for event in outcome.events if event.type == "observed") == ()


@pytest.mark.parametrize("format", ["code", "tool"])
async def test_where_the_server_takes_no_images_the_run_goes_on_with_a_word(scene: Scene, format: str) -> None:
    refusal = fault(400, message="image_url is only supported by certain models")
    outcome = await scene.work([acts(format), refusal, say("Rising.")], format=format, images="on")
    assert outcome.end.answer == "Rising."
    assert [len(images(outcome, n)) for n in range(3)] == [0, 1, 0]
    assert "takes no images" in str(scene.heard.done)
