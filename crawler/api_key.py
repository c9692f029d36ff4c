"""The operator's own key for a comment API: it is on the wire and in no address, archive or log."""
import re
from urllib.parse import quote, unquote_to_bytes

from scrapy.http import Response

from crawler.outlet import JsonApi, Outlet, OutletError
from crawler.refusal import Refusal


class ApiKey:
    """A key as it is put into the path of a request: of the API's own addresses only."""

    def __init__(self, comments: JsonApi) -> None:
        self._of = comments

    @classmethod
    def of(cls, outlet: Outlet) -> "ApiKey | None":
        """The key of an outlet's comments; None where they are asked without one."""
        return cls(outlet.comments) if isinstance(outlet.comments, JsonApi) and outlet.comments.api.key else None

    def parameter(self, url: str) -> bytes | None:
        """What is added to the path of a request; None where the address is not one of the API's. Refusal where there is no
        key."""
        if self._of.api.told(url) is None:
            return None
        try:
            return f"&{self._of.api.key}={quote(self._of.key(), safe='')}".encode()
        except OutletError as error:
            raise Refusal(f"{error.file}: {error.message}") from None


def without(parameter: bytes, response: Response) -> Response:
    """The answer with the key blotted out where the server says it again, as in the address of a redirect."""
    sent = parameter.partition(b"=")[2]
    key = re.compile(b"|".join(re.escape(each) for each in (sent, unquote_to_bytes(sent))))

    def blotted(text: bytes) -> bytes:
        return key.sub(lambda found: b"*" * len(found[0]), text)

    headers = {name: [blotted(value) for value in values] for name, values in response.headers.items()}
    return response.replace(headers=headers, body=blotted(response.body))
