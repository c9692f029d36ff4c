"""What changed between two texts as one page of HTML that needs nothing else: no script, no style sheet, no picture."""
from collections.abc import Iterator
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1.05rem/1.6 system-ui, sans-serif }
h1 { font-size: 1.5rem; line-height: 1.3 }
main, h1 { white-space: pre-wrap; overflow-wrap: anywhere }
del { color: #b00020; background: #b0002018 }
ins { color: #006b2d; background: #006b2d18; text-decoration: underline }
del.move { color: #0b57d0; background: #0b57d014 }
ins.move { color: #0b57d0; background: #0b57d014; text-decoration: none; border-inline-start: .2rem solid }
dl { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .85rem; opacity: .8 }
dl div { display: flex; gap: .4rem }
dd { margin: 0; font-weight: 600 }
@media (prefers-color-scheme: dark) { del { color: #ff8a8a } ins { color: #7ddf9c } del.move, ins.move { color: #8ab4f8 } }
"""


def page(document: dict[str, Any]) -> str:
    """The page of a document of `diff`. Every text in it is escaped; the marks are the elements del and ins, and both sides of
    what only moved have one number."""
    title = document["new_title"] or document["old_title"] or ""
    facts = {"from": document["old_at"], "to": document["new_at"], "kind": document["kind"],
             "similarity": f"{document['similarity']:.2f}"} | document["statistics"]
    rows = "".join(f"<div><dt>{escape(name.replace('_', ' '))}</dt><dd>{escape(_said(value))}</dd></div>"
                   for name, value in facts.items() if value is not None)
    return ("<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
            f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
            f"<h1 dir=\"auto\">{_headline(document)}</h1>\n<dl>{rows}</dl>\n"
            f"<main dir=\"auto\">{''.join(map(_step, document['operations']))}</main>\n</body>\n</html>\n")


def _headline(document: dict[str, Any]) -> str:
    old, new = document["old_title"] or "", document["new_title"] or ""
    return " ".join(_sides(old, new)) if document["title_changed"] else escape(new)


def _step(step: dict[str, Any]) -> str:
    return escape(step["new"]) if step["op"] == "equal" else "".join(_sides(step["old"], step["new"], step["move"]))


def _sides(old: str, new: str, move: int | None = None) -> Iterator[str]:
    mark = f' class="move" title="{move}"' if move is not None else ""
    if old:
        yield f"<del{mark}>{escape(old)}</del>"
    if new:
        yield f"<ins{mark}>{escape(new)}</ins>"


def _said(value: Any) -> str:
    return ("✓" if value else "–") if isinstance(value, bool) else str(value)
