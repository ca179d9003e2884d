"""Languages are equal: what has no language of its own corresponds one to one."""

import re
from collections.abc import Callable, Iterator
from itertools import takewhile, zip_longest

from qa import markup
from qa.issue import Issue
from qa.links import neutral
from qa.markup import Element
from qa.page import Page
from qa.rules import rule
from qa.rules.languages import HAN
from qa.site import Site
from qa.text import position

FACTS = {"claim": re.compile(r"\b[a-z]+/\d+\b"), "block": re.compile(r"^[\w-]+$")}  # what a block says that has no language
TEXT = re.compile(r"(\\text(?:rm|normal|bf|it)?\{)([^{}]*)\}")  # what a formula says in words
WORDY = frozenset({"markdown", "md", "text", "txt", "plaintext", "html"})  # fences that show what is written in a language
COMMENT = re.compile(r"(?:^|(?<=\s))(?:#|//|--|;)\s.*$")
Shape = Callable[[Page], list[tuple[str, Element]]]


@rule
def heading_mismatch(site: Site) -> Iterator[Issue]:
    """Headings correspond: the same ids at the same levels in the same order.

    Bad:  `### 推导 { #derivation }` and `### Derivation { #proof }`
    Good: the same id in both
    """

    def headings(page: Page) -> list[tuple[str, Element]]:
        return [(f"{'#' * int(h.detail[0])} #{markup.heading_id(h)}", h) for h in page.each("heading")]

    yield from _compare(site, "heading-mismatch", "heading", headings)
    for default, page in site.pairs(site.conventions.default_language):  # the same ids, in another order
        theirs, ours = ([(name, h) for h in one.each("heading") if (name := markup.heading_id(h))] for one in (default, page))
        there, here = [name for name, _ in theirs], [name for name, _ in ours]
        if there != here and len(set(there)) == len(there) and sorted(there) == sorted(here):
            moved = next(((want, name, head) for want, (name, head) in zip(there, ours, strict=True) if want != name), None)
            if moved:
                want, name, head = moved
                message = f"'#{name}' stands where {default.path.name} has '#{want}'"
                yield Issue(page.path, head.line, head.column, "heading-mismatch", message, "Give them the same order.")


@rule
def formula_mismatch(site: Site) -> Iterator[Issue]:
    """Display formulas are the same, in the same order; white space does not count, and words in `\\text{}` may be translated.

    Bad:  $$ y = Wx $$ and $$ y = Wx + b $$
    Good: the same formula in both
    """

    def formulas(page: Page) -> list[tuple[str, Element]]:
        return [(" ".join("".join(parts).split()), e) for e, parts in _untold(page, site, ("display",), TEXT.split)]

    yield from _compare(site, "formula-mismatch", "display formula", formulas)


@rule
def code_mismatch(site: Site) -> Iterator[Issue]:
    """Code blocks and snippets are the same, in the same order; comments may be translated.

    Bad:  one language includes `dropout.py:train`, the other `dropout.py:infer`
    Good: the same snippet in both
    """

    def code(page: Page) -> list[tuple[str, Element]]:
        def lines(value: str) -> list[str]:
            return value.split("\n")

        told = {e: "\n".join(parts) for e, parts in _untold(page, site, ("fence",), lines) if e.detail.split(" ")[0] in WORDY}
        return [
            (f"{e.detail} {_neutral(e.value, site) if e.kind == 'snippet' else told.get(e) or _code(e, site)}".strip(), e)
            for e in page.each("fence", "snippet")
        ]

    yield from _compare(site, "code-mismatch", "code block", code)


@rule
def figure_mismatch(site: Site) -> Iterator[Issue]:
    """Figures are the same, in the same order, with a caption in all languages or in none.

    Bad:  a figure that only one language shows
    Good: the same file in both
    """

    def figures(page: Page) -> list[tuple[str, Element]]:
        return [(_neutral(e.value, site) + _caption(page, e), e) for e in page.each("figure")]

    yield from _compare(site, "figure-mismatch", "figure", figures)


@rule
def link_mismatch(site: Site) -> Iterator[Issue]:
    """Each section links to the same pages and places; the order may follow the language.

    Bad:  `[ResNet](resnet.zh.md#answer)` and `[ResNet](resnet.en.md)`
    Good: `[ResNet](resnet.zh.md#answer)` and `[ResNet](resnet.en.md#answer)`
    """

    def links(page: Page) -> list[tuple[str, Element]]:
        return [(_neutral(e.value, site), e) for e in page.each("link", "definition")]

    yield from _compare(site, "link-mismatch", "link", links, ordered=False)


@rule
def citation_mismatch(site: Site) -> Iterator[Issue]:
    """Each section cites the same works at the same places; the order may follow the language.

    Bad:  `[@he2016deep, section 3]` and `[@he2016deep, section 4]`
    Good: the same in both
    """

    def cited(page: Page) -> list[tuple[str, Element]]:
        return [(f"@{key}, {place}".rstrip(", "), e) for e in page.each("citation") for key, place in markup.citations(e.value)]

    yield from _compare(site, "citation-mismatch", "citation", cited, ordered=False)


@rule
def block_mismatch(site: Site) -> Iterator[Issue]:
    """Each section has as many list items, table rows, annotated mistakes and follow-ups in every language.

    Bad:  four follow-ups in Chinese, three in English
    Good: four in both
    """
    names = {
        "item": "list item",
        "row": "table row",
        "claim": "annotated mistake",
        "details": "follow-up",
        "block": "block",
        "quote": "quotation",
    }
    for kind, name in names.items():

        def blocks(page: Page, kind: str = kind) -> list[tuple[str, Element]]:
            facts = FACTS.get(kind)
            return [(" ".join([e.section, *facts.findall(e.value)]) if facts else e.section, e) for e in page.each(kind)]

        yield from _compare(site, "block-mismatch", name, blocks)
    for default, page in site.pairs(site.conventions.default_language):  # titles that are names: Windows, macOS
        for theirs, ours in zip(default.each("block"), page.each("block"), strict=False):
            named = theirs.detail and ours.detail and not HAN.search(theirs.detail + ours.detail)
            if named and theirs.detail.casefold() != ours.detail.casefold():
                message = f"'{ours.detail}' is '{theirs.detail}' in {default.path.name}:{theirs.line}"
                yield Issue(page.path, ours.line, ours.column, "block-mismatch", message, "Make the two languages correspond.")


def _untold(
    page: Page, site: Site, kinds: tuple[str, ...], split: Callable[[str], list[str]]
) -> Iterator[tuple[Element, list[str]]]:
    """Elements in parts, those left empty that say something in Chinese here or in another language: they are translated."""
    own = page.each(*kinds)
    twins = [twin.each(*kinds) for one in site.conventions.languages if (twin := site.twin(page, one))]
    for number, element in enumerate(own):
        parts = split(element.value)
        others = [split(some[number].value) for some in twins if number < len(some)]
        same = [some for some in others if len(some) == len(parts)]
        yield element, ["" if any(HAN.search(some[at]) for some in same) else part for at, part in enumerate(parts)]


def _compare(site: Site, name: str, what: str, shape: Shape, ordered: bool = True) -> Iterator[Issue]:
    """Report, in every other language, the first place of each section where it leaves the default language."""
    for default, page in site.pairs(site.conventions.default_language):
        yield from _differences(default, page, name, what, shape, ordered)


def _differences(default: Page, page: Page, name: str, what: str, shape: Shape, ordered: bool) -> Iterator[Issue]:
    both = [shape(one) for one in (default, page)]
    if _same(*both):
        return
    theirs, ours = (_by_section(one, ordered) for one in both)
    for section in dict.fromkeys([*theirs, *ours]):
        pairs = zip_longest(theirs.get(section, []), ours.get(section, []))
        first = next(((a, b) for a, b in pairs if not a or not b or a[0] != b[0]), None)
        if first:
            yield _difference(default, page, section, name, what, *first)


def _same(theirs: list[tuple[str, Element]], ours: list[tuple[str, Element]]) -> bool:
    """Whether they correspond one by one: most do."""
    pairs = zip(theirs, ours, strict=False)
    return len(theirs) == len(ours) and all(a[0] == b[0] and a[1].section == b[1].section for a, b in pairs)


def _difference(
    default: Page,
    page: Page,
    section: str,
    name: str,
    what: str,
    expected: tuple[str, Element] | None,
    found: tuple[str, Element] | None,
) -> Issue:
    place = f"{default.path.name}:{expected[1].line}" if expected else default.path.name
    want = f"{place} has '{_short(expected[0])}'" if expected else f"{place} has no more"
    have = f"'{_short(found[0])}'" if found else f"no more of them in '{section or 'the beginning'}'"
    line, column = _where(page, expected and expected[1], found[1]) if found else page.section_place(section)
    return Issue(page.path, line, column, name, f"{what}: {want}, here {have}", "Make the two languages correspond.")


def _where(page: Page, expected: Element | None, found: Element) -> tuple[int, int]:
    """Where two formulas or blocks of code part; where only one is there, or two of another kind, its beginning."""
    if not expected or not expected.kind == found.kind in {"display", "fence"} or expected.detail != found.detail:
        return found.line, found.column
    start = page.text.find(found.value, found.offset)
    for theirs, ours in zip_longest(expected.value.split("\n"), found.value.split("\n")):
        if ours is None or start < 0:
            break
        if theirs is None or COMMENT.sub("", theirs).rstrip() != COMMENT.sub("", ours).rstrip():
            same = takewhile(lambda pair: pair[0] == pair[1], zip(theirs or "", ours, strict=False))
            return position(page.text, start + len(list(same)))
        start += len(ours) + 1
    return found.line, found.column


def _caption(page: Page, figure: Element) -> str:
    """Whether a figure has one: each language writes its own."""
    line = page.text[figure.offset :].partition("\n")[0]
    return " with a caption" if re.match(r"!\[.*?\]\([^)\s]*\s+[\"']", line) else ""


def _code(fence: Element, site: Site) -> str:
    """Code without what each language may say in its own words: comments to the end of a line, the words of a diagram."""
    own = site.settings.extension("pymdownx.superfences") or {}
    if fence.detail.split(" ")[0] in {str(one.get("name")) for one in own.get("custom_fences") or () if isinstance(one, dict)}:
        return ""
    return "\n".join(COMMENT.sub("", line).rstrip() for line in fence.value.splitlines())


def _neutral(target: str, site: Site) -> str:
    """A target without the language in its file name, or in the host and path of an address on the web."""
    target = neutral(target, site.conventions.languages)
    target = re.sub(rf"(?<=\w)[-_](?:{'|'.join(site.conventions.languages)})(?=\.\w+$)", "", target)
    if target.startswith("mailto:"):  # whom it goes to is the same, what it is about is told in the language
        return target.partition("?")[0]
    if re.match(r"https?:", target):
        host, _, path = target.partition("://")[2].partition("/")
        code = rf"(?:{'|'.join(site.conventions.languages)})(?:[-_]\w+)?"
        other = re.sub(rf"^{code}\.", "", host)
        return other if other != host else re.sub(rf"(?<=/){code}/", "", f"{host}/{path}")
    return target


def _by_section(shape: list[tuple[str, Element]], ordered: bool) -> dict[str, list[tuple[str, Element]]]:
    sections: dict[str, list[tuple[str, Element]]] = {}
    for entry in shape:
        sections.setdefault(entry[1].section, []).append(entry)
    return sections if ordered else {key: sorted(entries, key=lambda e: e[0]) for key, entries in sections.items()}


def _short(text: str, limit: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
