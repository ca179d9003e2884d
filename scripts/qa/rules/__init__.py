"""The rules: each is one generator function, named for the fault it finds; its docstring says what is true, Bad and Good."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from qa import parallel, suppress
from qa.issue import InputError, Issue
from qa.links import of as link_map
from qa.site import Site

Rule = Callable[[Site], Iterator[Issue]]
RULES: dict[str, Rule] = {}
OF_SITE: set[str] = set()  # the rules that look at all pages together

# What a fault drags along: a rule → the rules whose findings on the same page, in any language, explain its own.
LINK_FAULTS = """
missing-file wrong-case wrong-depth no-extension built-address folder-link bare-link other-language-link broken-link
absolute-link outside-docs own-domain empty-target invisible-character full-width-character backslash-link
space-in-target local-file-link script-link local-address placeholder-address malformed-address credentials-in-address bad-mail
excluded-link draft-link missing-anchor anchor-form anchor-other-language undefined-reference broken-definition
unclosed-comment missing-image
"""
LINKS = frozenset(LINK_FAULTS.split())
SWALLOWING = frozenset({"unclosed-fence", "unclosed-comment", "broken-tag", "merge-marker", "unclosed-block", "empty-page"})
CONVENTIONS = """
missing-key bad-value bad-file-name missing-section section-order section-title heading-without-id unknown-locator
"""
CONVENTIONAL = frozenset(CONVENTIONS.split())
LEFTOVERS = """
broken-link broken-emphasis broken-attribute-list unknown-block stray-block-end unclosed-block broken-table
broken-list broken-heading unbalanced-math broken-citation undefined-reference broken-definition
"""
LEFT = LEFTOVERS.split()
CONSEQUENCES = {
    "link-mismatch": LINKS | SWALLOWING,
    "figure-mismatch": frozenset({"missing-image", "other-language-image", "hot-linked-image"}) | LINKS | SWALLOWING,
    "heading-mismatch": frozenset({"heading-without-id", "broken-attribute-list", "broken-heading", "duplicate-id"}) | SWALLOWING,
    "heading-without-id": frozenset({"broken-attribute-list"}),
    "formula-mismatch": frozenset({"unbalanced-math", "unknown-macro", "broken-formula"}) | SWALLOWING,
    "code-mismatch": frozenset({"missing-snippet", "unknown-code-language", "unclosed-code"}) | SWALLOWING,
    "citation-mismatch": frozenset({"broken-citation", "unknown-citation", "unknown-locator"}) | SWALLOWING,
    "block-mismatch": frozenset({"broken-list", "broken-table", "unknown-block", "stray-block-end"}) | SWALLOWING,
    "missing-section": frozenset({"heading-without-id", "broken-attribute-list", "broken-heading"}) | SWALLOWING,
    "section-order": SWALLOWING,
    "section-title": frozenset({"section-order"}) | SWALLOWING,
    "claimed-alias": frozenset({"bad-file-name"}),
    "orphan-page": frozenset({"bad-file-name", "empty-page"}),
    "title": frozenset({"empty-page", "broken-heading"}) | SWALLOWING,
    "unclosed-tag": frozenset({"unclosed-comment", "broken-tag"}),
    "unused-reference": frozenset(),
    "number-mismatch": SWALLOWING | {"missing-snippet"},
    **{name: frozenset({"unclosed-tag", "unclosed-comment"}) for name in LEFT},
}
EVERYTHING = "outdated-translation"  # told only where nothing else is wrong with the pair


def rule(function: Rule) -> Rule:
    """Register a rule under its function's name, in kebab case."""
    RULES[function.__name__.replace("_", "-")] = function
    return function


def site_rule(function: Rule) -> Rule:
    """The same for a rule that looks at all pages together; the others judge `site.judged`, each page with its twins."""
    OF_SITE.add(function.__name__.replace("_", "-"))
    return rule(function)


def check(site: Site) -> list[Issue]:
    """Every problem of a site, by path, line and column; files that cannot be read come with the rest."""
    try:
        shares = _shares(site)
    except InputError as error:
        return sorted([error.issue, *site.unreadable])
    found = {issue for issues in parallel.each(_found, shares, len(site.pages)) for issue in issues}
    told = suppress.apply(_without_consequences(found | set(site.unreadable), site), site, {*RULES, *(i.rule for i in found)})
    return sorted(told)


def _applying(site: Site) -> dict[str, Rule]:
    """All rules; on a site without conventions of its own those of questions, file names and ids are left out."""
    own = bool(site.conventions.sections)
    return {name: function for name, function in RULES.items() if own or name not in CONVENTIONAL}


def _shares(site: Site) -> list[tuple[Site, list[Rule]]]:
    """The rules of pages for every process some of the pages, those of the site for the first."""
    rules = _applying(site)
    of_pages = [function for name, function in rules.items() if name not in OF_SITE]
    of_site = [function for name, function in rules.items() if name in OF_SITE]
    workers = parallel.workers(len(site.pages))
    _ = site.rendered, site.by_id, link_map(site)  # once, before the processes part
    judged = [page for page in site.judged if page.path not in link_map(site).left_out]
    size = -(-len(judged) // workers)  # neighbours together: a page and its twins
    shares = [(site.only(judged[number * size : (number + 1) * size]), of_pages) for number in range(workers)]
    return [(shares[0][0], [*of_site, *of_pages]), *shares[1:]]


def _found(share: tuple[Site, list[Rule]]) -> list[Issue]:
    site, functions = share
    return [issue for function in functions for issue in function(site)]


def _without_consequences(issues: set[Issue], site: Site) -> Iterator[Issue]:
    """Leave out what another problem of the same page explains: it is told again once that one is mended."""
    by_page: dict[str, set[str]] = {}
    for issue in issues:
        by_page.setdefault(_page(issue.path, site), set()).add(issue.rule)
    for issue in issues:
        others = by_page[_page(issue.path, site)]
        explained = others - {EVERYTHING} if issue.rule == EVERYTHING else others & CONSEQUENCES.get(issue.rule, frozenset())
        if not explained:
            yield issue


def _page(path: PurePosixPath, site: Site) -> str:
    """The path without its language: `docs/training/dropout`."""
    stem, _, language = path.name.removesuffix(".md").rpartition(".")
    return str(path.with_name(stem) if language in site.conventions.languages else path)


for module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{module.name}")
