"""What a page shows above its article: its headline, who signed it and the date beside it."""
import re
from collections.abc import Callable, Iterable, Iterator

from lxml import etree
from lxml.html import HtmlElement

from pipelines.read.clean import one_line
from pipelines.read.named import Named

# What stands in them is of the site, or of other articles.
ASIDE = {"nav", "aside", "footer"}
OTHERS = re.compile(r"related|recommend|sidebar|widget|teaser|popular|trending|latest|more-news|read-?more|most-?read|comment|"
                    r"footer|breadcrumb|newsletter|promo", re.IGNORECASE)
# A short line above a headline, inside of its element: it names the subject and is no part of the headline.
KICKER = re.compile(r"kicker|overline|over-?title|topline|eyebrow|roof-?line|dachzeile|spitzmarke|super-?title|pre-?title|"
                    r"sur-?titre|ante-?titulo|rubric", re.IGNORECASE)


def _having(attribute: str, *pieces: str) -> str:
    return " or ".join(f"contains({attribute}, '{piece}')" for piece in pieces)


HIDDEN = {"script", "style", "noscript"}
SHOWN = f"//*[not({' or '.join(f'self::{tag}' for tag in sorted(HIDDEN))})]"
SIGNED_LINKS = etree.XPath(f"//a[{_having('@rel', 'author')} or {_having('@href', '/author', '/autor')}]")
SIGNED = ("uthor", "yline", "utor", "vtor", "eporter")
BYLINE = re.compile(r"(?:^|[\s_-])(?:by-?lines?|authors?-?(?:name|line)?|autor(?:en|es)?|avtor|reporter)(?![a-z])|"
                    r"(?<=[a-z])(?:Byline|Author|Autor)")
LONGEST_LABEL = 120
NOT_BYLINE = re.compile(r"desc|bio|avatar|img|image|photo|pict|icon|soc|box|(?<!v)card|about|count|follow|comment|contact|more|"
                        r"rating", re.IGNORECASE)
AUTHORS_PAGE = re.compile(r"/aut(?:h)?or(?:s|en|es)?/")
LABELS = (r"by|author|written by|autor(?:in)?(?:/autor(?:in)?)?|von|text|автор(?:ы)?(?: текста)?|текст|muallif|муаллиф|авторы|"
          r"автору|yazar|жазған|作者|记者|記者")
LABELLED = re.compile(rf"(?:{LABELS})\s*[:：]\s*(.+)", re.IGNORECASE)
LABEL = re.compile(rf"(?:{LABELS})\s*[:：]?", re.IGNORECASE)
LABELLING = ("uthor", "utor", "втор", "uallif", "уаллиф", "作者", "记者")
LABEL_TEXT = etree.XPath(f"{SHOWN}/text()[string-length() <= {LONGEST_LABEL}][{_having('.', *LABELLING)}]")
# Of all texts, script and style too: to ask so whether there is any such label takes a fifth of the time.
TEXTS = etree.XPath("//text()", smart_strings=False)
ANY_LABEL = re.compile("|".join(LABELLING))
DATED = ("date", "Date", "time", "publi", "datum", "tarih", "posted", "sana")
DATE_LABEL_TEXT = etree.XPath(f"{SHOWN}/text()[{_having('.', 'Dat', 'ublish', 'osted', 'Дата', 'публик')}]")
CHANGED = re.compile(r"modif|updat|edit|chang|aktualis|обновл", re.IGNORECASE)
# Small words of names.
PARTICLES = {"de", "da", "do", "dos", "del", "della", "di", "du", "la", "le", "van", "von", "der", "den", "dem", "zu", "bin",
             "ibn", "al", "el", "ul", "af", "av", "ter", "ten", "y", "e", "uulu", "kyzy", "qizi", "oglu", "oghli", "уулу",
             "кызы", "ұлы", "қызы", "угли", "кизи"}
NETWORKS = {"facebook", "twitter", "x", "instagram", "telegram", "whatsapp", "youtube", "linkedin", "vk", "ok", "rss", "email",
            "e-mail", "mail", "share", "print"}
# What no name has in it: digits, and signs but for dots, hyphens and apostrophes.
NO_LETTER = re.compile(r"[^\w\s.'’ʻʼ`-]|[\d_]")
LONGEST_NAME = 60
LONGEST_DATE_LINE = 120
MOST_CANDIDATES = 40
MOST_INNER = 5


def of_others(element: HtmlElement) -> bool:
    """Whether an element stands in a menu, a footer or a box of other articles."""
    return any(above.tag in ASIDE or OTHERS.search(above.get("class") or "") or OTHERS.search(above.get("id") or "")
               for above in element.iterancestors() if above.tag not in ("body", "html"))


def heading(tree: HtmlElement) -> HtmlElement | None:
    """The element of the article's headline: the first h1 with a text that is in no menu."""
    return next((element for element in tree.iter("h1") if one_line(element.text_content())
                 and not any(above.tag in ASIDE for above in element.iterancestors())), None)


def headline(element: HtmlElement | None) -> str | None:
    """The text of a headline's element, without a kicker that its markup tells."""
    if element is None:
        return None
    kickers = [inner for inner in element.iterdescendants(etree.Element) if KICKER.search(inner.get("class") or "")]
    whole = one_line(element.text_content())
    for kicker in kickers:
        whole = whole.removeprefix(one_line(kicker.text_content())).lstrip(" -–—:|/·•")
    return whole or one_line(element.text_content())


def is_name(text: str) -> bool:
    """Whether a visible text may be a person's name: a few words, without digits, each with a capital where the script has
    them, but for particles such as "van"."""
    words = text.split()
    if not words or len(text) > LONGEST_NAME or len(words) > 5 or NO_LETTER.search(text) or (
            NETWORKS.issuperset(text.casefold().split())):
        return False
    return words[-1] not in PARTICLES and all(word[0].upper() == word[0] or word in PARTICLES for word in words)


def _nearest(elements: Iterable[HtmlElement], head: HtmlElement | None) -> list[HtmlElement]:
    """The elements of the article by how close they stand to its headline: those in the smallest block around it first."""
    around = [] if head is None else [head, *head.iterancestors()]
    far = {element: steps for steps, element in enumerate(around)}
    own = [element for element in elements if not of_others(element)][:MOST_CANDIDATES]

    def steps(element: HtmlElement) -> int:
        return next((far[above] for above in (element, *element.iterancestors()) if above in far), len(far))
    return sorted(own, key=steps)


def _line(element: HtmlElement) -> str:
    """An element's text on one line, its parts apart as they are shown."""
    return one_line(" ".join(element.itertext()), 200)


def _named(element: HtmlElement) -> bool:
    if element.tag == "a" and ("author" in (element.get("rel") or "") or AUTHORS_PAGE.search(element.get("href") or "")):
        return True
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    return BYLINE.search(name) is not None and not NOT_BYLINE.search(name)


def _signed(element: HtmlElement, names: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    """The names in an element's line, or in the first link or the like inside of it where more stands beside them."""
    inner = list(element.iterdescendants("a", "b", "strong", "span"))[:MOST_INNER]
    for part in (element, *inner):
        if (found := names(_line(part))) and all(map(is_name, found)):
            return found
    return ()


def _labelled(tree: HtmlElement) -> Iterator[str]:
    """What stands behind a label such as "Author:", in its own line or beside it."""
    if not any(len(text) <= LONGEST_LABEL and ANY_LABEL.search(text) for text in TEXTS(tree)):
        return
    for text in LABEL_TEXT(tree):
        line = one_line(text)
        element = text.getparent()
        if found := LABELLED.fullmatch(line):
            yield found[1]
        elif LABEL.fullmatch(line) and text.is_text and not of_others(element):
            beside = element.tail if element.tail and element.tail.strip() else next(
                (after.text_content() for after in element.itersiblings(etree.Element)), "")
            yield one_line(beside).lstrip(": ")


def _any_of(pieces: Iterable[str], names: Iterable[str]) -> set[str]:
    return {name for name in names if any(piece in name for piece in pieces)}


def _in_order(tree: HtmlElement, *found: list[HtmlElement]) -> list[HtmlElement]:
    """Elements that were found in several ways, each once, in page order."""
    ways = [some for some in found if some]
    if len(ways) < 2:
        return ways[0] if ways else []
    every = {element for some in ways for element in some}
    return [element for element in tree.iter() if element in every]


def byline(tree: HtmlElement, named: Named, head: HtmlElement | None,
           names: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    """Who signed the article as the page shows it, nobody where that is not plain; names splits a line into names."""
    first: HtmlElement | None = None
    found: list[str] = []
    signed = named.having(_any_of(SIGNED, named.names), _any_of(("author",), named.names))
    for element in _nearest(filter(_named, _in_order(tree, SIGNED_LINKS(tree), signed)), head):
        if not (line := _signed(element, names)):
            continue
        # Several authors stand side by side in elements of one kind.
        if first is None:
            first = element
        elif (element.tag, element.get("class")) != (first.tag, first.get("class")) or not _beside(element, first):
            continue
        found += line
    if not found:
        found = next((list(line) for text in _labelled(tree) if (line := names(text)) and all(map(is_name, line))), [])
    return tuple(dict.fromkeys(found))


def _beside(element: HtmlElement, other: HtmlElement) -> bool:
    """Whether two elements have one parent, or stand one level deeper, as items of a list do."""
    above, beside = element.getparent(), other.getparent()
    return above is beside or (above is not None and beside is not None and above.getparent() is beside.getparent())


def dates(tree: HtmlElement, named: Named, head: HtmlElement | None) -> Iterator[str]:
    """The lines beside the headline that may hold the article's date, the closest first; the machine's form of one before what
    is shown."""
    dated = _in_order(tree, list(tree.iter("time")), named.having(_any_of(DATED, named.names), set()))
    for element in _nearest((element for element in dated if element.tag not in HIDDEN), head):
        if CHANGED.search(name := element.get("class") or "") and "publi" not in name.lower():
            continue
        yield from filter(None, (element.get("datetime"), element.get("content")))
        if len(line := _line(element)) < LONGEST_DATE_LINE:
            yield line
    for text in DATE_LABEL_TEXT(tree):
        element = text.getparent()
        if len(text) < LONGEST_LABEL and text.is_text and not of_others(element):
            yield one_line(element.tail or "") or one_line(text)
