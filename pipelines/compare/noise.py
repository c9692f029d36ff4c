"""Lines that change at every look at an outlet's pages, and so say nothing when they change.

Some are known by their form: counts, relative dates, what else to read. What an outlet's own history says of others comes as
rules (pipelines/noise.py learns them).
"""
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from pipelines.compare.version import plain, same
from pipelines.moves import COUNTED, LABELS, NUMBER, RELATIVE, SCALE, SEE_ALSO

# No line of counts and dates is longer, nor a line that leads on to another text.
LONGEST, LONGEST_LEADING = 120, 300
# A label in front of what changes, or above it, is no longer.
LABEL = 60
DAY = r"today|yesterday|сегодня|вчера|бүгін|кеше|бүгүн|кечээ|bugun|kecha|бугун|кеча|имрӯз|дирӯз|今天|昨天"
AT = r"(?:at|в|во|саат|soat|соат|сағат|соати)\b"
TIME = r"\d?\d:\d\d(?::\d\d)?"
SEEN = rf"{COUNTED}|көрген(?:дер)?|көргөн(?:дөр)?|ko[‘'’ʻ`]?rganlar|кўрганлар|бинандагон|görenler"
COUNT = (rf"(?:{SEEN})(?:\s+(?:soni|саны|сони|count))?[\s:：(–—-]*(?:{NUMBER}){SCALE}(?:\s*\b(?:times|раза?)\b)?|"
         rf"(?:{NUMBER})\s*(?:минут[аы]?|мин\.?) чтения|"
         rf"(?:{NUMBER}){SCALE}(?:\s*(?:marta|марта|рет|жолу|бор|раз|gezek|times|ta|та))?\s*(?:дида шуд|(?:{COUNTED})\b)|"
         rf"(?:(?:{COUNTED}|read)\s+)(?:{NUMBER}){SCALE}\s*(?:times|раза?)?|"
         rf"(?:阅读|浏览|点击|评论|分享|点赞)(?:量|数)?\s*[:：]?\s*(?:{NUMBER})|(?:已有)?(?:{NUMBER})\s*[次人]?(?:阅读|浏览|评论|分享|点赞)")
# What is counted in an election or a match is news.
NEWS = re.compile(r"\b(?:votes?|hits?|голос(?:а|ов)?)\b", re.IGNORECASE)
JUST = r"just now|moments ago|только что|жаңа ғана|азыр эле|hozirgina|ҳозиргина|刚刚"
# A span of time moves only where it ends now: "5 days" may be how long a journey lasts.
# What was done so long ago, in a word or two: "Edited 5 minutes ago".
DONE = re.compile(rf"\W*((?:[^\W\d_]+[\s:：]+){{0,2}}|[\u4e00-\u9fff]{{1,4}})(?:{RELATIVE})\W*", re.IGNORECASE)
# What readers think of a text, out of so many or by so many.
RATED = re.compile(rf"\W*(?:[^\W\d_]+\s+)?(?:rating|rated|рейтинг\w*|оценк\w*|reyting\w*|baho\w*|баҳо\w*|评分)\W*(?:{NUMBER})"
                   rf"\s*(?:(?:/|из|out of|of|\()\s*(?:{NUMBER})\s*(?:votes?|ratings?|reviews?|голос\w*|оцен\w*|отзыв\w*)?"
                   r"\W*)+", re.IGNORECASE)
ENDS_NOW = re.compile(r"(?:\b(?:ago|назад|бұрын|мурун|oldin|avval|олдин|аввал|илгари|пеш|қабл|öň|önce|read)|前)\W*$",
                      re.IGNORECASE)
NOW = r"now|сейчас|қазір|азыр|hozir|ҳозир|ҳоло|现在|time in|местное время|local time"
FILL = rf"{COUNT}|(?:{COUNTED})\b|{RELATIVE}|{JUST}|\b(?:{DAY}|{LABELS})\b|\b{AT}|{TIME}|(?:{NUMBER}){SCALE}"


def _nothing_but(told: str) -> re.Pattern[str]:
    return re.compile(rf"(?>{told}|[\W_])*+", re.IGNORECASE)


ONLY_MOVING = _nothing_but(FILL)
TELLING = re.compile(rf"{COUNT}|{JUST}|\b(?:{DAY})\b.*{TIME}|{TIME}.*\b(?:{DAY})\b", re.IGNORECASE)
CLOCK = re.compile(rf"\W*(?:{NOW})\b[^.!?\d]{{0,30}}{TIME}\W*", re.IGNORECASE)
READING_NOW = re.compile(rf"\W*(?:сейчас читают|қазір оқып жатыр|азыр окуп жатат)\W*(?:{NUMBER})"
                         rf"|\W*(?:{NUMBER})\s+(?:people|readers)\s+(?:are\s+)?(?:reading|watching)\b[^.]{{0,20}}",
                         re.IGNORECASE)
MORE = (r"popular|latest(?: news)?|recommended|don['’]t miss|top stories|you may also like|trending(?: now)?|"
        r"(?:последние|главные|другие) новости|главное сегодня|новости партн[её]ров|рекомендуем|вам может быть интересно|"
        r"соңғы жаңалықтар|(?:көп|ең көп) оқылғандар|акыркы жаңылыктар|көп окулгандар|"
        r"so[‘'’ʻ`]?nggi yangiliklar|ko[‘'’ʻ`]?p o[‘'’ʻ`]?qilganlar|сўнгги янгиликлар|кўп ўқилганлар|хабарҳои охирин|"
        r"серхонанда|热门新闻|最新消息|advertisement|sponsored|жарнама|reklama|广告|"
        r"editor['’]s (?:picks?|choice)|(?:more|other) (?:stories|news)|in other news|explore more|keep reading|up next|"
        r"from our partners|what others are reading|watch (?:next|also)|on the same (?:topic|subject)|"
        r"выбор редакции|(?:также|ещё|еще) на сайте|сейчас читают|читают сейчас|лента новостей|новости сми ?2|не пропустите|"
        r"на эту тему|басқа жаңалықтар|редакция таңдауы|осы тақырыпта|қазір оқып жатыр|башка жаңылыктар|"
        r"редакциянын тандоосу|ушул темада|азыр окулуп жатат|(?:boshqa|yana) (?:xabarlar|yangiliklar)|muharrir tanlovi|"
        r"hozir o[‘'’ʻ`]?qilmoqda|(?:бошқа|яна) (?:хабарлар|янгиликлар)|муҳаррир танлови|ҳозир ўқилмоқда|хабарҳои дигар|"
        r"интихоби муҳаррир|дар ҳамин мавзӯъ|更多新闻|编辑推荐|大家都在看|猜你喜欢")
LEADS = re.compile(rf"[\W_]*(?:{SEE_ALSO}|{MORE})(?:(?:\s*[:：»|]|\s+[-–—]\s)\s*\S.*|\s*[«“「].+[»”」]\W*)",
                   re.IGNORECASE)
ONLY_LABEL = re.compile(rf"[\W_]*(?:{SEE_ALSO}|{MORE})[\W_]*", re.IGNORECASE)
# Between the parts of a line below a headline: who, when, how many.
PARTS = re.compile(r"(\s*[|·•●∙⋅/]\s*|\s+[—–-]\s+|,\s+|，|\s*[()]\s*)")
DATE = r"(?:\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d\d-\d\d|\d{1,2} [^\W\d]+\.? \d{4})(?:,? \d?\d:\d\d)?"
DATED, DATE_FIRST = re.compile(DATE), re.compile(rf"({DATE})\s+(?=\S)")
BY = re.compile(r"(?:by|author|text|photo|автор|текст|фото|muallif|муаллиф|作者|记者)\s*[:：]?\s*", re.IGNORECASE)
SIGNED = 5
# The weather and what money costs: a line or two of them beside a text are the site's, more are what the text is about.
PLACE = r"[^\W\d_]+(?:[ -][^\W\d_]+){0,2}"
DEGREES = r"[+−–-]?\d{1,2}\s?°\s?[CСF]?"
WEATHER = re.compile(rf"\W*(?:(?:{PLACE})?[\s:,|]*{DEGREES}(?:[\s,|]+{PLACE})?[\s,|]*)+", re.IGNORECASE)
MONEY = (r"\b(?:USD|EUR|RUB|KZT|KGS|UZS|TJS|TMT|CNY|GBP|BTC|Bitcoin|Brent|WTI|KASE|RTS|доллар\w*|евро|рубл\w*|тенге|юан\w*|"
         r"сом\w*|нефть|золото|oil|gold|курс\w*|нб|рк|цб)\b|[$€₽₸¥£₿]")
RATE = rf"[+−–(-]*\d[\d\u00a0 ]*[.,]\d+\s?%?|[+−–(-]*(?:{NUMBER})\s?%?"
RATES = re.compile(rf"(?>{MONEY}|{RATE}|[\s/|=:()▲▼△▽↑↓•·,;+−–-])++", re.IGNORECASE)
ONE_OF_MONEY = re.compile(MONEY, re.IGNORECASE)
ALONE, BESIDE = 2, 3
DIGIT = re.compile(r"\d")
FIGURE = re.compile(r"\d(?:[\d.,:\u00a0 ]*\d)?")
LABELLED = re.compile(rf"([^\d:：»|]{{2,{LABEL}}}?)(?:\s*[:：»|]|\s+[-–—]\s)\s*(?=\S)")


def _is_board(line: str) -> bool:
    if len(line) > LONGEST or not DIGIT.search(line):
        return False
    return ("°" in line and WEATHER.fullmatch(line) is not None) or (
        ONE_OF_MONEY.search(line) is not None and RATES.fullmatch(line) is not None)


def _may_move(piece: str) -> bool:
    """Whether there is nothing in a piece of a line but counts and times."""
    if ONLY_MOVING.fullmatch(piece):
        return True
    done = DONE.fullmatch(piece)
    return done is not None and not any(map(str.isupper, done[1].strip()[1:]))  # "Dana Omarova 5 minutes ago" names somebody


def _moves(piece: str) -> bool:
    """Whether a whole piece of a line is a count or a time that ends now."""
    return _may_move(piece) and not NEWS.search(piece) and (
        TELLING.search(piece) or ENDS_NOW.search(piece)) is not None


def _signs(piece: str) -> bool:
    """Whether a piece of a line is a date or may be a name: few words, each with a capital where the script has them."""
    words = BY.sub("", piece, count=1).split()
    return DATED.fullmatch(piece) is not None or (
        len(words) <= SIGNED and not piece.endswith(("!", "?", ":")) and not any(map(str.isdigit, piece))
        and all(word[0].isupper() or not word[0].isalpha() or word[0] > "\u2e80" for word in words))


def _apart(line: str) -> list[str]:
    """A line's parts and what stands between them, in turn."""
    found = DATE_FIRST.match(line)
    if found and len(found[0]) < len(line):
        return [found[1], " ", *PARTS.split(line[found.end():])]
    return PARTS.split(line)


@lru_cache(maxsize=50_000)
def counted(line: str) -> str:
    """What of a line counts when two texts are compared, by its form alone: all of it, what is left without counts and times
    that end now in a line of parts such as a byline, or nothing. A sentence counts as it stands."""
    if len(line) > LONGEST_LEADING:
        return line
    if LEADS.fullmatch(line) or ONLY_LABEL.fullmatch(line):
        return ""
    if len(line) > LONGEST:
        return line
    if _moves(line) or CLOCK.fullmatch(line) or READING_NOW.fullmatch(line) or RATED.fullmatch(line):
        return ""
    parts = _apart(line)
    pieces = [piece for piece in parts[::2] if piece]
    # A count may have its own dash or brackets: "Views — 12".
    runs = [(told, list(run)) for told, run in groupby(pieces, key=_may_move)]
    if any(told for told, _ in runs) and all(
            (_moves(" ".join(run)) or all(map(DATED.fullmatch, run))) if told else all(map(_signs, run)) for told, run in runs):
        moving = [piece for told, run in runs if told for piece in run if not DATED.fullmatch(piece)]
        return " ".join(piece for piece in pieces if piece not in moving)
    return line


def by_form(lines: Sequence[str]) -> tuple[str, ...]:
    """What of the lines of a text counts by their form alone."""
    boards = [_is_board(line) for line in lines]
    beside = 0 < sum(boards) <= ALONE and len(lines) - sum(boards) >= BESIDE
    return tuple(filter(None, (counted(line) for line, board in zip(lines, boards, strict=True) if not (board and beside))))


def mask(line: str) -> str:
    """A line with each figure made the same: what is left of it when its figures change."""
    return FIGURE.sub("0", plain(line)).casefold()


def label(line: str) -> str | None:
    """The label that a short line begins with, plain, up to its colon or dash; None where it begins with none."""
    found = LABELLED.match(line) if len(line) <= LONGEST_LEADING else None
    return plain(found[1]).casefold() if found else None


@dataclass(frozen=True, slots=True)
class Noise:
    """What an outlet's own history says of its noise; each rule a kind and a key, as the table `noise` has them.

    figures: a line of which only the figures change, by its mask. label: a short line that begins with a label, by the label.
    below: so many lines below one that stays, by their number and that one. line: a line that comes and goes, by its plain
    form."""

    rules: tuple[tuple[str, str], ...] = ()

    def without(self, lines: Sequence[str]) -> tuple[str, ...]:
        """The lines of a text that count when two texts are compared, each with what of it counts; all of a text that is
        nothing but noise."""
        own = by_form(lines)
        left = own if not self.rules else tuple(
            line for line, noise in zip(own, _known(own, self.rules), strict=True) if not noise)
        return left or tuple(lines)

    def same(self, old_title: str | None, old: str | None, new_title: str | None, new: str | None) -> bool:
        """Whether two articles say the same, noise aside."""
        if not same(old_title, new_title):
            return False
        return same(old, new) or same("\n".join(self.without((old or "").split("\n"))),
                                      "\n".join(self.without((new or "").split("\n"))))


@lru_cache(maxsize=64)
def _by_kind(rules: tuple[tuple[str, str], ...]) -> tuple[dict[str, frozenset[str]], dict[str, int]]:
    """The keys of each kind; and how many lines below which one."""
    kinds: dict[str, set[str]] = {}
    below: dict[str, int] = {}
    for kind, key in rules:
        if kind == "below":
            number, _, above = key.partition(" ")
            below[above] = max(int(number), below.get(above, 0))
        else:
            kinds.setdefault(kind, set()).add(key)
    return {kind: frozenset(keys) for kind, keys in kinds.items()}, below


def _known(lines: Sequence[str], rules: tuple[tuple[str, str], ...]) -> list[bool]:
    """Of each line whether a rule knows it."""
    kinds, below = _by_kind(rules)
    nothing = frozenset[str]()
    figures, labels, whole = (kinds.get(kind, nothing) for kind in ("figures", "label", "line"))
    found, more = [], 0
    for line in lines:
        own = plain(line)
        short = len(line) <= LONGEST_LEADING
        found.append((short and more > 0) or own in whole or (bool(figures) and mask(line) in figures)
                     or (bool(labels) and label(line) in labels))
        more = below.get(own, more - 1 if short else 0)
    return found


NO_NOISE = Noise()
