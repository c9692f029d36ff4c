"""What a page itself says of its thread: how many comments it has, and whether more are taken."""
import re
from collections.abc import Iterator, Set
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from pipelines.read import jsonld
from pipelines.read.address import absolute
from pipelines.read.address import place as place_of
from pipelines.read.comments.parts import MAX_COMMENTS, SILENT, View

# What comments are called where they are counted: in English, German, Russian, Kazakh, Kyrgyz, Uzbek (both scripts), Tajik,
# Turkmen, Turkish, Chinese, French and Spanish.
_CALLED = "|".join((
    r"(?:user |reader )?comments?(?:\(s\))?|replies|reply|responses?|answers?|thoughts?|opinions?|discussions?|conversations?",
    r"(?:leser)?kommentare?n?|antwort(?:en)?|gedanken?|reaktion(?:en)?|meinung(?:en)?|beitr[aä]ge?|diskussion(?:en)?",
    r"комментари(?:й|и|я|ев|ю)|коммент(?:ы|а|ов)?|отзыв(?:ы|а|ов)?|обсуждени[еяй]|мнени[еяй]|ответ(?:ы|а|ов)?|реплик[аи]?",
    r"пікір(?:лер|лері|і)?|түсініктеме(?:лер)?|пікірталас|пикир(?:лер|лери|и)?|комментарийлер(?:и)?",
    r"izoh(?:lar|lari)?|fikr(?:lar|lari)?|sharh(?:lar|lari)?|изоҳ(?:лар|лари)?|фикр(?:лар|лари)?|шарҳ(?:лар|лари|ҳо)?",
    r"назар(?:ҳо)?|андеша(?:ҳо)?|teswir(?:ler|leri)?|yorum(?:lar|u)?|评论|評論|留言|回复|回覆|跟帖|讨论|討論",
    r"commentaires?|r[ée]ponses?|comentarios?|respuestas?"))
_ONE = "one|a single|eine?|один|одна|бір|бир|bitta|битта|як|bir|一|une?|uno"
_NONE = "no|zero|keine|нет|ноль|жоқ|жок|yoʻq|yo'q|йўқ"
_NUMBER = r"(?P<number>\d{1,3}(?:[ ,.\u00a0\u202f'’]\d{3})+|\d{1,7})"
# What may stand before such a label, and what begins that which the comments are on.
_BEFORE = (r"(?:there (?:are|is)|this (?:post|article|entry) has|(?:showing|view|show|read|see)(?: all)?|all|total(?: of)?|"
           r"alle|bisher|insgesamt|всего|(?:показать )?все|барлығы|барлық|баары|jami|жами|ҳамагӣ|共有?|全部)?")
_AFTER = (r"(?:$|\s*[.:…“”„«»\"'‘’(|·•→↓»›]|\s+(?:on|to|for|so far|about|in|zu|zum|zur|auf|bei|на|к|о|об|по|sur|à|en|a|"
          r"и|and|und|&)\b)")
FORMS = tuple(re.compile(form, re.IGNORECASE) for form in (
    rf"{_BEFORE}[\s(:]*{_NUMBER}\)?\s*(?:та|ta|条|條|则|則|个|個|篇)?\s*(?:{_CALLED}){_AFTER}",
    rf"{_BEFORE}\s*(?:{_CALLED})[\s:：·—–-]*[(（\[]?\s*{_NUMBER}\s*(?:条|條)?[)）\]]?\s*$",
    rf"{_BEFORE}\s*(?:{_CALLED})\s+\d+\s*[-–—]\s*\d+\s+(?:of|von|из)\s+{_NUMBER}\s*$",
    rf"(?:.{{0,20}}\s)?\d+(?:\s*[-–—]\s*\d+)?\s+(?:of|von|из)\s+{_NUMBER}\s+(?:{_CALLED})\s*$"))
ONE_FORM = re.compile(rf"(?:{_ONE})\s*(?:条|條|则|則)?\s*(?:{_CALLED}){_AFTER}", re.IGNORECASE)
NONE_FORM = re.compile(rf"(?:(?:{_NONE})\s+(?:{_CALLED})(?:\s+yet)?|(?:{_CALLED})\s+(?:{_NONE}))[.!]?\s*$|暂无评论|暫無評論",
                       re.IGNORECASE)
# No label of a thread is longer, the article's title in it included.
LABEL = 300
# So many elements, and so many levels of them, stand between a thread's heading and its first comment; nearer than the fifth
# level anything may be the heading.
BESIDE, LEVELS, NEAR = 8, 6, 4
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TOTALS = re.compile(r"data-(?:total|count|total-?count|(?:count|num)-?(?:comments?|total)|"
                    r"(?:total-)?(?:comments?|replies|messages)(?:-?(?:count|total|number|num))?)")
DIGITS = re.compile(r"\d{1,7}")
# The names of boxes with comments on other articles.
BOX = re.compile(r"recent|(?:latest|last|newest|poslednie)[-_]{0,2}(?:comm|komm|messag|post|news|repl|discuss|art|item)",
                 re.IGNORECASE)
# Asked for by name in the query itself, each name would be held against each attribute of the page.
PROPERTIES = etree.XPath("/descendant::*[@itemprop or @property]")
COUNTED = {"itemprop": {"commentCount", "interactionCount", "userInteractionCount"},
           "property": {"commentCount", "schema:commentCount", "sioc:num_replies"}}
LINKED = re.compile("#(?:comment|respond|disc|replies)")
CLOSED = re.compile(
    r"\b(?:comment(?:s|ing)?|discussion|thread)\b.{0,40}\b(?:(?:is|are|has been|have been)(?: now| currently)?|now)?\s*"
    r"(?:closed|disabled|switched off|turned off|locked)\b|"
    r"\b(?:kommentar(?:e|funktion|bereich)?|diskussion|kommentieren)\b.{0,60}"
    r"\b(?:geschlossen|deaktiviert|beendet|nicht mehr möglich)\b|"
    r"\b(?:комментари(?:и|й)|комментирование|обсуждение|возможность комментировать)\b.{0,60}"
    r"\b(?:закрыт[аоы]?|отключен[аоы]?|отключён|запрещен[оы]?|завершен[оы]?|недоступн[аоы]|невозможно)\b|"
    r"\b(?:пікір|түсініктеме)\w*\b.{0,40}\b(?:жабық|жабылған|жабылды|өшірілген|тоқтатылды)\b|"
    r"\b(?:пикир|комментарий)\w*\b.{0,40}\b(?:жабык|жабылган|жабылды|өчүрүлгөн)\b|"
    r"\b(?:izoh|fikr|sharh)\w*\b.{0,40}\b(?:yopiq|yopilgan|yopildi|oʻchirilgan|o'chirilgan)\b|"
    r"\b(?:изоҳ|фикр|шарҳ)\w*\b.{0,40}\b(?:ёпиқ|ёпилган|ёпилди|ўчирилган|баста(?:аст)?|пӯшида|маҳкам)\b|"
    r"\bteswir\w*\b.{0,40}\b(?:ýapyk|ýapyldy|ýapylan)\b|\byorum\w*\b.{0,40}\bkapa(?:lı|tıl)\w*\b|"
    r"\bcommentaires?\b.{0,40}\bfermés?\b|\bcomentarios\b.{0,40}\bcerrados\b|"
    r"(?:评论|評論|留言|回复).{0,6}(?:关闭|關閉|已关|停用)", re.IGNORECASE)
CLOSED_NAMES = {"nocomments", "no-comments", "comments-closed", "closed-comments", "comment-closed", "comments__closed"}
# What an address of the same page may have besides.
OF_THREAD, PAGED = {"replytocom", "cpage", "comment-page"}, re.compile(r"/comment-page-\d+$")
# All that is left of a comment: "This comment was removed by a moderator."
GONE = re.compile(
    r"\W*(?:(?:(?:this |the |a )?(?:comment|post|message|reply)(?: (?:was|has been|is))?(?: \w+)? )?"
    r"(?:removed|deleted|hidden|withdrawn)"
    r"(?: (?:by|because|for|due|as) .{1,80})?|"
    r"(?:dieser |der )?(?:kommentar|beitrag) (?:wurde|ist) (?:.{0,60} )?(?:entfernt|gelöscht)(?: .{0,40})?|"
    r"(?:(?:этот )?(?:комментарий|сообщение|отзыв) (?:был[оа]? )?)?(?:удал[её]н[оа]?|скрыт[оа]?)(?: .{1,60})?|"
    r"(?:бұл )?(?:пікір|түсініктеме)\S* (?:жойылды|жойылған|өшірілді|өшірілген)|"
    r"(?:бул )?(?:пикир|комментарий)\S* (?:өчүрүлдү|өчүрүлгөн)|"
    r"(?:bu )?(?:izoh|fikr)\S* (?:o[ʻʼ‘’'`]chiril(?:di|gan)|olib tashlan(?:di|gan))|"
    r"(?:бу )?(?:изоҳ|фикр)\S* (?:ўчирил(?:ди|ган)|олиб ташлан(?:ди|ган))|"
    r"(?:ин )?(?:шарҳ|назар)\S* (?:нест|ҳазф|пок) карда шуд(?:ааст)?|"
    r"(?:bu )?(?:yorum|teswir)\S* (?:silindi|silinmiştir|kaldırıldı|pozuldy|öçürildi)|"
    r"(?:该|此|本)?(?:评论|留言|評論)已?(?:被)?.{0,6}(?:删除|刪除|移除|屏蔽))\W*", re.IGNORECASE)
# The word that comments are closed is a line of its own.
NOTICE = 200


def elsewhere(element: HtmlElement) -> bool:
    """Whether an element stands in a box of comments on other articles."""
    return any(_is_box(above) for above in (element, *element.iterancestors()))


def _is_box(element: HtmlElement) -> bool:
    names = f"{element.get('id', '')} {element.get('class', '')}"
    return len(names) > 1 and element.tag not in ("body", "html") and _names_box(names)


# The same elements stand around each comment of a thread.
@lru_cache(maxsize=4096)
def _names_box(names: str) -> bool:
    return BOX.search(names) is not None


def number_in(line: str) -> int | None:
    """How many comments a label counts: "32 thoughts on …", "Comments: 32"; None for what is no such label."""
    line = " ".join(line[:LABEL + 1].split())
    if not line or len(line) > LABEL:
        return None
    for form in FORMS:
        if found := form.match(line):
            return int(re.sub(r"\D", "", found["number"]))
    return 1 if ONE_FORM.match(line) else 0 if NONE_FORM.match(line) else None


class Own:
    """Which page this is, by its address and by what it claims to be."""

    def __init__(self, view: View) -> None:
        self._base = view.fetched.url
        claimed = [link.get("href", "") for link in view.tree.iter("link") if link.get("rel") == "canonical"]
        self._pages = {self._page(href) for href in (self._base, *claimed[:1])}

    def _page(self, href: str) -> str:
        path, _, query = place_of(absolute(href, self._base) or "").partition("?")
        kept = "&".join(part for part in query.split("&") if part.partition("=")[0] not in OF_THREAD)
        return f"{PAGED.sub('', path.rstrip('/'))}?{kept}"

    def has(self, link: HtmlElement) -> bool:
        """Whether a link leads to this page, to a place of it or to another page of its thread."""
        href = link.get("href", "").strip()
        return not href or href[0] == "#" or self._page(href) in self._pages


def _short(element: HtmlElement) -> str:
    """The text of an element where it is short enough for a label, else none."""
    text = ""
    for piece in element.itertext():
        text += piece
        if len(text) > 2 * LABEL:
            return ""
    return text


def _lines(element: HtmlElement, own: Own, room: int = 40) -> Iterator[str]:
    """The short texts in an element and in those below it, but for links to other pages; own is the page."""
    stack = [element]
    while stack and room:
        now = stack.pop()
        if now.tag in SILENT or _is_box(now) or (now.tag == "a" and not own.has(now)):
            continue
        room -= 1
        if all(own.has(link) for link in now.iter("a")):
            yield _short(now)
        yield now.text or ""
        yield from (child.tail for child in now if child.tail)
        stack += reversed(now)


def _before(element: HtmlElement) -> Iterator[tuple[int, HtmlElement]]:
    """What stands before an element, nearest first, and how many levels further out: its siblings, then those of the elements
    around it."""
    now: HtmlElement | None = element
    for level in range(LEVELS):
        if now is None or now.tag in ("body", "html"):
            return
        for sibling in islice(now.itersiblings(preceding=True), BESIDE):
            yield level, sibling
        now = now.getparent()


def _behind(element: HtmlElement, levels: int) -> Iterator[HtmlElement]:
    """What stands right behind an element and those around it, up to so many levels further out."""
    now: HtmlElement | None = element
    for _ in range(levels):
        if now is None or now.tag in ("body", "html"):
            return
        yield from islice(now.itersiblings(), BESIDE)
        now = now.getparent()


def _labels(element: HtmlElement, own: Own) -> Iterator[int]:
    """What the labels in a short element and right behind it count."""
    lines = chain([element.tail or ""], _lines(element, own) if _short(element) else ())
    yield from (number for line in lines if (number := number_in(line)) is not None)


def _near(first: HtmlElement, own: Own) -> Iterator[int]:
    """What the labels before a thread's first comment count, the nearest first: near it in everything, further out in headings
    and in what is named after comments."""
    for level, element in _before(first):
        named = f"{element.get('class', '')} {element.get('id', '')}".lower()
        if level < NEAR or element.tag in HEADINGS or "comment" in named:
            yield from _labels(element, own)
    for above in islice(first.iterancestors(), NEAR):
        if (number := number_in(above.text or "")) is not None:
            yield number


def _ends(skipped: Set[HtmlElement]) -> tuple[HtmlElement, HtmlElement]:
    """The first and the last comment in page order."""
    one = next(iter(skipped))
    ordered = [each for each in one.getroottree().iter() if each in skipped]
    return ordered[0], ordered[-1]


def _totals(first: HtmlElement, skipped: Set[HtmlElement]) -> Iterator[int]:
    """The counts in the attributes of the elements around the thread."""
    for above in islice(first.iterancestors(), LEVELS):
        if above in skipped or above.tag in ("body", "html"):
            continue
        for name, value in above.items():
            if TOTALS.fullmatch(name) and DIGITS.fullmatch(value.strip()):
                yield int(value)


def _shown(element: HtmlElement) -> int | None:
    """The count that an element with a telling property holds."""
    said = element.get("content") or element.text_content()
    kind = element.get("itemprop")
    if kind == "interactionCount":
        found = re.search(r"UserComments\D{0,3}(\d{1,7})", said)
        return int(found[1]) if found else None
    if kind == "userInteractionCount":
        scope = next((above for above in element.iterancestors() if above.get("itemscope") is not None), None)
        if scope is None or not any("CommentAction" in value for each in scope.iter() for value in each.values()):
            return None
    digits = re.sub(r"\D", "", said)[:7]
    return int(digits) if digits else None


def _depth_shared(element: HtmlElement, above: Set[HtmlElement]) -> int:
    return sum(each in above for each in element.iterancestors())


def _properties(view: View, first: HtmlElement | None, skipped: Set[HtmlElement]) -> set[int]:
    """The counts of microdata and RDFa, those nearest to the thread."""
    above = set(first.iterancestors()) if first is not None else set()
    counted = [each for each in PROPERTIES(view.tree) if any(each.get(name) in values for name, values in COUNTED.items())]
    found = [(_depth_shared(each, above), number) for each in counted
             if not any(one in skipped for one in each.iterancestors()) and not elsewhere(each)
             and (number := _shown(each)) is not None]
    nearest = max((depth for depth, _ in found), default=0)
    return {number for depth, number in found if depth == nearest}


def _of_node(node: jsonld.Node) -> set[int]:
    counts = {_integer(node.get("commentCount"))}
    every = node.get("interactionStatistic")
    for one in every if isinstance(every, list) else [every]:
        if isinstance(one, dict) and "CommentAction" in str(one.get("interactionType")):
            counts.add(_integer(one.get("userInteractionCount")))
    return {count for count in counts if count is not None}


def _integer(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value < 10**7 else None
    return int(value) if isinstance(value, str) and DIGITS.fullmatch(value.strip()) else None


def _linked(view: View, own: Own) -> set[int]:
    """What the page's links to its own comments say of them."""
    links = [link for link in view.tree.iter("a") if LINKED.search(link.get("href", ""))]
    return {number for link in links if own.has(link) and not elsewhere(link)
            and (number := number_in(link.text_content())) is not None}


def counts(view: View, skipped: Set[HtmlElement]) -> frozenset[int]:
    """The page's own counts of its thread; empty where it gives none. skipped are the comments' own elements, whose texts are
    not looked at; a count of 0 beside them is no count.

    The nearest to the thread has the word: the nearest label before the first comment, then the attributes around it, then a
    label behind the last, then microdata, then JSON-LD of the page's article, then links to the thread. There are more than one
    only where equals contradict each other.
    """
    own, first, zero = Own(view), None, {0} if skipped else set[int]()
    if skipped:
        first, last = _ends(skipped)
        if told := next(filter(None, _near(first, own)), None):
            return frozenset({told})
        if every := set(_totals(first, skipped)) - zero:
            return frozenset(every)
        outer = next((above for above in (*reversed([*last.iterancestors()]), last) if above in skipped), last)
        if told := next((number for each in _behind(outer, 2) for number in _labels(each, own) if number), None):
            return frozenset({told})
    if every := _properties(view, first, skipped) - zero:
        return frozenset(every)
    if every := _of_node(jsonld.article(jsonld.nodes(view.tree), {place_of(view.fetched.url)})) - zero:
        return frozenset(every)
    return frozenset(_linked(view, own) - zero)


def closed(view: View, place: HtmlElement | None, skipped: Set[HtmlElement] = frozenset()) -> bool:
    """Whether the page says that no comments are taken any more: in the place of its thread or beside it, in a line of its own.
    Without a place only an element whose name says so counts. skipped are the comments' own elements, whose texts are not
    looked at."""
    named = view.named.having(CLOSED_NAMES & view.named.names, CLOSED_NAMES & view.named.names)
    if any(CLOSED.search(one.text_content()[:NOTICE]) for one in named if not elsewhere(one)):
        return True
    if place is None:
        return False
    own = Own(view)
    beside = (*(element for _, element in islice(_before(place), BESIDE)), *_behind(place, 3))
    return any(CLOSED.search(line) for element in (*_outside(place, skipped), *beside) if _short(element)
               for line in _lines(element, own) if len(line.strip()) <= NOTICE)


def _outside(place: HtmlElement, skipped: Set[HtmlElement]) -> Iterator[HtmlElement]:
    """The short elements in a thread that are no part of a comment, outermost first."""
    stack, room = [place], MAX_COMMENTS
    while stack and room:
        room -= 1
        now = stack.pop()
        if now in skipped:
            continue
        if _short(now) and not any(each in skipped for each in now.iter()):
            yield now
        else:
            stack += reversed(now)


def removed(text: str) -> bool:
    """Whether a comment's text is nothing but the notice that it was removed."""
    return len(text) <= NOTICE and GONE.fullmatch(text) is not None
