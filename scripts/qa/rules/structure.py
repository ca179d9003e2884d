"""Files and headings: names, twins, sections and their ids."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import PurePosixPath

from qa import links, markup
from qa.issue import Issue
from qa.markup import Element
from qa.page import Page
from qa.rules import rule, site_rule
from qa.settings import SNIPPETS
from qa.site import Site

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@site_rule
def bad_file_name(site: Site) -> Iterator[Issue]:
    """A page is `docs/<topic>/<slug>.<language>.md`: kebab case, no dots in it, a topic and a language that exist.

    Bad:  `docs/training/Drop_Out.zh.md`, `docs/training/dropout.md`
    Good: `docs/training/dropout.zh.md`
    """
    for page in site.pages:
        for message, remedy in _name_problems(page, site):
            yield Issue(page.path, 1, 1, "bad-file-name", message, remedy)
    for path in sorted(site.files):
        match = re.search(r"\.([a-z]{2})$", path.stem)
        if (
            path.suffix != ".md"
            and match
            and match[1] not in site.conventions.languages
            and path.suffix in {".svg", ".png", ".jpg", ".webp"}
        ):
            message = f"'.{match[1]}' is taken for a language, and the file vanishes from the site"
            yield Issue(path, 1, 1, "bad-file-name", message, "Write a hyphen in place of the dot.")
    first: dict[str, Page] = {}
    for page in site.pages:
        if page.is_question and first.setdefault(page.slug, page).topic != page.topic:
            message = f"the slug '{page.slug}' is taken by {first[page.slug].path}"
            yield Issue(page.path, 1, 1, "bad-file-name", message, "Choose another; slugs are unique over all topics.")


@site_rule
def language_suffix(site: Site) -> Iterator[Issue]:
    """On a site in several languages, the name of a page ends in one of them; anything else is built for one of them, or for none.

    Bad:  `usage.cn.md`, `tips.md`
    Good: `usage.zh.md`
    """
    languages, where = list(site.conventions.languages), links.of(site)
    if site.conventions.sections or len(languages) < 2:  # our own conventions say it with more words: bad-file-name
        return
    included = {name for one in site.rendered.values() for name in one.snippets}
    appended = set((site.settings.extension(SNIPPETS) or {}).get("auto_append") or ())
    for page in site.pages:
        if page.language in languages or str(page.path) in included | appended or page.path in where.left_out:
            continue
        ending = re.search(r"\.([a-z]{2})\.md$", page.path.name)
        what = f"'.{ending[1]}' is no language of this site" if ending else "the name ends in no language"
        endings = " or ".join(f".{one}.md" for one in languages)
        yield Issue(page.path, 1, 1, "language-suffix", f"{what}, and readers of the others get this page", f"End it in {endings}.")


@site_rule
def missing_translation(site: Site) -> Iterator[Issue]:
    """Every page exists in every language; the build would serve the other language without a word.

    Bad:  `dropout.zh.md` alone
    Good: `dropout.zh.md` and `dropout.en.md`
    """
    unreadable = {issue.path for issue in site.unreadable}
    for page in site.pages:
        for language in site.conventions.languages:
            twin = page.path.with_name(f"{page.slug}.{language}.md")
            if page.language and twin not in site.by_path and twin not in unreadable:
                yield Issue(page.path, 1, 1, "missing-translation", f"there is no {twin.name} beside it", f"Write {twin}.")


@rule
def missing_section(site: Site) -> Iterator[Issue]:
    """A question has all sections of `qa.yml`.

    Bad:  no `## 追问 { #follow-ups }`
    Good: all five
    """
    for page in _questions(site):
        have = {heading.section for heading in page.each("heading")}
        for section, names in site.conventions.sections.items():
            if section not in have and page.language in names:
                heading = f"## {names[page.language]} {{ #{section} }}"
                yield Issue(page.path, 1, 1, "missing-section", f"the section '{section}' is missing", f"Add `{heading}`.")


@rule
def section_order(site: Site) -> Iterator[Issue]:
    """Sections of a question stand in the order of `qa.yml`, and there are no others.

    Bad:  `pitfalls` before `answer`
    Good: `short`, `listens-for`, `answer`, `pitfalls`, `follow-ups`
    """
    order = list(site.conventions.sections)
    for page in _questions(site):
        heads = [h for h in page.each("heading") if h.detail.startswith("2 ") and h.section]
        for heading in heads:
            if heading.section not in order:
                remedy = f"Sections: {', '.join(order)}; make it a subsection (###) of one of them."
                yield _at(page, heading, "section-order", f"'{heading.section}' is no section of a question", remedy)
        known = [h for h in heads if h.section in order]
        for before, after in pairwise(known):
            if order.index(after.section) <= order.index(before.section):
                message = f"'{after.section}' stands after '{before.section}'"
                yield _at(page, after, "section-order", message, f"The order is {', '.join(order)}.")


@rule
def heading_without_id(site: Site) -> Iterator[Issue]:
    """Every heading below the title has an explicit id, equal in all languages; a Chinese one would become `#_1`.

    Bad:  `### 为什么`
    Good: `### 为什么 { #why }`
    """
    for page in site.judged:
        for heading in page.each("heading"):
            if not heading.detail.startswith("1 ") and not markup.heading_id(heading):
                text = heading.detail.partition(" ")[2]
                yield _at(page, heading, "heading-without-id", f"'{text}' has no id", "Add one, such as `{ #why }`.")


def _questions(site: Site) -> Iterator[Page]:
    return (page for page in site.judged if page.is_question and page.language in site.conventions.languages)


def _at(page: Page, element: Element, name: str, message: str, remedy: str) -> Issue:
    return Issue(page.path, element.line, element.column, name, message, remedy)


def _name_problems(page: Page, site: Site) -> Iterator[tuple[str, str]]:
    languages, topics = list(site.conventions.languages), list(site.conventions.topics)
    if page.language not in languages:
        ending = PurePosixPath(page.path.name)
        yield (
            f"'{ending}' ends in no language",
            f"End it in {' or '.join(f'.{language}.md' for language in languages)}.",
        )
    if not SLUG.fullmatch(page.slug):
        yield f"'{page.slug}' is no slug", "Use lower-case English words joined by hyphens."
    if page.topic and page.topic not in topics:
        yield f"'{page.topic}' is no topic", f"Topics: {', '.join(topics)}."
