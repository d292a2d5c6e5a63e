"""Where the model is, and which key goes there, when connections, settings, environment and files all have a say."""

import pytest
from traitlets.config import Config

from codeact_jupyter.config import CodeAct, same_place
from codeact_jupyter.errors import SettingError
from codeact_jupyter.sources import Connected, refuse_elsewhere, settle

ENV_KEY, FILE_KEY = "sk-env", "sk-file"
MINE = Connected("Mine", "http://mine/v1", "m-mine", "sk-mine", "tool", True)
OTHER = Connected("Other", "http://other/v1", "m-other", "sk-other")
SERVER = {"OPENAI_BASE_URL": "http://env/v1", "CODEACT_API_KEY": ENV_KEY, "CODEACT_MODEL": "m-env"}


def config(**values):
    return CodeAct(config=Config({"CodeAct": values}))


def panel(*sources, default=None, environment=SERVER, **files):
    it = settle(config(**files), environment, panel=sources, default=default)
    return it.base_url, it.model, it.api_key


def line(environment, default=None, files=None, **chosen):
    it = settle(config(**files or {}), environment, command_line=chosen, default=default)
    return it.base_url, it.model, it.api_key


def test_in_the_panel_run_then_chosen_then_settings_then_default_then_environment_count():
    user = {"base_url": "http://user/v1", "model": "m-user"}
    run = {"base_url": "http://run/v1", "model": "m-run"}

    assert panel() == ("http://env/v1", "m-env", ENV_KEY)
    assert panel(default=OTHER) == ("http://other/v1", "m-other", "sk-other")
    assert panel(user, default=OTHER) == ("http://user/v1", "m-user", "")
    assert panel(MINE, user, default=OTHER) == ("http://mine/v1", "m-mine", "sk-mine")
    assert panel(run, MINE, user, default=OTHER) == ("http://run/v1", "m-run", "")


def test_on_the_command_line_options_then_environment_then_files_then_the_default_connection_count():
    files = {"base_url": "http://file/v1", "model": "m-file", "api_key": FILE_KEY}

    assert line({}, OTHER) == ("http://other/v1", "m-other", "sk-other")
    assert line({}, OTHER, files) == ("http://file/v1", "m-file", FILE_KEY)
    assert line(SERVER, OTHER, files) == ("http://env/v1", "m-env", ENV_KEY)
    assert line(SERVER, OTHER, files, base_url="http://typed/v1", model="m") == ("http://typed/v1", "m", ENV_KEY)
    assert line({}) == ("", "", "")


def test_a_key_and_a_models_name_mean_openai_and_a_key_alone_means_nothing():
    key = {"OPENAI_API_KEY": ENV_KEY}

    assert line(key, OTHER) == ("http://other/v1", "m-other", "sk-other")
    assert line(key, OTHER, model="gpt") == ("", "gpt", ENV_KEY)
    assert line(key | {"CODEACT_MODEL": "gpt"}, OTHER) == ("", "gpt", ENV_KEY)


def test_a_model_beside_a_connection_replaces_the_model_alone():
    it = settle(config(), {}, panel=[{"model": "mine-2"}, MINE], default=None)
    assert (it.base_url, it.model, it.api_key, it.action_format, it.sends_images) == ("http://mine/v1", "mine-2", "sk-mine", "tool", True)
    assert line({"CODEACT_MODEL": "m-env"}, OTHER) == ("http://other/v1", "m-env", "sk-other")


def test_offline_is_asked_for_by_name_whatever_is_connected():
    assert settle(config(), SERVER, panel=[{"model": "offline"}, {}], default=MINE).offline


@pytest.mark.parametrize(
    "found, wished, format, images",
    [
        (MINE, {}, "tool", True),
        (OTHER, {}, "code", False),
        (MINE, {"format": "code", "images": "off"}, "code", False),
        (OTHER, {"format": "tool", "images": "on"}, "tool", True),
        (MINE, {"format": "auto", "images": "auto"}, "tool", True),
    ],
)
def test_what_the_test_found_settles_what_was_left_to_it(found, wished, format, images):
    it = settle(config(), {}, panel=[{}, found, wished])
    assert (it.action_format, it.sends_images) == (format, images)


def test_the_servers_key_goes_to_the_servers_url_alone():
    keyless = Connected("Keyless", "http://elsewhere/v1", "m")
    same = Connected("Same", "HTTP://ENV:80/v1/", "m")

    assert panel(keyless)[2] == ""
    assert panel(keyless, environment={"OPENAI_API_KEY": ENV_KEY})[2] == ""
    assert panel({"base_url": "http://elsewhere/v1"})[2] == ""
    assert panel({"base_url": "http://elsewhere/v1"}, environment={}, api_key=FILE_KEY)[2] == ""
    assert panel({"base_url": "https://api.openai.com.evil/v1"}, environment={"OPENAI_API_KEY": ENV_KEY})[2] == ""
    assert panel({"base_url": "https://api.openai.com@evil/v1"}, environment={"OPENAI_API_KEY": ENV_KEY})[2] == ""
    assert panel(same)[2] == ENV_KEY
    assert panel({"base_url": "http://env/v1/"})[2] == ENV_KEY
    assert panel({"base_url": "https://api.openai.com/v1", "model": "gpt"}, environment={"OPENAI_API_KEY": ENV_KEY})[2] == ENV_KEY
    assert panel({"base_url": "http://file/v1"}, environment={}, base_url="http://file/v1", api_key=FILE_KEY)[2] == FILE_KEY


def test_a_key_of_the_config_files_stays_with_their_url():
    files = {"base_url": "http://file/v1", "api_key": FILE_KEY}
    assert line({"OPENAI_BASE_URL": "http://env/v1"}, files=files)[2] == ""
    assert line({"OPENAI_BASE_URL": "http://env/v1"}, files={"api_key": FILE_KEY})[2] == FILE_KEY
    assert line({"CODEACT_API_KEY": ENV_KEY}, files=files)[2] == ENV_KEY


def test_a_connections_key_goes_to_its_url_alone():
    assert panel({"base_url": "http://run/v1"}, MINE, environment={})[2] == ""
    assert panel({"base_url": "http://mine/v1/"}, MINE, environment={})[2] == "sk-mine"
    assert panel(Connected("Keyless", "http://mine/v1", "m"), default=MINE, environment={})[2] == ""


@pytest.mark.parametrize("source", [{"api_key": "sk-browser"}, {"api_key": "sk-browser", "base_url": "http://x/v1"}])
def test_the_browser_cannot_set_a_key(source):
    with pytest.raises(SettingError, match="no setting of the browser") as caught:
        settle(config(), {}, panel=[source])
    assert "sk-browser" not in str(caught.value)


def test_a_url_that_the_administrator_fixed_forbids_connections_elsewhere():
    fixed = {"base_url": "http://inside/v1", "model": "m-file", "api_key": FILE_KEY, "locked": ["base_url"]}
    inside = Connected("Inside", "http://inside/v1", "m-inside", "sk-inside")

    with pytest.raises(SettingError, match=r"administrator fixed the URL to http://inside/v1.*'Mine'"):
        panel(MINE, **fixed)
    with pytest.raises(SettingError, match="administrator"):
        refuse_elsewhere("Mine", MINE.base_url, config(**fixed))
    assert panel(default=MINE, environment={}, **fixed) == ("http://inside/v1", "m-file", FILE_KEY)
    assert panel(inside, environment={}, **fixed) == ("http://inside/v1", "m-inside", "sk-inside")
    assert panel(inside, environment={}, **fixed | {"locked": ["base_url", "api_key"]})[2] == FILE_KEY
    assert panel({"base_url": "http://user/v1"}, **fixed)[0] == "http://inside/v1"
    assert line(SERVER, MINE, fixed, base_url="http://typed/v1")[0] == "http://inside/v1"


def test_other_things_that_are_locked_hold_against_a_connection():
    fixed = {"model": "m-file", "format": "code", "images": "off", "locked": ["model", "format", "images"]}
    it = settle(config(**fixed), {}, panel=[MINE])
    assert (it.base_url, it.model, it.action_format, it.sends_images) == ("http://mine/v1", "m-file", "code", False)


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("", "https://api.openai.com/v1/", True),
        ("HTTP://Host:80/v1", "http://host/v1/", True),
        ("http://host/v1", "https://host/v1", False),
        ("http://host/v1", "http://host:8080/v1", False),
        ("http://host/v1", "http://host/V1", False),
        ("http://host/v1", "http://host/v1?x", False),
        ("http://host/v1", "http://me:pass@host/v1", False),
        ("http://host:port/v1", "http://host/v1", False),
    ],
)
def test_two_spellings_of_one_url_are_one_place(one, other, same):
    assert same_place(one, other) == same


def test_no_key_is_shown():
    it = settle(config(api_key=FILE_KEY), SERVER, panel=[MINE])
    assert "sk-" not in repr(it) + repr(MINE)
