"""A page as an article: its comments first, then what it says of itself, then its text, all from one tree."""
import hashlib
import re

from lxml.html import HtmlElement

from crawler.items import ArticleRead, Block, Fetched
from crawler.outlet import Outlet
from pipelines.read import clean, layout, metadata, times, walls
from pipelines.read.comments import systems
from pipelines.read.comments.cut import cut, cut_comments
from pipelines.read.comments.parts import View
from pipelines.read.language import of_text
from pipelines.read.named import Named
from pipelines.read.screen import Refused

# No date is written longer, and no sentence is a date.
DATE_LINE = 60
# What no absolute date is without; asking for the date itself takes longer.
DATED = re.compile(r"\d{4}|\d[./]\d")


def _without_head(blocks: tuple[Block, ...], title: str | None) -> tuple[Block, ...]:
    """The blocks without the headline and the date line before the first paragraph: both have fields of their own."""
    def of_head(text: str) -> bool:
        return text.casefold() == (title or "").casefold() or (
            len(text) < DATE_LINE and DATED.search(text) is not None and times.is_date(text))
    first = next((i for i, block in enumerate(blocks) if not of_head(block.text)), 0)
    return blocks[first:]


def check_for_walls(text: str, tree: HtmlElement, fetched: Fetched, outlet: Outlet | None) -> None:
    """Refuses a page as what it is where a wall stands in its place."""
    walls.check(text, walls.signs(tree, metadata.read(tree, Named(tree), fetched, outlet)), ())


def read(text: str, tree: HtmlElement, fetched: Fetched, outlet: Outlet | None, reader: str) -> ArticleRead:
    """The article of a page, by its markup and its tree. The tree is used up on the way: the comments are taken out of it
    before anything else is looked for, so that none of their texts, names and times can be taken for the article's."""
    named = Named(tree)
    said = systems.thread(View(tree, named, fetched, outlet))
    own = outlet.layout_at(fetched.at) if outlet else None
    cut(list(said.elements))
    layout.drop(tree, own)
    cut_comments(tree, named)
    known = metadata.read(tree, named, fetched, outlet)
    captions = clean.captions(tree)
    signs = walls.signs(tree, known)
    place = layout.body(tree, own)
    found = clean.article_blocks(place, Named(place)) if place is not None else ()
    blocks = _without_head(found or clean.article_blocks(tree, named), known.title)
    walls.check(text, signs, blocks)
    if not blocks:
        raise Refused("no_text", "no article text was found on the page")
    body = "\n".join(block.text for block in blocks)
    language, origins = known.language, known.origins
    if language is None:
        language, told_by = of_text(body)
        origins = {**origins, "language": told_by} if language else origins
    return ArticleRead(
        title=known.title, text=body, blocks=blocks, text_sha256=hashlib.sha256(body.encode()).hexdigest(), reader=reader,
        authors=known.authors, published=known.published, published_raw=known.published_raw, modified=known.modified,
        language=language, section=known.section, tags=known.tags, image=known.image, claimed_url=known.claimed_url,
        twins=known.twins, captions=captions, origins={**origins, "text": layout.ORIGIN if found else "trafilatura"},
        thread=said.thread)
