"""From an address as a person has it to the outlet that it belongs to."""
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler import outlet as outlets
from crawler.outlet import SHIPPED, Outlet, OutletError
from pipelines.read.address import absolute
from settings import Settings
from verbs.needs import outlet_or_mistake

SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*:(?![0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an address is. wrong says why the outlet is not crawled, or does not take the address for an article's, and remedy
    what would be right; both are empty where nothing is wrong. outlet is None where no file that can be read has the host."""

    outlet: Outlet | None
    wrong: str = ""
    remedy: str = ""


def spellings(url: str) -> list[str]:
    """The addresses that mean the same page, the given one first: with and without `www.` and a slash at the end, by http and
    https, without fragment and tracking. Empty where it is no web address."""
    given = absolute(url if SCHEME.match(url) else f"https://{url}", "")
    if given is None:
        return []
    parts = urlsplit(given)
    bare = parts._replace(netloc=parts.netloc.removeprefix("www."), path=parts.path.rstrip("/"))
    every = [bare._replace(scheme=scheme, netloc=f"{prefix}{bare.netloc}", path=f"{bare.path}{slash}").geturl()
             for scheme in ("https", "http") for prefix in ("", "www.") for slash in ("", "/") if bare.path or slash]
    return list(dict.fromkeys((given, *every)))


def owner(settings: Settings, urls: Sequence[str], preferred: str | None) -> Owner:
    """The outlet that an address in its spellings belongs to; of several the preferred one, else one whose article it is."""
    found = {name: outlet_or_mistake(settings, name) for name in settings.outlets}
    own = [outlet for outlet in found.values() if isinstance(outlet, Outlet) and any(map(outlet.owns, urls))]
    own.sort(key=lambda outlet: (outlet.id != preferred, not any(map(outlet.is_article, urls))))
    if own:
        outlet = own[0]
        if any(map(outlet.is_article, urls)) or any(map(outlet.source_of, urls)):
            return Owner(outlet)
        return Owner(outlet, f"the outlet {outlet.id} has its host, but its `articles` pattern {outlet.articles!r} does not "
                     "fit the path", "mend the pattern if this is an article")
    host = (urlsplit(urls[0]).hostname or "").removeprefix("www.")
    for name, mistake in found.items():
        if isinstance(mistake, str) and host in _text(settings, name):
            return Owner(None, f"the file of the outlet {name} has a mistake, so it is left out: {mistake}", "mend it")
    for outlet in _unlisted(settings):
        if any(map(outlet.owns, urls)):
            return Owner(None, f"the outlet {outlet.id} has its host, but is not in `outlets` of the settings", "add it there")
    return Owner(None, f"no outlet has the host {host}",
                 "add an outlet for it: copy crawler/outlets/caravanserai.toml, where every key is explained")


def _text(settings: Settings, name: str) -> str:
    """An outlet's file as it is: a mistake may lie before the hosts that it names."""
    try:
        return outlets.find(name, settings.outlets_dirs).read_text(encoding="utf-8", errors="replace")
    except (OutletError, OSError):
        return ""


def _unlisted(settings: Settings) -> Iterator[Outlet]:
    for folder in (*settings.outlets_dirs, SHIPPED):
        for file in sorted(folder.glob("*.toml")):
            if file.stem not in settings.outlets:
                try:
                    yield outlets.load(file)
                except OutletError:
                    continue  # nobody asked for it
