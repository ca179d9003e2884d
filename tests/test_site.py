"""The built site: links, anchors, ids, languages, addresses; nothing from another host."""

import posixpath
import re
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from conftest import Built
from selectolax.lexbor import LexborHTMLParser
from support import ROOT

from qa import render, site

SITE = site.load(ROOT)
LOADED = (("link[rel=stylesheet]", "href"), ("script", "src"), ("img", "src"), ("source", "srcset"), ("iframe", "src"))


@cache
def parsed(path: Path) -> LexborHTMLParser:
    return LexborHTMLParser(path.read_text(encoding="utf-8"))


def pages(built: Built) -> list[Path]:
    return sorted(built.folder.rglob("*.html"))


def address(built: Built, path: Path) -> str:
    relative = path.relative_to(built.folder).as_posix()
    return built.address + relative.removesuffix("index.html")


@cache
def ids(path: Path) -> frozenset[str]:
    return frozenset(node.attributes["id"] or "" for node in parsed(path).css("[id]"))


def test_every_source_page_is_built_and_nothing_else(built: Built) -> None:
    wanted = {"404.html", "en/404.html"}
    for page in SITE.pages:
        folder = page.id.removesuffix("index")
        wanted.add(SITE.conventions.address(posixpath.join(folder, "index.html"), page.language))
    assert {path.relative_to(built.folder).as_posix() for path in pages(built)} == wanted


def test_every_internal_link_leads_somewhere(built: Built) -> None:
    broken = []
    for path in pages(built):
        for node in parsed(path).css("a[href]"):
            link, anchor = urldefrag(urljoin(address(built, path), node.attributes["href"] or ""))
            if not link.startswith(built.address):
                continue
            target = built.folder / unquote(urlsplit(link).path).lstrip("/")
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                broken.append(f"{path.relative_to(built.folder)} → {link}")
            elif anchor and target.suffix == ".html" and unquote(anchor) not in ids(target):
                broken.append(f"{path.relative_to(built.folder)} → {link}#{anchor}")
    assert broken == []


def test_ids_are_unique(built: Built) -> None:
    doubled = {}
    for path in pages(built):
        counts = Counter(node.attributes["id"] for node in parsed(path).css("[id]"))
        if twice := sorted(str(name) for name, n in counts.items() if n > 1):
            doubled[str(path.relative_to(built.folder))] = twice
    assert doubled == {}


def test_a_page_is_in_its_language(built: Built) -> None:
    for path in pages(built):
        tree, english = parsed(path), path.relative_to(built.folder).parts[0] == "en"
        assert tree.css_first("html").attributes["lang"] == ("en" if english else "zh"), path
        chrome = " ".join(n.text() for n in tree.css(".md-tabs, .md-footer, .md-sidebar--primary"))
        name = "Deep Learning Interviews" if english else "深度学习面试批注"
        assert name in tree.css_first("title").text(), path
        chinese = re.findall(r"[\u4e00-\u9fff]+", chrome)
        assert chinese == [] if english else chinese != [], (path, chinese)


def test_languages_name_each_other(built: Built) -> None:
    for path in pages(built):
        if path.name == "404.html":
            continue
        tree = parsed(path)
        links = {n.attributes["hreflang"]: n.attributes["href"] for n in tree.css("head link[hreflang]")}
        own = tree.css_first("html").attributes["lang"]
        assert set(links) == {"zh", "en", "x-default"}
        assert links["x-default"] == links["zh"]
        assert links[own] == tree.css_first("link[rel=canonical]").attributes["href"] == address(built, path)
        toggle = tree.css_first("a.qa-toggle")
        assert urljoin(address(built, path), toggle.attributes["href"]) == links["en" if own == "zh" else "zh"]
        assert toggle.attributes["hreflang"] == toggle.attributes["lang"] != own


def test_the_sitemap_has_every_page_of_both_languages(built: Built) -> None:
    tree = ElementTree.parse(built.folder / "sitemap.xml")
    found = {node.text for node in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")}
    assert found == {address(built, path) for path in pages(built) if path.name != "404.html"}


def test_nothing_is_loaded_from_another_host(built: Built) -> None:
    foreign = []
    for path in pages(built):
        for selector, attribute in LOADED:
            for node in parsed(path).css(selector):
                value = node.attributes.get(attribute)
                if value and not urljoin(address(built, path), value).startswith((built.address, "data:")):
                    foreign.append(f"{path.relative_to(built.folder)}: {value}")
    for path in [*built.folder.rglob("*.css"), *built.folder.rglob("*.svg")]:
        loads = re.findall(r"(?:url\(|@import )[\"']?(https?://[^\"')]+)", path.read_text(encoding="utf-8"))
        foreign += [f"{path.name}: {one}" for one in loads]
    assert foreign == []


def test_generated_sections_come_from_the_data(built: Built) -> None:
    for page in (p for p in SITE.pages if p.is_question):
        tree = parsed(built.folder / SITE.conventions.address(page.id, page.language) / "index.html")
        level = SITE.conventions.levels[str(SITE.fact(page, "level"))][page.language]
        assert tree.css_first(".qa-facts .qa-level").text() == level, page.path
        assert len(tree.css(".qa-related > li")) == len(SITE.fact(page, "related")), page.path
        cited = {key for e in page.each("citation") for key, _ in render.markup.citations(e.value)}
        assert {n.attributes["id"] for n in tree.css(".qa-references > li")} == {f"ref-{key}" for key in cited}, page.path
        assert tree.css_first("meta[name=description]").attributes["content"], page.path


def test_topic_pages_list_their_questions_by_level(built: Built) -> None:
    for topic in SITE.conventions.topics:
        tree = parsed(built.folder / topic / "index.html")
        titles = [node.text() for node in tree.css(".qa-questions > li > a")]
        assert titles == [page.title for page in SITE.questions if page.topic == topic]
        assert len(tree.css("details.qa-short")) == len(titles)


def test_the_sources_page_has_all_133_numbers(built: Built) -> None:
    for folder in ("sources", "en/sources"):
        tree = parsed(built.folder / folder / "index.html")
        numbers = tree.css(".qa-numbers > li")
        assert len(numbers) == 133
        assert sum(bool(node.css("a")) for node in numbers) == len(SITE.answered)


def test_the_pencil_leads_to_the_file_of_the_language(built: Built) -> None:
    for page in SITE.pages:
        path = built.folder / SITE.conventions.address(page.id.removesuffix("index"), page.language) / "index.html"
        link = parsed(path).css_first("a[rel=edit]").attributes["href"]
        assert link.endswith(f"/edit/main/{page.path}"), page.path


@pytest.mark.parametrize("marker", ["<!-- ", "arithmatex", "[@", "--8<--", "///", "katex-error"])
def test_no_marker_is_left_over(built: Built, marker: str) -> None:
    left = [str(p.relative_to(built.folder)) for p in pages(built) if marker in _article(p)]
    assert left == []


def _article(path: Path) -> str:
    article = parsed(path).css_first("article")
    html = article.html if article else ""
    return re.sub(r"<(pre|code)\b.*?</\1>", "", html, flags=re.S)
