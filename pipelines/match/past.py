"""What a watch would have told, had it stood: what the store has of the past, matched as the wire matches what it sees."""
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from pipelines.compare.blame import NO_BLAME, Blame, Edit
from pipelines.compare.change import Statistics, measure
from pipelines.compare.judge import FEW
from pipelines.compare.noise import Noise
from pipelines.holds import left
from pipelines.judgement import CONTROLS
from pipelines.match import watch as watching
from pipelines.match.watch import Text
from pipelines.match.words import may_hold
from storage import happened, known_then, losses, runs
from storage.happened import ArticleHappened, CommentSeen, Look, ThreadHappened, VersionSeen
from storage.losses import LOSSES
from storage.models import Hold, Run
from storage.passage import Passage
from storage.watches import WatchRow

# What the reasons of holds have that are about losses, as the judgement writes them: what a hold held is not on record where no
# watch was told of it.
OF_LOSSES = ("were gone, where", "lost all or most of their comments")
NO_COUNTRIES: Mapping[str, str | None] = {}


class Hit(NamedTuple):
    """One thing that would have been told. seq is the version's, or the comment's version's where comment is set; of what
    happened to a whole article or thread None. may_go_at is when it may have been mailed, by the judgement of its run."""

    event: str
    article: int
    outlet: str
    url: str
    seq: int | None
    comment: int | None
    seen_at: datetime
    may_go_at: datetime
    passage: Passage


@dataclass(slots=True)
class _Known:
    """What was known of outlets at a time, asked for once."""

    session: Session
    holds: dict[int, Hold]
    imported: set[int]
    noises: dict[tuple[str, datetime], Noise] = field(default_factory=dict)
    redesigns: dict[tuple[str, datetime], Blame] = field(default_factory=dict)
    newest: dict[str, int | None] = field(default_factory=dict)

    def noise(self, outlet: str, at: datetime) -> Noise:
        if (outlet, at) not in self.noises:
            self.noises[outlet, at] = Noise(known_then.noise_at(self.session, outlet, at))
        return self.noises[outlet, at]

    def redesign(self, outlet: str, at: datetime) -> Blame:
        if (outlet, at) not in self.redesigns:
            found = NO_BLAME
            for hold in self.holds.values():
                if hold.outlet == outlet and hold.decision == "accepted" and hold.ended_at is not None and hold.ended_at <= at:
                    found |= Blame.from_json(hold.blame)
            self.redesigns[outlet, at] = found
        return self.redesigns[outlet, at]

    def concerns(self, watch: WatchRow, look: Look, countries: Mapping[str, str | None]) -> bool:
        """Whether a watch looks at what a look saw, by where that is."""
        return look.capture not in self.imported and (not watch.outlets or look.outlet in watch.outlets) and (
            not watch.countries or (countries.get(look.outlet) or "").upper() in watch.countries)

    def backlog(self, look: Look) -> bool:
        """Whether an article without an earlier version was there before its outlet was watched."""
        if look.outlet not in self.newest:
            self.newest[look.outlet] = runs.backlog_to(self.session, look.outlet)
        return known_then.was_backlog(self.session, look, self.newest[look.outlet])

    def text(self, look: Look, of: happened.Text) -> Text:
        """An article as a watch saw it at a look."""
        return Text(of.title, self.noise(look.outlet, look.began_at).without(of.text.split("\n")))

    def whole(self, look: Look, of: happened.Text) -> Text:
        """An article that was new, gone or back as a watch saw it at a look."""
        return Text(*self.redesign(look.outlet, look.began_at).without("new", of.title, self.text(look, of).lines))


def past(session: Session, watch: WatchRow, since: datetime, wait: timedelta,
         countries: Mapping[str, str | None] = NO_COUNTRIES) -> list[Hit]:
    """What a watch would have told each of its recipients since a time, the oldest first; countries are those of the outlets,
    wait is the group wait. What waits for a person to decide would not have been told yet."""
    known = _Known(session, known_then.holds(session), known_then.only_imported(session))

    def concerns(look: Look) -> bool:
        return known.concerns(watch, look, countries)

    found: dict[tuple[str, str], Hit] = {}

    def add(subject: str, event: str, look: Look, passage: Passage, seq: int | None = None, comment: int | None = None) -> None:
        found.setdefault((event, subject), Hit(event, look.article, look.outlet, look.url, seq, comment, look.seen_at,
                                               watch.schedule.after(look.ended_at + wait), passage))

    for version in happened.versions(session, since):
        if concerns(version.look) and (told := _version(known, watch, version)) is not None:
            add(f"version:{version.id}", told[0], version.look, told[1], version.seq)
    if watch.looks_in("comments"):
        for comment in happened.comments(session, since):
            if concerns(comment.look) and (passage := _comment(known, watch, comment)) is not None:
                add(f"comment:{comment.comment}:{comment.seq}", f"comment_{comment.event}", comment.look, passage,
                    comment.seq, comment.comment)
    for one in happened.of_threads(session, since, "hidden", "closed"):
        if concerns(one.look) and (passage := _thread(known, watch, one)) is not None:
            add(f"thread:{one.id}", f"thread_{one.event}", one.look, passage)
    concerning = [one for one in happened.of_articles(session, since) if concerns(one.look)]
    for event, look, passage, seq in _articles(known, watch, concerning, wait):
        add(f"{event}:{look.article}:{look.run}", event, look, passage, seq)
    return sorted(found.values(), key=lambda hit: (hit.seen_at, hit.article, hit.seq or 0))


def in_backlog(session: Session, watch: WatchRow, since: datetime,
               countries: Mapping[str, str | None] = NO_COUNTRIES) -> int:
    """How many articles that were first seen since a time have a word of the watch and were there before their outlet was
    watched: of none of them it is told that it is new."""
    known = _Known(session, known_then.holds(session), known_then.only_imported(session))
    return len({version.look.article for version in happened.versions(session, since)
                if version.before is None and may_hold(watch.words, f"{version.text.title}\n{version.text.text}")
                and watch.reads(version.text.language) and known.concerns(watch, version.look, countries)
                and known.backlog(version.look)
                and watching.appeared(watch, known.whole(version.look, version.text)) is not None})


# --- versions

def _version(known: _Known, watch: WatchRow, version: VersionSeen) -> tuple[str, Passage] | None:
    """The event and the passage that a watch would have been told of a version."""
    if not watch.reads(version.text.language):
        return None
    both = [of for of in (version.text, version.before) if of is not None]
    if not any(may_hold(watch.words, f"{of.title}\n{of.text}") for of in both):
        return None
    if version.before is None:
        if not watch.asks_for("article_new") or known.backlog(version.look):
            return None
        passage = watching.appeared(watch, known.whole(version.look, version.text))
        return ("article_new", passage) if passage is not None else None
    was, new = known.text(version.look, version.before), known.text(version.look, version.text)
    figures = Statistics(**version.figures) if version.figures is not None else None
    if figures is None or (version.hold is not None and not version.released):
        told = watching.of_edit(watch, was, new, _measured(was, new))
        settled = told is not None and figures is not None and version.hold is not None
        return _left(known, watch, version, figures) if settled and figures is not None else told
    return watching.of_edit(watch, was, new, figures)


def _measured(old: Text, new: Text) -> Statistics:
    return measure(old.title, "\n".join(old.lines), new.title, "\n".join(new.lines))


def _left(known: _Known, watch: WatchRow, version: VersionSeen, figures: Statistics) -> tuple[str, Passage] | None:
    """What is told of a change from which a hold's decision took a redesign. figures are those of what it left: they say which
    way it was taken out."""
    assert version.hold is not None and version.before is not None
    hold, look = known.holds[version.hold], version.look
    noise = known.noise(look.outlet, max(hold.ended_at or look.ended_at, look.ended_at))
    whole = Edit(version.id, look.article, version.before.title, version.text.title,
                 noise.without(version.before.text.split("\n")), noise.without(version.text.text.split("\n")))
    first = known_then.first_of_hold(known.session, hold.id, look.article)
    since = replace(whole, old_title=first.title, old=noise.without(first.text.split("\n"))) if first is not None else whole
    blame = Blame.from_json(hold.blame)
    ways = [left(blame, whole).edit, left(blame.by_words, whole).edit, left(blame, since).edit, whole]
    told = next((way for way in ways if _measured(Text(way.old_title, way.old), Text(way.new_title, way.new)) == figures),
                ways[0])
    return watching.of_edit(watch, Text(told.old_title, told.old), Text(told.new_title, told.new), figures)


# --- comments and threads

def _comment(known: _Known, watch: WatchRow, seen: CommentSeen) -> Passage | None:
    event = f"comment_{seen.event}"
    old = seen.before if seen.event in ("edited", "removed") else None
    if not watch.asks_for(event) or not may_hold(watch.words, f"{old or ''}\n{seen.text or ''}"):
        return None
    if seen.event == "posted" and _was_before(known, seen.look, seen.thread, seen.thread_read, seen.reader):
        return None
    if event in LOSSES and not _lost(known, seen.look, event):
        return None
    article = known_then.read_at(known.session, seen.look, seen.reader)
    if not watch.reads(article.language):
        return None
    new = None if seen.event == "removed" else seen.text
    return watching.said(watch, article.title or seen.look.url, seen.author, old, new)


def _was_before(known: _Known, look: Look, thread: int, thread_read: int, reader: str) -> bool:
    """Whether what a look at a thread showed was there before, as far as anybody could tell."""
    if known_then.newly_understood(known.session, thread, thread_read, look, reader):
        return True
    if not known_then.first_look_at_thread(known.session, thread, thread_read):
        return False
    if known_then.first_look_at_article(known.session, look):
        return known.backlog(look)
    return known_then.was_backlog(known.session, look, None)


def _thread(known: _Known, watch: WatchRow, seen: ThreadHappened) -> Passage | None:
    look, session = seen.look, known.session
    if not watch.asks_for(f"thread_{seen.event}"):
        return None
    article = known_then.read_at(session, look, seen.reader)
    if not watch.reads(article.language):
        return None
    headline = article.title or look.url
    if seen.event == "hidden":
        texts = known_then.standing_comments(session, seen.thread, look.seen_at, but_now=True)
        return watching.hidden(watch, headline, texts) if _lost(known, look, "thread_hidden") else None
    if _was_before(known, look, seen.thread, seen.thread_read, seen.reader):
        return None
    read = Text(headline, tuple(article.text.split("\n")))
    return watching.closed(watch, read, known_then.standing_comments(session, seen.thread, look.seen_at))


def _lost(known: _Known, look: Look, event: str) -> bool:
    """Whether a loss that a run saw would have been told: those of a whole outlet wait for a person, and only what is released
    is told."""
    hold = known.holds[look.hold] if look.hold is not None else None
    if hold is None or hold.decision == "released" or not any(words in hold.reason for words in OF_LOSSES):
        return True
    if event != "article_gone":
        return look.article not in losses.lost_threads(known.session, Run.id == look.run)
    missing, looked = known_then.missing_at(known.session, look.outlet, look.ended_at - CONTROLS, look.ended_at)
    return missing < FEW or 2 * missing < looked


# --- whole articles

def _articles(known: _Known, watch: WatchRow, events: list[ArticleHappened],
              wait: timedelta) -> Iterator[tuple[str, Look, Passage, int | None]]:
    """What is told of articles that are gone, and back. One that is back before its mail went is told as neither."""
    gone: dict[int, tuple[Look, Passage]] = {}
    for one in events:
        article, look = one.look.article, one.look
        if one.event == "gone":
            if (watch.asks_for("article_gone") and _lost(known, look, "article_gone")
                    and (text := known_then.article_at(known.session, article, look.seen_at)) is not None
                    and watch.reads(text.language)
                    and (passage := watching.vanished(watch, known.whole(look, text))) is not None):
                gone[article] = look, passage
        elif article in gone:
            told, passage = gone.pop(article)
            if watch.schedule.after(told.ended_at + wait) > look.seen_at:
                continue
            yield "article_gone", told, passage, None
            text = known_then.article_at(known.session, article, look.seen_at)
            seq, counts = known_then.counting_seq(known.session, look)
            if text is not None and counts and watch.asks_for("article_back"):
                whole = known.whole(look, text)
                yield "article_back", look, watching.appeared(watch, whole) or Passage(whole.title, passage.words, ()), seq
    for look, passage in gone.values():
        yield "article_gone", look, passage, None


# --- mails

def mails(hits: list[Hit], watch: WatchRow) -> list[datetime]:
    """When the mails would have been made that tell one recipient of all hits, by the watch's schedule and cap."""
    waiting = sorted(hit.may_go_at for hit in hits)
    made: list[datetime] = []
    while waiting:
        at = waiting[0]
        due = [moment for moment in waiting if moment <= at]
        within = [moment for moment in made if moment > at - timedelta(hours=1)]
        if watch.cap is not None and len(within) >= watch.cap:
            later = watch.schedule.after(within[-watch.cap] + timedelta(hours=1))
            waiting = sorted([later] * len(due) + waiting[len(due):])
            continue
        made.append(at)
        waiting = waiting[len(due):]
    return made
