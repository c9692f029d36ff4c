"""Pages of several shells around one article, with room for what a site puts before, inside and after its text."""
from collections.abc import Callable

LINES = (
    "The freight yard at the foot of the pass was closed on Monday, two days after the river had taken the lower road.",
    "Some four hundred lorries stand in the yard by now, and their drivers cook on the steps of the customs house.",
    "«We were told that it would take a night», said a driver from the south, who has carried onions here for years.",
    "The ministry of roads wants to have a bridge of pontoons by Friday, if the water does not rise again until then.",
    "Until then, only those who walk may cross, and they do so in the mornings, when the river carries the least.")
TITLE = "The river takes the road below the pass"
Shell = Callable[[str, str, str, str], str]


def _head() -> str:
    return (f'<head><meta charset="utf-8"><title>{TITLE} | Steppe Post</title><meta property="og:title" content="{TITLE}">'
            "</head>")


def weblog(text: str, before: str, inside: str, after: str) -> str:
    return (f'<!DOCTYPE html><html lang="en">{_head()}<body class="single postid-7"><header class="site-header"><nav><ul><li>'
            f'<a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav></header><div id="content">{before}<article '
            f'id="post-7" class="post"><header class="entry-header"><h1 class="entry-title">{TITLE}</h1></header><div '
            f'class="entry-content">{text}{inside}</div></article>{after}</div><footer class="site-footer"><p>© 2026 Steppe '
            "Post. All rights are reserved, and so are the wrongs.</p></footer></body></html>")


def tables(text: str, before: str, inside: str, after: str) -> str:
    return (f"<html>{_head()}<body bgcolor=white><table width=100%><tr><td colspan=2><a href=/>Steppe Post</a></td></tr><tr>"
            f"<td "
            f"width=70%>{before}<h1>{TITLE}</h1><div>{text}{inside}</div>{after}</td><td><a href=/a>Society</a><br><a href=/b>"
            "Economy</a></td></tr></table></body></html>")


def columns(text: str, before: str, inside: str, after: str) -> str:
    return (f'<!DOCTYPE html><html lang="ru">{_head()}<body><div class="wrapper"><div class="topline"><a href="/">Steppe '
            f'Post</a>'
            f'</div><div class="row"><div class="col-md-8">{before}<div class="news-detail"><h1>{TITLE}</h1><div '
            f'class="news-detail'
            f'__text">{text}{inside}</div></div>{after}</div><div class="col-md-4"><div class="banner"><img src="/b.png"></div>'
            "</div></div></div></body></html>")


def built(text: str, before: str, inside: str, after: str) -> str:
    return (f'<!DOCTYPE html><html lang="en">{_head()}<body><div id="__next"><div class="css-1x9f"><div class="css-77ab"><a '
            f'href='
            f'"/">Steppe Post</a></div><main class="css-0"><div class="css-5f1c">{before}<h1 class="css-h1">{TITLE}</h1>'
            f'</div><div '
            f'class="css-9ka2"><div class="css-2b">{text}{inside}</div></div><div class="css-8c">{after}</div></main></div>'
            f'</div>'
            "</body></html>")


def data(text: str, before: str, inside: str, after: str) -> str:
    return (f'<!DOCTYPE html><html lang="en">{_head()}<body><main itemscope itemtype="https://schema.org/NewsArticle">'
            f'{before}<h1 '
            f'itemprop="headline">{TITLE}</h1><section itemprop="articleBody" class="article__body">{text}{inside}</section>'
            f'{after}'
            "</main></body></html>")


def bare(text: str, before: str, inside: str, after: str) -> str:
    """As pages made by hand: the text stands in the body's one division, beside everything else."""
    return (f"<html>{_head()}<body><center><b>Steppe Post</b></center><div>{before}<h1>{TITLE}</h1>{text}{inside}{after}</div>"
            "</body></html>")


SHELLS: dict[str, Shell] = {"weblog": weblog, "tables": tables, "columns": columns, "built": built, "data": data, "bare": bare}


def page(shell: str, *, before: str = "", inside: str = "", after: str = "", among: str = "") -> str:
    """The article in a shell; among stands between its second paragraph and its third."""
    text = [f"<p>{line}</p>" for line in LINES]
    return SHELLS[shell]("".join((*text[:2], among, *text[2:])), before, inside, after)


# --- what moves from look to look

TITLES = ("A new well for Naryn's upper village", "Onions cost twice as much in the capital",
    "Why the night train is late again",
          "Market reopens after two winters", "Herders wait for the promised road", "A school without a roof, and its choir",
          "Three ministers and one shovel", "Apples are sold out before noon")
AGO = ("{} minutes ago", "Updated {} minutes ago", "{} минут назад", "Обновлено {} минут назад", "{} minut oldin",
    "{} соат олдин",
       "{} сағат бұрын", "{} саат мурун", "{} дақиқа пеш", "{} minut öň", "{}分钟前", "{} dakika önce")
COUNTS = ("{} views", "Просмотров: {}", "👁 1 {}", "{} comments", "{} комментариев", "Пікірлер: {}", "Комментарийлер ({})",
          "{} ta izoh", "Share {}", "Поделиться {}", "{} shares", "Нравится {}", "{} · 💬 {}", "1{}")


def _title(look: int, place: int) -> str:
    return f'<a href="/news/{look}{place}">{TITLES[(3 * look + place) % len(TITLES)]}</a>'


def rotating(look: int) -> dict[str, str]:
    """The boxes that a site shows at a look, by their kind; at the next one each has changed."""
    titles = [_title(look, place) for place in range(look % 3 + 3)]
    pillow = f"<p>Pillow number {look} is the softest pillow there has ever been in this town, come and lie on it.</p>"
    told = f"<p>All of it, as it was told by those who were there on day {look}, and by those who came later.</p>"
    return {
        "related": f'<div class="related"><h4>Related</h4><ul>{"".join(f"<li>{title}</li>" for title in titles)}</ul></div>',
        "related without a name": f'<div><h4>Читайте также</h4><ul>{"".join(f"<li>{title}</li>" for title in titles)}</ul>'
                                  f'</div>',
        "a line that leads elsewhere": f"<p><strong>Читайте также:</strong> {titles[0]}</p><p>Read also: {titles[1]}</p>",
        "a link alone": f"<p><b>{titles[2]}</b></p>",
        "cards": f'<div class="more">{"".join(f"<div><h3>{title}</h3>{told}</div>" for title in titles)}</div>',
        "most read": f'<div class="q8"><h3>Самое читаемое</h3><ol>'
                     f'{"".join(f"<li>{title} <span>{look * 7}</span></li>" for title in titles)}</ol></div>',
        "latest": f'<div class="q9">'
                  f'{"".join(f"<p>1{place}:{look:02} {title}</p>" for place, title in enumerate(titles))}</div>',
        "counts": "".join(f"<p>{count.format(look + 101, look)}</p>" for count in COUNTS),
        "a list of counts": f'<ul class="i"><li>{1000 + look}</li><li>{look}</li><li>{look + 2} мин. назад</li></ul>',
        "relative dates": "".join(f"<p>{ago.format(look + 2)}</p>" for ago in AGO),
        "shares": "<div>" + "".join(f'<div><a href="#">{name}</a><span>{look * 3}</span></div>'
                                    for name in ("Facebook", "Telegram", "VK")) + "</div>",
        "advertisements": f'<div class="adv-banner">{pillow}</div><div class="reklama">Реклама{pillow}</div>'
                          f'<div id="div-gpt-ad-{look}">{pillow}</div>',
        "a clock": f'<div id="clock">10:{look:02}:11</div><p>Monday, 2 March 2026, 10:{look:02}</p>',
        "weather": f'<div class="informer"><span>Almaty {look}°C</span> <span>USD {440 + look}.1</span></div>'}


# --- readers' comments

WHO = ("Aigerim", "Marat K.", "Лола", "Тимур", "陈晨")
SAID = (
    "I have driven over that pass for thirty years, and nobody has ever asked me who should guard it, not even once.",
    "Спасибо за статью. Мой брат стоит там третий день, и никто ему ничего не говорит о дороге.",
    "Қашан ашылатынын біреу біле ме? Біз де сол жақта тұрып қалдық.", "The onions will not wait until Friday.",
    "Ko'prik qachon quriladi, buni hech kim aytmayapti, biz esa kutmoqdamiz.")
# A wrapper's name → its markup around the comments, with their number, and that of each.
WRAPPERS = {
    "WordPress": ('<div id="comments" class="comments-area"><h2>{} thoughts</h2><ol class="comment-list">|</ol><div '
                  'id="respond">'
                  "<h3>Leave a reply</h3></div></div>",
                  '<li class="comment"><article class="comment-body"><footer><b>{who}</b> <time>{when}</time></footer><p>'
                  '{said}</p>'
                  "</article></li>"),
    "microdata": ("<div><h3>{} answers</h3>|</div>",
                  '<div itemprop="comment" itemscope itemtype="https://schema.org/Comment"><b>{who}</b> {when}<p>{said}</p>'
                  '</div>'),
    "BEM with an unknown prefix": (
        '<section class="k7q-comments"><h2 class="k7q-comments__title">Comments <i>{}</i></h2><ul class="k7q-list">|</ul>'
        '</section>',
        '<li class="k7q-comment__item"><div class="k7q-comment__head">{who} {when}</div><div>{said}</div></li>'),
    "a flat list with data": ('<div class="discussion" data-total="{0}"><h2>Discussion ({0})</h2>|</div>',
                              '<div class="message" data-id="{when}" data-parent-id="0"><b>{who}</b><div>{said}</div></div>'),
    "Disqus": ('<div id="disqus_thread"><p>{} comments</p>|</div>', '<div class="post"><b>{who}</b><p>{said}</p></div>'),
    "a section": ('<section id="discussion"><h3>{}</h3><ul>|</ul></section>',
    "<li><p><b>{who}</b> {when}</p><p>{said}</p></li>"),
    "a list of definitions": ("<h3>Comments ({})</h3><dl>|</dl>", "<dt>{who}, {when}</dt><dd>{said}</dd>"),
    "a table": ('<table class="comments"><tr><th>{} comments</th></tr>|</table>',
    "<tr><td>{who} {when}</td><td>{said}</td></tr>"),
    "details": ("<details><summary>Комментарии ({})</summary>|</details>", "<div><b>{who}</b><p>{said}</p></div>"),
    "articles": ('<section aria-label="Comments"><h2>{}</h2>|</section>',
                 "<article><header>{who} <time>{when}</time></header><p>{said}</p></article>"),
    "elements of its own": ("<site-comments><b>{}</b>|</site-comments>", "<x-said><b>{who}</b><p>{said}</p></x-said>"),
    "a heading and a list": ('<div class="z4"><h3>Пікірлер: {}</h3><ul>|</ul></div>',
                             "<li><b>{who}</b> {when}<p>{said}</p></li>"),
    **{f"the name {name}": (f'<div class="{name}">|</div>', "<div><b>{who}</b><p>{said}</p></div>") for name in (
        "kommentarii", "b-kommenty", "pikirler", "izohlar", "fikrlar", "teswirler", "obsuzhdenie", "otzyvy")}}


def comments(wrapper: str, number: int) -> str:
    """So many comments in a wrapper."""
    around, each = WRAPPERS[wrapper]
    begin, end = around.split("|")
    return begin.format(number) + "".join(each.format(who=WHO[place], said=SAID[place], when=f"1{place}.03.2026 12:05")
                                          for place in range(number)) + end
