"""Holds: what many articles changed at once waits for a person, on both databases."""
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from desk import HOME, Desk, article, thread

from pipelines import holds
from pipelines.compare.blame import NO_BLAME, Blame, Edit, Shape
from pipelines.compare.judge import PASSED, Looks, Verdict
from pipelines.judgement import judge
from storage import articles, noise, watches
from storage.models import Alert, Change, Hold, Page, Run, Version
from storage.store import Store
from verbs import documents

WAIT = timedelta(seconds=60)
NAV = "Read our newsletter"
PATHS = tuple(f"/a/{number}" for number in range(1, 6))


def many(blame: Blame = NO_BLAME) -> object:
    """A rule of the tests' own: three edits at once are held."""
    def rule(edits: Sequence[Edit], _recent: Sequence[Edit], controls: Looks, _habit: Looks) -> Verdict:
        if len(edits) < 3:
            return PASSED
        return Verdict(f"{controls.changed} of {controls.looked} articles changed at once", blame,
                       frozenset(edit.version for edit in edits))
    return rule


def body(path: str, *more: str) -> tuple[str, ...]:
    return (f"The railway at {path} was opened on Monday.", f"Its bridges cost {path} more than planned.", *more)


class Outlet:
    """Five known articles of a watched outlet; each run sees some of them as told."""

    def __init__(self, store: Store, now: datetime, rule: object) -> None:
        self.desk, self.rule = Desk(store, now), rule
        self.desk.watch("railway")
        self.desk.begin()
        self.run()
        self.see({path: body(path) for path in PATHS})
        self.mailed()

    def see(self, texts: dict[str, tuple[str, ...]], title: str = "A headline") -> None:
        """One run in which pages show these texts, judged at its end."""
        for path, lines in texts.items():
            self.desk.see(article(*lines, title=title), path)
        self.run()

    def run(self) -> None:
        self.desk.end()
        self.judge()
        self.desk.now += timedelta(hours=2)
        self.desk.begin()

    def judge(self) -> list[int]:
        return judge(self.desk.store, self.desk.now, WAIT, self.rule)  # type: ignore[arg-type]  # a rule

    def mailed(self) -> None:
        """All alerts that may be are taken as mailed."""
        with self.desk.store.writing() as session:
            for alert in session.query(Alert).where(Alert.mail_at.is_not(None)):
                alert.state = "mailed"

    def judgements(self) -> list[str]:
        return [version.judgement for version in self.desk.rows(Version) if version.seq > 1]

    def alerts(self) -> list[tuple[str, bool]]:
        """The state of each alert of an edit, and whether it has a time to be mailed at."""
        return [(alert.state, alert.mail_at is not None) for alert in self.desk.rows(Alert) if alert.event != "article_new"]

    def head(self, path: str) -> str:
        """What an article reads in lists: its newest version that is judged."""
        with self.desk.store.reading() as session:
            found = articles.by_id_or_url(session, f"{HOME}{path}")
            assert found is not None
            return articles.shown(articles.versions(session, found.id))[-1].reading.text or ""


@pytest.fixture
def outlet(store: Store, now: datetime) -> Outlet:
    return Outlet(store, now, many(Blame(added=(NAV,))))


def test_a_run_in_which_too_many_articles_changed_is_held_and_told_to_nobody(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS})
    hold, = outlet.desk.rows(Hold)
    assert (hold.outlet, hold.reason, hold.ended_at) == ("steppe", "5 of 5 articles changed at once", None)
    assert outlet.judgements() == ["held"] * 5
    assert outlet.alerts() == [("held", False)] * 5
    assert [run.judgement for run in outlet.desk.rows(Run)][-2:] == ["held", "open"]
    assert outlet.head("/a/1") == "\n".join(body("/a/1"))
    assert [(sample["url"], sample["old"], sample["new"]) for sample in hold.samples] == [
        (f"{HOME}{path}", [], [NAV]) for path in PATHS[:3]]


def test_accepted_the_redesign_is_told_to_nobody_and_what_is_left_is(outlet: Outlet) -> None:
    late = ("The railway at /a/5 was opened on Tuesday.", *body("/a/5")[1:], NAV)
    outlet.see({path: body(path, NAV) for path in PATHS[:4]} | {"/a/5": late})
    hold, = outlet.desk.rows(Hold)
    done = holds.accept(outlet.desk.store, hold.id, "Aigul", outlet.desk.now, WAIT)
    assert (done.versions, done.told, done.dropped) == (5, 1, 4)
    assert outlet.judgements() == ["accepted"] * 5
    assert sorted(outlet.alerts()) == [("dropped", False)] * 4 + [("pending", True)]
    told, = (alert for alert in outlet.desk.rows(Alert) if alert.state == "pending")
    assert [(part["old"], part["new"]) for part in told.passage["parts"]] == [
        ("The railway at /a/5 was opened on Monday.", "The railway at /a/5 was opened on Tuesday.")]
    assert [change.redesign for change in outlet.desk.rows(Change, "version_id")] == [True] * 4 + [False]
    assert outlet.head("/a/1").endswith(NAV)


def test_what_is_put_back_as_it_was_before_a_fault_that_was_mere_noise_is_an_edit(outlet: Outlet) -> None:
    degrees = {path: body(path, "In Astana now: 5 degrees of frost") for path in PATHS}
    outlet.see(degrees)
    held = {path: body(path, "In Astana now: 6 degrees of frost") for path in PATHS}
    outlet.see(held)
    for hold in outlet.desk.rows(Hold):
        holds.reject(outlet.desk.store, hold.id, "Aigul", outlet.desk.now, WAIT)
    with outlet.desk.store.writing() as session:
        noise.add(session, "steppe", [noise.Learned("figures", "in astana now: 0 degrees of frost", "", 9, 4)], outlet.desk.now)
    before = len(outlet.judgements())
    outlet.see({"/a/1": ("The railway at /a/1 was opened on Friday.", *degrees["/a/1"][1:])})
    outlet.see({"/a/1": degrees["/a/1"]})
    assert outlet.judgements()[before:] == ["passed", "passed"]
    assert outlet.head("/a/1") == "\n".join(degrees["/a/1"])
    outlet.see({"/a/1": held["/a/1"]})
    assert len(outlet.judgements()) == before + 2


@pytest.mark.parametrize(("decision", "told", "new"), [
    ("accept", 1, ["The railway at /a/5 was opened on Tuesday."]), ("reject", 0, []),
    ("release", 5, ["The railway at /a/5 was opened on Tuesday.", NAV])])
def test_what_a_decision_would_tell_is_listed_and_nothing_is_decided(
        outlet: Outlet, decision: str, told: int, new: list[str]) -> None:
    late = ("The railway at /a/5 was opened on Tuesday.", *body("/a/5")[1:], NAV)
    outlet.see({path: body(path, NAV) for path in PATHS[:4]} | {"/a/5": late})
    done = holds.DECISIONS[decision](outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT, only_look=True)
    assert (done.versions, done.told, done.dropped) == (5, told, 5 - told)
    assert [part.new for alert in done.alerts if alert.url == f"{HOME}/a/5" for part in alert.passage.parts] == new
    assert [(hold.decision, hold.ended_at) for hold in outlet.desk.rows(Hold)] == [(None, None)]
    assert outlet.judgements() == ["held"] * 5
    assert outlet.alerts() == [("held", False)] * 5
    assert not any(change.redesign for change in outlet.desk.rows(Change, "version_id"))


def test_what_an_accepted_redesign_puts_into_each_text_is_no_word_of_a_new_article(outlet: Outlet) -> None:
    box = "All that matters on the railway, each week"
    outlet.rule = many(Blame(added=(box,)))
    outlet.see({path: body(path, box) for path in PATHS})
    holds.accept(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    outlet.see({"/a/8": ("A ballet was danced.", box), "/a/9": ("A railway was opened.", box)})
    new, = (alert for alert in outlet.desk.rows(Alert) if alert.event == "article_new" and alert.state == "pending")
    assert [part["new"] for part in new.passage["parts"]] == ["A railway was opened."]


def test_the_kind_of_a_change_is_that_of_what_the_redesign_left(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS[:4]} | {
        "/a/5": ("The railway at /a/5 was opened on Tuesday.", *body("/a/5")[1:], NAV)})
    holds.accept(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    with outlet.desk.store.reading() as session:
        found = articles.by_id_or_url(session, f"{HOME}/a/5")
        assert found is not None
        old, new = articles.versions(session, found.id)
        told = documents.changes(None, old.reading.text or "", None, new.reading.text or "",
                                 known=articles.change(session, old.version, new.version))
        assert (told["kind"], told["statistics"]["words_added"]) == ("wording", 1)
        assert articles.change(session, new.version, old.version) is None


def test_a_decided_hold_is_not_decided_again(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS})
    holds.reject(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    with pytest.raises(holds.Decided, match=r"hold 1 is decided already: rejected at .* by Aigul"):
        holds.release(outlet.desk.store, 1, "Bolat", outlet.desk.now, WAIT)
    with pytest.raises(holds.NoHold, match="there is no hold 2"):
        holds.accept(outlet.desk.store, 2, "Bolat", outlet.desk.now, WAIT)


def test_rejected_nothing_of_it_counts(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS})
    holds.reject(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    assert outlet.judgements() == ["rejected"] * 5
    assert outlet.alerts() == [("dropped", False)] * 5
    assert outlet.head("/a/1") == "\n".join(body("/a/1"))


def test_released_all_of_it_is_told(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS})
    holds.release(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    assert outlet.judgements() == ["released"] * 5
    assert outlet.alerts() == [("pending", True)] * 5


def test_pages_of_held_changes_are_looked_at_soon_and_whole(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS})
    assert all(page.doubt and page.etag is None for page in outlet.desk.rows(Page))


def test_an_article_that_reads_as_before_makes_no_version_and_drops_what_was_held(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS})
    outlet.see({"/a/1": body("/a/1")})
    assert outlet.judgements() == ["rejected"] + ["held"] * 4
    alert, *_ = (alert for alert in outlet.desk.rows(Alert) if alert.event == "article_edited")
    assert (alert.state, alert.reason) == ("dropped", "the article reads again as it did before")


def test_a_hold_of_what_proves_to_be_mere_noise_is_over(outlet: Outlet) -> None:
    outlet.see({path: body(path, "In Astana now: 5 degrees of frost") for path in PATHS})
    holds.release(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    outlet.see({path: body(path, "In Astana now: 6 degrees of frost") for path in PATHS})
    assert [hold.decision for hold in outlet.desk.rows(Hold)] == ["released", None]
    outlet.run()
    assert [hold.decision for hold in outlet.desk.rows(Hold)] == ["released", None]
    with outlet.desk.store.writing() as session:
        noise.add(session, "steppe", [noise.Learned("figures", "in astana now: 0 degrees of frost", "", 9, 4)], outlet.desk.now)
    outlet.run()
    assert [hold.decision for hold in outlet.desk.rows(Hold)] == ["released", "over"]
    assert [state for state, _ in outlet.alerts()] == ["pending"] * 5 + ["dropped"] * 5


def test_a_hold_is_over_once_most_articles_looked_at_again_read_as_before(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS})
    outlet.see({path: body(path) for path in PATHS[:2]} | {"/a/5": body("/a/5", NAV)})
    assert outlet.desk.rows(Hold)[0].decision is None
    outlet.see({"/a/3": body("/a/3")})
    hold, = outlet.desk.rows(Hold)
    assert (hold.decision, hold.who, hold.ended_at is not None) == ("over", None, True)
    assert outlet.judgements() == ["rejected"] * 3 + ["accepted"] * 2
    assert {state for state, _ in outlet.alerts()} == {"dropped"}


def test_a_rejected_text_that_is_still_there_makes_no_version(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS})
    holds.reject(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    outlet.see({path: body(path, NAV) for path in PATHS})
    outlet.see({path: body(path) for path in PATHS})
    assert outlet.judgements() == ["rejected"] * 5


def test_the_same_change_of_further_articles_joins_the_hold_whatever_their_number(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS[:3]})
    outlet.see({"/a/4": body("/a/4", NAV)})
    outlet.see({"/a/5": body("/a/5", "Its driver is a famous poet.")})
    assert outlet.judgements() == ["held"] * 4 + ["passed"]
    assert [version.hold_id for version in outlet.desk.rows(Version) if version.seq > 1] == [1] * 4 + [None]
    assert len(outlet.desk.rows(Hold)) == 1


def test_a_further_edit_of_an_article_that_waits_waits_behind_it_and_is_told_after_it(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS[:3]})
    outlet.see({"/a/1": body("/a/1", "Its driver is a famous poet.")})
    assert outlet.judgements() == ["held"] * 4
    holds.accept(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    told, = (alert for alert in outlet.desk.rows(Alert) if alert.state == "pending")
    assert [(part["old"], part["new"]) for part in told.passage["parts"]][:1] == [(None, "Its driver is a famous poet.")]


def test_an_article_that_is_met_after_an_accepted_redesign_tells_only_of_what_is_left(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS[:3]})
    holds.accept(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    outlet.mailed()
    outlet.see({"/a/4": body("/a/4", NAV), "/a/5": body("/a/5", "Its driver is a famous poet.", NAV)})
    assert outlet.judgements() == ["accepted"] * 4 + ["passed"]
    told, = (alert for alert in outlet.desk.rows(Alert) if alert.state == "pending")
    assert [(part["old"], part["new"]) for part in told.passage["parts"]][:1] == [(None, "Its driver is a famous poet.")]


def test_an_edit_on_top_of_a_rejected_fault_is_told_without_it_and_the_end_of_the_fault_is_no_edit(store: Store,
                                                                                                   now: datetime) -> None:
    outlet = Outlet(store, now, many(Blame(shapes=(Shape("last", "old", most=1, chars=400),))))
    whole = {path: body(path, f"{asker} asked who had paid for it.") for path, asker in zip(
        PATHS, ("A deputy", "The bank", "An engineer of the line", "Nobody", "The mayor"), strict=True)}
    for paths in (PATHS[:2], PATHS[2:4], PATHS[4:]):
        outlet.see({path: whole[path] for path in paths})
    outlet.mailed()
    outlet.see({path: body(path) for path in PATHS})
    holds.reject(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    edited = ("The railway at /a/5 was opened on Tuesday.", *body("/a/5")[1:])
    outlet.see({"/a/5": edited})
    told, = (alert for alert in outlet.desk.rows(Alert) if alert.state == "pending")
    assert [(part["old"], part["new"]) for part in told.passage["parts"]] == [
        ("The railway at /a/5 was opened on Monday.", "The railway at /a/5 was opened on Tuesday.")]
    outlet.mailed()
    outlet.see({**whole, "/a/5": (*edited, whole["/a/5"][-1])})
    assert outlet.judgements()[5:] == ["rejected"] * 5 + ["passed", "accepted"]
    assert [alert.state for alert in outlet.desk.rows(Alert) if alert.event == "article_edited"][-2:] == ["mailed", "dropped"]
    assert outlet.head("/a/5") == "\n".join((*edited, whole["/a/5"][-1]))


def test_more_of_a_rejected_fault_is_rejected_with_it(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS[:3]})
    holds.reject(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    outlet.see({"/a/4": body("/a/4", NAV)})
    assert outlet.judgements() == ["rejected"] * 4
    assert outlet.head("/a/4") == "\n".join(body("/a/4"))


def test_what_was_released_begins_no_further_hold(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS[:3]})
    holds.release(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    outlet.rule = many()
    outlet.see({path: body(path) for path in PATHS[:3]} | {path: body(path, NAV) for path in PATHS[3:]})
    assert len(outlet.desk.rows(Hold)) == 1
    assert outlet.judgements() == ["released"] * 8
    assert all(state == "pending" for state, _ in outlet.alerts())


def test_what_was_released_and_is_undone_begins_no_further_hold_though_blocks_move_with_it(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS})
    holds.release(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    outlet.rule = many()
    outlet.see({path: tuple(reversed(body(path))) for path in PATHS})
    assert len(outlet.desk.rows(Hold)) == 1
    assert outlet.judgements() == ["released"] * 10
    assert [state for state, _ in outlet.alerts()] == ["pending"] * 10


def test_without_anything_in_common_the_first_change_of_each_article_is_the_redesign(store: Store, now: datetime) -> None:
    outlet = Outlet(store, now, many())
    outlet.see({path: body(path, f"Of {path} more is to be said.") for path in PATHS[:3]})
    outlet.see({"/a/1": body("/a/1", "Its driver is a famous poet.")})
    assert outlet.judgements() == ["held"] * 4
    done = holds.accept(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    assert (done.told, done.dropped) == (1, 3)
    outlet.see({"/a/4": body("/a/4", "Of this as well."), "/a/2": body("/a/2", "And so on.")})
    assert outlet.judgements()[-2:] == ["accepted", "passed"]


def test_an_ended_watch_hears_nothing_of_what_is_left(outlet: Outlet) -> None:
    outlet.see({path: body(path, f"Of {path} more is to be said.", NAV) for path in PATHS[:3]})
    with outlet.desk.store.writing() as session:
        watches.sync(session, [], outlet.desk.now)
    holds.accept(outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    assert {alert.reason for alert in outlet.desk.rows(Alert) if alert.state == "dropped"} == {"hold 1: its watch has ended"}


def test_a_run_is_judged_once_whoever_judges_it(outlet: Outlet) -> None:
    for path in PATHS:
        outlet.desk.see(article(*body(path, NAV)), path)
    outlet.desk.end()
    with ThreadPoolExecutor(4) as pool:
        judged = [*pool.map(lambda _: outlet.judge(), range(4))]
    assert sorted(map(len, judged)) == [0, 0, 0, 1]
    assert len(outlet.desk.rows(Hold)) == 1
    assert judge(outlet.desk.store, outlet.desk.now, WAIT) == []


def test_a_hold_is_decided_once_whoever_decides_it(outlet: Outlet) -> None:
    outlet.see({path: body(path, NAV) for path in PATHS})

    def decide(decision: str) -> str | None:
        try:
            return holds.DECISIONS[decision](outlet.desk.store, 1, decision, outlet.desk.now, WAIT).decision
        except holds.Decided:
            return None

    with ThreadPoolExecutor(3) as pool:
        made = [one for one in pool.map(decide, ("accept", "reject", "release")) if one is not None]
    assert len(made) == 1
    assert outlet.desk.rows(Hold)[0].decision == made[0]
    assert set(outlet.judgements()) == set(made)


MORE = {f"/a/{number}": body(f"/a/{number}") for number in range(6, 9)}


def vanish(outlet: Outlet, *paths: str, others: Sequence[str] = ()) -> None:
    """Articles are missing at three looks over a day, while the others stand."""
    for wait in (timedelta(minutes=10), timedelta(days=1), timedelta(hours=2)):
        for path in (*PATHS, *others):
            if path in paths:
                outlet.desk.miss(path)
            else:
                outlet.desk.see(article(*body(path)), path)
        outlet.run()
        outlet.desk.now += wait


def test_most_articles_gone_at_once_are_held_and_one_is_told(outlet: Outlet) -> None:
    outlet.see(MORE)
    vanish(outlet, "/a/1", others=[*MORE])
    assert outlet.alerts() == [("pending", True)]
    outlet.mailed()
    vanish(outlet, *PATHS[1:], others=[*MORE])
    hold, = outlet.desk.rows(Hold)
    assert "4 of 8 articles looked at within the hour were gone" in hold.reason
    assert [sample["old"] for sample in hold.samples] == [["A headline"]] * 3
    assert sorted(outlet.alerts()) == [("held", False)] * 4 + [("mailed", True)]


@pytest.mark.parametrize(("decision", "state"), [("accept", "dropped"), ("reject", "dropped"), ("release", "pending")])
def test_a_decision_tells_or_drops_losses(outlet: Outlet, decision: str, state: str) -> None:
    outlet.see(MORE)
    vanish(outlet, *PATHS[:4], others=[*MORE])
    done = holds.DECISIONS[decision](outlet.desk.store, 1, "Aigul", outlet.desk.now, WAIT)
    assert (done.told, done.dropped) == ((4, 0) if decision == "release" else (0, 4))
    assert {alert.state for alert in outlet.desk.rows(Alert) if alert.event == "article_gone"} == {state}


def test_articles_that_are_there_again_end_the_hold_of_their_losses(outlet: Outlet) -> None:
    outlet.see(MORE)
    vanish(outlet, *PATHS[:4], others=[*MORE])
    outlet.see({path: body(path) for path in PATHS[:4]})
    hold, = outlet.desk.rows(Hold)
    assert hold.decision == "over"
    assert {alert.state for alert in outlet.desk.rows(Alert) if alert.event == "article_gone"} == {"dropped"}


def test_threads_that_lose_their_comments_all_at_once_are_held(store: Store, now: datetime) -> None:
    desk = Desk(store, now)
    desk.watch("railway")
    desk.begin()
    desk.next_run()
    said = {path: thread(*((f"{path}-{number}", f"The railway is late, {number}.") for number in range(6)), key=path)
            for path in PATHS}
    for value in (*[said] * 2, *[{path: thread(key=path) for path in PATHS}] * 2):
        for path in PATHS:
            desk.see(article(*body(path), thread=value[path]), path)
        desk.next_run(1)
    hold, = desk.rows(Hold)
    assert "5 of 5 threads looked at within the hour lost all or most of their comments" in hold.reason
    lost = [alert for alert in desk.rows(Alert) if alert.event in ("comment_removed", "thread_hidden")]
    assert lost and {alert.state for alert in lost} == {"held"}
