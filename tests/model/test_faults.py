"""Which errors pass, which last, and what is said of them."""

from datetime import UTC, datetime

import pytest

from codeact_jupyter.model import faults
from codeact_jupyter.model.client import Patience
from codeact_jupyter.model.faults import Asked, Refusal

ASKED = Asked("tiny", "http://localhost:8000/v1", keyed=True)
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *[(status, "passing") for status in (408, 409, 425, 429, 500, 502, 503, 504, 529)],
        *[(status, "lasting") for status in (301, 400, 401, 402, 403, 404, 405, 407, 410, 415, 422)],
        (413, "too_long"),
        (None, "passing"),
    ],
)
def test_a_status_passes_or_lasts(status, kind):
    fault = faults.refused(ASKED, Refusal(status, message="because"))
    assert fault.kind == kind
    assert "because" in fault.what
    assert fault.advice.endswith(".")


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."),
        (400, "You passed 5000 input tokens but the model's context length is only 4096 tokens."),
        (400, "the request exceeds the available context size, try increasing it"),
        (500, "the request exceeds the available context size"),
        (400, "prompt is too long: 210000 tokens > 200000 maximum"),
        (400, "The input token count (40000) exceeds the maximum number of tokens allowed (32768)."),
        (400, "too many tokens: size limit exceeded by 200 tokens."),
        (400, "Please reduce the length of the messages or completion."),
        (None, "input length exceeds the context length"),
    ],
)
def test_servers_say_in_many_words_that_the_window_is_exceeded(status, message):
    assert faults.refused(ASKED, Refusal(status, message=message)).kind == "too_long"


def test_too_many_tokens_a_minute_is_no_matter_of_length():
    assert faults.refused(ASKED, Refusal(429, message="Too many tokens, please wait before trying again")).kind == "passing"


def test_a_quota_that_is_used_up_is_no_passing_429():
    fault = faults.refused(ASKED, Refusal(429, frozenset({"insufficient_quota"}), "You exceeded your current quota"))
    assert fault.kind == "lasting"
    assert "quota" in fault.what


@pytest.mark.parametrize(
    ("status", "named"),
    [
        (401, ["CODEACT_API_KEY", "OPENAI_API_KEY", "refused the key"]),
        (403, ["CODEACT_API_KEY", '"tiny"']),
        (404, ['"tiny"', "--model", "--base-url", "OPENAI_BASE_URL"]),
        (400, ['"tiny"', "OPENAI_BASE_URL"]),
    ],
)
def test_what_to_do_is_named(status, named):
    fault = faults.refused(ASKED, Refusal(status))
    words = f"{fault.what}. {fault.advice}"
    assert all(name in words for name in [*named, ASKED.url, str(status)]), words


def test_a_certificate_that_is_not_trusted_lasts_and_a_refused_connection_passes():
    assert faults.unreachable(ASKED, "[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate").kind == "lasting"
    assert faults.unreachable(ASKED, "connection refused").kind == "passing"


def pauses(fault, patience=None):
    patience = patience or Patience()
    made = []
    while (pause := patience.pause(fault, len(made) + 1, sum(made))) is not None:
        made.append(pause)
    return made


def test_pauses_grow_and_stay_within_a_minute():
    assert pauses(faults.refused(ASKED, Refusal(429))) == [2, 4, 8, 16]
    assert pauses(faults.refused(ASKED, Refusal(503))) == [2, 4, 8, 16]
    assert pauses(faults.unreachable(ASKED, "connection refused")) == [0.5, 1, 2, 4]
    assert pauses(faults.refused(ASKED, Refusal(429, asked_wait=25))) == [25, 25]
    assert pauses(faults.refused(ASKED, Refusal(429, asked_wait=61))) == []
    assert pauses(faults.refused(ASKED, Refusal(429)), Patience(tries=2)) == [2]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "9", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "Sun, 01 Mar 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Sun, 01 Mar 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
def test_retry_after_in_all_its_forms(headers, seconds):
    assert faults.asked_wait(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("http://localhost:8000/v1", True),
        ("https://api.example.org", True),
        ("http://[::1]:11434/v1", True),
        ("localhost:8000/v1", False),
        ("/v1", False),
        ("http://", False),
        ("http://x:99999/v1", False),
        ("http://[::1/v1", False),
        ("ws://x/v1", False),
    ],
)
def test_a_url_that_no_request_could_go_to_is_known(url, usable):
    assert faults.usable_url(url) == usable


def test_what_may_be_secret_in_a_url_is_not_shown():
    assert faults.shown_url("https://me:secret@example.org/v1/?key=secret#secret") == "https://example.org/v1"
    assert faults.shown_url("http://me:secret@[broken/v1") == "http://[broken/v1"


def test_a_servers_words_are_made_to_fit_into_a_sentence():
    assert faults.one_line("no\nsuch\t\x1b[31m model.\n") == "no such [31m model"
    assert len(faults.one_line("x" * 1000)) == 300
