"""WARC files that others wrote: made by warcio and by hand, and cut, spoilt and blown up."""
import base64
import gzip
import hashlib
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import brotli
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archive import Archive
from crawler.decoding import decoded
from crawler.items import Exchange
from crawler.warc import Contents, NoWarc, Reason, Refused, contents, load

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
URL = "https://steppe.example/a/1"
BODY = "<html><p>Китай и Россия</p></html>".encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


def record(block: bytes, *, kind: str = "response", url: str = URL, date: str = "2020-01-02T03:04:05Z", version: str = "1.0",
           end: bytes = b"\r\n\r\n", **more: str) -> bytes:
    """A record by hand."""
    fields = {"WARC-Type": kind, "WARC-Target-URI": url, "WARC-Date": date,
              "WARC-Record-ID": f"<urn:x:{hashlib.md5(block + date.encode() + url.encode()).hexdigest()}>",
              "Content-Type": "application/http; msgtype=response",
              **{key.replace("_", "-"): value for key, value in more.items()}}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    if "Content-Length" not in fields:
        head += f"Content-Length: {len(block)}\r\n"
    return f"WARC/{version}\r\n{head}\r\n".encode() + block + end


def answer(body: bytes = BODY, head: bytes = HEAD) -> bytes:
    return head + b"\r\n" + body


def all_wanted(_url: str) -> Reason | None:
    return None


@pytest.fixture
def spool() -> Iterator[IO[bytes]]:
    with TemporaryFile() as file:
        yield file


@pytest.fixture
def look(tmp_path: Path, spool: IO[bytes]) -> Callable[..., tuple[Contents, list[Exchange]]]:
    def look(content: bytes, refused: Callable[[str], Reason | None] = all_wanted) -> tuple[Contents, list[Exchange]]:
        file = tmp_path / "other.warc"
        file.write_bytes(content)
        found = contents(file, spool, refused, NOW)
        assert found.records == len(found.entries) + sum(found.skipped.values())
        return found, [load(file, spool, entry) for entry in found.entries]
    return look


Look = Callable[..., tuple[Contents, list[Exchange]]]
PACKED = {"plain": b"".join, "gzip a record": lambda records: b"".join(map(gzip.compress, records)),
          "gzip as a whole": lambda records: gzip.compress(b"".join(records)),
          "gzip in two": lambda records: gzip.compress(b"".join(records[:2])) + gzip.compress(b"".join(records[2:]))}


def many(number: int = 5) -> list[bytes]:
    return [record(answer(BODY + str(place).encode() * 50), url=f"https://steppe.example/a/{place}") for place in range(number)]


# --- kinds of files

@pytest.mark.parametrize("packed", PACKED)
def test_every_kind_of_file_gives_the_same_answers(packed: str, look: Look) -> None:
    found, answers = look(PACKED[packed](many()))
    assert [(one.url, one.body) for one in answers] == [
        (f"https://steppe.example/a/{place}", BODY + str(place).encode() * 50) for place in range(5)]
    assert {one.at for one in answers} == {datetime(2020, 1, 2, 3, 4, 5, tzinfo=timezone.utc)}
    assert (found.cut, found.records) == (None, 5)


@pytest.mark.parametrize("packed", PACKED)
def test_a_file_that_is_cut_anywhere_in_its_last_record_gives_all_before_it(packed: str, look: Look) -> None:
    whole = PACKED[packed](many())
    first = {"plain": len(b"".join(many(4))), "gzip a record": len(PACKED["gzip a record"](many(4)))}.get(packed)
    for size in range((first or len(whole) - 20) + 1, len(whole)):
        found, answers = look(whole[:size])
        assert found.cut is not None, size
        body = b"".join(one.body for one in answers)
        if packed == "gzip a record" and size < len(whole):
            assert len(answers) == 4, size
        elif packed == "plain":  # the line ends after it are no part of its content
            assert len(answers) == (5 if size >= len(whole) - 4 else 4), size
        else:
            assert len(answers) in (4, 5) or packed == "gzip in two", size
        assert body == b"".join(BODY + str(place).encode() * 50 for place in range(len(answers)))


def test_a_whole_gzip_that_is_cut_gives_what_stood_before_the_cut(look: Look) -> None:
    records = [record(answer(hashlib.sha512(str(place).encode()).hexdigest().encode() * 9), url=f"https://steppe.example/a/{place}")
               for place in range(60)]
    whole = gzip.compress(b"".join(records))
    for size in range(200, len(whole), 97):
        plain = zlib.decompressobj(31).decompress(whole[:size])
        held = 0
        while len(b"".join(records[:held + 1])) - 4 <= len(plain):
            held += 1
        found, answers = look(whole[:size])
        assert found.cut is not None and held - 1 <= len(answers) <= held, (size, held)


def test_a_record_in_the_middle_that_is_spoilt_ends_the_file_there(look: Look) -> None:
    members = [gzip.compress(each) for each in many()]
    members[2] = members[2][:40] + b"\xff" * 20 + members[2][60:]
    found, answers = look(b"".join(members))
    assert (len(answers), found.cut) == (2, len(members[0] + members[1]))


@pytest.mark.parametrize("version", ["0.17", "0.18", "1.0", "1.1"])
def test_every_version_of_the_format_is_read(version: str, look: Look) -> None:
    assert [one.body for one in look(record(answer(), version=version))[1]] == [BODY]


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"PK\x03\x04", gzip.compress(b"a log", mtime=0), b"\x1f\x8b",
                                     b"\0" * 100,
                                     b"filedesc://a.arc 0.0.0.0 20200101000000 text/plain 10\n"],
                         ids=["nothing", "a page", "a zip", "a log", "two bytes", "zeros", "an ARC file"])
def test_what_is_no_warc_file_is_told(content: bytes, look: Look) -> None:
    with pytest.raises(NoWarc):
        look(content)


# --- what warcio writes

@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_what_warcio_writes_is_read(packed: bool, version: str, look: Look) -> None:
    out = BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version=version)
    writer.write_record(writer.create_warcinfo_record("other.warc", {"software": "other"}))
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), ("X-Own", "Ä")], protocol="HTTP/1.1")
    one = writer.create_warc_record(URL, "response", payload=BytesIO(BODY), length=len(BODY), http_headers=headers,
                                    warc_headers_dict={"WARC-Date": "2020-01-02T03:04:05Z"})
    asked = StatusAndHeaders("GET /a/1 HTTP/1.1", [], is_http_request=True)
    writer.write_request_response_pair(writer.create_warc_record(URL, "request", http_headers=asked), one)
    writer.write_record(writer.create_warc_record(f"{URL}2", "resource", payload=BytesIO(BODY), length=len(BODY),
                                                  warc_content_type="text/html",
                                                  warc_headers_dict={"WARC-Date": "2020-01-02T03:04:06Z"}))
    digest = one.rec_headers.get_header("WARC-Payload-Digest")
    again = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), ("X-Own", "again")], protocol="HTTP/1.1")
    writer.write_record(writer.create_revisit_record(
        f"{URL}3", digest, URL, "2020-01-02T03:04:05Z", http_headers=again,
        warc_headers_dict={"WARC-Date": "2020-01-02T03:04:07Z"}))
    writer.write_record(writer.create_warc_record(URL, "metadata", payload=BytesIO(b"a: b"), length=4))
    found, answers = look(out.getvalue())
    assert [(one.url, one.body, one.status) for one in answers] == [
        (URL, BODY, 200), (f"{URL}2", BODY, 200), (f"{URL}3", BODY, 200)]
    assert dict(answers[2].headers)["X-Own"] == "again" and answers[1].headers == (("Content-Type", "text/html"),)
    assert (found.records, dict(found.skipped)) == (6, {"no_answer": 3})


def test_what_our_own_archive_holds_is_read_as_it_was_kept(tmp_path: Path, spool: IO[bytes]) -> None:
    archive = Archive(tmp_path, "life")
    made = Exchange(URL, (("Host", "steppe.example"),), 200, (("Content-Type", "text/html"), ("Content-Encoding", "gzip")),
                    gzip.compress(BODY), NOW - timedelta(days=1, microseconds=7))
    kept = archive.keep("steppe", made)
    archive.close()
    file = tmp_path / kept.file
    entry, = contents(file, spool, all_wanted, NOW).entries
    assert entry.place.offset == kept.offset
    again = load(file, spool, entry)
    assert (again.at, again.headers, again.body) == (made.at, made.headers, made.body)


# --- what may be odd in a record

CODED = {"gzip": gzip.compress, "br": brotli.compress, "deflate": zlib.compress}


@pytest.mark.parametrize("name", CODED)
@pytest.mark.parametrize("chunked", [True, False])
def test_bodies_are_unchunked_and_stay_under_their_encoding(name: str, chunked: bool, look: Look) -> None:
    body = CODED[name](BODY)
    pieces = [b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:])]
    sent = b"".join(pieces) + b"0\r\n\r\n" if chunked else body
    head = HEAD + f"Content-Encoding: {name}\r\n".encode() + (b"transfer-encoding: Chunked\r\n" if chunked else b"")
    for digest in (sent, body, BODY):
        found, answers = look(record(answer(sent, head), WARC_Payload_Digest="sha1:" + base64.b32encode(
            hashlib.sha1(digest).digest()).decode()))
        assert not found.skipped and answers[0].body == body
        assert decoded(answers[0].body, answers[0].headers) == BODY


@pytest.mark.parametrize("head", [HEAD + b"Content-Encoding: gzip\r\n", HEAD + b"Transfer-Encoding: chunked\r\n",
                                  HEAD + b"Content-Encoding: br\r\nTransfer-Encoding: chunked\r\n"], ids=repr)
def test_a_body_that_was_unpacked_by_its_writer_is_taken_as_it_is(head: bytes, look: Look) -> None:
    answers = look(record(answer(BODY, head)))[1]
    assert decoded(answers[0].body, answers[0].headers) == BODY


@pytest.mark.parametrize("change", [
    lambda text: text.replace(b"WARC-Type", b"warc-type").replace(b"Content-Length", b"content-length"),
    lambda text: text.replace(b"WARC-Target-URI", b"WARC-TARGET-URI").replace(b"response", b"RESPONSE", 1),
    lambda text: text.replace(b"WARC-Target-URI: " + URL.encode(), b"WARC-Target-URI: <" + URL.encode() + b">"),
    lambda text: text.replace(b"WARC-Date: ", b"WARC-Date:\r\n \t"),
    lambda text: text.replace(b"\r\n", b"\n").replace(b"Content-Length: 126", b"Content-Length: 123"),
    lambda text: b"\r\n\r\n" + text, lambda text: text + b"\r\n\r\n", lambda text: text.replace(b"05Z", b"05.123456789Z"),
    lambda text: text.replace(b"HTTP/1.1", b"HTTP/2"), lambda text: text.replace(b"200 OK", b"200"),
    lambda text: text.replace(b"2020-01-02T03:04:05Z", b"2020-01-02T08:04:05+05:00")])
def test_odd_heads_are_understood(change: Callable[[bytes], bytes], look: Look) -> None:
    text = record(answer())
    text = change(text)
    if b"\r" not in text or b"HTTP/2" in text or b"200\r" in text:
        begin, _, block = text.partition(b"\n\n" if b"\r" not in text else b"\r\n\r\n")
        ends = 2 if b"\r" not in text else 4
        length = str(len(block) - ends).encode()
        begin = b"\n".join(b"Content-Length: " + length if line.startswith(b"Content-Length") else line.rstrip(b"\r")
                           for line in begin.split(b"\n"))
        text = begin + b"\n\n" + block
    answers = look(text)[1]
    assert [(one.url, one.body, one.at.replace(microsecond=0)) for one in answers] == [
        (URL, BODY, datetime(2020, 1, 2, 3, 4, 5, tzinfo=timezone.utc))]


LEFT_OUT: dict[str, tuple[Reason, bytes]] = {
    "a request": ("no_answer", record(b"GET / HTTP/1.1\r\n\r\n", kind="request")),
    "metadata": ("no_answer", record(b"a: b", kind="metadata")),
    "a part": ("truncated", record(answer(), WARC_Segment_Number="1")),
    "what follows a part": ("no_answer", record(BODY, kind="continuation", WARC_Segment_Number="2")),
    "a name": ("not_http", record(b"20200101\nsteppe.example. 1 IN A 192.0.2.1", url="dns:steppe.example",
                                  Content_Type="text/dns")),
    "no address": ("not_http", record(answer(), url="")),
    "a file": ("not_http", record(answer(), url="ftp://steppe.example/a/1")),
    "no date": ("no_date", record(answer(), date="")),
    "a word for a date": ("no_date", record(answer(), date="yesterday")),
    "a day that is none": ("no_date", record(answer(), date="2020-02-30T00:00:00Z")),
    "a date before the web": ("no_date", record(answer(), date="1970-01-01T00:00:00Z")),
    "a date to come": ("future", record(answer(), date="2026-03-02T06:00:01Z")),
    "a year of five figures": ("no_date", record(answer(), date="12020-01-02T03:04:05Z")),
    "not found": ("status", record(answer(head=b"HTTP/1.1 404 Not Found\r\n"))),
    "not modified": ("status", record(answer(b"", b"HTTP/1.1 304 Not Modified\r\n"), kind="revisit")),
    "no HTTP": ("damaged", record(BODY)),
    "nothing": ("damaged", record(b"")),
    "cut by its writer": ("truncated", record(answer(), WARC_Truncated="length")),
    "no such gzip": ("damaged", record(answer(b"\x1f\x8bnot at all", HEAD + b"Content-Encoding: gzip\r\n"))),
    "a chunk that ends early": ("truncated", record(answer(b"fff\r\nshort", HEAD + b"Transfer-Encoding: chunked\r\n"))),
    "a chunk too long": ("damaged", record(answer(b"2\r\nlong\r\n0\r\n\r\n", HEAD + b"Transfer-Encoding: chunked\r\n"))),
    "another block": ("digest", record(answer(), WARC_Block_Digest=f"sha1:{hashlib.sha1(b'other').hexdigest()}")),
    "another payload": ("digest", record(answer(), WARC_Payload_Digest="sha256:" + "A" * 52)),
    "too large": ("too_large", record(answer(b" " * 5_000_001))),
    "much too large": ("too_large", record(answer(b" " * 9_000_001))),
    "a bomb": ("too_large", record(answer(gzip.compress(b"<p>" * 3_000_000), HEAD + b"Content-Encoding: gzip\r\n"))),
    "a repetition of nothing": ("no_original", record(b"", kind="revisit", WARC_Payload_Digest="sha1:unheard")),
}


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("what", LEFT_OUT)
def test_what_is_left_out_is_told_and_hides_nothing(what: str, packed: str, look: Look) -> None:
    reason, spoilt = LEFT_OUT[what]
    found, answers = look(PACKED[packed]([many(1)[0], spoilt, *many(3)[1:]]))
    assert dict(found.skipped) == {reason: 1} and found.cut is None
    assert [one.url[-1] for one in answers] == ["0", "1", "2"]


def test_an_answer_that_came_again_has_the_first_one_s_body_and_its_own_headers(look: Look) -> None:
    digest = "sha1:" + base64.b32encode(hashlib.sha1(BODY).digest()).decode()
    first = record(answer(b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY), HEAD + b"Transfer-Encoding: chunked\r\n"),
                   WARC_Payload_Digest=digest)
    again = record(HEAD + b"Transfer-Encoding: chunked\r\nX-Own: again\r\n\r\n", kind="revisit", date="2021-01-02T03:04:05Z",
                   WARC_Payload_Digest=digest)
    bare = record(b"", kind="revisit", date="2022-01-02T03:04:05Z", WARC_Refers_To_Target_URI=URL,
                  WARC_Refers_To_Date="2020-01-02T03:04:05Z")
    for content in (again + bare + first, gzip.compress(first + again + bare)):
        answers = sorted(look(content)[1], key=lambda one: one.at)
        assert [one.body for one in answers] == [BODY] * 3
        assert [one.at.year for one in answers] == [2020, 2021, 2022]
        assert [dict(one.headers).get("X-Own") for one in answers] == [None, "again", None]


def test_of_what_is_not_wanted_only_the_head_is_looked_at(look: Look) -> None:
    found, answers = look(b"".join([*many(2), record(b"no answer at all", url="https://other.example/")]),
                          lambda url: "foreign" if "other" in url else "not_article" if url.endswith("1") else None)
    assert dict(found.skipped) == {"foreign": 1, "not_article": 1} and [one.url[-1] for one in answers] == ["0"]


# --- bounds

@pytest.mark.parametrize("spoilt", [
    b"WARC/1.0\r\n" + b"A" * 50_000_000, b"WARC/1.0\r\n" + b"A: b\r\n" * 3_000_000,
    record(answer(b" " * 60_000_000)), record(b"", Content_Length="9" * 15), record(b"", Content_Length="9" * 5000),
    record(b"", Content_Length="-1"), record(b"", Content_Length="")],
    ids=["a line", "lines", "a block", "a length", "a long length", "a negative length", "no length"])
@pytest.mark.parametrize("packed", ["plain", "gzip a record", "gzip as a whole"])
def test_nothing_gigantic_is_held_in_memory(spoilt: bytes, packed: str, tmp_path: Path, spool: IO[bytes]) -> None:
    file = tmp_path / "bomb.warc"
    file.write_bytes(PACKED[packed]([many(1)[0], spoilt]))
    tracemalloc.start()
    try:
        found = contents(file, spool, all_wanted, NOW)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found.entries) == 1 and (found.cut is not None or found.skipped["too_large"] == 1)
    assert peak < 8_000_000


def test_a_file_that_changed_since_it_was_walked_is_told(tmp_path: Path, spool: IO[bytes]) -> None:
    file = tmp_path / "other.warc"
    file.write_bytes(b"".join(many(2)))
    entries = contents(file, spool, all_wanted, NOW).entries
    file.write_bytes(b"x" * 100)
    for entry in entries:
        with pytest.raises(Refused):
            load(file, spool, entry)


def test_no_bytes_make_it_fail(look: Look) -> None:
    whole: Any = record(answer(), WARC_Payload_Digest="sha1:" + hashlib.sha1(BODY).hexdigest()) + many(1)[0]
    for packed in (whole, gzip.compress(whole)):
        for place in range(10, len(packed), 3):
            for byte in (0, 10, 58, 255):
                try:
                    look(packed[:place] + bytes([byte]) + packed[place + 1:])
                except NoWarc:
                    assert packed is not whole or place < 5
