"""Where on a page comments may stand: what is named after them, what follows a label of them, what has buttons to answer."""
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lxml import etree
from lxml.html import HtmlElement

from pipelines.read.comments import signs
from pipelines.read.comments.cut import CALLED, names_comments
from pipelines.read.comments.parts import View, outermost
from pipelines.read.comments.phrases import ELSEWHERE, REPLY

# One of these is in every label of comments and on every button that answers one.
_LATIN = ("comment|comentario|repl|answer|discuss|thought|opinion|respon|conversation|kommentar|antwort|gedanke|reaktion|"
          "meinung|beitr|diskussion|izoh|fikr|sharh|teswir|yorum|répon|repon|respuest|javob|jogap|yanıtla|rispond|odpowied")
_CYRILLIC = ("коммент|отзыв|обсужд|мнени|ответ|реплик|відпов|пікір|түсінік|пикир|изоҳ|фикр|шарҳ|назар|андеша|жауап|жооп|жавоб|"
             "ҷавоб")
LATIN, CYRILLIC = _LATIN.split("|"), _CYRILLIC.split("|")
CHINESE = ("评论", "評論", "留言", "回复", "回覆", "回應", "跟帖", "讨论", "討論")
# What every text in these letters has in it.
IN_CYRILLIC, IN_CHINESE = re.compile("[а-я]"), re.compile("[一-龥]")
# A label of comments is no longer; with its white space it is hardly longer than the second.
LABEL, RAW = 80, 160
# So many elements around a word are looked at for the label that it stands in.
AROUND = 4
SILENT = {"script", "style", "noscript", "template", "textarea", "title"}
WHOLE = {"body", "html", "main"}


def _spoken(elements: Sequence[HtmlElement]) -> list[HtmlElement]:
    """The elements with a short text of their own, or one right behind them, in which a word for comments is."""
    short = [(element, text) for element in elements if (text := element.text) and 1 < len(text) <= RAW]
    behind = [(element, text) for element in elements if (text := element.tail) and 1 < len(text) <= RAW]
    # One search for all: on many pages nothing speaks of comments.
    every = "\0".join([text for _, text in (*short, *behind)]).lower()
    able = [*LATIN, *(CYRILLIC if IN_CYRILLIC.search(every) else ()), *(CHINESE if IN_CHINESE.search(every) else ())]
    stems = [stem for stem in able if stem in every]
    if not stems:
        return []
    found, number, last = dict[HtmlElement, None](), 0, 0
    for hit in re.finditer("|".join(stems), every):
        number, last = number + every.count("\0", last, hit.start()), hit.start()
        holder = short[number][0] if number < len(short) else behind[number - len(short)][0].getparent()
        if holder.tag not in SILENT:
            found[holder] = None
    return [*found]


def _labels(words: list[HtmlElement]) -> Iterator[HtmlElement]:
    """The elements that are a label of comments."""
    for word in words:
        now: HtmlElement | None = word
        for _ in range(AROUND):
            if now is None or now.tag in WHOLE:
                break
            text = " ".join(now.text_content().split())
            if len(text) > LABEL:
                break
            if (CALLED.search(text) or signs.number_in(text)) and not ELSEWHERE.search(text):
                yield now
            now = now.getparent()


def _answered(words: list[HtmlElement]) -> HtmlElement | None:
    """The smallest element around all buttons that answer."""
    buttons = [word for word in words if isinstance(word.tag, str) and REPLY.fullmatch(
        " ".join((word.text or "").split()))]
    return around_all(buttons) if len(buttons) > 1 else None


def around_all(elements: list[HtmlElement]) -> HtmlElement | None:
    """The smallest element around all."""
    shared = list(elements[0].iterancestors()) if elements else []
    for element in elements[1:]:
        above = set(element.iterancestors())
        shared = [one for one in shared if one in above]
    return shared[0] if shared else None


def calls(element: HtmlElement) -> bool:
    """Whether an element is named after comments."""
    return any(names_comments(name) for name in (element.get("class"), element.get("id"), str(element.tag)) if name)


def _named(view: View) -> Iterator[HtmlElement]:
    """The elements that are named after comments, and what holds several of them."""
    names = set(filter(names_comments, view.named.names))
    named = [one for one in view.named.having(names, names) if one.tag not in ("body", "html", "a", "script", "style", "link")]
    yield from named
    holders = Counter(one.getparent() for one in named)
    yield from (holder for holder, count in holders.items() if count > 1 and holder is not None and holder.tag != "body")


def zones(view: View) -> list[HtmlElement]:
    """The elements in which comments may stand, none inside another, in page order; [] for a page that speaks of none."""
    words = _spoken(view.named.elements)
    found = dict.fromkeys(_named(view))
    found.update(dict.fromkeys(filter(calls, view.named.own())))
    for label in _labels(words):
        found.update(dict.fromkeys(label.itersiblings(etree.Element)))
    if (answered := _answered(words)) is not None:
        found[answered] = None
    if not found:
        return []
    every = set(outermost([*found]))
    return [one for one in view.named.elements if one in every] if len(every) > 1 else [*every]
