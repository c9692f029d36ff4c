"""A page of ours: a few sentences and at most one button, without a script, a cookie or anything from elsewhere."""
import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

_ENVIRONMENT = Environment(loader=FileSystemLoader(Path(__file__).with_name("templates")), undefined=StrictUndefined,
                           trim_blocks=True, lstrip_blocks=True, autoescape=True)
_PAGE = _ENVIRONMENT.get_template("page.html.j2")
_STYLE = Path(__file__).with_name("templates").joinpath("page.css").read_text(encoding="utf-8")
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

# The address of a page is all that is needed to act: it goes to no other site, no cache and no list of pages.
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; "
                               "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow"}
NO_HEADERS: Mapping[str, str] = {}


def page(status: int, title: str, paragraphs: Sequence[str], button: str | None = None,
         headers: Mapping[str, str] = NO_HEADERS) -> HTMLResponse:
    """The page; its button, where it has one, posts to its own address."""
    text = _PAGE.render(title=title, paragraphs=paragraphs, button=button, style=_STYLE)
    return HTMLResponse(text, status, {**HEADERS, **headers})
