"""The operator's settings: one TOML file, then the environment (STEPPEWIRE_…), with secrets from files."""
import os
import re
import tomllib
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "STEPPEWIRE_"
DEFAULT_FILE = "steppewire.toml"
UNITS = {"ms": timedelta(milliseconds=1), "s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1),
         "d": timedelta(days=1)}
# Read by the program itself, not settings: where the settings are, how it logs, and where a test wants it to end.
NOT_SETTINGS = {"STEPPEWIRE_CONFIG", "STEPPEWIRE_FAILPOINT", "STEPPEWIRE_LOG_FORMAT"}


class SettingsError(ValueError):
    """The settings are wrong: file, key and value say where, remedy what would be right."""

    kind = "config"

    def __init__(self, message: str, *, file: str, key: str | None = None, value: Any = None, remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.file, self.key, self.value, self.remedy = message, file, key, value, remedy


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


Duration = Annotated[timedelta, BeforeValidator(duration)]
SomeTime = Annotated[Duration, AfterValidator(_some_time)]
Address = Annotated[str, AfterValidator(_address)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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
    recipients: tuple[Address, ...] = Field(min_length=1)
    outlets: tuple[str, ...] = ()


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
    def user_agent(self) -> str:
        """What outlets see of us."""
        name = f"Steppewire/{version('steppewire')}"
        return f"{name} (+{self.contact})" if self.contact else name

    @property
    def database_url(self) -> str:
        """The store's address; without one, a SQLite file in the data folder."""
        return self.database or f"sqlite:///{self.data / 'store.db'}"


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
        raise _plain(error, str(path)) from error
    return _with_secrets(_with_whole_paths(settings, path), path)


def _refuse_unknown_variables() -> None:
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    for name, value in os.environ.items():
        if name.startswith(PREFIX) and name not in NOT_SETTINGS and name.split("__")[0] not in known:
            raise SettingsError("this variable is unknown", file="the environment", key=name, value=value,
                                remedy=f"known are {', '.join(sorted(known))}, with __ before a key of a table")


def _plain(error: ValidationError, file: str) -> SettingsError:
    """The first thing that is wrong, in the words of the file."""
    # A misspelt key says more than the one that is then missing.
    first = min(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
    key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"]) or None  # as people count
    value = first["input"]
    if first["type"] == "extra_forbidden":
        model: Any = Settings
        for part in first["loc"][:-1]:
            model = {"mail": MailSettings, "comments": CommentSettings, "operator": OperatorSettings, "limits": Limits,
                     "watch": Watch}.get(str(part), model)
        return SettingsError("this key is unknown", file=file, key=key, value=value,
                             remedy=f"known here are {', '.join(model.model_fields)}")
    if first["type"] == "missing":
        return SettingsError("this key is missing", file=file, key=key, remedy="add it")
    if first["type"] == "too_short" and key and key.endswith("recipients"):
        return SettingsError("a watch needs a recipient", file=file, key=key, value=value,
                             remedy='write recipients = ["analyst@example.org"]')
    message = first["msg"].removeprefix("Value error, ")
    return SettingsError(message, file=file, key=key, value=value, remedy=message)


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
    twice = [watch.id for watch in settings.watch]
    for name in twice:
        if twice.count(name) > 1:
            raise SettingsError("two watches have this id", file=str(file), key="watch.id", value=name,
                                remedy="give each watch an id of its own")
    return settings.model_copy(update=update)
