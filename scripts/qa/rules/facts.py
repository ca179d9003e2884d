"""Front matter: a closed list of keys, values from closed lists, and facts that fit each other over all pages."""

import datetime
import difflib
import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from qa import source
from qa.issue import Issue
from qa.nearest import nearest
from qa.page import Page
from qa.rules import rule, site_rule
from qa.site import Site

# What MkDocs, Material and their usual plugins read from front matter: on a site without qa.yml, a slip of one of these.
KEY_NAMES = """
title description template hide search icon status subtitle tags social comments date authors categories draft links pin
readtime slug robots image author revision_date exclude boost keywords redirect redirects lang
"""
TITLE = re.compile(r"^#[ \t]+(.*?)[ \t]*$", re.M)
KEYS = tuple(KEY_NAMES.split())


@rule
def unknown_key(site: Site) -> Iterator[Issue]:
    """Front matter has only keys that mean something.

    Bad:  `alias: [BN]`
    Good: `aliases: [BN]`
    """
    closed = bool(site.conventions.front_matter)
    for page in site.judged:
        allowed = _keys(page, site) if closed else list(KEYS)
        for key in page.meta:
            if key not in allowed and (closed or nearest(str(key), KEYS, 0.8)):
                message = f"unknown key '{key}'{_did_you_mean(str(key), allowed)}"
                yield _at(page, str(key), "unknown-key", message, f"Keys of this page: {', '.join(allowed)}.")


@site_rule
def unknown_template(site: Site) -> Iterator[Issue]:
    """The template that a page asks for exists, here or in the theme.

    Bad:  `template: landing.html` and no such file in `custom_dir`
    Good: `template: main.html`
    """
    theme = site.settings.data.get("theme")
    home = _theme(str((theme.get("name") if isinstance(theme, dict) else theme) or "mkdocs"))
    own = site.root / (site.settings.templates or ".")
    for page in site.pages:
        wanted = page.meta.get("template")
        if home and wanted and not any((folder / str(wanted)).is_file() for folder in (home, own)):
            message = f"neither this site nor its theme has a template '{wanted}'"
            yield _at(page, "template", "unknown-template", message, "Write it, or leave the key out.", wanted)


@cache
def _theme(name: str) -> Path | None:
    """The folder of an installed theme's templates."""
    found = next((one for one in metadata.entry_points(group="mkdocs.themes") if one.name == name), None)
    spec = importlib.util.find_spec(found.value) if found else None
    return Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else None


@rule
def one_sided_key(site: Site) -> Iterator[Issue]:
    """What a page says of itself to readers, it says in every language.

    Bad:  `description` in Chinese alone
    Good: one in each language
    """
    if site.conventions.front_matter:  # there it says what each language must have
        return
    for default, page in site.pairs(site.conventions.default_language):
        for key in ("title", "description"):
            for has, lacks in ((default, page), (page, default)):
                if has.meta.get(key) and not lacks.meta.get(key):
                    message = f"{has.path.name} has '{key}', and this page has none"
                    yield Issue(lacks.path, 1, 1, "one-sided-key", message, f"Add `{key}:` in its language.")


@rule
def missing_key(site: Site) -> Iterator[Issue]:
    """A question states all of its facts.

    Bad:  front matter without `level`
    Good: `level: mid`
    """
    for page in site.judged:
        if page.is_question:
            missing = [key for key in _keys(page, site) if key not in page.meta]
            for key in missing:
                yield Issue(page.path, 1, 1, "missing-key", f"the key '{key}' is missing", f"Add `{key}:` to the front matter.")


@rule
def bad_value(site: Site) -> Iterator[Issue]:
    """Values have the form that their key asks for.

    Bad:  `level: middle`
    Good: `level: mid`
    """
    for page in site.judged:
        if page.is_question:
            for key in page.meta:
                if (form := FORMS.get(key)) and (problem := form(page.meta[key], site)):
                    yield _at(page, key, "bad-value", f"'{key}' {problem[0]}", problem[1], page.meta[key])


@site_rule
def unknown_source(site: Site) -> Iterator[Issue]:
    """`asked` names a source of `qa.yml` and a number that this source has.

    Bad:  `asked: [wechat/13]`
    Good: `asked: [wechat/12]`
    """
    sources = site.conventions.sources
    for page in site.questions:
        for entry in _strings(page, "asked"):
            name, _, number = entry.partition("/")
            if name not in sources:
                message = f"unknown source '{name}'{_did_you_mean(name, list(sources))}"
                yield _at(page, "asked", "unknown-source", message, f"Sources: {', '.join(sources)}.", entry)
            elif not number.isdecimal() or number != str(int(number)) or int(number) not in sources[name].numbers:
                have = sources[name].numbers
                yield _at(
                    page,
                    "asked",
                    "unknown-source",
                    f"'{name}' has no number {number}",
                    f"It has {have[0]} to {have[-1]}.",
                    entry,
                )


@rule
def unknown_claim_source(site: Site) -> Iterator[Issue]:
    """The number that a claim is taken from exists in the source that it names, and is one that the page answers.

    Bad:  `/// claim | "…" (wechat/99)`
    Good: `/// claim | "…" (wechat/1)` on the page with `asked: [wechat/1]`
    """
    sources = site.conventions.sources
    for page in site.judged:
        for claim in page.each("claim"):
            for match in re.finditer(r"(?<![\w/.-])([a-z]+)/(\d+)(?![\w/])", claim.value):
                known, near = sources.get(match[1]), nearest(match[1], sources, 0.8)
                message, remedy, asked = f"there is no '{match[0]}'", "", site.fact(page, "asked")
                if known and int(match[2]) not in known.numbers:
                    remedy = f"It has {known.numbers[0]} to {known.numbers[-1]}."
                elif known and page.is_question and isinstance(asked, list) and match[0] not in asked:
                    message = f"this page is not asked as '{match[0]}'"
                    remedy = f"Its numbers: {', '.join(map(str, asked)) or 'none'}."
                elif not known and near:
                    remedy = f"Did you mean '{near}'?"
                elif not known and sources and re.search(rf"[(（]{re.escape(match[0])}[)）]$", claim.value):
                    remedy = f"Sources: {', '.join(sources)}."
                if remedy:
                    place = source.of(page).place(page.text.index(match[0], claim.offset))
                    yield Issue(page.path, place.line, place.column, "unknown-claim-source", message, remedy)


@site_rule
def duplicate_asked(site: Site) -> Iterator[Issue]:
    """A number of a source is answered by one page.

    Bad:  `asked: [wechat/1]` on two pages
    Good: `asked: [wechat/1]` on one of them
    """
    answering: dict[str, list[Page]] = {}
    for page in site.questions:
        for entry in dict.fromkeys(_strings(page, "asked")):
            answering.setdefault(entry, []).append(page)
    for page in site.questions:
        for entry in dict.fromkeys(_strings(page, "asked")):
            for other in [one for one in answering[entry] if one is not page][:1]:
                message = f"'{entry}' is answered by {other.path}, too"
                yield _at(page, "asked", "duplicate-asked", message, "Keep it on the page that answers it.", entry)
        for entry in {e for e in _strings(page, "asked") if _strings(page, "asked").count(e) > 1}:
            yield _at(page, "asked", "duplicate-asked", f"'{entry}' stands twice", "Keep one of them.", entry, 1)


@site_rule
def doubled_title(site: Site) -> Iterator[Issue]:
    """Every question has a title of its own, in each language.

    Bad:  `# How does dropout work?` on two pages
    Good: two questions
    """
    first: dict[tuple[str, str], Page] = {}
    for page in (one for one in site.pages if one.is_question):
        if found := TITLE.search(page.body):
            other = first.setdefault((page.language, found[1].casefold()), page)
            if other is not page:
                line, message = page.body.count("\n", 0, found.start()) + 1, f"{other.path} has the same title"
                yield Issue(page.path, line, 1, "doubled-title", message, "Say what sets them apart.")


@site_rule
def unknown_related(site: Site) -> Iterator[Issue]:
    """`related` names other questions, once each.

    Bad:  `related: [drop-out]`
    Good: `related: [dropout]`
    """
    slugs = list(site.by_slug)
    unread = {path.name.partition(".")[0] for path in site.broken}
    for page in site.questions:
        related = _strings(page, "related")
        for slug in related:
            if slug not in slugs and slug not in unread:
                message = f"'related' names '{slug}', and there is no such question{_did_you_mean(slug, slugs)}"
                yield _at(
                    page,
                    "related",
                    "unknown-related",
                    message,
                    "Name the slug of a question, without topic or language.",
                    slug,
                )
        for slug in {s for s in related if related.count(s) > 1 or s == page.slug}:
            why = "the page itself" if slug == page.slug else f"'{slug}' twice"
            yield _at(page, "related", "unknown-related", f"'related' names {why}", "Remove it.", slug, int(slug != page.slug))


@site_rule
def one_way_related(site: Site) -> Iterator[Issue]:
    """Relations hold both ways.

    Bad:  dropout relates to bias-variance, and bias-variance does not relate to dropout
    Good: each names the other
    """
    for page in site.questions:
        for slug in dict.fromkeys(_strings(page, "related")):
            other = site.by_slug.get(slug)
            if other and other is not page and page.slug not in _strings(other, "related"):
                message = f"'related' names '{slug}', and {other.path} does not name '{page.slug}'"
                yield _at(
                    page,
                    "related",
                    "one-way-related",
                    message,
                    f"Add {page.slug} to `related` there, or remove {slug} here.",
                )


def _keys(page: Page, site: Site) -> list[str]:
    """The keys that a page may have; a question must have them all."""
    table = site.conventions.front_matter
    if not page.is_question:
        return table["plain"]
    return table["default" if page.language == site.conventions.default_language else "other"]


def _at(page: Page, key: str, name: str, message: str, remedy: str, value: object = None, number: int = 0) -> Issue:
    """At a value of a key, the `number`-th that is the same, or at the key."""
    lines = page.text.split("\n")
    line, column = page.line_of(key), 1
    rest = "\n".join(lines[line - 1 : min([n for n in page.meta_lines.values() if n > line], default=line + 1) - 1])
    if value is not None:
        found = [m.start() for m in re.finditer(rf"(?<![\w/-]){re.escape(str(value))}(?![\w/-])", rest) if m.start() >= len(key)]
        if found:
            at = found[min(number, len(found) - 1)]
            line, column = line + rest.count("\n", 0, at), at - rest.rfind("\n", 0, at)
    return Issue(page.path, line, column, name, message, remedy)


def _strings(page: Page, key: str) -> list[str]:
    value = page.meta.get(key)
    return [str(entry) for entry in value] if isinstance(value, list) else []


def _did_you_mean(word: str, choices: list[str]) -> str:
    close = difflib.get_close_matches(word, choices, 1)
    return f"; did you mean '{close[0]}'?" if close else ""


def _level(value: object, site: Site) -> tuple[str, str] | None:
    if value in list(site.conventions.levels):
        return None
    return f"is '{value}'", f"Levels: {', '.join(site.conventions.levels)}."


def _aliases(value: object, site: Site) -> tuple[str, str] | None:
    names = [str(entry) for entry in value] if isinstance(value, list) else []
    twice = sorted({name for name in names if names.count(name) > 1})
    if odd := next((name for name in names if re.search(r"[，、；]|^[“‘「].*[”’」]$", name)), ""):
        return f"names '{odd}': a full-width sign parts no names and quotes none", "Write [one, two]."
    return (f"names '{twice[0]}' twice", "Keep one of them.") if twice else _list(value, site)


def _list(value: object, site: Site) -> tuple[str, str] | None:
    if isinstance(value, list) and all(isinstance(entry, str) and entry.strip() for entry in value):
        return None
    return (
        f"is no list of words: {value!r}",
        "Write [one, two]; quote what YAML would read as a number or as true/false.",
    )


def _date(value: object, site: Site) -> tuple[str, str] | None:
    if isinstance(value, datetime.date):
        ahead = value > datetime.date.today() + datetime.timedelta(days=2)
        return (f"is '{value}', which is still to come", "Write the day of the last review.") if ahead else None
    return f"is '{value}'", "Write a date such as 2026-11-22."


FORMS = {
    "level": _level,
    "asked": _list,
    "related": _list,
    "aliases": _aliases,
    "reviewed": _date,
}
