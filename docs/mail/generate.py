"""Fills every template of a mail with articles in several languages and writes them below docs/mail; with --check it writes
nothing and fails where a file is stale."""
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import default
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1]))  # this tree's mails, not those of an installed copy

from alerts import confirmation, notice  # noqa: E402  # it is found only now, as are all below
from alerts.answering import Answering  # noqa: E402
from alerts.message import write  # noqa: E402
from pipelines.compare.change import measure  # noqa: E402
from pipelines.match import watch as watching  # noqa: E402
from pipelines.match.watch import Text  # noqa: E402
from storage.notices import Over, Standing  # noqa: E402
from storage.outbox import DueAlert, NewMail  # noqa: E402
from storage.passage import Passage  # noqa: E402
from storage.recipients import Named  # noqa: E402
from storage.watches import WatchRow  # noqa: E402

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
SENDER = "Steppewire <wire@steppewire.example>"
READER = "reader@analysts.example"
OPERATOR = "operator@steppewire.example"
# As where answers are read from a mailbox; the digest is as where links are answered, too.
BY_MAIL = Answering(b"an example's key, and no secret.", "wire@steppewire.example", is_read=True)
BY_LINK = replace(BY_MAIL, url="https://wire.example")
LANGUAGES = {"en": "English", "ru": "Russian", "kk": "Kazakh", "zh": "Chinese", "fa": "Persian, from right to left"}
TEMPLATES = {
    "new-article": "a new article", "edited-article": "an edited article, old and new words side by side",
    "headline-changed": "another headline", "words-appeared": "watched words that an edit put in",
    "words-vanished": "watched words that an edit took out", "article-replaced": "another story at an article's address",
    "article-gone": "an article that is gone", "article-back": "an article that is back",
    "comments-quoted": "comments, where the watch quotes them", "comments-counted": "comments, where it does not",
    "comment-removed": "a removed comment", "thread-hidden": "comments that are shown no more",
    "thread-closed": "comments that are closed", "digest": "several articles of two outlets, with links to pages",
    "confirmation": "the question whether a new recipient wants mails",
}
OPERATORS = {"needs": "what needs the operator", "well": "what needs nobody any more"}


@dataclass(frozen=True, slots=True)
class Story:
    """An article, what becomes of it, and the watch that finds it."""

    language: str
    outlet: str
    other_outlet: str
    url: str
    watch: str
    words: list[str]
    headline: str
    headline_after: str
    text: list[str]
    without: str
    edited: str
    added: str
    author: str
    comments: list[str]
    comment_after: str
    replaced: list[str]
    others: list[list[str]]
    only: tuple[str, ...] = ()

    @property
    def row(self) -> WatchRow:
        """The watch, asking for nothing but an edit's own event."""
        return WatchRow(self.watch, tuple(self.words), (READER,), ())

    @property
    def article(self) -> Text:
        return Text(self.headline, tuple(self.text))

    def alert(self, number: int, event: str, passage: Passage | None) -> DueAlert:
        """An alert of the article, seen some minutes before now; AssertionError where the watch would tell nothing."""
        assert passage is not None, f"{self.language}: {event} matches nothing"
        return DueAlert(number, self.watch, READER, event, f"version:{number}", 7, "steppe", self.url,
                        NOW - timedelta(minutes=20 - number), passage.to_json(), "Asia/Almaty", True, 2, 1)

    def edit(self, number: int, event: str, old: Text, new: Text) -> DueAlert:
        """An alert of an edit, as the match makes it."""
        told = watching.of_edit(replace(self.row, events=(event,)), old, new, measure(
            old.title, "\n".join(old.lines), new.title, "\n".join(new.lines)))
        assert told is not None and told[0] == event, f"{self.language}: no {event}"
        return self.alert(number, event, told[1])

    def said(self, number: int, event: str, old: str | None, new: str | None) -> DueAlert:
        """An alert of a comment."""
        return self.alert(number, event, watching.said(self.row, self.headline, self.author, old, new))

    def alerts(self, template: str) -> list[DueAlert]:
        """What a template is filled with."""
        article, row, comments = self.article, self.row, self.comments
        without = Text(self.headline, (self.without, *self.text[1:]))
        edited = Text(self.headline, (self.text[0], self.edited, *self.text[2:], self.added))
        match template:
            case "new-article" | "article-back":
                return [self.alert(1, template.replace("article-back", "article_back").replace("new-article", "article_new"),
                                   watching.appeared(row, article))]
            case "edited-article":
                return [self.edit(1, "article_edited", article, edited)]
            case "headline-changed":
                return [self.edit(1, "headline_changed", article, Text(self.headline_after, article.lines))]
            case "words-appeared":
                return [self.edit(1, "words_appeared", without, article)]
            case "words-vanished":
                return [self.edit(1, "words_vanished", article, without)]
            case "article-replaced":
                return [self.alert(1, "article_replaced", watching.replaced(row, article, Text(
                    self.replaced[0], tuple(self.replaced[1:]))))]
            case "article-gone":
                return [self.alert(1, "article_gone", watching.vanished(row, article))]
            case "comments-quoted" | "comments-counted":
                told = [self.said(1, "comment_posted", None, comments[0]),
                        self.said(2, "comment_edited", comments[1], self.comment_after),
                        self.said(3, "comment_posted", None, comments[2])]
                return [replace(alert, quote_comments=template == "comments-quoted") for alert in told]
            case "comment-removed":
                return [self.said(1, "comment_removed", comments[2], None)]
            case "thread-hidden":
                return [self.alert(1, "thread_hidden", watching.hidden(row, self.headline, comments))]
            case "thread-closed":
                return [self.alert(1, "thread_closed", watching.closed(row, article, comments))]
        assert template == "digest"
        others = [replace(self.alert(3 + place, "article_new", watching.appeared(row, Text(headline, (text,)))),
                          article=8 + place, outlet="border" if place else "steppe",
                          url=self.url.rpartition("/")[0] + f"/{8 + place}")
                  for place, (headline, text) in enumerate(self.others)]
        replaced = replace(self.alert(9, "article_replaced", watching.replaced(row, article, Text(
            self.replaced[0], tuple(self.replaced[1:])))), article=12, url=self.url.rpartition("/")[0] + "/12")
        posted = replace(self.said(2, "comment_posted", None, comments[0]), quote_comments=False)
        return [self.edit(1, "article_edited", article, edited), posted, *others, replaced]


def stories() -> list[Story]:
    """The stories of stories.toml."""
    return [Story(**story) for story in tomllib.loads((FOLDER / "stories.toml").read_text(encoding="utf-8"))["story"]]


def mails() -> Iterator[tuple[str, NewMail]]:
    """Every filled template by its path without an ending, such as `en/digest`."""
    for story in stories():
        for template in story.only or TEMPLATES:
            if template == "confirmation":
                yield f"{story.language}/{template}", confirmation.write(
                    READER, [Named(story.watch, tuple(story.words))], NOW, sender=SENDER, answering=BY_LINK)
                continue
            answering = BY_LINK if template == "digest" else BY_MAIL
            yield f"{story.language}/{template}", write(
                story.alerts(template), NOW, sender=SENDER, public_url=answering.public_url,
                names={"steppe": story.outlet, "border": story.other_outlet}, answering=answering)
    hour = timedelta(hours=1)
    fails = Standing("outlet:border", "The outlet border fails: its server has not answered for an hour.", NOW - hour,
                     told=False, due=True)
    held = Standing("hold:3", "The outlet steppe is held: 14 of its articles changed alike. See `steppewire hold show 3`.",
                    NOW - 2 * hour, told=True, due=False, detail=("- Read also: the bridge", "+ More on this topic"))
    yield "operator/needs", notice.write([fails, held], NOW, sender=SENDER, recipient=OPERATOR)
    yield "operator/well", notice.write_over([Over(fails.key, fails.said, NOW - hour, NOW + hour)], [held], NOW + 2 * hour,
                                             sender=SENDER, recipient=OPERATOR)


def files() -> dict[str, str]:
    """What every file is to say, by its path below docs/mail: a mail's headers and plain part, and its page."""
    found = {"README.md": readme()}
    for path, mail in mails():
        message = message_from_bytes(mail.bytes, policy=default)
        headers = "".join(f"{name}: {value}\n" for name, value in message.items() if not name.startswith(("Content", "MIME")))
        for part, ending in (("plain", "txt"), ("html", "html")):
            if (body := message.get_body((part,))) is not None:
                text = str(body.get_content()).replace("\r\n", "\n")
                found[f"{path}.{ending}"] = f"{headers}\n{text}" if part == "plain" else text
    return found


def readme() -> str:
    """The page that leads to all of them."""
    only = {story.language: story.only or tuple(TEMPLATES) for story in stories()}
    lines = ["# The mails", "", "<!-- Written by docs/mail/generate.py; a test fails when a file here is stale. -->", "",
             "Every template filled, as recipients get it: the headers with the plain part, and the page. The articles are",
             "made up ([stories.toml](stories.toml)). The pictures show each page at 360 and at 720 pixels, light and dark",
             "(`docs/mail/photograph.py` takes them anew).", "",
             f"| Template | {' | '.join(LANGUAGES[language] for language in only)} | Picture |",
             f"|---|{'---|' * len(only)}---|"]
    for template, told in TEMPLATES.items():
        cells = [f"[text]({language}/{template}.txt), [page]({language}/{template}.html)" if template in has else ""
                 for language, has in only.items()]
        lines.append(f"| {told} | {' | '.join(cells)} | [picture](screenshots/{template}.png) |")
    lines += ["", "The operator's mails have a plain part only:",
              " and ".join(f"[{told}](operator/{name}.txt)" for name, told in OPERATORS.items()) + ".", ""]
    return "\n".join(lines)


def main() -> None:
    wanted = files()
    there = {str(file.relative_to(FOLDER)) for pattern in ("*/*.txt", "*/*.html") for file in FOLDER.glob(pattern)}
    stale = sorted(path for path, text in wanted.items() if not (FOLDER / path).exists()
                   or (FOLDER / path).read_text(encoding="utf-8") != text) + sorted(there - wanted.keys())
    if "--check" in sys.argv[1:]:
        if stale:
            sys.exit(f"docs/mail is stale: run python docs/mail/generate.py ({', '.join(stale[:5])})")
        return
    for path in there - wanted.keys():
        (FOLDER / path).unlink()
    for path, text in wanted.items():
        (FOLDER / path).parent.mkdir(exist_ok=True)
        (FOLDER / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
