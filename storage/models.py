"""The records as SQLAlchemy models. docs/data.md explains every table and column; a test holds the two together."""
from datetime import datetime, timezone
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, ForeignKey, Index, MetaData, String, Text, TypeDecorator, UniqueConstraint, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC; a naive one is refused (on SQLite a zone would be lost in silence)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


class WrittenJson(TypeDecorator[Any]):
    """JSON of a table into which people may write by hand: what is no JSON is read as the text that stands there, so that one
    such row does not keep the others from being read."""

    impl = JSON
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        read = super().result_processor(dialect, coltype)

        def lenient(value: Any) -> Any:
            try:
                return read(value) if read is not None else value
            except (TypeError, ValueError):
                return str(value)
        return lenient


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s", "pk": "pk_%(table_name)s"})
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime, str: Text, list[str]: JSON, dict[str, Any]: JSON, list[dict[str, Any]]: JSON}


def key(target: str, *, index: bool = True) -> Mapped[Any]:
    """A foreign key column."""
    return mapped_column(ForeignKey(target), index=index)


class Article(Base):
    __tablename__ = "article"
    __table_args__ = (UniqueConstraint("outlet", "url"), Index("ix_article_claimed", "claimed_url"))

    id: Mapped[int] = mapped_column(primary_key=True)
    outlet: Mapped[str]
    url: Mapped[str]
    claimed_url: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="standing")
    first_seen_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]


class Page(Base):
    __tablename__ = "page"
    __table_args__ = (UniqueConstraint("outlet", "url"), Index("ix_page_due", "outlet", "next_due_at"),
                      Index("ix_page_moved", "reason", sqlite_where=text("state = 'moved'"),
                            postgresql_where=text("state = 'moved'")))

    id: Mapped[int] = mapped_column(primary_key=True)
    outlet: Mapped[str]
    url: Mapped[str]
    kind: Mapped[str]
    article_id: Mapped[int | None] = key("article.id")
    found_on_id: Mapped[int | None] = key("page.id")
    state: Mapped[str] = mapped_column(default="new")
    reason: Mapped[str | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    found_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    missing_since: Mapped[datetime | None]
    misses: Mapped[int] = mapped_column(default=0)
    doubt: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    recheck_step: Mapped[int] = mapped_column(default=0)
    next_due_at: Mapped[datetime]


class Run(Base):
    __tablename__ = "run"
    __table_args__ = (Index("uq_run_open", "outlet", unique=True, sqlite_where=text("state = 'open'"),
                            postgresql_where=text("state = 'open'")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outlet: Mapped[str]
    kind: Mapped[str] = mapped_column(default="crawl")
    state: Mapped[str] = mapped_column(default="open")
    judgement: Mapped[str] = mapped_column(default="open")
    backlog: Mapped[bool]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    requests: Mapped[int] = mapped_column(default=0)
    not_modified: Mapped[int] = mapped_column(default=0)
    newest_page: Mapped[int | None]
    errors: Mapped[list[str]] = mapped_column(default=list)
    hold_id: Mapped[int | None] = key("hold.id")


class Host(Base):
    __tablename__ = "host"

    name: Mapped[str] = mapped_column(primary_key=True)
    robots: Mapped[str | None]
    robots_status: Mapped[int | None]
    robots_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]


class Capture(Base):
    __tablename__ = "capture"

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = key("page.id")
    run_id: Mapped[int] = key("run.id")
    at: Mapped[datetime]
    status: Mapped[int]
    final_url: Mapped[str]
    file: Mapped[str]
    offset: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    redacted_at: Mapped[datetime | None]


class Reading(Base):
    __tablename__ = "reading"
    __table_args__ = (UniqueConstraint("capture_id", "reader"), Index("ix_reading_text", "text_sha256"))

    id: Mapped[int] = mapped_column(primary_key=True)
    capture_id: Mapped[int] = key("capture.id", index=False)
    reader: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str | None]
    title: Mapped[str | None]
    authors: Mapped[list[str]]
    published: Mapped[datetime | None]
    published_raw: Mapped[str | None]
    modified: Mapped[datetime | None]
    language: Mapped[str | None]
    section: Mapped[str | None]
    tags: Mapped[list[str]]
    image: Mapped[str | None]
    claimed_url: Mapped[str | None]
    twins: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]")
    text: Mapped[str | None]
    text_sha256: Mapped[str | None] = mapped_column(String(64))
    blocks: Mapped[list[dict[str, Any]]]
    captions: Mapped[list[str]]
    origins: Mapped[dict[str, Any]]


class Version(Base):
    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("article_id", "seq"), UniqueConstraint("article_id", "capture_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = key("article.id", index=False)
    seq: Mapped[int]
    capture_id: Mapped[int] = key("capture.id")
    run_id: Mapped[int] = key("run.id")
    seen_at: Mapped[datetime]
    judgement: Mapped[str] = mapped_column(default="open")
    hold_id: Mapped[int | None] = key("hold.id")


class Change(Base):
    __tablename__ = "change"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    before_id: Mapped[int] = key("version.id")
    reader: Mapped[str]
    headline: Mapped[bool]
    chars_old: Mapped[int]
    chars_new: Mapped[int]
    chars_added: Mapped[int]
    chars_removed: Mapped[int]
    words_old: Mapped[int]
    words_new: Mapped[int]
    words_added: Mapped[int]
    words_removed: Mapped[int]
    sentences_old: Mapped[int]
    sentences_new: Mapped[int]
    sentences_added: Mapped[int]
    sentences_removed: Mapped[int]
    sentences_changed: Mapped[int]
    blocks_moved: Mapped[int]
    figures: Mapped[int]
    names: Mapped[int]
    quotes: Mapped[int]
    correction: Mapped[bool]
    similarity: Mapped[float]
    redesign: Mapped[bool] = mapped_column(default=False)


class Sighting(Base):
    __tablename__ = "sighting"

    capture_id: Mapped[int] = mapped_column(ForeignKey("capture.id"), primary_key=True)
    version_id: Mapped[int] = key("version.id")


class ArticleEvent(Base):
    __tablename__ = "article_event"
    __table_args__ = (UniqueConstraint("article_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = key("article.id", index=False)
    seq: Mapped[int]
    event: Mapped[str]
    url: Mapped[str]
    run_id: Mapped[int] = key("run.id")
    seen_at: Mapped[datetime]
    last_there_at: Mapped[datetime | None]
    first_missing_at: Mapped[datetime | None]
    capture_id: Mapped[int | None] = key("capture.id")


class Hold(Base):
    __tablename__ = "hold"
    __table_args__ = (Index("uq_hold_undecided", "outlet", unique=True, sqlite_where=text("ended_at IS NULL"),
                            postgresql_where=text("ended_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outlet: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str]
    looked: Mapped[int]
    changed: Mapped[int]
    blame: Mapped[dict[str, Any]]
    samples: Mapped[list[dict[str, Any]]]
    decision: Mapped[str | None]
    who: Mapped[str | None]


class Noise(Base):
    __tablename__ = "noise"
    __table_args__ = (UniqueConstraint("outlet", "kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outlet: Mapped[str]
    kind: Mapped[str]
    key: Mapped[str]
    example: Mapped[str]
    looks: Mapped[int]
    articles: Mapped[int]
    learned_at: Mapped[datetime]
    forgotten_at: Mapped[datetime | None]


class Thread(Base):
    __tablename__ = "thread"
    __table_args__ = (UniqueConstraint("outlet", "system", "native_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outlet: Mapped[str]
    system: Mapped[str]
    native_key: Mapped[str]
    article_id: Mapped[int] = key("article.id")
    state: Mapped[str] = mapped_column(default="open")


class Edition(Base):
    __tablename__ = "edition"

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True, index=True)


class ThreadEvent(Base):
    __tablename__ = "thread_event"
    __table_args__ = (UniqueConstraint("thread_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = key("thread.id", index=False)
    seq: Mapped[int]
    event: Mapped[str]
    run_id: Mapped[int] = key("run.id")
    seen_at: Mapped[datetime]
    after_read_id: Mapped[int | None] = key("thread_read.id")
    before_read_id: Mapped[int] = key("thread_read.id")


class ThreadRead(Base):
    __tablename__ = "thread_read"

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = key("thread.id")
    run_id: Mapped[int] = key("run.id")
    capture_id: Mapped[int] = key("capture.id")
    reader: Mapped[str]
    at: Mapped[datetime]
    declared: Mapped[int | None]
    seen: Mapped[int]
    state: Mapped[str]
    reason: Mapped[str | None]
    off: Mapped[int | None]


class ThreadCapture(Base):
    __tablename__ = "thread_capture"

    thread_read_id: Mapped[int] = mapped_column(ForeignKey("thread_read.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    capture_id: Mapped[int] = key("capture.id")


class Comment(Base):
    __tablename__ = "comment"
    __table_args__ = (UniqueConstraint("thread_id", "native_id"), Index("ix_comment_place", "thread_id", "position"),
                      Index("ix_comment_text_key", "text_key"), Index("ix_comment_author", "author"))

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = key("thread.id", index=False)
    native_id: Mapped[str | None]
    parent_id: Mapped[int | None] = key("comment.id")
    parent_source: Mapped[str | None]
    author: Mapped[str | None]
    posted_at: Mapped[datetime | None]
    posted_raw: Mapped[str | None]
    certainty: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="standing")
    text: Mapped[str | None]
    text_key: Mapped[str | None]
    reader: Mapped[str]
    depth: Mapped[int] = mapped_column(default=0)
    position: Mapped[int]
    likes: Mapped[int | None]
    dislikes: Mapped[int | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    last_read_id: Mapped[int] = key("thread_read.id")
    missed_read_id: Mapped[int | None] = key("thread_read.id")
    forgotten_at: Mapped[datetime | None]


class CommentVersion(Base):
    __tablename__ = "comment_version"
    __table_args__ = (UniqueConstraint("comment_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = key("comment.id", index=False)
    seq: Mapped[int]
    event: Mapped[str]
    text: Mapped[str | None]
    reader: Mapped[str]
    capture_id: Mapped[int] = key("capture.id")
    run_id: Mapped[int] = key("run.id")
    seen_at: Mapped[datetime]
    after_read_id: Mapped[int | None] = key("thread_read.id")
    before_read_id: Mapped[int] = key("thread_read.id")
    guess: Mapped[bool] = mapped_column(default=False)


class Forgotten(Base):
    __tablename__ = "forgotten"
    __table_args__ = (UniqueConstraint("outlet", "kind", "mark"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outlet: Mapped[str]
    kind: Mapped[str]
    mark: Mapped[str]
    at: Mapped[datetime]


class Watch(Base):
    __tablename__ = "watch"

    id: Mapped[str] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(default="config")
    words: Mapped[list[str]] = mapped_column(WrittenJson)
    recipients: Mapped[list[str]] = mapped_column(WrittenJson)
    outlets: Mapped[list[str]] = mapped_column(WrittenJson)
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    countries: Mapped[list[str]] = mapped_column(WrittenJson, default=list)
    languages: Mapped[list[str]] = mapped_column(WrittenJson, default=list)
    fields: Mapped[list[str]] = mapped_column(WrittenJson, default=list)
    events: Mapped[list[str]] = mapped_column(WrittenJson, default=list)
    kinds: Mapped[list[str]] = mapped_column(WrittenJson, default=list)
    owner: Mapped[str | None]
    least: Mapped[int] = mapped_column(default=0)
    quote_comments: Mapped[bool] = mapped_column(default=False)
    schedule: Mapped[dict[str, Any] | None] = mapped_column(WrittenJson(none_as_null=True))
    cap: Mapped[int | None]
    paused_at: Mapped[datetime | None]


class Mail(Base):
    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_made_for", "watch_id", "recipient", "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    watch_id: Mapped[str | None] = key("watch.id")
    recipient: Mapped[str]
    message_id: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    bytes: Mapped[bytes]
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    reason: Mapped[str | None]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    retried_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    redacted_at: Mapped[datetime | None]
    channel: Mapped[str] = mapped_column(default="mail")
    bounced_at: Mapped[datetime | None]
    bounce: Mapped[str | None]


class Attempt(Base):
    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    mail_id: Mapped[int] = key("mail.id")
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    answer: Mapped[str | None]


class Alert(Base):
    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("watch_id", "recipient", "event", "subject"), Index("ix_alert_due", "state", "mail_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    watch_id: Mapped[str] = key("watch.id")
    recipient: Mapped[str]
    event: Mapped[str]
    subject: Mapped[str]
    article_id: Mapped[int] = key("article.id")
    version_id: Mapped[int | None] = key("version.id")
    comment_version_id: Mapped[int | None] = key("comment_version.id")
    run_id: Mapped[int] = key("run.id")
    passage: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    mail_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="pending")
    reason: Mapped[str | None]
    mail_id: Mapped[int | None] = key("mail.id")


class Notice(Base):
    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    need: Mapped[str] = mapped_column(unique=True)
    said: Mapped[str]
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    mail_id: Mapped[int | None] = key("mail.id")
    cleared_id: Mapped[int | None] = key("mail.id")


class Recipient(Base):
    __tablename__ = "recipient"

    address: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    asked_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    revived_at: Mapped[datetime | None]


class Answer(Base):
    __tablename__ = "answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str]
    via: Mapped[str]
    watch_id: Mapped[str | None] = key("watch.id")
    recipient: Mapped[str]
    article_id: Mapped[int | None] = key("article.id")
    outlet: Mapped[str | None]
    mail_id: Mapped[int | None] = key("mail.id")
    token: Mapped[str | None] = mapped_column(unique=True)
    undone_at: Mapped[datetime | None]
