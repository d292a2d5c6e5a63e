"""How much of an error the model is told: an experiment on what makes it repair itself."""

from codeact_jupyter.session.terms import as_it_is

SEEING = {"full": as_it_is}
"""By the name that `--observation` takes."""
