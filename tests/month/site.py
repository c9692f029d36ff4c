"""Three outlets at one address, each with the articles that the script has for it."""
from datetime import timedelta
from html import escape
from pathlib import Path

from newspaper import Newspaper

from demo.server import Answer, Request
from tests.month.script import PAPERS, WATCHES, Script


class Site(Newspaper):
    """The outlets of a script, and the settings with its watches."""

    def __init__(self, folder: Path, database: str, script: Script, look: timedelta) -> None:
        hours = int(look.total_seconds() // 3600)
        super().__init__(folder, articles=0, database=database, hosts=tuple(f"{paper}.example" for paper in PAPERS),
                         recheck=f"{hours}h", outlet=f'every = "{hours}h"')
        self.script = script

    def write(self) -> None:
        super().write()
        watches = "".join(f'[[watch]]\nid = "{watch.own}"\nwords = {list(watch.words)}\nrecipients = {list(watch.recipients)}\n'
                          f"{watch.toml}\n" for watch in WATCHES)
        text = self.config.read_text(encoding="utf-8").partition("[[watch]]")[0] + watches
        self.config.write_text(text, encoding="utf-8")

    def answer(self, request: Request) -> Answer:
        paper = str(request.headers.get("Host", "")).partition(".")[0]
        own = [one for one in self.script.articles if one.paper == paper]
        if request.path.startswith("/front"):
            links = "".join(f'<li><a href="{one.path}">{escape(one.title)}</a></li>' for one in own if not one.gone)
            return Answer(f"<html><body><h1>Front page</h1><ul>{links}</ul></body></html>".encode())
        one = next((each for each in own if each.path == request.path), None)
        if one is None or one.gone:
            return super().answer(request)
        text = "".join(f"<p>{escape(sentence)}</p>" for sentence in one.sentences)
        said = "".join(f'<div class="comment" id="{each.own}"><p class="said">{escape(each.text)}</p></div>'
                       for each in one.comments)
        return Answer(f"""<html lang="en"><head><title>{escape(one.title)}</title>
<meta property="og:title" content="{escape(one.title)}"></head><body><nav><a href="/">{paper}</a></nav>
<article><h1>{escape(one.title)}</h1>{text}</article>
<div class="comments">{said}<p>{len(one.comments)} comments</p></div></body></html>""".encode())
