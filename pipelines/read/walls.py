"""Pages that answer with status 200 where an article should be and are none: a challenge, a wall of consent, "not found"."""
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from crawler.items import Block
from pipelines.read.clean import one_line
from pipelines.read.metadata import Metadata
from pipelines.read.screen import Refused

# What a page says of its own date for machines is evidence of an article; a time that it only shows is not.
STATED = {"json-ld", "og", "meta", "microdata"}
# The longest wall of consent seen had 2,900 letters, the longest challenge 700, the longest page "not found" 500.
LONGEST = {"consent": 4_000, "challenge": 1_500, "not_found": 1_000}
# A headline may have such words in it; a wall's has little else.
BESIDE = 30

# What only the challenges themselves hold: their scripts run on ordinary pages too, under other names.
MARKS = ("_cf_chl_opt", "cf-chl-", "cf_chl_", "cf-browser-verification", "cf-challenge-running", "jschl_vc", "jschl-answer",
         "captcha-delivery.com", "_Incapsula_Resource", "Incapsula incident ID", "sucuri_cloudproxy_js",
         "Sucuri WebSite Firewall",
         "px-captcha", "window._pxAppId", "ddos-guard.net/", "check.ddos-guard", "showcaptcha", "checkcaptcha", "awsWafCookie",
         "gokuProps", "aliyun_waf", "acw_sc__v2", "slowAES.decrypt", "__qrator", "servicepipe.ru/static", "variti.com",
         "kramericaindustries", "distil_r_captcha", "ak_bmsc", "sec-if-cpt-container", "__imunify360", "wsidchk",
         "bot-protection")
WORDS = {
    "challenge": (
        "just a moment", "checking your browser", "site connection is secure", "attention required", "you are human",
        "you're human", "you are a human", "not a robot", "are you a robot", "ddos protection", "ddos-guard", "security check",
        "security verification", "access denied", "access to this page has been denied", "request blocked",
        "you have been blocked", "unusual traffic", "enable javascript", "javascript is required", "javascript is disabled",
        "enable cookies",
        "проверка браузера", "проверяем ваш браузер", "проверка безопасности", "не робот", "вы человек", "доступ ограничен",
        "доступ запрещен", "доступ запрещён", "доступ заблокирован", "включите javascript", "один момент", "защита от ddos",
        "подозрительная активность", "браузеріңізді тексер", "робот емес", "қолжетімділік шектелген",
        "робот эмес", "кирүүгө тыюу салынган", "robot emas", "brauzeringiz tekshiril", "кириш тақиқланган", "дастрасӣ манъ",
        "робот нестед",
        "robot däl", "请稍候", "请稍等", "安全检查", "安全验证", "人机验证", "不是机器人", "访问被拒绝", "滑动验证",
        "正在检查您的浏览器"),
    "not_found": (
        "page not found", "not found", "page cannot be found", "page can't be found", "page could not be found",
        "page doesn't exist", "page does not exist", "no longer available", "nothing found", "nothing was found",
        "страница не найдена", "страница не существует", "страницы не существует", "страница удалена", "ничего не найдено",
        "материал не найден", "новость не найдена", "статья не найдена", "запись не найдена", "не найдено", "не найдена",
        "бет табылмады", "парақ табылмады", "бет жоқ", "ештеңе табылмады", "барак табылган жок", "бет табылган жок",
        "баракча табылган жок", "sahifa topilmadi", "sahifa mavjud emas", "hech narsa topilmadi", "саҳифа топилмади",
        "саҳифа ёфт нашуд", "саҳифа пайдо нашуд", "sahypa tapylmady", "tapylmady", "页面不存在", "找不到页面", "页面未找到",
        "页面没有找到", "您访问的页面", "内容不存在", "文章不存在", "頁面不存在", "sayfa bulunamadı", "صفحه یافت نشد")}
NUMBER = re.compile(r"(?:error|ошибка|қате|ката|xato|хато|ýalňyşlyk|错误)?\W*40[34](?!\w)(?!\s+[^\W\d])", re.IGNORECASE)
CONSENT = re.compile(r"cookie|consent|gdpr|privacy|personal data|your data|куки|кук[иа]-?файл|персональн\w+ данн|соглас[иен]|"
                     r"конфиденциальн|жеке дерек|жеке маалымат|құпиялы|купуялык|shaxsiy ma.lumot|maxfiy|шахсий маълумот|隐私|"
                     r"個人資料|个人信息", re.IGNORECASE)
# A site that asks speaks of itself, a report on such a law does not.
ITSELF = re.compile(r"\b(?:we|our|us|this (?:web)?site|мы|наш\w*|сайт\w*|біз\w*|биз\w*|biz\w*)\b|我们|本网站|本站",
                    re.IGNORECASE)
ACCEPT = re.compile(r"\b(?:accept|agree|allow|consent|got it|i understand|принять|принимаю|соглас[еаи]н|соглашаюсь|разрешить|"
                    r"хорошо|қабылда|келіс|кабыл ал|макул|roziman|qabul qil|розиман|қабул|розӣ|kabul et|razy)|"
                    r"同意|接受|允许", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signs:
    """What of a page may show that it is a wall: its titles and headlines in small letters, its first texts, and whether it has
    a button that accepts."""

    heads: tuple[str, ...]
    texts: tuple[str, ...]
    accepts: bool


def signs(tree: HtmlElement, known: Metadata) -> Signs | None:
    """The signs of a page, before its text is looked for, which uses the tree up; None where the page says for machines when it
    was published, as no wall does."""
    if known.origins.get("published") in STATED:
        return None
    head = tree.find(".//head/title")
    every = (head.text if head is not None else None, known.title,
             *(one.text_content() for one in islice(tree.iter("h1", "h2"), 5)))
    buttons = (element.get("value") or element.text_content() for element in tree.iter("button", "a", "input"))
    return Signs(tuple(text for each in every if (text := one_line(each or "", 300).casefold())),
                 tuple(filter(None, (one_line(text, 200) for text in islice(_own(tree), 50)))),
                 any(ACCEPT.search(text) for button in buttons if len(button) < 200 and len(text := one_line(button, 80)) < 60))


def check(markup: str, shown: Signs | None, blocks: tuple[Block, ...]) -> None:
    """Refuses what is a challenge, a page not found or a wall of consent, whose text is blocks."""
    length = sum(len(block.text) for block in blocks)
    if shown is None or length > max(LONGEST.values()):
        return
    texts = tuple(block.text for block in blocks) or shown.texts
    if length <= LONGEST["challenge"] and any(mark in markup for mark in MARKS):
        raise Refused("challenge", "the page asks the browser to prove itself")
    for reason, note in (("challenge", "the page asks the browser to prove itself or keeps it out"),
                         ("not_found", "the page says with status 200 that there is none")):
        if length <= LONGEST[reason] and _says(shown.heads or texts[:3], reason):
            raise Refused(reason, note)
    if length <= LONGEST["not_found"] and any(len(head) <= BESIDE and NUMBER.match(head) for head in shown.heads):
        raise Refused("not_found", "the page says with status 200 that there is none")
    if shown.accepts and _is_of_consent(texts):
        raise Refused("consent", "the page is about consent, and an article is behind it")


def _own(tree: HtmlElement) -> Iterator[str]:
    body = tree.find("body")
    if body is not None:
        for element in body.iter():
            own = None if element.tag in ("script", "style", "template") else element.text
            yield from (text for text in (own, element.tail) if text and text.strip())


def _says(texts: Iterable[str], reason: str) -> bool:
    """Whether one of the texts is one of the words for this reason and little more."""
    return any(words in text and len(text) <= len(words) + BESIDE
               for text in map(str.casefold, texts) for words in WORDS[reason])


def _is_of_consent(texts: Iterable[str]) -> bool:
    asking = [text for text in texts if CONSENT.search(text)]
    return any(map(ITSELF.search, asking)) and 2 * sum(map(len, asking)) >= sum(map(len, texts))
