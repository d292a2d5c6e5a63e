"""A trajectory as a page: one file, read in any browser, by eye or by ear, in light and dark.  Pure."""

import base64
from html import escape

from codeact_jupyter.export.documents import ending, prose
from codeact_jupyter.export.trajectory import Step, Trajectory

_STYLE = """
:root {
  color-scheme: light dark;
  --ink: #1b1f24; --paper: #ffffff; --soft: #f3f5f7; --line: #c9d0d8; --good: #116329; --bad: #a40e26; --link: #0550ae;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ee; --paper: #14171b; --soft: #1f242a; --line: #48515c; --good: #6bd68a; --bad: #ff9a94; --link: #8bbcff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .25rem; white-space: pre-wrap; }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .5rem; border-top: 1px solid var(--line); padding-top: 1.25rem; }
h3 { font-size: .85rem; font-weight: 600; margin: .75rem 0 .25rem; }
p, .words { white-space: pre-wrap; margin: .5rem 0; }
dl { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: .5rem 0 0; font-size: .9rem; }
dl div { display: flex; gap: .4rem; } dt { font-weight: 600; } dd { margin: 0; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: .4rem; padding: .75rem 1rem; margin: .25rem 0; overflow: auto;
  max-height: 32rem; font: .875rem/1.5 ui-monospace, monospace; white-space: pre; }
pre:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.good { color: var(--good); } .bad { color: var(--bad); } .state { font-weight: 600; }
img { max-width: 100%; height: auto; background: #fff; border: 1px solid var(--line); border-radius: .4rem; }
.answer { border: 2px solid var(--line); border-radius: .4rem; padding: .5rem 1rem; }
""".strip()

_STATES = {
    "ok": "ran",
    "error": "failed",
    "running": "still ran",
    "interrupted": "interrupted",
    "unresponsive": "could not be interrupted",
    "died": "the kernel died",
    "denied": "not allowed to run",
    "unparsed": "neither action nor answer",
    "rejected": "refused",
    "unknown": "cut off",
}


LONGEST_HEADING = 160
"""Characters."""


def page(trajectory: Trajectory) -> str:
    """Everything is escaped; nothing is loaded from elsewhere, and no script runs."""
    asked = trajectory.asked
    title = " ".join(asked.text.split())[:120] or "A run"
    head, _, words = ending(trajectory).partition("\n")
    acted = [step for step in trajectory.steps if step.observed or step.code]
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">""",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<main>",
        f"<header>\n{_request(asked.text.strip())}",
        f"<dl>\n{_facts(trajectory)}\n</dl>\n</header>",
        *(_step(step, number, trajectory) for number, step in enumerate(acted, 1)),
        f'<section aria-labelledby="end">\n<h2 id="end">{_text(head.lstrip("# "))}</h2>',
        f'<div class="answer"><p>{_text(words.strip())}</p></div>\n</section>',
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _request(text: str) -> str:
    """As the heading; of one that is long, its first line, and all of it below."""
    if len(text) <= LONGEST_HEADING:
        return f"<h1>{_text(text or 'A run')}</h1>"
    first = text.splitlines()[0]
    heading = first if len(first) <= LONGEST_HEADING else f"{first[:LONGEST_HEADING]}…"
    return f'<h1>{_text(heading)}</h1>\n<div class="answer"><p>{_text(text)}</p></div>'


def _facts(trajectory: Trajectory) -> str:
    asked = trajectory.asked
    facts = {
        "Model": asked.model,
        "Notebook": asked.path,
        "Began": trajectory.began[:19].replace("T", " ") + " UTC" if trajectory.began else "",
        "Replies": str(len(trajectory.steps)),
        "Ended": trajectory.end.reason if trajectory.end else "cut off",
    }
    return "\n".join(f"<div><dt>{name}</dt><dd>{_text(value)}</dd></div>" for name, value in facts.items() if value)


def _step(step: Step, number: int, trajectory: Trajectory) -> str:
    state = _STATES[step.status] if step.status else "nothing was observed"
    tone = "good" if step.status == "ok" else "bad"
    parts = [
        f'<section aria-labelledby="step-{number}">',
        f'<h2 id="step-{number}">Step {number} <span class="state {tone}">· {_text(state)}</span></h2>',
    ]
    if said := prose(step.reply.text):
        parts.append(f'<p class="words">{_text(said)}</p>')
    if step.code:
        parts.append(_block(f"Code of step {number}", "Code", step.code))
    if step.text.strip():
        parts.append(_block(f"What came of step {number}", "Observation", step.text))
    for at, key in enumerate(step.images, 1):
        if picture := trajectory.picture(key):
            content, kind = picture
            data = base64.b64encode(content).decode()
            parts.append(f'<img src="data:{escape(kind)};base64,{data}" alt="Figure {at} of step {number}; the observation describes it.">')
    return "\n".join([*parts, "</section>"])


def _block(label: str, heading: str, text: str) -> str:
    # it scrolls, so the keyboard has to reach it
    return f'<h3>{heading}</h3>\n<pre tabindex="0" role="region" aria-label="{_text(label)}"><code>{_text(text)}</code></pre>'


def _text(text: str) -> str:
    """Escaped, and without what a page cannot hold."""
    held = "".join(char if char in "\t\n\r" or char >= " " else "\ufffd" for char in text)
    return escape(held.encode("utf-8", "replace").decode("utf-8") if not held.isascii() else held)
