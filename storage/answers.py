"""What recipients said to their mails: what they want to hear nothing of, what was not relevant, that an address is theirs."""
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update
from sqlalchemy.orm import Session

from storage import recipients
from storage.insert import insert
from storage.models import Alert, Answer, Article, Mail, Watch

ACTIONS = ("not_relevant", "mute_story", "mute_outlet", "end_watch", "confirm")
# What is dropped with an answer, and why.
REASONS = {"mute_story": "its recipient muted the story", "mute_outlet": "its recipient muted the outlet",
           "end_watch": "its recipient ended the watch"}
# open: it would be done. done: it was done just now. used: this token was used before. already: it is so by another answer.
# unknown: there is no such mail, or the article is not in it. unclear: the mail tells of several articles and none is named.
State = Literal["open", "done", "used", "already", "unknown", "unclear"]


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer does, or did. watch is None of a confirmation; article, outlet (its id), headline and url are None where
    it is about no article. dropped counts the alerts that waited and are now told to nobody; answer is the row's id where it
    is done. Of what is unknown only state and action are told."""

    state: State
    action: str
    watch: str | None = None
    recipient: str = ""
    article: int | None = None
    outlet: str | None = None
    headline: str | None = None
    url: str | None = None
    mail: int | None = None
    answer: int | None = None
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer in a list."""

    id: int
    at: datetime
    action: str
    via: str
    watch: str | None
    recipient: str
    article: int | None
    url: str | None
    outlet: str | None
    mail: int | None
    undone_at: datetime | None


def silent(session: Session, article: int, outlet: str) -> frozenset[tuple[str, str]]:
    """The watches and recipients, in pairs, who want to hear nothing of an article of an outlet."""
    found = session.execute(select(Answer.watch_id, Answer.recipient).where(
        Answer.undone_at.is_(None), _silences(article, outlet)))
    return frozenset((watch, recipient) for watch, recipient in found if watch is not None)


def silencing(session: Session, article: int, outlet: str) -> dict[tuple[str, str], AnswerRow]:
    """The newest answer by which a recipient of a watch wants to hear nothing of an article of an outlet, by watch and
    recipient."""
    found = listing(session, Answer.undone_at.is_(None), _silences(article, outlet))
    return {(row.watch, row.recipient): row for row in reversed(found) if row.watch is not None}


def _silences(article: int, outlet: str) -> ColumnElement[bool]:
    return or_(Answer.action == "end_watch", (Answer.action == "mute_story") & (Answer.article_id == article),
               (Answer.action == "mute_outlet") & (Answer.outlet == outlet))


def look(session: Session, action: str, digest: str, article: int | None = None, *, token: str | None = None) -> Said:
    """What an answer would do; nothing is changed. digest is what the mail's Message-ID has before its @."""
    said = _find(session, action, digest, article)
    if said.state == "open" and token is not None and session.scalar(select(Answer.id).where(Answer.token == token)):
        return replace(said, state="used")
    if said.state == "open" and _is_so(session, said):
        return replace(said, state="already")
    return said


def act(session: Session, action: str, digest: str, article: int | None, via: str, now: datetime, *,
        token: str | None = None) -> Said:
    """Does what a recipient answers to a mail, once, and drops what waits and is now told to nobody; what was done, or why
    nothing was. A token that was used does nothing, and neither does what is so already.

    Without an article a story or outlet is muted only where the mail tells of one article; `not_relevant` is then said of all
    that is in it.
    """
    said = _find(session, action, digest, article)
    if said.state != "open":
        return said
    if said.watch is not None:
        # Of two answers at the same time the second sees the first; alerts of the watch are made meanwhile.
        session.execute(select(Watch.id).where(Watch.id == said.watch).with_for_update(key_share=True))
    said = look(session, action, digest, article, token=token)
    if said.state != "open":
        return said
    made = insert(session.get_bind().dialect.name, Answer).values(
        at=now, action=action, via=via, watch_id=said.watch, recipient=said.recipient, article_id=said.article,
        outlet=said.outlet, mail_id=said.mail, token=token).on_conflict_do_nothing(index_elements=["token"])
    answer = session.scalar(made.returning(Answer.id))
    if answer is None:  # somebody else used it just now
        return replace(said, state="used")
    if action == "confirm":
        recipients.confirm(session, said.recipient, now)
        return replace(said, state="done", answer=answer)
    return replace(said, state="done", answer=answer, dropped=drop_silenced(session, answer))


def undo(session: Session, answer: int, now: datetime) -> AnswerRow | None:
    """Takes an answer back: from now on its recipient hears again of what it was about. What was dropped stays so. None, and
    nothing done, where there is none of this id, it is taken back already, or it is a confirmation."""
    taken = session.execute(update(Answer).where(Answer.id == answer, Answer.undone_at.is_(None), Answer.action != "confirm")
                            .values(undone_at=now))
    return next(iter(listing(session, Answer.id == answer)), None) if _rows(taken) else None


def listing(session: Session, *which: ColumnElement[bool]) -> list[AnswerRow]:
    """The answers, the newest first."""
    found = session.execute(select(Answer, Article.url).outerjoin(Article, Article.id == Answer.article_id)
                            .where(*which).order_by(Answer.id.desc()))
    return [AnswerRow(row.id, row.at, row.action, row.via, row.watch_id, row.recipient, row.article_id, url, row.outlet,
                      row.mail_id, row.undone_at) for row, url in found]


def drop_silenced(session: Session, answer: int | None = None) -> int:
    """Drops the alerts, in no mail yet, of what their recipients want to hear nothing of, by one answer or by all; how many.
    What was being matched while an answer came is told to nobody either."""
    outlet = select(Article.outlet).where(Article.id == Alert.article_id).correlate(Alert).scalar_subquery()
    one = (Answer.id == answer,) if answer is not None else ()
    dropped = 0
    for action, what in (("end_watch", ()), ("mute_story", (Answer.article_id == Alert.article_id,)),
                         ("mute_outlet", (Answer.outlet == outlet,))):
        said = select(Answer.id).where(
            Answer.action == action, Answer.undone_at.is_(None), Answer.watch_id == Alert.watch_id,
            Answer.recipient == Alert.recipient, *what, *one).correlate(Alert).exists()
        dropped += _rows(session.execute(update(Alert).where(
            Alert.state.in_(("pending", "held")), Alert.mail_id.is_(None), said)
            .values(state="dropped", reason=REASONS[action]).execution_options(synchronize_session=False)))
    return dropped


def _find(session: Session, action: str, digest: str, article: int | None) -> Said:
    """The mail, and the article in it, that an answer is about."""
    nothing = Said("unknown", action)
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is no answer")
    mail = session.execute(select(Mail.id, Mail.watch_id, Mail.recipient).where(
        Mail.message_id.startswith(f"<{digest}@", autoescape=True))).one_or_none()
    if mail is None or (mail.watch_id is None) != (action == "confirm"):
        return nothing
    said = Said("open", action, mail.watch_id, mail.recipient, mail=mail.id)
    if action in ("end_watch", "confirm"):
        return said
    told = _articles(session, mail.id)
    if article is not None:
        told = [each for each in told if each[0] == article]
    if len(told) == 1:
        own, outlet, url, headline = told[0]
        return replace(said, article=own, outlet=outlet, url=url, headline=headline or url)
    if not told:
        return nothing
    return said if action == "not_relevant" else replace(said, state="unclear")


def _articles(session: Session, mail: int) -> Sequence[tuple[int, str, str, str | None]]:
    """The articles that a mail tells of: id, outlet, url, and the headline that it shows of each."""
    found = {article: (article, outlet, url, passage.get("headline")) for article, outlet, url, passage in session.execute(
        select(Article.id, Article.outlet, Article.url, Alert.passage).join(Alert, Alert.article_id == Article.id)
        .where(Alert.mail_id == mail).order_by(Alert.id))}
    return list(found.values())


def _is_so(session: Session, said: Said) -> bool:
    """Whether what an answer asks for is so already."""
    if said.action == "confirm":
        return recipients.state(session, said.recipient) == "confirmed"
    about: dict[str, ColumnElement[bool]] = {
        "not_relevant": and_(Answer.mail_id == said.mail, or_(Answer.article_id.is_(None), Answer.article_id == said.article)),
        "mute_story": Answer.article_id == said.article, "mute_outlet": Answer.outlet == said.outlet,
        "end_watch": Answer.watch_id == said.watch}
    return session.scalar(select(Answer.id).where(
        Answer.action == said.action, Answer.undone_at.is_(None), Answer.watch_id == said.watch,
        Answer.recipient == said.recipient, about[said.action]).limit(1)) is not None


def _rows(result: Any) -> int:
    assert isinstance(result, CursorResult)
    return result.rowcount
