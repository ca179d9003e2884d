"""What a page's Markdown really becomes: never guessed, but rendered once by Python-Markdown and watched.

Every possible target in the source gets one private-use character, a sentinel, whose number says where it stands. After
rendering with the site's own extensions, a sentinel that comes out in an attribute is a link, an image or an id at exactly
this line and column; one that comes out as text is markup that failed. Included snippets are marked as they are read.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from qa import quick
from qa.settings import Settings, quiet
from qa.text import line_starts

FIRST, LAST = 0xF0000, 0xFFFFD
SENTINEL = re.compile(f"[{chr(FIRST)}-{chr(LAST)}]")
NAMES = """
href src srcset poster data action formaction xlink:href id name for content style cite longdesc usemap background for
aria-labelledby aria-describedby aria-controls aria-owns headers list
"""
ATTRIBUTES = NAMES.split()
MARKDOWN = r"""
      (?P<inline>\](?<!\\\])\([ \t]*<?)
    | (?P<auto>(?<=<)(?:https?|ftp|mailto):[^<>\s]*(?=>))
    | (?P<definition>^[ >]*\[[^\]\n^][^\]\n]*\]:[ \t]*(?:\n[ \t]*)?<?(?=\S))
    | (?P<identifier>(?:\{:?[ \t]*|\{:?[ \t]*[^}\n]*?[ \t])\#(?=[^\s}]))
    | (?P<heading>^[ ]{0,3}\#{1,6}[ \t]*(?=[^\s\#]))
"""
ATTRIBUTE = rf"(?:{'|'.join(ATTRIBUTES)})[ \t]*=[ \t]*[\"']?"
WITH_ATTRIBUTES = re.compile(f"{MARKDOWN} | (?P<attribute>(?<=[\\s\"']){ATTRIBUTE})", re.X | re.M | re.I)
WITHOUT_ATTRIBUTES = re.compile(MARKDOWN, re.X | re.M | re.I)
ENDINGS = tuple(ATTRIBUTES)
SELECTORS = {name: f"[{name.replace(':', chr(92) + ':')}]" for name in ATTRIBUTES}
MARKED_SNIPPETS = {".md", ".markdown", ".html", ".txt", ".inc", ".out", ""}
SHOWN_AS_IS = "pre, code, script, style, .arithmatex, math, textarea"


@dataclass(frozen=True)
class Place:
    """Where something stands; the path is relative to the site's root."""

    path: PurePosixPath
    line: int
    column: int


@dataclass(frozen=True)
class Target:
    """An address as it stands in the HTML, with its place in the source; `raw` says that the source wrote the HTML itself."""

    value: str
    tag: str
    attribute: str
    raw: bool
    text: str
    attributes: dict[str, str]
    place: Place


@dataclass(frozen=True)
class Anchor:
    """An id of a page: `explicit` ones are written, `automatic` ones made from a heading's text, others by extensions."""

    id: str
    kind: str
    tag: str
    text: str
    place: Place


@dataclass(frozen=True)
class Rendered:
    """What one page became: targets, anchors, the text outside code and formulas, the snippets that it tried to include."""

    targets: tuple[Target, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    text: str = ""
    lost: tuple[Place, ...] = ()
    snippets: tuple[str, ...] = ()
    missing_snippets: tuple[str, ...] = ()
    failure: str = ""

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(anchor.id for anchor in self.anchors)


@dataclass
class Marks:
    """The sentinels of one rendering, numbered from 0."""

    entries: list[tuple[PurePosixPath, int, str]] = field(default_factory=list)
    line_starts: dict[PurePosixPath, list[int]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    def mark(self, text: str, path: PurePosixPath) -> str:
        """The text with a sentinel at every candidate."""
        parts, end = [], 0
        text = SENTINEL.sub("\ufffd", text)
        self.line_starts[path] = line_starts(text)
        before = {one.rstrip().rpartition(" ")[2].lower() for one in text.split("=")[:-1]}
        candidate = WITH_ATTRIBUTES if any(one.endswith(ENDINGS) for one in before) else WITHOUT_ATTRIBUTES
        for match in candidate.finditer(text):
            if len(self.entries) <= LAST - FIRST:
                parts += [text[end : match.end()], chr(FIRST + len(self.entries))]
                end = match.end()
                kind = str(match.lastgroup)
                self.entries.append((path, match.start() if kind in {"auto", "heading"} else end, kind))
        return "".join(parts) + text[end:]

    def kind(self, sentinel: str) -> str:
        return self.entries[ord(sentinel) - FIRST][2]

    def place(self, sentinel: str) -> Place:
        path, offset, _ = self.entries[ord(sentinel) - FIRST]
        starts = self.line_starts[path]
        line = bisect_right(starts, offset)
        return Place(path, line, offset - starts[line - 1] + 1)


class Renderer:
    """Python-Markdown with a site's own extensions, made once and used for many pages."""

    def __init__(self, settings: Settings, root: Path) -> None:
        import markdown  # costs a tenth of a second, which a run without changes does not need

        self.root = root
        self.docs = settings.docs
        self.marks = Marks()
        self.markdown = markdown.Markdown(extensions=list(settings.extensions), extension_configs=quiet(settings, root))
        quick.hasten(self.markdown)
        if "snippet" in self.markdown.preprocessors:
            _watch_snippets(self.markdown.preprocessors["snippet"], self)

    def render(self, text: str, path: PurePosixPath) -> Rendered:
        """One page's Markdown, front matter blanked; what Python-Markdown cannot render becomes a `failure`."""
        self.marks = Marks()
        self.markdown.reset()
        try:
            html = self.markdown.convert(self.marks.mark(text, path))
        except Exception as error:  # whatever an extension raises is a finding about the page, not about us
            return Rendered(failure=f"{type(error).__name__}: {error}")
        return _read(html, self.marks)


def _watch_snippets(preprocessor: Any, renderer: Renderer) -> None:
    """Mark snippets as they are read, and note those that are not there."""
    read, find, section = preprocessor.read_lines, preprocessor.get_snippet_path, preprocessor.extract_section

    def read_lines(path: str) -> list[str]:
        lines = read(path)
        if Path(path).suffix not in MARKED_SNIPPETS:
            return lines
        inside = Path(path).resolve().relative_to(renderer.root.resolve())
        return renderer.marks.mark("\n".join(lines), PurePosixPath(inside.as_posix())).split("\n")

    def get_snippet_path(path: str) -> str | None:
        found = find(path)
        if found is None:
            renderer.marks.failed.add(path)
        return found

    def extract_section(name: str, lines: list[str]) -> list[str]:
        preprocessor.check_paths = True
        try:
            return section(name, lines)
        except Exception:
            renderer.marks.failed.add(f":{name}")
            return []
        finally:
            preprocessor.check_paths = False

    preprocessor.read_lines, preprocessor.get_snippet_path = read_lines, get_snippet_path
    preprocessor.extract_section = extract_section


def _read(html: str, marks: Marks) -> Rendered:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    written = html.lower()
    selector = ", ".join(one for name, one in SELECTORS.items() if f"{name}=" in written)
    unique = {node.mem_id: node for node in tree.css(selector)} if selector else {}
    nodes = [(node, node.attributes) for node in unique.values()]
    targets = tuple(target for node, attributes in nodes for target in _targets(node, attributes, marks))
    anchors = tuple(_anchors(nodes, marks))
    for node in tree.css(SHOWN_AS_IS):
        node.replace_with("\x01")
    text = "\n" + tree.body.text(separator="\x00").replace("\n\x00", "\n") if tree.body else ""
    lost = tuple(marks.place(s) for s in SENTINEL.findall(text) if marks.kind(s) == "inline")
    snippets = tuple(str(path) for path in list(marks.line_starts)[1:])
    return Rendered(targets, anchors, SENTINEL.sub("", text), lost, snippets, tuple(sorted(marks.failed)))


def _targets(node: Any, attributes: dict[str, str | None], marks: Marks) -> Iterator[Target]:
    clean = None
    for name, value in attributes.items():
        if value and name not in {"id", "name"} and (found := SENTINEL.search(value)):
            kind = marks.kind(found[0])
            if kind in {"identifier", "heading"}:  # a permalink repeats the id of its heading
                continue
            clean = clean or {key: SENTINEL.sub("", text or "") for key, text in attributes.items()}
            text = SENTINEL.sub("", node.text(deep=True)).strip() or " ".join(_descriptions(node))
            yield Target(clean[name], node.tag, name, kind == "attribute", text, clean, marks.place(found[0]))


def _descriptions(node: Any) -> Iterator[str]:
    """What stands for an element's text where it has none: the description of an image in it."""
    for inside in node.css("img, svg, [aria-label]"):
        yield SENTINEL.sub("", inside.attributes.get("alt") or inside.attributes.get("aria-label") or "")


def _anchors(nodes: list[tuple[Any, dict[str, str | None]]], marks: Marks) -> Iterator[Anchor]:
    nowhere = Place(next(iter(marks.line_starts)), 1, 1)
    for node, attributes in nodes:
        for name in ("id", "name") if node.tag == "a" else ("id",):
            if not (value := attributes.get(name)):
                continue
            text = node.text(deep=True) if node.tag in {"h1", "h2", "h3", "h4", "h5", "h6"} else ""
            if found := SENTINEL.search(value):
                kind, place = "explicit", marks.place(found[0])
            else:
                inside = SENTINEL.search(text)
                kind = "automatic" if text else "other"
                place = marks.place(inside[0]) if inside else nowhere
            yield Anchor(SENTINEL.sub("", value), kind, node.tag, SENTINEL.sub("", text), place)
