"""Whether a redirect led to the page that was asked for, or to another one."""
from urllib.parse import parse_qsl, urlsplit

from w3lib.url import safe_url_string


def same_page(asked: str, answered: str) -> bool:
    """Whether a redirect led to the same page: another scheme, a `www.`, a slash at the end or further parameters do not make
    it another one."""
    one, other = urlsplit(safe_url_string(asked)), urlsplit(answered)
    wanted = {pair for pair in parse_qsl(one.query, keep_blank_values=True) if not pair[0].startswith("utm_")}
    given = set(parse_qsl(other.query, keep_blank_values=True))
    return ((one.hostname or "").removeprefix("www.") == (other.hostname or "").removeprefix("www.")
            and one.path.rstrip("/") == other.path.rstrip("/") and wanted <= given)
