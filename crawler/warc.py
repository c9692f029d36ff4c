"""WARC files that others wrote, read within bounds: gzip a record, gzip as a whole, or plain, and cut anywhere.

warcio's own iterator is for files that one trusts: it holds a line however long it is, stops at a file that is gzip as a whole,
and cannot tell a file that ends from one that was cut.
"""
import base64
import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Literal, get_args

from crawler.decoding import CHUNK, LIMIT, DamagedBody, TooLarge, decoded
from crawler.items import Exchange, Headers

# Of a record, and of the HTTP message in it: longer heads are an attack or no heads.
HEAD_LIMIT = 256 * 1024
# A block has its HTTP head and the marks of its chunks besides the body.
BLOCK_LIMIT = LIMIT + 2 * HEAD_LIMIT
GZIP = b"\x1f\x8b"
RECORD_ENDS = 2
VERSIONS = re.compile(rb"WARC/(?:0\.1[78]|1\.[01])\r?\n", re.IGNORECASE)
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)
STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?:[ \t]|$)", re.IGNORECASE)
CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n", re.IGNORECASE)
DIGESTS = ("md5", "sha1", "sha256", "sha384", "sha512")
MOST_LINES = 200
BLANK = " \t\r\n"  # not what Python calls white space: half of a letter may look so
# What a header says of the body's form; of an answer that came again the first one's are true.
OF_THE_BODY = ("content-encoding", "content-length", "transfer-encoding")
# No web page is older; a capture that says so has no date.
OLDEST = datetime(1991, 1, 1, tzinfo=timezone.utc)

Reason = Literal["no_answer", "not_http", "no_date", "future", "foreign", "not_article", "status", "too_large", "truncated",
                 "digest", "damaged", "no_original"]
REASONS: tuple[Reason, ...] = get_args(Reason)


class NoWarc(ValueError):
    """A file does not begin as a WARC file does."""


class Refused(Exception):
    """A record is left out, and why: no_answer (it is a request, a note, of the domain name system, or a part of a record),
    not_http, no_date, future (its date), foreign and not_article (by whoever asked), status (not 200), too_large, truncated,
    digest (other bytes than its digest says), damaged, no_original (what it repeats is not in the file)."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class _Cut(Exception):
    """The file ends, or is damaged, inside a record."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record begins: in the file, or in the spool that holds those of a file that cannot be entered there."""

    offset: int
    spooled: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer of a web server that can be had. original: the record whose body it repeats."""

    at: datetime
    url: str
    place: Place
    original: Place | None = None


@dataclass
class Contents:
    """What a file holds. cut is the offset of the first record that could not be had because the file was cut, or is damaged,
    there; None where it is whole."""

    entries: list[Entry] = field(default_factory=list)
    records: int = 0
    skipped: Counter[Reason] = field(default_factory=Counter)
    cut: int | None = None


@dataclass(frozen=True, slots=True)
class _Record:
    """The head of a record, names in small letters; where it begins; inside: within a member of gzip that began before it."""

    head: dict[str, str]
    raw: bytes
    place: Place
    inside: bool

    @property
    def length(self) -> int:
        return int(self.head["content-length"])

    @property
    def kind(self) -> str:
        return self.head.get("warc-type", "").lower()


class _Bytes:
    """The bytes of a file in order, gzip taken off, from a place where a member or a record begins. member is where the member
    of gzip began that is being read."""

    def __init__(self, file: IO[bytes], offset: int) -> None:
        self._file, self._offset = file, offset
        self._buffer = b""
        self._raw = b""
        self._inflate: zlib._Decompress | None = None
        self.member = offset
        self._out = 0
        file.seek(offset)
        self.gzip = file.read(2) == GZIP
        file.seek(offset)

    @property
    def place(self) -> tuple[int, bool]:
        """Where the next byte comes from: the offset to enter the file at, and whether a member of gzip began before it."""
        if not self._buffer:
            self._fill()
        if self.gzip:
            return self.member, self._out - len(self._buffer) > 0
        return self._offset - len(self._buffer), False

    def read(self, size: int, *, within: bool = False) -> bytes:
        """The next bytes, up to size; none at the end, within: of the member of gzip. _Cut where gzip is cut or damaged."""
        if not self._buffer:
            self._fill(within=within)
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found

    @property
    def more(self) -> bool:
        """Whether anything follows."""
        if not self._buffer:
            self._fill()
        return bool(self._buffer)

    def line(self, limit: int) -> bytes:
        """The next line with its end, or what is left of the file; _Cut where it is longer than limit."""
        parts: list[bytes] = []
        length = 0
        while piece := self.read(CHUNK):
            end = piece.find(b"\n") + 1
            if end:
                self._buffer = piece[end:] + self._buffer
                piece = piece[:end]
            parts.append(piece)
            length += len(piece)
            if length > limit:
                raise _Cut
            if end:
                break
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Goes over bytes; _Cut where there are fewer."""
        while size:
            if not self.gzip and size > len(self._buffer):
                self._jump(size)
                return
            piece = self.read(min(size, CHUNK))
            if not piece:
                raise _Cut
            size -= len(piece)

    def line_ends(self) -> int:
        """Goes over the two line ends that follow a record, as far as they are there; how many were. A member of gzip that ends
        with them is read to its end: _Cut unless its checksum is there and right."""
        ends = 0
        while ends < RECORD_ENDS and (byte := self.read(1, within=True)):
            if byte not in b"\r\n":
                self._buffer = byte + self._buffer
                return ends
            ends += byte == b"\n"
        if self.gzip and not self._buffer:
            self._fill(within=True)
        return ends

    def _jump(self, size: int) -> None:
        target = self._offset - len(self._buffer) + size
        if target > self._file.seek(0, 2):
            raise _Cut
        self._file.seek(target)
        self._offset, self._buffer = target, b""

    def _fill(self, *, within: bool = False) -> None:
        """Has something in the buffer but at the end of the file; within: or of the member."""
        if not self.gzip:
            self._buffer = self._file.read(CHUNK)
            self._offset += len(self._buffer)
            return
        while not self._buffer:
            if self._inflate is None and (within or not self._begun()):
                return
            assert self._inflate is not None
            raw = self._inflate.unconsumed_tail or self._raw or self._file.read(CHUNK)
            if raw is self._raw:
                self._raw = b""
            if not raw:
                raise _Cut
            try:
                self._buffer = self._inflate.decompress(raw, CHUNK)
            except zlib.error as error:
                raise _Cut from error
            self._out += len(self._buffer)
            if self._inflate.eof:
                self._raw, self._inflate = self._inflate.unused_data + self._raw, None

    def _begun(self) -> bool:
        """Begins the next member; whether there is one. Zeros after the last one are padding."""
        self._raw = self._raw or self._file.read(CHUNK)
        if len(self._raw) < len(GZIP):
            self._raw += self._file.read(CHUNK)
        if not self._raw:
            return False
        if not self._raw.startswith(GZIP):
            if self._raw.strip(b"\0\r\n"):
                raise _Cut
            return False
        self.member, self._out = self._file.tell() - len(self._raw), 0
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return True


# --- the walk

def contents(file: Path, spool: IO[bytes], refused: Callable[[str], Reason | None], now: datetime) -> Contents:
    """Walks a file and says what is in it; refused says of a URL whether it is of no interest. Records that lie where the file
    cannot be entered are copied into the spool. NoWarc where the file is none, OSError where it cannot be read."""
    found, repeats = Contents(), list[tuple[Entry, _Record]]()
    originals: dict[str, Place] = {}
    with file.open("rb") as stream:
        _require_warc(_Bytes(stream, 0))
        for record, block, whole in _walk(_Bytes(stream, 0), found, refused, now):
            found.records += 1
            if not whole:
                found.cut = record.place.offset
            try:
                url, at = _about(record, refused, now)
                assert block is not None
                answer = _answer(record, url, at, block)
            except Refused as why:
                found.skipped[why.reason] += 1
                continue
            place = _spooled(spool, record, block) if record.inside else record.place
            entry = Entry(at, url, place)
            if answer is None:
                repeats.append((entry, record))
                continue
            found.entries.append(entry)
            originals |= dict.fromkeys(_names(record), place)
    for entry, record in repeats:
        original = next((originals[name] for name in _originals(record) if name in originals), None)
        if original is None:
            found.skipped["no_original"] += 1
        else:
            found.entries.append(replace(entry, original=original))
    return found


def load(file: Path, spool: IO[bytes], entry: Entry) -> Exchange:
    """The answer that an entry of the file's contents stands for: whole, unchunked, still under its Content-Encoding. Refused
    where it is not there unharmed."""
    try:
        record, block = _at(file, spool, entry.place)
        answer = _answer(record, entry.url, entry.at, block)
        if entry.original is None:
            if answer is None:
                raise Refused("damaged")
            return answer
        first, first_block = _at(file, spool, entry.original)
        original = _answer(first, entry.url, entry.at, first_block)
        if original is None:
            raise Refused("damaged")
        return _repeated(record, block, original)
    except (_Cut, OSError) as error:
        raise Refused("damaged") from error


def _at(file: Path, spool: IO[bytes], place: Place) -> tuple[_Record, bytes]:
    if place.spooled:
        return _taken(_Bytes(spool, place.offset))
    with file.open("rb") as stream:
        return _taken(_Bytes(stream, place.offset))


def _taken(stream: _Bytes) -> tuple[_Record, bytes]:
    record = _next(stream)
    if record is None or record.length > BLOCK_LIMIT:
        raise _Cut
    return record, _block(stream, record.length)


def _require_warc(stream: _Bytes) -> None:
    begin = b""
    try:
        while len(begin) < len(b"WARC/") and (more := stream.read(1)):
            begin = (begin + more).lstrip(b"\r\n")
    except _Cut:
        pass  # what came before the cut says what it is
    if not begin or not b"WARC/".startswith(begin.upper()):
        raise NoWarc("this is no WARC file")


def _walk(stream: _Bytes, found: Contents, refused: Callable[[str], Reason | None],
          now: datetime) -> Iterator[tuple[_Record, bytes | None, bool]]:
    """The whole records in order, with their blocks where they are wanted; False with the last one where it has no end."""
    offset = 0
    try:
        while True:
            offset = stream.place[0]
            record = _next(stream)
            if record is None:
                return
            block = None
            try:
                _about(record, refused, now)
                block = _block(stream, record.length)
            except Refused:
                stream.skip(record.length)
            try:
                ends = stream.line_ends()
            except _Cut:
                if not record.inside:
                    raise
                ends = RECORD_ENDS  # it is whole, and the next one is not
            yield record, block, stream.gzip or ends == RECORD_ENDS or bool(stream.more)
    except _Cut:
        found.cut = max(offset, stream.member)


def _next(stream: _Bytes) -> _Record | None:
    """The head of the next record; None at the end of the file."""
    line = b"\n"
    while line and not line.strip():
        offset, inside = stream.place
        line = stream.line(HEAD_LIMIT)
    if not line:
        return None
    if not VERSIONS.fullmatch(line):
        raise _Cut
    lines = [line]
    while lines[-1].strip():
        lines.append(stream.line(HEAD_LIMIT))
        if not lines[-1].endswith(b"\n") or sum(map(len, lines[-2:])) > HEAD_LIMIT or len(lines) > MOST_LINES:
            raise _Cut
    head = {name.lower(): value for name, value in _fields(_text(b"".join(lines[1:])))}
    if not re.fullmatch(r"[0-9]{1,15}", head.get("content-length", "")):
        raise _Cut  # nothing says where the next one begins
    return _Record(head, b"".join(lines), Place(offset), inside)


def _text(head: bytes) -> str:
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError:
        return head.decode("latin-1")


def _fields(text: str) -> list[tuple[str, str]]:
    """The fields of a head, folded lines joined; what is no field is left out."""
    found: list[tuple[str, str]] = []
    for line in text.split("\n"):
        name, mark, value = line.partition(":")
        if line[:1] in (" ", "\t") and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip(BLANK)}".strip(" "))
        elif mark and name.strip(BLANK):
            found.append((name.strip(BLANK), value.strip(BLANK)))
    return found


def _block(stream: _Bytes, length: int) -> bytes:
    parts: list[bytes] = []
    while length and (piece := stream.read(min(length, CHUNK))):
        parts.append(piece)
        length -= len(piece)
    if length:
        raise _Cut
    return b"".join(parts)


def _spooled(spool: IO[bytes], record: _Record, block: bytes) -> Place:
    offset = spool.seek(0, 2)
    spool.write(record.raw + block)
    return Place(offset, spooled=True)


# --- what a record says

def _about(record: _Record, refused: Callable[[str], Reason | None], now: datetime) -> tuple[str, datetime]:
    """A record's URL and time, where it may hold an answer that is wanted; Refused where not."""
    head = record.head
    if record.kind not in ("response", "resource", "revisit"):
        raise Refused("no_answer")
    url = head.get("warc-target-uri", "").strip("<>")
    if not url.lower().startswith(("http://", "https://")):
        raise Refused("not_http")
    at = moment(head.get("warc-date", ""))
    if at is None or at < OLDEST:
        raise Refused("no_date")
    if at > now:
        raise Refused("future")
    if reason := refused(url):
        raise Refused(reason)
    if "warc-truncated" in head or "warc-segment-number" in head:
        raise Refused("truncated")
    if record.length > BLOCK_LIMIT:
        raise Refused("too_large")
    return url, at


def moment(text: str) -> datetime | None:
    """A WARC-Date, to the microsecond; None where it is no moment. Without a zone it is UTC, as the format has it."""
    if not DATE.fullmatch(text):
        return None
    try:
        at = datetime.fromisoformat(text.upper())
        return (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def _answer(record: _Record, url: str, at: datetime, block: bytes) -> Exchange | None:
    """The exchange of a record; None for one that only says that an earlier answer came again. Refused where it is none."""
    if not _is_of(record.head.get("warc-block-digest"), block):
        raise Refused("digest")
    if record.kind == "revisit":
        if block.strip():
            _http(block)
        return None
    headers: Headers
    if record.kind == "resource":
        kind = record.head.get("content-type")
        headers, body = ((("Content-Type", kind),) if kind else ()), block
    else:
        headers, body = _http(block)
    raw = body
    if any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in headers):
        body = _unchunked(body)
    headers, plain = _opened(headers, body)
    if not any(_is_of(record.head.get("warc-payload-digest"), each) for each in (raw, body, plain)):
        raise Refused("digest")
    return Exchange(url, (), 200, headers, body, at)


def _http(block: bytes) -> tuple[Headers, bytes]:
    """Headers and what follows them, of an answer of status 200."""
    head, body = _parted(block)
    line, _, fields = head.partition(b"\n")
    status = STATUS.match(line.rstrip())
    if not status or len(head) > HEAD_LIMIT:
        raise Refused("damaged")
    if status[1] != b"200":
        raise Refused("status")
    return tuple(_fields(fields.decode("latin-1"))), body


def _parted(block: bytes) -> tuple[bytes, bytes]:
    """The head of an HTTP message and its body, whatever its lines end with."""
    found = re.search(rb"\r?\n\r?\n", block)
    return (block[:found.start()], block[found.end():]) if found else (block, b"")


def _unchunked(body: bytes) -> bytes:
    """A body without the marks of its chunks; many writers take them out and let the header stand."""
    if not CHUNK_SIZE.match(body):
        return body
    parts: list[bytes] = []
    place = 0
    while True:
        mark = CHUNK_SIZE.match(body, place)
        if mark is None:
            raise Refused("damaged")
        size = int(mark[1], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(body[mark.end():mark.end() + size])
        if len(parts[-1]) < size:
            raise Refused("truncated")
        end = re.compile(rb"\r?\n").match(body, mark.end() + size)
        if end is None:
            raise Refused("damaged")
        place = end.end()


def _opened(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """The headers that are true of a body, and the body without its Content-Encoding: some writers take that off and let the
    header stand."""
    try:
        return headers, decoded(body, headers)
    except TooLarge as error:
        raise Refused("too_large") from error
    except DamagedBody as error:
        if not body.lstrip().startswith(b"<"):
            raise Refused("damaged") from error
        return tuple(field for field in headers if field[0].lower() != "content-encoding"), body


def _repeated(record: _Record, block: bytes, original: Exchange) -> Exchange:
    """An answer that came again: its own headers over the body of the first one."""
    if not any(_is_of(record.head.get("warc-payload-digest"), each)
               for each in (original.body, decoded(original.body, original.headers))):
        raise Refused("no_original")
    if not block.strip():
        return original
    own, _ = _http(block)
    coded = tuple(field for field in original.headers if field[0].lower() == "content-encoding")
    return replace(original, headers=(*(field for field in own if field[0].lower() not in OF_THE_BODY), *coded))


def _is_of(digest: str | None, content: bytes) -> bool:
    """Whether a digest is that of the content; one of a kind that nobody knows here says nothing."""
    kind, mark, value = (digest or "").strip().partition(":")
    if not mark or (kind := kind.lower().replace("-", "")) not in DIGESTS:
        return True
    found = hashlib.new(kind, content, usedforsecurity=False).digest()
    spelt = (base64.b64encode(found).decode(), base64.urlsafe_b64encode(found).decode())
    return (value.lower() == found.hex() or value.upper().rstrip("=") == base64.b32encode(found).decode().rstrip("=")
            or value.rstrip("=") in {each.rstrip("=") for each in spelt})


def _names(record: _Record) -> list[str]:
    """What a later record may call this one."""
    return _called(record.head, "warc-record-id", "warc-payload-digest", ("warc-target-uri", "warc-date"))


def _originals(record: _Record) -> list[str]:
    """What a record calls the one that it repeats, the surest first."""
    return _called(record.head, "warc-refers-to", "warc-payload-digest", ("warc-refers-to-target-uri", "warc-refers-to-date"))


def _called(head: dict[str, str], own: str, digest: str, place: tuple[str, str]) -> list[str]:
    said = (("id", head.get(own)), ("digest", head.get(digest)), (head.get(place[1]), head.get(place[0])))
    return [f"{how} {what.strip('<>')}" for how, what in said if how and what]
