"""The glossary: what its format cannot say. What makes the file unusable is found where it is parsed (`broken-glossary`)."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from qa.glossary import PATH, Term
from qa.issue import Issue
from qa.rules import site_rule
from qa.rules.languages import HAN, WORD
from qa.site import Site


@site_rule
def shared_name(site: Site) -> Iterator[Issue]:
    """A name belongs to one term; terms that share one say so, each with `shares`.

    Bad:  `also: [AP]` in average-precision and in affinity-propagation
    Good: the same with `shares: [AP]` in both
    """
    owners: dict[tuple[str, str], list[Term]] = {}
    for language, name, term in _names(site):
        known = owners.setdefault((language, _same(name)), [])
        known += [] if term in known else [term]
    for language, name, term in _names(site):
        first, *others = owners[language, _same(name)]
        if term in others and not all(_same(name) in map(_same, one.shares) for one in (first, term)):
            line, column = term.words[language].places[name]
            message = f"'{name}' names '{term.id}' and '{first.id}' (line {first.line})"
            yield Issue(PATH, line, column, "shared-name", message, f"Remove one of them, or add `shares: [{name}]` to both.")


@site_rule
def doubled_name(site: Site) -> Iterator[Issue]:
    """A term does not name itself twice.

    Bad:  `term: dropout` with `also: [dropout]`
    Good: `term: dropout` with `also: [drop-out regularization]`
    """
    for term in site.glossary:
        for language, wording in term.words.items():
            seen = set()
            for name in wording.names:
                if name in seen:
                    message = f"'{name}' stands twice in '{term.id}' ({language})"
                    yield Issue(PATH, *wording.places[name], "doubled-name", message, "Keep one of them.")
                seen.add(name)


@site_rule
def unsorted_glossary(site: Site) -> Iterator[Issue]:
    """Terms are sorted by id, so that one finds the place of a new one.

    Bad:  dropout before batch-normalization
    Good: batch-normalization before dropout
    """
    for before, term in zip(site.glossary, site.glossary[1:], strict=False):
        if term.id < before.id:
            yield Issue(PATH, term.line, 1, "unsorted-glossary", f"'{term.id}' stands after '{before.id}'", "Sort terms by id.")


@site_rule
def unknown_page(site: Site) -> Iterator[Issue]:
    """`page` names the question that explains the term.

    Bad:  `page: training/drop-out`
    Good: `page: training/dropout`
    """
    for term in site.glossary:
        if term.page and PurePosixPath(f"docs/{term.page}.{site.conventions.default_language}.md") not in site.files:
            message = f"'{term.id}' is explained on '{term.page}', and there is no such question"
            yield Issue(PATH, *term.page_place, "unknown-page", message, "Write <topic>/<slug> of a question, or leave `page` out.")


@site_rule
def claimed_alias(site: Site) -> Iterator[Issue]:
    """An alias is no name of a term that another question explains: who types it wants that one.

    Bad:  `aliases: [AUC]` on classification-metrics, where the glossary says that roc-vs-pr explains AUC
    Good: `aliases: [accuracy paradox]`, or another `page` in the glossary
    """
    homes: dict[str, list[str]] = {}
    for term in site.glossary:
        for name in term.names if (term.page, site.conventions.default_language) in site.by_id else ():
            homes.setdefault(_same(name), []).append(term.page)
    for page in site.pages:
        aliases = page.meta.get("aliases")
        for alias in aliases if isinstance(aliases, list) else ():
            pages = homes.get(_same(str(alias)))
            if pages and page.id not in pages:
                line = page.line_of("aliases")
                column = max(page.text.split("\n")[line - 1].find(str(alias)), 0) + 1
                message = f"the glossary says that '{pages[0]}' explains '{alias}'"
                remedy = "Remove the alias, or change `page` in the glossary."
                yield Issue(page.path, line, column, "claimed-alias", message, remedy)


@site_rule
def foreign_meaning(site: Site) -> Iterator[Issue]:
    """What a term means is told in the language that it stands under.

    Bad:  `means: A network with shortcuts.` under `zh`
    Good: `means: 有捷径的网络。`
    """
    for term in site.glossary:
        for language, wording in term.words.items():
            han, words = len(HAN.findall(wording.means)), len(WORD.findall(wording.means))
            if (language == "zh" and not han and words > 1) or (language != "zh" and han > 2 * words):
                message = f"'{term.id}' is explained in another language under '{language}'"
                yield Issue(PATH, *wording.meaning_place, "foreign-meaning", message, "Translate it.")


def _names(site: Site) -> Iterator[tuple[str, str, Term]]:
    for term in site.glossary:
        for language, wording in term.words.items():
            for name in dict.fromkeys(wording.names):
                yield language, name, term


def _same(name: str) -> str:
    """Spellings of one name: t-SNE and TSNE."""
    return name.lower().replace("-", "").replace(" ", "")


@site_rule
def unknown_everyday(site: Site) -> Iterator[Issue]:
    """`everyday` lists names that the term has.

    Bad:  `everyday: [codes]` in a term called code
    Good: `everyday: [code]`
    """
    for term in site.glossary:
        for name in term.everyday:
            if name not in term.names:
                message = f"'{name}' is no name of '{term.id}'"
                yield Issue(PATH, term.line, 1, "unknown-everyday", message, f"Its names: {', '.join(term.names)}.")
