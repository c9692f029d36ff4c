"""What an outlet's own history tells of its noise, from looks to mails, on both databases."""
import random
from collections.abc import Callable

import pytest
from desk import Desk, article
from sqlalchemy import select

from pipelines.noise import from_looks
from storage import noise
from storage.models import Alert, Change, Noise, Version

PATHS = tuple(f"/a/{number}" for number in range(1, 6))
HEADLINES = ("Prices of bread went up", "A market hall burned", "Snow closed a pass", "A metro line was opened",
             "Horses were found",
             "Teachers get more", "A village got water", "Wrestlers won in Osh")
Made = Callable[[str, int], tuple[str, ...]]


def body(path: str, *more: str) -> tuple[str, ...]:
    return (f"The railway at {path} was opened on Monday.", f"Its bridges cost {path} more than planned.", *more)


def looks(desk: Desk, number: int, made: Made, paths: tuple[str, ...] = PATHS, first: int = 0) -> None:
    """Several runs, each of which looks at all articles."""
    for look in range(first, first + number):
        for path in paths:
            desk.see(article(*made(path, look)), path)
        desk.next_run(3)


def rules(desk: Desk) -> set[tuple[str, str]]:
    with desk.store.reading() as session:
        return set(noise.rules(session, desk.outlet.id))


def counting(desk: Desk) -> int:
    """Further versions that count or wait for a person."""
    with desk.store.reading() as session:
        return len(session.scalars(select(Version.id).where(Version.seq > 1, Version.judgement != "rejected")).all())


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(("rule", "made"), [
    (("figures", "almaty +0"), lambda path, look: body(path, f"Almaty +{look + 10}")),
    (("label", "on air"), lambda path, look: body(path, f"On air: {HEADLINES[look % 8]}")),
    (("below", "1 This hour"), lambda path, look: body(path, "This hour", HEADLINES[look % 8])),
    (("line", "Paid material"), lambda path, look: body(path, *(["Paid material"] if look % 2 else []))),
])
def test_a_line_that_moves_at_every_look_is_learned_and_makes_no_edit_any_more(desk, rule, made):
    desk.watch("railway")
    looks(desk, 4, made)
    assert rule in rules(desk)
    before = counting(desk)
    looks(desk, 8, made, first=4)
    assert counting(desk) == before
    looks(desk, 1, lambda path, look: (f"The railway at {path} was closed.", *made(path, look)[1:]), PATHS[:1], first=12)
    assert counting(desk) == before + 1


def test_an_edit_that_turns_out_to_be_noise_is_rejected_with_its_alerts(desk):
    desk.watch("railway")
    looks(desk, 2, lambda path, look: body(path, f"Almaty +{look + 10} railway"))
    looks(desk, 1, lambda path, look: body(path, f"Almaty +{look + 10} railway"), first=2)
    with desk.store.reading() as session:
        last = session.scalars(select(Version).where(Version.seq == 3)).all()
        assert {version.judgement for version in last} == {"rejected"} and len(last) == len(PATHS)
        told = session.scalars(select(Alert).where(Alert.version_id.in_([version.id for version in last]))).all()
        assert {alert.state for alert in told} == {"dropped"} and {alert.reason[:5] for alert in told} == {"noise"}


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("made", [
    # A death toll, brought up to date at each look, in a sentence and in a line of its own.
    lambda path, look: body(path, f"At least {look + 10} people died, the ministry said.") if path == PATHS[0] else body(path),
    lambda path, look: body(path, f"Dead: {look + 10}") if path == PATHS[0] else body(path),
    # A list that grows, and captions that are changed once.
    lambda path, look: body(path, *(f"Item {number}" for number in range(look))) if path == PATHS[1] else body(path),
    lambda path, look: body(path, f"Photo: {'Reuters' if look else 'AFP'}"),
    # One correction of a background in all articles, and one line that a redesign puts in for good.
    lambda path, look: body(path, f"The company owes {5 if look < 2 else 6} billion"),
    lambda path, look: body(path, *(["Follow our channel"] if look > 1 else [])),
    # A sentence in all of them, brought up to date at each look.
    lambda path, look: body(path, f"The war has killed {look + 100} people since spring."),
])
def test_what_editors_change_is_not_learned(desk, made):
    looks(desk, 4, made)
    assert rules(desk) == set()


def test_a_rule_that_was_forgotten_counts_no_more_and_is_not_learned_again(desk):
    def made(path: str, look: int) -> tuple[str, ...]:
        return body(path, f"Almaty +{look + 10}")
    looks(desk, 4, made)
    with desk.store.writing() as session:
        own = session.scalars(select(Noise)).one()
        assert (own.example, own.articles, own.learned_at < desk.now) == ("Almaty +11", 5, True)
        noise.forget(session, own.id, desk.now)
    before = counting(desk)
    looks(desk, 2, made, first=4)
    assert rules(desk) == set() and counting(desk) == before + 2 * len(PATHS)


def test_no_version_differs_from_the_one_before_by_nothing(desk):
    """Noise that is known and typography aside; random looks of lines that stand, move, and are edited."""
    rng = random.Random(7)
    for _ in range(12):
        for path in PATHS:
            words = "Tuesday" if rng.random() < 0.2 else "Monday"
            desk.see(article(f"The “railway” at {path} was opened on {words}." if rng.random() < 0.5 else
                             f"The «railway» at {path} was  opened on {words}.", "Its bridges cost more.",
                             f"{rng.randint(1, 9999)} views", f"Almaty +{rng.randint(1, 30)}°C"), path)
        desk.next_run(1)
    with desk.store.reading() as session:
        found = session.execute(select(Version, Change).join(Change, Change.version_id == Version.id)).all()
        assert found and all(change.words_added or change.words_removed for _, change in found)


def test_a_line_that_stood_still_as_often_as_it_changed_is_not_learned():
    still = [f"Prose of {{}}\nAlmaty +{number}" for number in (1, 1, 2, 2, 3, 3)]
    assert from_looks({(own, own): [text.format(own) for text in still] for own in range(5)}) == []


def test_figures_of_two_articles_are_not_enough():
    texts = [f"Prose\nAlmaty +{number}" for number in range(8)]
    assert from_looks({(own, own): texts for own in range(2)}) == []
    assert "figures" in {one.kind for one in from_looks({(own, own): texts for own in range(3)})}
