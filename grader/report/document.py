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
    start, end = frame(title, styles=styles, script=script)
    return join(start, *content, end)


def frame(title: str, *, styles: tuple[Path, ...], script: str = "") -> tuple[Html, Html]:
    """Decides what of an HTML file's text stands before and after the content of its body."""
    before, after, end = _around_title(styles, script)
    return join(before, title, after), end


@cache
def _around_title(styles: tuple[Path, ...], script: str) -> tuple[Html, Html, Html]:
    """What stands before the title, after it to where the body begins, and where the body ends."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"{_POLICY}; script-src 'sha256-{digest}'" if script else _POLICY
    before = join(
        trusted('<!doctype html>\n<html lang="en"><head>'),
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="color-scheme", content="light dark"),
        trusted("<title>"),
    )
    sheets = "".join(path.read_text("utf-8") for path in styles)
    style = element("style", trusted(sheets))
    after = join(trusted("</title>"), style, trusted("</head><body>"))
    last = element("script", trusted(script)) if script else None
    return before, after, join(last, trusted("</body></html>\n"))
