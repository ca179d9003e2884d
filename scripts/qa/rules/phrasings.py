"""Phrasings: what their format cannot say. What makes a file unusable is found where it is parsed (`broken-phrasings`)."""

from collections.abc import Iterator

from qa.issue import Issue
from qa.nearest import did_you_mean
from qa.phrasings import Phrasing
from qa.rules import site_rule
from qa.site import Site


@site_rule
def unknown_phrased(site: Site) -> Iterator[Issue]:
    """Phrasings belong to a question of their topic.

    Bad:  `drop-out:` in docs/training/phrasings.yml
    Good: `dropout:`
    """
    known = {page.id for page in site.pages if page.is_question}
    unread = {path.name.partition(".")[0] for path in site.broken}
    told = set()
    for one in site.phrasings:
        topic, _, slug = one.page.partition("/")
        if one.page not in known and slug not in unread and one.page not in told:
            told.add(one.page)
            near = did_you_mean(slug, [page.partition("/")[2] for page in known if page.startswith(f"{topic}/")], "Write its slug.")
            yield Issue(one.path, *one.under, "unknown-phrased", f"there is no question '{one.page}'", near)


@site_rule
def shared_phrasing(site: Site) -> Iterator[Issue]:
    """A phrasing leads to one question: the one that answers it best.

    Bad:  “why does my loss become nan” under two questions
    Good: under one of them
    """
    first: dict[tuple[str, str], Phrasing] = {}
    for one in site.phrasings:
        other = first.setdefault((one.language, one.text.casefold()), one)
        if other is not one:
            message = f"'{one.text}' stands under '{other.page}', too ({other.path}:{other.line})"
            yield _at(one, "shared-phrasing", message, "Keep it where it is answered best.")


def _at(one: Phrasing, name: str, message: str, remedy: str) -> Issue:
    return Issue(one.path, one.line, one.column, name, message, remedy)
