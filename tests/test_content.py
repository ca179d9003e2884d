"""Sentences about the real docs/; each lists all offenders."""

import re

import pytest
from support import ROOT

from qa import markup, site
from qa.page import Page

SITE = site.load(ROOT)
QUESTIONS = [page for page in SITE.pages if page.is_question]


def test_a_short_answer_can_be_said_in_thirty_seconds() -> None:
    limits = {"en": 60, "zh": 120}
    lengths = {str(page.path): _length(page) for page in QUESTIONS}
    too_long = {path: n for path, n in lengths.items() if n > limits[path.split(".")[-2]]}
    assert too_long == {}


def test_a_short_answer_is_one_paragraph() -> None:
    split = [str(page.path) for page in QUESTIONS if "\n\n" in page.section_text["short"].strip()]
    assert split == []


def test_the_interviewer_listens_for_three_to_five_points() -> None:
    assert _outside("item", "listens-for", 3, 5) == {}


def test_at_least_three_follow_ups_are_closed() -> None:
    assert _outside("details", "follow-ups", 3, 9) == {}


def test_at_least_one_circulating_mistake_is_annotated() -> None:
    assert _outside("claim", "pitfalls", 1, 12) == {}


def test_a_page_cites_at_least_two_works() -> None:
    cited = {str(p.path): {k for e in p.each("citation") for k, _ in markup.citations(e.value)} for p in QUESTIONS}
    assert {path: sorted(keys) for path, keys in cited.items() if len(keys) < 2} == {}


def test_a_page_links_to_at_least_two_other_questions() -> None:
    few = {}
    for page in QUESTIONS:
        targets = {link.value.partition("#")[0] for link in page.each("link") if ".md" in link.value}
        if len(targets - {"", page.path.name}) < 2:
            few[str(page.path)] = sorted(targets)
    assert few == {}


def test_every_question_has_evidence_that_it_shows() -> None:
    hidden = []
    for page in QUESTIONS:
        fences = [fence.value for fence in page.each("fence")]
        for ending in (".py:", ".out"):
            if not any(f'"{page.id}{ending}' in fence for fence in fences):
                hidden.append(f"{page.path} shows no {ending}")
    assert hidden == []


def test_every_question_has_a_figure_with_a_description() -> None:
    figures = {str(page.path): page.each("figure") for page in QUESTIONS}
    assert [path for path, found in figures.items() if not found or any(len(f.detail) < 12 for f in found)] == []


def test_every_drawing_is_shown() -> None:
    shown = {f"docs/{page.topic}/{figure.value}" for page in SITE.pages for figure in page.each("figure")}
    drawn = {str(path) for path in SITE.files if path.suffix == ".svg" and path.parent.name != "assets"}
    assert drawn - shown == set()


def test_a_claim_of_a_source_names_a_number_that_the_page_answers_or_that_exists() -> None:
    wrong = []
    for page in QUESTIONS:
        for claim in page.each("claim"):
            for source, number in re.findall(r"\b([a-z]+)/(\d+)\b", claim.value):
                known = SITE.conventions.sources.get(source)
                if known and int(number) not in known.numbers:
                    wrong.append(f"{page.path}:{claim.line} {source}/{number}")
    assert wrong == []


@pytest.mark.parametrize("character", ["\u200b", "\u200c", "\ufeff", "\u00ad", "\ufffd"])
def test_no_invisible_character_hides_in_a_page(character: str) -> None:
    assert [str(page.path) for page in SITE.pages if character in page.text] == []


def test_no_two_pages_share_a_paragraph() -> None:
    seen: dict[str, str] = {}
    shared = []
    for page in QUESTIONS:
        for paragraph in re.split(r"\n\s*\n", markup.prose(page.text)):
            text = " ".join(paragraph.split())
            if len(text) > 60 and not text.startswith(("|", "#", "---")):
                other = seen.setdefault(text, str(page.path))
                if other != str(page.path):
                    shared.append(f"{page.path} and {other}: {text[:60]}")
    assert shared == []


def test_chinese_prose_has_no_half_width_comma_or_full_stop_after_a_chinese_character() -> None:
    found = []
    for page in QUESTIONS:
        if page.language == "zh":
            for number, line in enumerate(markup.prose(page.text).splitlines(), 1):
                if number > max(page.meta_lines.values(), default=0) and re.search(r"[\u4e00-\u9fff][,;?!](?!\w)", line):
                    found.append(f"{page.path}:{number}: {line.strip()[:60]}")
    assert found == []


def _length(page: Page) -> int:
    """Words in English; Chinese characters and Latin words in Chinese. A formula is one."""
    text = re.sub(r"\$[^$]+\$", " x ", page.section_text["short"])
    text = re.sub(r"\[@[^\]]*\]|\]\([^)]*\)|[*`\[\]]", "", text)
    return len(re.findall(r"[\u4e00-\u9fff]|[A-Za-z0-9][\w'’./-]*" if page.language == "zh" else r"\S+", text))


def _outside(kind: str, section: str, low: int, high: int) -> dict[str, int]:
    counts = {str(p.path): sum(e.section == section for e in p.each(kind)) for p in QUESTIONS}
    return {path: n for path, n in counts.items() if not low <= n <= high}
