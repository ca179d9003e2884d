"""Links and citations that a strict build does not hold."""

import difflib
import re
from collections.abc import Iterator

from qa import citing, markup
from qa.bibliography import PATH
from qa.issue import Issue
from qa.markup import Element
from qa.rules import rule, site_rule
from qa.site import Site

NAMED = re.compile(r"@([^\s,;\]@]+)")


@rule
def unknown_citation(site: Site) -> Iterator[Issue]:
    """Every citation names an entry of `docs/references.bib`.

    Bad:  `[@he2015deep]` where the entry is he2016deep
    Good: `[@he2016deep]`
    """
    for page in site.judged:
        for citation in page.each("citation"):
            for key, _ in markup.citations(citation.value):
                if key not in site.works:
                    close = difflib.get_close_matches(key, list(site.works), 1)
                    message = f"no entry '{key}' in docs/references.bib"
                    remedy = f"Did you mean '{close[0]}'?" if close else "Add the entry there."
                    yield Issue(
                        page.path, citation.line, citation.column + _offset(citation, key), "unknown-citation", message, remedy
                    )


def _offset(citation: Element, key: str) -> int:
    """From the bracket to the `@` of a key."""
    return 1 + max(citation.value.find(f"@{key}"), 0)


def _locator(citation: Element, key: str, word: str) -> int:
    """The column of a word in the place of a citation."""
    start = citation.value.find(f"@{key}") + len(key) + 1
    return citation.column + 1 + max(citation.value.find(word, start), 0)


@rule
def unknown_locator(site: Site) -> Iterator[Issue]:
    """The place of a citation uses the words of `qa.yml`, which are printed in the reader's language.

    Bad:  `[@he2016deep, sec. 3]`
    Good: `[@he2016deep, section 3]`
    """
    for page in site.judged:
        for citation in page.each("citation"):
            for key, place in markup.citations(citation.value):
                bare = [part.strip() for part in place.split(",") if part.strip() in site.conventions.locators]
                for word in bare:
                    message = f"the place of '{key}' is '{word}' without a number"
                    column = _locator(citation, key, word)
                    yield Issue(page.path, citation.line, column, "unknown-locator", message, f"Write `{word} 2`.")
                for word in citing.unknown_locators(place, site.conventions.locators):
                    message = f"the place of '{key}' starts with '{word}'"
                    remedy = f"Words: {', '.join(site.conventions.locators)}."
                    column = _locator(citation, key, word)
                    yield Issue(page.path, citation.line, column, "unknown-locator", message, remedy)


@site_rule
def unused_reference(site: Site) -> Iterator[Issue]:
    """Every entry of the bibliography is cited.

    Bad:  an entry that no page cites
    Good: an entry cited as `[@key]`
    """
    if site.broken:  # what an unreadable page cites is not known
        return
    cited: set[str] = set()
    for page in site.pages:
        if any(key not in cited for key in NAMED.findall(page.text)):
            cited |= {key for e in page.each("citation") for key, _ in markup.citations(e.value)}
    for work in site.works.values():
        if work.key not in cited:
            yield Issue(PATH, work.line, work.column, "unused-reference", f"no page cites '{work.key}'", "Cite it or remove it.")
