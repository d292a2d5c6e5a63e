"""Whether an action asks before it runs: from its code and a few facts alone.  Pure; which mode holds is `session.approvals`' business.

Begin with `looking`: it goes over the syntax tree as IPython makes it, with what `magics` run.  `tables` has which names have which effect;
`scopes`, `names` and `texts` (with `given` and `made`) say what an expression stands for; `calls`, `readings`, `pages`, `overwrites`,
`references` and `detours` what comes of it.
"""

from codeact_jupyter.policy import unread
from codeact_jupyter.policy.found import EFFECTS, Found, told
from codeact_jupyter.policy.looking import binds, look
from codeact_jupyter.ports import Code, Facts, Verdict

__all__ = ["EFFECTS", "binds", "judge"]

_OF_CELL = {"theirs": "edit_cell", "protected": "protected_cell", "expensive": "expensive_cell"}
_SANDBOX_HOLDS = frozenset({"write_files", "read_outside", "network"})


def judge(action: Code, facts: Facts) -> Verdict:
    """Asks for listed effects, and for what could hide them."""
    found = [Found(effect) for kind, effect in _OF_CELL.items() if kind in facts.rewrites]
    found += unread.turned(action.source)
    held = _SANDBOX_HOLDS if facts.sandboxed else frozenset()
    found += [one for one in look(action.source, facts) if one.in_page or one.effect not in held]
    if not found:
        return Verdict("allow")
    listed = {one.effect for one in found}
    return Verdict("ask", told(found), tuple(effect for effect in EFFECTS if effect in listed))
