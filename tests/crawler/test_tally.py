"""The state of a run follows from what came of its pages."""
import pytest

from crawler.items import Page
from crawler.tally import Tally


@pytest.mark.parametrize(("outcomes", "state"), [
    ("", "done"),
    ("S+", "done"), ("S+ A+", "done"), ("A+", "done"),
    ("S+ A-", "degraded"), ("S- S+", "degraded"), ("S+ S!", "degraded"), ("A-", "degraded"), ("A+ A-", "degraded"),
    ("S+ A!", "done"), ("A+ A!", "done"),
    ("S-", "failed"), ("S- S!", "failed"), ("S- A+", "failed"),
    ("S!", "blocked"), ("S! S! A+", "blocked"), ("A!", "blocked"), ("S! A-", "blocked")])
def test_the_state_of_a_run(outcomes: str, state: str) -> None:
    tally = Tally()
    for number, (kind, outcome) in enumerate(outcomes.split()):
        page = Page(number, f"https://steppe.example/{number}", "source" if kind == "S" else "article")
        if outcome == "+":
            tally.had(page)
        else:
            tally.failed(page, "a reason", shut=outcome == "!")
    assert tally.report().state == state


def test_trouble_degrades_a_run_and_many_errors_are_counted() -> None:
    tally = Tally()
    for number in range(60):
        tally.trouble(f"https://steppe.example/{number}", "a reason")
    report = tally.report()
    assert report.state == "degraded"
    assert len(report.errors) == 51
    assert report.errors[0] == "https://steppe.example/0: a reason"
    assert report.errors[-1] == "and 10 more"
