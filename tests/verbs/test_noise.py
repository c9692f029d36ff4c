import pytest
from desk import Desk

from storage import noise as stored
from storage.noise import Learned
from verbs import noise


def test_noise_is_listed_by_outlet_and_one_that_is_forgotten_counts_no_more(desk: Desk) -> None:
    with desk.store.writing() as session:
        for outlet in ("b", "a"):
            stored.add(session, outlet, [Learned("label", "on air", "On air: news", 12, 4),
                                         Learned("line", "Paid", "Paid", 9, 3)], desk.now)
    with desk.store.reading() as session:
        both = noise.listing(session)["noise"]
        assert [(each["outlet"], each["kind"]) for each in both] == [
            ("a", "line"), ("a", "label"), ("b", "line"), ("b", "label")]
        assert both[1] | {"noise": "", "outlet": ""} == {
            "noise": "", "outlet": "", "kind": "label", "key": "on air", "example": "On air: news", "looks": 12, "articles": 4,
            "learned_at": both[0]["learned_at"], "forgotten_at": None}
        assert noise.listing(session, "c")["noise"] == []
    gone, = noise.forget(desk.store, "a", int(both[0]["noise"]), desk.now)["noise"]
    assert gone["key"] == "Paid" and gone["forgotten_at"] is not None
    with desk.store.reading() as session:
        assert stored.rules(session, "a") == (("label", "on air"),) and len(stored.rules(session, "b")) == 2
        assert len(noise.listing(session, "a")["noise"]) == 2


def test_a_rule_that_is_not_there_or_another_outlet_s_is_not_forgotten(desk: Desk) -> None:
    with desk.store.writing() as session:
        stored.add(session, "a", [Learned("line", "Paid", "Paid", 9, 3)], desk.now)
        own = stored.listing(session)[0].id
    for outlet, which in (("b", own), (None, own + 1)):
        with pytest.raises(noise.Unknown, match="outlet noise"):
            noise.forget(desk.store, outlet, which, desk.now)
    with desk.store.reading() as session:
        assert stored.rules(session, "a") == (("line", "Paid"),)
