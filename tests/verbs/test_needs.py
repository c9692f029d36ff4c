import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

import settings as settings_module
from settings import Settings
from storage import bounces, outbox, recipients, runs
from storage.models import Attempt, Page
from storage.notices import Need
from storage.store import Store
from tests.alerts.filled import Filled
from verbs.checking import status
from verbs.needs import nearly_full, needs
from verbs.tables import show

HOUR = timedelta(hours=1)
OUTLET = """
name = "Steppe Courier"
home = "https://steppe.example/"
[[source]]
kind = "rss"
url = "https://steppe.example/rss"
"""


@dataclass
class Wire:
    """Settings with one outlet and a store to be filled, and what then needs a person."""

    settings: Settings
    filled: Filled
    file: Path

    def needs(self, later: timedelta = timedelta(0)) -> dict[str, Need]:
        return {need.key: need for need in needs(self.settings, self.filled.store, self.filled.now + later)}

    def tried(self, mail: int, outcome: str, answer: str) -> None:
        with self.filled.store.writing() as session:
            session.add(Attempt(mail_id=mail, at=self.filled.now, ended_at=self.filled.now, outcome=outcome, answer=answer))

    def run(self, state: str, *errors: str) -> None:
        with self.filled.store.writing() as session:
            run = runs.begin(session, "steppe", self.filled.now)
            assert run is not None
            runs.end(session, run.id, self.filled.now, state=state, requests=1, not_modified=0, errors=errors)

    def source(self, confirmed: datetime | None) -> None:
        with self.filled.store.writing() as session:
            session.add(Page(outlet="steppe", url="https://steppe.example/rss", kind="source", found_at=self.filled.now,
                             next_due_at=self.filled.now, confirmed_at=confirmed))


@pytest.fixture
def wire(store: Store, now: datetime, tmp_path: Path) -> Wire:
    (tmp_path / "outlets").mkdir()
    file = tmp_path / "outlets" / "steppe.toml"
    file.write_text(OUTLET, encoding="utf-8")
    (tmp_path / "steppewire.toml").write_text('outlets = ["steppe"]\ndata = "."', encoding="utf-8")
    return Wire(settings_module.load(tmp_path / "steppewire.toml"), Filled(store, now), file)


def test_a_wire_that_has_done_nothing_yet_needs_nobody(wire: Wire) -> None:
    assert wire.needs() == {}
    wire.filled.mail(watch=None)
    wire.filled.alert(due=timedelta(0))
    wire.run("degraded", "https://steppe.example/a: status 500")
    assert wire.needs(HOUR) == {}


def test_dead_mails_are_told_by_recipient_with_the_command_that_tries_them_again(wire: Wire) -> None:
    wire.filled.alert()  # the watch
    mails = [wire.filled.mail(watch="debts", recipient="a@x.example", state="dead", reason="550 no such user")
             for _ in range(7)]
    other = wire.filled.mail(watch="debts", recipient="b@x.example", state="dead", reason="552 too large")
    found = wire.needs()
    assert list(found) == ["mail-dead:a@x.example", "mail-dead:b@x.example"]
    assert found["mail-dead:a@x.example"].mail_after == timedelta(0)
    said = found["mail-dead:a@x.example"].said
    assert said.startswith("7 mails were not sent to a@x.example and will not be tried again: 550 no such user: ")
    assert found["mail-dead:b@x.example"].said.startswith("1 mail was not sent to b@x.example and ")
    assert f"`steppewire mail retry {' '.join(map(str, mails[2:]))}` or --all-dead" in said
    assert f"`steppewire mail retry {other}`" in found["mail-dead:b@x.example"].said


@pytest.mark.parametrize("settle", [recipients.revive, recipients.confirm])
def test_what_came_back_before_an_address_was_revived_is_settled_and_what_comes_back_later_is_not(
        wire: Wire, settle: Callable[[Session, str, datetime], object]) -> None:
    def come_back(later: timedelta) -> None:
        mail = wire.filled.mail(watch="debts", recipient="a@x.example", state="sent")
        with wire.filled.store.writing() as session:
            assert bounces.bounced(session, mail, "550 5.1.1 User unknown", wire.filled.now + later)

    wire.filled.alert()  # the watch
    come_back(HOUR)
    assert "550 5.1.1 User unknown" in wire.needs(HOUR)["mail-bounced:a@x.example"].said
    with wire.filled.store.writing() as session:
        recipients.die(session, "a@x.example", "550 5.1.1 User unknown", wire.filled.now + HOUR)
        settle(session, "a@x.example", wire.filled.now + 2 * HOUR)
    assert wire.needs(HOUR) == {}
    come_back(3 * HOUR)
    assert wire.needs(HOUR).keys() == {"mail-bounced:a@x.example"}


def test_mails_that_wait_for_long_are_told_with_the_last_answer(wire: Wire) -> None:
    wire.filled.alert(due=None)
    mail = wire.filled.mail(watch="debts", reason="451 busy")
    wire.filled.mail(watch="debts", made=-HOUR)
    assert wire.needs(HOUR) == {}
    need = wire.needs(HOUR + timedelta(seconds=1))["mail-waits"]
    assert need.since == wire.filled.now and need.said.startswith("1 mail is waiting since 2026-03-02 06:00 UTC, the last ")
    assert "451 busy" in need.said
    with wire.filled.store.writing() as session:
        outbox.retry(session, [mail], wire.filled.now + HOUR)
    assert wire.needs(1.5 * HOUR) == {}


def test_mails_that_wait_without_a_daemon_wait_for_it(wire: Wire) -> None:
    wire.filled.alert(due=None)
    wire.tried(wire.filled.mail(watch="debts"), "paused", "535 5.7.8 no")
    assert wire.needs(2 * HOUR)["mail-waits"].said.endswith(": 535 5.7.8 no: no daemon runs: start `steppewire run`.")


@pytest.mark.parametrize(("outcome", "answer", "words"), [
    ("paused", "535 5.7.8 no", "does not let us in: see whether the username and password of [mail] are right"),
    ("paused", "Connection refused", "nothing gets through there: see what `steppewire check --smtp` says; it is tried again "
                                     "at the latest after 5m."),
    ("paused", "421 busy", "nothing gets through there: "),
    ("later", "451 busy", "it is tried again by itself; if it lasts, see whether `steppewire check --smtp` gets through."),
    ("later", "452 4.2.2 full", "that is said of a@x.example alone, of mail 1: it is tried again by itself; ")])
def test_what_to_do_about_mails_that_wait_fits_their_last_answer(wire: Wire, outcome: str, answer: str, words: str) -> None:
    wire.filled.alert(due=None)
    mail = wire.filled.mail(watch="debts", recipient="a@x.example", reason="an older answer")
    wire.tried(mail, "later", "an older answer")
    wire.tried(mail, outcome, answer)
    with wire.filled.store.lock():
        said = wire.needs(2 * HOUR)["mail-waits"].said
    assert f"the last answer was: {answer}: " in said and words in said and "whether the daemon runs" not in said


def test_an_answer_is_a_recipient_s_own_where_others_mails_are_taken_since(wire: Wire) -> None:
    wire.filled.alert(due=None)
    wire.tried(wire.filled.mail(watch="debts", recipient="a@x.example"), "later", "451 busy")
    other = wire.filled.mail(watch="debts", recipient="b@x.example", state="sent")
    own = "that is said of a@x.example alone"
    with wire.filled.store.lock():
        assert own not in wire.needs(2 * HOUR)["mail-waits"].said
        wire.tried(other, "sent", "250 ok")
        assert own in wire.needs(2 * HOUR)["mail-waits"].said
        wire.filled.mail(watch="debts", recipient="c@x.example")
        assert own not in wire.needs(2 * HOUR)["mail-waits"].said


def test_of_a_notice_that_is_not_sent_no_mail_is_made(wire: Wire) -> None:
    wire.filled.mail(watch=None)
    wire.filled.mail(watch=None, state="dead", recipient="operator@x.example")
    found = wire.needs(2 * HOUR)
    assert [(key, need.mail_after) for key, need in found.items()] == [
        ("notice-dead:operator@x.example", None), ("notice-waits", None)]


def test_alerts_that_nobody_mails_are_told_once_they_are_judged(wire: Wire) -> None:
    wire.filled.alert(due=None)
    assert wire.needs(24 * HOUR) == {}
    wire.filled.alert(due=timedelta(minutes=1))
    assert wire.needs(HOUR) == {}
    assert "1 alert is in no mail since 2026-03-02 06:01 UTC" in wire.needs(2 * HOUR)["alert-waits"].said


@pytest.mark.parametrize(("state", "words"), [("failed", "fails"), ("blocked", "does not let us in")])
def test_an_outlet_whose_run_failed_is_told_with_its_reason(wire: Wire, state: str, words: str) -> None:
    wire.run(state, "https://steppe.example/rss: timed out")
    said = wire.needs()["outlet:steppe"].said
    assert said.startswith(f"The outlet steppe {words}: https://steppe.example/rss: timed out: ")
    wire.run("done")
    assert wire.needs() == {}


def test_an_outlet_with_a_mistake_in_its_file_is_told_with_the_key(wire: Wire) -> None:
    wire.file.write_text(OUTLET + "colour = 1", encoding="utf-8")
    said = wire.needs()["outlet:steppe"].said
    assert "steppe.toml: source.1.colour: this key is unknown" in said and "`steppewire check`" in said


def test_sources_that_no_longer_answer_are_told_while_a_daemon_holds_the_store(wire: Wire) -> None:
    began = datetime.now(timezone.utc)
    wire.filled.now = began
    wire.source(began - 24 * HOUR)
    assert wire.needs(5 * HOUR) == {}
    with wire.filled.store.lock():
        assert wire.needs(HOUR / 2) == {}  # it has only begun: it may still be on its way to them
        assert "No source of the outlet steppe has answered" in wire.needs(2 * HOUR)["outlet:steppe"].said
        with wire.filled.store.writing() as session:
            session.execute(update(Page).values(confirmed_at=began + HOUR))
        assert wire.needs(2 * HOUR) == {}
        wire.file.write_text(f'every = "3h"\n{OUTLET}', encoding="utf-8")
        assert wire.needs(7 * HOUR) == {} and wire.needs(8 * HOUR).keys() == {"outlet:steppe"}


def test_a_disk_is_nearly_full_below_500_megabytes_or_two_percent(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    gigabyte = 10**9
    assert nearly_full(10 * gigabyte, 499 * 10**6) and not nearly_full(10 * gigabyte, 501 * 10**6)
    assert nearly_full(1000 * gigabyte, 19 * gigabyte) and not nearly_full(1000 * gigabyte, 21 * gigabyte)
    # No test can fill a disk.
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: shutil._ntuple_diskusage(gigabyte, gigabyte, 7 * 10**6))
    assert "7 MB are left" in wire.needs()["disk"].said


def test_status_lists_what_needs_a_person_and_whether_certificates_are_verified(wire: Wire) -> None:
    wire.run("failed", "https://steppe.example/rss: timed out")
    document = status(wire.settings, wire.filled.store, wire.filled.now)
    assert [(need["need"], "timed out" in need["said"]) for need in document["needs"]] == [("outlet:steppe", True)]
    assert document["outlets"][0]["verify_tls"] is True
    wire.run("done")
    assert status(wire.settings, wire.filled.store, wire.filled.now)["needs"] == []


def test_an_outlet_whose_certificates_are_not_verified_is_marked_and_needs_nobody(
        wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    wire.file.write_text(f"verify_tls = false\n{OUTLET}", encoding="utf-8")
    document = status(wire.settings, wire.filled.store, wire.filled.now)
    assert (document["outlets"][0]["verify_tls"], document["needs"]) == (False, [])
    show(document)
    assert "✗ The certificates of steppe are not verified" in capsys.readouterr().out
