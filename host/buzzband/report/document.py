"""A page as one HTML file: no network, no script, nothing beside it; whatever text is in it stays text."""

import base64
import hashlib
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from buzzband.wording import printable


def written(template: str, told: dict[str, Any]) -> str:
    """Return a whole HTML document, the same one for the same ``told``, to be stored as UTF-8."""
    environment = Environment(
        loader=PackageLoader("buzzband.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=printable,
    )
    style = (resources.files("buzzband.report") / "templates" / "page.css").read_text(encoding="utf-8")
    return environment.get_template(template).render(style=Markup(style), policy=_policy(style), **told)  # ours


def _policy(style: str) -> str:
    """Return a content security policy under which the page's own style sheet works and nothing else does."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
