"""The external addresses of a site with their places: in pages, in the bibliography and in `qa.yml`."""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from qa import bibliography, conventions, markup, page
from qa.site import Site

START = r"(?:https?:)?//(?=[^\s/])"
CONTEXTS = (  # where an address makes a link or loads something; the address starts where group 1 does
    re.compile(rf"\]\(\s*<?((?:{START}))", re.I),
    re.compile(rf"^[ >]*\[(?!\^)[^\]\n]+\]:[ \t]*\n?[ \t]*<?((?:{START}))", re.I | re.M),
    re.compile(r"<(https?://)", re.I),
    re.compile(rf"\b(?:href|src|poster|data|action|srcset)\s*=\s*[\"']?\s*((?:{START}))", re.I),
    re.compile(rf"(?<=,)\s+((?:{START}))(?=[^\s\"'<>]+\s+\d+(?:\.\d+)?[wx]\s*[,\"'])", re.I),
    re.compile(rf"\burl\s*=\s*[\"']?((?:{START}))", re.I),
)
IN_FIELD = re.compile(r"https?://(?:\\[_%&#~{}$]|\{\\[^{}]*\}|[^\s{}\"<>\\])+", re.I)
COMMENT = re.compile(r"^\s*%.*$", re.M)
IN_YAML = re.compile(r"(?<![\w/])https?://[^\s\"'<>\]},]+", re.I)


@dataclass(frozen=True, order=True)
class Place:
    """Where an address stands; the path is relative to the site's root, line and column count from 1."""

    path: PurePosixPath
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


def collect(site: Site) -> dict[str, list[Place]]:
    """Every external address with its places, in the order of files, lines and columns."""
    found: dict[str, set[Place]] = {}
    for path, text, addresses in _texts(site):
        lines = [0, *(match.end() for match in re.finditer("\n", text))]
        for offset, address in addresses:
            line = bisect_right(lines, offset)
            found.setdefault(address, set()).add(Place(path, line, offset - lines[line - 1] + 1))
    ordered = {address: sorted(places) for address, places in found.items()}
    return dict(sorted(ordered.items(), key=lambda item: item[1]))


def in_page(text: str) -> Iterator[tuple[int, str]]:
    """Offsets and addresses in a page's Markdown; code, comments and formulas hold none."""
    body = markup.prose(page.blank_front_matter(text))
    starts = sorted({match.start(1) for context in CONTEXTS for match in context.finditer(body)})
    for start in starts:
        if address := _destination(text, start):
            yield start, _absolute(html.unescape(address))


def in_bibliography(text: str) -> Iterator[tuple[int, str]]:
    """Offsets and addresses in BibTeX, its escapes undone."""
    blanked = COMMENT.sub(lambda match: " " * len(match[0]), text)
    for match in IN_FIELD.finditer(blanked):
        plain = re.sub(r"\{\\([^{}]*)\}|\\([_%&#~{}$])", lambda m: m[1] or m[2], match[0])
        yield match.start(), plain.rstrip(".,;")


def in_yaml(text: str) -> Iterator[tuple[int, str]]:
    """Offsets and addresses in a YAML file."""
    blanked = re.sub(r"(?:^|(?<=\s))#.*$", lambda match: " " * len(match[0]), text, flags=re.M)
    for match in IN_YAML.finditer(blanked):
        yield match.start(), match[0].rstrip(".,;")


def _texts(site: Site) -> Iterator[tuple[PurePosixPath, str, Iterator[tuple[int, str]]]]:
    for one in site.pages:
        yield one.path, one.text, in_page(one.text)
    others = ((bibliography.PATH, in_bibliography), (PurePosixPath(conventions.FILE), in_yaml))
    for path, scan in others:
        if (site.root / path).is_file():
            text = (site.root / path).read_text(encoding="utf-8", errors="replace")
            yield path, text, scan(text)


def _destination(text: str, start: int) -> str:
    """The address that starts here, ended by what opened it: `>`, a quote, the closing bracket of the link, a space."""
    before = text[:start].rstrip()[-1:]
    if before in "\"'":
        quoted = text[start:].partition(before)[0]
        return re.split(r"\s", quoted)[0] if "\n" in quoted or re.search(r"\s\d+(?:\.\d+)?[wx]\b", quoted) else quoted.strip()
    if before == "<" and text[start - 1] == "<":
        return text[start:].partition(">")[0]
    depth, end = 0, start
    while end < len(text) and not text[end].isspace() and text[end] not in '<>"':
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth < 0:
            break
        end += 1
    return text[start:end]


def _absolute(address: str) -> str:
    return f"https:{address}" if address.startswith("//") else address
