"""What every mail is made of: headers that any reader decodes alike, and parts whose lines are short."""
from email.charset import BASE64, QP, Charset
from email.header import Header
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import formataddr, parseaddr

from alerts.address import address
from alerts.text import line

# Some readers lose a header whose first line is empty, as a long one's is that is folded at 78; servers take lines up to 998.
POLICY = compat32.clone(linesep="\r\n", mangle_from_=False, max_line_length=990)


def header(text: str) -> str:
    """A subject as it stands in its header."""
    # EmailMessage's own encoding loses spaces in Cyrillic subjects; "=?" in a headline must not be taken for an encoded word.
    # RFC 2047 §2 allows an encoded word 75 characters; left to itself the library makes some of 76.
    return text if text.isascii() and "=?" not in text else Header(
        text, "utf-8", maxlinelen=75, header_name="Subject").encode()


def mailbox(text: str) -> str:
    """A sender or recipient as it stands in its header; ValueError where it is no address."""
    return formataddr((line(parseaddr(text)[0]), address(text)), "utf-8")


def part(text: str, subtype: str) -> MIMEText:
    """A text as a part, or as the whole of a mail."""
    # Both keep lines short; a text that is mostly ASCII stays readable in quoted-printable and is shorter in it.
    charset = Charset("utf-8")
    charset.body_encoding = QP if sum(map(str.isascii, text)) > len(text) * 0.8 else BASE64
    if charset.body_encoding == BASE64:
        text = text.replace("\n", "\r\n")  # RFC 2045 §6.8: line ends are canonical before they are encoded
    return MIMEText(text, subtype, charset, policy=POLICY)  # type: ignore[arg-type]  # the library takes a Charset as well
