"""Pages that say something else than what they were asked for."""
from collections.abc import Iterator

from hostile.document import Document, lines_of, page, utf8


def _bare(title: str, text: str, *, head: str = "", h1: bool = True) -> str:
    heading = f"<h1>{title}</h1>" if h1 else ""
    return (f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
            f"<div class='c'>{heading}<p>{text}</p></div></body></html>")


CHALLENGES = {
    "Cloudflare": _bare("Just a moment...", "Enable JavaScript and cookies to continue",
                        head="<script>window._cf_chl_opt = {cvId: '3'};</script>", h1=False),
    "Cloudflare, blocked": _bare("Attention Required! | Cloudflare", "Sorry, you have been blocked. You are unable to access "
                                 "paper.example. Why have I been blocked? This website is using a security service to protect "
                                 "itself from online attacks."),
    "DataDome": _bare("paper.example", "Please enable JS and disable any ad blocker",
                      head='<script src="https://ct.captcha-delivery.com/c.js"></script>', h1=False),
    "Incapsula": '<html><head><script src="/_Incapsula_Resource?SWJIYLWA=7"></script></head><body><iframe src="x">Request '
                 "unsuccessful. Incapsula incident ID: 1-2</iframe></body></html>",
    "Sucuri": _bare("You are being redirected...",
                    "Javascript is required. Please enable javascript before you are allowed to see "
                    "this page.", head="<script>var s='';/* sucuri_cloudproxy_js */</script>"),
    "DDoS-Guard": _bare("DDoS-Guard", "Checking your browser before accessing paper.example. Please wait a few seconds."),
    "Yandex": _bare("Ой!", "Нам очень жаль, но запросы с вашего устройства похожи на автоматические.",
                    head='<link href="/showcaptcha.css" rel="stylesheet">'),
    "a check in Russian": _bare("Проверка браузера", "Пожалуйста, подождите несколько секунд, сайт проверяет ваш браузер."),
    "a question in Kazakh": _bare("Робот емес екеніңізді растаңыз", "Жалғастыру үшін төмендегі батырманы басыңыз."),
    "a check in Chinese": _bare("安全验证", "请完成下方验证后继续访问网站，感谢您的理解与支持。"),
    "no headline": "<html><body><p>Checking your browser before accessing the site.</p><p>This is automatic.</p></body></html>",
    "scripts are needed": "<html><head></head><body><noscript>You need to enable JavaScript to run this app.</noscript>"
                          "<div id='root'></div></body></html>",
    "access denied": _bare("Access Denied",
                           "You don't have permission to access this resource on this server. Reference #18.5")}
CONSENTS = {
    "English": ("Before you continue", "We and our 814 partners store cookies on your device to process personal data. ",
                "Accept all"),
    "Russian": ("Мы ценим вашу приватность",
                "Мы используем файлы cookie и обрабатываем персональные данные. Нужно ваше согласие. ",
                "Принять всё"),
    "Kazakh": ("Құпиялылық", "Сайт cookie файлдарын пайдаланады және жеке деректерді өңдейді. Келісіміңіз қажет. ", "Қабылдау"),
    "Chinese": ("隐私设置", "我们使用 Cookie 来处理您的个人信息，并在您的设备上保存这些信息，请您同意。", "同意并继续"),
    "Turkish": ("Gizlilik", "We use cookies and similar technologies to process your data for advertisements. ", "Kabul et")}
MISSING = {
    "English": ("Page not found", "The page that you were looking for may have been moved or deleted."),
    "English, a number": ("404", "Sorry, there is nothing here. Go back to the front page."),
    "English, an error": ("Error 404", "Sorry, there is nothing here. Go back to the front page or search for it."),
    "Russian": ("Страница не найдена", "Возможно, она была удалена или перемещена. Перейдите на главную страницу."),
    "Russian, a number": ("Ошибка 404", "Такой страницы на нашем сайте больше нет. Перейдите на главную."),
    "Kazakh": ("Бет табылмады", "Сіз іздеген бет жойылған немесе орны ауыстырылған болуы мүмкін."),
    "Kyrgyz": ("Барак табылган жок", "Сиз издеген барак өчүрүлгөн же башка жерге жылдырылган болушу мүмкүн."),
    "Uzbek": ("Sahifa topilmadi", "Siz qidirgan sahifa o'chirilgan yoki ko'chirilgan bo'lishi mumkin."),
    "Uzbek in Cyrillic": ("Саҳифа топилмади", "Сиз қидирган саҳифа ўчирилган ёки кўчирилган бўлиши мумкин."),
    "Tajik": ("Саҳифа ёфт нашуд", "Саҳифаи дархостшуда нест карда шудааст ё кӯчонида шудааст."),
    "Turkmen": ("Sahypa tapylmady", "Gözleýän sahypaňyz pozulan ýa-da göçürilen bolmagy mümkin."),
    "Chinese": ("页面不存在", "您要找的页面可能已经被删除或者移动，请返回首页。")}


def documents() -> Iterator[Document]:
    """Numbers 104 to 107: pages that answer with status 200 where an article should be."""
    for name, body in CHALLENGES.items():
        yield utf8(107, f"challenge: {name}", body, refused=frozenset({"challenge"}))
    for name, (title, text, accept) in CONSENTS.items():
        for button in (f"<button>{accept}</button>", f'<input type="submit" value="{accept}">',
                       f'<a href="#" role="button">{accept}</a>'):
            yield utf8(106, f"consent: {name}", _bare(title, f"{text * 4}</p><p>{text}</p>{button}<p>"),
                        refused=frozenset({"consent"}))
    for name, (title, text) in MISSING.items():
        yield utf8(104, f"missing: {name}", _bare(f"{title} | Steppe" if len(title) > 9 else title, text, h1=False),
                    refused=frozenset({"not_found"}))
        page_of = page((text,), title="Steppe").replace("<h1>Steppe</h1>", f"<h1>{title}</h1>")
        yield utf8(104, f"missing by its headline: {name}", page_of, refused=frozenset({"not_found"}))
    # Articles that have such words in them, or stand behind such a service.
    for name, title, more in (
            ("words of a wall in a headline", "Ministry says page not found in the archive is the one on the border treaty",
             ""),
            ("a service in front", "A post in the steppe",
             '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'),
            ("a captcha in a form", "A post in the steppe",
             '<form><div class="g-recaptcha"></div><button>Send</button></form>'),
            ("a box below", "A post in the steppe",
             '<div class="cookie-bar"><p>We use cookies.</p><button>Accept</button></div>'),
            ("a story", "Parliament passes a law on cookies and personal data", "<button>Accept</button>")):
        yield utf8(106, name, page(lines_of(name), title=title, after=more), lines=lines_of(name))
    lines = ("Parliament has passed a law on personal data and cookies, after a debate of eleven hours on Monday.",
             "Whoever keeps personal data of others will need their consent, and a judge may ask to see it at any time.",
             "The privacy of readers was on nobody's mind, said a deputy, who was thinking of the cookies in the canteen.")
    yield utf8(106, "a law on consent", page(lines, after="<button>Accept</button>"), lines=lines)
