"""How a run and its model talk, made from the settings: the same wherever the run works."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from codeact_jupyter.config import Settings
from codeact_jupyter.formats import FORMATS
from codeact_jupyter.observation import Budget, Observation
from codeact_jupyter.ports import ActionFormat, Model, Observe, Prompt
from codeact_jupyter.prompt import Conversation, system
from codeact_jupyter.session.sight import Sight
from codeact_jupyter.session.yielding import Yielding
from codeact_jupyter.store import Store


@dataclass(frozen=True)
class Exchange:
    """Four of a run's parts, which have to fit one another."""

    model: Model
    prompt: Prompt
    format: ActionFormat
    observe: Observe


def exchange(model: Model, settings: Settings, look: Callable[[], Awaitable[str]], store: Store, tell: Callable[[str], None]) -> Exchange:
    """`look` gives the context; `tell` hears what the server does not take, and how the run goes on without it."""
    name = settings.action_format
    sight = Sight(store) if settings.sends_images else None
    format, observe = FORMATS[name](), Observation(Budget(total=settings.observation_chars))
    prompt = Conversation(system(name), look, settings.max_steps, name, sight.url if sight else None)
    return Exchange(Yielding(model, format, prompt, tell), prompt, format, sight.keep(observe) if sight else observe)
