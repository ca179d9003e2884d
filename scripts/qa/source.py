"""The source of a page, line by line, with what is code, formula or comment blanked; and where rendered text came from."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from qa import markup
from qa.page import Page
from qa.sentinel import Place
from qa.text import line_starts


@dataclass(frozen=True)
class Source:
    """A page's text with lookups by offset."""

    page: Page

    @property
    def body(self) -> str:
        """The text without front matter, every line where it was."""
        return self.page.body

    @property
    def prose(self) -> str:
        """The same without code, formulas and comments."""
        return self.page.prose

    @cached_property
    def with_formulas(self) -> str:
        """The text without code and comments, formulas in place."""
        return markup.blanked(self.body, ("comment", "fence", "code"))

    @cached_property
    def starts(self) -> list[int]:
        return line_starts(self.page.text)

    def place(self, offset: int) -> Place:
        line = bisect_right(self.starts, offset)
        return Place(self.page.path, line, offset - self.starts[line - 1] + 1)

    def finditer(self, pattern: re.Pattern[str], *signs: str) -> Iterator[tuple[Place, re.Match[str]]]:
        """Matches in prose, with their places; where a pattern needs one of some signs, naming them saves the search."""
        if signs and not any(sign in self.prose for sign in signs):
            return iter(())
        return ((self.place(match.start()), match) for match in pattern.finditer(self.prose))

    def start(self, place: Place, beginning: re.Pattern[str]) -> Place:
        """Where the element begins whose target stands at `place`, if what stands before it in its line is such a beginning."""
        line = self.page.text[self.starts[place.line - 1] :][: place.column - 1] if place.path == self.page.path else ""
        found = beginning.search(line)
        return Place(place.path, place.line, found.start() + 1) if found else place

    def locate(self, fragment: str, number: int = 0, at: int = 0) -> Place | None:
        """Where a piece of rendered text stands in the prose; `at` is the offset in it that one wants to point at.

        What is escaped in the source is not the same text, and is not found.
        """
        found = [m.start() for m in re.finditer(re.escape(fragment), self.prose)]
        plain = [start for start in found if self.prose[start + at - 1 : start + at] != "\\"]
        return self.place(plain[min(number, len(plain) - 1)] + at) if plain else None


def of(page: Page) -> Source:
    """The source of a page, made once."""
    return page.once("source", lambda: Source(page))
