"""The evidence: every exchange as WARC records, written before anything judges it and read back for replay."""
import hashlib
import os
import zlib
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from io import BytesIO, FileIO
from pathlib import Path
from typing import IO, Literal
from urllib.parse import urlsplit

from isal import isal_zlib
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParserException
from warcio.timeutils import datetime_to_iso_date, iso_date_to_datetime
from warcio.warcwriter import WARCWriter

import failpoint
from crawler.decoding import DamagedBody, UndecodableBody, decoded
from crawler.decoding import TooLarge as TooLarge
from crawler.items import Exchange, Fetched, Headers, Kept

# A file should still be easy to copy, check and read from start to end.
FILE_SIZE = 1_000_000_000
# ISA-L's level 2 packs 269 news pages, 230 kB on average, in 0.44 ms each; zlib's level 1 takes 1.9 ms for 3 % more bytes, and
# warcio's 9 takes 8.1 ms for 14 % fewer.
COMPRESSION = 2
# They spoke of the bytes between two machines; the body lies here whole and unchunked.
WIRE_ONLY = {"transfer-encoding", "connection", "keep-alive", "trailer"}


# What a record says of which something was taken out: when; the digests of the body that it had, and of the one that it has.
REDACTED, PAYLOAD_BEFORE = "Steppewire-Redacted", "Steppewire-Payload-Digest-Before"
SHA256_BEFORE, SHA256 = "Steppewire-SHA256-Before", "Steppewire-SHA256"
# These are the body's, and counted anew.
COUNTED = {"Content-Length", "WARC-Payload-Digest", "WARC-Block-Digest"}

UNREADABLE = (OSError, EOFError, StopIteration, ArchiveLoadFailed, StatusAndHeadersParserException, zlib.error, ValueError,
              IndexError, TypeError)


# no_file: the file is not there. unreadable: it is and cannot be read. no_record: it holds no whole record there. other_body:
# it does, with another body than was put there.
Harm = Literal["no_file", "unreadable", "no_record", "other_body"]


class DamagedRecord(DamagedBody):
    """A record is not where it should lie, or not what was put there; harm says which."""

    def __init__(self, harm: Harm, message: str) -> None:
        super().__init__(message)
        self.harm = harm


class _Block(StatusAndHeaders):  # type: ignore[misc]  # warcio ships no types
    """The head of an HTTP message, written byte for byte (warcio would percent-encode what is not ASCII)."""

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        self.headers_buff = self.to_bytes(encoding="latin-1")


@dataclass
class _File:
    """A WARC file of this life that is still written to."""

    path: Path
    month: str
    out: FileIO
    size: int = 0
    dirty: bool = True


class Archive:
    """Appends exchanges to WARC files below folder, gzip per record, in new files for each life of a worker.

    Not thread-safe: one writer thread owns it. life is a short word that no other worker life has.
    """

    def __init__(self, folder: Path, life: str, *, file_size: int = FILE_SIZE) -> None:
        self.folder, self.life, self.file_size = folder, life, file_size
        self._files: dict[str, _File] = {}
        self._new_names: set[Path] = set()

    def keep(self, outlet_id: str, exchange: Exchange) -> Kept:
        """Writes a request and a response record; they outlive this process at once, and the machine after sync.

        OSError where they cannot be written; then nothing of them is left in the way of later records.
        """
        file = self._file(outlet_id, exchange.at)
        records = BytesIO()
        offset = file.size + _write(records, exchange)
        _append(file, records)
        failpoint.reach("record.written")
        return Kept(str(file.path.relative_to(self.folder)), offset, hashlib.sha256(exchange.body).hexdigest())

    def sync(self) -> None:
        """Puts on disk all that was kept; call it before the commit that names the records."""
        for file in self._files.values():
            if file.dirty:
                os.fsync(file.out.fileno())
                file.dirty = False
        for folder in tuple(self._new_names):
            sync(folder)
            self._new_names.discard(folder)
        failpoint.reach("records.synced")

    def close(self) -> None:
        """Puts all on disk and closes the files; nothing is kept after it."""
        try:
            self.sync()
        finally:
            while self._files:
                self._files.popitem()[1].out.close()

    def end(self, outlet_id: str) -> Path | None:
        """Puts on disk what was kept of an outlet and closes its file, which is never written to again; the file."""
        self.sync()
        file = self._files.pop(outlet_id, None)
        if file is None:
            return None
        file.out.close()
        return file.path

    def _file(self, outlet_id: str, at: datetime) -> _File:
        month = f"{at:%Y/%m}"
        file = self._files.get(outlet_id)
        if file and (file.month != month or file.size >= self.file_size):
            os.fsync(file.out.fileno())
            self._files.pop(outlet_id).out.close()
            file = None
        return file or self._new(outlet_id, at, month)

    def _new(self, outlet_id: str, at: datetime, month: str) -> _File:
        folder = self.folder / outlet_id / month
        folder.mkdir(parents=True, exist_ok=True)
        stem, number = f"{outlet_id}-{at:%Y%m%d%H%M%S}-{self.life}", 1
        while True:
            path = folder / f"{stem}{f'-{number}' if number > 1 else ''}.warc.gz"
            try:
                out = path.open("xb", buffering=0)  # never an old file: its last record may have been cut by a kill
                break
            except FileExistsError:  # the last one grew full in this very second
                number += 1
        self._new_names |= {folder, *(parent for parent in folder.parents if parent.is_relative_to(self.folder))}
        file = self._files[outlet_id] = _File(path, month, out)
        head = BytesIO()
        writer = WARCWriter(head, warc_version="1.1")
        about = writer.create_warcinfo_record(path.name, {"software": "steppewire", "format": "WARC File Format 1.1",
                                                          "isPartOf": outlet_id, "robots": "obey"})
        about.rec_headers.replace_header("WARC-Date", _date(at))
        writer.write_record(about)
        _append(file, head)
        return file


def sync(folder: Path) -> None:
    """Puts on disk what a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _append(file: _File, records: BytesIO) -> None:
    left = records.getbuffer()
    try:
        # In two pieces, so that a trial can end the process between them and leave what a power cut leaves.
        for piece in (left[:len(left) // 2], left[len(left) // 2:]):
            while piece:
                piece = piece[file.out.write(piece):]
            failpoint.reach("record.torn")
    except OSError:
        # A record that was cut would hide from every sequential reader what follows it.
        file.out.seek(file.size)
        file.out.truncate()
        raise
    file.size += len(records.getbuffer())
    file.dirty = True


def _date(at: datetime) -> str:
    return str(datetime_to_iso_date(at.replace(tzinfo=None), use_micros=True))


def _write(records: BytesIO, exchange: Exchange) -> int:
    """Writes both records and returns where the response begins."""
    writer = WARCWriter(records, gzip=False, warc_version="1.1")
    parts = urlsplit(exchange.url)
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    answer = [(name, value) for name, value in exchange.headers if name.lower() not in WIRE_ONLY]
    about = {"WARC-Date": _date(exchange.at)}
    declared = next((value for name, value in answer if name.lower() == "content-length"), "")
    cut = declared.isdecimal() and int(declared) > len(exchange.body) and exchange.status not in (204, 304)
    response = writer.create_warc_record(
        exchange.url, "response", payload=BytesIO(exchange.body), length=len(exchange.body),
        warc_headers_dict={**about, **({"WARC-Truncated": "length"} if cut else {})},
        http_headers=_Block(f"{exchange.status} {_phrase(exchange.status)}", answer, protocol="HTTP/1.1"))
    request = writer.create_warc_record(
        exchange.url, "request",
        warc_headers_dict={**about, "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")},
        http_headers=_Block(f"{target} HTTP/1.1", list(exchange.request_headers), protocol="GET"))
    _add(records, writer, request)
    offset = records.tell()
    _add(records, writer, response)
    return offset


def _add(records: BytesIO, writer: WARCWriter, record: ArcWarcRecord) -> None:
    """Writes a record in a gzip member of its own."""
    writer.out = plain = BytesIO()
    writer.write_record(record)
    records.write(isal_zlib.compress(plain.getbuffer(), COMPRESSION, zlib.MAX_WBITS + 16))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


# --- reading

def opened(exchange: Exchange, kept: Kept | None, *, asked: str | None = None) -> Fetched:
    """What the reader is given of an exchange, the same on the day it was made and on every later one.

    TooLarge and DamagedBody where the body cannot be had without its Content-Encoding.
    """
    return Fetched(exchange.url, exchange.status, exchange.headers, decoded(exchange.body, exchange.headers), exchange.at,
                   asked=asked if asked != exchange.url else None, kept=kept)


def unsealed(exchange: Exchange, kept: Kept | None, *, asked: str) -> tuple[Fetched, UndecodableBody | None]:
    """As opened; where its body cannot be had, it is empty, and the error says why."""
    try:
        return opened(exchange, kept, asked=asked), None
    except UndecodableBody as error:
        return Fetched(exchange.url, exchange.status, exchange.headers, b"", exchange.at, asked=asked, kept=kept), error


def load(folder: Path, kept: Kept, *, asked: str | None = None) -> Fetched:
    """The answer that was kept, ready to be read.

    DamagedRecord where the archive does not hold it unharmed; TooLarge and DamagedBody as `opened`.
    """
    return opened(_exchange(folder, kept), kept, asked=asked)


def holds_same(folder: Path, kept: Kept, fetched: Fetched) -> bool:
    """Whether what was kept is the same to a reader as an answer at hand, but for its time; not where it is damaged."""
    try:
        other = load(folder, kept, asked=fetched.asked or fetched.url)
    except UndecodableBody:
        return False
    return (other.url, other.asked, other.status, other.header("Content-Type"), other.body) == (
        fetched.url, fetched.asked, fetched.status, fetched.header("Content-Type"), fetched.body)


def check(folder: Path, kept: Kept) -> None:
    """DamagedRecord where the archive does not hold a record unharmed."""
    _exchange(folder, kept)


def _exchange(folder: Path, kept: Kept) -> Exchange:
    try:
        with (folder / kept.file).open("rb") as file:
            file.seek(kept.offset)
            answer = record(file)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DamagedRecord("no_file", f"there is no file {kept.file}") from error
    except OSError as error:
        raise DamagedRecord("unreadable", f"{kept.file} cannot be read: {error.strerror or error}") from error
    except UNREADABLE as error:
        # Without the words of the error, which may be the very bytes that make no sense.
        raise DamagedRecord("no_record", f"{kept.file} holds no whole record at {kept.offset}") from error
    if not answer.is_of(kept.sha256):
        raise DamagedRecord("other_body", f"the record at {kept.offset} of {kept.file} has another body than it was given")
    return answer.exchange


@dataclass(frozen=True, slots=True)
class Record:
    """A record of an answer: its own head and the answer in it."""

    head: StatusAndHeaders
    exchange: Exchange

    def is_of(self, sha256: str) -> bool:
        """Whether it is what was kept of a body with this digest: the body, or what was left of it when something was taken
        out, which the record says of itself."""
        own = hashlib.sha256(self.exchange.body).hexdigest()
        if self.head.get_header(REDACTED) is None:
            return own == sha256
        return (self.head.get_header(SHA256_BEFORE), self.head.get_header(SHA256)) == (sha256, own)


def record(file: IO[bytes]) -> Record:
    """The record of an answer that begins where a file stands; one of UNREADABLE where no whole one does."""
    found = next(ArchiveIterator(file, no_record_parse=True))
    uri, date = (found.rec_headers.get_header(name) for name in ("WARC-Target-URI", "WARC-Date"))
    block = found.raw_stream.read()
    if len(block) < int(found.rec_headers.get_header("Content-Length")):
        raise EOFError("it ends too early")
    head, _, body = block.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers: Headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
    return Record(found.rec_headers,
                  Exchange(uri, (), int(status.split(" ")[1]), headers, body, iso_date_to_datetime(date, tz_aware=True)))


def redacted(of: Record, body: bytes, at: datetime) -> bytes:
    """A record anew, as a member of gzip, with another body: it says when something was taken out of it, and keeps the digests
    of the body that it had."""
    before, headers = of.exchange, of.exchange.headers
    own = {name: value for name, value in of.head.headers if name not in COUNTED}
    first = {SHA256_BEFORE: own.get(SHA256_BEFORE) or hashlib.sha256(before.body).hexdigest(),
             PAYLOAD_BEFORE: own.get(PAYLOAD_BEFORE) or of.head.get_header("WARC-Payload-Digest") or ""}
    headers = tuple((name, str(len(body)) if name.lower() == "content-length" and value == str(len(before.body)) else value)
                    for name, value in headers)
    writer = WARCWriter(BytesIO(), gzip=False, warc_version="1.1")
    record = writer.create_warc_record(
        before.url, "response", payload=BytesIO(body), length=len(body),
        warc_headers_dict={**own, **first, REDACTED: _date(at), SHA256: hashlib.sha256(body).hexdigest()},
        http_headers=_Block(f"{before.status} {_phrase(before.status)}", list(headers), protocol="HTTP/1.1"))
    out = BytesIO()
    _add(out, writer, record)
    return out.getvalue()
