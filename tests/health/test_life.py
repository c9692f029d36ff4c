"""When the daemon is said to live."""
from health.life import Health


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def turning() -> tuple[Health, Clock]:
    """A health whose two rounds have turned once."""
    clock = Clock()
    health = Health(clock)
    health.begins("crawl", 1.0)
    health.begins("mail", 30.0, 60.0)
    for name in ("crawl", "mail"):
        health.turns(name)
        health.finished(name, None)
    return health, clock


def test_it_lives_once_every_round_turns() -> None:
    clock = Clock()
    health = Health(clock)
    assert health.wrong() == "it is starting"
    health.begins("crawl", 1.0)
    health.begins("mail", 5.0)
    health.turns("crawl")
    health.finished("crawl", None)
    assert health.wrong() == "it is starting"
    health.turns("mail")
    assert health.wrong() is None


def test_a_round_that_hangs_is_told_after_a_minute_or_ten_intervals() -> None:
    health, clock = turning()
    clock.now = 60.0
    assert health.wrong() is None
    clock.now = 61.0
    assert health.wrong() == "the crawl round has given no sign for 61 s"
    health.finished("crawl", None)
    clock.now = 361.0
    health.finished("crawl", None)
    assert health.wrong() == "the mail round has given no sign for 361 s"


def test_a_long_round_that_gets_on_is_no_hang() -> None:
    health, clock = turning()
    health.turns("mail")
    for _ in range(10):
        clock.now += 300.0
        health.sign("mail")
        health.finished("crawl", None)
        assert health.wrong() is None


def test_a_round_that_never_ends_from_the_first_on_is_a_hang() -> None:
    clock = Clock()
    health = Health(clock)
    health.begins("crawl", 1.0)
    health.turns("crawl")
    clock.now = 61.0
    assert health.wrong() == "the crawl round has given no sign for 61 s"


def test_a_store_that_does_not_answer_is_told_until_it_does() -> None:
    health, _ = turning()
    health.finished("crawl", "OperationalError")
    assert health.wrong() == "the store does not answer: OperationalError"
    health.finished("crawl", None)
    assert health.wrong() is None


def test_what_has_lost_its_lock_lives_no_more() -> None:
    health, _ = turning()
    health.lost("the store's lock is lost")
    health.lost("it is stopping")
    assert health.wrong() == "the store's lock is lost"
