"""What recipients answer: done once, for whom it was said, and for nobody else."""
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from storage import answers, outbox, recipients, watches
from storage.answers import Said
from storage.models import Alert, Answer, Mail, Watch
from storage.outbox import NewMail
from storage.recipients import Named
from storage.store import Store
from storage.watches import WatchRow
from tests.alerts.filled import READER, Filled

HOUR = timedelta(hours=1)


@pytest.fixture
def filled(store: Store, now: datetime) -> Filled:
    return Filled(store, now)


def mailed(filled: Filled, digest: str, *articles: int, watch: str = "debts", recipient: str = READER) -> str:
    """A mail that tells of articles, by its digest."""
    ids = [filled.alert(article=article, watch=watch, recipient=recipient) for article in articles]
    assert outbox.freeze(filled.store, NewMail(watch, recipient, f"<{digest}@x.example>", "A subject", b"", filled.now), ids)
    return digest


def act(filled: Filled, action: str, digest: str, article: int | None = None, **values: Any) -> Said:
    with filled.store.writing() as session:
        return answers.act(session, action, digest, article, "link", filled.now, **values)


def states(filled: Filled) -> list[str]:
    return [alert.state for alert in filled.alerts()]


def silent(filled: Filled, article: int, outlet: str = "steppe") -> set[tuple[str, str]]:
    with filled.store.reading() as session:
        return set(answers.silent(session, article, outlet))


def test_an_ended_watch_is_silent_for_its_recipient_alone_and_drops_what_waits(filled: Filled) -> None:
    article = filled.article()
    mail = mailed(filled, "a1", article)
    for values in ({}, {"state": "held"}, {"due": None}, {"recipient": "b@example.org"}, {"watch": "roads"}):
        filled.alert(article=article, **values)
    done = act(filled, "end_watch", mail, token="t")
    assert (done.state, done.watch, done.recipient, done.dropped, done.article) == ("done", "debts", READER, 3, None)
    assert states(filled) == ["mailed", "dropped", "dropped", "dropped", "pending", "pending"]
    assert {alert.reason for alert in filled.alerts() if alert.state == "dropped"} == {"its recipient ended the watch"}
    assert silent(filled, 99, "another") == {("debts", READER)}


def test_what_is_muted_is_a_story_or_an_outlet_of_one_watch(filled: Filled) -> None:
    first, second = filled.article(), filled.article()
    mail = mailed(filled, "a1", first, second)
    for article in (first, second):
        filled.alert(article=article)
    filled.alert(article=first, watch="roads")
    done = act(filled, "mute_story", mail, first)
    assert (done.state, done.article, done.outlet, done.headline, done.dropped) == (
        "done", first, "steppe", "A railway through the pass", 1)
    assert states(filled)[2:] == ["dropped", "pending", "pending"]
    assert silent(filled, first) == {("debts", READER)} and not silent(filled, second)
    assert act(filled, "mute_outlet", mail, second).dropped == 1
    assert states(filled)[2:] == ["dropped", "dropped", "pending"]
    assert silent(filled, second) == {("debts", READER)} and not silent(filled, second, "another")


def test_a_token_works_once(filled: Filled) -> None:
    mail = mailed(filled, "a1", filled.article())
    done = act(filled, "end_watch", mail, token="t")
    assert done.state == "done" and done.answer is not None
    assert act(filled, "end_watch", mail, token="t").state == "used"
    with filled.store.writing() as session:
        assert answers.undo(session, done.answer, filled.now) is not None
    assert act(filled, "end_watch", mail, token="t").state == "used"
    assert not silent(filled, 1)


def test_what_is_so_already_is_said_to_be_so(filled: Filled) -> None:
    article = filled.article()
    first, second = mailed(filled, "a1", article), mailed(filled, "a2", article)
    for action, about in (("end_watch", None), ("mute_story", article), ("mute_outlet", article)):
        assert act(filled, action, first, about, token=f"{action}1").state == "done"
        assert act(filled, action, second, about, token=f"{action}2").state == "already"
        with filled.store.reading() as session:
            assert answers.look(session, action, second, about, token=f"{action}2").state == "already"
    with filled.store.reading() as session:
        assert len(session.scalars(select(Answer)).all()) == 3


def test_a_mail_or_an_article_that_is_not_there_is_unknown(filled: Filled) -> None:
    article, other = filled.article(), filled.article()
    mail = mailed(filled, "a1", article)
    for action, digest, about in (("end_watch", "a2", None), ("end_watch", "%", None), ("end_watch", "a", None),
                                  ("mute_story", mail, other), ("mute_story", mail, 10**12), ("confirm", mail, None)):
        assert act(filled, action, digest, about) == Said("unknown", action)
    with filled.store.reading() as session:
        assert not session.scalars(select(Answer)).all()


def test_an_answer_without_an_article_is_about_the_only_one(filled: Filled) -> None:
    one, first, second = (filled.article() for _ in range(3))
    alone, together = mailed(filled, "a1", one, one), mailed(filled, "a2", first, second)
    assert act(filled, "mute_story", alone).article == one
    assert act(filled, "mute_outlet", together).state == act(filled, "mute_story", together).state == "unclear"
    assert act(filled, "not_relevant", together).state == "done"
    assert act(filled, "not_relevant", together, second).state == "already"


def test_an_answer_survives_that_the_settings_are_read_again(filled: Filled) -> None:
    mail = mailed(filled, "a1", filled.article())
    act(filled, "end_watch", mail)
    with filled.store.writing() as session:
        watches.sync(session, [WatchRow("debts", ("China", "Russia"), (READER,), ())], filled.now + HOUR)
    assert silent(filled, 1) == {("debts", READER)}


def test_an_answer_that_is_taken_back_holds_no_more(filled: Filled) -> None:
    mail = mailed(filled, "a1", filled.article())
    done = act(filled, "end_watch", mail)
    assert done.answer is not None
    with filled.store.writing() as session:
        taken = answers.undo(session, done.answer, filled.now + HOUR)
        assert taken is not None and taken.undone_at == filled.now + HOUR
        assert answers.undo(session, done.answer, filled.now) is None
        assert answers.undo(session, 99, filled.now) is None
    assert not silent(filled, 1)
    assert act(filled, "end_watch", mailed(filled, "a2", filled.article()), token="u").state == "done"


def test_of_two_answers_at_the_same_time_one_acts(filled: Filled) -> None:
    article = filled.article()
    mails = [mailed(filled, "a1", article), mailed(filled, "a2", article)]
    for tokens in (["same"] * 6, [f"other{number}" for number in range(6)]):
        with filled.store.writing() as session:
            session.execute(update(Answer).values(undone_at=filled.now))
        gate, done = threading.Barrier(len(tokens)), list[str]()

        def answer(number: int, token: str, gate: threading.Barrier = gate, done: list[str] = done) -> None:
            gate.wait()
            done.append(act(filled, "end_watch", mails[number % 2 if token != "same" else 0], token=token).state)

        threads = [threading.Thread(target=answer, args=each) for each in enumerate(tokens)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(done)[-1 if tokens[0] == "same" else 0] in ("used", "already") and done.count("done") == 1


def test_what_was_matched_while_an_answer_came_is_dropped(filled: Filled) -> None:
    article = filled.article()
    act(filled, "mute_story", mailed(filled, "a1", article), article)
    late = filled.alert(article=article)
    other = filled.alert()
    with filled.store.writing() as session:
        assert answers.drop_silenced(session) == 1
        assert session.get_one(Alert, late).state == "dropped" and session.get_one(Alert, other).state == "pending"


def test_a_confirmation_is_of_its_own_mail(filled: Filled) -> None:
    with filled.store.writing() as session:
        session.add(Watch(id="debts", words=["China"], recipients=[READER], outlets=[], since=filled.now))
        assert recipients.to_ask(session) == {READER: (Named("debts", ("China",)),)}
        assert recipients.asked(session, READER, filled.now) and not recipients.asked(session, READER, filled.now)
        outbox.post(session, NewMail(None, READER, "<a1@x.example>", "Please confirm", b"", filled.now))
        assert recipients.to_ask(session) == {}
    assert act(filled, "end_watch", "a1") == Said("unknown", "end_watch")
    done = act(filled, "confirm", "a1", token="t")
    assert done == replace(done, state="done", watch=None, recipient=READER)
    with filled.store.reading() as session:
        assert recipients.state(session, READER) == "confirmed"
    assert act(filled, "confirm", "a1", token="t").state == "used"
    assert act(filled, "confirm", "a1").state == "already"


def test_a_mail_is_found_whatever_its_sender_was_then(filled: Filled) -> None:
    mail = mailed(filled, "a1", filled.article())
    with filled.store.writing() as session:
        session.execute(update(Mail).values(message_id="<a1@before.example>"))
    assert act(filled, "end_watch", mail).state == "done"
