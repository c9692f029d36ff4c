"""The comment systems that are read, by name, and those that are only recognised: their comments are not in the page."""
import re
from collections.abc import Callable
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.items import NO_THREAD, ThreadRead
from pipelines.read.comments import generic, json_api, native, schema_org, wordpress
from pipelines.read.comments.parts import Found, View

# What a system finds on a page; None where the page shows nothing of it.
System = Callable[[View], Found | None]
# In the order in which they are asked: the first that finds a thread has it.
SYSTEMS: dict[str, System] = {"json_api": json_api.find, "native": native.find, "wordpress": wordpress.find,
                             "schema_org": schema_org.find, "generic": generic.find}


@dataclass(frozen=True, slots=True)
class Marker:
    """What a page holds whose comments a script will fetch: a name that a pattern fits wholly, of the place for them (a class,
    an id, a tag of their own) or of a script's attribute; or what stands in that script, or in its address."""

    places: str = "(?!)"
    scripts: tuple[str, ...] = ()


# That a script speaks of a place does not mean that it is there: themes bring the scripts of several systems, and pages ask
# only for the number of comments.
MARKERS = {
    "disqus": Marker("disqus_thread|disqus-comments|(?:[a-z]+-)?disqus-thread", (".disqus.com/embed.js",)),
    "facebook": Marker("fb-comments|fb:comments"),
    "vk": Marker("vk_comments", ("VK.Widgets.Comments",)),
    "hypercomments": Marker("hypercomments_widget", ("w.hypercomments.com/widget",)),
    "cackle": Marker(scripts=("cackle_widget", "cackle.me/widget")),
    "coral": Marker("coral_thread|coral_talk_stream|coral-talk-stream", ("Coral.createStreamEmbed", "Coral.Talk.render")),
    "isso": Marker("isso-thread|data-isso"),
    "remark42": Marker("remark42", ("remark_config",)),
    "spot_im": Marker("spot-im-comments|spotim-comments", ("launcher.spot.im/spot/",)),
    "viafoura": Marker(r"[\w-]*viafoura-comments[\w-]*|[\w-]*comments[\w-]*-viafoura[\w-]*|vf-conversations|vf-comments"),
    "vuukle": Marker("vuukle-comments|vuukleBlock"),
    "comentario": Marker("comentario-comments|commento-comments"),
    "jetpack": Marker("jetpack_remote_comment"),
}
PLACES = {name: re.compile(marker.places) for name, marker in MARKERS.items()}
# One of these is in every place's name; most pages have none of them.
STEMS = ("disqus", "fb", "vk_", "hypercomments", "coral", "isso", "remark42", "spot", "viafoura", "vf-", "vuukle", "comentario",
         "commento", "jetpack")
ANY = re.compile("|".join(f"(?:{marker.places})" for marker in MARKERS.values()))


def _targets(tree: HtmlElement) -> set[str]:
    """The places of the page that its links lead to: one may be where comments will be."""
    return {href[1:] for link in tree.iter("a") if (href := link.get("href")) and href[0] == "#"}


def _marked(view: View) -> str | None:
    """The system that a page is marked by; None where it is none that is known."""
    scripts = [*view.tree.iter("script")]
    names = {*view.named.names, *_targets(view.tree),
             *(element.tag for element in view.named.own()), *(name for script in scripts for name in script.attrib)}
    every = " ".join(names)
    stems = [stem for stem in STEMS if stem in every]
    words = every.split() if stems else []
    places = {word for word in words if any(stem in word for stem in stems) and ANY.fullmatch(word)}
    said = "\n".join(text for script in scripts for text in (script.text, script.get("src")) if text)
    return next((name for name, marker in MARKERS.items() if any(map(PLACES[name].fullmatch, places))
                 or any(mark in said for mark in marker.scripts)), None)


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
    if (told.thread.state == "none" or told.thread.system == generic.NAME) and (name := _marked(view)):
        told = Found(ThreadRead(name, "unsupported", f"the comments of {name} are not in the page"))
    return Found(told.thread, tuple(element for one in found for element in one.elements))
