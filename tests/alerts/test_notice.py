import random
from collections import Counter
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from alerts.deliver import deliver
from alerts.notice import notice
from storage import clock, notices, outbox
from storage.models import Notice
from storage.notices import Need
from tests.alerts.filled import SENDER, Filled
from tests.alerts.mail_server import MailServer

HOUR = timedelta(hours=1)
OPERATOR = "operator@x.example"


def need(key: str = "outlet:steppe", said: str = "The outlet steppe fails: timed out.", *, since: datetime | None = None,
         mail_after: timedelta | None = HOUR) -> Need:
    return Need(key, said, since, mail_after)


def look(filled: Filled, later: timedelta, *needs: Need, recipient: str | None = OPERATOR) -> bool:
    return notice(filled.store, needs, filled.now + later, sender=SENDER, recipient=recipient,
                  well_after=HOUR)


def rows(filled: Filled) -> list[Notice]:
    with filled.store.reading() as session:
        return list(session.scalars(select(Notice).order_by(Notice.id)))


def text(mail: bytes) -> Any:
    return message_from_bytes(mail, policy=default)


def test_a_need_is_told_once_when_it_has_lasted_for_its_time(filled: Filled, mail_server: MailServer) -> None:
    assert not look(filled, 0 * HOUR, need())
    assert not look(filled, HOUR - timedelta(seconds=1), need())
    assert look(filled, HOUR, need())
    for hours in (1, 2, 30, 1000):
        assert not look(filled, hours * HOUR, need())
    assert deliver(filled.store, filled.now + HOUR, mail_server.channel(), sender=SENDER).sent == 1
    (recipient, content), = mail_server.spool
    mail = text(content)
    assert (recipient, mail["To"], mail["From"]) == (OPERATOR, OPERATOR, SENDER)
    assert mail["Subject"] == "Steppewire needs you: The outlet steppe fails: timed out."
    assert mail["Auto-Submitted"] == "auto-generated" and mail["List-Id"] is None
    assert mail.get_content_type() == "text/plain"
    assert "- The outlet steppe fails: timed out.\n  (since 2026-03-02 06:00 UTC)" in mail.get_content().replace("\r", "")
    row, = rows(filled)
    assert (row.need, row.began_at, row.mail_id, row.ended_at) == ("outlet:steppe", filled.now, filled.mails()[0].id, None)
    with filled.store.reading() as session:
        listed, = outbox.list_mails(session)
        assert (listed.watch, listed.state, listed.message_id) == (None, "sent", mail["Message-ID"])


def test_a_need_that_says_since_when_counts_from_then(filled: Filled) -> None:
    assert look(filled, 0 * HOUR, need(since=filled.now - HOUR))


def test_a_need_that_cannot_wait_is_told_at_once_and_one_that_is_never_told_is_kept_all_the_same(filled: Filled) -> None:
    assert not look(filled, 0 * HOUR, need("notice-dead:x", mail_after=None))
    assert not look(filled, 100 * HOUR, need("notice-dead:x", mail_after=None))
    assert look(filled, 100 * HOUR, need("notice-dead:x", mail_after=None), need("mail-dead:x", mail_after=timedelta(0)))
    assert [row.need for row in rows(filled)] == ["notice-dead:x", "mail-dead:x"]


def test_one_mail_tells_of_all_that_stands_and_the_next_of_what_is_new_first(filled: Filled) -> None:
    first, second, third = (need(f"outlet:{name}", f"The outlet {name} fails.") for name in ("one", "two", "three"))
    look(filled, 0 * HOUR, first)
    look(filled, HOUR / 2, first, second)
    assert look(filled, HOUR, first, second)
    assert not look(filled, 2 * HOUR, first, second)
    assert not look(filled, 2 * HOUR, first, third)
    assert look(filled, 3 * HOUR, first, third)
    one, other, over = (text(mail.bytes) for mail in filled.mails())
    assert over["Subject"] == "Steppewire is well again: The outlet two fails."
    assert one["Subject"] == "Steppewire needs you: The outlet one fails. … and 1 more"
    assert other["Subject"] == "Steppewire needs you: The outlet three fails."
    body = other.get_content()
    places = [body.index(words) for words in ("The outlet three fails.", "Told before, and still so:", "The outlet one fails.")]
    assert places == sorted(places)
    assert "two" not in body
    assert one["Message-ID"] != other["Message-ID"]


def subjects(filled: Filled) -> list[str]:
    return [mail.subject for mail in filled.mails()]


FAILS = "Steppewire needs you: The outlet steppe fails: timed out."
WELL = "Steppewire is well again: The outlet steppe fails: timed out."


def test_what_fails_off_and_on_is_told_once_an_hour_well_once_and_then_once_more(filled: Filled) -> None:
    look(filled, 0 * HOUR, need())
    assert look(filled, HOUR, need())
    for hour in range(2, 200, 4):  # it fails for two hours of every four, for a week
        for half in range(4):
            look(filled, (hour + half / 2) * HOUR)
        for half in range(4, 8):
            look(filled, (hour + half / 2) * HOUR, need())
    assert subjects(filled) == [FAILS, WELL, FAILS]


def test_what_comes_back_within_the_hour_is_the_same(filled: Filled) -> None:
    look(filled, 0 * HOUR, need())
    assert look(filled, HOUR, need())
    for hour in range(2, 40, 2):
        assert not look(filled, hour * HOUR)
        assert not look(filled, (hour + 0.9) * HOUR, need())
    assert rows(filled)[0].began_at == filled.now and subjects(filled) == [FAILS]


def test_what_was_told_is_said_to_be_over_once_it_is_for_its_time_and_is_told_anew_when_it_comes_back(filled: Filled) -> None:
    look(filled, 0 * HOUR, need())
    assert look(filled, HOUR, need())
    assert not look(filled, 2 * HOUR)
    assert not look(filled, 2.9 * HOUR)
    assert look(filled, 3 * HOUR)
    for hours in (4, 30, 100):
        assert not look(filled, hours * HOUR)
    mail = text(filled.mails()[-1].bytes)
    assert mail["Subject"] == WELL and mail["To"] == OPERATOR and mail["Auto-Submitted"] == "auto-generated"
    assert "(it was so from 2026-03-02 06:00 to 2026-03-02 08:00 UTC)" in mail.get_content()
    assert not look(filled, 200 * HOUR, need()) and look(filled, 201 * HOUR, need())
    assert not look(filled, 202 * HOUR) and look(filled, 203 * HOUR)
    assert subjects(filled) == [FAILS, WELL, FAILS, WELL]


def test_the_mail_that_one_need_is_over_names_those_that_stand(filled: Filled) -> None:
    other = need("disk", "The disk is nearly full.")
    look(filled, 0 * HOUR, need(), other)
    assert look(filled, HOUR, need(), other)
    look(filled, 2 * HOUR, other)
    assert look(filled, 3 * HOUR, other)
    body = text(filled.mails()[-1].bytes).get_content()
    places = [body.index(words) for words in ("This needs nobody any more:", "The outlet st", "This still needs", "The disk")]
    assert places == sorted(places)


def test_what_was_never_told_or_was_seen_to_by_a_person_is_not_said_to_be_over(filled: Filled) -> None:
    look(filled, 0 * HOUR, need())
    assert not look(filled, HOUR / 2) and not look(filled, 2 * HOUR)
    look(filled, 3 * HOUR, need())
    assert look(filled, 4 * HOUR, need())
    with filled.store.writing() as session:
        notices.settled(session, "outlet:steppe", filled.now + 5 * HOUR)
    assert not look(filled, 5 * HOUR) and not look(filled, 9 * HOUR)


def test_the_lines_of_a_need_stand_below_its_sentence(filled: Filled) -> None:
    assert look(filled, 0 * HOUR, Need("hold:3", "The outlet steppe is held.", None, timedelta(0), ("- was\nBcc: x", "+ is")))
    assert "is held.\n  (since 2026-03-02 06:00 UTC)\n    - was Bcc: x\n    + is\n" in text(
        filled.mails()[0].bytes).get_content().replace("\r", "")


def test_what_never_lasts_long_enough_is_never_told(filled: Filled) -> None:
    for half in range(0, 40, 2):
        assert not look(filled, half * HOUR / 2, need())
        assert not look(filled, (half + 1) * HOUR / 2)


def test_without_an_operator_notices_are_kept_and_told_once_there_is_one(filled: Filled) -> None:
    look(filled, 0 * HOUR, need(), recipient=None)
    assert not look(filled, 9 * HOUR, need(), recipient=None)
    assert [row.need for row in rows(filled)] == ["outlet:steppe"] and filled.mails() == []
    assert look(filled, 10 * HOUR, need())


def test_nothing_is_written_while_nothing_changes(filled: Filled) -> None:
    look(filled, 0 * HOUR, need())
    with filled.store.reading() as session:
        assert notices.up_to_date(session, [need()], filled.now + timedelta(seconds=59), HOUR)
        assert not notices.up_to_date(session, [need()], filled.now + timedelta(seconds=60), HOUR)
        assert not notices.up_to_date(session, [need(said="Another.")], filled.now, HOUR)
        assert not notices.up_to_date(session, [], filled.now, HOUR)
        assert not notices.up_to_date(session, [need(mail_after=timedelta(0))], filled.now, HOUR)
    look(filled, HOUR / 2, need(said="Another."))
    assert (rows(filled)[0].said, rows(filled)[0].seen_at) == ("Another.", filled.now + HOUR / 2)


def test_words_of_strangers_end_no_header_and_many_needs_make_one_mail_of_bearable_length(filled: Filled) -> None:
    many = [need(f"outlet:{number}", f"The outlet {number} fails:\r\nBcc: x@y.example \x1b[31mстоп {'x' * 300}.",
                 mail_after=timedelta(0)) for number in range(60)]
    assert look(filled, 0 * HOUR, *many)
    mail = text(filled.mails()[0].bytes)
    assert mail["Bcc"] is None and len(mail["Subject"]) <= 150 and mail["Subject"].endswith("… … and 59 more")
    body = mail.get_content()
    assert "\x1b" not in body and "стоп" in body and "… and 10 more" in body
    assert Counter(line.startswith("- ") for line in body.splitlines())[True] == 50
    assert not look(filled, 9 * HOUR, *many)


def test_a_clock_that_was_set_back_by_a_year_puts_no_notice_off_for_one(filled: Filled) -> None:
    later = timedelta(days=365)
    look(filled, later, need())
    with filled.store.writing() as session:
        clock.set_back(session, later, filled.now)
    assert rows(filled)[0].began_at == filled.now
    assert look(filled, HOUR, need())


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("seed", range(3))
def test_of_what_comes_and_goes_there_is_no_more_than_one_mail_an_hour(filled: Filled, seed: int) -> None:
    """Three causes come and go at random for three days; what each mail is for is read from it: what it tells anew, and what it
    says is over."""
    chance, minute = random.Random(seed), timedelta(minutes=1)
    standing: set[int] = set()
    for later in range(3 * 24 * 60 // 5):
        if chance.random() < 0.3:
            standing ^= {chance.randrange(3)}
        needs = [need(f"outlet:{own}", f"The outlet paper{own} fails.", mail_after=own * 10 * minute)
                 for own in sorted(standing)]
        notice(filled.store, needs, filled.now + later * 5 * minute, sender=SENDER, recipient=OPERATOR,
               well_after=timedelta(minutes=7))
    for own in range(3):
        times = []
        for mail in filled.mails():
            told = text(mail.bytes).get_content().partition("Told before")[0].partition("This still needs")[0]
            if f"paper{own} fails" in told:
                times.append(mail.made_at)
        assert len(times) >= 3
        assert min(after - before for before, after in pairwise(times)) >= HOUR
