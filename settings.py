"""The operator's settings: one TOML file, then the environment (STEPPEWIRE_…), with secrets from files."""
import os
import re
import tomllib
from datetime import time, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from wrong_setting import NAME, plain
from wrong_setting import SettingsError as SettingsError  # who reads the settings meets it

PREFIX = "STEPPEWIRE_"
DEFAULT_FILE = "steppewire.toml"
UNITS = {"ms": timedelta(milliseconds=1), "s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1),
         "d": timedelta(days=1)}
# What a key of random bytes has at least.
LEAST_KEY = 16
# What is added to the mailbox's address for a reply has 51 characters, and 64 may stand before the @ (RFC 5321 §4.5.3.1.1).
MAILBOX_CHARACTERS = 13
# Read by the program itself, not settings: where the settings are, how it logs, and where a test wants it to end.
NOT_SETTINGS = {"STEPPEWIRE_CONFIG", "STEPPEWIRE_FAILPOINT", "STEPPEWIRE_LOG_FORMAT"}


def duration(text: Any) -> Any:
    """A stretch of time as 60s, 10m, 3h or 2d; ValueError."""
    if isinstance(text, timedelta):
        return text
    found = re.fullmatch(r"([0-9]{1,9})(ms|s|m|h|d)", str(text))
    if not found:
        raise ValueError("write a time as 60s, 10m, 3h or 2d")
    return int(found[1]) * UNITS[found[2]]


def _some_time(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("write a time longer than nothing")
    return value


def _address(text: str) -> str:
    local, at, domain = text.rpartition("@")
    plain = text.isascii() and text.isprintable() and not any(character in " ,;<>()" for character in text)
    if not at or not local or "." not in domain or not plain:
        raise ValueError("write one plain address, such as analyst@example.org")
    return text


def _mailbox(text: str) -> str:
    local = _address(text).rpartition("@")[0]
    if len(local) > MAILBOX_CHARACTERS:
        raise ValueError(f"write an address with at most {MAILBOX_CHARACTERS} characters before the @: 51 more name the mail "
                         "that is answered, and an address may have 64 there")
    return text


def _sender(text: str) -> str:
    if not text.isprintable():
        raise ValueError("write one line, such as Steppewire <wire@example.org>")
    _address(text.rpartition("<")[2].rstrip(">").strip())
    return text


def _contact(text: str) -> str:
    if not text.startswith(("mailto:", "https://", "http://")) or not text.isascii() or " " in text:
        raise ValueError("write how a webmaster reaches you: mailto:you@example.org or https://example.org/about")
    return text


def _words(words: tuple[str, ...]) -> tuple[str, ...]:
    if not all(any(character.isalnum() for character in word) for word in words):
        raise ValueError("each word or phrase needs a letter or a figure")
    return words


def _hour(text: Any) -> Any:
    if not isinstance(text, str) or not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError("write an hour of the day as 07:30")
    return time.fromisoformat(text)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("write a time zone by its name, such as Asia/Almaty or UTC")
    return name


def _quiet(hours: tuple[time, time] | None) -> tuple[time, time] | None:
    if hours is not None and hours[0] == hours[1]:
        raise ValueError('write from when to when, as ["22:00", "06:30"]; to hear nothing at all, pause the watch')
    return hours


def _recipient(text: str) -> str:
    return _address(text) if "@" in text else text


Duration = Annotated[timedelta, BeforeValidator(duration)]
SomeTime = Annotated[Duration, AfterValidator(_some_time)]
Address = Annotated[str, AfterValidator(_address)]
Hour = Annotated[time, BeforeValidator(_hour)]
Zone = Annotated[str, AfterValidator(_zone)]
Identifier = Annotated[str, Field(pattern=NAME, max_length=80)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# What storage/watches.py and storage/kinds.py know; this room imports neither, a test holds them together.
Event = Literal["article_new", "article_edited", "article_replaced", "article_gone", "article_back", "comment_posted",
                "comment_edited", "comment_removed", "comment_restored", "thread_hidden", "headline_changed", "words_appeared",
                "words_vanished", "thread_closed"]
Kind = Literal["replaced", "correction", "headline", "moved", "expanded", "cut", "rewritten", "figures", "quote", "wording"]

# The events that a watch can be told of which looks in comments alone; of a thread that is closed, also one that does not.
IN_COMMENTS = {"comment_posted", "comment_edited", "comment_removed", "comment_restored", "thread_hidden", "thread_closed"}


class MailSettings(_Table):
    """The mail server that alerts are handed to."""

    host: str = "localhost"
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "none"
    username: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    sender: Annotated[str, AfterValidator(_sender)] = "Steppewire <steppewire@localhost.localdomain>"
    group_wait: Duration = timedelta(seconds=60)
    confirm: bool = False
    zones: dict[Address, Zone] = {}


class MailboxSettings(_Table):
    """Where what recipients answer, and what mail servers send back, arrives: a maildir or a mailbox asked by IMAP."""

    address: Annotated[str, AfterValidator(_mailbox)] | None = None
    maildir: Path | None = None
    imap_host: str | None = None
    imap_port: int = Field(default=993, ge=1, le=65535)
    imap_security: Literal["none", "starttls", "tls"] = "tls"
    imap_username: str | None = None
    imap_password: SecretStr | None = None
    imap_password_file: Path | None = None
    imap_folder: str = "INBOX"
    every: SomeTime = timedelta(minutes=1)


class WebSettings(_Table):
    """Where links of mails are answered; what public_url names leads there."""

    listen: Annotated[str, Field(pattern=r"^(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$")] | None = None


class ChannelSettings(_Table):
    """A way to a recipient besides mail; a watch names it among its recipients by its id."""

    kind: Literal["webhook", "apprise"]
    url: SecretStr | None = None
    url_file: Path | None = None
    secret: SecretStr | None = None
    secret_file: Path | None = None


class CommentSettings(_Table):
    """What the tables keep of the names of readers who comment."""

    names: Literal["keep", "pseudonym", "drop"] = "pseudonym"


class OperatorSettings(_Table):
    """Whom the wire tells when it needs a person, and how its own life is seen from outside."""

    mail: Address | None = None
    after: Duration = timedelta(hours=1)
    heartbeat_url: Annotated[str, Field(pattern=r"^https?://[^\s/]+\S*$")] | None = None
    heartbeat_every: SomeTime = timedelta(minutes=5)
    listen: Annotated[str, Field(pattern=r"^(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$")] | None = None


class Limits(_Table):
    """How long things may take and how long is waited; what they are is right for a server, tests and trials shorten them."""

    tick: SomeTime = timedelta(seconds=1)
    mail_tick: SomeTime = timedelta(seconds=5)
    crawl: SomeTime = timedelta(minutes=30)
    answer: SomeTime = timedelta(seconds=30)
    reading: SomeTime = timedelta(seconds=15)
    beat: SomeTime = timedelta(seconds=1)
    silence: SomeTime = timedelta(seconds=30)
    after_death: SomeTime = timedelta(minutes=1)
    conversation: SomeTime = timedelta(seconds=60)
    first_retry: SomeTime = timedelta(minutes=1)
    longest_retry: SomeTime = timedelta(hours=6)
    give_up: SomeTime = timedelta(days=7)
    pause: SomeTime = timedelta(minutes=5)


class Watch(_Table):
    """A standing query: any of the words or phrases, told to every recipient; without outlets, in all of them."""

    id: Identifier
    words: Annotated[tuple[str, ...], AfterValidator(_words)] = Field(min_length=1)
    recipients: tuple[Annotated[str, AfterValidator(_recipient)], ...] = Field(min_length=1)
    outlets: tuple[str, ...] = ()
    owner: Address | None = None
    countries: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = ()
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], ...] = ()
    fields: tuple[Literal["title", "text", "comments"], ...] = ()
    events: tuple[Event, ...] = ()
    kinds: tuple[Kind, ...] = ()
    least: int = Field(default=0, ge=0)
    quote_comments: bool = False
    digest: Literal["hour", "day", "week"] | None = None
    at: Hour = time(7)
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    quiet: Annotated[tuple[Hour, Hour] | None, AfterValidator(_quiet)] = None
    zone: Zone = "UTC"
    cap: int | None = Field(default=None, ge=1)


class Settings(BaseSettings):
    """Everything the operator decides. Relative paths start at the settings file's folder."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__")

    contact: Annotated[str, AfterValidator(_contact)] | None = None
    outlets: tuple[str, ...] = ()
    outlets_dirs: tuple[Path, ...] = (Path("outlets"),)
    data: Path = Path("var")
    database: str | None = None
    database_file: Path | None = None
    public_url: Annotated[str, Field(pattern=r"^https?://[^\s/]+\S*$")] | None = None
    mail: MailSettings = MailSettings()
    comments: CommentSettings = CommentSettings()
    operator: OperatorSettings = OperatorSettings()
    mailbox: MailboxSettings = MailboxSettings()
    web: WebSettings = WebSettings()
    channel: dict[Identifier, ChannelSettings] = {}
    limits: Limits = Limits()
    watch: tuple[Watch, ...] = ()

    @classmethod
    def settings_customise_sources(cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
                                   env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
                                   file_secret_settings: PydanticBaseSettingsSource,
                                   ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings

    @property
    def archive(self) -> Path:
        """The folder of the WARC files."""
        return self.data / "archive"

    @property
    def key_file(self) -> Path:
        """The key under which readers' names become pseudonyms."""
        return self.data / "pseudonym.key"

    def pseudonym_key(self) -> bytes:
        """The key's bytes; SettingsError where there is no key file and names are to be pseudonyms."""
        if self.comments.names != "pseudonym":
            return b""
        try:
            return self.key_file.read_bytes()
        except OSError as error:
            raise SettingsError(f"there is no key for pseudonyms: {error}", file=str(self.key_file), key="comments.names",
                                value="pseudonym", remedy="run `steppewire init`, which makes the key") from error

    @property
    def forget_key_file(self) -> Path:
        """The key under which is kept what is to be forgotten."""
        return self.data / "forget.key"

    def forget_key(self) -> bytes:
        """The key's bytes; SettingsError where there is no key file."""
        try:
            return self.forget_key_file.read_bytes()
        except OSError as error:
            raise SettingsError(f"there is no key for what is to be forgotten: {error}", file=str(self.forget_key_file),
                                remedy="put it back from a backup, or run `steppewire init`, which makes one") from error

    @property
    def answer_key_file(self) -> Path:
        """The key that signs the links and addresses by which recipients answer."""
        return self.data / "answer.key"

    def answer_key(self) -> bytes:
        """The key's bytes; SettingsError where there is no key file, or none in it: anybody could sign with nothing."""
        try:
            key = self.answer_key_file.read_bytes()
            if len(key) < LEAST_KEY:
                raise OSError(f"{len(key)} bytes are none")
        except OSError as error:
            raise SettingsError(f"there is no key for answers: {error}", file=str(self.answer_key_file),
                                remedy="put it back from a backup, or remove it: `steppewire run` makes another, and the links "
                                "in mails that were sent before do nothing then") from error
        return key

    @property
    def user_agent(self) -> str:
        """What outlets see of us."""
        name = f"Steppewire/{version('steppewire')}"
        return f"{name} (+{self.contact})" if self.contact else name

    @property
    def database_url(self) -> str:
        """The store's address; without one, a SQLite file in the data folder."""
        return self.database or f"sqlite:///{self.data / 'store.db'}"


# The models of the tables, by the tables' names.
TABLES: dict[str, type[BaseModel]] = {
    "mail": MailSettings, "comments": CommentSettings, "operator": OperatorSettings, "limits": Limits,
    "mailbox": MailboxSettings, "web": WebSettings, "channel": ChannelSettings, "watch": Watch}


def checked(given: dict[str, Any], settings: Settings, file: str) -> Watch:
    """A watch from what it asks for, by the rules of the settings' own; SettingsError, which names `file` as its place."""
    try:
        watch = Watch(**given)
    except ValidationError as error:
        raise _plain(error, file, given) from error
    _require_recipients(watch, settings.channel, file)
    _require_effect(watch, file)
    return watch


def which(file: Path | None = None) -> Path:
    """Which file the settings come from; without any named one, it need not exist."""
    return file or Path(os.environ.get("STEPPEWIRE_CONFIG") or DEFAULT_FILE)


def load(file: Path | None = None) -> Settings:
    """The settings of a file, else of $STEPPEWIRE_CONFIG, else of ./steppewire.toml, else the defaults; SettingsError says what
    is wrong with them."""
    path = which(file)
    data: dict[str, Any] = {}
    if file or os.environ.get("STEPPEWIRE_CONFIG") or path.exists():
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"cannot be read: {error}", file=str(path),
                                remedy="name a readable UTF-8 file, or make one with `steppewire init`") from error
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"is not TOML: {error}", file=str(path), remedy="mend the line that is named") from error
    _refuse_unknown_variables()
    try:
        settings = Settings(**data)
    except ValidationError as error:
        raise _plain(error, str(path), data) from error
    return _with_secrets(_with_whole_paths(settings, path), path)


def _refuse_unknown_variables() -> None:
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    for name, value in os.environ.items():
        if name.startswith(PREFIX) and name not in NOT_SETTINGS and name.split("__")[0] not in known:
            raise SettingsError("this variable is unknown", file="the environment", key=name, value=value,
                                remedy=f"known are {', '.join(sorted(known))}, with __ before a key of a table")


def _plain(error: ValidationError, file: str, data: dict[str, Any]) -> SettingsError:
    replaced = any(name.upper().split("__")[0] == f"{PREFIX}WATCH" for name in os.environ)
    return plain(error, file, {} if replaced else data, Settings, TABLES)


def _with_whole_paths(settings: Settings, file: Path) -> Settings:
    folder = file.absolute().parent
    database = settings.database
    if database and database.startswith("sqlite:///") and not database.startswith("sqlite:////"):
        database = f"sqlite:///{folder / database.removeprefix('sqlite:///')}"
    return settings.model_copy(update={
        "data": folder / settings.data, "database": database,
        "outlets_dirs": tuple(folder / each for each in settings.outlets_dirs)})


def _with_secrets(settings: Settings, file: Path) -> Settings:
    def secret(path: Path, key: str) -> str:
        whole = file.absolute().parent / path
        try:
            return whole.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"the secret's file cannot be read: {error}", file=str(file), key=key, value=str(path),
                                remedy="name a readable file that holds the secret alone") from error

    update: dict[str, Any] = {}
    if settings.database_file:
        update["database"] = secret(settings.database_file, "database_file")
    if settings.mail.password_file:
        update["mail"] = settings.mail.model_copy(
            update={"password": SecretStr(secret(settings.mail.password_file, "mail.password_file"))})
    mailbox = settings.mailbox
    if mailbox.maildir is not None:
        mailbox = mailbox.model_copy(update={"maildir": file.absolute().parent / mailbox.maildir})
    if mailbox.imap_password_file is not None:
        mailbox = mailbox.model_copy(
            update={"imap_password": SecretStr(secret(mailbox.imap_password_file, "mailbox.imap_password_file"))})
    update["mailbox"] = mailbox
    update["channel"] = {own: channel.model_copy(update={
        name: SecretStr(secret(path, f"channel.{own}.{name}_file"))
        for name, path in (("url", channel.url_file), ("secret", channel.secret_file)) if path is not None})
        for own, channel in settings.channel.items()}
    if "mail" in settings.channel:
        raise SettingsError("mail is what the mail server's own channel is called", file=str(file), key="channel.mail",
                            remedy="give this channel another name")
    twice = [watch.id for watch in settings.watch]
    for name in twice:
        if twice.count(name) > 1:
            raise SettingsError("two watches have this id", file=str(file), key="watch.id", value=name,
                                remedy="give each watch an id of its own")
    for watch in settings.watch:
        _require_recipients(watch, settings.channel, str(file))
        _require_effect(watch, str(file))
    return settings.model_copy(update=update)


def _require_recipients(watch: Watch, channels: dict[str, ChannelSettings], file: str) -> None:
    for name in watch.recipients:
        if "@" not in name and name not in channels:
            raise SettingsError("this recipient is neither an address nor a channel", file=file,
                                key=f"watch.{watch.id}.recipients", value=name,
                                remedy=f"write an address such as analyst@example.org, or a [channel.{name}]")


def _require_effect(watch: Watch, file: str) -> None:
    """SettingsError where a key of a watch could never do anything, or has the watch tell nothing."""
    def none(key: str, message: str, remedy: str) -> SettingsError:
        value = getattr(watch, key)
        return SettingsError(message, file=file, key=f"watch.{watch.id}.{key}", remedy=remedy,
                             value=f"{value:%H:%M}" if isinstance(value, time) else value)

    events, fields, given = set(watch.events), set(watch.fields), watch.model_fields_set
    if "events" in given and not events:
        raise none("events", "it asks for no event", 'write events = ["article_new", "article_edited"], or leave events out')
    if fields and "comments" not in fields and events and events <= IN_COMMENTS - {"thread_closed"}:
        raise none("fields", "only events of comments are asked for, and comments are not looked in",
                   'add "comments" to fields, or an event of articles to events')
    if fields == {"comments"} and events and not events & IN_COMMENTS:
        raise none("fields", "only comments are looked in, and no event of comments is asked for",
                   'add "title" and "text" to fields, or an event such as comment_posted to events')
    for key in ("kinds", "least"):
        if getattr(watch, key) and events and "article_edited" not in events:
            raise none(key, "this narrows article_edited alone, which is not asked for",
                       f"add article_edited to events, or leave {key} out")
    if "at" in given and watch.digest not in ("day", "week"):
        raise none("at", "this is the hour of a day's or a week's digest, and there is none",
                   'add digest = "day", or leave at out')
    if "weekday" in given and watch.digest != "week":
        raise none("weekday", "this is the day of a week's digest, and there is none",
                   'write digest = "week", or leave weekday out')
