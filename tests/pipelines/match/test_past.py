"""What a watch would have told, had it stood: the wire plays a past with it and is the oracle of what is found afterwards."""
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta, timezone

import pytest
from desk import Desk, article, thread
from retold import differences, told

from alerts.compose import compose
from crawler.items import Seen, ThreadRead
from pipelines import holds
from pipelines.compare.blame import Blame
from pipelines.judgement import judge
from pipelines.match.past import Hit, mails, past
from pipelines.take_in import take_in
from storage import noise, runs, watches
from storage.models import Hold
from storage.noise import Learned
from storage.passage import Passage
from storage.schedule import Schedule
from storage.store import Store
from storage.watches import EVENTS, WatchRow
from tests.pipelines.test_holds import NAV, PATHS, body, many

WAIT = timedelta(seconds=60)
RAILS = WatchRow("rails", ("railway", "military alliance"), ("a@example.org",), ())
WATCHES = (
    RAILS, replace(RAILS, id="all", events=EVENTS), replace(RAILS, id="titles", fields=("title",)),
    replace(RAILS, id="talk", fields=("comments",), events=(*EVENTS[5:9], "thread_closed", "thread_hidden")),
    replace(RAILS, id="large", least=30), replace(RAILS, id="figures", kinds=("figures", "headline")),
    replace(RAILS, id="russian", languages=("ru",)), replace(RAILS, id="english", languages=("en",)),
    replace(RAILS, id="gone", events=("article_gone", "article_back")), replace(RAILS, id="back", events=("article_back",)),
    replace(RAILS, id="words", events=("words_appeared", "words_vanished")),
    replace(RAILS, id="here", outlets=("steppe",), countries=("KZ",)), replace(RAILS, id="there", countries=("KG",)),
    replace(RAILS, id="elsewhere", outlets=("other",)), replace(RAILS, id="weekly", schedule=Schedule(digest="week")))


class Wire:
    """A desk whose runs are judged and whose mails are made."""

    def __init__(self, store: Store, now: datetime, rows: Sequence[WatchRow] = WATCHES) -> None:
        self.desk = Desk(store, now)
        self.desk.outlet = self.desk.outlet.model_copy(update={"country": "KZ"})
        with store.writing() as session:
            watches.sync(session, rows, now)
        self.desk.begin()

    def run(self, hours: float = 2, rule: object = None) -> None:
        """Ends the run, judges it, and makes the mails that are due a while after."""
        desk = self.desk
        desk.end()
        judge(desk.store, desk.now, WAIT, rule) if rule else judge(desk.store, desk.now, WAIT)  # type: ignore[arg-type]  # a rule
        desk.now += timedelta(hours=hours)
        compose(desk.store, desk.now, sender="wire@example.org", public_url=None, names={})
        desk.begin()

    def differences(self) -> tuple[int, list[str]]:
        return differences(self.desk.store, {"steppe": "KZ"}, WAIT)

    def agree(self) -> int:
        """How much was told, all of which is found again."""
        number, wrong = self.differences()
        assert not wrong, "\n".join(wrong)
        return number


@pytest.fixture
def wire(store: Store, now: datetime) -> Wire:
    """After the outlet's first run, in which an article with the word was found."""
    wire = Wire(store, now)
    wire.desk.see(article("The railway of long ago.", thread=thread(("c0", "An old railway"), key="/a/backlog")), "/a/backlog")
    wire.desk.announce("/a/late")
    wire.run()
    return wire


def test_what_was_there_before_the_outlet_was_watched_is_not_told_and_what_changes_in_it_is(wire: Wire) -> None:
    wire.desk.see(article("The railway, read late.", thread=thread(("l", "A railway"), key="/a/late")), "/a/late")
    wire.run()
    assert wire.agree() == 0
    talk = thread(("c0", "An old railway"), ("c1", "A railway"), key="/a/backlog")
    wire.desk.see(article("The railway of long ago, now closed.", thread=talk), "/a/backlog")
    wire.run()
    assert wire.agree() > 5


def test_an_announced_article_that_appears_later_is_news(wire: Wire) -> None:
    wire.desk.miss("/a/late")
    wire.run()
    wire.desk.see(article("The railway is open."), "/a/late")
    wire.run()
    assert wire.agree() > 3


def test_every_event_is_found_again_with_its_passage(wire: Wire) -> None:
    desk = wire.desk
    texts = [
        article("A road is open.", "It cost 5 billion."), article("A railway is open.", "It cost 5 billion."),
        article("A railway is open.", "It cost 7 billion."),
        article("A railway is open.", "It cost 7 billion.", title="Railway!"),
        article("A road is open.", "It cost 7 billion.", title="Railway!"), article("A road is open.", "Nobody paid."),
        article("The growers of apples say that the military alliance buys none of what they have grown this year.",
                title="Apples"),
        replace(article("Железная дорога: the railway."), language="ru"),
        replace(article("Железная дорога: the old railway, and nobody knows how long it will be there."), language="ru")]
    for value in texts:
        desk.see(value)
        wire.run()
    no = ("c2", "No railway.")
    talks = [thread(("c1", "A railway?"), no), thread(("c1", "A road?"), no), thread(("c1", "A railway!"), no),
             thread(("c1", "A railway!")), thread(("c1", "A railway!")), thread(("c1", "A railway!"), no),
             thread(("c1", "A railway!"), no, state="closed"), thread(), thread(), ThreadRead(None, "none"),
             ThreadRead(None, "none")]
    for talk in talks:
        desk.see(article("Apples.", title="Railway", thread=talk), "/a/talk")
        wire.run()
    for path in ("/a/2", "/a/3", "/a/4"):
        desk.see(article(f"A railway at {path}."), path)
    wire.run()
    for look in range(6):
        for path in ("/a/2", "/a/3", "/a/1"):
            desk.see(article(f"A railway at {path}."), path)
        if look < 4:
            desk.miss("/a/4")
        else:
            desk.see(article("A railway at /a/4."), "/a/4")
        wire.run(24)
    assert wire.agree() > 60
    with desk.store.reading() as session:
        assert {event for own in ("all", "rails") for event, *_ in told(session, own)} >= set(EVENTS)


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("verb", ["accept", "reject", "release", None])
@pytest.mark.parametrize("blame", [Blame((NAV,)), Blame()], ids=["a blame", "no blame"])
def test_what_a_hold_left_is_what_is_found(wire: Wire, blame: Blame, verb: str | None) -> None:
    desk, rule = wire.desk, many(blame)
    for path in PATHS:
        desk.see(article(*body(path)), path)
    wire.run(rule=rule)
    for path in PATHS:
        desk.see(article(*body(path, NAV)), path)
    desk.see(article(*body("/a/1", NAV, "The railway is closed again.")), "/a/1")
    wire.run(rule=rule)
    desk.see(article(*body("/a/2", NAV, "The railway was opened twice.")), "/a/2")
    wire.run(rule=rule)
    before = wire.agree()
    with desk.store.reading() as session:
        hold, = session.query(Hold)
    if verb is not None:
        holds.DECISIONS[verb](desk.store, hold.id, "Aigul", desk.now, WAIT)
        wire.run(rule=rule)
        desk.see(article(*body("/a/9", NAV, "A railway.")), "/a/9")
        desk.see(article(*body("/a/3", "The railway, without it.")), "/a/3")
        desk.see(article(f"{NAV} railway, military alliance", NAV), "/a/8")
        wire.run(rule=rule)
    assert wire.agree() >= before


def test_a_hold_that_ends_by_itself_is_told_as_what_is_left_of_it(wire: Wire) -> None:
    desk, rule = wire.desk, many()
    for path in PATHS:
        desk.see(article(*body(path)), path)
    wire.run(rule=rule)
    for path in PATHS:
        desk.see(article(*body(path, NAV)), path)
    wire.run(rule=rule)
    desk.see(article(*body("/a/5", "The railway was opened twice.")), "/a/5")
    for path in PATHS[:4]:
        desk.see(article(*body(path)), path)
    wire.run(rule=rule)
    wire.run(rule=rule)
    with desk.store.reading() as session:
        assert [hold.decision for hold in session.query(Hold)] == ["over"]
    wire.agree()


def test_noise_is_what_it_was_known_to_be_then(wire: Wire) -> None:
    desk = wire.desk
    desk.see(article("The road is open.", "The railway in figures: 12"))
    wire.run()
    desk.see(article("The road is open.", "The railway in figures: 13"))
    wire.run()
    with desk.store.writing() as session:
        rule = Learned("figures", "the railway in figures: 0", "The railway in figures: 12", 9, 4)
        noise.add(session, "steppe", [rule], desk.now)
    wire.run()
    desk.see(article("The road is open. Nobody came.", "The railway in figures: 13"))
    desk.see(article("The other road is open.", "The railway in figures: 13"), "/a/2")
    wire.run()
    assert wire.agree() > 0


def test_what_was_imported_is_no_news(wire: Wire) -> None:
    desk = wire.desk
    run, was = desk.run, desk.intake
    with desk.store.writing() as session:
        imported = runs.begin(session, "other", desk.now, "import")
        assert imported is not None
    page = desk.page("/a/old")
    take_in(replace(was, run_id=imported.id, imported=True, backlog=True),
            Seen(page, "read", desk.fetched(page.url), article("The railway was planned.")), desk.now)
    desk.run = imported.id
    desk.end()
    desk.run = run
    wire.run()
    desk.see(article("The railway was opened long ago."), "/a/old")
    wire.run()
    assert wire.agree() == 0
    desk.see(article("The railway was closed."), "/a/old")
    wire.run()
    assert wire.agree() > 0


def test_comments_that_only_a_new_reader_finds_are_no_news(wire: Wire) -> None:
    desk = wire.desk
    desk.see(article("A road.", thread=thread()))
    wire.run()
    again = article("A road.", thread=thread(), reader="reader-2")
    desk.see(article("A road.", thread=thread(("c1", "A railway")), reader="reader-2"), again=again)
    wire.run()
    assert wire.agree() == 0
    desk.see(article("A road.", thread=thread(("c1", "A railway"), ("c2", "Another railway")), reader="reader-2"))
    wire.run()
    assert wire.agree() > 0


WORDS = ("railway", "road", "bridge", "military alliance", "the", "of", "5", "12", "billion", "steppe")


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))])
def test_random_pasts_are_found_again(wire: Wire, seed: int) -> None:
    chance, desk = random.Random(seed), wire.desk

    def line() -> str:
        return f"{' '.join(chance.choices(WORDS, k=chance.randint(3, 12))).capitalize()}."

    shown = {f"/a/{number}": ([line() for _ in range(3)], line(), list[tuple[str, str]]()) for number in range(1, 7)}
    missing = set[str]()
    for look in range(14):
        for path, (lines, title, talk) in list(shown.items()):
            if chance.random() < 0.15:
                missing ^= {path}
            if path in missing:
                desk.miss(path)
                continue
            if chance.random() < 0.4:
                lines[chance.randrange(3)] = line()
            if chance.random() < 0.1:
                title = line()
            if chance.random() < 0.4:
                talk.append((f"c{look}", line()))
            if talk and chance.random() < 0.3:
                place = chance.randrange(len(talk))
                talk[place:place + 1] = [(talk[place][0], line())] if chance.random() < 0.5 else []
            shown[path] = lines, title, talk
            value = article(*lines, title=title, thread=replace(thread(*talk), native_key=path))
            desk.see(replace(value, language=chance.choice(("en", "ru-RU", None))), path)
        wire.run(chance.choice((1, 6, 30)))
    assert wire.agree() > 50


# --- mails

def hit(minutes: float, moment: datetime) -> Hit:
    at = moment + timedelta(minutes=minutes)
    return Hit("article_new", 1, "steppe", "https://steppe.example/a/1", 1, None, at, at, Passage("", (), ()))


def test_what_may_go_at_one_time_is_one_mail_and_what_is_over_the_cap_is_one_after_it() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
    hits = [hit(minutes, noon) for minutes in (0, 0, 10, 20, 30, 90)]
    assert [(at - noon).seconds / 60 for at in mails(hits, RAILS)] == [0, 10, 20, 30, 90]
    assert [(at - noon).seconds / 60 for at in mails(hits, replace(RAILS, cap=2))] == [0, 10, 60, 90]
    quiet = replace(RAILS, cap=2, schedule=Schedule(quiet=(time(12, 50), time(14))))
    assert [(at - noon).seconds / 60 for at in mails(hits[:5], quiet)] == [0, 10, 120]
    assert mails([], RAILS) == []


def test_nothing_of_before_a_time_is_found(wire: Wire) -> None:
    wire.desk.see(article("A railway."))
    wire.run()
    middle = wire.desk.now
    wire.desk.see(article("A second railway."))
    wire.run()
    with wire.desk.store.reading() as session:
        assert [one.seq for one in past(session, RAILS, middle, WAIT)] == [2]
