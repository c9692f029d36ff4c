"""Both parts of a mail say the same, in colours that can be read, and a reader of mail gets it as it was written."""
import re
from pathlib import Path

import pytest
from lxml import html

import alerts.message
from tests.alerts.filled import READER, SENDER
from tests.alerts.mail_server import MailServer
from tests.alerts.written import alert, every_template, mail, page, parsed, plain, said, words

MAILS = dict(every_template("Китай lends 中国"))
PAGES = [name for name, written in MAILS.items() if parsed(written).get_body(("html",)) is not None]
TEMPLATE = (Path(alerts.message.__file__).with_name("templates") / "mail.html.j2").read_text(encoding="utf-8")
PHONE, WIDE = 360, 720


@pytest.mark.parametrize("name", PAGES)
def test_both_parts_have_the_same_content(name: str) -> None:
    assert words(said(page(MAILS[name]))) == words(plain(MAILS[name]))


# --- colours

def rules(style: str) -> dict[str, dict[str, str]]:
    """The declarations of a style, by selector."""
    found: dict[str, dict[str, str]] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", style):
        for selector in selectors.split(","):
            found.setdefault(selector.strip(), {}).update(re.findall(r"([a-z-]+):\s*([^;]+?)\s*(?:;|$)", body))
    return found


def schemes() -> dict[str, dict[str, dict[str, str]]]:
    """The template's rules where light pages are preferred, and where dark ones are."""
    style = TEMPLATE[TEMPLATE.index("<style>") + 7:TEMPLATE.index("</style>")]
    light, _, dark = style.partition("@media (prefers-color-scheme: dark) {")
    base = rules(re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}", "", light))
    over = rules(dark)
    return {"light": base, "dark": {name: {**base.get(name, {}), **over.get(name, {})} for name in base | over}}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_can_be_read_on_its_ground(scheme: str) -> None:
    style = schemes()[scheme]
    ground = style["body"]["background"]
    pairs = {selector: (own["color"], own.get("background", ground)) for selector, own in style.items() if "color" in own}
    assert pairs.keys() >= {"body", ".lead", ".outlet", ".facts", ".label", ".more", ".foot", "a", "code", "mark", "del", "ins"}
    assert {selector: round(contrast(*pair), 2) for selector, pair in pairs.items() if contrast(*pair) < 4.5} == {}


def test_the_two_schemes_set_the_same_colours() -> None:
    light, dark = schemes().values()
    style = TEMPLATE[TEMPLATE.index("@media (prefers-color-scheme: dark)"):TEMPLATE.index("</style>")]
    over = rules(style.partition("{")[2])
    assert {name for name, own in light.items() if "color" in own} == {name for name, own in over.items() if "color" in own}
    assert all(own["background"] != dark[name]["background"] for name, own in light.items() if "background" in own)


# --- room

def test_old_and_new_words_are_beside_each_other_where_there_is_room_for_both() -> None:
    tree = html.document_fromstring(page(mail()))
    sides = tree.xpath("//div[@class='sides']/div[@class='side']")
    texts = [side.text_content().split("\n") for side in sides]
    assert texts == [["Was:", "China lends two billion."], ["Now:", "China lends three billion."]]
    # Nothing stands between the two, as a space there would take room; the style stands at the element, where none drops it.
    assert [side.tail for side in sides] == [None, None]
    widths = {int(width) for side in sides for width in re.findall(r"max-width: (\d+)px", side.get("style"))}
    assert all("inline-block" in side.get("style") and "width: 100%" in side.get("style") for side in sides)
    assert max(widths) * 2 <= 640 <= WIDE - 2 * 16 and max(widths) * 2 > PHONE - 2 * 16


def test_one_text_has_all_the_room() -> None:
    assert html.document_fromstring(page(mail(alert(event="article_gone")))).xpath("//div[@class='side']") != []
    for name in ("article_new", "article_gone"):
        tree = html.document_fromstring(page(MAILS[name]))
        assert all(len(sides) == 2 for sides in tree.xpath("//div[@class='sides']"))


# --- on its way

def test_a_real_server_takes_every_template_and_keeps_each_byte(mail_server: MailServer) -> None:
    for written in MAILS.values():
        assert mail_server.channel().send(SENDER, READER, written.bytes) == "250 kept"
    assert [content for _, content in mail_server.spool] == [written.bytes for written in MAILS.values()]
