"""Small news pages with articles of our own in three languages."""
URL = "https://steppe.example/en/articles/sx/features/2026/03/01/feature-01"
LINES = {
    "en": ("Border guards of two countries held their first joint exercise near the Khorgos pass on Monday.",
           "Officials said the exercise would not slow the freight trains, which wait for days as it is.",
           "Analysts in the capital saw it as one more sign that the old division of labour is coming to an end."),
    "ru": ("Пограничники двух стран провели в понедельник первые совместные учения у перевала Хоргос.",
           "По словам чиновников, учения не задержат грузовые поезда, которые и без того ждут по несколько дней.",
           "Аналитики в столице увидели в этом ещё один знак того, что прежнее разделение труда уходит в прошлое."),
    "kk": ("Екі елдің шекарашылары дүйсенбі күні Қорғас асуының маңында алғашқы бірлескен жаттығуын өткізді.",
           "Шенеуніктердің айтуынша, жаттығу онсыз да бірнеше күн күтетін жүк пойыздарын кідіртпейді.",
           "Елордадағы сарапшылар мұны бұрынғы еңбек бөлінісінің аяқталып келе жатқанының тағы бір белгісі деп білді."),
}


def page(lines: tuple[str, ...] = LINES["en"], *, head: str = "", title: str = "Guards at the pass", lang: str = ' lang="en"',
         charset: str = '<meta charset="utf-8">', before: str = "", inside: str = "", after: str = "") -> str:
    """A page whose article has these lines; before and after stand around the article, inside in its body."""
    text = "".join(f"<p>{line}</p>" for line in lines)
    return (f"<!DOCTYPE html><html{lang}><head>{charset}<title>{title} | Steppe Post</title>{head}</head><body>"
            f"<header><a href='/'>Steppe Post</a></header>{before}<main><h1>{title}</h1><div class='story'>{text}{inside}</div>"
            f"</main>{after}<footer><p>All rights reserved by the Steppe Post and its friends.</p></footer></body></html>")


def comment(number: int, text: str, answers: str = "", author: str = "Aigerim", time: str = "2026-03-01 10:00") -> str:
    """A comment in the markup of the outlet `steppe`."""
    return (f'<div class="comment" id="comment_{number}"><span class="comment__author">{author}</span>'
            f'<span class="comment__date">{time}</span><p class="comment__text">{text}</p><a href="#">Reply</a>'
            f'<div class="replies">{answers}</div></div>')


def thread(comments: str, label: str = "") -> str:
    """A thread of the outlet `steppe`; label is its page-wide count."""
    return f'<div class="comments" id="comments">{comments}<span class="comments__count">{label}</span></div>'
