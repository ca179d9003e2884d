"""Included snippets and code: what is included exists, and code says what language it is."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

from qa import links, source
from qa.issue import Issue
from qa.markup import SNIPPET
from qa.nearest import did_you_mean, nearest
from qa.page import Page
from qa.rules import rule, site_rule
from qa.sentinel import MARKED_SNIPPETS
from qa.site import Site
from qa.text import position

FENCE = re.compile(r"^(?P<indent>[ >]*)(?P<ticks>```+|~~~+)[ \t]*(?P<info>[^\n`]*)\n", re.M)
OWN_LANGUAGES = {"output", "text", "console", "math", "mermaid", "plain", "plaintext", "txt", "none", "no-highlight"}


@rule
def missing_snippet(site: Site) -> Iterator[Issue]:
    """Every included file, and every named part of it, exists.

    Bad:  `--8<-- "training/droput.py:train"`
    Good: `--8<-- "training/dropout.py:train"`
    """
    files = links.of(site).files
    for page in site.judged:
        yield from (i for i in source_issues(page, site) if i.rule == "missing-snippet")
        for name in site.rendered[page.path].missing_snippets:
            if f'"{name}' not in page.text and not name.startswith(":") and (offset := page.text.find(name)) >= 0:
                place = source.of(page).place(offset)
                yield Issue(page.path, place.line, place.column, "missing-snippet", f"there is no file '{name}'", "Mend the path.")
        for match in SNIPPET.finditer(page.text):
            path, _, part = match[1].partition(":")
            place = source.of(page).place(match.start(1))
            if path.strip().startswith(("http:", "https:", ";")):
                continue
            if path not in files and not (site.root / path).is_file():
                near = did_you_mean(path, files, "Mend the path.")
                yield Issue(page.path, place.line, place.column, "missing-snippet", f"there is no file '{path}'", near)
            elif message := _missing_part(site, path, part):
                yield Issue(page.path, place.line, place.column + len(path) + 1, "missing-snippet", *message)


@site_rule
def circular_snippet(site: Site) -> Iterator[Issue]:
    """A snippet does not include itself, not by way of others either.

    Bad:  a.md includes b.md, and b.md includes a.md
    Good: a.md includes b.md
    """
    for path in sorted(site.files):
        if path.suffix in MARKED_SNIPPETS and (cycle := _cycle(site, path)):
            text = (site.root / path).read_text(encoding="utf-8", errors="replace")
            match = next(m for m in SNIPPET.finditer(text) if _included(site, m[1]) == cycle)
            yield Issue(
                path,
                *position(text, match.start(1)),
                "circular-snippet",
                f"'{cycle}' includes this file again",
                "Remove one of the two.",
            )


@rule
def unknown_code_language(site: Site) -> Iterator[Issue]:
    """A fence names a language that the highlighter knows.

    Bad:  a fence named `pyhton`
    Good: `python`, `output`, or `text`
    """
    for page in site.judged:
        for element in page.each("fence"):
            name = re.match(r"\{?[ \t]*\.?([\w+#.-]*)", element.detail)
            word = name[1] if name else ""
            if word and word.lower() not in OWN_LANGUAGES | _fences(site) and word.lower() not in _languages():
                near = nearest(word.lower(), _languages() | OWN_LANGUAGES, 0.7)
                remedy = f"Did you mean '{near}'?" if near else "Write `text`."
                place = source.of(page).place(page.text.index(word, element.offset))
                message = f"the highlighter knows no language '{word}'"
                yield Issue(page.path, place.line, place.column, "unknown-code-language", message, remedy)


@rule
def render_failure(site: Site) -> Iterator[Issue]:
    """Python-Markdown renders every page.

    Bad:  a page on which an extension stops with an error
    Good: a page that builds
    """
    for page in site.judged:
        if failure := site.rendered[page.path].failure:
            yield Issue(page.path, 1, 1, "render-failure", f"Python-Markdown stops: {failure}", "Mend what it names.")


def source_issues(page: Page, site: Site) -> Iterator[Issue]:
    from qa.rules import leftovers

    yield from leftovers.found(page, site)


def _missing_part(site: Site, path: str, part: str) -> tuple[str, str] | None:
    """A named part that the file lacks, or lines beyond its end."""
    file = site.root / site.settings.docs / path
    text = (file if file.is_file() else site.root / path).read_text(encoding="utf-8", errors="replace")
    if re.fullmatch(r"[A-Za-z][\w-]*", part):
        names = re.findall(r"-+8<-+[ \t]+\[[ \t]*start[ \t]*:[ \t]*([\w-]+)", text)
        near = did_you_mean(part, names, f"Parts: {', '.join(names) or 'none'}.")
        return None if part in names else (f"'{path}' has no part '{part}'", near)
    lines = len(text.splitlines())
    numbers = [int(n) for n in re.findall(r"\d+", part)]
    if part and numbers and max(numbers) > lines:
        return f"'{path}' has {lines} lines, not {max(numbers)}", "Name lines that it has."
    return None


def _included(site: Site, written: str) -> PurePosixPath:
    return site.settings.docs / written.partition(":")[0]


def _cycle(site: Site, start: PurePosixPath) -> PurePosixPath | None:
    """The file that `start` includes on its way back to itself."""
    first = [path for path in _includes(site, start) if path.suffix in MARKED_SNIPPETS]
    for entry in first:
        seen, waiting = set(), [entry]
        while waiting:
            path = waiting.pop()
            if path == start:
                return entry
            if path not in seen:
                seen.add(path)
                waiting += _includes(site, path)
    return None


def _includes(site: Site, path: PurePosixPath) -> list[PurePosixPath]:
    page = site.by_path.get(path)
    if path not in site.files or path.suffix not in MARKED_SNIPPETS or (page and "8<" not in page.text):
        return []
    text = (site.root / path).read_text(encoding="utf-8", errors="replace")
    return [_included(site, match[1]) for match in SNIPPET.finditer(text)] if "8<" in text else []


def _fences(site: Site) -> set[str]:
    """Fences that the configuration gives a meaning of its own."""
    config = site.settings.extension("pymdownx.superfences") or {}
    return {str(one.get("name")) for one in config.get("custom_fences", []) if isinstance(one, dict)}


@cache
def _languages() -> set[str]:
    from pygments.lexers._mapping import LEXERS

    return {alias.lower() for _, _, aliases, _, _ in LEXERS.values() for alias in aliases}
