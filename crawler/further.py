"""What a further answer of a thread says, read by whoever reads pages."""
from crawler.items import Fetched, Found, Nothing, ReadValue, ThreadPage, ThreadRead


def thread_page(url: str, fetched: Fetched, value: ReadValue) -> ThreadPage:
    """An answer that was read, as one of a thread's."""
    if isinstance(value, Nothing):
        return ThreadPage(url, fetched, reason=f"{value.reason}: {value.note}" if value.note else value.reason)
    if isinstance(value, Found):
        return ThreadPage(url, fetched, reason="it is a list of articles")
    api = isinstance(value, ThreadRead)
    read = value if isinstance(value, ThreadRead) else value.thread
    if read.system is None:
        return ThreadPage(url, fetched, reason="there is no thread on it")
    if read.state in ("error", "unsupported"):
        return ThreadPage(url, fetched, reason=read.reason or read.state, api=api)
    return ThreadPage(url, fetched, read, api=api)
