"""An outlet's comments at an API: what may stand in its file, and what is said of what may not."""
import tomllib
from pathlib import Path

import pytest
from command import ROOT, told

from cli import USAGE
from crawler.api import Api, named, shipped
from crawler.outlet import Comments, JsonApi, OutletError, load

OWN = """[comments]
system = "json_api"
[comments.api]
address = "https://s.example/list?id={id}&page=1"
thread = "{id}"
items = "data.list"
paging = { parameter = "page", size = 20 }
[comments.api.values]
id = { css = "article", attribute = "data-id" }
[comments.api.fields]
id = "id"
text = "text"
"""


def written(folder: Path, comments: str, hosts: str = "") -> Path:
    """An outlet's file with these comments."""
    file = folder / "steppe.toml"
    file.write_text(f'name = "S"\nhome = "https://s.example/"\n{hosts}\n[[source]]\nkind = "rss"\nurl = "https://s.example/rss"\n'
                    f"{comments}\n", encoding="utf-8")
    return file


def test_a_shipped_mapping_and_one_of_its_own_are_read(tmp_path: Path) -> None:
    comments = load(written(tmp_path, '[comments]\nsystem = "json_api"\napi = "isso"')).comments
    assert isinstance(comments, JsonApi) and comments.api == named("isso") and comments.host is None
    comments = load(written(tmp_path, OWN)).comments
    assert isinstance(comments, JsonApi)
    assert (comments.api.name, comments.api.items, comments.host) == ("json_api", "data.list", "s.example")


def test_an_outlet_s_own_markup_needs_no_system(tmp_path: Path) -> None:
    comments = load(written(tmp_path, '[comments]\nthread = "div"\nitem = "p"\ntext = "i"')).comments
    assert isinstance(comments, Comments) and comments.system == "native"


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_mapping_is_valid_and_bears_the_name_of_its_file(name: str) -> None:
    assert named(name).name == name
    assert set(tomllib.loads(shipped()[name].read_text(encoding="utf-8"))) <= set(Api.model_fields)


def test_a_relative_key_file_stands_beside_the_outlet_s(tmp_path: Path) -> None:
    text = '[comments]\nsystem = "json_api"\napi = "disqus"\napi_key_file = "{}"'
    hosts = 'hosts = ["s.example", "disqus.com"]'
    for file, found in (("key", tmp_path / "key"), ("/etc/key", Path("/etc/key"))):
        comments = load(written(tmp_path, text.format(file), hosts)).comments
        assert isinstance(comments, JsonApi) and comments.api_key_file == found


@pytest.mark.parametrize(("comments", "key", "value", "said"), [
    ('[comments]\nsystem = "jsonapi"', "comments.system", "jsonapi", "write native or json_api"),
    ('[comments]\nsystem = "json_api"', "comments.api", None, "this key is missing"),
    ('[comments]\nsystem = "native"\nthread = "div"\nitem = "p"', "comments.text", None, "this key is missing"),
    ('[comments]\nitem = "p"\ntext = "i"', "comments.thread", None, "this key is missing"),
    ('[comments]\nthread = "div"\nitem = "p"\ntext = "i"\napi = "isso"', "comments.api", "isso", "this key is unknown"),
    ('[comments]\nsystem = "json_api"\napi = "issso"', "comments.api", "issso", "write one of disqus, isso, remark42"),
    ('[comments]\nsystem = "json_api"\napi = 3', "comments.api", 3, "write a table, below [api]"),
    ('[comments]\nsystem = "json_api"\napi = "isso"\nthread = "div"', "comments.thread", "div", "this key is unknown"),
    ('[comments]\nsystem = "json_api"\napi = "isso"\n[comments.values]\nurl = "x"', "comments", None,
     "values has url, which the address does not need: write host or uri"),
    ('[comments]\nsystem = "json_api"\napi = "disqus"', "comments", None, "write api_key_file"),
    ('[comments]\nsystem = "json_api"\napi = "isso"\napi_key_file = "k"', "comments", None, "take api_key_file out"),
    ('[comments]\nsystem = "json_api"\napi = "tengrinews"', None, None,
     "its comments are asked for at c.tn.kz, which is none of its hosts: add it to hosts"),
    ('[comments]\nsystem = "json_api"\napi = "isso"\n[comments.values]\nhost = "https://talk.example/isso"', None, None,
     "its comments are asked for at talk.example, which is none of its hosts: add it to hosts"),
    (OWN.replace("https://s.example/list", "/list"), "comments.api.address", "/list?id={id}&page=1", "write a whole address"),
    (OWN.replace("https://s.example/list", "https://{id}.example/list"), "comments.api.address",
     "https://{id}.example/list?id={id}&page=1", "write a whole address"),
    (OWN.replace("id={id}&", "id={}&"), "comments.api.address", "https://s.example/list?id={}&page=1", "the name of a value"),
    (OWN.replace("id={id}&", "id={id&"), "comments.api.address", "https://s.example/list?id={id&page=1", "the name of a value"),
    (OWN.replace("&page=1", ""), "comments.api", None, "write page with its first number into the address"),
    (OWN.replace('thread = "{id}"', 'thread = "{no}"'), "comments.api", None, "thread has {no}, which is not in the address"),
    (OWN.replace('id = { css = "article", attribute = "data-id" }', ""), "comments", None, "nothing says where {id}"),
    (OWN.replace('css = "article"', 'css = "a["'), "comments.api.values.id.1.css", "a[", "write a CSS selector"),
    (OWN.replace('css = "article"', 'within = "body"'), "comments.api.values.id.1.within", "body",
     "'scripts', 'address' or 'path'"),
    (OWN.replace('css = "article", ', ""), "comments.api.values.id.1", None, "write where to look"),
    (OWN.replace('{ css = "article", attribute = "data-id" }', '"7"'), "comments.api.values.id", "7",
     "write where it is found"),
    (OWN.replace('{ css = "article", attribute = "data-id" }', '{ within = "path", pattern = "x" }'),
     "comments.api.values.id.1.pattern", "x", "into a group"),
    (OWN.replace('{ css = "article", attribute = "data-id" }', '{ within = "path", pattern = "(" }'),
     "comments.api.values.id.1.pattern", "(", "write a regular expression"),
    (OWN.replace("size = 20", 'cursor = "c", size = 20'), "comments.api.paging", None, "write either size"),
    (OWN.replace('items = "data.list"', 'items = "data..list"'), "comments.api.items", "data..list", "write keys with dots"),
    (OWN.replace('text = "text"', ""), "comments.api.fields.text", None, "this key is missing"),
    (OWN.replace('thread = "{id}"', 'thread = "{id}"\nkey = "page"'), "comments.api", None, "take page out of the address"),
    (OWN + "posted_at = 'x'", "comments.api.fields.posted_at", "x", "this key is unknown")])
def test_what_is_wrong_is_told_with_its_place_and_a_remedy(comments, key, value, said, tmp_path: Path) -> None:
    with pytest.raises(OutletError) as caught:
        load(written(tmp_path, comments))
    error = caught.value
    assert (error.file, error.key, error.value) == (str(tmp_path / "steppe.toml"), key, value)
    assert said in error.message and error.remedy


@pytest.mark.parametrize(("comments", "hosts", "well", "said"), [
    ('[comments]\nsystem = "json_api"\napi = "tengrinews"', "", False, "c.tn.kz, which is none of its hosts: add it to hosts"),
    ('[comments]\nsystem = "json_api"\napi = "isso"', "", True,
     "S, 1 sources (its comments are asked of isso, at the host that each page names)"),
    ('[comments]\nsystem = "json_api"\napi = "tengrinews"', 'hosts = ["s.example", "c.tn.kz"]', True,
     "its comments are asked of tengrinews, at c.tn.kz"),
    ('[comments]\nsystem = "json_api"\napi = "disqus"\napi_key_file = "key"', 'hosts = ["s.example", "disqus.com"]', False,
     "the key of disqus cannot be read")])
def test_check_says_where_the_comments_are_asked_for(comments, hosts, well, said, tmp_path: Path) -> None:
    (tmp_path / "outlets").mkdir()
    written(tmp_path / "outlets", comments, hosts)
    (tmp_path / "steppewire.toml").write_text('outlets = ["steppe"]\n', encoding="utf-8")
    checks = told("--config", tmp_path / "steppewire.toml", "check", cwd=tmp_path, code=0 if well else USAGE)["checks"]
    check, = (each for each in checks if each["what"] == "outlet steppe")
    assert check["ok"] is well and said in check["note"]


def test_the_mappings_are_in_the_wheel() -> None:
    packaged = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    assert packaged["pipelines.read.comments"] == ["apis/*.toml"]
    assert {file.parent for file in shipped().values()} == {ROOT / "pipelines" / "read" / "comments" / "apis"}
