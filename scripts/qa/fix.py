"""Mend what has exactly one verified remedy; every file is replaced in one step."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from qa.issue import Issue


def apply(issues: Iterable[Issue], root: Path) -> list[Issue]:
    """Write the remedies into the files; what no longer stands where it stood is left alone."""
    by_path: dict[PurePosixPath, list[Issue]] = {}
    for issue in issues:
        if issue.fix:
            by_path.setdefault(issue.path, []).append(issue)
    return [issue for path, some in by_path.items() for issue in _mend(root / path, some)]


def _mend(path: Path, issues: list[Issue]) -> list[Issue]:
    raw = path.read_bytes().decode("utf-8")
    lines = raw.split("\n")
    mended = []
    for issue in sorted(issues, reverse=True):  # from the end, so that the columns before stay right
        line, start = lines[issue.line - 1], issue.column - 1
        if issue.fix and line[start:].startswith(issue.fix.old):
            lines[issue.line - 1] = line[:start] + issue.fix.new + line[start + len(issue.fix.old) :]
            mended.append(issue)
    if mended:
        partial = path.with_name(f"{path.name}.partial")
        partial.write_bytes("\n".join(lines).encode("utf-8"))
        partial.replace(path)
    return mended
