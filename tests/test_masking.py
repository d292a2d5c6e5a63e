"""Keys in use are hidden in whatever form and in however many pieces they come; words are not torn apart."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as some

from codeact_jupyter.masking import MASK, Veil
from codeact_jupyter.ports import Reply
from codeact_jupyter.session.hiding import Hiding

KEY = 'sk-caf€"\\/+ 4711'
PLAIN = "sk-canary-0123456789"


@pytest.mark.parametrize(
    "form",
    [
        KEY,
        json.dumps(KEY),
        json.dumps(KEY, ensure_ascii=False),
        repr(KEY),
        quote(KEY),
        quote(KEY, safe=""),
        base64.b64encode(KEY.encode()).decode(),
        base64.urlsafe_b64encode(KEY.encode()).decode(),
    ],
)
def test_a_key_is_hidden_as_programs_write_it(form):
    assert Veil([KEY]).text(f"it is {form}.") in {
        f"it is {quotes}{MASK}{quotes}{'=' * pad}." for quotes in ("", "'", '"') for pad in range(3)
    }


@pytest.mark.parametrize("before, after", [("", "\n"), ("user:", ""), (":", ""), ("", ":"), ('{"key": "', '"}')])
@pytest.mark.parametrize("length", [20, 21, 22])
def test_a_key_is_hidden_amid_what_is_in_base64(before, after, length):
    """As in the header of a login: what stands before it decides how it is spelt."""
    key = (PLAIN + "xyz")[:length]
    coded = base64.b64encode(f"{before}{key}{after}".encode()).decode()
    left = Veil([key]).text(coded).split(MASK)
    assert len(left) == 2
    assert len("".join(left)) <= len(base64.b64encode(f"{before}{after}".encode())) + 4


def test_the_longer_of_two_keys_goes_first():
    assert Veil([PLAIN, PLAIN + "-more"]).text(f"{PLAIN}-more {PLAIN}") == f"{MASK} {MASK}"


@pytest.mark.parametrize("key", ["", "ollama", "EMPTY", "lm-studio", "not-needed", "none", "12345678", "x" * 7])
def test_what_is_given_to_servers_that_want_no_key_is_none(key):
    assert Veil([key]).text(f"I use {key} and {key}s.") == f"I use {key} and {key}s."


def test_texts_are_found_wherever_they_stand_and_the_rest_stays_as_it_is():
    value = {"a": [1, None, f"x{PLAIN}"], PLAIN: ({"b": PLAIN}, 2.5, True)}
    assert Veil([PLAIN]).value(value) == {"a": [1, None, f"x{MASK}"], MASK: ({"b": MASK}, 2.5, True)}


class Hearing:
    def __init__(self, enough: int | None = None):
        self.heard: list[str] = []
        self.calls: list[str] = []
        self._enough = enough

    def begin(self):
        self.heard.clear()

    def text(self, delta):
        self.heard.append(delta)
        return self._enough is None or len("".join(self.heard)) < self._enough

    def call(self, name, arguments):
        self.calls.append(arguments)
        return True


class Saying:
    """A model that says these pieces."""

    def __init__(self, pieces, calls=()):
        self._pieces, self._calls = pieces, calls
        self.asked = None

    async def reply(self, messages, tools, listener):
        self.asked = messages
        listener.begin()
        said = ""
        for piece in self._pieces:
            said += piece
            if not listener.text(piece):
                break
        for length in range(1, len("".join(self._calls)) + 1):
            listener.call("execute", "".join(self._calls)[:length])
        return Reply(said, tuple(self._calls))


@given(some.lists(some.integers(1, 9), min_size=1), some.text("sk-canry0123456789 x", max_size=30))
async def test_a_reply_is_heard_without_a_key_however_it_is_cut(sizes, around):
    whole, pieces = f"{around}{PLAIN}{around}s", []
    at = 0
    for size in sizes * len(whole):
        pieces.append(whole[at : at + size])
        at += size
    listener = Hearing()
    reply = await Hiding(Saying(pieces), Veil([PLAIN])).reply([], [], listener)
    assert "".join(listener.heard) == reply.text == Veil([PLAIN]).text(whole)


async def test_nothing_is_held_back_for_long():
    """What cannot be the beginning of a key is heard at once; what could be, with the next word."""
    listener = Hearing()
    await Hiding(Saying(["This", " is a lot", " of words", "."]), Veil([PLAIN])).reply([], [], listener)
    assert listener.heard == ["Thi", "s is a lot", " of word", "s."]


async def test_a_listener_that_has_enough_hears_no_more():
    listener = Hearing(enough=3)
    await Hiding(Saying(["one", " s", "k"]), Veil([PLAIN])).reply([], [], listener)
    assert listener.heard == ["one"]


async def test_native_calls_and_messages_hold_no_key_either():
    listener = Hearing()
    arguments = json.dumps({"code": f"print({PLAIN!r})"})
    model = Saying([], [arguments])
    messages = [{"role": "user", "content": [{"type": "text", "text": f"use {PLAIN}"}]}]
    reply = await Hiding(model, Veil([PLAIN])).reply(messages, [], listener)
    assert reply.calls == (arguments.replace(PLAIN, MASK),)
    assert listener.calls[-1] == reply.calls[0]
    assert not any("sk-c" in heard for heard in listener.calls)
    assert model.asked == [{"role": "user", "content": [{"type": "text", "text": f"use {MASK}"}]}]
