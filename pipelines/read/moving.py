"""What moves on a page from look to look though nobody edits it: counts, relative dates, clocks, labels of sharing."""
import re
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

from crawler.items import Block
from pipelines.moves import COUNTED, LABELS, NUMBER, RELATIVE, SCALE, SEE_ALSO
from pipelines.read import times
from pipelines.read.body import LENGTH
from pipelines.read.named import Named, words

# No such line is longer, nor one that is a date.
LONGEST = 120
LONGEST_DATE = 60
# Words between a number and what it counts.
TIMES = r"(?:\s*\b(?:ta|та|marta|марта|мәрте|рет|жолу|раза?|бор|gezek|times)\b)?"
TOLD = rf"{RELATIVE}|\b(?:{COUNTED}|{LABELS})\b|次?(?:阅读|浏览|评论|分享|点赞)"
TELLING = re.compile(TOLD, re.IGNORECASE)
MOVED = rf"{TOLD}|\d?\d:\d\d(?::\d\d)?|(?:{NUMBER}){SCALE}{TIMES}"
DIGIT = re.compile(r"\d")
YEAR = re.compile(r"\W*(?:1[5-9]|20)\d\d\W*")
TIME = re.compile(r"\d\d?:\d\d")
CLOCK = re.compile(r"\d\d?:\d\d:\d\d")
def _nothing_but(told: str) -> re.Pattern[str]:
    """What matches a whole text with no letter or digit outside of what is told; it gives up at the first one."""
    return re.compile(rf"(?>{told}|[\W_])*+", re.IGNORECASE)


ONLY_SEE_ALSO, ONLY_MOVING, ONLY_LEADING = _nothing_but(SEE_ALSO), _nothing_but(MOVED), _nothing_but(f"{SEE_ALSO}|{MOVED}")
LEADING = re.compile(SEE_ALSO, re.IGNORECASE)


def moves(block: Block) -> bool:
    """Whether a block has nothing in it but counts, what is counted, relative dates, a clock, labels of sharing and of what
    else to read. A year, a time of day, a result, a row of a table and a numbered heading are text."""
    text = block.text
    if len(text) > LONGEST or YEAR.fullmatch(text):
        return False
    if ONLY_SEE_ALSO.fullmatch(text) and LEADING.search(text):
        return True
    if block.kind == "heading":
        return False
    if ONLY_MOVING.fullmatch(text):
        return (TELLING.search(text) or CLOCK.search(text)) is not None or (
            DIGIT.search(text) is not None and not {":", "|"}.intersection(text))
    return TIME.search(text) is not None and len(text) < LONGEST_DATE and times.is_date(text)


# --- boxes

# The names of what a site puts beside any text: advertisements, counters, shares, other articles, the weather.
BOXES = {"ad", "ads", "adv", "advert", "adverts", "advertisement", "advertising", "adsbygoogle", "adfox", "gpt", "reklama",
         "banner", "banners", "sponsored", "promo", "counter", "counters", "views", "likes", "clock", "informer", "weather",
         "pogoda", "related", "popular", "share", "sharing", "shares"}
KEPT = {"main", "article", "body", "html"}
# A box of more text than this is not taken for one by its name alone.
BOX = 600
LINK = etree.XPath("descendant::a[@href]")
BLOCKS = {"p", "li", "div", "h2", "h3", "h4", "h5", "h6", "section", "blockquote", "dd", "dt", "ins", "td"}
# Links of more text than this are no line that leads elsewhere.
LINKED = 250
# How much of a block may be white space between its lines before it is looked at closely.
MOST_SPACED = 4


# A site has few different names on many elements of all its pages.
@lru_cache(maxsize=20_000)
def _names_box(name: str) -> bool:
    return not BOXES.isdisjoint(words(name))


def _length(element: HtmlElement) -> int:
    """How long an element's text is; of one that is too long for a box, that it is longer."""
    length = 0
    for text in element.itertext():
        length += len(text)
        if length > BOX:
            break
    return length


def _beside_links(block: HtmlElement) -> str | None:
    """A block's text outside of its links; None where that or the links' own is long, or they have none."""
    if LENGTH(block) > MOST_SPACED * (LONGEST + LINKED):
        return None
    outside: list[str] = []
    inside = length = within = 0
    for event, element in etree.iterwalk(block, events=("start", "end")):
        if element is block and event == "end":
            break
        if element.tag == "a":
            within += 1 if event == "start" else -1
        text = " ".join(((element.text if event == "start" else element.tail) or "")[:BOX].split())
        if within:
            inside += len(text)
        elif text:
            outside.append(text)
            length += len(text)
        if length > LONGEST or inside > LINKED:
            return None
    return " ".join(outside) if inside else None


def clear(tree: HtmlElement, named: Named) -> None:
    """Takes out what moves on a page by the names in its markup. named: its named elements, of which some may be gone."""
    body = tree.find("body")
    if body is None:
        return
    total = LENGTH(body)
    boxes = set(filter(_names_box, named.names))
    for element in named.having(boxes, boxes):
        if element.tag not in KEPT and (length := _length(element)) <= BOX and 2 * length <= total and (
                element.find(".//h1") is None):
            element.drop_tree()


def clear_links(tree: HtmlElement) -> None:
    """Takes out the lines that only lead elsewhere."""
    blocks = (next((above for above in link.iterancestors() if above.tag in BLOCKS), None) for link in LINK(tree))
    for block in dict.fromkeys(blocks):
        if block is None or (said := _beside_links(block)) is None:
            continue
        if ONLY_LEADING.fullmatch(said):
            block.drop_tree()
