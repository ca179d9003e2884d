"""A problem is a value; only `report.py` prints it."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath


class InputError(Exception):
    """Input that cannot be used at all; carries the problem, so that every caller can report it in its own way."""

    def __init__(self, issue: "Issue") -> None:
        super().__init__(f"{issue.path}:{issue.line}:{issue.column}: {issue.message} ({issue.rule})")
        self.issue = issue


@dataclass(frozen=True)
class Fix:
    """The one verified remedy: at the problem's place, `old` becomes `new`."""

    old: str
    new: str


@dataclass(frozen=True, order=True)
class Issue:
    """One problem at one place; the path is relative to the site's root, line and column count from 1."""

    path: PurePosixPath
    line: int
    column: int
    rule: str = field(compare=False)
    message: str
    remedy: str = ""
    fix: Fix | None = field(default=None, compare=False)
