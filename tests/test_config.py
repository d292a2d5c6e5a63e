"""Which of several sources of a setting wins."""

import pytest
from traitlets import TraitError
from traitlets.config import Config

from codeact_jupyter.config import CodeAct, Settings, for_kernels
from codeact_jupyter.errors import SettingError
from codeact_jupyter.sources import settle


def config(**values):
    return CodeAct(config=Config({"CodeAct": values}))


ENVIRONMENT = {"CODEACT_MODEL": "of-env", "OPENAI_BASE_URL": "http://env/v1", "OPENAI_API_KEY": "k-openai", "CODEACT_API_KEY": "k-codeact"}


def test_the_order_is_command_line_user_environment_file_default():
    made = config(model="of-file", max_steps=7)
    assert settle(made, {}).model == "of-file"
    assert settle(made, ENVIRONMENT).model == "of-env"
    assert settle(made, ENVIRONMENT, panel=[{"model": "of-user"}]).model == "of-user"
    assert settle(made, ENVIRONMENT, panel=[{"model": "of-user"}], command_line={"model": "of-line"}).model == "of-line"
    assert settle(made, ENVIRONMENT).max_steps == 7
    assert settle(config(), {}) == Settings()


def test_what_the_administrator_locked_holds_against_all():
    made = config(model="theirs", base_url="http://inside/v1", locked=["model", "base_url"])
    settled = settle(made, ENVIRONMENT, panel=[{"model": "mine"}], command_line={"base_url": "http://out/v1"})
    assert (settled.model, settled.base_url) == ("theirs", "http://inside/v1")


def test_our_own_key_goes_before_openais_and_is_never_shown():
    assert settle(config(), ENVIRONMENT).api_key == "k-codeact"
    assert settle(config(), {"OPENAI_API_KEY": "k-openai"}).api_key == "k-openai"
    assert "k-codeact" not in repr(settle(config(), ENVIRONMENT))


@pytest.mark.parametrize("value", [("sk-canary-4711",), ["sk-canary-4711"], {"key": "sk-canary-4711"}, {"sk-canary-4711"}])
def test_a_key_that_is_no_text_is_refused_without_being_shown(value):
    """`c.CodeAct.api_key = "…",` is a tuple."""
    with pytest.raises(TraitError) as caught:
        config(api_key=value)
    assert "api_key has to be text in quotes" in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("url", [5, [], {}, "http://[", "http://[::1", "//h/v1"])
def test_a_base_url_of_any_shape_is_refused_in_words(url):
    with pytest.raises(SettingError, match="base_url has to be"):
        settle(config(), ENVIRONMENT, panel=[{"base_url": url}])


def test_kernels_do_not_inherit_our_key():
    assert "CODEACT_API_KEY" not in for_kernels(ENVIRONMENT) and "OPENAI_API_KEY" in for_kernels(ENVIRONMENT)


@pytest.mark.parametrize(
    ("values", "where", "problem"),
    [
        ({}, "built-in", ""),
        ({"model": "offline", "base_url": "http://h/v1"}, "built-in", ""),
        ({"format": "tool"}, "built-in", ""),
        ({"format": "json"}, "built-in", "leave format at auto"),
        ({"model": "m", "base_url": "http://127.0.0.1:1/v1"}, "local", ""),
        ({"model": "m", "base_url": "http://localhost/v1"}, "local", ""),
        ({"model": "m", "base_url": "https://api.example/v1"}, "remote", ""),
        ({"base_url": "http://127.0.0.1:1/v1"}, "local", ""),
        ({"model": "m"}, "remote", "OPENAI_API_KEY"),
        ({"api_key": "k"}, "remote", "CODEACT_MODEL"),
    ],
)
def test_where_the_model_is_and_what_is_missing(values, where, problem):
    settled = Settings(**values)
    assert settled.where == where and problem in settled.problem and bool(problem) == bool(settled.problem)


@pytest.mark.parametrize(
    "wrong", [{"max_steps": 0}, {"timeout": -1}, {"base_url": "ftp://x"}, {"base_url": "nonsense"}, {"nonsense": 1}, {"max_steps": "x"}]
)
def test_a_value_that_cannot_be_used_is_named(wrong):
    with pytest.raises(SettingError, match=next(iter(wrong))):
        settle(config(), {}, panel=[wrong])
