import time

import pytest

from alerts.heartbeat import beat
from demo.server import Answer, Request, Server


def test_a_monitor_is_asked_for_by_get_and_any_2xx_will_do() -> None:
    with Server(lambda _request: Answer(b"OK", 204)) as monitor:
        assert beat(f"{monitor.url}/ping/secret?a=1") is None
    assert [(hit.method, hit.path) for hit in monitor.hits] == [("GET", "/ping/secret?a=1")]


def test_a_redirect_is_not_followed() -> None:
    def answer(request: Request) -> Answer:
        return Answer(status=302, headers=(("Location", "/elsewhere"),)) if request.path == "/ping" else Answer(b"OK")

    with Server(answer) as monitor:
        assert beat(f"{monitor.url}/ping") == "status 302"
    assert [hit.path for hit in monitor.hits] == ["/ping"]


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(lambda _request: Answer(b"OK")) as monitor, Server(lambda _request: Answer(b"OK")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        assert beat(f"{monitor.url}/ping") is None
    assert (len(monitor.hits), len(proxy.hits)) == (1, 0)


def test_trouble_is_said_in_a_line_and_never_raised() -> None:
    with Server(lambda _request: Answer(status=500)) as monitor:
        url = monitor.url
        assert beat(url) == "status 500"
    assert "refused" in (beat(url) or "")
    assert beat("http://nowhere.invalid/") and beat("http://[::1/") and beat("http://127.0.0.1:9/a b")


def test_a_monitor_that_hangs_is_not_waited_for() -> None:
    with Server(lambda _request: Answer(b"OK"), delay=30) as monitor:
        began = time.monotonic()
        assert beat(monitor.url, seconds=0.3) == "timed out"
        assert time.monotonic() - began < 5
