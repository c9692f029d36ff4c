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


def counts(text: str) -> bool:
    """Whether a text is nothing but a number of what is counted, or of hours ago."""
    return len(text) <= LONGEST and DIGIT.search(text) is not None and (
        TELLING.search(text) is not None and ONLY_MOVING.fullmatch(text) is not None)


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
# A box of links: so much beside each of them and above them all, headlines of at least so many characters; no more of the text
# around than this share, or the links are what the text is.
LABEL, BESIDE_LINK, HEADLINE, SHARE = 40, 45, 12, 0.3
MOST_LINKED = 2000
HOLDING = ("div", "section", "ul", "ol", "table", "tbody", "tr", "dl", "blockquote", "aside", "article")
LINE = ("br", "b", "strong", "u", "em", "i", "span")
IDEOGRAPHS = re.compile("[\u3400-\u9fff]")
# A label has no end of a sentence in it, and a sign behind it that it is one.
LABELLING = re.compile(r"[^.!?]*?[:：»|—–-]")
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


def _is_box(element: HtmlElement, total: float) -> bool:
    """Whether an element holds links to other texts and next to nothing else: a label, a time and a count for each."""
    if LENGTH(element) > MOST_SPACED * MOST_LINKED or element.find(".//h1") is not None:
        return False
    outside = inside = links = within = 0
    for event, each in etree.iterwalk(element, events=("start", "end")):
        if each is element and event == "end":
            break
        if each.tag == "a":
            within += 1 if event == "start" else -1
            links += event == "start"
        text = " ".join(((each.text if event == "start" else each.tail) or "").split())
        if within:
            inside += _wide(text)
        elif len(text) > LABEL:
            return False
        else:
            outside += len(text)
    return links > 1 and outside <= min(LABEL + BESIDE_LINK * links, 2 * inside) and inside >= HEADLINE * links and (
        inside + outside <= SHARE * total)


def _boxes(tree: HtmlElement) -> list[HtmlElement]:
    """The outermost boxes of links."""
    total = LENGTH(tree)
    known: dict[HtmlElement, bool] = {}
    for link in LINK(tree):
        for above in link.iterancestors(*HOLDING):
            if above not in known:
                known[above] = _is_box(above, total)
            if not known[above]:
                break
    return [element for element, box in known.items() if box and not known.get(next(element.iterancestors(*HOLDING), element))]


def _wide(text: str) -> int:
    """How much a text says, in letters; an ideograph says as much as two."""
    return len(text) + len(IDEOGRAPHS.findall(text))


def _labels_link(block: HtmlElement) -> bool:
    """Whether a line is a label and a link to another text behind it, and no more."""
    links = list(block.iterdescendants("a"))
    if len(links) != 1 or _wide(linked := " ".join(links[0].text_content().split())) < HEADLINE:
        return False
    before, _, behind = " ".join(block.text_content().split()).partition(linked)
    label = before.strip()
    if not 0 < len(label) <= min(LABEL, _wide(linked)) or behind.strip(" ]»)"):
        return False
    above = next((each for each in links[0].itersiblings(*LINE, preceding=True)), None)
    apart = above is not None and not (links[0].getprevious().tail or "").strip() and not (block.text or "").strip()
    return LABELLING.fullmatch(label) is not None or (apart and not label.endswith((".", "!", "?")))


def clear_links(tree: HtmlElement) -> None:
    """Takes out the lines that only lead elsewhere."""
    for box in _boxes(tree):
        box.drop_tree()
    blocks = (next((above for above in link.iterancestors() if above.tag in BLOCKS), None) for link in LINK(tree))
    for block in dict.fromkeys(blocks):
        if block is None or (said := _beside_links(block)) is None:
            continue
        if ONLY_LEADING.fullmatch(said) or _labels_link(block):
            block.drop_tree()
