"""What is hidden and what is not; and that no export of any kind holds a canary, wherever it was."""

import base64
import json
import string
import time

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
        ("http://127.0.0.1:8888/lab?token=0123456789abcdef0123456789abcdef", f"http://127.0.0.1:8888/lab?token={MASK}"),
        ("https://x.test/v1?key=A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6&q=1", f"https://x.test/v1?key={MASK}&q=1"),
        ("https://a.blob.test/c/b?sv=2020&sig=ab%2Bcd%3D", f"https://a.blob.test/c/b?sv=2020&sig={MASK}"),
        ("https://A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6@github.com/a/b", f"https://{MASK}@github.com/a/b"),
        (
            "AccountName=a;AccountKey=A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6==;EndpointSuffix=x",
            f"AccountName=a;AccountKey={MASK};EndpointSuffix=x",
        ),
        ("Server=x;Uid=sa;Pwd=hunter2;", f"Server=x;Uid=sa;Pwd={MASK};"),
        ("openai_api_key=A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6", f"openai_api_key={MASK}"),
        ("aws_secret_access_key = A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6", f"aws_secret_access_key = {MASK}"),
        ("DB_PASS=hunter2x", f"DB_PASS={MASK}"),
        ("HF_TOKEN       A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6", f"HF_TOKEN       {MASK}"),
        ("('MY_API_KEY', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6')", f"('MY_API_KEY', '{MASK}')"),
        ('{"password": 12345678}', f'{{"password": {MASK}}}'),
        ("(token := 'abcdefg')", f"(token := '{MASK}')"),
        ("the password is hunter2", f"the password is {MASK}"),
        ("Authorization: Basic dXNlcnBhc3M", f"Authorization: Basic {MASK}"),
        ("Cookie: session=A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6; a=b", f"Cookie: session={MASK}; a=b"),
        ("requests.get(u, auth=('user', 'hunter2'))", f"requests.get(u, auth=('user', '{MASK}'))"),
        ("curl -s -u me:hunter2 https://x.test", f"curl -s -u me:{MASK} https://x.test"),
        ("machine x login me password hunter2", f"machine x login me password {MASK}"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQ\n-----END PGP PRIVATE KEY BLOCK-----.", f"{MASK}."),
        (f"it is {OURS}", f"it is {MASK}"),
        (base64.b64encode(OURS.encode()).decode().rstrip("="), MASK),
        (f"{HOME}/data/x.csv", "~/data/x.csv"),
        ("/home/grace/x.csv and file:///Users/grace/y", "~/x.csv and file://~/y"),
        (r"C:\Users\grace\x.csv", r"~\x.csv"),
        ("/root/.ssh", "~/.ssh"),
        (r"b'/home/ada/a\n/home/bo/b\t/Users/cy/c'", r"b'~/a\n~/b\t~/c'"),
        ("/mnt/c/Users/ada/x, /var/home/ada/y", "~/x, ~/y"),
        (r"C:\Users\Ada Lovelace\x.csv", r"~\x.csv"),
        ("os.environ.setdefault('OPENAI_API_KEY', 'zz ab')", f"os.environ.setdefault('OPENAI_API_KEY', '{MASK}')"),
        ("OPENAI_KEY = 'abcd1234efgh5678'", f"OPENAI_KEY = '{MASK}'"),
        (r"password = 'a\'b tail'", f"password = '{MASK}'"),
    ],
)
def test_a_secret_is_replaced_by_a_mark_and_what_is_around_it_stays(text: str, safe: str) -> None:
    assert SECRETS.text(text) == safe
    assert SECRETS.text(safe) == safe


SHAPES = """
gsk_L xai-L pplx-L r8_L nvapi-L lsv2_pt_L glrt-L GOCSPX-L xapp-1-A1-L api_org_L doo_v1_H whsec_L dapiH hvs.L dckr_pat_L sntrys_L glsa_L
ntn_L lin_api_L figd_L PMAK-H NRAK-L shpat_H ATATT3L tskey-auth-L AGE-SECRET-KEY-1H https://hooks.slack.com/services/T0/B0/L
https://discord.com/api/webhooks/123456/L 123456789:AAL
"""
"""With letters and digits for L, a number to the base of 16 for H."""


@pytest.mark.parametrize("shape", SHAPES.split())
def test_keys_of_many_providers_are_known_by_their_shape(shape: str) -> None:
    key = shape.replace("H", "0A1B2C3D" * 4 if "AGE" in shape else "0a1b2c3d" * 4).replace("L", "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6")
    assert SECRETS.text(f"x = {key}.").removeprefix("x = ").removeprefix("https://") == f"{MASK}."


@pytest.mark.parametrize(
    "text",
    [
        "the token was not found",
        "PRIMARY_KEY   customer_id",
        "tokens: 4210 of 8000, token = tokens[0]",
        "docker run -u 1000:1000 image",
        "auth = (user, password)",
        "cookie = make_cookie(x)",
        "https://example.com/?key=region&page=2",
        "df['password_changed'] = df.changed > 0",
        "max_tokens = 100",
        "token = get_token()",
        "password = input('p')",
        "f'{token}'",
        'password="<your password>"',
        "sk-learn is not a key; basic statistics; bearer of news",
        "https://example.com/home/page/x",
        "import secrets",
        "df.groupby('key').mean()",
        "SORT_KEY = 'name_of_a_column'",
        "df.drop(columns=['password', 'name'])",
        f"{HOME}bert/x",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert SECRETS.text(text) == text


def test_a_short_home_folder_is_not_looked_for_in_the_middle_of_paths() -> None:
    secrets = Secrets([], "/app")
    assert secrets.text("https://example.com/app/x and /var/app/y and /app/z") == "https://example.com/app/x and /var/app/y and ~/z"


def test_long_text_without_secrets_is_read_at_once() -> None:
    words = (
        "A",
        "password",
        "a=",
        "https://",
        "token='",
        "TOKEN",
        "API_KEY_",
        "password:",
        "authorization:",
        "password={",
        "bearer ",
        "eyJa.",
    )
    for word in (*words, "?token=", "://a:", "-----BEGIN ", "auth=(a,", "curl -u ", "login a password ", "cookie: a="):
        began = time.monotonic()
        SECRETS.text(word * (100_000 // len(word)))
        assert time.monotonic() - began < 8, word


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
