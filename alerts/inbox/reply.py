"""What a person says in a reply: its first own line, if that is one of the few that are understood."""
import re
from collections.abc import Iterator
from email.message import Message
from html import unescape

from alerts.inbox.letter import header, text

# What a reply may say, without its spaces and dots.
WORDS = {"notrelevant": "not_relevant", "mutestory": "mute_story", "muteoutlet": "mute_outlet", "endwatch": "end_watch",
         "unsubscribe": "end_watch", "stop": "end_watch"}
_IGNORED = re.compile(r"[\s.,!'\"*_“”„«»‐-―-]+")
# Where a mail program puts the mail that is answered below the answer without marking its lines.
_ORIGINAL = re.compile(r"-{2,}\s*(?:original|forwarded|исходное|пересылаемое|原始邮件)|_{8,}$|"
                       r"(?:from|von|de|от|кімнен|发件人)\s*[:：]", re.IGNORECASE)
INTRODUCTION_LINES = 3
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "table", "ul", "ol", "hr", "blockquote"})
_HIDDEN = ("style", "script", "head", "title")


def action(message: Message) -> str | None:
    """What the first own line asks for, as in storage/answers.py; None where it is anything else."""
    said = first_line(message)
    return WORDS.get(_IGNORED.sub("", said).casefold()) if said is not None else None


def first_line(message: Message) -> str | None:
    """The first line that the writer of a reply wrote, of a mail with nothing but HTML too; None where there is none."""
    lines = [each.strip() for each in (text(message, "plain") or shown(text(message, "html"))).splitlines()]
    for number, each in enumerate(lines):
        if each in ("--", "—") or _ORIGINAL.match(each):
            return None
        if each and not each.startswith(">") and not _introduces(lines[number:number + INTRODUCTION_LINES + 2]):
            return each
    return None


def by_itself(message: Message) -> bool:
    """Whether a program wrote it, and no person: an absence note, a mailing list, a receipt."""
    return (answers_by_itself(message) or _submitted(message) not in ("", "no")
            or header(message, "Precedence").casefold() in ("bulk", "junk", "list") or message["List-Id"] is not None
            or header(message, "Return-Path") == "<>" or message.get_content_type() == "multipart/report")


def answers_by_itself(message: Message) -> bool:
    """Whether a program wrote it because it got a mail. What a mail program sends for a person who presses its button
    (RFC 3834: `auto-generated`) is no such answer."""
    return (_submitted(message) in ("auto-replied", "auto-notified") or header(message, "Precedence").casefold() == "auto_reply"
            or header(message, "X-Auto-Response-Suppress").casefold() == "all"
            or any(message[name] is not None for name in ("X-Autoreply", "X-Autorespond")))


def _submitted(message: Message) -> str:
    return header(message, "Auto-Submitted").partition(";")[0].strip().casefold()


def shown(html: str) -> str:
    """The text of HTML line by line, quotes left out but for a `>` in their place; takes time as the text is long, whatever is
    in it."""
    out, at, quotes = list[str](), 0, 0
    for end, start in _tags(html):
        if not quotes:
            out.append(_plain(html[at:start]))
        tag = html[start + 1:end - 1].strip().casefold()
        name = re.match(r"/?\s*([a-z0-9]*)", tag)
        word = name[1] if name else ""
        if word == "blockquote":
            if not quotes:
                out.append("\n>\n")
            quotes = max(quotes + (-1 if tag.startswith("/") else 1), 0)
        elif word in _BREAKS and not quotes:
            out.append("\n")
        at = end
    return "".join(out) + ("" if quotes else _plain(html[at:]))


def _tags(html: str) -> Iterator[tuple[int, int]]:
    """Where each tag ends and begins; comments, and elements that are not shown, are each one tag."""
    at = 0
    while (start := html.find("<", at)) >= 0:
        if html.startswith("<!--", start):
            closing = html.find("-->", start + 4)
            end = closing + 3 if closing >= 0 else len(html)
        else:
            closing = html.find(">", start)
            end = closing + 1 if closing >= 0 else len(html)
            name = html[start + 1:start + 8].casefold()
            if (hidden := next((each for each in _HIDDEN if re.match(rf"{each}\b", name)), None)) is not None:
                shut = re.compile(f"</{hidden}", re.IGNORECASE).search(html, end)
                end = shut.start() if shut else len(html)
        yield end, start
        at = end


def _plain(words: str) -> str:
    return unescape(re.sub(r"\s+", " ", words)).replace("\xa0", " ")


def _introduces(lines: list[str]) -> bool:
    """Whether a line and those behind it say who wrote what is quoted below them: it is broken where it is long, its date is in
    its first line, and a colon ends it."""
    quote = next((number for number, each in enumerate(lines) if each.startswith(">")), 0)
    said = lines[:quote - 1] if quote > 1 and not lines[quote - 1] else lines[:quote]
    return bool(said) and "" not in said and said[-1].endswith((":", "：")) and (
        len(said) == 1 or re.search("[0-9]", said[0]) is not None)
