"""Exceptions in place: `<!-- qa-ignore rule: reason -->` on the line of a problem or on the line before it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.issue import Issue
from qa.site import Site

COMMENT = re.compile(r"<!--[ \t]*qa-ignore\b[ \t]*(?P<rule>[\w-]*)[ \t]*(?::[ \t]*(?P<reason>.*?))?[ \t]*-->", re.S)


@dataclass(frozen=True)
class Suppression:
    """One comment: where it stands, for which lines and which rule, and why."""

    issue: Issue
    lines: frozenset[int]
    rule: str
    reason: str


def apply(issues: Iterable[Issue], site: Site, known: Iterable[str]) -> Iterator[Issue]:
    """The problems that nothing excuses, with those of the excuses themselves."""
    excuses = [excuse for page in site.pages if "qa-ignore" in page.text for excuse in _read(page.path, page.text)]
    used: set[Suppression] = set()
    for issue in issues:
        hits = [e for e in excuses if e.issue.path == issue.path and e.rule == issue.rule and issue.line in e.lines]
        used.update(hits)
        if not hits:
            yield issue
    for excuse in excuses:
        yield from _problems(excuse, excuse in used, set(known))


def _problems(excuse: Suppression, used: bool, known: set[str]) -> Iterator[Issue]:
    place = (excuse.issue.path, excuse.issue.line, excuse.issue.column)
    if not excuse.reason:
        yield Issue(*place, "suppression-without-reason", "this exception has no reason", "Write `qa-ignore rule: reason`.")
    if excuse.rule not in known:
        yield Issue(*place, "unused-suppression", f"there is no rule '{excuse.rule}'", "Name the rule that it excepts from.")
    elif not used:
        yield Issue(*place, "unused-suppression", f"nothing here breaks '{excuse.rule}'", "Remove the exception.")


def _read(path: object, text: str) -> Iterator[Suppression]:
    lines = text.split("\n")
    for match in COMMENT.finditer(text):
        first = text.count("\n", 0, match.start()) + 1
        last = text.count("\n", 0, match.end()) + 1
        column = match.start() - text.rfind("\n", 0, match.start())
        following = next((n for n in range(last + 1, len(lines) + 1) if lines[n - 1].strip()), last)
        issue = Issue(path, first, column, "", "")  # type: ignore[arg-type]
        yield Suppression(issue, frozenset({*range(first, last + 1), following}), match["rule"], (match["reason"] or "").strip())
