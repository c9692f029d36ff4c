"""The comment systems that are read, by name, and those that are only recognised: their comments are not in the page."""
from collections.abc import Callable, Set

from lxml import etree
from lxml.html import HtmlElement

from crawler.items import NO_THREAD, ThreadRead
from pipelines.read.comments import generic, json_api, native, schema_org, wordpress
from pipelines.read.comments.parts import Found, View

# What a system finds on a page; None where the page shows nothing of it.
System = Callable[[View], Found | None]
# In the order in which they are asked: the first that finds a thread has it.
SYSTEMS: dict[str, System] = {"json_api": json_api.find, "native": native.find, "wordpress": wordpress.find,
                             "schema_org": schema_org.find, "generic": generic.find}

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


def thread(view: View) -> Found:
    """The page's thread, and the elements to cut out of the tree: by the first system that finds comments or knows where they
    are asked for, else by the first that found the place for them, else by the marks of one whose comments are not in the page.
    Where a page declares comments and none is found, that is said."""
    found: list[Found] = []
    for find in SYSTEMS.values():
        if (one := find(view)) is not None:
            found.append(one)
            if one.thread.comments or one.thread.wanted or one.thread.state == "error":
                return one
    told = next((one for one in found if one.thread.state != "none"), found[0] if found else Found(NO_THREAD))
    if told.thread.state == "none":
        telling = _telling(view.tree, view.named.names)
        name = next((name for name, (word, marks) in MARKERS.items()
                     if word in telling and any(mark in telling for mark in marks)), None)
        if name:
            return Found(ThreadRead(name, "unsupported", f"the comments of {name} are not in the page"), told.elements)
    return told
