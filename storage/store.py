"""One database, SQLite or PostgreSQL: its engine, sessions, migrations, and the lock that says whose it is."""
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).with_name("migrations")
# Any number would do that no other program uses for its advisory locks: the first bytes of sha256("steppewire").
LOCK_KEY = 0x5A1D7C3E
BUSY_SECONDS = 30
# A reader of an hour makes the write-ahead log long; once it has gone, the file is cut to this.
LOG_BYTES = 16 * 1024 * 1024
# A server that is gone without a word must not hold a thread for the hours that TCP would wait.
POSTGRES = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
            "tcp_user_timeout": 30_000}


class StoreError(RuntimeError):
    """The database cannot be used: unreachable, of another schema, or not a database URL."""

    kind = "store"


class StoreAway(StoreError):
    """The database server does not answer, or does not let us in."""


class StoreLocked(StoreError):
    """Another process holds the store."""


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}",
                   f"journal_size_limit={LOG_BYTES}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    # A transaction that reads before it writes fails at once under WAL when another wrote meanwhile, whatever the timeout.
    deferred = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")


class Store:
    """A database by its URL. Nothing is opened before the first use; StoreError says what is wrong with the URL."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
            self._name = parsed.render_as_string(hide_password=True)
            if parsed.drivername == "postgresql":
                parsed = parsed.set(drivername="postgresql+psycopg")
            backend = parsed.get_backend_name()
            if backend not in ("sqlite", "postgresql"):
                raise StoreError(f"{backend} is neither sqlite nor postgresql")
            patience: dict[str, Any] = {name: value for name, value in POSTGRES.items()
                                        if backend == "postgresql" and name not in parsed.query}
            self.engine: Engine = create_engine(
                parsed, connect_args=patience, hide_parameters=True, pool_pre_ping=backend == "postgresql",
                json_serializer=partial(json.dumps, ensure_ascii=False))
        except (ArgumentError, ImportError) as error:
            raise StoreError(str(error)) from error
        self.url = parsed
        self.is_sqlite = backend == "sqlite"
        self.file = Path(parsed.database).absolute() if self.is_sqlite and parsed.database else None
        if self.is_sqlite:
            event.listen(self.engine, "connect", _sqlite_pragmas)
            event.listen(self.engine, "begin", _begin_immediate)

    def __str__(self) -> str:
        return self._name

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session in one transaction that is committed at the end and rolled back by an exception."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads; it holds up no writer."""
        with self.engine.connect().execution_options(read_only=True) as connection, Session(connection) as session:
            yield session

    def ping(self) -> None:
        """Connects once; StoreError says why that fails."""
        if self.file and not self.file.parent.is_dir():
            raise StoreError(f"the folder {self.file.parent} does not exist")
        try:
            with self.engine.connect().execution_options(read_only=True) as connection:
                connection.execute(text("SELECT 1"))
        except (DBAPIError, SQLAlchemyError, OSError) as error:
            reason = " ".join(str(getattr(error, "orig", error)).split())
            raise (StoreError if self.is_sqlite else StoreAway)(f"{self} cannot be reached: {reason}") from error

    def _alembic(self, connection: Connection) -> "Config":
        from alembic.config import Config  # it takes a sixth of a second, and a schema is seldom changed

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        return config

    def upgrade(self) -> None:
        """Brings the schema up to date; call it holding the lock."""
        self.ping()
        if self.revision() == self.newest_revision():
            return
        from alembic import command

        with self.engine.connect() as connection:
            command.upgrade(self._alembic(connection), "head")

    def revision(self) -> str | None:
        """The schema revision of the database; None for an empty one."""
        with self.engine.connect().execution_options(read_only=True) as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found

    @staticmethod
    def newest_revision() -> str:
        """The schema revision of this code: the number that the last migration's file begins with."""
        return max(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py"))

    def refuse_newer(self) -> str | None:
        """The schema's revision; StoreError where it is newer than this code's."""
        found, own = self.revision(), self.newest_revision()
        if found is not None and found > own:
            raise StoreError(f"{self} has schema {found}, newer than this program's {own}: run the newer program")
        return found

    def check_revision(self) -> None:
        """StoreError unless the schema is this code's."""
        if (found := self.refuse_newer()) != (own := self.newest_revision()):
            raise StoreError(f"{self} has schema {found or 'none'}, this program needs {own}: run `steppewire db upgrade`")

    def take_lock(self) -> "Lock":
        """Holds the store for this process until the lock is released or the process ends; StoreLocked where another has it."""
        for last in (False, False, True):
            try:
                return Lock(self)
            except StoreLocked:
                if last:
                    raise
                time.sleep(0.1)  # `status` looks by taking the lock for a moment
        raise AssertionError

    @contextmanager
    def lock(self) -> Iterator["Lock"]:
        """Holds the store for this process while the block runs; StoreLocked where another has it."""
        held = self.take_lock()
        try:
            yield held
        finally:
            held.release()

    def holder(self) -> "Holder | None":
        """Who holds the store; None where nobody does."""
        if self.file is not None:
            return _flock_holder(lock_file(self.file))
        with self.engine.connect().execution_options(read_only=True) as connection:
            name = connection.scalar(text(
                "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE locktype = 'advisory' AND granted AND objid = :key AND classid = 0 AND database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database())"), {"key": LOCK_KEY})
        return Holder.from_text(name.removeprefix("steppewire ")) if name is not None else None


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a store, and since when."""

    pid: int
    since: datetime

    def __str__(self) -> str:
        return f"{self.pid} {self.since.isoformat(timespec='seconds')}"

    @classmethod
    def from_text(cls, text: str) -> "Holder":
        pid, since = text.split()
        return cls(int(pid), datetime.fromisoformat(since))


def lock_file(database: Path) -> Path:
    """The file beside a SQLite database whose flock is the store's lock."""
    return database.with_name(database.name + ".lock")


def _flock_holder(file: Path) -> Holder | None:
    if not file.exists():
        return None
    with file.open() as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return Holder.from_text(stream.read())
    return None


class Lock:
    """The store's lock: flock beside a SQLite file, an advisory lock on a connection of its own on PostgreSQL."""

    def __init__(self, store: Store) -> None:
        self._descriptor: int | None = None
        self._connection: Connection | None = None
        holder = Holder(os.getpid(), datetime.now(timezone.utc))
        if store.file is not None:
            file = lock_file(store.file)
            self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                os.close(self._descriptor)
                raise StoreLocked(f"another steppewire holds {store}") from error
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, str(holder).encode(), 0)
        else:
            # A connection outside the pool, so that nothing else ever runs on it or ends it.
            self._connection = store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._connection.detach()
            if not self._connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK_KEY}):
                self._connection.close()
                raise StoreLocked(f"another steppewire holds {store}")
            self._connection.execute(text("SELECT set_config('application_name', :name, false)"),
                                     {"name": f"steppewire {holder}"})

    def still_held(self) -> bool:
        """Whether the lock is still ours: a PostgreSQL connection can be lost."""
        if self._connection is None:
            return True
        try:
            return bool(self._connection.scalar(text("SELECT 1")))
        except DBAPIError:
            return False

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
        if self._connection is not None:
            self._connection.close()
