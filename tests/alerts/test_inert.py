"""What strangers wrote is text in every template, whatever it was meant to be."""
import re
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from lxml import html

from storage.outbox import NewMail
from tests.alerts.payloads import PAYLOADS
from tests.alerts.written import alert, every_template, mail, page, parsed

MARKS = ("mark", "del", "ins")
STARTS = re.compile(rb"([A-Za-z-]+): ")


class Shape(HTMLParser):
    """The elements of a page with their attributes, but for those that mark words and say nothing else."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.steps: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in MARKS or attrs:
            self.steps.append((tag, tuple(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in MARKS:
            self.steps.append((f"/{tag}", ()))

    def handle_comment(self, data: str) -> None:
        self.steps.append(("!", ()))

    def unknown_decl(self, data: str) -> None:
        self.steps.append(("![", ()))


def tree(page: str) -> list[tuple[str, dict[str, str]]]:
    """The same by another parser."""
    return [(element.tag, dict(element.attrib)) for element in html.document_fromstring(page).iter()
            if element.tag not in MARKS or element.attrib]


def bodies(message: EmailMessage) -> dict[str, str]:
    """The text of each part, by its type."""
    return {part.get_content_subtype(): str(part.get_content()).replace("\r\n", "\n") for part in message.walk()
            if part.get_content_maintype() == "text"}


def headers(written: NewMail) -> list[bytes]:
    """The names of the headers, each line of which begins one or goes on with the one before."""
    lines = written.bytes.partition(b"\r\n\r\n")[0].split(b"\r\n")
    return [found[1] if (found := STARTS.match(line)) else b"?" for line in lines if not line.startswith(b" ")]


def without_digest(page: str) -> str:
    """A page without what is of its mail alone: the digests and signatures in its links."""
    return re.sub(r"[0-9a-f]{32}", "", page)


CALM = dict(every_template("calm"))


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_hostile_text_is_only_text(payload: str) -> None:
    for name, written in every_template(payload):
        # Of texts so long only the first alert of a digest finds room.
        calm = CALM["brief" if name == "digest" and len(payload) > 10_000 else name]
        message = parsed(written)
        names = [each for each in headers(written) if each != b"Content-Transfer-Encoding"]
        assert names == [each for each in headers(calm) if each != b"Content-Transfer-Encoding"], name
        assert message["Subject"] == written.subject and len(written.subject) <= 150
        assert max(map(len, written.bytes.split(b"\r\n"))) <= 998 and written.bytes.isascii()
        said, expected = bodies(message), bodies(parsed(calm))
        assert said.keys() == expected.keys()
        for kind, text in said.items():
            assert re.sub(r"[\s\u200d]", "", text).isprintable() and not re.search(r"[^\S \n]", text), name
            assert "49" not in without_digest(text) or "49" in payload
            if kind == "html":
                assert Shape(without_digest(text)).steps == Shape(without_digest(expected[kind])).steps, name
                assert tree(without_digest(text)) == tree(without_digest(expected[kind])), name


def test_every_kind_of_payload_is_among_them() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 30


def test_an_address_that_may_be_followed_is_the_one_that_is_shown() -> None:
    for url in ("https://steppe.example/?a=1&b=2", 'https://steppe.example/"><script>x</script>', "HTTP://steppe.example/'x'",
                "http://[steppe.example/"):
        link, = html.document_fromstring(page(mail(alert(url=url)))).xpath("//a[not(contains(@href, 'wire'))]")
        assert (link.get("href"), link.text_content()) == (url, url) and link.attrib.keys() == ["href"]
