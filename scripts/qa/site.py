"""Read a site's folder into values: the only module that opens content files."""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from qa import bibliography, cache, conventions, glossary, page, phrasings, settings, text
from qa.bibliography import Work
from qa.conventions import Conventions
from qa.glossary import Term
from qa.issue import InputError, Issue
from qa.page import Page
from qa.phrasings import Phrasing
from qa.sentinel import Rendered
from qa.settings import Settings

Parse = Callable[[str], tuple[Any, list[Issue]]]


@dataclass(frozen=True)
class Site:
    """Everything below a site's root that a rule, a hook or the search looks at; `unreadable` is what could not be read."""

    root: Path
    conventions: Conventions
    pages: tuple[Page, ...]
    files: frozenset[PurePosixPath]
    works: Mapping[str, Work]
    glossary: tuple[Term, ...]
    phrasings: tuple[Phrasing, ...]
    unreadable: tuple[Issue, ...]
    settings: Settings

    @cached_property
    def judged(self) -> tuple[Page, ...]:
        """The pages that rules look at one by one: all of them, unless a run needs some only."""
        return self.pages

    def only(self, pages: Iterable[Page]) -> "Site":
        """The same site, of which these pages alone are judged."""
        other = copy.copy(self)
        other.__dict__["judged"] = tuple(pages)
        return other

    @cached_property
    def rendered(self) -> Mapping[PurePosixPath, Rendered]:
        """What Python-Markdown makes of each page."""
        return cache.rendered([(one.path, one.body) for one in self.pages], self.settings, self.root)

    @cached_property
    def broken(self) -> frozenset[PurePosixPath]:
        """Pages that could not be read: what refers to them is judged once they can."""
        return frozenset(issue.path for issue in self.unreadable if issue.path.suffix == ".md")

    @cached_property
    def by_path(self) -> Mapping[PurePosixPath, Page]:
        return {one.path: one for one in self.pages}

    @cached_property
    def by_id(self) -> Mapping[tuple[str, str], Page]:
        """Pages by (id, language)."""
        return {(one.id, one.language): one for one in self.pages}

    @cached_property
    def questions(self) -> tuple[Page, ...]:
        """Questions in the default language, by topic, then level, then slug."""
        topics, levels = list(self.conventions.topics), list(self.conventions.levels)

        def position(one: Page) -> tuple[int, int, str]:
            level = one.meta.get("level")
            return topics.index(one.topic), levels.index(level) if level in levels else len(levels), one.slug

        default = self.conventions.default_language
        known = [one for one in self.pages if one.is_question and one.language == default and one.topic in topics]
        return tuple(sorted(known, key=position))

    @cached_property
    def by_slug(self) -> Mapping[str, Page]:
        """Questions in the default language by slug; slugs are unique over all topics."""
        return {one.slug: one for one in self.questions}

    @cached_property
    def answered(self) -> Mapping[str, Page]:
        """The page that answers each number of a source: `wechat/1` → page."""
        return {str(number): one for one in self.questions for number in _list(one.meta.get("asked"))}

    def twin(self, one: Page, language: str) -> Page | None:
        """The same page in another language."""
        return self.by_id.get((one.id, language))

    def pairs(self, language: str) -> Iterator[tuple[Page, Page]]:
        """The page in this language and its twin, for every page in another language that is judged."""
        for one in self.judged:
            first = self.twin(one, language)
            if first and first is not one and one.language in self.conventions.languages:
                yield first, one

    def fact(self, one: Page, key: str) -> object:
        """A fact that stands in the default language and holds for all of them."""
        default = self.twin(one, self.conventions.default_language)
        return default.meta.get(key) if default else None


def load(root: Path) -> Site:
    """Read `qa.yml`, everything below `docs/` that is text of ours; what cannot be read becomes an issue."""
    configuration = settings.load(root)
    house = conventions.load(root, configuration.languages)
    docs = root / configuration.docs
    files = sorted(PurePosixPath(path.relative_to(root).as_posix()) for path in docs.rglob("*") if path.is_file())
    pages, unreadable = [], []
    for path in files:
        if path.suffix == ".md":
            try:
                pages.append(page.parse(path, (root / path).read_bytes(), configuration.docs))
            except InputError as error:
                unreadable.append(error.issue)
    works, issues = _parsed(root, bibliography.PATH, bibliography.parse, {})
    terms, broken = _parsed(root, glossary.PATH, lambda raw: glossary.parse(raw, list(house.languages)), ())
    asked, odd = _phrasings(root, files, house)
    problems = (*unreadable, *issues, *broken, *odd)
    return Site(root, house, tuple(pages), frozenset(files), works, terms, tuple(asked), problems, configuration)


def _parsed(root: Path, path: PurePosixPath, parse: Parse, nothing: Any) -> tuple[Any, list[Issue]]:
    """What a file holds, and what is wrong with it; `nothing` where there is none, or none that can be read."""
    try:
        return parse(text.read(root, path)) if (root / path).exists() else (nothing, [])
    except InputError as error:
        return nothing, [error.issue]


def _phrasings(root: Path, files: list[PurePosixPath], house: Conventions) -> tuple[list[Phrasing], list[Issue]]:
    found: list[Phrasing] = []
    issues: list[Issue] = []
    for path in files:
        if path.name == phrasings.NAME and path.parent.name in house.topics:
            more, odd = _parsed(root, path, lambda raw, path=path: phrasings.parse(path, raw, house.languages), [])
            found += more
            issues += odd
    return found, issues


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
