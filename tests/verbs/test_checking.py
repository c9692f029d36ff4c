"""`check`: what of the settings can be read and would never do what it is there for."""
from pathlib import Path
from typing import Any

import pytest
from command import told

OUTLET = 'name = "P"\nhome = "https://p.example/"\n{country}[[source]]\nkind = "rss"\nurl = "https://p.example/rss"\n'


def checked(folder: Path, text: str, *, ok: bool) -> dict[str, Any]:
    """The lines of `check` of settings that crawl an outlet in Kazakhstan and one without a country."""
    (folder / "outlets").mkdir()
    for name, country in (("paper", 'country = "KZ"\n'), ("placeless", "")):
        (folder / "outlets" / f"{name}.toml").write_text(OUTLET.format(country=country), encoding="utf-8")
    (folder / "steppewire.toml").write_text(f'outlets = ["paper", "placeless"]\n{text}', encoding="utf-8")
    return {each["what"]: each for each in told("check", cwd=folder, code=0 if ok else 2)["checks"]}


def watch(more: str = "") -> str:
    return f'[[watch]]\nid = "w"\nwords = ["x"]\nrecipients = ["a@example.org"]\n{more}'


@pytest.mark.parametrize("more", ['countries = ["UZ"]', 'countries = ["KZ"]\noutlets = ["placeless"]'])
def test_a_watch_of_countries_that_none_of_its_outlets_has_is_wrong(tmp_path: Path, more: str) -> None:
    wrong = checked(tmp_path, watch(more), ok=False)["watch w"]
    assert not wrong["ok"] and "watch.w.countries" in wrong["note"] and "can never tell" in wrong["note"]


@pytest.mark.parametrize("more", ["", 'countries = ["UZ", "KZ"]', 'countries = ["KZ"]\noutlets = ["paper"]'])
def test_a_watch_of_which_one_outlet_has_a_country_is_right(tmp_path: Path, more: str) -> None:
    assert checked(tmp_path, watch(more), ok=True)["watch w"]["ok"]


def test_a_zone_for_an_address_that_no_watch_tells_is_noted(tmp_path: Path) -> None:
    zones = '[mail.zones]\n"a@example.org" = "Asia/Almaty"\n"b@example.org" = "Asia/Almaty"\n'
    assert checked(tmp_path, zones + watch(), ok=True)["zones"]["note"] == "no watch tells b@example.org"


def test_links_of_mails_and_figures_are_not_answered_at_one_address(tmp_path: Path) -> None:
    both = 'public_url = "https://wire.example.org"\n[web]\nlisten = "127.0.0.1:9"\n[operator]\nlisten = "127.0.0.1:9"\n'
    wrong = checked(tmp_path, both, ok=False)["web"]
    assert not wrong["ok"] and "operator.listen is the same address" in wrong["note"]


@pytest.mark.parametrize(("secret", "short"), [("0123456789abcde", True), ("0123456789abcdef", False)])
def test_a_secret_that_is_short_is_noted(tmp_path: Path, secret: str, short: bool) -> None:
    channel = f'[channel.desk]\nkind = "webhook"\nurl = "https://hooks.example.org/1"\nsecret = "{secret}"\n'
    found = checked(tmp_path, channel, ok=True)["channel desk"]
    assert found["ok"] and ("fewer than 16 characters" in found["note"]) is short and secret not in found["note"]
