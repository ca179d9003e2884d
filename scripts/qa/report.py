"""Print problems: the only module that does."""

from collections import Counter
from pathlib import Path

from qa.issue import Issue


def human(issues: list[Issue], root: Path, pages: int) -> None:
    """Each problem with its source line and a caret, then what to do; a summary at the end."""
    for issue in issues:
        print(f"{issue.path}:{issue.line}:{issue.column}: {issue.message} ({issue.rule})")
        if line := source_line(root / issue.path, issue.line):
            print("\n".join(f"    {part}" for part in excerpt(line, issue.column)))
        if issue.remedy:
            print(f"  → {issue.remedy}")
    print(summary(issues, pages))


def summary(issues: list[Issue], pages: int) -> str:
    if not issues:
        return f"{pages} pages checked: every link, fact and translation holds."
    counts = ", ".join(f"{name} {n}" for name, n in Counter(issue.rule for issue in issues).most_common())
    return f"\n{len(issues)} problem{'s' if len(issues) > 1 else ''} ({counts})."


def source_line(path: Path, number: int) -> str:
    """One line of a file as text, or nothing where there is none."""
    if not path.is_file():
        return ""
    lines = path.read_bytes().split(b"\n")
    return lines[number - 1].decode("utf-8", "replace").rstrip() if number <= len(lines) else ""


def excerpt(line: str, column: int, width: int = 60) -> tuple[str, str]:
    """The part of a line around a column, and a caret under it; wide characters count double."""
    start = max(column - 1 - width // 2, 0) if len(line) > width else 0
    part = line[start : start + width]
    before = part[: column - 1 - start]
    caret = "".join("\u3000" if ord(character) > 0x2E80 else " " for character in before) + "^"
    return part, caret
