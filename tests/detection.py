"""Faults and traps put into a small valid site, one at a time: what was put where, and what the validator said.

Groups whose name begins with `plain` go into a site without `qa.yml` that knows nothing of questions: what any MkDocs site in
two languages has, with admonitions, tabs, tasks and cards.

A fault gives `text` (a paragraph for both languages), `zh` and `en`, or `edits`. `‸` marks the expected place and is taken
out. `{L}` and `{O}` are the page's language and the other one, `{S}`, `{T}` and `{W}` words in the page's language.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from support import FIXTURES

from qa import parity, rules, site

CARET = "‸"
WORDS = {
    "zh": {"L": "zh", "O": "en", "S": "另见", "T": "残差网络", "P": "中文：", "U": "中文和", "W": "这是一段中文。"},
    "en": {
        "L": "en",
        "O": "zh",
        "S": "See",
        "T": "residual networks",
        "P": "English: ",
        "U": "English and ",
        "W": "This is a paragraph.",
    },
}
SLOTS = {"zh": "另见[", "en": "See also ["}  # what `text` is put before
PAGES = {"base": "docs/training/dropout.{L}.md", "plain": "docs/guide/index.{L}.md"}


@dataclass(frozen=True)
class Case:
    """One fault or trap: edits on the base, and the places where it must be named."""

    name: str
    rules: tuple[str, ...]
    base: str
    edits: tuple[dict[str, str], ...]

    def run(self, root: Path) -> tuple[list[Any], set[tuple[str, int, int]]]:
        """Break a copy at `root`; what is reported, and where it should have been."""
        places = self.apply(root)
        return rules.check(site.load(root)), places

    def apply(self, root: Path) -> set[tuple[str, int, int]]:
        """Write the broken site to `root`; the places that should be named."""
        shutil.copytree(FIXTURES / self.base, root)
        return {place for edit in self.edits for place in _apply(root, edit)}


@cache
def faults() -> list[Case]:
    return list(_cases("faults.yml"))


@cache
def traps() -> list[Case]:
    return list(_cases("traps.yml"))


def named(case: Case, issues: list[Any]) -> bool:
    """A rule of the fault has spoken."""
    return any(issue.rule in case.rules for issue in issues)


def wants_place(case: Case) -> bool:
    """Whether the case says where it must be named."""
    return any(CARET in text or key == "at" for edit in case.edits for key, text in edit.items())


def placed(case: Case, issues: list[Any], places: set[tuple[str, int, int]]) -> bool:
    """It has spoken at each expected place, to the column."""
    return places <= {(str(i.path), i.line, i.column) for i in issues if i.rule in case.rules}


def _cases(name: str) -> Iterator[Case]:
    loaded = yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
    for group, entries in loaded.items():
        base = "plain" if group.startswith("plain") else "base"
        for number, entry in enumerate(entries, 1):
            wanted = str(entry.get("rule", "")).split()
            yield Case(f"{group}-{number}", tuple(wanted), base, tuple(_edits(entry, PAGES[base])))


def _edits(entry: dict[str, Any], page: str) -> Iterator[dict[str, str]]:
    for language in ("zh", "en"):
        text = entry.get(language, entry.get("text"))
        if text is not None:
            yield {"in": _filled(page, language), "before": SLOTS[language], "put": f"{_filled(text, language)}\n\n"}
        for edit in entry.get("each", []):
            yield {key: _filled(value, language) for key, value in edit.items()}
    yield from entry.get("edits", [])


def _filled(text: str, language: str) -> str:
    for key, word in WORDS[language].items():
        text = text.replace(f"{{{key}}}", word)
    return text


def _apply(root: Path, edit: dict[str, str]) -> Iterator[tuple[str, int, int]]:
    """Make one edit; the places that its carets mark, or that `at` gives as `path:line:column`."""
    if "at" in edit:
        path, line, column = edit["at"].rsplit(":", 2)
        yield path, int(line), int(column)
    name = edit.get("in") or edit.get("write") or ""
    target = root / name
    match edit:
        case {"in": _, "before": mark, "put": new}:
            assert mark in target.read_text(encoding="utf-8"), f"{name} has no {mark!r}"
            yield from _write(root, name, target.read_text(encoding="utf-8").replace(mark, new + mark, 1))
        case {"in": _, "replace": old, "with": new}:
            text = target.read_text(encoding="utf-8")
            assert old in text, f"{name} has no {old!r}"
            yield from _write(root, name, text.replace(old, new, 1))
        case {"write": _, "text": text}:
            target.parent.mkdir(parents=True, exist_ok=True)
            yield from _write(root, name, text)
        case {"at": _}:
            pass
        case _:
            _change(root, edit)


def _change(root: Path, edit: dict[str, str]) -> None:
    """Edits of whole files."""
    match edit:
        case {"copy": source, "to": copy}:
            (root / copy).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / source, root / copy)
        case {"move": source, "to": new}:
            (root / source).rename(root / new)
        case {"prepend": start, "to": name}:
            (root / name).write_bytes(start.encode("latin-1") + (root / name).read_bytes())
        case {"delete": name}:
            (root / name).unlink()
        case {"encode": name, "as": encoding}:
            (root / name).write_bytes((root / name).read_text(encoding="utf-8").encode(encoding))
        case {"accept": pages}:
            parity.accept(site.load(root), [pages], one_sided=False)
        case _:
            raise AssertionError(f"no such edit: {edit}")


def _write(root: Path, name: str, text: str) -> Iterator[tuple[str, int, int]]:
    while CARET in text:
        offset = text.index(CARET)
        yield str(PurePosixPath(name)), text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
        text = text.replace(CARET, "", 1)
    (root / name).write_text(text, encoding="utf-8")
