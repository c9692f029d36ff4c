"""The comment systems that are read, by name, and those that are only recognised: their comments are not in the page."""
from collections.abc import Callable, Set

from lxml import etree
from lxml.html import HtmlElement

from crawler.items import NO_THREAD, Fetched, ThreadRead
from crawler.outlet import Outlet
from pipelines.read.comments import native

# find(tree, outlet, fetched): the thread, and the elements to cut out of the tree.
System = Callable[[HtmlElement, Outlet, Fetched], tuple[ThreadRead, list[HtmlElement]]]
SYSTEMS: dict[str, System] = {"native": native.find}

# What a page of a script-only system holds in its scripts, its elements' names or its tags: a word that it always has, looked
# for first, and any of the marks.
MARKERS = {
    "disqus": ("disqus", ("disqus_thread", "disqus_shortname", ".disqus.com/embed.js")),
    "facebook": ("fb", ("\nfb-comments", "fb:comments")),
    "vk": ("VK.Widgets.Comments", ("VK.Widgets.Comments",)),
    "hypercomments": ("hypercomments", ("hypercomments_widget", "w.hypercomments.com")),
    "cackle": ("cackle", ("cackle_widget", "cackle.me/widget")),
    "coral": ("oral", ("Coral.createStreamEmbed", "coral_thread", "coral_talk_stream")),
    "isso": ("isso", ("data-isso", "isso-thread")),
    "remark42": ("remark", ("remark_config", "\nremark42")),
}


# A link to the place where they will be.
TARGETS = etree.XPath("//a/@href[starts-with(., '#')]", smart_strings=False)


def _telling(tree: HtmlElement, names: Set[str]) -> str:
    """What of a page tells its system, a line each: a quarter of its markup."""
    scripts = [text for script in tree.iter("script") for text in (script.text, *script.keys(), *script.values()) if text]
    return "\n".join(("", *scripts, *names, *TARGETS(tree), *(element.tag for element in tree.iter("fb:comments"))))


def thread(tree: HtmlElement, names: Set[str], outlet: Outlet | None, fetched: Fetched) -> tuple[ThreadRead, list[HtmlElement]]:
    """The page's thread, and the elements to cut out of the tree. names: the classes and ids of its elements."""
    read, cut = NO_THREAD, list[HtmlElement]()
    if outlet and outlet.comments:
        read, cut = SYSTEMS[outlet.comments.system](tree, outlet, fetched)
    if read.state == "none":
        telling = _telling(tree, names)
        name = next((name for name, (word, marks) in MARKERS.items()
                     if word in telling and any(mark in telling for mark in marks)), None)
        if name:
            read = ThreadRead(name, "unsupported", f"the comments of {name} are not in the page")
    return read, cut
