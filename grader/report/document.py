"""Makes a file of finished markup: it needs no network, and nothing in it runs but what is ours."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from grader.report.markup import Html, element, join, trusted

_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
STYLE: Final = Path(__file__).with_name("page.css")
"""What all pages look like."""


def document(title: str, *content: Html | None, styles: tuple[Path, ...], script: str = "") -> str:
    """Decides the whole text of an HTML file.

    Args:
        title: of the window, as text.
        content: of the body.
        styles: style sheets of ours, which are set into the page.
        script: of ours, run when the page is there; the policy lets no other run.
    """
    body = element("body", *content, element("script", trusted(script)) if script else None)
    before, after = _around_title(styles, script)
    head = element("head", before, element("title", title), after)
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


@cache
def _around_title(styles: tuple[Path, ...], script: str) -> tuple[Html, Html]:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"{_POLICY}; script-src 'sha256-{digest}'" if script else _POLICY
    before = join(
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="color-scheme", content="light dark"),
    )
    sheets = "".join(path.read_text("utf-8") for path in styles)
    return before, element("style", trusted(sheets))
