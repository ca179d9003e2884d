"""Print problems, for people and for machines: the only module that does."""

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from qa.issue import Issue

Format = Callable[[list[Issue], Path, int], None]


def human(issues: list[Issue], root: Path, pages: int) -> None:
    """Each problem with its source line and a caret, then what to do; a summary at the end."""
    for issue in issues:
        print(f"{issue.path}:{issue.line}:{issue.column}: {issue.message} ({issue.rule})")
        if line := source_line(root / issue.path, issue.line):
            print("\n".join(f"    {part}" for part in excerpt(line, issue.column)))
        if issue.remedy:
            print(f"  → {issue.remedy}")
    print(summary(issues, pages))


def github(issues: list[Issue], root: Path, pages: int) -> None:
    """Annotations that GitHub shows beside the changed lines."""
    for issue in issues:
        place = f"file={_escape(str(issue.path), True)},line={issue.line},col={issue.column},title={issue.rule}"
        print(f"::error {place}::{_escape(f'{issue.message}. {issue.remedy}')}")
    print(summary(issues, pages))


def as_json(issues: list[Issue], root: Path, pages: int) -> None:
    """One object with all problems, for programs."""
    print(json.dumps({"pages": pages, "problems": [_record(issue) for issue in issues]}, ensure_ascii=False, indent=1))


def sarif(issues: list[Issue], root: Path, pages: int) -> None:
    """SARIF 2.1.0, which code hosts and editors read."""
    driver = {"name": "check.py", "informationUri": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/", "rules": _rules(issues)}
    results = [_result(issue) for issue in issues]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    print(json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1))


FORMATS: dict[str, Format] = {"human": human, "github": github, "json": as_json, "sarif": sarif}


def summary(issues: list[Issue], pages: int) -> str:
    if not issues:
        return f"{pages} pages checked: every link, fact and translation holds."
    counts = ", ".join(f"{name} {n}" for name, n in Counter(issue.rule for issue in issues).most_common())
    files = len({issue.path for issue in issues})
    told = f"{len(issues)} problem{'s' if len(issues) > 1 else ''} in {files} file{'s' if files > 1 else ''} ({counts})."
    mendable = sum(bool(issue.fix) for issue in issues)
    hint = f" --fix mends {mendable}." if mendable else ""
    return f"\n{told}{hint} --explain {issues[0].rule} says more."


def explanation(name: str, doc: str) -> None:
    """A rule's help page."""
    lines = doc.strip().splitlines()
    print("\n".join([name, "", *(line.removeprefix("    ") for line in lines)]))


def progress(done: int, total: int) -> None:
    """How far a long run is, on a screen only; nothing of it stays."""
    if sys.stderr.isatty() and (done % 64 == 0):
        print(f"\r\x1b[K{f'reading pages {done}/{total}' if total else ''}", end="", file=sys.stderr, flush=True)


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


def _escape(text: str, is_property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if is_property else text


def _record(issue: Issue) -> dict[str, object]:
    fix = {"old": issue.fix.old, "new": issue.fix.new} if issue.fix else None
    place = {"path": str(issue.path), "line": issue.line, "column": issue.column}
    return {**place, "rule": issue.rule, "message": issue.message, "remedy": issue.remedy, "fix": fix}


def _rules(issues: list[Issue]) -> list[dict[str, object]]:
    from qa.rules import RULES

    docs = {name: (RULES[name].__doc__ or "").strip() if name in RULES else name for name in sorted({i.rule for i in issues})}
    return [{"id": n, "shortDescription": {"text": d.split("\n")[0]}, "help": {"text": d}} for n, d in docs.items()]


def _result(issue: Issue) -> dict[str, object]:
    region = {"startLine": issue.line, "startColumn": issue.column}
    location = {"physicalLocation": {"artifactLocation": {"uri": str(issue.path)}, "region": region}}
    text = f"{issue.message}. {issue.remedy}".strip()
    return {"ruleId": issue.rule, "level": "error", "message": {"text": text}, "locations": [location]}
