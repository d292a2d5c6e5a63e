"""What is hidden and what is not; and that no export of any kind holds a canary, wherever it was."""

import base64
import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeact_jupyter.events import (
    ActionDecided,
    ActionProposed,
    ActionStarted,
    ModelReplied,
    Observed,
    RunFinished,
    Steered,
    UserAsked,
)
from codeact_jupyter.export.documents import notebook, script
from codeact_jupyter.export.hiding import Hiding
from codeact_jupyter.export.page import page
from codeact_jupyter.export.rows import ROWS, line
from codeact_jupyter.export.secrets import Secrets
from codeact_jupyter.export.trajectory import IMPORTED, Trajectory
from codeact_jupyter.masking import MASK

OURS = "k3y-of-ours-0123456789"
HOME = "/srv/people/ada"
SECRETS = Secrets([OURS], HOME)


@pytest.mark.parametrize(
    "text, safe",
    [
        ("sk-proj-AbCdEf0123456789xyz", MASK),
        ("print('ghp_0123456789abcdefghijABCDEFGHIJ456789')", f"print('{MASK}')"),
        ("AKIAIOSFODNN7EXAMPLE", MASK),
        ("x\\nsk-0123456789abcdef", f"x\\n{MASK}"),
        ("Authorization: Bearer abc.def-0123456789", f"Authorization: Bearer {MASK}"),
        ("{'Authorization': 'Bearer abcdef0123456789'}", f"{{'Authorization': 'Bearer {MASK}'}}"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc_DEF-1", MASK),
        ('password = "correct horse"', f'password = "{MASK}"'),
        ("db_password: str = 'x7'", f"db_password: str = '{MASK}'"),
        ('{"api_key": "0123"}', f'{{"api_key": "{MASK}"}}'),
        ('{\\"token\\": \\"a b\\"}', f'{{\\"token\\": \\"{MASK}\\"}}'),
        ('os.environ["API_KEY"] = "zz"', f'os.environ["API_KEY"] = "{MASK}"'),
        ("connect(user='u', passwd='p w')", f"connect(user='u', passwd='{MASK}')"),
        ("export DB_PASSWORD=hunter22", f"export DB_PASSWORD={MASK}"),
        ("my password is: hunter2!", f"my password is: {MASK}"),
        ("tool --token abcd1234 x", f"tool --token {MASK} x"),
        ("postgres://me:pa55@host/db", f"postgres://me:{MASK}@host/db"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----!", f"{MASK}!"),
        (f"it is {OURS}", f"it is {MASK}"),
        (base64.b64encode(OURS.encode()).decode().rstrip("="), MASK),
        (f"{HOME}/data/x.csv", "~/data/x.csv"),
        ("/home/grace/x.csv and file:///Users/grace/y", "~/x.csv and file://~/y"),
        (r"C:\Users\grace\x.csv", r"~\x.csv"),
        ("/root/.ssh", "~/.ssh"),
    ],
)
def test_a_secret_is_replaced_by_a_mark_and_what_is_around_it_stays(text: str, safe: str) -> None:
    assert SECRETS.text(text) == safe
    assert SECRETS.text(safe) == safe


@pytest.mark.parametrize(
    "text",
    [
        "the token was not found",
        "max_tokens = 100",
        "token = get_token()",
        "password = input('p')",
        "f'{token}'",
        'password="<your password>"',
        "sk-learn is not a key; basic statistics; bearer of news",
        "https://example.com/home/page/x",
        "import secrets",
        "df.groupby('key').mean()",
        f"{HOME}bert/x",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert SECRETS.text(text) == text


def test_long_text_without_secrets_is_read_at_once() -> None:
    for text in ("A" * 400_000, "password" * 40_000, "a=" * 200_000, "https://" * 40_000, "token='" * 30_000):
        SECRETS.text(text)


def test_a_password_that_is_said_once_is_hidden_wherever_it_is_shown() -> None:
    safe = Hiding(SECRETS)(trajectory("code", 'password = "plain9word"', observation="it was plain9word"))
    assert "plain9word" not in json.dumps([event.model_dump() for event in safe.events])


ALNUM = st.text(string.ascii_letters + string.digits, min_size=20, max_size=40)
MIXED = ALNUM.filter(lambda text: any(c.isdigit() for c in text) and any(c.isalpha() for c in text))
CANARIES = st.one_of(
    MIXED.map(lambda text: (f"sk-{text}", text)),
    MIXED.map(lambda text: (f"ghp_{text}", text)),
    st.text(string.ascii_uppercase + string.digits, min_size=16, max_size=16).map(lambda text: (f"AKIA{text}", text)),
    MIXED.map(lambda text: (f"Bearer {text}", text)),
    MIXED.map(lambda text: (f'password = "{text}"', text)),
    MIXED.map(lambda text: (f"API_TOKEN={text}", text)),
    MIXED.map(lambda text: (f"eyJ{text}.{text}.{text}", text)),
    st.text(string.ascii_lowercase, min_size=8, max_size=12).map(lambda text: (f"/home/{text}q/data.csv", f"{text}q")),
    st.just((OURS, OURS)),
    st.just((f"{HOME}/x", HOME)),
)
PLACES = [
    "request",
    "prose",
    "code",
    "call",
    "observation",
    "answer",
    "path",
    "note",
    "steered",
    "output",
    "html",
    "system",
    "before",
    "message",
]


def trajectory(place: str, canary: str, **more: str) -> Trajectory:
    """A run with something at one place."""

    def at(name: str, otherwise: str = "") -> str:
        return more.get(name, f"see {canary} there" if name == place else otherwise)

    code = canary if place == "code" else more.get("code", "print(1)")
    call = json.dumps({"name": "execute", "arguments": json.dumps({"code": canary if place == "call" else code}), "id": "1"})
    settings = (
        {IMPORTED: {"form": "mint", "id": "x", "system": at("system", "s"), "asked": at("request", "q")}} if place == "system" else {}
    )
    reply = ModelReplied(
        text=at("prose", "A step.") + ("" if place == "call" else f"\n\n<execute>\n{code}\n</execute>"),
        calls=(call,) if place == "call" else (),
    )
    events = (
        UserAsked(text=at("request", "q"), path=at("path"), model="m", settings=settings, format="tool" if place == "call" else "code"),
        reply,
        ActionProposed(action_id="a", code=code, cell_id="c"),
        ActionDecided(action_id="a", decision="allow", by="user", code=code, note=at("note")),
        ActionStarted(action_id="a", msg_id="m"),
        Steered(text=at("steered", "go on")),
        Observed(action_id="a", status="ok", text=at("observation", "1")),
        ModelReplied(text=at("answer", "One.")),
        RunFinished(reason="answered", answer=at("answer", "One."), message=at("message")),
    )
    markup = {"text/html": [f"<b>{at('html')}", "</b>"], "text/plain": "x", "image/png": "aGVsbG8="}
    outputs = [{"output_type": "stream", "name": "stdout", "text": [at("output", "1")]}, {"output_type": "display_data", "data": markup}]
    before = (UserAsked(text=at("before", "earlier"), model="m"), ModelReplied(text="Yes."), RunFinished(reason="answered", answer="Yes."))
    return Trajectory("r", "", events, before, outputs=lambda: {("c", code): outputs})


def everything(one: Trajectory) -> str:
    found = [line(row) for make in ROWS.values() if (row := make(one))]
    return "".join([*found, notebook(one), script(one), page(one)])


@pytest.mark.parametrize("place", PLACES)
@given(canary=CANARIES)
def test_a_canary_is_in_no_export_of_any_kind(place: str, canary: tuple[str, str]) -> None:
    written, secret = canary
    for redact in (False, True):
        assert secret not in everything(Hiding(SECRETS, redact)(trajectory(place, written)))


@pytest.mark.parametrize("place", [place for place in PLACES if place not in ("system",)])
def test_without_the_hiding_a_canary_would_be_seen(place: str) -> None:
    assert place in ("note", "message", "path") or OURS in everything(trajectory(place, OURS))


def test_a_canary_that_is_only_personal_is_masked_if_that_is_asked_for() -> None:
    mail = "ada.l@example.org"
    for place in PLACES:
        if place not in ("system", "code", "call"):
            assert mail not in everything(Hiding(SECRETS, redact=True)(trajectory(place, mail))), place
    assert mail not in everything(Hiding(SECRETS, redact=True)(trajectory("code", f'send("{mail}", 12)')))
    assert mail not in everything(Hiding(SECRETS, redact=True)(trajectory("call", f'send("{mail}", 12)')))
