"""How recipients answer a mail: links below its entries and at its foot, and headers by which mail programs offer the same."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from alerts import token
from alerts.entry import More
from alerts.public import PublicUrl

TO_AN_ARTICLE = {"not_relevant": "Not relevant", "mute_story": "Mute this story", "mute_outlet": "Mute this outlet"}
TO_A_MAIL = {"end_watch": "End this watch"}


@dataclass(frozen=True, slots=True)
class Answering:
    """Where answers arrive: url is where links are answered, None where they are not; address takes what is written instead,
    and is_read says whether it is a mailbox that is read, so that replies may name the mail that they answer."""

    key: bytes = field(repr=False)
    address: str
    is_read: bool = False
    url: str | None = None

    @property
    def public_url(self) -> PublicUrl | None:
        """Where people reach the pages of what mails tell of; None where links are not answered."""
        return None if self.url is None else PublicUrl(self.url, self.key)

    def answers(self, digest: str, article: int | None) -> tuple[More, ...]:
        """What can be said to an article in a mail, by its id, or to the mail as a whole; digest is what its Message-ID has
        before its @."""
        return tuple(More(label, self.where(token.make(self.key, action, digest, article)), True)
                     for action, label in (TO_A_MAIL if article is None else TO_AN_ARTICLE).items())

    def where(self, made: str) -> str:
        """The link of a token."""
        return self.mailto(made) if self.url is None else f"{self.url.rstrip('/')}/answer/{made}"

    def mailto(self, made: str) -> str:
        """The mail that says what a token does."""
        return f"mailto:{quote(self.address, safe='@+')}?subject={made}"

    def headers(self, digest: str) -> Mapping[str, str]:
        """The headers of a watch's mail by which its recipient ends the watch or replies; one press does it (RFC 8058) only
        where the link is https, as that RFC asks."""
        end = token.make(self.key, "end_watch", digest)
        headers = {"List-Unsubscribe": f"<{self.mailto(end)}>"}
        if self.url is not None:
            headers["List-Unsubscribe"] += f", <{self.where(end)}>"
            if self.url.lower().startswith("https://"):
                headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        if self.is_read:
            headers["Reply-To"] = token.reply_to(self.key, self.address, digest)
        return headers
