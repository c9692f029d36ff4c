"""Real pages at twenty looks: what moves on a site's pages though nobody edits the article is put into them anew each time.

Two generators that share nothing but the places: FIRST, to which the reader and the comparison were made, and SECOND, whose
wordings and markup were written before the first figures of either were looked at; by now the comparison knows them too.
"""

import gzip
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import html

PAGES = Path(__file__).resolve().parents[3] / "shared" / "pages"
HOW_MANY, LOOKS = 30, 20
Random = random.Random


@dataclass(frozen=True)
class Page:
    """A real page as its markup."""

    name: str
    url: str
    markup: str


@dataclass(frozen=True)
class Slot:
    """What stands at one place of a page at every look. where: as a share of the article's paragraphs, below 0 before the
    element that holds it, above 1 behind it; shown: at which share of the looks."""

    where: float
    make: Callable[[Random], str]
    shown: float


# --- pages


def held(tree: html.HtmlElement) -> list[html.HtmlElement]:
    """The paragraphs of the element with most text directly in paragraphs of its own."""
    by_parent: dict[html.HtmlElement, list[html.HtmlElement]] = {}
    for paragraph in tree.iter("p"):
        if len(paragraph.text_content().strip()) > 40:
            by_parent.setdefault(paragraph.getparent(), []).append(paragraph)
    return max(by_parent.values(), key=lambda some: sum(len(one.text_content()) for one in some), default=[])


def parsed(markup: str) -> html.HtmlElement:
    return html.document_fromstring(markup.encode(), parser=html.HTMLParser(encoding="utf-8"))


def real_pages(how_many: int = HOW_MANY) -> list[Page]:
    """The first pages of the shared folder, of both groups in turn, whose article stands in at least five paragraphs of one
    element."""
    gold = json.loads((PAGES / "benchmark" / "gold.json").read_text())
    benchmark = [(PAGES / "benchmark" / f"{name}.html.gz", one["url"]) for name, one in sorted(gold.items())]
    outlets = [
        (folder / name, one["url"])
        for folder in sorted((PAGES / "outlets").iterdir())
        for name, one in sorted(json.loads((folder / "meta.json").read_text()).items())
        if (folder / name).exists()
    ]
    found: list[Page] = []
    # Every other page of an outlet, so that more countries are among them.
    for pair in zip(outlets[::2], benchmark, strict=False):
        for file, url in pair:
            markup = gzip.decompress(file.read_bytes()).decode("utf-8", "replace")
            if len(held(parsed(markup))) >= 5 and len(found) < how_many:
                found.append(Page(file.name, url, markup))
    return found


def look(page: Page, slots: list[Slot], rng: Random) -> bytes:
    """The page's bytes at one look, each slot filled anew."""
    tree = parsed(page.markup)
    paragraphs = held(tree)
    holder = paragraphs[0].getparent()
    for slot in slots:
        made = html.fragments_fromstring(slot.make(rng))
        if rng.random() > slot.shown:
            continue
        if slot.where < 0:
            for one in made:
                holder.addprevious(one)
        elif slot.where > 1:
            for one in reversed(made):
                _addnext(holder, one)
        elif slot.where == 1:
            for one in made:
                holder.append(one)
        else:
            at = paragraphs[int(slot.where * len(paragraphs))]
            for one in made:
                at.addprevious(one)
    return html.tostring(tree, encoding="utf-8", doctype="<!DOCTYPE html>")


def _addnext(element: html.HtmlElement, one: html.HtmlElement) -> None:
    tail, element.tail = element.tail, None
    element.addnext(one)
    one.tail = (one.tail or "") + (tail or "")


def looks(page: Page, generator: "Generator", seed: int, how_many: int = LOOKS) -> Iterator[bytes]:
    """The page's bytes at look after look: the same slots each time, with other contents."""
    planned = Random(f"{generator.name}:{seed}:{page.name}")
    slots = generator.slots(planned)
    for number in range(how_many):
        yield look(page, slots, Random(f"{generator.name}:{seed}:{page.name}:{number}"))


@dataclass(frozen=True)
class Generator:
    """What is put into pages. kinds: makers of a slot's maker, each given the page's own randomness;
    boards: the clock, the weather, rates."""

    name: str
    kinds: tuple[Callable[[Random], Callable[[Random], str]], ...]
    boards: tuple[Callable[[Random], Callable[[Random], str]], ...]
    each: int = 10

    def slots(self, rng: Random, *, boards: bool = False) -> list[Slot]:
        """The slots of one page; with the clock, the weather and rates where it is asked for."""
        places = (-1.0, 0.0, 0.2, 0.4, 0.5, 0.7, 0.9, 1.0, 2.0)
        kinds = [*rng.sample(self.kinds, min(self.each, len(self.kinds))), *(self.boards if boards else ())]
        # Who signed an article stands there at every look: that a name comes and goes is an edit.
        return [Slot(rng.choice(places), kind(rng), 1.0 if kind in (_byline, _signed) else rng.choice((1.0, 1.0, 0.7)))
                for kind in kinds]


# --- the first generator

HEADLINES = {
    "en": (
        ("Kazakhstan", "Uzbekistan", "The central bank", "A Chinese company", "The parliament in Bishkek", "Moscow"),
        ("signs", "reviews", "delays", "doubles", "questions"),
        ("a railway deal", "its gas exports", "plans for a nuclear plant", "tariffs on grain", "the border crossing's hours"),
    ),
    "ru": (
        ("Казахстан", "Узбекистан", "Нацбанк", "Китайская компания", "Парламент Кыргызстана", "Москва"),
        ("подписал", "пересматривает", "отложил", "обсуждает", "одобряет"),
        ("договор о железной дороге", "экспорт газа", "строительство АЭС", "пошлины на зерно", "режим работы границы"),
    ),
    "kk": (
        ("Қазақстан", "Өзбекстан", "Ұлттық банк", "Қытай компаниясы", "Мәжіліс"),
        ("теміржол туралы", "газ экспорты жөніндегі", "атом станциясына қатысты", "астық бажы туралы"),
        ("келісімге қол қойды", "шешімді қайта қарайды", "жоспарды кейінге қалдырды"),
    ),
    "ky": (
        ("Кыргызстан", "Өзбекстан", "Улуттук банк", "Кытай компаниясы", "Жогорку Кеңеш"),
        ("темир жол боюнча", "газ экспорту тууралуу", "чек ара боюнча"),
        ("келишимге кол койду", "чечимди кайра карайт", "планды кийинкиге калтырды"),
    ),
    "uz": (
        ("O‘zbekiston", "Qozog‘iston", "Markaziy bank", "Xitoy kompaniyasi", "Oliy Majlis"),
        ("temir yo‘l bo‘yicha", "gaz eksporti haqida", "chegara bo‘yicha"),
        ("bitim imzoladi", "qarorni qayta ko‘rib chiqadi", "rejani kechiktirdi"),
    ),
    "tg": (
        ("Тоҷикистон", "Ӯзбекистон", "Бонки миллӣ", "Ширкати чинӣ"),
        ("дар бораи роҳи оҳан", "оид ба содироти газ", "оид ба сарҳад"),
        ("созишнома имзо кард", "қарорро аз нав дида мебарояд"),
    ),
    "zh": (
        ("哈萨克斯坦", "乌兹别克斯坦", "央行", "中国公司"),
        ("讨论", "签署", "推迟"),
        ("铁路协议", "天然气出口计划", "核电站项目", "粮食关税"),
    ),
}
ALSO = {
    "en": (
        "Read also", "Also read", "See also", "Related articles", "Most read", "Related", "Read more", "More on this topic",
        "Popular", "Latest news", "Recommended", "Don't miss", "Top stories", "You may also like", "Trending now",
    ),
    "ru": (
        "Читайте также", "Читать также", "По теме", "Материалы по теме", "Самое читаемое", "Популярное", "Смотрите также",
        "Ещё по теме", "Последние новости", "Главное сегодня", "Новости партнёров", "Рекомендуем", "Главные новости",
        "Вам может быть интересно",
    ),
    "kk": ("Тағы оқыңыз", "Сондай-ақ оқыңыз", "Тақырып бойынша", "Соңғы жаңалықтар", "Көп оқылғандар", "Оқи отырыңыз"),
    "ky": ("Дагы окуңуз", "Ошондой эле окуңуз", "Тема боюнча", "Акыркы жаңылыктар", "Көп окулгандар"),
    "uz": ("Shuningdek, o‘qing", "Mavzuga oid", "So‘nggi yangiliklar", "Ko‘p o‘qilganlar", "Шунингдек, ўқинг"),
    "tg": ("Ҳамчунин бихонед", "Инчунин хонед", "Хабарҳои охирин", "Серхонанда"),
    "zh": ("延伸阅读", "相关阅读", "推荐阅读", "热门新闻", "最新消息", "相关新闻"),
}
COUNTS = (
    "{n} views", "Views: {n}", "{n} просмотров", "Просмотров: {n}", "Просмотры {n}", "👁 {k}", "👁️ {n}", "{n} shares",
    "{n} comments", "Comments ({n})", "💬 {s}", "❤ {s}", "👍 {s} 👎 {s}", "{n} likes", "{n} рет қаралды", "Қаралым: {n}",
    "{n} жолу көрүлдү", "Көрүүлөр: {n}", "{n} marta ko‘rildi", "Ko‘rishlar soni: {n}", "{n} марта ўқилди", "{n} бор дида шуд",
    "阅读 {n}", "{n}次阅读", "浏览量：{n}", "{s} min read", "Время чтения: {s} мин", "{k} прочтений", "Комментарии ({s})",
    "Поделились: {s}", "{n} people are reading this now", "Сейчас читают: {s}", "Shares {k}", "{k} reads · {s} comments",

)
AGO = (
    "{s} hours ago", "{s} minutes ago", "Updated {s} minutes ago", "Updated: {s} min ago", "{s} минут назад",
    "{s} часов назад", "Обновлено {s} минут назад", "{s} саат мурун", "{s} минут мурун", "{s} сағат бұрын", "{s} минут бұрын",
    "{s} soat oldin", "{s} daqiqa oldin", "{s} соат олдин", "{s} соат пеш", "{s}小时前", "{s}分钟前", "刚刚", "Just now",
    "Только что", "Yesterday {t}", "Вчера, {t}", "Сегодня в {t}", "Кеше {t}", "Бүгүн {t}", "Bugun, {t}", "Имрӯз {t}",
    "今天 {t}", "Yesterday at {t}", "Last updated {s} hours ago",
)
TICKERS = (
    "{t}:{two}", "{t}", "Алматы {deg}", "Bishkek: {deg}, cloudy", "Ташкент {deg} облачно",
    "USD {rate} EUR {rate} RUB {small}", "$ {rate} € {rate} ₽ {small}", "USD/KZT {rate} ▲ {small}", "Brent {rate} ▼ {small}",
    "Доллар {rate} Евро {rate}", "Сейчас {t}", "Time in Tashkent {t}", "Погода: {deg}", "BTC {n}", "USD {rate} (+{small})",
    "Астана {deg} | Алматы {deg}",
)
OWN = (
    "", "related", "widget", "c-box", "sc-1x9f", "read-also", "views", "block-12", "entry-aside", "news__more", "css-8fj2",
    "infobox", "t7", "meta-line",
)


def _fill(form: str, rng: Random) -> str:
    values = {
        "n": rng.choice(
            (
                f"{rng.randint(100, 99999)}", f"{rng.randint(1, 99)} {rng.randint(100, 999)}",
                f"{rng.randint(1, 99)},{rng.randint(100, 999)}",
            )
        ),
        "k": f"{rng.randint(1, 99)}.{rng.randint(1, 9)}K",
        "s": str(rng.randint(2, 59)),
        "t": f"{rng.randint(10, 23)}:{rng.randint(10, 59)}", "two": f"{rng.randint(10, 59)}",
        "deg": rng.choice((f"+{rng.randint(0, 35)}°C", f"{rng.randint(-25, 35)}°", f"+{rng.randint(1, 35)}")),
        "rate": f"{rng.randint(60, 600)}.{rng.randint(10, 99)}", "small": f"{rng.randint(0, 9)}.{rng.randint(10, 99)}",
    }
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]] if rng.random() < 2 else "", form)


def _headline(language: str, rng: Random) -> str:
    parts = HEADLINES[language]
    return ("" if language == "zh" else " ").join(rng.choice(part) for part in parts)


def _link(language: str, rng: Random, attributes: str = "") -> str:
    return f'<a{attributes} href="/news/{rng.randint(10000, 99999)}/">{_headline(language, rng)}</a>'


def _class(rng: Random) -> str:
    name = rng.choice(OWN)
    return f' class="{name}"' if name else ""


def _labelled(rng: Random) -> tuple[str, str, str]:
    language = rng.choice(list(ALSO))
    return language, rng.choice(ALSO[language]) + rng.choice(("", "", ":")), _class(rng)


def _list(page: Random) -> Callable[[Random], str]:
    language, label, own = _labelled(page)
    head = page.choice(("h2", "h3", "h4", "p", "div", "strong"))
    dated = page.choice((False, True))

    def made(rng: Random) -> str:
        items = "".join(
            f"<li>{_link(language, rng)}{' <span>' + _fill(rng.choice(AGO), rng) + '</span>' if dated else ''}</li>"
            for _ in range(rng.randint(3, 6))
        )
        return f"<div{own}><{head}>{label}</{head}><ul>{items}</ul></div>"

    return made


def _cards(page: Random) -> Callable[[Random], str]:
    language, label, own = _labelled(page)
    count, date, heading = (
        page.choice(COUNTS[:8]),
        page.choice(("{t}", "{s} минут назад", "12.11.2026", "{s} hours ago")),
        page.choice(("h3", "h4", "div", "span")),
    )

    def made(rng: Random) -> str:
        cards = "".join(
            f'<div class="card"><{heading}>{_link(language, rng)}</{heading}><span>{_fill(date, rng)}</span>'
            f"<span>{_fill(count, rng)}</span></div>"
            for _ in range(rng.randint(2, 5))
        )
        return f"<section{own}><div>{label}</div>{cards}</section>"

    return made


def _inline(page: Random) -> Callable[[Random], str]:
    language, label, own = _labelled(page)
    label = label.rstrip(":")
    form = page.choice(
        (
            "<p{c}>{l}: {a}</p>", "<p{c}><strong>{l}:</strong> {a}</p>", "<p{c}><b>{l}</b><br>{a}</p>",
            "<div{c}><span>{l}</span> {a}</div>", "<blockquote{c}><p>{l}: {a}</p></blockquote>",
            "<p{c}><em>{l} — {a}</em></p>", "<p{c}>{l}:</p><p>{a}</p>", "<div{c}><p>{l}</p><p>{a}</p></div>",
            "<p{c}>▶ {l}: {a}</p>",
        )
    )
    return lambda rng: form.format(c=own, l=label, a=_link(language, rng))


def _label_in_link(page: Random) -> Callable[[Random], str]:
    language, label, own = _labelled(page)
    form = page.choice(
        (
            "<p{c}><a href='/n/{i}'>{l}: {h}</a></p>", "<div{c}><a href='/n/{i}'><span>{l}</span> <span>{h}</span></a></div>",
            "<a{c} href='/n/{i}'><div>{l}</div><div>{h}</div></a>",
        )
    )
    return lambda rng: form.format(c=own, l=label.rstrip(":"), h=_headline(language, rng), i=rng.randint(1000, 9999))


def _moving(forms: tuple[str, ...]) -> Callable[[Random], Callable[[Random], str]]:
    def maker(page: Random) -> Callable[[Random], str]:
        own, form = _class(page), page.choice(forms)
        around = page.choice(
            (
                "<div{c}>{x}</div>", "<p{c}>{x}</p>", "<span{c}>{x}</span>", "<div{c}><span>{x}</span></div>",
                "<ul{c}><li>{x}</li></ul>", "<div{c}><i></i> <b>{x}</b></div>",
            )
        )
        return lambda rng: around.format(c=own, x=_fill(form, rng))

    return maker


def _byline(page: Random) -> Callable[[Random], str]:
    name = page.choice(("Aigerim Seitova", "Иван Петров", "Жанар Ахметова", "John Miller", "Gulnora Karimova"))
    count, ago = page.choice(COUNTS[:5]), page.choice(AGO)
    form = page.choice(
        (
            "<p{c}>By {name} | {ago} | {count}</p>", "<div{c}>{name} · {count}</div>",
            "<div{c}><span>{name}</span> <span>{ago}</span> <span>{count}</span></div>", "<p{c}>{name}, {ago}</p>",
            "<p{c}>12.11.2026, 10:30 | {count}</p>", "<div{c}><time>12 ноября 2026, 10:30</time> <span>{count}</span></div>",
            "<p{c}>Автор: {name} • {count}</p>",
        )
    )
    own = _class(page)
    return lambda rng: form.format(c=own, name=name, ago=_fill(ago, rng), count=_fill(count, rng))


def _advertisement(page: Random) -> Callable[[Random], str]:
    own = page.choice((' class="ad"', ' class="banner"', "", ' class="sc-x"'))
    label = page.choice(("Advertisement", "Реклама", "Жарнама", "Reklama", "广告", "Sponsored"))
    texts = (
        "Кредит под 5 % за 15 минут", "Flats in Almaty from $ 40,000", "Купи 2 пары — третья в подарок",
        "Best laptops of the year", "Рассрочка 0-0-24 на всё", "Car insurance online in five minutes",
        "Учи английский бесплатно",
    )
    form = page.choice(
        (
            "<div{c}><div>{l}</div><a href='https://ads.example/{i}'>{t}</a></div>",
            "<p{c}>{l}</p><p><a href='https://ads.example/{i}'>{t}</a></p>",
            "<div{c}><small>{l}</small> <p><a href='https://ads.example/{i}'>{t}</a></p></div>",
        )
    )
    return lambda rng: form.format(c=own, l=label, t=rng.choice(texts), i=rng.randint(1, 99999))


FIRST = Generator("first", (_list, _cards, _inline, _label_in_link, _moving(COUNTS), _moving(AGO), _byline, _advertisement,
                            _inline, _moving(COUNTS), _moving(AGO)), (_moving(TICKERS),))


# --- the second generator

TOLD = {
    "en": (
        "Grain prices fall for a third week", "Who pays for the new metro line?", "Teachers to get a raise in spring",
        "Fire in a market hall put out", "What we know about the new visa rules", "Snow closes the mountain road again",
        "“We were promised water”: a village waits", "Photo report: the wrestlers of Osh", "5 things to see in Samarkand",
        "Police find 12 stolen horses",
    ),
    "ru": (
        "Цены на хлеб выросли на 7 %", "Кто заплатит за новую ветку метро", "Учителям обещают прибавку с весны",
        "На рынке потушили пожар", "Что известно о новых визовых правилах", "Снегопад снова закрыл перевал",
        "«Нам обещали воду»: село ждёт третий год", "Фоторепортаж: борцы Оша", "5 мест, которые стоит увидеть в Самарканде",
        "Полиция нашла 12 угнанных лошадей",
    ),
    "kk": (
        "Нан бағасы үшінші апта қатарынан қымбаттады", "Мұғалімдердің жалақысы көктемде өседі", "Базардағы өрт сөндірілді",
        "Жаңа виза ережелері туралы не белгілі?", "Асуда жол қайта жабылды",
    ),
    "ky": (
        "Нан үчүнчү жума катары менен кымбаттады", "Мугалимдердин айлыгы жазында көбөйөт", "Базардагы өрт өчүрүлдү",
        "Ашуудагы жол кайра жабылды", "Оштун балбандары: сүрөт баян",
    ),
    "uz": (
        "Non narxi uchinchi hafta oshmoqda", "O‘qituvchilar maoshi bahorda oshadi", "Bozordagi yong‘in o‘chirildi",
        "Dovondagi yo‘l yana yopildi", "Yangi viza qoidalari haqida nimalar ma’lum?",
    ),
    "tg": (
        "Нархи нон ҳафтаи сеюм боло меравад", "Маоши муаллимон дар баҳор зиёд мешавад", "Сӯхтор дар бозор хомӯш карда шуд",
        "Роҳи ағба боз баста шуд",
    ),
    "zh": ("面包价格连续第三周上涨", "谁来为新地铁线买单？", "教师工资春季上调", "集市火灾已扑灭", "签证新规有哪些变化"),
}
LEAD = {
    "en": (
        "More stories", "What others are reading", "Editor's picks", "In other news", "Explore more", "Keep reading",
        "From our partners", "On the same subject", "Today's top five", "Watch next",
    ),
    "ru": (
        "Также на сайте", "Сейчас читают", "Выбор редакции", "Другие новости", "Лента новостей", "Новости СМИ2",
        "Не пропустите", "Интересное за неделю", "Топ-5 за день", "К этому часу",
    ),
    "kk": ("Басқа жаңалықтар", "Редакция таңдауы", "Қазір оқып жатыр", "Осы тақырыпта"),
    "ky": ("Башка жаңылыктар", "Редакциянын тандоосу", "Ушул темада", "Азыр окулуп жатат"),
    "uz": ("Boshqa xabarlar", "Muharrir tanlovi", "Hozir o‘qilmoqda", "Yana xabarlar"),
    "tg": ("Хабарҳои дигар", "Интихоби муҳаррир", "Дар ҳамин мавзӯъ"),
    "zh": ("更多新闻", "编辑推荐", "大家都在看", "猜你喜欢"),
}
MANY = (
    "Viewed {n} times", "Page views: {n}", "Read {n} times", "Прочитали {n}", "Просмотрено {n} раз", "Всего просмотров — {n}",
    "{n} 👀", "Оқылды: {n}", "Көргөндөр: {n}", "Кўришлар: {n}", "Тамошо: {n}", "点击数：{n}", "已有{n}人阅读", "{n} replies",
    "Обсудить ({m})", "{m} reactions", "Reading time: {m} minutes", "{m} минут чтения", "Rating: 4.{m} ({n} votes)",
    "Оценка {m} из 100", "Shared {n} times", "Лайков: {n}", "Saved by {n} readers", "+{m}",
)
SINCE = (
    "{m}m ago", "{m} min", "an hour ago", "{m} hrs ago", "Edited {m} minutes ago", "Published {m} hours ago", "час назад",
    "{m} мин. назад", "{m} мин назад", "Опубликовано {m} часов назад", "Сегодня, {h}", "вчера в {h}",
    "Жаңартылды: {m} минут бұрын", "{m} мүнөт мурун", "Yangilandi: {h}", "Бугун, {h}", "{m} дақиқа пеш", "更新于{m}分钟前",
    "昨天 {h}", "{m} days ago", "Today {h}", "Modified {m} hours ago",
)
BOARD = (
    "{h}", "{h}:{m} Ташкент", "Now: {h}", "Sunny, {c}", "Ясно {c}", "Сейчас в Бишкеке {c}", "Душанбе {c} дождь",
    "¥ {f} ₸ {f}", "1 USD = {f} KZT", "курс НБ РК: USD {f} / EUR {f}", "Золото {f}", "EUR/UZS {f} −{g}", "Нефть Brent: {f} $",
    "KASE {f} +{g} %", "Wind {m} m/s, {c}", "Bitcoin ${n}",
)
NAMES = ("", "", "more-stories", "jsx-3981", "tape", "b-lenta", "o-list", "Box_root__a1b2c", "wrap", "inner-promo", "rec")


def _put(form: str, rng: Random) -> str:
    def value(found: re.Match[str]) -> str:
        return {
            "n": f"{rng.randint(50, 250_000):,}".replace(",", rng.choice((",", " ", "\u00a0", ""))),
            "m": str(rng.randint(2, 59)),
            "h": f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}", "c": f"{rng.choice('+−')}{rng.randint(1, 35)} °C",
            "f": f"{rng.randint(5, 13000)},{rng.randint(10, 99)}", "g": f"{rng.randint(0, 3)},{rng.randint(10, 99)}",
        }[found[1]]

    return re.sub(r"\{([nmhcfg])\}", value, form)


def _news(language: str, rng: Random) -> tuple[str, str]:
    return f"https://site.example/{rng.randint(2020, 2026)}/{rng.randint(1, 12)}/{rng.randint(100, 9999)}", rng.choice(
        TOLD[language]
    )


def _named(page: Random) -> str:
    return f' class="{name}"' if (name := page.choice(NAMES)) else ""


def _column(page: Random) -> Callable[[Random], str]:
    """Several other stories below a heading, each with a picture, a title and more or less beside it."""
    language = page.choice(list(LEAD))
    label, own, count, since = page.choice(LEAD[language]), _named(page), page.choice(MANY), page.choice(SINCE)
    item = page.choice(
        (
            "<div><img src='/i.jpg'><a href='{u}'>{t}</a><p>{x}</p></div>", "<p>{x} <a href='{u}'>{t}</a></p>",
            "<dd><a href='{u}'><b>{t}</b></a></dd>", "<a href='{u}'><h4>{t}</h4><span>{x}</span></a>",
            "<article><h5><a href='{u}'>{t}</a></h5><footer>{x}</footer></article>", "<div>— <a href='{u}'>{t}</a></div>",
        )
    )
    outer = page.choice(
        (
            "<div{c}><h3>{l}</h3>{i}</div>", "<div{c}><span>{l}</span><div>{i}</div></div>",
            "<div{c}><p><b>{l}</b></p>{i}</div>", "<div{c}><a href='/all'>{l}</a>{i}</div>",
        )
    )

    def made(rng: Random) -> str:
        items = ""
        for _ in range(rng.randint(3, 5)):
            url, told = _news(language, rng)
            items += item.format(u=url, t=told, x=_put(rng.choice((count, since)), rng))
        return outer.format(c=own, l=label, i=items)

    return made


def _between(page: Random) -> Callable[[Random], str]:
    """One other story between two paragraphs."""
    language = page.choice(list(LEAD))
    label, own = page.choice(LEAD[language]), _named(page)
    form = page.choice(
        (
            "<p{c}><u>{l}</u>: <a href='{u}'>{t}</a></p>", "<div{c}><div>{l}</div><div><a href='{u}'>{t}</a></div></div>",
            "<p{c}>{l} – <a href='{u}'><strong>{t}</strong></a></p>", "<div{c}><p><a href='{u}'>{l} » {t}</a></p></div>",
            "<table{c}><tr><td>{l}</td><td><a href='{u}'>{t}</a></td></tr></table>", "<p{c}>[{l}: <a href='{u}'>{t}</a>]</p>",
            "<h4{c}>{l}</h4><p><a href='{u}'>{t}</a></p>", "<p{c}>{l} <a href='{u}'>«{t}»</a>.</p>",
        )
    )

    def made(rng: Random) -> str:
        url, told = _news(language, rng)
        return form.format(c=own, l=label, u=url, t=told)

    return made


def _told_in(forms: tuple[str, ...]) -> Callable[[Random], Callable[[Random], str]]:
    def maker(page: Random) -> Callable[[Random], str]:
        form, own = page.choice(forms), _named(page)
        around = page.choice(
            (
                "<div{c}><p>{x}</p></div>", "<p{c}><i>{x}</i></p>", "<div{c}>{x}</div>", "<small{c}>{x}</small>",
                "<div{c}><svg></svg><span>{x}</span></div>",
            )
        )
        return lambda rng: around.format(c=own, x=_put(form, rng))

    return maker


def _signed(page: Random) -> Callable[[Random], str]:
    name, count, since = (
        page.choice(("Dana Omarova", "Олег Ким", "S. Rahimov", "Тимур Алиев")),
        page.choice(MANY[:6]),
        page.choice(SINCE),
    )
    form = page.choice(
        (
            "<p>{n} — {a}</p>", "<div><b>{n}</b><i>{a}</i><i>{v}</i></div>", "<p>Текст: {n} / {v}</p>", "<p>{n} ({v})</p>",
            "<div>{n}, 27 Nov 2026 · {v}</div>", "<p>27.11.2026 {v}</p>",
        )
    )
    return lambda rng: form.format(n=name, a=_put(since, rng), v=_put(count, rng))


def _paid(page: Random) -> Callable[[Random], str]:
    own = page.choice((' id="div-gpt-7"', ' class="adv"', "", ' class="ya-partner"'))
    return lambda rng: (
        f"<div{own}><span>{'Партнёрский материал'}</span><a href='https://click.example/{rng.randint(1, 9999)}'>"
        f"{rng.choice(('Заём без процентов', 'Новый кроссовер от 9 990 000 ₸', 'Турция от 250 $', 'Окна за день'))}</a></div>"
    )


SECOND = Generator("second", (_column, _between, _between, _told_in(MANY), _told_in(SINCE), _signed, _paid, _told_in(MANY),
                              _column, _told_in(SINCE)), (_told_in(BOARD),))
