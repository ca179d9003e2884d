"""One page: its front matter with the line of each key, its text, and the markup in it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

import yaml

from qa import markup
from qa.issue import InputError, Issue
from qa.nodes import compose, position
from qa.text import decode
from qa.text import position as place

DOCS = PurePosixPath("docs")
FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.M | re.S)
CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?: .*)?$", re.M)


GLUED = re.compile(r"^[\w-]+(?:：.*|:(?=[^\s])[^:\n]*)$", re.M)
MISPLACED = re.compile(r"\A(?:\s|<!--(?:(?!-->).)*-->)*?[ \t]*(-{2,}|—+|–+|\+{3})[ \t]*\n(?=[\w-]+[:：])")


@dataclass(frozen=True)
class Page:
    """A Markdown file below `docs/`; `path` is relative to the site's root, such as `docs/training/dropout.zh.md`."""

    path: PurePosixPath
    topic: str
    slug: str
    language: str
    text: str
    meta: Mapping[str, Any]
    meta_lines: Mapping[str, int]

    @property
    def id(self) -> str:
        """What both languages share: `training/dropout`."""
        return f"{self.topic}/{self.slug}" if self.topic else self.slug

    @property
    def is_question(self) -> bool:
        return bool(self.topic) and self.slug != "index"

    @cached_property
    def body(self) -> str:
        """The text without front matter, every line where it was."""
        return blank_front_matter(self.text)

    @cached_property
    def _scanned(self) -> tuple[list[markup.Element], str]:
        return markup.scan(self.body)

    @property
    def elements(self) -> list[markup.Element]:
        """All markup in the order of the text."""
        return self._scanned[0]

    @property
    def prose(self) -> str:
        """The body without code, formulas and comments."""
        return self._scanned[1]

    def each(self, *kinds: str) -> list[markup.Element]:
        """The elements of these kinds in the order of the text."""
        return self.once(kinds, lambda: [element for element in self.elements if element.kind in kinds])

    def once(self, name: object, make: Callable[[], Any]) -> Any:
        """What `make` gives, worked out on first use and kept with the page under a name."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    @cached_property
    def _kept(self) -> dict[object, Any]:
        return {}

    def section_at(self, offset: int) -> str:
        """The section in which an offset stands."""
        return next((head.section for head in reversed(self.each("heading")) if head.offset <= offset), "")

    def section_place(self, section: str) -> tuple[int, int]:
        """Line and column of the first heading of a section, or of the page's beginning."""
        head = next((h for h in self.each("heading") if h.section == section), None)
        return (head.line, head.column) if head else (1, 1)

    @cached_property
    def title(self) -> str:
        """The text of the first heading."""
        return next((e.detail.partition(" ")[2] for e in self.each("heading")), self.slug)

    @cached_property
    def sections(self) -> Mapping[str, slice]:
        """Where the body of each second-level section stands, by its id, heading left out; "" is what comes before them."""
        heads = [e for e in self.each("heading") if e.detail.startswith("2 ")]
        ends = [e.offset for e in heads[1:]] + [len(self.body)]
        first = slice(0, heads[0].offset if heads else len(self.body))
        bodies = ((e.section, slice(self.body.find("\n", e.offset) + 1, end)) for e, end in zip(heads, ends, strict=False))
        return {"": first, **{name: where for name, where in bodies if name}}

    @cached_property
    def section_text(self) -> Mapping[str, str]:
        """The Markdown of each second-level section by its id, heading left out."""
        return {name: self.body[where] for name, where in self.sections.items() if name}

    def line_of(self, key: str) -> int:
        return self.meta_lines.get(key, 1)


def parse(path: PurePosixPath, raw: bytes, docs: PurePosixPath = DOCS) -> Page:
    """Read one page; an `InputError` names the line that makes it unreadable."""
    text = _decode(path, raw)
    docs_path = path.relative_to(docs)
    stem, _, language = docs_path.name.removesuffix(".md").rpartition(".")
    meta, lines = _front_matter(path, text)
    topic = str(docs_path.parent) if len(docs_path.parts) > 1 else ""
    return Page(path, topic, stem or language, language if stem else "", text, meta, lines)


def blank_front_matter(text: str) -> str:
    """The text without its front matter, every line where it was."""
    match = FRONT_MATTER.match(text)
    return re.sub(r"[^\n]", " ", match[0]) + text[match.end() :] if match else text


def _decode(path: PurePosixPath, raw: bytes) -> str:
    text = decode(path, raw)
    if text.startswith("\ufeff"):
        message = "the file starts with a byte-order mark, which hides its front matter"
        raise InputError(Issue(path, 1, 1, "byte-order-mark", message, "Save the file as UTF-8 without a byte-order mark."))
    return text


def _front_matter(path: PurePosixPath, text: str) -> tuple[dict[str, Any], dict[str, int]]:
    match = FRONT_MATTER.match(text)
    if not match:
        if re.match(r"\A---[ \t]*\n", text):
            raise _broken(path, 1, 1, "the front matter is never closed", "End it with a line of three hyphens.")
        if found := MISPLACED.match(text):
            line, column = place(text, found.start(1))
            message = "the front matter does not start with three hyphens on the first line, and is printed as text"
            raise _broken(path, line, column, message, "Begin the file with a line of three hyphens.")
        return {}, {}
    try:
        meta, node = _composed(match[1])
    except ValueError as error:
        found = re.search(r"\d{4}-\d\d-\d\d", match[1])
        line, column = place(match[1], found.start()) if found else (1, 1)
        raise _broken(
            path, line + 1, column, f"the front matter holds no valid date: {error}", "Write a date such as 2026-11-22."
        ) from None
    except yaml.YAMLError as error:
        if left := CONFLICT.search(match[1]):
            message = f"a conflict of a merge was left here: '{left[0]}'"
            line, column = place(text, match.start(1) + left.start())
            raise InputError(Issue(path, line, column, "merge-marker", message, "Decide for one side.")) from None
        if glued := GLUED.search(match[1]):
            line = match[1].count("\n", 0, glued.start()) + 2
            raise _broken(path, line, 1, f"no space after the colon in '{glued[0]}'", "Write `key: value`.") from None
        line, column, problem = position(error)
        raise _broken(path, line + 1, column, f"the front matter is no valid YAML: {problem}") from None
    if node is None:
        return {}, {}
    if not isinstance(node, yaml.MappingNode):
        raise _broken(path, 2, 1, "the front matter is no list of `key: value` lines")
    return meta, _lines(path, node)


def _composed(text: str) -> tuple[Any, yaml.Node | None]:
    """The values and their nodes."""
    node = compose(text)
    return yaml.constructor.SafeConstructor().construct_document(node) if node else None, node


def _lines(path: PurePosixPath, node: yaml.MappingNode) -> dict[str, int]:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if key.value in lines:
            message = f"the key '{key.value}' stands twice, first on line {lines[key.value]}"
            raise InputError(Issue(path, key.start_mark.line + 2, 1, "doubled-key", message, "Keep one of them."))
        lines[key.value] = key.start_mark.line + 2
    return lines


def _broken(path: PurePosixPath, line: int, column: int, message: str, remedy: str = "Mend the YAML.") -> InputError:
    return InputError(Issue(path, line, column, "broken-front-matter", message, remedy))
