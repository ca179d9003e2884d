"""Anchors: what a link points at within a page exists there, once, under an id that someone wrote."""

import re
import unicodedata
from collections.abc import Iterator
from functools import partial
from urllib.parse import unquote

from qa import links
from qa.issue import Fix, Issue
from qa.links import Link, Map
from qa.nearest import nearest
from qa.page import Page
from qa.rules import rule
from qa.sentinel import Anchor
from qa.site import Site

NUMBERED = re.compile(r"(^|\w)_\d+$")
REFERRING = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "headers", "list", "usemap")


@rule
def missing_anchor(site: Site) -> Iterator[Issue]:
    """The id that a link names exists on the page that it leads to.

    Bad:  `[proof](resnet.en.md#prof)`
    Good: `[proof](resnet.en.md#proof)`
    """
    yield from _found(site, "missing-anchor")


@rule
def anchor_form(site: Site) -> Iterator[Issue]:
    """An id is spelt as it stands on the page: same letter case, same Unicode form.

    Bad:  `[proof](resnet.en.md#Proof)`
    Good: `[proof](resnet.en.md#proof)`
    """
    yield from _found(site, "anchor-form")


@rule
def anchor_other_language(site: Site) -> Iterator[Issue]:
    """An id that a link names exists in the language that it leads to, not only in another one.

    Bad:  `[proof](resnet.zh.md#proof)` where only resnet.en.md has `{ #proof }`
    Good: the same ids in both
    """
    yield from _found(site, "anchor-other-language")


@rule
def automatic_anchor(site: Site) -> Iterator[Issue]:
    """Links name ids that someone wrote: `#_1` or `#results_1` change whenever a heading is added.

    Bad:  `[reason](#_1)`
    Good: `[reason](#why)` and `## 原因 { #why }`
    """
    yield from _found(site, "automatic-anchor")


@rule
def duplicate_id(site: Site) -> Iterator[Issue]:
    """An id stands once on a page.

    Bad:  two headings with `{ #proof }`
    Good: `{ #proof }` and `{ #proof-2 }`
    """
    for page in site.judged:
        first: dict[str, Anchor] = {}
        for anchor in site.rendered[page.path].anchors:
            other = first.setdefault(anchor.id, anchor)
            if other is not anchor and anchor.kind == "explicit" and other.kind == "explicit" and other.place != anchor.place:
                here = f", first on line {other.place.line}"
                yield Issue(
                    anchor.place.path,
                    anchor.place.line,
                    anchor.place.column,
                    "duplicate-id",
                    f"the id '{anchor.id}' stands twice{here}",
                    "Rename one of them and the links to it.",
                )


@rule
def dangling_reference(site: Site) -> Iterator[Issue]:
    """What raw HTML refers to by id is on the page: labels, SVG uses, descriptions.

    Bad:  `<label for="name">` without an element of this id
    Good: `<label for="name">…</label> <input id="name">`
    """
    for page in site.judged:
        rendered = site.rendered[page.path]
        for target in rendered.targets:
            if target.attribute in REFERRING or (target.tag in {"use", "textpath"} and target.value.startswith("#")):
                for name in target.value.split():
                    if name.lstrip("#") not in rendered.ids:
                        message = f"nothing on this page has the id '{name.lstrip('#')}'"
                        place = target.place
                        near = nearest(name.lstrip("#"), rendered.ids)
                        remedy = f"Did you mean '{near}'?" if near else "Mend or remove it."
                        yield Issue(place.path, place.line, place.column, "dangling-reference", message, remedy)


def _found(site: Site, name: str) -> Iterator[Issue]:
    """What is wrong with the fragments of links, found once for all rules."""
    where = links.of(site)
    for page in site.judged:
        yield from (issue for issue in page.once("anchors", partial(_objections, page, where)) if issue.rule == name)


def _objections(page: Page, where: Map) -> list[Issue]:
    return [issue for link in where.of(page) if link.fragment and (issue := _judged(link, where))]


def _judged(link: Link, where: Map) -> Issue | None:
    page = _page(link, where)
    if page is None:
        return None
    ids, name = where.anchors(page), link.fragment.partition(":~:")[0]
    if name in ids or unquote(name) in ids:
        return _automatic(link, page, where)
    name = unquote(name)
    if found := _close_form(name, ids):
        return _issue(link, "anchor-form", f"{_there(link, page)} has '#{found}', not '#{name}'", f"Write #{found}.", found)
    if other := _elsewhere(name, page, where):
        message = f"'#{name}' exists in {other.path.name} only, not in {page.path.name}"
        return _issue(link, "anchor-other-language", message, f"Give the heading in {page.path.name} this id.", None)
    near = nearest(name, ids, 0.6)
    remedy = f"Did you mean #{near}?" if near else f"Ids there: {', '.join(sorted(_written(page, where))[:8]) or 'none'}."
    return _issue(link, "missing-anchor", f"{_there(link, page)} has no '#{name}'", remedy, None)


def _automatic(link: Link, page: Page, where: Map) -> Issue | None:
    if not NUMBERED.search(link.fragment):
        return None
    anchor = next((a for a in where.explicit(page) if a.id == link.fragment), None)
    if not anchor or anchor.kind != "automatic":
        return None
    message = f"'#{link.fragment}' is a number given by order, and changes with the headings before it"
    return _issue(link, "automatic-anchor", message, f"Give '{anchor.text}' an id of its own.", None)


def _page(link: Link, where: Map) -> Page | None:
    """The page of the site that a link with a fragment leads to, if it could be read."""
    if link.is_external or link.fragment.startswith(":~:") or link.target.tag == "use":
        return None
    if link.is_raw and link.path:
        return where.pages.get(where.addresses.get(link.path.lstrip("/"), ""))
    return where.pages.get(link.path) if link.path else link.page


def _close_form(name: str, ids: frozenset[str]) -> str | None:
    def form(text: str) -> str:
        return unicodedata.normalize("NFKC", text).casefold()

    return next((one for one in sorted(ids) if form(one) == form(name)), None)


def _elsewhere(name: str, page: Page, where: Map) -> Page | None:
    """A twin in another language that has this id."""
    twins = (where.site.twin(page, language) for language in where.languages if language != page.language)
    return next((twin for twin in twins if twin and name in where.anchors(twin)), None)


def _written(page: Page, where: Map) -> set[str]:
    return {anchor.id for anchor in where.explicit(page)}


def _there(link: Link, page: Page) -> str:
    return "this page" if link.page is page else page.path.name


def _issue(link: Link, name: str, message: str, remedy: str, value: str | None) -> Issue:
    """At the `#` of the target."""
    place = link.target.place
    column = place.column + max(link.target.value.find("#"), 0)
    fix = Fix(f"#{link.fragment}", f"#{value}") if value else None
    return Issue(place.path, place.line, column, name, message, remedy, fix)
