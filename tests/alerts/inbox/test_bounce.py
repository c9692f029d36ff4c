"""What mail servers send back, in the forms that each of them writes."""
import pytest

from alerts.inbox import bounce
from alerts.inbox.letter import parsed
from tests.alerts.filled import READER
from tests.alerts.inbox.post import LETTERS, recorded

ENVELOPE = "wire+b12.0123456789abcdef@steppewire.example"
NO_SUCH = "550 5.1.1 The email account that you tried to reach does not exist"
# What each letter says of the mail: whether it failed for good, whether there is no such address, and words of its server.
SAYS = {
    "postfix": (True, True, "550 5.1.1 <reader@analysts.example>: Recipient address rejected: User unknown"),
    "exim": (True, True, NO_SUCH), "gmail": (True, True, NO_SUCH),
    "exim-old": (True, True, "Unrouteable address"),
    "exchange": (True, True, "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"),
    "exchange-text": (True, True, "#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"),
    "exchange-2003": (True, True, "The e-mail account does not exist"),
    "office365": (True, True, "550 5.4.1 Recipient address rejected: Access denied."),
    "qmail": (True, True, "Remote host said: 550 5.1.1 <reader@analysts.example>"),
    "qmail-local": (True, True, "Sorry, no mailbox here by that name. (#5.1.1)"),
    "qmail-expired": (True, False, "in the queue too long"),
    "postfix-expired": (True, False, "Connection timed out"),
    "postfix-forwarded": (True, False, "sent on to former.member@elsewhere.example: 550 5.1.1 No such user"),
    "policy": (True, False, "554 5.7.1 Message rejected as spam"),
    "sendmail-full": (True, False, "552 5.2.2"), "gmail-full": (True, False, "552-5.2.2"),
    "postfix-delayed": (False, False, "Connection timed out"),
    "exim-warning": (False, False, "451 4.7.1 Greylisted, try again later"),
}
SAYS_NOTHING = ("delivered", "vacation", "enclosed")


def said(content: bytes, recipient: str = READER) -> bounce.Bounce | None:
    return bounce.read(parsed(content), recipient)


def report(**fields: str) -> bytes:
    """A report of RFC 3464 with these fields for the recipient, an underscore for each hyphen."""
    lines = "\n".join(f"{name.replace('_', '-')}: {value}" for name, value in fields.items())
    return ('Content-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n--x\nContent-Type: '
            f"message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{lines}\n\n--x--\n").encode()


def test_every_letter_has_its_meaning_here() -> None:
    assert {each.stem for each in LETTERS.glob("*.eml")} == {*SAYS, *SAYS_NOTHING}


@pytest.mark.parametrize("name", SAYS)
def test_a_server_s_letter_says_what_became_of_the_mail(name: str) -> None:
    found = said(recorded(name, envelope=ENVELOPE, recipient=READER))
    failed, no_address, words = SAYS[name]
    assert found is not None
    assert (found.failed, found.no_address) == (failed, no_address)
    assert words in found.said and found.said.isprintable() and len(found.said) <= 500


@pytest.mark.parametrize("name", SAYS)
def test_it_says_the_same_with_other_line_ends_and_another_case_of_the_address(name: str) -> None:
    content = recorded(name, envelope=ENVELOPE, recipient=READER)
    found = said(content)
    again = said(content.replace(b"\n", b"\r\n"), READER.upper())
    assert found is not None and again is not None and (again.failed, again.no_address) == (found.failed, found.no_address)


@pytest.mark.parametrize("name", SAYS_NOTHING)
def test_a_letter_that_tells_of_no_failure_says_nothing(name: str) -> None:
    assert said(recorded(name, envelope=ENVELOPE, recipient=READER)) is None


@pytest.mark.parametrize("name", SAYS)
def test_a_letter_about_somebody_else_makes_no_address_dead(name: str) -> None:
    found = said(recorded(name, envelope=ENVELOPE, recipient="another@analysts.example"))
    assert found is None or not found.no_address


@pytest.mark.parametrize(("status", "answer", "no_address"), [
    ("5.1.1", "", True), ("5.1.0", "", True), ("5.1.2", "", True), ("5.1.3", "", True), ("5.1.6", "", True),
    ("5.1.10", "", True), ("5.2.1", "", True), ("5.4.4", "", True), ("5.0.0", "", True),
    ("5.1.7", "", False), ("5.1.8", "", False), ("5.2.2", "", False), ("5.2.3", "", False), ("5.3.4", "", False),
    ("5.4.6", "", False), ("5.4.7", "", False), ("5.6.0", "", False), ("5.7.1", "", False), ("5.7.26", "", False),
    ("4.2.2", "", False), ("4.4.7", "", False), ("4.0.0", "", False), ("2.0.0", "", False), ("what?", "", False),
    ("5.0.0", "smtp; 550 5.1.1 unknown", True), ("5.0.0", "smtp; 550-5.7.1 spam", False), ("5.0.0", "smtp; 550 who?", True),
    ("5.0.0", "smtp; 554 we think that it is spam", False), ("5.0.0", "smtp; 552 too much", False),
    ("5.0.0", "smtp; 452 4.2.2 full", False), ("5.2.2", "smtp; 550 5.1.1 both", False),
    ("5.0.0", "smtp; 550 from 5.1.1.7 we take nothing", True), ("5.7.1", "smtp; 550 5.7.1 [5.1.1.1] is listed", False)])
def test_only_what_is_wrong_with_the_address_makes_it_dead(status: str, answer: str, no_address: bool) -> None:
    fields = {"Final_Recipient": f"rfc822; {READER}", "Action": "failed", "Status": status}
    found = said(report(**fields, **({"Diagnostic_Code": answer} if answer else {})))
    assert found is not None and found.failed and found.no_address is no_address


def test_of_several_recipients_our_own_counts() -> None:
    first = report(Final_Recipient="rfc822; other@elsewhere.example", Action="failed", Status="5.1.1")
    both = first.replace(b"\n\n--x--", f"\n\nFinal-Recipient: RFC822;<{READER.upper()}>\nAction: delayed\nStatus: 4.2.0"
                         "\n\n--x--".encode())
    found = said(both)
    assert found == bounce.Bounce(False, False, "delayed, status 4.2.0")


def test_a_report_of_addresses_beyond_ascii_is_read_alike() -> None:
    content = report(Final_Recipient=f"utf-8; {READER}", Action="failed", Status="5.1.1")
    found = said(content.replace(b"message/delivery-status", b"message/global-delivery-status"))
    assert found is not None and found.no_address


@pytest.mark.parametrize("content", [
    b"", b"\x00\xff", b"Content-Type: multipart/report; boundary=x", report(), report(Action="failed"),
    report(Final_Recipient=f"rfc822; {READER}"), report(Final_Recipient=f"rfc822; {READER}", Action="expanded"),
    b"Content-Type: message/delivery-status", b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: "
    b"message/delivery-status; charset=nope\nContent-Transfer-Encoding: base64\n\n%%%\n--x--"])
def test_a_broken_report_says_nothing(content: bytes) -> None:
    assert said(content) is None


@pytest.mark.parametrize("content", [
    report(Final_Recipient=f"rfc822; {READER}", Action="failed", Status="5." * 300_000, Diagnostic_Code="550 " * 200_000),
    b"Hi. This is the\n\n" + f"<{READER}>:\n".encode() * 40_000, b"Hi. This is the\n\n" + b"- " * 400_000,
    b"Hi. This is the\n\n" + b" on 1" * 200_000, report() + b"Action: failed\nFinal-Recipient: a@b\n\n" * 20_000])
def test_what_would_take_others_hours_to_read_makes_no_address_dead(content: bytes) -> None:
    found = said(content[:1_000_000])
    assert found is None or not found.no_address
