"""A hostile document, with the outcome that is owed to it."""
import re
from dataclasses import dataclass

HTML = "text/html"
UTF8 = "text/html; charset=utf-8"
# What a page may be refused as that is too much for a parser. That it took the reader's time or life is not among them.
TOO_MUCH = frozenset({"screened", "too_large", "no_text"})
NO_PAGE = frozenset({"not_article", "not_html", "not_feed", "empty", "no_text"})


@dataclass(frozen=True, slots=True)
class Document:
    """A document: number is its kind's in the list of hostile inputs. lines are the article's text where the document must be
    stored; refused are the reasons of which one must be given where it must not. Where both are there, either is right."""

    number: int
    name: str
    body: bytes
    type: str = UTF8
    status: int = 200
    lines: tuple[str, ...] | None = None
    refused: frozenset[str] = frozenset()
    title: str | None = None
    """The article's headline, where it is part of what is tried."""
    loose: bool = False
    """The lines must be in the text in their order; others may stand between."""
    garbled: bool = False
    """What is made of the text does not matter, so that the reading ends soon."""


def lines_of(name: str, language: str = "en") -> tuple[str, ...]:
    """An article of its own for each name, of which only letters and digits are used."""
    name = " ".join(re.findall(r"[\w\u200c]+", name))
    known = {
        "en": ("The border post at {} was opened on Monday by two ministers and a brass band of eleven people.",
               "Its bridges cost more than the plan for {} had said, and nobody at the opening wanted to say by how much.",
               "Passengers to {} will have to wait until autumn, because the carriages have not been painted yet."),
        "ru": ("Пограничный пост {} открыли в понедельник два министра и духовой оркестр из одиннадцати человек.",
               "Мосты у поста {} обошлись дороже, чем было в плане, и никто на открытии не хотел сказать, на сколько.",
               "Пассажирам до станции {} придётся ждать до осени, потому что вагоны ещё не покрашены, сказали на дороге."),
        "zh": ("周一，两位部长和一支十一人的铜管乐队在{}为新的边境口岸举行了开放仪式，当地居民也到场观看。",
               "{}的桥梁造价超出了原定计划，但是开放仪式上没有人愿意说明到底超出了多少，也没有人愿意承担责任。",
               "前往{}的旅客必须等到秋天，因为订购的车厢至今还没有油漆完毕，铁路部门的负责人这样对记者说。"),
        "fa": ("پاسگاه مرزی {} روز دوشنبه با حضور دو وزیر گشایش یافت و مردم می\u200cگویند که این کار دیر انجام شد.",
               "هزینه\u200cی پل\u200cهای {} از آنچه در برنامه آمده بود بیشتر شد و هیچ\u200cکس نمی\u200cخواست بگوید چقدر بیشتر.",
               "مسافران {} باید تا پاییز صبر کنند، زیرا واگن\u200cهایی که سفارش داده شده\u200cاند هنوز رنگ نشده\u200cاند.")}
    return tuple(line.format(name) for line in known[language])


def page(lines: tuple[str, ...], *, title: str = "A post in the steppe", head: str = "", attributes: str = "", before: str = "",
         inside: str = "", after: str = "", charset: str = '<meta charset="utf-8">', doctype: str = "<!DOCTYPE html>") -> str:
    """A page whose article has these lines: head in its head, attributes of its body, before and after around the article,
    inside between its second line and its third."""
    text = [f"<p>{line}</p>" for line in lines]
    return (f'{doctype}<html lang="en"><head>{charset}<title>{title}</title>{head}</head><body{attributes}>'
            f'<header><a href="/">Steppe</a></header>{before}<main><h1>{title}</h1><div class="story">{"".join(text[:2])}'
            f'{inside}{"".join(text[2:])}</div></main>{after}<footer><p>All rights are reserved.</p></footer></body></html>')


def utf8(number: int, name: str, text: str, **more: object) -> Document:
    return Document(number, name, text.encode("utf-8", "surrogatepass"), **more)  # type: ignore[arg-type]  # Document's fields
