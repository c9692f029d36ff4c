"""`watch explain`: what a watch does, and why it may be silent."""
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from command import said
from desk import Desk, article, thread

import settings
from settings import Settings
from storage import watches
from storage.models import Answer, Recipient, Watch
from storage.schedule import Schedule
from storage.store import Store
from storage.watches import WatchRow
from tests.alerts.filled import Filled
from verbs.explaining import explain
from verbs.watching import Unknown

ROW = WatchRow("debts", ("debt", "Exim Bank"), ("a@example.org", "b@example.org"), ())
SILENT = "Nothing keeps it silent."


@pytest.fixture
def read(tmp_path: Path) -> Settings:
    (tmp_path / "outlets").mkdir()
    (tmp_path / "outlets" / "steppe.toml").write_text(
        'name = "Steppe"\nhome = "https://steppe.example/"\ncountry = "KZ"\nsource = []\n', encoding="utf-8")
    (tmp_path / "steppewire.toml").write_text('outlets = ["steppe"]\ndata = "."', encoding="utf-8")
    return settings.load(tmp_path / "steppewire.toml")


@pytest.fixture
def about(desk: Desk, read: Settings) -> Callable[..., list[str]]:
    """What is said of the watch with some wishes, where both of its words have been seen."""
    desk.see(article("Its debt.", thread=thread(("c1", "What of Exim  Bank?"))))

    def sentences(**wishes: object) -> list[str]:
        with desk.store.writing() as session:
            watches.keep(session, replace(ROW, **wishes), "cli", desk.now, session.get(Watch, "debts"))
        with desk.store.reading() as session:
            return explain(read, session, "debts", desk.now)

    return sentences


def test_it_says_what_is_looked_for_and_whom_it_tells_of_what_and_when(about: Callable[..., list[str]]) -> None:
    plain = about()
    assert plain[0].startswith("The watch debts was added with `steppewire watch add`, is kept by a@example.org and counts ")
    assert plain[1] == "It looks for “debt” or “Exim Bank” in headlines, texts and readers' comments."
    assert plain[2].startswith("It tells a@example.org and b@example.org of: new article, edited, ")
    assert plain[3] == "It mails at once." and plain[5] == SILENT
    wishes = about(outlets=("steppe",), countries=("KZ", "KG"), languages=("ru",), fields=("title",),
                   events=("words_vanished",), kinds=("figures",), least=9, quote_comments=True, cap=3, owner="o@example.org",
                   schedule=Schedule("Asia/Almaty", "week", time(7, 30), "friday", (time(22), time(6))))
    assert "is kept by o@example.org" in wishes[0]
    assert wishes[1] == ("It looks for “debt” or “Exim Bank” in headlines of steppe of outlets in KZ or KG, of articles in ru "
                         "and in a language that is not known.")
    assert wishes[2] == ("It tells a@example.org and b@example.org of: watched words taken out. Of edits it tells only of "
                         "those of the kind figures. An edit counts from 9 characters put in and taken out. Its mails quote "
                         "comments.")
    assert wishes[3] == ("It mails together each Friday at 07:30, and never from 22:00 to 06:00, by the clock of Asia/Almaty. "
                         "Nobody gets more than 3 mails of it an hour; what is over comes in one after that.")
    assert wishes[4] == "Nothing waits to be mailed; what is found now would go at 2026-03-06 07:30 Asia/Almaty."


def test_it_says_when_the_next_mail_may_go(desk: Desk, about: Callable[..., list[str]]) -> None:
    about()
    Filled(desk.store, desk.now).alert(due=timedelta(hours=2))
    assert about()[4] == "1 alert waits for the next mail, which may go at 2026-03-03 08:00 UTC."


def test_it_says_why_it_is_silent(desk: Desk, about: Callable[..., list[str]], store: Store) -> None:
    about()
    filled = Filled(store, desk.now)
    filled.alert(state="held")
    filled.alert(due=None)
    for _ in range(2):
        filled.mail(watch="debts", recipient="b@example.org", made=timedelta(minutes=10))
    with store.writing() as session:
        session.add_all([Answer(at=desk.now, action="end_watch", via="link", watch_id="debts", recipient="a@example.org"),
                         Recipient(address="b@example.org", state="dead", reason="no such user"),
                         Recipient(address="c@example.org", state="unconfirmed")])
        watches.pause(session.get_one(Watch, "debts"), desk.now)
    why = about(words=("debt", "never said"), outlets=("nowhere",), cap=2,
                recipients=("a@example.org", "b@example.org", "c@example.org"))[-1]
    assert why == (
        "Why it may be silent: It rests since 2026-03-03 06:00 UTC: `steppewire watch resume debts`. a@example.org has ended "
        "it. Mails to b@example.org come back: no such user. b@example.org has had its 2 mails of this hour; the next may go "
        "at 2026-03-03 06:50 UTC. c@example.org has not confirmed yet that it wants mails. nowhere is not crawled: add it "
        "to `outlets` of the settings. 1 alert waits for the end of a crawl that is under way. 1 alert waits for a person to "
        "decide: `steppewire hold list`. No text or comment that is stored ever had “never said”.")
    assert "No outlet that is crawled is in KG" in about(countries=("KG",))[-1]


def test_a_broken_one_says_so_and_one_that_does_not_stand_is_none(desk: Desk, about: Callable[..., list[str]],
                                                                  read: Settings) -> None:
    about()
    with desk.store.writing() as session:
        session.get_one(Watch, "debts").words = []
    with desk.store.reading() as session:
        assert explain(read, session, "debts", desk.now)[1:] == ["It is broken and finds nothing: it has no words."]
        with pytest.raises(Unknown, match="there is no watch nowhere"):
            explain(read, session, "nowhere", desk.now)


def test_by_the_command(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "steppewire.toml").write_text('data = "."\noutlets = []', encoding="utf-8")
    said("db", "upgrade", cwd=tmp_path)
    said("watch", "add", "debts", "--word", "debt", "--recipient", "a@example.org", cwd=tmp_path)
    shown = said("watch", "explain", "debts", cwd=tmp_path).stdout
    assert "No outlet is crawled" in shown and "ever had “debt”" in shown
    assert said("watch", "explain", "nowhere", cwd=tmp_path).returncode == 2
