"""Every illness of a mail server by delivery alone, and one under a daemon; `make prove PART=smtp` does the rest."""
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.channels.smtp import Smtp
from alerts.compose import compose
from alerts.deliver import deliver
from prove import smtp
from prove.gateway import PASSWORD, Gateway, Illness
from prove.life import RECIPIENTS
from prove.trial import Trial
from storage.store import Store
from tests.alerts.filled import NAMES, SENDER, Filled
from tests.crawler.tls import certificate

ILLNESSES = [(f"{kind}: {illness.only or 'all'} at {illness.stage}", illness)
             for kind, each in smtp.KINDS.items() for illness in each]

# How long a conversation may take where the server hangs; where it hangs for one alone, the others are to get through.
HANGS = {None: 0.1, smtp.SICK: 0.4}


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("illness", [illness for _, illness in ILLNESSES], ids=[name for name, _ in ILLNESSES])
def test_each_mail_arrives_once_the_server_is_well_or_is_dead_with_its_reason(
        illness: Illness, store: Store, now: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled = Filled(store, now)  # type: ignore[arg-type]  # the fixture's time
    pems = certificate(tmp_path, "localhost"), certificate(tmp_path, "stranger")
    monkeypatch.setenv("SSL_CERT_FILE", str(pems[0]))
    tls, login = illness.stage == "TLS", illness.stage == "AUTH"
    for recipient in RECIPIENTS:
        filled.alert(recipient=recipient)
    compose(store, filled.now, sender=SENDER, public_url=None, names=NAMES)
    with Gateway(tmp_path / "mails", pems if tls else None, login) as gateway:
        channel = Smtp("localhost" if tls else "127.0.0.1", gateway.port, "tls" if tls else "none", "wire" if login else None,
                       PASSWORD if login else None, timeout=HANGS[illness.only] if illness.does == "hang" else 20.0)
        gateway.fall_ill(illness)
        at = timedelta()
        for _ in range(3):
            deliver(store, filled.now + at, channel, sender=SENDER)
            at += timedelta(minutes=10)
        unharmed = set(RECIPIENTS) - {illness.only} if illness.only else set()
        taken = illness.stage == "TAKEN"
        assert {mail.recipient for mail in filled.mails() if mail.state == "sent"} == unharmed
        gateway.recover()
        channel = Smtp(channel.host, gateway.port, channel.security, channel.username, channel.password)
        deliver(store, filled.now + at, channel, sender=SENDER)
        final = illness.does.startswith("55")
        assert {mail.recipient: (mail.state, mail.reason) for mail in filled.mails()} == {
            recipient: ("dead", illness.does) if final and recipient == illness.only else ("sent", None)
            for recipient in RECIPIENTS}
        spool = [file.read_bytes() for file in gateway.sink.mails]
        frozen = [mail.bytes for mail in filled.mails() if mail.state == "sent"]
        assert set(spool) == set(frozen) and (len(spool) > len(frozen) if taken else sorted(spool) == sorted(frozen))


@pytest.mark.long
def test_a_server_that_dies_after_the_final_dot_is_given_the_same_mails_again(tmp_path: Path) -> None:
    outcome = smtp.run(tmp_path, Trial("cut after the dot sqlite", 1), None, changes=5, seconds=3.0)
    assert outcome.faults == []
    assert outcome.counts["again"] >= 1 and outcome.counts["lost"] == 0
