"""The operator's settings: what is wrong with them is said with file, key, value and remedy."""
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from settings import ChannelSettings, Event, Kind, Settings, SettingsError, Watch, load
from storage.kinds import KINDS
from storage.watches import EVENTS
from verbs.starter import TEMPLATE


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STEPPEWIRE_CONFIG", raising=False)
    return tmp_path / "steppewire.toml"


def wrong(config: Path, text: str) -> SettingsError:
    config.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(config)
    return caught.value


@pytest.mark.parametrize(("text", "key", "value", "words"), [
    ('outlet = ["a"]', "outlet", ["a"], "known here are contact, outlets"),
    ('[mail]\nhosts = "x"', "mail.hosts", "x", "known here are host, port"),
    ('[[watch]]\nid = "a"\nwords = ["x"]\nrecipients = ["a@b.org"]\nwhere = 1', "watch.a.where", 1, "known here are id, words"),
    ('[[watch]]\nid = "a"\nwords = ["x"]', "watch.a.recipients", None, "add it"),
    ('[[watch]]\nid = "a"\nwords = ["x"]\nrecipients = []', "watch.a.recipients", [], "analyst@example.org"),
    ('[[watch]]\nid = "a"\nwords = ["x"]\nrecipients = ["a@b.org\\nBcc: c@d.org"]', "watch.a.recipients.1",
     "a@b.org\nBcc: c@d.org", "analyst@example.org"),
    ('[[watch]]\nid = "a"\nwords = ["…"]\nrecipients = ["a@b.org"]', "watch.a.words", ["…"], "a letter or a figure"),
    ('[[watch]]\nid = "a b"\nwords = ["x"]\nrecipients = ["a@b.org"]', "watch.1.id", "a b", 'such as id = "belt-and-road"'),
    ('public_url = "wire.example.org"', "public_url", "wire.example.org", "https://wire.example.org"),
    ('contact = "me"', "contact", "me", "mailto:"),
    ('[mail]\nport = 99999', "mail.port", 99999, "65535"),
    ('[mail]\nsecurity = "ssl"', "mail.security", "ssl", "starttls"),
    ('[mail]\ngroup_wait = "1 minute"', "mail.group_wait", "1 minute", "60s"),
    ('[mail]\nsender = "nobody"', "mail.sender", "nobody", "analyst@example.org"),
    ('[comments]\nnames = "hash"', "comments.names", "hash", "pseudonym"),
    ('[[watch]]\nid = "a"\nwords = "x"\nrecipients = ["a@b.org"]', "watch.a.words", "x", '["railway", "Belt and Road"]'),
    ('[[watch]]\nid = "a"\nwords = []\nrecipients = ["a@b.org"]', "watch.a.words", [], '["railway", "Belt and Road"]'),
    ('[[watch]]\nid = "a"\n[[watch]]\nid = "a"', "watch.1.words", None, "add it: a list of words"),
    ('outlets = "caravanserai"', "outlets", "caravanserai", '["caravanserai"]'),
    ('[web]\nlisten = "8080"', "web.listen", "8080", "127.0.0.1:8080"),
    ('[operator]\nheartbeat_url = "monitor"', "operator.heartbeat_url", "monitor", "https://monitor.example.org"),
    ("mail = 5", "mail", 5, "a table"),
    ('[channel."a b"]\nkind = "webhook"', "channel.a b.[key]", "a b", "[channel.desk]"),
    ('[mail]\npassword_file = "nowhere"', "mail.password_file", "nowhere", "readable file"),
])
def test_a_wrong_key_or_value_is_named_with_what_would_be_right(config: Path, text: str, key: str, value: object,
                                                                words: str) -> None:
    error = wrong(config, text)
    assert (error.file, error.key, error.value) == (str(config), key, value)
    assert words in f"{error.message} {error.remedy}"


def test_two_watches_with_one_id_are_refused(config: Path) -> None:
    watch = '[[watch]]\nid = "a"\nwords = ["x"]\nrecipients = ["a@b.org"]\n'
    assert wrong(config, watch * 2).value == "a"


def test_a_file_that_is_no_toml_is_named_with_the_line(config: Path) -> None:
    assert "line 2" in wrong(config, "outlets = []\nwhat?").message


def test_a_named_file_must_be_there_and_the_default_one_need_not(config: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(config)
    assert load().outlets == ()


def test_paths_start_at_the_file_s_folder_wherever_the_program_runs(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text('data = "d"\ndatabase = "sqlite:///d/x.db"\n', encoding="utf-8")
    monkeypatch.chdir("/")
    settings = load(config)
    assert settings.archive == config.parent / "d" / "archive"
    assert settings.database_url == f"sqlite:///{config.parent}/d/x.db"
    assert settings.outlets_dirs == (config.parent / "outlets",)


def test_without_a_database_the_store_is_a_file_in_the_data_folder(config: Path) -> None:
    assert load().database_url == f"sqlite:///{config.parent}/var/store.db"


def test_the_environment_goes_before_the_file(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text('[mail]\nhost = "a.example"\nport = 2525\n', encoding="utf-8")
    monkeypatch.setenv("STEPPEWIRE_MAIL__HOST", "b.example")
    monkeypatch.setenv("STEPPEWIRE_CONFIG", str(config))
    settings = load()
    assert (settings.mail.host, settings.mail.port) == ("b.example", 2525)


def test_secrets_may_stand_in_files_of_their_own(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (config.parent / "password").write_text("hush\n", encoding="utf-8")
    (config.parent / "url").write_text("postgresql://u:p@db/wire\n", encoding="utf-8")
    monkeypatch.setenv("STEPPEWIRE_MAIL__PASSWORD_FILE", "password")
    monkeypatch.setenv("STEPPEWIRE_DATABASE_FILE", "url")
    settings = load()
    assert settings.mail.password is not None and settings.mail.password.get_secret_value() == "hush"
    assert settings.database_url == "postgresql://u:p@db/wire"
    assert "hush" not in repr(settings)


def test_a_misspelt_variable_is_refused(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPPEWIRE_DATABSE", "x")
    with pytest.raises(SettingsError, match="unknown") as caught:
        load()
    assert (caught.value.file, caught.value.key) == ("the environment", "STEPPEWIRE_DATABSE")


def test_the_sample_explains_every_key_with_its_own_default_and_is_what_init_writes(config: Path) -> None:
    sample = Path(__file__).parents[1] / "etc" / "steppewire.toml"
    assert sample.read_text(encoding="utf-8") == TEMPLATE
    config.write_text(TEMPLATE, encoding="utf-8")
    assert load(config).outlets == ("caravanserai",)
    config.write_text("\n".join(line.removeprefix("# ") if "=" in line or line.startswith("# [") else line
                                for line in TEMPLATE.splitlines() if "_file" not in line), encoding="utf-8")
    settings, defaults = load(config), Settings()
    assert settings.mail.model_dump(exclude={"username", "password", "sender", "zones"}) == defaults.mail.model_dump(
        exclude={"username", "password", "sender", "zones"})
    assert (settings.limits, settings.comments) == (defaults.limits, defaults.comments)
    assert settings.mail.group_wait == timedelta(seconds=60)
    explained = {line.lstrip("# ").split(" = ")[0] for line in TEMPLATE.splitlines() if " = " in line}
    tables = {"mail", "comments", "operator", "limits", "mailbox", "web", "channel", "watch"}
    assert set(Settings.model_fields) - tables <= explained
    models = [type(getattr(defaults, name)) for name in tables - {"channel", "watch"}] + [ChannelSettings, Watch]
    assert {name for model in models for name in model.model_fields} <= explained
    only = settings.watch[0]
    left_out = Watch(id=only.id, words=only.words, recipients=only.recipients)
    same = {"least", "quote_comments", "at", "weekday"}
    assert only.model_dump(include=same) == left_out.model_dump(include=same)


@pytest.mark.parametrize(("line", "key", "remedy"), [
    ('events = ["article_edit"]', "watch.w.events.1", "article_edited"), ('kinds = ["typo"]', "watch.w.kinds.1", "wording"),
    ('digest = "daily"', "watch.w.digest", "'day'"), ('at = "7:00"', "watch.w.at", "07:30"),
    ('at = "25:00"', "watch.w.at", "07:30"), ('zone = "Almaty"', "watch.w.zone", "Asia/Almaty"),
    ('quiet = ["22:00", "22:00"]', "watch.w.quiet", "pause"), ("cap = 0", "watch.w.cap", "1"),
    ('countries = ["Kazakhstan"]', "watch.w.countries.1", '["KZ", "UZ"]'), ('fields = ["body"]', "watch.w.fields.1", "'title'"),
    ('owner = "me"', "watch.w.owner", "analyst@example.org"),
    ('languages = ["Russian"]', "watch.w.languages.1", '["ru", "kk"]'),
    ('events = "article_new"', "watch.w.events", '["article_new", "article_edited"]'),
    ('quiet = "22:00-06:00"', "watch.w.quiet", '["22:00", "06:30"]'),
    ('quiet = ["22:00"]', "watch.w.quiet", '["22:00", "06:30"]'),
    ('quiet = ["22:00", "05:00", "06:00"]', "watch.w.quiet", '["22:00", "06:30"]'),
    ('least = "few"', "watch.w.least", "least = 20"),
    ('quote_comments = "perhaps"', "watch.w.quote_comments", "true or false"), ("zone = 5", "watch.w.zone", "a text in quotes"),
    ("countries = [7]", "watch.w.countries.1", '["KZ", "UZ"]')])
def test_what_a_watch_asks_for_is_refused_with_what_would_be_right(config: Path, line: str, key: str, remedy: str) -> None:
    config.write_text(f'[[watch]]\nid = "w"\nwords = ["railway"]\nrecipients = ["a@example.org"]\n{line}\n', encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(config)
    assert (caught.value.file, caught.value.key) == (str(config), key)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(("lines", "key", "remedy"), [
    ("events = []", "events", "leave events out"),
    ('events = ["comment_posted", "thread_hidden"]\nfields = ["title"]', "fields", 'add "comments"'),
    ('events = ["article_edited", "headline_changed"]\nfields = ["comments"]', "fields", "comment_posted"),
    ('events = ["article_new"]\nkinds = ["figures"]', "kinds", "add article_edited"),
    ('events = ["words_appeared"]\nleast = 5', "least", "leave least out"),
    ('at = "07:00"', "at", 'digest = "day"'), ('at = "07:00"\ndigest = "hour"', "at", "leave at out"),
    ('weekday = "monday"', "weekday", 'digest = "week"'),
    ('weekday = "friday"\ndigest = "day"', "weekday", "leave weekday out"),
])
def test_a_key_of_a_watch_that_could_never_do_anything_is_refused(config: Path, lines: str, key: str, remedy: str) -> None:
    error = wrong(config, f'[[watch]]\nid = "w"\nwords = ["railway"]\nrecipients = ["a@example.org"]\n{lines}\n')
    assert error.key == f"watch.w.{key}" and remedy in error.remedy and error.message != error.remedy


@pytest.mark.parametrize("lines", [
    "", 'fields = ["title"]', 'fields = ["comments"]', 'kinds = ["figures"]', "least = 5",
    'events = ["article_new"]\nleast = 0',
    'events = ["comment_posted", "article_gone"]\nfields = ["title"]', 'events = ["thread_closed"]\nfields = ["title"]',
    'events = ["thread_closed"]\nfields = ["comments"]', 'events = ["comment_posted"]\nfields = ["title", "comments"]',
    'events = ["article_edited", "article_new"]\nkinds = ["figures"]\nleast = 5',
    'digest = "day"\nat = "07:00"', 'digest = "week"\nat = "07:00"\nweekday = "monday"'])
def test_what_narrows_a_watch_and_leaves_something_is_taken(config: Path, lines: str) -> None:
    config.write_text(f'[[watch]]\nid = "w"\nwords = ["railway"]\nrecipients = ["a@example.org"]\n{lines}\n', encoding="utf-8")
    assert load(config).watch[0].id == "w"


def test_a_recipient_that_is_no_address_is_a_channel_of_the_settings(config: Path) -> None:
    watch = '[[watch]]\nid = "w"\nwords = ["railway"]\nrecipients = ["desk"]\n'
    config.write_text(watch + '[channel.desk]\nkind = "webhook"\nurl = "https://hooks.example.org/1"\n', encoding="utf-8")
    assert load(config).channel["desk"].url is not None and "hooks" not in repr(load(config))
    config.write_text(watch, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(config)
    assert (caught.value.key, caught.value.value) == ("watch.w.recipients", "desk")


def test_the_settings_know_the_events_and_kinds_that_the_store_knows() -> None:
    assert set(get_args(Event)) == set(EVENTS) and set(get_args(Kind)) == set(KINDS)
