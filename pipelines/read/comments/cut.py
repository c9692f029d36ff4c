"""Takes what is plainly readers' comments out of a page, so that none of them can enter the article's text."""
import re
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

from pipelines.read.named import Named, words

# Words in an id or class that name a place of comments.
PLACES = {"comment", "comments", "commentlist", "commentsblock", "commentblock", "commentform", "commentarea", "commentsection",
          "commentthread", "recentcomments", "disqus", "respond", "discussion", "discussions", "kommentare", "kommentar",
          "komentar", "kommentarii", "kommentarij", "kommentariy", "kommentariyler", "komment", "kommenty", "izoh", "izohlar",
          "pikir", "pikirler", "fikrlar", "teswir", "teswirler", "yorum", "yorumlar", "obsuzhdenie", "obsuzhdeniya", "otzyv",
          "otzyvy", "otziv", "otzivy", "hypercomments", "cackle", "remark42", "isso", "wpdiscuz", "wpd"}
# Every place has one of these in it: the places that have no other place in them.
STEM = re.compile("|".join(sorted(place for place in PLACES if not any(other in place for other in PLACES - {place}))))
# Words beside them that tell of the page instead: <body class="has-comments">, <article class="comments-open">.
STATES = {"has", "no", "with", "without", "open", "closed", "enabled", "disabled", "on", "off", "allow", "allowed"}
KEPT = {"html", "head", "body", "main", "script", "style", "link", "meta", "a", "span", "time", "h1"}
ITEM = etree.XPath("//*[@itemprop='comment'] | "
                   "//*[@itemtype][contains(@itemtype, '.org/Comment') or contains(@itemtype, '.org/UserComments')]")
KNOWN_NAMES = 20_000
# Elements with a name for people who cannot see.
LABELLED = etree.XPath("/descendant::*[@aria-label]")
HEADINGS = ("h2", "h3", "h4", "h5", "h6", "summary")
# No heading of a thread is longer.
HEADING = 60
CALLED = re.compile(
    r"comments?|replies|answers|discussion|thoughts|комментари(?:й|и|я|ев)|отзыв(?:ы|а|ов)?|обсуждени[ея]|мнени[ея]|ответ(?:ы|а|ов)?|"
    r"пікір(?:лер)?|түсініктемелер|пикир(?:лер)?|комментарийлер|izoh(?:lar)?|fikr(?:lar)?|изоҳ(?:лар)?|фикр(?:лар)?|шарҳ(?:ҳо)?|"
    r"назарҳо|teswir(?:ler)?|yorum(?:lar)?|[条條则則个個篇]?(?:评论|評論)", re.IGNORECASE)
COUNT = re.compile(r"\d+")
WORDS = re.compile(r"[^\W\d_]+")
LISTS = {"ul", "ol", "dl", "table"}
# What begins so is a part of a place of comments, unless it is where the article stands.
PART = re.compile(r"comment(?!ary)|comol", re.IGNORECASE)
OUTSIDE = {"head", "header", "nav", "aside", "footer", "script", "style", "noscript", "template", "form", "title"}
# A text of its own of this length is an article's or a comment's, not a menu's.
LONG = 80


# A site has few different names on many elements of all its pages.
@lru_cache(maxsize=KNOWN_NAMES)
def names_comments(name: str) -> bool:
    """Whether a class or id is that of a place of comments."""
    if PART.match(name):
        return True
    return STEM.search(name.lower()) is not None and any(
        PLACES.intersection(parts) and not STATES.intersection(parts) for parts in map(words, name.split()))


def own_length(element: HtmlElement) -> int:
    return len((element.text or "").strip()) + sum(len((child.tail or "").strip()) for child in element)


def _first_long(tree: HtmlElement) -> HtmlElement | None:
    """The first element that reads like prose: the article's first, since comments stand behind it."""
    for element in tree.iter():
        if element.tag not in OUTSIDE and own_length(element) >= LONG and not any(
                above.tag in OUTSIDE for above in element.iterancestors()):
            return element
    return None


def holds_article(element: HtmlElement, first: HtmlElement | None) -> bool:
    """Whether an element is more than comments: it has the headline or the article's first long text in it."""
    if element.tag in KEPT or element.find(".//h1") is not None:
        return True
    return first is not None and (element is first or element in first.iterancestors())


def _told(tree: HtmlElement, named: Named) -> set[HtmlElement]:
    """The elements that say of themselves that they are comments, though not by a class or id."""
    items = set(ITEM(tree)) if any("omment" in name for name in named.labels) else set()
    items.update(element for element in named.own() if names_comments(element.tag))
    if any(map(_calls, named.labels)):
        items.update(element for element in LABELLED(tree) if _calls(element.get("aria-label")))
    items.update(element for element in _titled(tree) if element is not None)
    return items


def _calls(text: str) -> bool:
    """Whether a label is one of readers' comments and says nothing else but how many."""
    words = [word for word in WORDS.findall(text) if word.lower() != "ta"]
    return len(words) == 1 and CALLED.fullmatch(words[0]) is not None


def _titled(tree: HtmlElement) -> list[HtmlElement]:
    """What stands below a heading that counts comments, or in what is opened by one that names them."""
    found: list[HtmlElement] = []
    for heading in tree.iter(*HEADINGS):
        text = " ".join(heading.text_content().split())
        if len(text) >= HEADING or not _calls(text):
            continue
        above, beside = heading.getparent(), heading.getnext()
        if heading.tag == "summary":
            found.append(above)
        elif COUNT.search(text):
            found.append(above)
            found += [each for each in (heading, beside) if beside is not None and beside.tag in LISTS]
    return found


def cut(elements: list[HtmlElement]) -> None:
    """Takes elements out of their tree; text behind them stays."""
    for element in elements:
        if element.getparent() is not None:
            element.drop_tree()


def cut_comments(tree: HtmlElement, named: Named) -> None:
    """Takes all comments out that their markup names; an element that holds the article stays, whatever its name. named: the
    page's named elements, of which some may be gone."""
    names = set(filter(names_comments, named.names))
    found = dict.fromkeys((*named.having(names, names), *_told(tree, named)))
    first = _first_long(tree) if found else None
    cut([element for element in found if not holds_article(element, first)])
