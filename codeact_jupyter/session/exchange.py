"""How a run and its model talk, made from the settings: the same wherever the run works."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from codeact_jupyter.config import Settings
from codeact_jupyter.formats import FORMATS
from codeact_jupyter.observation import Budget, Observation
from codeact_jupyter.ports import ActionFormat, Model, Observe, Prompt
from codeact_jupyter.prompt import Conversation, system
from codeact_jupyter.session.sight import Sight
from codeact_jupyter.session.terms import Terms
from codeact_jupyter.session.yielding import Yielding
from codeact_jupyter.store import Store


@dataclass(frozen=True)
class Exchange:
    """Four of a run's parts, which have to fit one another."""

    model: Model
    prompt: Prompt
    format: ActionFormat
    observe: Observe


@dataclass(frozen=True)
class Bound:
    """What the parts are made for."""

    settings: Settings
    store: Store
    terms: Terms = Terms()


def exchange(model: Model, bound: Bound, look: Callable[[], Awaitable[str]], tell: Callable[[str], None]) -> Exchange:
    """`look` gives the context; `tell` hears what the server does not take, and how the run goes on without it."""
    settings, terms = bound.settings, bound.terms
    name = settings.action_format
    sight = Sight(bound.store) if settings.sends_images else None
    format = (terms.format or FORMATS[name])()
    observe = terms.observe(Observation(Budget(total=settings.observation_chars)))
    said = system(name) if terms.system is None else terms.system
    prompt = Conversation(said, look, settings.max_steps, name, sight.url if sight else None)
    return Exchange(Yielding(model, format, prompt, tell), prompt, format, sight.keep(observe) if sight else observe)
