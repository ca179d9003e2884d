"""What is defined once and used elsewhere on a page: link references, footnotes, abbreviations."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from qa import source
from qa.issue import Issue
from qa.nearest import did_you_mean
from qa.page import Page
from qa.rules import rule
from qa.sentinel import Place
from qa.site import Site

LINK = re.compile(r"^[ >]*\[(?!\^|@)([^\]\n]+)\]:[ \t]*(?=(\S))", re.M)
FOOTNOTE = re.compile(r"^ {0,3}\[\^([^\]\n]+)\]:", re.M)
ABBREVIATION = re.compile(r"^ {0,3}[*]\[([^\]\n]+)\][ \t]?:[ \t]*(.*)$", re.M)
EMPTY = re.compile(r"^ {0,3}\[\^([^\]\n]+)\]:[ \t]*$(?!\n+(?: {4}|\t))", re.M)
DEFINITION = re.compile(r"^[ >]*\*?\[[^\]\n]+\][ \t]?:", re.M)
MARK = re.compile(r"^ {0,3}\[\^[^\]\n]+\]:|(?<!\\)\[\^([^\]\n]+)\]", re.M)


@dataclass(frozen=True)
class Definition:
    """A name that a page defines, with its place."""

    name: str
    place: Place
    meaning: str = ""


@rule
def doubled_definition(site: Site) -> Iterator[Issue]:
    """A link reference, a footnote or an abbreviation is defined once on a page; the second one wins without a word.

    Bad:  `[^1]: one` and `[^1]: another`
    Good: `[^1]` and `[^2]`
    """
    for page in site.judged:
        patterns = (("link reference", LINK), ("footnote", FOOTNOTE), ("abbreviation", ABBREVIATION))
        for what, pattern in patterns if _defines(page) else ():
            first: dict[str, Definition] = {}
            for one in _defined(page, pattern):
                other = first.setdefault(one.name.casefold() if pattern is LINK else one.name, one)
                if other is not one:
                    message = f"the {what} '{one.name}' is defined twice, first on line {other.place.line}"
                    yield _at(one.place, "doubled-definition", message, "Keep one, or rename it.")


@rule
def unused_definition(site: Site) -> Iterator[Issue]:
    """What a page defines, it uses.

    Bad:  `[^2]: …` without `[^2]` in the text
    Good: both
    """
    for page in site.judged:
        if _defines(page):
            for what, one in _unused(page, site):
                yield _at(one.place, "unused-definition", f"nothing uses the {what} '{one.name}'", "Use it or remove it.")


@rule
def empty_definition(site: Site) -> Iterator[Issue]:
    """An abbreviation or a footnote says something.

    Bad:  `*[HTML]:`, `[^1]:`
    Good: `*[HTML]: Hypertext Markup Language`
    """
    for page in site.judged:
        for one in _defined(page, ABBREVIATION) if _defines(page) else ():
            if not one.meaning.strip():
                yield _at(one.place, "empty-definition", f"the abbreviation '{one.name}' has no meaning", "Write it.")
        for place, match in source.of(page).finditer(EMPTY, "[^"):
            yield _at(place, "empty-definition", f"the footnote '{match[1]}' says nothing", "Write it.")


@rule
def undefined_footnote(site: Site) -> Iterator[Issue]:
    """A footnote that is marked is defined on the same page.

    Bad:  `[^not]` where only `[^note]: …` is defined
    Good: `[^note]`
    """
    for page in site.judged:
        if site.settings.extension("footnotes") is not None and "[^" in page.text:
            known = [one.name for one in _defined(page, FOOTNOTE)]
            for place, match in source.of(page).finditer(MARK):
                if match[1] and match[1] not in known and re.fullmatch(r"[\w .-]+", match[1]):
                    remedy = did_you_mean(match[1], known, "Define it.")
                    yield _at(place, "undefined-footnote", f"there is no footnote '{match[1]}'", remedy)


def _defined(page: Page, pattern: re.Pattern[str]) -> list[Definition]:
    found = source.of(page).finditer(pattern)
    return [Definition(m[1], _indented(place, m), m[2] if pattern is ABBREVIATION else "") for place, m in found]


def _indented(place: Place, match: re.Match[str]) -> Place:
    lead = len(match[0]) - len(match[0].lstrip(" >"))
    return Place(place.path, place.line, place.column + lead)


def _unused(page: Page, site: Site) -> Iterator[tuple[str, Definition]]:
    rendered = site.rendered[page.path]
    prose = source.of(page).prose
    reached = {target.place for target in rendered.targets}
    for place, match in source.of(page).finditer(LINK):
        end = Place(place.path, place.line, place.column + len(match[0]) + (match[2] == "<"))
        if end not in reached:
            yield "link reference", Definition(match[1], _indented(place, match))
    marks = Counter(match[1] for match in MARK.finditer(prose))
    for one in _defined(page, FOOTNOTE):
        if one.name not in marks and site.settings.extension("footnotes") is not None:
            yield "footnote", one
    for one in _defined(page, ABBREVIATION):
        if not re.search(rf"\b{re.escape(one.name)}\b", rendered.text) and site.settings.extension("abbr") is not None:
            yield "abbreviation", one


def _defines(page: Page) -> bool:
    """Whether a page defines anything: most do not."""
    return page.once("defines", lambda: DEFINITION.search(page.prose) is not None)


def _at(place: Place, name: str, message: str, remedy: str) -> Issue:
    return Issue(place.path, place.line, place.column, name, message, remedy)
