import json
import re
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from lxml import etree, html

import demo.site
from demo.life import LAST, begins, life
from demo.site import Site

Ask = Callable[..., Any]
LISTS = [f"/{locale}{rest}" for locale in ("en_GB", "ru") for rest in ("", "/features", "/newsbriefs", "/archives")]
OTHERS = ["/en_GB/rss", "/ru/rss", "/sitemap.xml", "/sitemap-articles.xml", "/robots.txt", "/packs/style.css"]
NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture
def site() -> Iterator[Site]:
    demo.site.show.cache_clear()
    with Site() as site:
        yield site


def articles(step: int) -> list[str]:
    return [article.path for article in life().every_article if article.stands(step)]


def everything(step: int) -> list[str]:
    pages = [f"{path}?page={number}" for path in LISTS for number in (1, 2, 3)]
    return [*articles(step), *LISTS, *pages, *OTHERS, "/nowhere"]


def test_equal_steps_are_equal_bytes_whatever_was_shown_before(ask: Ask) -> None:
    def shown(steps: list[int]) -> dict[tuple[int, str], tuple[int, bytes, str | None, str | None]]:
        demo.site.show.cache_clear()
        found = {}
        with Site() as site:
            for step in steps:
                site.step = step
                for path in everything(step):
                    got = ask(site, path)
                    found[step, path] = (got.status, got.body, got.headers["ETag"], got.headers["Last-Modified"])
        return found

    forward = list(range(LAST + 2))
    assert shown(forward) == shown(forward[::-1])


def test_every_link_of_every_page_is_answered_and_is_in_the_list_of_urls(site: Site, ask: Ask) -> None:
    listed = re.findall(r"^    (/\S*)", demo.site.__doc__ or "", re.MULTILINE)
    patterns = [re.compile(re.sub(r"\\{\w+\\}", r"[\\w-]+", re.escape(url))) for url in listed]
    for step in range(LAST + 1):
        site.step = step
        waiting, seen = ["/en_GB", "/ru", "/robots.txt", "/sitemap.xml", "/sitemap-articles.xml"], set()
        while waiting:
            if (path := waiting.pop()) in seen:
                continue
            seen.add(path)
            assert any(pattern.fullmatch(path.partition("?")[0]) for pattern in patterns), path
            got = ask(site, path)
            assert got.status == 200, path
            if got.headers["Content-Type"].startswith("text/html"):
                targets = html.fromstring(got.body).xpath("//a/@href | //img/@src | //link/@href")
                for target in targets:
                    assert not target.startswith("http") or target.startswith("https://steppe.example/")
                    waiting.append(target.removeprefix("https://steppe.example").partition("#")[0] or path)
        assert set(articles(step)) <= seen


def test_the_root_is_the_english_front_page(site: Site, ask: Ask) -> None:
    got = ask(site, "/")
    assert (got.status, got.headers["Location"]) == (301, "/en_GB")


@pytest.mark.parametrize("path", [
    "/nowhere", "/admin/", "/en_GB/sports", "/ru/features/2026", "/de/rss", "/en_GB/rss/x", "/x//", "/ru//rss",
    *(f"/en_GB/features?page={number}" for number in ("0", "3", "two", "%C2%B2", "9" * 5000))], ids=lambda path: path[:40])
def test_what_is_not_there_is_a_page_of_status_404(site: Site, ask: Ask, path: str) -> None:
    got = ask(site, path)
    assert got.status == 404
    assert html.fromstring(got.body).cssselect("h1")


def test_an_article_is_there_from_its_step_until_it_disappears(site: Site, ask: Ask) -> None:
    paths = {article.id: article.path for article in life().every_article}
    found = []
    for step in range(LAST + 2):
        site.step = step
        found.append((ask(site, paths["exercise"]).status, ask(site, paths["gauge"]).status))
    assert found == [(200, 404)] * 3 + [(200, 200)] + [(404, 200)] * 4


@pytest.mark.parametrize(("path", "links"), [("/en_GB/features", "div.article--block h5.article__title a"),
                                             ("/en_GB/archives", "div.article--listing > div.article--listing__text a")])
def test_a_list_s_pages_have_all_its_articles_once_newest_first(site: Site, ask: Ask, path: str, links: str) -> None:
    site.step = 3
    first = html.fromstring(ask(site, path).body)
    numbers = [link.text for link in first.cssselect("div.pagination a")]
    found = []
    for number in range(1, int(numbers[-2]) + 1):
        found += [link.get("href") for link in html.fromstring(ask(site, f"{path}?page={number}").body).cssselect(links)]
    assert numbers == ["1", "2", "Next"]
    wanted = [article.path for article in life().articles(3, "en_GB", "features" if "block" in links else None)]
    assert found == wanted
    assert len(set(found)) == len(found) >= 5
    assert ask(site, path).body == ask(site, f"{path}?page=1").body


def test_the_english_section_has_two_pages_at_every_step(site: Site, ask: Ask) -> None:
    # The demo's outlet looks at two pages of it; one that is missing would be an error of the outlet's.
    for step in range(LAST + 2):
        site.step = step
        assert ask(site, "/en_GB/features?page=2").status == 200


def test_the_sitemap_names_all_that_stands_and_the_feeds_the_newest_first(site: Site, ask: Ask) -> None:
    for step in range(LAST + 1):
        site.step = step
        index = etree.fromstring(ask(site, "/sitemap.xml").body)
        assert index.xpath("//s:loc/text()", namespaces=NAMESPACE) == ["https://steppe.example/sitemap-articles.xml"]
        locations = etree.fromstring(ask(site, "/sitemap-articles.xml").body).xpath("//s:loc/text()", namespaces=NAMESPACE)
        assert set(locations) == {f"https://steppe.example{path}" for path in articles(step)}
        fed = []
        for locale in ("en_GB", "ru"):
            feed = etree.fromstring(ask(site, f"/{locale}/rss").body)
            assert feed.xpath("string(/rss/@version)") == "2.0"
            days = [parsedate_to_datetime(day) for day in feed.xpath("//item/pubDate/text()")]
            assert days == sorted(days, reverse=True)
            fed += feed.xpath("//item/link/text()")
        assert sorted(fed) == sorted(locations)


def test_robots_lets_all_in_but_to_admin(site: Site, ask: Ask) -> None:
    lines = ask(site, "/robots.txt").body.decode().splitlines()
    assert lines == ["User-agent: *", "Disallow: /admin/", "", "Sitemap: https://steppe.example/sitemap.xml"]


def test_last_modified_is_the_beginning_of_the_step_at_which_a_page_became_another(site: Site, ask: Ask) -> None:
    moved = set()
    for path in [*articles(0), *LISTS, *OTHERS]:
        before, since = None, begins(0)
        for step in range(LAST + 2):
            site.step = step
            got = ask(site, path)
            if got.status != 200:
                break
            if got.body != before:
                before, since = got.body, begins(step)
                moved.add(step)
            assert parsedate_to_datetime(got.headers["Last-Modified"]) == since, (path, step)
            assert parsedate_to_datetime(got.headers["Date"]) == begins(step)
    assert moved == set(range(LAST + 1))


def test_what_has_not_changed_since_an_earlier_step_is_a_304(site: Site, ask: Ask) -> None:
    site.step = LAST
    first = ask(site, "/en_GB/features")
    site.step = LAST + 5
    assert ask(site, "/en_GB/features", If_None_Match=first.headers["ETag"]).status == 304
    assert ask(site, "/en_GB/features", If_Modified_Since=first.headers["Last-Modified"]).status == 304
    site.step = 0
    assert ask(site, "/en_GB/features", If_None_Match=first.headers["ETag"]).status == 200


def test_a_page_s_head_says_what_the_page_says(site: Site, ask: Ask) -> None:
    for step in range(LAST + 1):
        site.step = step
        for path in articles(step):
            page = html.fromstring(ask(site, path).body)
            meta = {tag.get("property"): tag.get("content") for tag in page.xpath("//meta[@property]")}
            [script] = page.xpath("//script[@type='application/ld+json']/text()")
            data = json.loads(script)
            url = f"https://steppe.example{path}"
            assert page.xpath("string(//link[@rel='canonical']/@href)") == data["mainEntityOfPage"] == meta["og:url"] == url
            assert page.cssselect("h1.article__title")[0].text == data["headline"] == meta["og:title"]
            assert data["datePublished"] == meta["article:published_time"]
            assert data["dateModified"] == meta["article:modified_time"] >= data["datePublished"]
            assert page.cssselect("p.article__date")[0].text == data["datePublished"][:10] == "-".join(path.split("/")[5:8])
            assert page.cssselect("p.article__source")[0].text.endswith(data["author"]["name"])
            assert data["commentCount"] == len(page.cssselect("div.comment"))
            assert page.get("lang") == data["inLanguage"]


def test_an_article_in_two_languages_names_its_twin(site: Site, ask: Ask) -> None:
    twins = {}
    for path in articles(0):
        page = html.fromstring(ask(site, path).body)
        twins[path] = {link.get("hreflang"): link.get("href") for link in page.xpath("//link[@hreflang]")}
    both = {language: f"https://steppe.example/{locale}/articles/cnmi_ca/features/2026/02/24/feature-01"
            for language, locale in (("en", "en_GB"), ("ru", "ru"))}
    assert [links for links in twins.values() if links] == [both, both]


def test_other_articles_comments_stand_on_the_page_outside_the_thread(site: Site, ask: Ask) -> None:
    site.step = 4
    page = html.fromstring(ask(site, articles(4)[0]).body)
    own = {item.cssselect("p.comment__text")[0].text for item in page.cssselect("div.comment")}
    boxed = {text.text for text in page.cssselect("aside p.comment__text")}
    assert len(boxed) == 3
    assert not boxed & own


def test_the_log_has_a_line_for_each_request_with_the_step_it_was_answered_at(ask: Ask, tmp_path: Any) -> None:
    log = tmp_path / "log.jsonl"
    for step in (0, 3):
        with Site(step=step, log=log) as site:
            etag = ask(site, "/en_GB/rss", Host="steppe.example").headers["ETag"]
            assert len(log.read_text().splitlines()) == step // 3 * 3 + 1
            ask(site, "/en_GB/rss", If_None_Match=etag, Host="steppe.example")
            ask(site, "/en_GB/features?page=9", "HEAD", Host="steppe.example")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert {tuple(line) for line in lines} == {
        ("at", "method", "path", "status", "bytes", "conditional", "in_flight", "host", "step")}
    assert [(line["step"], line["method"], line["path"], line["status"], line["conditional"]) for line in lines] == [
        (step, *rest) for step in (0, 3) for rest in (
            ("GET", "/en_GB/rss", 200, False), ("GET", "/en_GB/rss", 304, True),
            ("HEAD", "/en_GB/features?page=9", 404, False))]
    assert all(line["host"] == "steppe.example" and line["in_flight"] == 1 for line in lines)
    assert [line["bytes"] > 0 for line in lines] == [True, False, False] * 2
