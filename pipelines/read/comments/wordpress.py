"""Comments as WordPress prints them, in any theme, in AMP and in wpDiscuz: all keep the comments' numbers in their ids."""
import re
from collections.abc import Sequence
from dataclasses import replace

from lxml.html import HtmlElement

from crawler.items import ThreadRead, Wanted
from pipelines.read.address import absolute, place
from pipelines.read.comments import parts, signs
from pipelines.read.comments.own import Own
from pipelines.read.comments.parts import MAX_COMMENTS, Found, Said, View

NAME = "wordpress"
ID = re.compile(r"(?:li-)?(?:div-)?comment-(\d{1,18})|(?:wc|wpd)-comm-(\d{1,18})_(\d{1,18})")
# One of these is in every such id.
WORDS = ("comment-", "-comm-")
# Other sites that link here; some themes' lists of them have a name of their own.
PINGS = {"pingback", "trackback", "ping", "pings", "pinglist", "pingbacks", "trackbacks"}
# Lists of answers that may stand behind the comment and not in it; the second is Drupal's, whose comments have such ids too.
ANSWERS = {"children", "indented"}
DEPTH = re.compile(r"depth-(\d{1,3})")
PARENTS = ("data-parent", "data-parent-id", "data-parentid", "data-parent-comment", "data-parent-comment-id")
# What stands before a link to the comment that is answered.
ANSWERED = re.compile(r"(?:in (?:reply|response) to|(?:reply|replying|responding) to|(?:als )?antwort auf|в ответ(?: на)?|"
                      r"ответ(?: на| для)?|жауап|жооп|javob|жавоб|ҷавоб|回复|@)[\s:]*$", re.IGNORECASE)
TARGET = re.compile(r"#(?:li-|div-)?comment-(\d{1,18})$")
PAGE = re.compile(r"/comment-page-(\d{1,4})(?=/|$|[?#])|[?&]cpage=(\d{1,4})(?=&|#|$)")
POST = re.compile(r"post(?:id)?-(\d{1,12})")
SHORT = re.compile(r"[?&]p=(\d{1,12})(?:&|$)")
JSON = re.compile(r"/wp/v2/(?:posts|pages)/(\d{1,12})")
# Where scripts put the comments of others, WordPress's own place says nothing.
OTHERS = {"disqus_thread", "fb-comments", "hypercomments_widget", "mc-container", "remark42", "isso-thread", "vk_comments"}
# wpDiscuz counts the comments in an element of its own, outside of their list.
HEADS = {"wc-thread-info", "wpd-thread-head", "wpd-thread-info"}
FORMS = {"commentform", "comment_post_ID"}


def _numbered(view: View) -> dict[HtmlElement, tuple[str, str | None]]:
    """The elements that hold comments, in page order: each one's number, and that of the one it answers where its id tells."""
    numbered = any(word in view.named.every for word in WORDS)
    ids = {name for name in view.named.names if ID.fullmatch(name)} if numbered else set[str]()
    chosen: dict[str, HtmlElement] = {}
    parent: dict[str, str | None] = {}
    for element in view.named.having(set(), ids) if ids else []:
        found = ID.fullmatch(element.get("id", ""))
        if found is None:
            continue
        number = found[1] or found[2]
        if found[3]:
            parent[number] = found[3]
        known = chosen.get(number)
        if not signs.elsewhere(element) and (_is_anchor(known) if known is not None else len(chosen) < MAX_COMMENTS):
            chosen[number] = element
    for number, element in chosen.items():
        if _is_anchor(element):
            chosen[number] = _around(element)
    # What RDFa says is said better: Drupal numbers its comments alike.
    return {element: (number, parent.get(number)) for number, element in chosen.items() if element.get("typeof") is None}


def _is_anchor(element: HtmlElement) -> bool:
    """Whether an element only marks the place of a comment."""
    return element.tag in ("a", "span") and not element.text_content().strip()


def _around(anchor: HtmlElement) -> HtmlElement:
    """The element that an anchor marks: the block behind it, else the one that it begins."""
    above, beside = anchor.getparent(), anchor.getnext()
    if beside is not None and beside.tag in ("article", "div", "li", "section", "table", "dl"):
        return beside
    return above if above is not None and above.tag not in ("ol", "ul", "body", "section") else anchor


def _is_ping(element: HtmlElement) -> bool:
    return any(PINGS.intersection(one.get("class", "").split()) for one in (element, element.getparent(), *element[:1])
               if one is not None)


class _Thread:
    """The comments of a page and how they hang together."""

    def __init__(self, numbered: dict[HtmlElement, tuple[str, str | None]]) -> None:
        self.pings = [element for element in numbered if _is_ping(element)]
        self.elements = [element for element in numbered if element not in set(self.pings)]
        self.numbers = [numbered[element][0] for element in self.elements]
        self._told = [numbered[element][1] for element in self.elements]
        self.index = {element: at for at, element in enumerate(self.elements)}
        self._of = {number: at for at, number in enumerate(self.numbers)}
        items = set(numbered)
        self.owns = [Own(element, items, f"#comment-{numbered[element][0]}") for element in self.elements]
        self._depths = [self._depth(element) for element in self.elements]

    @staticmethod
    def _depth(element: HtmlElement) -> int | None:
        found = next(filter(None, map(DEPTH.fullmatch, element.get("class", "").split())), None)
        return int(found[1]) if found else None

    def parent(self, at: int) -> tuple[int | None, str | None]:
        """Which comment another one answers, and its number where the comment itself tells it and not its place."""
        element, above = self.elements[at], self._above(self.elements[at])
        told = (self._told[at], *(element.get(name) for name in PARENTS), self._linked(at, self.owns[at]))
        said = next((one for one in told if one and one.isdecimal() and one not in ("0", self.numbers[at])), None)
        if said is not None:
            return self._of.get(said, above), None if above is not None and self.numbers[above] == said else said
        if above is None and (depth := self._depths[at]) and depth > 1:
            near = next((one for one in range(at - 1, -1, -1) if (self._depths[one] or depth) < depth), None)
            return near, self.numbers[near] if near is not None else None
        return above, None

    def _above(self, element: HtmlElement) -> int | None:
        """The comment that an element stands in, or that its list of answers stands behind."""
        for one in element.iterancestors():
            if one in self.index:
                return self.index[one]
            before = one.getprevious() if not ANSWERS.isdisjoint(one.get("class", "").split()) else None
            if before is not None and before in self.index:
                return self.index[before]
        return None

    def _linked(self, at: int, own: Own) -> str | None:
        """The number of the comment that this one says it answers."""
        for link in own.below:
            if link.tag == "a" and (found := TARGET.search(link.get("href", ""))) and found[1] != self.numbers[at]:
                before = link.getprevious()
                said = (link.getparent().text if before is None else before.tail) or ""
                if ANSWERED.search(said.strip()) or (link.text or "").startswith("@"):
                    return found[1]
        return None

    def said(self, at: int) -> Said:
        own, (parent, told) = self.owns[at], self.parent(at)
        text, (likes, dislikes) = own.text(), own.likes()
        gone = signs.removed(text)
        return Said(native_id=self.numbers[at], text="" if gone else text, author=own.author(),
                    times=own.times(), parent=parent,
                    parent_source="attribute" if told else "dom", parent_id=told, likes=likes, dislikes=dislikes, deleted=gone)

    def is_cut_off(self) -> bool:
        """Whether two comments stand beside each other where the site nests no deeper, so that one may answer the other."""
        open_, shut = list[int](), list[tuple[int, HtmlElement | None]]()
        for at, own in enumerate(self.owns):
            depth = self._depths[at] or 1
            if any("replytocom=" in one.get("href", "") or "comment-reply-link" in one.get("class", "") for one in own.below):
                open_.append(depth)
            else:
                shut.append((depth, self.elements[at].getparent()))
        deepest = max((depth for depth, _ in shut), default=0)
        beside = [parent for depth, parent in shut if depth == deepest]
        return bool(open_) and deepest > max(open_) and len(set(beside)) < len(beside)


def _post(view: View) -> str | None:
    """The number of the article that the page shows, None where it does not tell."""
    tree = view.tree
    body = tree.find("body")
    classes = body.get("class", "").split() if body is not None else []
    found = next((POST.fullmatch(name) for name in classes if name.startswith("postid-") and POST.fullmatch(name)), None)
    if found:
        return found[1]
    for link in tree.iter("link"):
        href, rel = link.get("href", ""), link.get("rel", "")
        form = SHORT if rel == "shortlink" else JSON if link.get("type") == "application/json" else None
        if form and (told := form.search(href)):
            return told[1]
    for field in tree.iter("input"):
        if field.get("name") == "comment_post_ID" and field.get("value", "").isdecimal():
            return str(field.get("value"))
    posts = {found[1] for name in view.named.names for token in name.split() if (found := POST.fullmatch(token))}
    return next(iter(posts)) if len(posts) == 1 else None


def _paging(view: View) -> tuple[Wanted, ...]:
    """The further pages of the thread, in the order of their numbers."""
    base = view.fetched.url
    own = PAGE.sub("", place(base)).rstrip("/")
    shown = _number(base)
    linked: dict[int, str] = {}
    for link in view.tree.iter("a"):
        href = link.get("href", "")
        if ("comment-page-" not in href and "cpage=" not in href) or not (url := absolute(href, base)):
            continue
        number = _number(url)
        if number is None or "replytocom=" in url or link.get("href", "").rpartition("#")[2].startswith("comment-") \
                or PAGE.sub("", place(url)).rstrip("/") != own:
            continue
        linked.setdefault(number, url)
        names = " ".join((link.get("rel", ""), *(each.get("class", "") for each in (link, *link.iterancestors()))))
        if shown is None and re.search(r"\bnext\b|nav-next", names) and "prev" not in names:
            shown = number - 1
        elif shown is None and re.search(r"prev", names) and "next" not in names:
            shown = number + 1
    if not linked:
        return ()
    if _number(base) is not None:
        # The article's own page is one of the thread's too, and this one does not say which.
        return tuple(Wanted(linked[number]) for number in sorted(linked) if number != shown)
    last, sample = max(linked), linked[max(linked)]
    if shown is None:
        shown = next(number for number in range(1, last + 2) if number not in linked)
    return tuple(Wanted(linked.get(number) or _other(sample, number)) for number in range(1, last + 1) if number != shown)


def _number(url: str) -> int | None:
    found = PAGE.search(url)
    return int(found[1] or found[2]) if found else None


def _other(url: str, number: int) -> str:
    return PAGE.sub(lambda found: found[0].replace(found[1] or found[2], str(number)), url, count=1)


def _rest(view: View, post: str) -> str | None:
    """The address of the first page of the thread's comments as data; None where the site does not offer them."""
    href = next((link.get("href") for link in view.tree.iter("link") if link.get("rel") == "https://api.w.org/"), None)
    root = (absolute(href, view.fetched.url) or "").rstrip("/")
    if not root.endswith("/wp-json"):
        return None
    return f"{root}/wp/v2/comments?post={post}&per_page=100&order=asc&orderby=date_gmt&page=1"


def _empty(view: View, post: str | None) -> Found | None:
    """The thread of a page that has a place for comments and none in it."""
    if not FORMS.intersection(view.named.names) or OTHERS.intersection(view.named.names):
        return None
    key, counts = post or place(view.fetched.url), signs.counts(view, frozenset())
    if counts - {0}:
        return Found(ThreadRead(NAME, "partial", f"{max(counts)} comments declared, none found", max(counts), native_key=key))
    return Found(ThreadRead(NAME, "complete", None, 0, native_key=key))


def _agreed(counts: frozenset[int], read: int, pings: int) -> frozenset[int]:
    """The counts without the links of other sites, which many themes count too."""
    return frozenset({read}) if pings and read + pings in counts else counts


def find(view: View) -> Found | None:
    """The thread that stands in WordPress's markup, and the elements to cut out of the tree; None for a page without any.

    A comment has the number in its id; it answers the nearest comment around it, unless it says itself which one. Pingbacks and
    trackbacks are none, whether the page counts them or not. What is `wanted`: the thread's further pages, or all of it as data
    where the site offers that and the page is not the whole thread.
    """
    numbered = _numbered(view)
    post = _post(view) if numbered or FORMS.intersection(view.named.names) else None
    if not numbered:
        return _empty(view, post)
    talk = _Thread(numbered)
    read = parts.comments([talk.said(place) for place in range(len(talk.elements))], view)
    items = {*talk.elements, *talk.pings}
    counts = _agreed(signs.counts(view, items), len(read), len(talk.pings))
    shut = signs.closed(view, _place(talk.elements or talk.pings), items)
    key = post or place(view.fetched.url)
    if not read:
        return Found(ThreadRead(NAME, "complete", None, 0, native_key=key, closed=shut), tuple(parts.outermost(talk.pings)))
    thread = parts.thread(NAME, read, counts, key, closed=shut)
    heads = {name for name in view.named.names if HEADS.intersection(name.split())}
    cut = parts.outermost([*numbered, *view.named.having(heads, set())])
    return Found(_with_more(thread, view, post, deep=talk.is_cut_off()), tuple(cut))


def _with_more(thread: ThreadRead, view: View, post: str | None, *, deep: bool) -> ThreadRead:
    """The thread with what else has to be fetched for it. The site's data tell all of it, whom the deepest comments answer
    too; where it does not give them, the thread's pages do instead, and this one alone where it is the only one."""
    pages = wanted = _paging(view)
    if post and _number(view.fetched.url) is None and (pages or deep or thread.off is not None) and (rest := _rest(view, post)):
        wanted = (Wanted(rest, pages or (Wanted(view.fetched.url),)),)
    if not wanted:
        return thread
    return replace(thread, state="partial", reason=thread.reason or parts.MORE, wanted=wanted)


def _place(elements: Sequence[HtmlElement]) -> HtmlElement | None:
    """The element around all comments."""
    return elements[0].getparent() if elements else None
