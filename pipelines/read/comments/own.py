"""What of a comment's element is its own and not one of its answers', and which of its parts say what."""
import re
from collections.abc import Iterator, Set
from functools import lru_cache

from lxml.html import HtmlElement

from pipelines.read import times
from pipelines.read.clean import one_line
from pipelines.read.comments import parts
from pipelines.read.comments.parts import MAX_NAME, text_of
from pipelines.read.named import words

BLOCKS = {"p", "blockquote", "pre", "ul", "ol", "dl", "table"}
# A class by which a comment's text goes; what stands around it is more than the text.
CONTENT = re.compile(r"(?:\w{1,6}[-_]{1,2})?(?:comments?|cmts?|reply|message|post)?[-_]{0,2}"
                     r"(?:contents?|text|txt|message|msg|entry|copy|description)(?:[-_]{1,2}(?:inner|box|wrap|wrapper|body))?|"
                     r"comment__?body|the-comment|commentbody")
TEXTS = {"text", "commentText", "schema:text", "content:encoded"}
# Words in a class of what stands beside a comment's text, not in it.
BESIDE = {"author", "vcard", "fn", "meta", "metadata", "commentmetadata", "commentmeta", "reply", "replies", "respond", "edit",
          "awaiting", "moderation", "says", "avatar", "gravatar", "date", "time", "timestamp", "permalink", "like", "likes",
          "liked", "vote", "votes", "voting", "rating", "rate", "karma", "share", "sharing", "sharedaddy", "action", "actions",
          "tools", "toolbar", "footer", "header", "head", "info", "report", "flag", "badge", "links", "nav", "buttons",
          "controls", "reader", "readmore"}
PEOPLE = {"schema:Person", "sioc:UserAccount", "foaf:Person"}
TITLES = {"h3", "h4", "h5", "h6", "strong", "b"}
NAMES = {"author", "commentauthor", "commenter", "username", "nickname", "nick"}
CALLED = {"comment-user", "comment-name", "comment__name", "comment__user", "user-name", "user__name", "name"}
NO_NAME = {"says", "date", "time", "reader", "badge", "meta", "metadata", "commentmetadata", "avatar", "reply", "permalink"}
FIELDS = {"form", "textarea", "button", "input"}
DATES = {"date", "time", "timestamp", "datetime", "published", "commentdate", "commenttime", "ago"}
METAS = {"meta", "metadata", "commentmetadata", "commentmeta", "info", "header"}
CREATED = {"datePublished", "dateCreated", "commentTime", "schema:dateCreated", "schema:datePublished", "dc:date", "dc:created",
           "dc:date dc:created"}
LIKED = {"like", "likes", "up", "upvote", "upvotes", "karma", "rating", "votes", "vote"}
DISLIKED = {"dislike", "dislikes", "down", "downvote", "downvotes"}
DIGIT = re.compile(r"\d")
NUMBER = re.compile(r"(?:liked by\s+)?[(+]?([-−]?\d{1,6})\)?(?: people| person)?", re.IGNORECASE)
# "Aigerim says:", as a name is followed by what is said, and "Comment by Aigerim — 17.07.2011".
SAYS = re.compile(r"(?:\s+(?:says|said|wrote|writes|sagte?|schreibt|schrieb|meinte?|пишет|писала?|сказала?|говорит|"
                  r"dit|dice|dijo))?\s*:$")
BY = re.compile(r"^(?:(?:posted |written )?(?:comment )?by|(?:kommentar )?von|автор:|от)\s+", re.IGNORECASE)
BEFORE_DATE = re.compile(r"\s+(?:am|on|at|le|el|um|в)\s*$", re.IGNORECASE)
DATED = re.compile(r"[\s—–|•·(,@-]*(?:\b(?:am|on|at|le|el|um|в)\s+)?\b\d{1,4}[./]\s?\d.*$")
MAX_TIMES = 12
# No line that only says who wrote when is longer, and hardly anything stands beside a name and time in it.
HEAD, REST = 160, 20
INLINE = {"a", "abbr", "b", "cite", "em", "font", "i", "small", "span", "strong", "sup"}


@lru_cache(maxsize=20_000)
def _words(name: str) -> frozenset[str]:
    return frozenset(words(name))


@lru_cache(maxsize=20_000)
def _is_content(name: str) -> bool:
    return any(CONTENT.fullmatch(token) for token in name.lower().split())


class Own:
    """The elements of one comment in page order, without those of the other comments among items. permalink is what ends the
    address of the comment itself."""

    def __init__(self, element: HtmlElement, items: Set[HtmlElement], permalink: str | None = None) -> None:
        self.element, self._permalink = element, permalink
        self.below: list[HtmlElement] = []
        # The outermost of the other comments that stand in this one: few, where there are thousands in all.
        self._others: set[HtmlElement] = set()
        stack = [*reversed(element)]
        while stack:
            now = stack.pop()
            if now in items:
                self._others.add(now)
            else:
                self.below.append(now)
                stack += reversed(now)
        self._content = self._contents()
        self._beside = self._heads()
        self._skipped = self._beside | self._others
        self._texts = self._content or self._blocks()
        self._inside = {each for one in self._texts for each in self._walk(one)}

    def _contents(self) -> list[HtmlElement]:
        """The elements that are marked as the comment's text, the innermost."""
        told = [one for one in self.below if not TEXTS.isdisjoint((one.get("itemprop") or one.get("property") or "").split())]
        if told:
            return parts.outermost(told)
        told = [one for one in self.below if one.get("class") and _is_content(one.get("class")) and one.tag not in FIELDS]
        around = {above for one in told for above in one.iterancestors()}
        return [one for one in told if one not in around and not self._is_beside(one)]

    @staticmethod
    def _is_beside(element: HtmlElement) -> bool:
        """Whether an element stands beside the comment's text by its name: who wrote it, when, what can be done with it."""
        return element.tag in ("form", "time", "header", "footer") or (
            element.get("class") is not None and not BESIDE.isdisjoint(_words(element.get("class"))))

    def _heads(self) -> set[HtmlElement]:
        """The elements that stand beside the text: by their names, or since they only say who wrote when."""
        around = {above for one in self._content for above in (one, *one.iterancestors())}
        found = {one for one in self.below if one not in around and self._is_beside(one)}
        for one in self.below:
            links = one.tag == "a" and self._permalink is not None and one.get("href", "").endswith(self._permalink)
            if one.tag == "time" or links or (one.tag == "cite" and SAYS.search(" ".join(one.text_content().split()))):
                above = one.getparent()
                while above is not self.element and above not in around and self._is_head(above, one):
                    one, above = above, above.getparent()
                found.add(one)
        return found

    def _is_head(self, element: HtmlElement, inner: HtmlElement) -> bool:
        """Whether an element says hardly more than the one in it that stands beside the text."""
        return element.tag in INLINE or (element.tag == "p" and len(text_of(element, {inner, *self._others})) <= REST)

    def _blocks(self) -> list[HtmlElement]:
        """The comment's paragraphs and their like where nothing is marked as its text."""
        found = [one for one in self.below if one.tag in BLOCKS and self._beside.isdisjoint((one, *one.iterancestors()))]
        return [one for one in parts.outermost(found) if text_of(one, self._skipped)]

    def _walk(self, element: HtmlElement) -> Iterator[HtmlElement]:
        stack = [element]
        while stack:
            now = stack.pop()
            if now not in self._beside:
                yield now
                stack += now

    def text(self) -> str:
        """What the comment says: what is marked as its text, else its paragraphs, else all that is not beside it."""
        return "\n".join(filter(None, (text_of(one, self._skipped) for one in self._texts or [self.element])))

    def outside(self) -> Iterator[HtmlElement]:
        """The elements that are no part of the text."""
        return (one for one in self.below if one not in self._inside)

    def author(self) -> str | None:
        """The name that the comment shows; None for none."""
        ranked: list[tuple[int, HtmlElement]] = []
        for one in self.outside():
            told, name = (one.get("itemprop") or one.get("property") or "").split(), one.get("class", "")
            if {"author", "creator", "schema:author"}.intersection(told):
                ranked += [(0, inner) for inner in one.iter() if inner.get("itemprop") == "name"] or [(1, one)]
            elif "fn" in name.split() or not PEOPLE.isdisjoint(one.get("typeof", "").split()):
                ranked.append((2, one))
            elif one.tag == "cite" or (name and not NAMES.isdisjoint(_words(name))):
                ranked.append((4, one))
                ranked += [(3, inner) for inner in one.iter("a") if "external" in inner.get("rel", "") and one.tag == "cite"]
            elif (one.tag == "a" and "external" in one.get("rel", "")) or not CALLED.isdisjoint(name.split()):
                ranked.append((5, one))
            elif one.tag in TITLES:
                ranked.append((6, one))
        for _, one in sorted(ranked, key=lambda each: each[0]):
            if name := self._name(one):
                return name
        return None

    def _name(self, element: HtmlElement) -> str | None:
        if element.get("content"):
            return one_line(element.get("content"), MAX_NAME) or None
        skipped = {each for each in element.iter() if each is not element and (
            each.tag == "time" or (each.get("class") and not NO_NAME.isdisjoint(_words(each.get("class")))))}
        name = SAYS.sub("", one_line(text_of(element, skipped | self._others), MAX_NAME))
        if date := times.piece(name):
            name = BEFORE_DATE.sub("", name.partition(date)[0])
        return BY.sub("", DATED.sub("", name.partition(" | ")[0])).strip(" —–|•·,-") or None

    def times(self) -> list[str]:
        """All that is written of its time, the surest first."""
        ranked: list[tuple[int, HtmlElement]] = []
        for one in self.outside():
            told, name = one.get("itemprop") or one.get("property") or "", one.get("class")
            if told in CREATED:
                ranked.append((0, one))
            elif one.tag == "time" or (one.tag == "abbr" and one.get("title")):
                ranked.append((1, one))
            elif one.tag == "a" and self._permalink and one.get("href", "").endswith(self._permalink):
                ranked.append((2, one))
            elif name and not DATES.isdisjoint(_words(name)):
                ranked.append((3, one))
            elif name and not METAS.isdisjoint(_words(name)):
                ranked.append((4, one))
        every: dict[str, None] = {}
        if any(rank < 2 for rank, _ in ranked):
            ranked = [each for each in ranked if each[0] < 2]
        for rank, one in sorted(ranked, key=lambda each: each[0])[:MAX_TIMES]:
            for text in parts.written(one):
                if DIGIT.search(text):
                    every.setdefault(text)
                    if rank > 1 and (found := times.piece(text)):
                        every.setdefault(found)
        if not every:
            every.update(dict.fromkeys(found for line in self._loose() if (found := times.piece(line))))
        return [*every][:MAX_TIMES]

    def _loose(self) -> Iterator[str]:
        """The short pieces of text that stand beside the comment's own text."""
        pieces = [self.element.text or ""]
        for one in self.below:
            pieces += [one.text] if one.text and one not in self._inside else []
            pieces += [one.tail] if one.tail and one.getparent() not in self._inside else []
        return (text for text in pieces if DIGIT.search(text) and len(text) <= HEAD)

    def likes(self) -> tuple[int | None, int | None]:
        """How many like it and how many do not, where the page shows it."""
        found: list[int | None] = [None, None]
        for one in self.outside():
            named = _words(one.get("class", ""))
            side = 1 if not DISLIKED.isdisjoint(named) else 0 if not LIKED.isdisjoint(named) else None
            if side is not None and found[side] is None and (said := NUMBER.fullmatch(one.text_content()[:20].strip())):
                found[side] = int(said[1].replace("−", "-"))
        if found[0] is not None and found[0] < 0:
            found = [0, -found[0]]
        return found[0], abs(found[1]) if found[1] is not None else None
