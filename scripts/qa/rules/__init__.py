"""The rules: each is one generator function, named for the fault it finds; its docstring says what is true, Bad and Good."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from qa import judged, parallel, suppress
from qa.issue import InputError, Issue
from qa.links import of as link_map
from qa.page import Page
from qa.site import Site

Rule = Callable[[Site], Iterator[Issue]]
RULES: dict[str, Rule] = {}
OF_SITE: set[str] = set()  # the rules that look at all pages together
TOGETHER: dict[str, Rule] = {}  # rules that are told apart after one look → what says everything that this look finds

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
    "heading-mismatch": frozenset(
        {"heading-without-id", "full-width-markup", "broken-attribute-list", "broken-heading", "duplicate-id"}
    )
    | SWALLOWING,
    "heading-without-id": frozenset({"broken-attribute-list", "full-width-markup"}),
    "formula-mismatch": frozenset({"unbalanced-math", "unknown-macro", "broken-formula"}) | SWALLOWING,
    "code-mismatch": frozenset({"missing-snippet", "unknown-code-language", "unclosed-code"}) | SWALLOWING,
    "citation-mismatch": frozenset({"broken-citation", "unknown-citation", "unknown-locator"}) | SWALLOWING,
    "block-mismatch": frozenset({"broken-list", "broken-table", "unknown-block", "stray-block-end"}) | SWALLOWING,
    "missing-section": frozenset({"heading-without-id", "broken-attribute-list", "broken-heading"}) | SWALLOWING,
    "section-order": SWALLOWING,
    "section-title": frozenset({"section-order"}) | SWALLOWING,
    "claimed-alias": frozenset({"bad-file-name"}),
    "doubled-title": frozenset({"bad-file-name", "duplicate-asked"}),
    "orphan-page": frozenset({"bad-file-name", "empty-page"}),
    "title": frozenset({"empty-page", "broken-heading"}) | SWALLOWING,
    "unclosed-tag": frozenset({"unclosed-comment", "broken-tag"}),
    "unused-reference": frozenset(),
    "unknown-claim-source": frozenset({"unknown-source", "bad-value", "missing-key"}),
    "number-mismatch": SWALLOWING | {"missing-snippet"},
    **{name: frozenset({"unclosed-tag", "unclosed-comment"}) for name in LEFT},
}
PIECE = 40  # pages that a process takes at a time
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
        _ = site.rendered
    except InputError as error:
        return sorted([error.issue, *site.unreadable])
    marks, said = judged.known(site)
    published = [page for page in site.judged if page.path not in link_map(site).left_out]
    fresh = [page for page in published if page.path not in said]
    of_site, of_pages = _applying(site)
    parts = [(of_site, site), *((of_pages, site.only(piece)) for piece in parallel.pieces(fresh, PIECE))]
    whole, *some = parallel.each(_found, parts, len(fresh))
    of_some = [issue for part in some for issue in part]
    kept = [issue for page in published for issue in said.get(page.path, ())]
    if fresh:
        now, rest = _by_page(of_some, fresh, site)
        if not rest:  # else what was said cannot be told apart by pages, and the next run asks again
            judged.remember(site, marks, said | now)
    issues = {*site.unreadable, *whole, *of_some, *kept}
    told = suppress.apply(_without_consequences(issues, site), site, {*RULES, *(i.rule for i in issues)})
    return sorted(told)


def _applying(site: Site) -> tuple[list[Rule], list[Rule]]:
    """The rules of the site and those of pages; without conventions of its own, a site is not asked for file names and ids."""
    own = bool(site.conventions.sections)
    rules = {name: function for name, function in RULES.items() if own or name not in CONVENTIONAL}
    of_site = [function for name, function in rules.items() if name in OF_SITE]
    of_pages = dict.fromkeys(TOGETHER.get(name, function) for name, function in rules.items() if name not in OF_SITE)
    return of_site, list(of_pages)


def _found(part: tuple[list[Rule], Site]) -> list[Issue]:
    """What some rules say of a site."""
    rules, site = part
    return [issue for function in rules for issue in function(site)]


def _by_page(issues: list[Issue], pages: list[Page], site: Site) -> tuple[dict[PurePosixPath, list[Issue]], list[Issue]]:
    """The problems of each page, those in what it includes among them; and those that belong to none of these pages."""
    said: dict[PurePosixPath, list[Issue]] = {page.path: [] for page in pages}
    rest = []
    for issue in issues:
        owners = [issue.path] if issue.path in said else [p for p in said if str(issue.path) in site.rendered[p].snippets]
        for path in owners:
            said[path].append(issue)
        rest += [] if owners else [issue]
    return said, rest


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
