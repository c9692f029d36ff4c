"""The operator's own key for a comment API: it is on the wire and in no address, archive or log."""
from pathlib import Path
from urllib.parse import quote

from scrapy.http import Response

from crawler.api import Api
from crawler.outlet import JsonApi, Outlet
from crawler.refusal import Refusal


class ApiKey:
    """A key as it is put into a request's path: of the API's own addresses only."""

    def __init__(self, api: Api, file: Path) -> None:
        self._api, self._file = api, file

    @classmethod
    def of(cls, outlet: Outlet) -> "ApiKey | None":
        """The key of an outlet's comments; None where they are asked without one."""
        comments = outlet.comments
        return cls(comments.api, comments.api_key_file) if isinstance(comments, JsonApi) and comments.api_key_file else None

    def read(self) -> str:
        """The key; Refusal, which names the file and nothing of it, where it cannot be had."""
        try:
            key = self._file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Refusal(f"the key of {self._api.name} cannot be read from {self._file}: "
                          f"{getattr(error, 'strerror', None) or 'it is no text'}") from None
        if not key or len(key.split()) > 1:
            raise Refusal(f"{self._file} holds no key of {self._api.name}: write it into one line, and nothing else")
        return key

    def parameter(self, url: str) -> bytes | None:
        """What is added to the path of a request; None where the address is not one of the API's."""
        return f"&{self._api.key}={quote(self.read(), safe='')}".encode() if self._api.told(url) is not None else None


def without(parameter: bytes, response: Response) -> Response:
    """The answer with the key blotted out where the server says it again, as in the address of a redirect."""
    key = parameter.partition(b"=")[2]
    blot = b"*" * len(key)
    headers = {name: [value.replace(key, blot) for value in values] for name, values in response.headers.items()}
    return response.replace(headers=headers, body=response.body.replace(key, blot))
