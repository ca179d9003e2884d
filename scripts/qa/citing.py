"""Citations in the text: `[@key]`, `[@key, section 2; @other]`. A Markdown extension marks them, `number` prints them."""

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor

from qa import markup
from qa.bibliography import Work
from qa.conventions import Names

PLACEHOLDER = re.compile(r'<cite class="qa-cite" data-cite="([^"]*)"></cite>')


@dataclass(frozen=True)
class Reference:
    """A work as one page cites it: its number there and how often it is cited (one back link each)."""

    number: int
    work: Work
    places: int


class CitationProcessor(InlineProcessor):
    """Turns `[@…]` into an empty `<cite>` that carries the source text; code and formulas are out of its reach."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[ElementTree.Element, int, int]:  # noqa: N802 (the library's name)
        element = ElementTree.Element("cite", {"class": "qa-cite", "data-cite": m[1]})
        return element, m.start(0), m.end(0)


class CitationExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (the library's name)
        # before links (160), after code (190), escapes (180) and mathematics (189.9)
        md.inlinePatterns.register(CitationProcessor(r"\[(@[^\]\[]+)\](?![(\[])", md), "qa-citation", 165)


def makeExtension(**options: object) -> CitationExtension:  # noqa: N802 (the library's name)
    return CitationExtension(**options)


def number(
    content: str, works: Mapping[str, Work], locators: Mapping[str, Names], language: str, draw: Callable[..., str]
) -> tuple[str, list[Reference]]:
    """Number the placeholders in `content` by first appearance; `draw` renders one citation, given its parts.

    A part is (number, key, place, locator); `place` counts the citations of one work, for the links back. A key that
    `works` does not hold raises `KeyError`.
    """
    counts: dict[str, int] = {}

    def part(key: str, locator: str) -> tuple[int, str, int, str]:
        counts.setdefault(works[key].key, 0)
        counts[key] += 1
        return list(counts).index(key) + 1, key, counts[key], locator_text(locator, locators, language)

    def replace(match: re.Match[str]) -> str:
        return draw(parts=[part(key, locator) for key, locator in markup.citations(html.unescape(match[1]))]).strip()

    content = PLACEHOLDER.sub(replace, content)
    return content, [Reference(n, works[key], times) for n, (key, times) in enumerate(counts.items(), 1)]


def locator_text(locator: str, locators: Mapping[str, Names], language: str) -> str:
    """`section 2, table 1` in a language's words; a word that is not in the list stays as it is."""
    parts = (part.strip() for part in locator.split(",") if part.strip())
    return ("，" if language == "zh" else ", ").join(_one_locator(part, locators, language) for part in parts)


def unknown_locators(locator: str, locators: Iterable[str]) -> list[str]:
    """The words of a locator that are not in the list; a bare number continues the part before it."""
    words = (part.strip().partition(" ")[0] for part in locator.split(",") if part.strip())
    return [word for word in words if not re.match(r"[\dA-Z]", word) and word not in set(locators)]


def _one_locator(part: str, locators: Mapping[str, Names], language: str) -> str:
    word, _, rest = part.partition(" ")
    return (
        locators[word][language].format(rest.replace(" and ", " 与 ") if language == "zh" else rest) if word in locators else part
    )
