"""What is known of outlets' noise: lines that change at every look."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.insert import put
from storage.models import Capture, Noise, Page, Reading, Version

# Of so many articles that a run changed, and of so many others, the newest looks tell what moves at each of them.
EDITED, OTHERS, LOOKS = 60, 40, 8


@dataclass(frozen=True, slots=True)
class Learned:
    """A rule as it was learned: what knows the lines, one of them, how often it had changed, and in how many articles."""

    kind: str
    key: str
    example: str
    looks: int
    articles: int


def rules(session: Session, outlet: str) -> tuple[tuple[str, str], ...]:
    """The kind and key of each of an outlet's rules that was not forgotten."""
    return tuple((kind, key) for kind, key in session.execute(
        select(Noise.kind, Noise.key).where(Noise.outlet == outlet, Noise.forgotten_at.is_(None)).order_by(Noise.id)))


def add(session: Session, outlet: str, learned: Iterable[Learned], now: datetime) -> None:
    """Adds rules; one that is there stays as it is, and one that was forgotten is not learned again."""
    known = {(kind, key) for kind, key in session.execute(select(Noise.kind, Noise.key).where(Noise.outlet == outlet))}
    for one in learned:
        if (one.kind, one.key) not in known:
            put(session, Noise, outlet=outlet, kind=one.kind, key=one.key, example=one.example, looks=one.looks,
                articles=one.articles, learned_at=now)


def listing(session: Session, outlet: str | None = None) -> list[Noise]:
    """The rules by outlet, the newest first."""
    query = select(Noise).order_by(Noise.outlet, Noise.id.desc())
    return list(session.scalars(query if outlet is None else query.where(Noise.outlet == outlet)))


def forget(session: Session, noise_id: int, now: datetime, outlet: str | None = None) -> Noise | None:
    """Has a rule, of an outlet where one is named, count no more, for good; None where there is none."""
    rule = session.get(Noise, noise_id, with_for_update=True)
    if rule is None or outlet not in (None, rule.outlet):
        return None
    rule.forgotten_at = rule.forgotten_at or now
    return rule


def changed_by(session: Session, run_id: int) -> list[int]:
    """Articles of which a run made a further version that nobody has judged."""
    return list(session.scalars(select(Version.article_id).distinct().where(
        Version.run_id == run_id, Version.seq > 1, Version.judgement == "open").limit(EDITED)))


def histories(session: Session, outlet: str, articles: Sequence[int]) -> dict[tuple[int, int], list[str]]:
    """The texts at the newest looks at some articles' pages, and at others that were looked at last, the oldest first, by
    article and page; as the reader of the newest look read them."""
    pages = set(session.scalars(select(Page.id).where(Page.article_id.in_(articles), Page.kind == "article")))
    pages |= set(session.scalars(select(Capture.page_id).join(Page, Page.id == Capture.page_id).where(
        Page.outlet == outlet, Page.kind == "article", Page.article_id.is_not(None)).group_by(Capture.page_id)
        .order_by(func.max(Capture.id).desc()).limit(OTHERS)))
    number = func.row_number().over(partition_by=Capture.page_id, order_by=Capture.id.desc()).label("number")
    newest = (select(Capture.id, Capture.page_id, number).where(Capture.page_id.in_(pages), Capture.status == 200)).subquery()
    found: dict[tuple[int, int], list[str]] = {}
    readers: dict[int, str] = {}
    for article, page, reader, text in session.execute(
            select(Page.article_id, newest.c.page_id, Reading.reader, Reading.text)
            .join(newest, newest.c.id == Reading.capture_id).join(Page, Page.id == newest.c.page_id)
            .where(newest.c.number <= LOOKS, Reading.outcome == "clean").order_by(newest.c.id.desc(), Reading.id.desc())):
        if readers.setdefault(page, reader) == reader:
            found.setdefault((article, page), []).insert(0, text or "")
    return found
