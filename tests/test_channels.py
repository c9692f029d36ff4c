"""Channels besides mail as the daemon has them: each is sent to by itself, and what is for one is told nobody else."""
import asyncio
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from command import said, steppewire, told
from daemon import daemon, wait
from jsonschema import Draft202012Validator
from newspaper import Newspaper, story

import settings
from demo.sink import MailSink
from scheduler import Wire
from settings import SettingsError
from storage.store import Store
from tests.alerts.filled import Filled
from tests.alerts.sink import SECRET, Sink, sink
from verbs.checking import status
from verbs.starter import make_key
from verbs.tables import show

MINUTE = timedelta(minutes=1)
CHANNEL = '[channel.{own}]\nkind = "webhook"\nurl = "{url}"\nsecret = "{secret}"\n'


def written(folder: Path, desk: Sink | None, mail: MailSink, more: str = "") -> Path:
    """Settings with a mail server and, where there is a sink, a channel desk."""
    config = folder / "steppewire.toml"
    make_key(folder / "answer.key")
    channel = CHANNEL.format(own="desk", url=desk.url, secret=SECRET) if desk else ""
    config.write_text(f'data = "."\n[mail]\nport = {mail.port}\nhost = "127.0.0.1"\n{channel}{more}', encoding="utf-8")
    return config


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailSink]:
    with MailSink(tmp_path / "mails") as mail:
        yield mail


@pytest.fixture
def desk() -> Iterator[Sink]:
    with sink() as desk:
        yield desk


class Idle:
    """A worker that is asked for nothing."""


def wired(config: Path, store: Store, now: datetime) -> Wire:
    idle: Any = Idle()
    return Wire(settings.load(config), idle, store, lambda: now)


def rounds(wire: Wire, now: datetime) -> None:
    """One round of each channel, as a pass has it."""
    async def each() -> None:
        await wire.compose(now)
        await asyncio.gather(*(wire.deliver(now, own) for own in wire.channels))

    asyncio.run(each())


def states(filled: Filled) -> dict[str, str]:
    return {mail.recipient: mail.state for mail in filled.mails()}


def test_what_a_watch_is_told_goes_to_addresses_by_mail_and_to_channels_by_theirs(
        store: Store, now: datetime, tmp_path: Path, mail: MailSink, desk: Sink) -> None:
    filled, wire = Filled(store, now), wired(written(tmp_path, desk, mail), store, now)
    article = filled.article()
    for recipient in ("a@example.org", "desk"):
        filled.alert(recipient=recipient, article=article)
    rounds(wire, now)
    assert states(filled) == {"a@example.org": "sent", "desk": "sent"}
    assert len(mail.mails) == 1 and [document["watch"] for document in desk.documents()] == ["debts"]
    rounds(wire, now + MINUTE)
    assert len(mail.mails) == len(desk.posts) == 1


def test_a_webhook_that_is_down_holds_up_no_mail_and_is_told_all_once_it_is_back(
        store: Store, now: datetime, tmp_path: Path, mail: MailSink) -> None:
    with sink() as desk:
        config, port = written(tmp_path, desk, mail), desk.port
    filled, wire = Filled(store, now), wired(config, store, now)
    for minute in range(5):
        for recipient in ("a@example.org", "desk"):
            filled.alert(recipient=recipient, watch=f"w{minute}", due=timedelta(0))
        rounds(wire, now + minute * MINUTE)
    assert len(mail.mails) == 5
    assert [each.state for each in filled.mails() if each.channel == "desk"] == ["waiting"] * 5
    assert {attempt.outcome for attempt in filled.attempts()} == {"sent", "paused"}  # it burns nothing
    with sink(port=port) as desk:
        rounds(wire, now + 20 * MINUTE)
        assert len({document["id"] for document in desk.documents()}) == len(desk.posts) == 5


def test_mail_that_is_down_holds_up_no_webhook(store: Store, now: datetime, tmp_path: Path, desk: Sink) -> None:
    with MailSink(tmp_path / "mails") as mail:
        config = written(tmp_path, desk, mail)
    filled, wire = Filled(store, now), wired(config, store, now)
    for minute in range(3):
        for recipient in ("a@example.org", "desk"):
            filled.alert(recipient=recipient, watch=f"w{minute}")
        rounds(wire, now + minute * MINUTE)
    assert len(desk.posts) == 3 and {each.state for each in filled.mails() if each.channel == "mail"} == {"waiting"}


def test_a_channel_that_asks_to_be_left_alone_is_for_so_long(store: Store, now: datetime, tmp_path: Path, mail: MailSink,
                                                            desk: Sink) -> None:
    filled, wire = Filled(store, now), wired(written(tmp_path, desk, mail), store, now)
    desk.does, desk.headers = 429, {"Retry-After": "600"}
    filled.alert(recipient="desk")
    rounds(wire, now)
    filled.alert(recipient="desk", watch="roads")
    for minute in (1, 5, 9):
        rounds(wire, now + minute * MINUTE)
    assert len(desk.posts) == 1
    desk.does = 200
    rounds(wire, now + 11 * MINUTE)
    assert len(desk.posts) == 3 and set(states(filled).values()) == {"sent"}
    filled.alert(recipient="desk", watch="rivers")
    desk.does, desk.headers = 503, {"Retry-After": "99999999"}
    rounds(wire, now + 12 * MINUTE)
    desk.does = 200
    rounds(wire, now + 12 * MINUTE + timedelta(hours=6, seconds=5))  # no longer than the longest wait
    assert len(desk.posts) == 5


def test_a_mail_that_got_through_frees_only_those_of_its_own_channel(
        store: Store, now: datetime, tmp_path: Path, mail: MailSink, desk: Sink) -> None:
    filled, wire = Filled(store, now), wired(written(tmp_path, desk, mail), store, now)
    desk.does = 503
    filled.alert(recipient="desk")
    for minute in (0, 1, 3, 7):
        rounds(wire, now + minute * MINUTE + timedelta(seconds=minute))
    waits = filled.mails()[0].due_at
    assert waits > now + 10 * MINUTE
    filled.alert(recipient="a@example.org")
    rounds(wire, now + 8 * MINUTE)
    assert len(mail.mails) == 1 and filled.mails()[0].due_at == waits


def test_mails_of_a_channel_that_is_no_more_are_dead_and_are_sent_once_it_is_back(
        store: Store, now: datetime, tmp_path: Path, mail: MailSink, desk: Sink) -> None:
    filled, wire = Filled(store, now), wired(written(tmp_path, desk, mail), store, now)
    desk.does = 503
    filled.alert(recipient="desk")
    rounds(wire, now)
    without = wired(written(tmp_path, None, mail), store, now)
    filled.alert(recipient="desk", watch="roads")  # of a watch that was added by hand
    rounds(without, now + 2 * MINUTE)
    assert [(each.state, each.reason) for each in filled.mails()] == [
        ("dead", "there is no channel desk in the settings any more")]
    document = status(without.settings, store, now + timedelta(hours=2))
    assert [need["need"] for need in document["needs"]] == ["mail-dead:desk", "channel-gone:desk"]
    assert "[channel.desk]" in document["needs"][1]["said"] and document["channels"] == [
        {"channel": "desk", "waiting": 0, "dead": 1, "reason": None}]
    from storage import outbox

    desk.does = 200
    back = wired(written(tmp_path, desk, mail), store, now)
    with store.writing() as session:
        outbox.retry(session, outbox.dead(session), now + 3 * MINUTE)
    rounds(back, now + 3 * MINUTE)
    assert len({document["id"] for document in desk.documents()}) == 2 and len(desk.posts) == 3
    assert status(back.settings, store, now + timedelta(hours=2))["needs"] == []


def test_a_channel_that_waits_for_long_is_told_by_its_name(store: Store, now: datetime, tmp_path: Path, mail: MailSink,
                                                          desk: Sink) -> None:
    filled, wire = Filled(store, now), wired(written(tmp_path, desk, mail), store, now)
    desk.does = 503
    filled.alert(recipient="desk")
    rounds(wire, now)
    (need,) = status(wire.settings, store, now + timedelta(hours=2))["needs"]
    assert need["need"] == "channel-waits:desk"
    assert "1 mail is waiting for the channel desk since" in need["said"] and "503" in need["said"]


def test_a_channel_that_does_not_let_us_in_is_told_with_its_answer_and_why_each_channel_waits(
        store: Store, now: datetime, tmp_path: Path, mail: MailSink, desk: Sink, capsys: pytest.CaptureFixture[str]) -> None:
    filled, wire = Filled(store, now), wired(written(tmp_path, desk, mail), store, now)
    desk.does = 401
    filled.alert(recipient="desk")
    rounds(wire, now)
    filled.mail(reason="452 full")
    with store.lock():
        document = status(wire.settings, store, now + timedelta(hours=2))
    said = next(need["said"] for need in document["needs"] if need["need"] == "channel-waits:desk")
    assert "its last answer was: 401" in said and "does not let us in: see whether the url and secret of [channel.desk]" in said
    show(document)
    shown = capsys.readouterr().out
    assert "Why they wait" not in shown and "Of these by desk: waiting 1, dead 0: 401" in shown
    assert "Of these by mail: waiting 1, dead 0: 452 full" in shown


@pytest.mark.parametrize(("toml", "why"), [
    ('[channel.desk]\nkind = "webhook"\nurl = "http://example.org/hush-hush"\nsecret = "x"', "https"),
    ('[channel.desk]\nkind = "webhook"\nurl = "https://example.org/"', "secret"),
    ('[channel.desk]\nkind = "apprise"\nurl = "nothing://hush-hush"', "makes nothing"),
    ('[channel.desk]\nkind = "apprise"', "makes nothing")])
def test_a_channel_that_is_set_wrong_is_named_by_check_and_at_the_start(toml: str, why: str, tmp_path: Path) -> None:
    config = tmp_path / "steppewire.toml"
    config.write_text(f'data = "."\n{toml}\n', encoding="utf-8")
    checked = steppewire("--config", config, "check", "--json")
    assert checked.returncode == 2
    (wrong,) = [each for each in json.loads(checked.stdout)["checks"] if not each["ok"]]
    assert wrong["what"] == "channel desk" and why in wrong["note"]
    begun = steppewire("--config", config, "crawl", "--json")
    assert begun.returncode == 2 and json.loads(begun.stdout)["error"]["key"] == "channel.desk"
    assert "hush" not in checked.stdout + checked.stderr + begun.stdout + begun.stderr


def test_check_says_whether_a_channel_can_be_reached_and_sends_nothing(tmp_path: Path, mail: MailSink, desk: Sink) -> None:
    config = written(tmp_path, desk, mail, f'[channel.chat]\nkind = "apprise"\nurl = "json://127.0.0.1:{desk.port}/hush"\n')
    for more, note in (((), "webhook, set as it must be"), (("--smtp",), "127.0.0.1 can be reached")):
        document = json.loads(said("--config", config, "check", *more, "--json").stdout)
        notes = {each["what"]: each["note"] for each in document["checks"]}
        assert notes["channel desk"].startswith(note) and "hush" not in str(notes)
    assert "JSON; nothing was sent" in notes["channel chat"] and desk.posts == []


def test_no_channel_may_be_called_mail(tmp_path: Path) -> None:
    config = tmp_path / "steppewire.toml"
    config.write_text(CHANNEL.format(own="mail", url="https://x.example/", secret="x"), encoding="utf-8")
    with pytest.raises(SettingsError, match="mail server's own channel"):
        settings.load(config)


def test_a_webhook_that_hangs_delays_no_mail_of_the_daemon_and_is_told_when_it_is_well(tmp_path: Path) -> None:
    with sink() as desk:
        desk.does = "hang"
        channel = CHANNEL.format(own="desk", url=desk.url, secret=SECRET)
        limits = '[limits]\nconversation = "60s"\nfirst_retry = "500ms"\n'
        with Newspaper(tmp_path, articles=1, recipients=("a@example.org", "desk"), recheck="1s", outlet='every = "1s"\n',
                       settings=limits + channel) as paper:
            told("--config", paper.config, "crawl", "paper0")
            with daemon(paper) as running:
                paper.stories["/news/9"] = story(9)
                wait("the webhook hangs", lambda: len(desk.posts) == 1)
                for number in range(10, 13):
                    paper.stories[f"/news/{number}"] = story(number)
                    wait("the mail arrives beside it", lambda number=number: paper.told()[f"/news/{number}"] == 1)
                assert len(desk.posts) == 1
                rows = told("--config", paper.config, "mail", "list")["mails"]
                assert {(row["channel"], row["state"]) for row in rows} == {("mail", "sent"), ("desk", "waiting")}
                began = time.monotonic()
                assert running.end(15) == 0 and time.monotonic() - began < 7
            desk.does = 200
            with daemon(paper):
                wait("all is told", lambda: len({document["id"] for document in desk.documents()}) == 4)
    ids = [document["id"] for document in desk.documents()]
    keys = [headers["Idempotency-Key"] for _, headers, _ in desk.posts]
    assert ids == keys and len(set(ids)) == 4 and len(ids) <= 5  # what hung when the daemon ended comes once more
    schema = json.loads((Path(__file__).parents[1] / "docs" / "schemas" / "webhook.json").read_text(encoding="utf-8"))
    assert all(not list(Draft202012Validator(schema).iter_errors(document)) for document in desk.documents())
