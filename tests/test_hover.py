"""Hover text is set in prose, once a page, and nothing else is touched."""

from dataclasses import replace
from pathlib import Path

import pytest
from support import FIXTURES

from qa import hover, site
from qa.glossary import Term

GLOSSARY = site.load(FIXTURES / "base").glossary


def draw(term: Term, text: str) -> str:
    return f"[{term.id}:{text}]"


def marked(text: str, language: str = "en", page: str = "sources") -> str:
    return hover.mark(text, GLOSSARY, language, page, draw)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>Use dropout, then dropout.</p>", "<p>Use [dropout:dropout], then dropout.</p>"),
        ("<p>Dropout works.</p>", "<p>[dropout:Dropout] works.</p>"),
        ("<ul><li>A <em>residual network</em></li></ul>", "<ul><li>A <em>[residual-network:residual network]</em></li></ul>"),
        ("<p>dropouts, pre-dropout</p>", "<p>dropouts, pre-dropout</p>"),
    ],
)
def test_the_first_place_in_prose_is_marked(text: str, expected: str) -> None:
    assert marked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "<p><code>dropout</code></p>",
        "<pre><span>dropout</span></pre>",
        '<h2 id="dropout">dropout</h2>',
        '<p><a href="dropout">dropout</a></p>',
        '<p><span class="katex"><span>dropout</span></span></p>',
        '<p class="admonition-title">dropout</p>',
        "<details><summary>dropout</summary></details>",
        '<p><img alt="dropout" src="dropout.svg"></p>',
        "<!-- dropout -->",
    ],
)
def test_code_formulas_links_and_headings_stay(text: str) -> None:
    assert marked(text) == text


def test_a_page_does_not_explain_its_own_term() -> None:
    assert marked("<p>dropout</p>", page="training/dropout") == "<p>dropout</p>"


def test_an_everyday_name_is_not_marked() -> None:
    term = replace(GLOSSARY[0], everyday=("dropout",))
    assert hover.mark("<p>dropout</p>", (term,), "en", "sources", draw) == "<p>dropout</p>"
    assert hover.mark("<p>丢弃法</p>", (term,), "zh", "sources", draw) == "<p>[dropout:丢弃法]</p>"


def test_chinese_terms_need_no_spaces() -> None:
    assert marked("<p>用随机失活训练残差网络。</p>", "zh") == "<p>用[dropout:随机失活]训练[residual-network:残差网络]。</p>"


def test_a_site_without_a_glossary_stays_as_it_is(tmp_path: Path) -> None:
    assert hover.mark("<p>dropout</p>", (), "en", "", draw) == "<p>dropout</p>"
