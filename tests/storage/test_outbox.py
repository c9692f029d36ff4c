from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storage import outbox
from storage.models import (
    Alert,
    Article,
    Attempt,
    Capture,
    Comment,
    CommentVersion,
    Mail,
    Page,
    Run,
    Thread,
    ThreadRead,
    Version,
    Watch,
)
from storage.outbox import Counts, NewMail
from storage.store import Store


@pytest.fixture
def article(store: Store, now: datetime) -> int:
    """An article, with the watch and the run that its alerts need; their ids are those of the only rows."""
    with store.writing() as session:
        session.add_all((Watch(id="debts", words=["China"], recipients=[], outlets=[], since=now),
                         Run(outlet="steppe", state="done", backlog=False, started_at=now)))
        found = Article(outlet="steppe", url="https://steppe.example/a", first_seen_at=now)
        session.add(found)
        session.flush()
        return found.id


def alert(store: Store, article: int, now: datetime, subject: str, **values: Any) -> int:
    with store.writing() as session:
        run = session.scalars(select(Run.id)).first()
        row = Alert(**{"watch_id": "debts", "recipient": "a@example.org", "event": "article_new", "subject": subject,
                       "run_id": run, "article_id": article, "passage": {"headline": "x"}, "made_at": now,
                       "mail_at": now, **values})
        session.add(row)
        session.flush()
        return row.id


def mail(now: datetime, message_id: str = "<1@x>", recipient: str = "a@example.org") -> NewMail:
    return NewMail("debts", recipient, message_id, "A subject", b"bytes", now)


def of_alerts(store: Store) -> list[tuple[str, int | None]]:
    with store.reading() as session:
        return list(session.execute(select(Alert.state, Alert.mail_id).order_by(Alert.id)))


def test_due_groups_come_in_the_order_of_their_oldest_alert(store: Store, article: int, now: datetime) -> None:
    alert(store, article, now, "1", recipient="b@example.org")
    alert(store, article, now, "1", mail_at=now + timedelta(seconds=1), recipient="c@example.org")
    for subject in ("1", "2"):
        alert(store, article, now, subject)
    with store.reading() as session:
        assert outbox.due_groups(session, now) == [("debts", "b@example.org"), ("debts", "a@example.org")]
        due = outbox.due_alerts(session, now, "debts", "a@example.org", 1)
    assert [(each.subject, each.outlet, each.url, each.passage, each.seen_at) for each in due] == [
        ("1", "steppe", "https://steppe.example/a", {"headline": "x"}, now)]


def test_a_mail_claims_all_of_its_alerts_or_is_not_made(store: Store, article: int, now: datetime) -> None:
    first, second, third = (alert(store, article, now, subject) for subject in "123")
    assert outbox.freeze(store, mail(now), [first])
    assert not outbox.freeze(store, mail(now, "<2@x>"), [first, second])
    with store.reading() as session:
        (made,) = session.scalars(select(Mail)).all()
    assert of_alerts(store) == [("mailed", made.id), ("pending", None), ("pending", None)]
    with store.writing() as session:
        outbox.drop(session, second, "poison")
        outbox.drop(session, first, "too late")
    assert not outbox.freeze(store, mail(now, "<2@x>"), [second, third])
    assert outbox.freeze(store, mail(now, "<3@x>"), [third])
    assert [state for state, _ in of_alerts(store)] == ["mailed", "dropped", "mailed"]


def test_an_alert_that_was_held_meanwhile_is_not_claimed(store: Store, article: int, now: datetime) -> None:
    held = alert(store, article, now, "1", state="held")
    assert not outbox.freeze(store, mail(now), [held])
    assert of_alerts(store) == [("held", None)]


def test_an_alert_cannot_be_there_twice(store: Store, article: int, now: datetime) -> None:
    alert(store, article, now, "1")
    with pytest.raises(IntegrityError):
        alert(store, article, now, "1", mail_at=None)
    alert(store, article, now, "1", recipient="b@example.org")
    assert len(of_alerts(store)) == 2


def test_a_mail_of_the_same_alerts_is_not_made_twice(store: Store, article: int, now: datetime) -> None:
    first, second = (alert(store, article, now, subject) for subject in "12")
    assert outbox.freeze(store, mail(now), [first])
    assert not outbox.freeze(store, mail(now), [second])
    assert of_alerts(store)[1] == ("pending", None)


def test_a_claimed_mail_is_nobody_elses_until_its_time(store: Store, article: int, now: datetime) -> None:
    for number in (1, 2):
        outbox.freeze(store, mail(now - timedelta(minutes=number), f"<{number}@x>"), [alert(store, article, now, str(number))])

    def begin(at: datetime) -> int | None:
        with store.writing() as session:
            begun = outbox.begin_attempt(session, due=now, at=at, until=at + timedelta(minutes=5))
            return begun.mail if begun else None

    second, first = begin(now), begin(now)  # the one due first comes first
    assert second is not None and first is not None and second > first
    assert begin(now) is None
    assert begin(now + timedelta(minutes=6)) == second
    with store.writing() as session:
        outbox.clear_claims(session)
    assert begin(now) == second
    with store.reading() as session:
        assert session.scalars(select(Attempt.outcome).order_by(Attempt.id)).all() == ["died", "died", "died", None]


def test_an_attempt_knows_how_often_and_since_when_it_was_to_come_later(store: Store, article: int, now: datetime) -> None:
    outbox.freeze(store, mail(now), [alert(store, article, now, "1")])
    found = []
    for minute, outcome in enumerate(("paused", "later", "later", "sent")):
        at = now + timedelta(minutes=minute)
        with store.writing() as session:
            begun = outbox.begin_attempt(session, due=at, at=at, until=at)
            assert begun is not None
            found.append((begun.tries, begun.tried_since))
            outbox.end_attempt(session, begun, at, outcome, "answer")  # type: ignore[arg-type]  # each is one of them
    since = now + timedelta(minutes=1)
    assert found == [(0, None), (0, None), (1, since), (2, since)]
    with store.writing() as session:
        assert outbox.begin_attempt(session, due=now + timedelta(days=1), at=now, until=now) is None
        (row,) = outbox.list_mails(session)
        assert (row.state, row.attempts, row.reason, row.message_id) == ("sent", 4, None, "<1@x>")


def test_the_lists_are_newest_first_and_as_long_as_asked(store: Store, article: int, now: datetime) -> None:
    ids = [alert(store, article, now, subject) for subject in "123"]
    for number in (1, 2):
        outbox.freeze(store, mail(now, f"<{number}@x>"), [ids[number - 1]])
    with store.reading() as session:
        assert [row.id for row in outbox.list_alerts(session)] == ids[::-1]
        assert [row.id for row in outbox.list_alerts(session, 1)] == ids[2:]
        assert [row.message_id for row in outbox.list_mails(session)] == ["<2@x>", "<1@x>"]
        newest = outbox.list_mails(session, 1)[0]
        assert outbox.show_mail(session, newest.id) == b"bytes"
        assert outbox.show_mail(session, 10_000) is None


def test_an_alert_names_its_version_or_its_comment(store: Store, article: int, now: datetime) -> None:
    with store.writing() as session:
        run = session.scalars(select(Run.id)).one()
        page = Page(outlet="steppe", url="https://steppe.example/a", kind="article", found_at=now, next_due_at=now)
        session.add(page)
        session.flush()
        capture = Capture(page_id=page.id, run_id=run, at=now, status=200, final_url=page.url, file="f", offset=0,
                          sha256="0" * 64)
        thread = Thread(outlet="steppe", system="native", native_key="a", article_id=article)
        session.add_all((capture, thread))
        session.flush()
        seen = now - timedelta(hours=1)
        version = Version(article_id=article, seq=4, capture_id=capture.id, run_id=run, seen_at=seen)
        read = ThreadRead(thread_id=thread.id, run_id=run, capture_id=capture.id, reader="r", at=now, seen=1, state="complete")
        session.add_all((version, read))
        session.flush()
        comment = Comment(thread_id=thread.id, reader="r", position=0, first_seen_at=now, last_seen_at=now,
                          last_read_id=read.id)
        session.add(comment)
        session.flush()
        said = CommentVersion(comment_id=comment.id, seq=2, event="edited", text="x", reader="r", capture_id=capture.id,
                              run_id=run, seen_at=now - timedelta(hours=2), before_read_id=read.id)
        session.add(said)
        session.flush()
        ids = version.id, said.id, comment.id
    alert(store, article, now, "version", version_id=ids[0])
    alert(store, article, now, "comment", comment_version_id=ids[1])
    alert(store, article, now, "gone")
    with store.reading() as session:
        assert [(row.seq, row.comment) for row in outbox.list_alerts(session)] == [(None, None), (2, ids[2]), (4, None)]
        due = outbox.due_alerts(session, now, "debts", "a@example.org", 9)
    assert [each.seen_at for each in due] == [now - timedelta(hours=1), now - timedelta(hours=2), now]


def test_the_counts_say_what_waits_and_since_when(store: Store, article: int, now: datetime) -> None:
    with store.reading() as session:
        assert outbox.counts(session) == Counts(pending=0, oldest=None, waiting=0, dead=0)
    alert(store, article, now, "0", state="dropped", made_at=now - timedelta(days=9))
    ids = [alert(store, article, now, str(number), made_at=now + timedelta(minutes=number),
                 mail_at=None if number == 1 else now) for number in (1, 2, 3, 4)]
    for number in ids[2:]:
        outbox.freeze(store, mail(now, f"<{number}@x>"), [number])
    with store.writing() as session:
        begun = outbox.begin_attempt(session, due=now, at=now, until=now)
        assert begun is not None
        outbox.end_attempt(session, begun, now, "refused", "550", dead="550")
    with store.reading() as session:
        assert outbox.counts(session) == Counts(pending=2, oldest=now + timedelta(minutes=1), waiting=1, dead=1)
