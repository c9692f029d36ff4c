"""What a page says of its article, and where it came from."""
import json
from datetime import datetime, timezone

import pytest

from crawler.items import ArticleRead, Twin
from pipelines.read.door import read
from tests.pipelines.read.pages_to_read import LINES, comment, page, thread

TEN = datetime(2026, 3, 1, 10, tzinfo=timezone.utc)
FIVE = datetime(2026, 3, 1, 5, tzinfo=timezone.utc)


def ld(**fields) -> str:
    data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Guards at the pass", **fields}
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'


def meta(**fields: str) -> str:
    return "".join(f'<meta property="{name.replace("__", ":")}" content="{value}">' for name, value in fields.items())


@pytest.fixture
def reading(fetched):
    def reading_of(body: str, outlet=None) -> ArticleRead:
        value = read(fetched(body), outlet)
        assert isinstance(value, ArticleRead), value
        return value
    return reading_of


# --- title

@pytest.mark.parametrize(("head", "origin"), [
    (ld(), "json-ld"), (meta(og__title="Guards at the pass"), "og"), ("", "page"),
    (meta(og__title="Guards at the pass | Steppe Post"), "page")])
def test_a_title_is_the_headline_without_the_site(head, origin, reading):
    value = reading(page(head=head))
    assert (value.title, value.origins["title"]) == ("Guards at the pass", origin)


def test_json_ld_goes_before_all_and_the_site_is_no_part_of_its_headline(reading):
    head = ld(headline="How &quot;guards&quot; <b>met</b>") + meta(og__title="Guards at the pass")
    assert reading(page(head=head)).title == 'How "guards" met'
    assert reading(page(head=ld(headline="Guards at the pass - Steppe Post"))).title == "Guards at the pass"


def test_without_json_ld_the_candidate_that_others_confirm_is_the_title(reading):
    head = meta(og__title="You will not believe this") + '<meta name="twitter:title" content="Guards at the pass">'
    assert reading(page(head=head)).title == "Guards at the pass"


def test_the_site_name_is_cut_where_the_page_names_its_site(reading):
    head = meta(og__title="Guards at a pass – Steppe Post", og__site_name="Steppe Post")
    assert reading(page(head=head, title="")).title == "Guards at a pass"


def test_a_dash_in_a_headline_is_no_site_name(reading):
    assert reading(page(title="Two neighbours - one steppe")).title == "Two neighbours - one steppe"


@pytest.mark.parametrize("mark", [": ", " - ", " | ", " / "])
def test_a_kicker_that_open_graph_leaves_out_is_no_part_of_the_title(mark, reading):
    head = ld(headline=f"On the border{mark}Guards at the pass") + meta(og__title="Guards at the pass")
    assert reading(page(head=head, title="")).title == "Guards at the pass"


def test_two_words_behind_a_colon_are_no_title_of_their_own(reading):
    head = ld(headline="On the border: Guards met") + meta(og__title="Guards met")
    assert reading(page(head=head, title="")).title == "On the border: Guards met"


def test_a_kicker_inside_of_the_heading_is_no_part_of_it(reading):
    heading = '<h1><span class="article__overline">On the border</span><span> - </span><span>Guards at the pass</span></h1>'
    assert reading(page(title="", before=heading)).title == "Guards at the pass"


def test_what_stands_behind_a_title_is_cut_where_the_page_has_it_without(reading):
    head = meta(og__title="Guards at the pass-Politics｜Steppe") + '<meta name="headline" content="Guards at the pass">'
    assert reading(page(head=head.replace("｜", "ㅣ"), title="")).title == "Guards at the pass"


# --- authors

@pytest.mark.parametrize(("shown", "names"), [
    ('<a rel="author" href="/x">Aigerim S.</a>', ("Aigerim S.",)),
    ('<a href="/author/aigerim">Aigerim S.</a>', ("Aigerim S.",)),
    ('<span class="author vcard">Aigerim S.</span>', ("Aigerim S.",)),
    ('<p class="byline">By <a href="/x">Aigerim S.</a> on 1 March 2026</p>', ("Aigerim S.",)),
    ('<p class="byline">By <b>Aigerim S.</b> and <b>Marat K.</b></p>', ("Aigerim S.", "Marat K.")),
    ('<ul><li><a rel="author">Aigerim S.</a></li><li><a rel="author">Marat K.</a></li></ul>', ("Aigerim S.", "Marat K.")),
    ("<p>Автор: Айгерим С.</p>", ("Айгерим С.",)),
    ("<li><strong>Autorin/Autor</strong> Aigerim van S.</li>", ("Aigerim van S.",)),
    ("<p><b>Author:</b><i>Aigerim S.</i></p>", ("Aigerim S.",)), ('<p class="author">Read more of our 12 stories</p>', ()),
    ('<div class="author-contact">Twitter Facebook</div>', ()), ('<nav><a rel="author">Aigerim S.</a></nav>', ()),
    ('<div class="related"><a rel="author">Aigerim S.</a></div>', ()), ("<p>Author: see below, at the end</p>", ())])
def test_who_signed_is_read_where_it_only_is_shown(shown, names, reading):
    assert reading(page(before=shown)).authors == names


def test_a_cards_label_names_the_author(reading):
    head = '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Aigerim S.">'
    assert reading(page(head=head)).authors == ("Aigerim S.",)


@pytest.mark.parametrize(("author", "names"), [
    ({"@type": "Person", "name": "Aigerim S."}, ("Aigerim S.",)), ("By Aigerim S. and Марат К.", ("Aigerim S.", "Марат К.")),
    ([{"name": "Aigerim S."}, {"name": ["Марат К."]}], ("Aigerim S.", "Марат К.")),
    ("Aigerim S., Марат К.", ("Aigerim S.", "Марат К.")),
    ({"givenName": "Aigerim", "familyName": "S."}, ("Aigerim S.",)), ("Айгерим С. и Марат К.", ("Айгерим С.", "Марат К.")),
    ("Aigerim S., professor of law at the university", ("Aigerim S.",)), ("신현주 기자", ("신현주",)),
    ("本报记者 王伟", ("王伟",)),
    ("https://facebook.com/steppe", ()), ("news@steppe.example", ()), ("aigerim-s", ()), ("", ()), (5, ())])
def test_authors_are_names_one_by_one(author, names, reading):
    assert reading(page(head=ld(author=author))).authors == names


def test_a_person_goes_before_the_site_and_the_site_before_nobody(reading):
    site = ld(author={"name": "Steppe Post"}, publisher={"@type": "Organization", "name": "Steppe Post"})
    value = reading(page(head=site + '<meta name="author" content="Aigerim S.">'))
    assert (value.authors, value.origins["authors"]) == (("Aigerim S.",), "meta")
    assert reading(page(head=site)).authors == ("Steppe Post",)


def test_an_author_in_another_node_of_the_graph_is_found(reading):
    graph = {"@graph": [{"@type": "NewsArticle", "headline": "x y", "author": {"@id": "#a"}},
                        {"@type": "Person", "@id": "#a", "name": "Aigerim S."}]}
    head = f'<script type="application/ld+json">{json.dumps(graph)}</script>'
    assert reading(page(head=head)).authors == ("Aigerim S.",)


def test_microdata_says_who_and_when(reading):
    mark = ('<span itemprop="author" itemscope><b itemprop="name">Aigerim S.</b> 12 articles</span>'
            '<time itemprop="datePublished" datetime="2026-03-01T10:00:00Z">1 March</time>')
    value = reading(page(before=mark))
    assert (value.authors, value.published) == (("Aigerim S.",), TEN)
    assert value.origins["authors"] == value.origins["published"] == "microdata"


# --- times

@pytest.mark.parametrize(("head", "origin"), [
    (ld(datePublished="2026-03-01T15:00:00+05:00"), "json-ld"), (meta(article__published_time="2026-03-01T10:00:00Z"), "meta")])
def test_a_time_with_its_zone_is_that_time(head, origin, reading, steppe):
    value = reading(page(head=head), steppe)
    assert (value.published, value.origins["published"]) == (TEN, origin)


def test_a_time_without_a_zone_is_the_outlets(reading, steppe):
    head = ld(datePublished="2026-03-01T10:00:00", dateModified="2026-03-01 10:00")
    assert (reading(page(head=head), steppe).published, reading(page(head=head), steppe).modified) == (FIVE, FIVE)
    assert reading(page(head=head)).published == TEN
    assert reading(page(head=head)).published_raw == "2026-03-01T10:00:00"


@pytest.mark.parametrize("wrong", ["1970-01-01T00:00:00Z", "0001-01-01", "2026-03-09T10:00:00Z", "2 hours ago", "yes", ""])
def test_an_impossible_time_gives_way_to_a_possible_one(wrong, reading):
    head = ld(datePublished=wrong) + meta(article__published_time="2026-03-01T10:00:00Z")
    assert reading(page(head=head)).published == TEN


def test_a_date_in_the_address_is_better_than_none(reading):
    value = reading(page())
    assert value.published == datetime(2026, 3, 1, tzinfo=timezone.utc) and value.origins["published"] == "url"


@pytest.mark.parametrize("shown", [
    "<time datetime='2026-03-01T10:00:00Z'>Sunday</time>", "<p class='date'>1 March 2026, 10:00</p>",
    "<span class='article-published'>Published 10:00 AM GMT Mar 1, 2026 | 4 minutes</span>",
    "<p class='updated'>Updated 2 March 2026, 09:00</p><p class='date'>1 March 2026, 10:00</p>",
    "<ul><li><b>Дата публикации</b> 1 марта 2026, 10:00</li></ul>"])
def test_a_date_that_only_is_shown_is_read(shown, reading):
    value = reading(page(before=shown))
    assert (value.published, value.origins["published"]) == (TEN, "page")


def test_the_date_beside_the_headline_is_the_articles_not_one_of_a_list_of_others(reading):
    others = "<div class='related'><time datetime='2026-02-01T10:00:00Z'>x</time></div>"
    far = "<div><div><time datetime='2026-02-02T10:00:00Z'>x</time></div></div>"
    near = "<div><h1>Guards at the pass</h1><time datetime='2026-03-01T10:00:00Z'>x</time></div>"
    assert reading(page(title="", before=others + far + near)).published == TEN


@pytest.mark.parametrize("wrong", ["2026-02-30", "0000-00-00", "0000-00-00 00:00:00", "30 February 2026", "31.02.2026"])
def test_a_day_that_no_calendar_has_is_no_date(wrong, reading):
    head = ld(datePublished=wrong) + meta(article__published_time="2026-03-01T10:00:00Z")
    assert reading(page(head=head)).published == TEN


# --- language

@pytest.mark.parametrize(("lang", "language"), [
    (' lang="ru-RU"', "ru"), (' lang="KK"', "kk"), (' lang="kz"', "kk"), (' xml:lang="en"', "en"), (' lang="zh-Hans"', "zh"),
    (' lang="uz_Cyrl"', "uz"), (' lang="kaz"', "kk")])
def test_the_language_is_what_the_document_says(lang, language, reading):
    value = reading(page(lang=lang))
    assert (value.language, value.origins["language"]) == (language, "html lang")


WEB_PAGE = ('<script type="application/ld+json">{{"@graph": [{{"@type": "WebSite", "inLanguage": "en"}}, '
            '{{"@type": "WebPage", "url": "{}", "inLanguage": "uz"}}]}}</script>')


@pytest.mark.parametrize(("head", "origin"), [
    (ld(inLanguage="uz-Latn"), "json-ld"),
    (ld(inLanguage={"@type": "Language", "name": "Uzbek", "alternateName": "uz"}), "json-ld"),
    (meta(og__locale="uz_UZ"), "og"), ('<meta http-equiv="content-language" content="uz">', "meta"),
    (ld(inLanguage="Uzbek") + meta(og__locale="uz_UZ"), "og"),
    (WEB_PAGE.format("https://steppe.example/en/articles/sx/features/2026/03/01/feature-01"), "json-ld"),
    (WEB_PAGE.format("https://steppe.example/elsewhere") + meta(og__locale="uz_UZ"), "og")])
def test_a_language_that_the_document_does_not_say_is_said_elsewhere(head, origin, reading):
    value = reading(page(lang="", head=head))
    assert (value.language, value.origins["language"]) == ("uz", origin)


@pytest.mark.parametrize(("language", "told_by"), [("en", "words"), ("ru", "langid"), ("kk", "langid")])
def test_a_silent_documents_language_is_told_from_its_text(language, told_by, reading):
    value = reading(page(LINES[language], lang=""))
    assert (value.language, value.origins["language"]) == (language, told_by)


def test_a_few_letters_tell_no_language(reading):
    assert reading("<html><body><p>Да</p></body></html>").language is None


# --- the rest

def test_section_tags_image_and_claimed_address(reading):
    head = ld(articleSection=["Security", "News"], keywords="пограничники, учения,, учения", image={"url": "/a.jpg"})
    value = reading(page(head=head + '<link rel="canonical" href="https://other.example/x?utm_source=y#z">'))
    assert (value.section, value.tags) == ("Security", ("пограничники", "учения"))
    assert (value.image, value.claimed_url) == ("https://steppe.example/a.jpg", "https://other.example/x")
    assert value.origins["claimed_url"] == "canonical"


def test_its_twins_in_other_languages_are_claims_without_itself(reading):
    links = {"en": "/en/articles/sx/features/2026/03/01/feature-01", "ru": "/ru/articles/1", "uz_Cyrl": "https://uz.example/1#top",
             "x-default": "/", "no tag": "/x", "kk": "javascript:void(0)"}
    head = "".join(f'<link rel="alternate" hreflang="{tag}" href="{href}">' for tag, href in links.items())
    value = reading(page(head=head + '<link rel="alternate" type="application/rss+xml" href="/rss">'))
    assert value.twins == (Twin("ru", "https://steppe.example/ru/articles/1"), Twin("uz-Cyrl", "https://uz.example/1"))
    assert value.origins["twins"] == "hreflang"
    assert reading(page()).twins == ()


def test_meta_tags_say_it_where_json_ld_does_not(reading):
    head = (meta(article__section="Security", article__tag="guards", og__image="https://steppe.example/a.jpg",
                 og__url="https://steppe.example/b"))
    value = reading(page(head=head))
    assert (value.section, value.tags, value.image) == ("Security", ("guards",), "https://steppe.example/a.jpg")
    assert (value.claimed_url, value.origins["claimed_url"]) == ("https://steppe.example/b", "og")


def test_every_field_that_is_set_has_an_origin(reading):
    value = reading(page(head=ld(author="Aigerim S.", datePublished="2026-03-01T10:00:00Z")))
    assert value.origins == {"title": "json-ld", "authors": "json-ld", "published": "json-ld", "language": "html lang",
                             "text": "trafilatura"}


# --- JSON-LD as it is found

@pytest.mark.parametrize("script", [
    '<!-- {"@type":"NewsArticle","headline":"A b","datePublished":"2026-03-01T10:00:00Z"} -->',
    '//<![CDATA[\n{"@type":"NewsArticle","headline":"A b","datePublished":"2026-03-01T10:00:00Z"}\n//]]>',
    '{"@type":"NewsArticle","headline":"A b","datePublished":"2026-03-01T10:00:00Z",}',
    '{"@type":"NewsArticle","headline":"A b","datePublished":"2026-03-01T10:00:00Z"};{"@type":"WebSite"}',
    '{"@type":"NewsArticle","headline":"A b","articleBody":"He said "no"","datePublished":"2026-03-01T10:00:00Z"}',
    '{"@type":"NewsArticle","headline":"A b","articleBody":"one\n\ttwo","datePublished":"2026-03-01T10:00:00Z"}',
    '[{"@type":["Thing","http://schema.org/ReportageNewsArticle"],"headline":"A b","datePublished":"2026-03-01T10:00:00Z"}]',
    '{"@type":"WebPage","mainEntity":{"@type":"BlogPosting","headline":"A b","datePublished":"2026-03-01T10:00:00Z"}}'])
def test_broken_and_odd_json_ld_is_read(script, reading):
    value = reading(page(head=f'<script type="application/ld+json">{script}</script>'))
    assert (value.title, value.published) == ("A b", TEN)


@pytest.mark.parametrize("script", ["<!--{}-->", "//<![CDATA[\n{}\n//]]>", "/* <![CDATA[ */{}/* ]]> */", "{};", "[{},]"])
def test_json_ld_that_can_be_mended_is_read_whole(script, reading):
    data = '{"@type":"NewsArticle","headline":"A b","articleBody":"one\n\ttwo","author":{"name":"Aigerim S."}}'
    head = f'<script type="application/ld+json">{script.replace("{}", data)}</script>'
    assert (reading(page(head=head)).title, reading(page(head=head)).authors) == ("A b", ("Aigerim S.",))


def test_of_several_articles_the_pages_own_is_taken(reading):
    other = ld(headline="Another story", url="https://steppe.example/en/articles/other", author="Марат К.")
    own = ld(headline="Our story", mainEntityOfPage={"@id": "https://steppe.example/en/articles/sx/features/2026/03/01/feature-01"})
    assert reading(page(head=other + own)).title == "Our story"
    assert reading(page(head=other)).title == "Another story"


def test_a_commenters_name_and_time_are_never_the_articles(reading, steppe):
    talk = comment(1, "Well said.", author='<b class="author" rel="author">Serik</b>').replace(
        '<span class="comment__date">', '<span class="comment__date" itemprop="datePublished">')
    value = reading(page(inside=thread(talk, "1 Comment(s)")), steppe)
    assert (value.authors, value.published) == ((), datetime(2026, 3, 1, tzinfo=timezone.utc))
    assert value.thread.comments[0].author == "Serik"
