"""What `steppewire init` makes: a settings file that explains every key, a folder for outlets, the data folder and its keys."""
import os
import secrets
from pathlib import Path

TEMPLATE = '''\
# Steppewire's settings. Every key is here with what it is when it is left out; relative paths start at this file's folder.
# An environment variable goes before the file: STEPPEWIRE_DATABASE, STEPPEWIRE_MAIL__HOST, …
# A secret may stand in a file of its own: STEPPEWIRE_MAIL__PASSWORD_FILE, STEPPEWIRE_DATABASE_FILE.

# How a webmaster reaches you. It is part of the user agent that outlets see; please set it.
# contact = "mailto:you@example.org"

# Which outlets are crawled: names of files in outlets_dirs, or of those that come with the program.
outlets = ["caravanserai"]

# Where your own outlet files lie; a file here goes before a shipped one of the same name.
outlets_dirs = ["outlets"]

# The data folder: the archive of everything that was fetched (WARC), its two keys, and the SQLite store.
data = "var"

# The store. SQLite in the data folder, or PostgreSQL: "postgresql://user@host/steppewire".
# database = "sqlite:///var/store.db"
# A file that holds the store's address alone, where it has a password in it.
# database_file = "/run/secrets/steppewire-database"

# Where people reach [web] listen; the links in mails start with it. Without both mails name the command that shows more.
# public_url = "https://wire.example.org"

[mail]
# The mail server that alerts are handed to, and how: security is "none", "starttls" or "tls".
# host = "localhost"
# port = 25
# security = "none"
# username = "steppewire"
# password_file = "/run/secrets/steppewire-mail"
# The password itself may stand here or, better, in the file above.
# password = "…"
# Who the mails are from.
# sender = "Steppewire <wire@example.org>"
# How long an alert waits for others that go into the same mail.
# group_wait = "60s"
# Whether a recipient has to say yes once before anything else is mailed; what is to be told meanwhile waits.
# confirm = false
# In which zone a recipient's mails show times; else in the watch's.
# zones = { "analyst@example.org" = "Asia/Almaty" }

[mailbox]
# Where recipients' answers and mails that could not be delivered arrive. The address must take mail for address+anything@…,
# and have at most 13 characters before the @.
# address = "wire@example.org"
# It is read from a maildir, or asked by IMAP.
# maildir = "/var/mail/wire"
# imap_host = "imap.example.org"
# imap_port = 993
# imap_security = "tls"
# imap_username = "wire"
# imap_password_file = "/run/secrets/steppewire-imap"
# The password itself may stand here or, better, in the file above.
# imap_password = "…"
# imap_folder = "INBOX"
# every = "1m"

[web]
# Where the daemon answers the links in mails; public_url is how recipients reach it. Without it nowhere.
# listen = "127.0.0.1:8420"

# A way to recipients besides mail: a webhook, which gets each mail as signed JSON, or whatever Apprise reaches. A watch names
# it among its recipients.
# [channel.desk]
# kind = "webhook"
# url = "https://hooks.example.org/steppewire"
# url_file = "/run/secrets/steppewire-desk-url"
# secret = "…"
# secret_file = "/run/secrets/steppewire-desk"

[comments]
# What the tables keep of readers' names: "keep", "pseudonym" (equal names at one outlet stay equal) or "drop".
# names = "pseudonym"

[operator]
# Who gets one mail when something needs a person, and after how long: mails that nobody takes, an outlet that fails. A mail
# that is dead is told at once.
# mail = "you@example.org"
# after = "1h"
# An address of a monitor that is asked for every so often as long as all is well; it tells you when that stops.
# heartbeat_url = "https://monitor.example.org/steppewire"
# heartbeat_every = "5m"
# Where the daemon answers /healthz and /metrics (for Prometheus). Without it nowhere.
# listen = "127.0.0.1:9464"

[limits]
# How often the daemon looks for outlets that are due, and for mails.
# tick = "1s"
# mail_tick = "5s"
# How long a crawl, an answer of a site and the reading of a page may take.
# crawl = "30m"
# answer = "30s"
# reading = "15s"
# How often the worker gives a sign of life, and after how long a silence it is killed; how long an outlet is left alone
# whose runs die or fail, once for each in a row.
# beat = "1s"
# silence = "30s"
# after_death = "1m"
# How long a conversation with the mail server may take; when a mail that failed is tried again, twice as late each time up
# to the longest; when it is given up; how long a server that does not let us in is left alone.
# conversation = "60s"
# first_retry = "1m"
# longest_retry = "6h"
# give_up = "7d"
# pause = "5m"

# A watch: any of its words or phrases, in any of its outlets (all, where outlets is left out), told to each recipient.
# It tells what appears, changes or disappears after it was added.
# [[watch]]
# id = "belt-and-road"
# Whole words and phrases in exactly these forms, small and capital letters alike: "кредит" does not find "кредита", list both.
# words = ["Belt and Road", "Один пояс", "railway"]
# recipients = ["analyst@example.org"]
# outlets = ["caravanserai"]
# Who keeps it; left out, its first recipient.
# owner = "analyst@example.org"
# Only of outlets in these countries, of articles in these languages, and where its words stand in these fields: "title",
# "text", "comments".
# countries = ["KZ", "KG"]
# languages = ["ru", "kk"]
# fields = ["title", "text"]
# What it is told of. Left out: new, edited, replaced, gone and returned articles; posted, edited, removed and restored
# comments; comments that are shown no more. There are also "headline_changed", "words_appeared" and "words_vanished" (by an
# edit), and "thread_closed".
# events = ["article_new", "article_edited", "words_vanished"]
# Of "article_edited" only edits of these kinds, as `steppewire article diff` names them, and of this many characters put in
# and taken out.
# kinds = ["figures", "rewritten"]
# least = 0
# Whether its mails quote comments.
# quote_comments = false
# Mailed together by the "hour", "day" or "week", at this hour of this day by this zone's clock; left out, at once.
# digest = "week"
# at = "07:00"
# weekday = "monday"
# zone = "Asia/Almaty"
# From when to when nothing is mailed.
# quiet = ["22:00", "06:30"]
# How many mails a recipient gets of it within an hour; what is over comes in one mail after it.
# cap = 10
'''


class AlreadyThere(FileExistsError):
    """There is a settings file already; nothing was touched."""

    kind = "config"
    key = None
    remedy = "edit it, or run `steppewire init` in another folder"

    def __init__(self, file: Path) -> None:
        super().__init__("is already there")
        self.message, self.file, self.value = "is already there", str(file), None


def make(config: Path) -> None:
    """Makes the settings file and its folders; AlreadyThere where there is one."""
    if config.exists():
        raise AlreadyThere(config)
    folder = config.absolute().parent
    for each in (folder, folder / "outlets", folder / "var"):
        each.mkdir(parents=True, exist_ok=True)
    for key in ("pseudonym.key", "forget.key", "answer.key"):
        make_key(folder / "var" / key)
    config.write_text(TEMPLATE, encoding="utf-8")


def make_key(file: Path) -> None:
    """Makes a key of random bytes, readable by its owner alone; one that is there stays."""
    if file.exists():
        return
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(secrets.token_bytes(32))
