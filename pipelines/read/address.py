"""Addresses as the crawler may ask for them: absolute, of the web, without fragments and tracking."""
import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

# Parameters that say where a reader came from and never which page is meant.
TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|gbraid|wbraid|dclid|yclid|ysclid|msclkid|twclid|igshid|mc_[ce]id|_openstat|"
                      r"_ga|_gl|at_(?:medium|campaign|custom\d)|ref_src|ref_url|cmpid|ocid|ncid|xtor|mkt_tok)", re.IGNORECASE)
UNSAFE = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029\\\\]")
ESCAPE = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
LONGEST = 2000
# What says how a page is shown, as a part of its host, of its path, or of what is asked of it.
FORM = re.compile(r"amp|print(?:able|er)?|mobile|m", re.IGNORECASE)
FORM_HOST = re.compile(r"^(?:(?:www|m|mobile|amp|wap)\.)+(?=[^.]+\.)")
FORM_ASKED = re.compile(r"(?:amp|print|printable|mobile|m)(?:=(?:1|true|yes|on)?)?|"
                        r"(?:view|format|output|outputtype|mode|version)=(?:amp|print|mobile)", re.IGNORECASE)


# A page names the same addresses again and again.
@lru_cache(maxsize=4096)
def absolute(href: str | None, base: str) -> str | None:
    """A link as an absolute http(s) URL without fragment and tracking parameters, in one spelling; None for everything else,
    such as `javascript:`, hosts with a NUL or a backslash, and addresses with a user name."""
    href = (href or "").strip(" \t\r\n\f")
    if not href or len(href) > LONGEST:
        return None
    try:
        parts = urlsplit(urljoin(base, href))
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or UNSAFE.search(parts.netloc):
            return None
        query = "&".join(part for part in parts.query.split("&") if part and not TRACKING.fullmatch(part.split("=", 1)[0]))
        host = parts.netloc.lower().removesuffix(":80" if parts.scheme == "http" else ":443")
        url = safe_url_string(urlunsplit((parts.scheme, host, parts.path or "/", query, "")))
    except (ValueError, UnicodeError):
        return None
    return None if UNSAFE.search(url) else ESCAPE.sub(lambda found: found[0].upper(), url)


def place(url: str) -> str:
    """The part of a page's URL that says which page it is, whatever scheme it was asked by."""
    return (absolute(url, url) or url).partition("://")[2]


def bare(url: str) -> str:
    """A page's place without what says only how it is shown: for print, in AMP or on a telephone. Two addresses with one bare
    place may be one article's, and need not be."""
    host, slash, rest = place(url).partition("/")
    path, _, query = rest.partition("?")
    steps = [step for step in path.split("/") if step]
    while steps and FORM.fullmatch(steps[0]):
        del steps[0]
    while steps and FORM.fullmatch(steps[-1]):
        del steps[-1]
    kept = "&".join(part for part in query.split("&") if part and not FORM_ASKED.fullmatch(part))
    return f"{FORM_HOST.sub('', host)}{slash}{'/'.join(steps)}{'?' if kept else ''}{kept}"
