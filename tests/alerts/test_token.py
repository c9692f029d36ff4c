"""Tokens: what they say is signed, and nothing that was made up or changed is read."""
import hmac
from hashlib import sha256

import pytest

from alerts import token

KEY, OTHER = b"k" * 32, b"o" * 32
DIGEST = "0123456789abcdef" * 2
MADE = token.make(KEY, "mute_story", DIGEST, 42)


def test_a_token_says_what_it_was_made_of() -> None:
    signature = hmac.new(KEY, f"s.{DIGEST}.42".encode(), sha256).hexdigest()[:32]
    assert f"s.{DIGEST}.42.{signature}" == MADE
    found = token.read(KEY, MADE)
    assert found == token.Token("mute_story", DIGEST, 42, MADE)
    assert token.read(KEY, f"  {MADE.upper()}\r\n") == found


@pytest.mark.parametrize("action", ["not_relevant", "mute_outlet", "end_watch", "confirm"])
def test_a_token_without_an_article_says_so(action: str) -> None:
    found = token.read(KEY, token.make(KEY, action, DIGEST))
    assert found is not None and (found.action, found.article) == (action, None)


@pytest.mark.parametrize("forged", [
    "", ".", "…", MADE[:-1], MADE + "0", MADE[:-1] + "g", "e" + MADE[1:], MADE.replace(".42.", ".43."),
    MADE.replace(".", "/"),
    MADE.replace(".42.", ".042."), MADE.replace(".42.", ".-42."), MADE.replace(".42.", ".٤٢."), MADE.replace("0123", "0124"),
    f"{MADE}\0", f"../{MADE}", f"{MADE}.{MADE}", "x" * 100_000, "s." * 50_000, MADE.replace(".42.", "." + "9" * 4000 + "."),
    f"s.{DIGEST}.42.", f"x.{DIGEST}.42.{'0' * 32}", "ſ" + MADE[1:], "\ud800", token.make(OTHER, "mute_story", DIGEST, 42)])
def test_a_forged_token_is_not_read(forged: str) -> None:
    assert token.read(KEY, forged) is None


def test_a_token_of_another_key_is_not_read() -> None:
    assert token.read(OTHER, MADE) is None and token.read(b"", MADE) is None


def test_a_token_that_is_signed_and_names_no_action_is_not_read() -> None:
    said = f"x.{DIGEST}.0"
    assert token.read(KEY, f"{said}.{hmac.new(KEY, said.encode(), sha256).hexdigest()[:32]}") is None


def test_an_envelope_says_which_mail_comes_back() -> None:
    address = token.envelope(KEY, "wire+in@example.org", 7)
    assert address == f"wire+in+b7.{hmac.new(KEY, b'b7', sha256).hexdigest()[:16]}@example.org"
    assert token.bounced(KEY, address) == token.bounced(KEY, address.upper()) == 7
    for other in (address.replace("b7", "b8"), address.replace("+b7", "b7"), "wire@example.org", "", "@", "+@", "b7",
                  token.envelope(OTHER, "wire@example.org", 7), token.reply_to(KEY, "wire@example.org", DIGEST)):
        assert token.bounced(KEY, other) is None


def test_a_reply_says_which_mail_it_is_to() -> None:
    address = token.reply_to(KEY, "wire@example.org", DIGEST)
    assert address == f"wire+r{DIGEST}.{hmac.new(KEY, b'r' + DIGEST.encode(), sha256).hexdigest()[:16]}@example.org"
    assert token.replied(KEY, address) == token.replied(KEY, address.title()) == DIGEST
    for other in (address.replace("+r0", "+r1"), "wire@example.org", token.reply_to(OTHER, "wire@example.org", DIGEST),
                  token.envelope(KEY, "wire@example.org", 7)):
        assert token.replied(KEY, other) is None


def test_what_signs_one_thing_signs_no_other() -> None:
    """A mark of an address is half a signature of a token, and neither may stand for the other."""
    said = f"r{DIGEST}"
    assert token.read(KEY, f"{said}.0.{hmac.new(KEY, said.encode(), sha256).hexdigest()[:32]}") is None
