"""What stands in the Markdown source of a page, with its place: headings, formulas, code, links, figures, citations.

The source is scanned in a fixed order and everything found is blanked out, so that a dollar sign in code is no formula
and a bracket in a formula is no link. Line breaks stay, so that every offset keeps its line.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from qa.text import line_starts


class Element(NamedTuple):
    """One piece of markup: its kind, what identifies it, a second detail (level, text, locator) and its place."""

    kind: str
    value: str
    detail: str
    offset: int
    line: int
    column: int
    section: str = ""


Found = tuple[int, str, str, str]  # offset, kind, value, detail


@dataclass(frozen=True)
class Pattern:
    """How one kind of element is recognized; without the sign no text has one. `hides` says that its text is no Markdown."""

    kind: str
    sign: str
    regex: re.Pattern[str]
    value: int | str
    detail: int | str | None = None
    hides: bool = True

    def matches(self, text: str) -> list[re.Match[str]]:
        return list(self.regex.finditer(text)) if self.sign in text else []


PATTERNS = (
    Pattern("comment", "<!--", re.compile(r"<!--(.*?)-->", re.S), 1),
    Pattern(
        "fence",
        "",
        re.compile(r"^(?P<f> *(?P<t>```+|~~~+))(?P<info>[^\n`]*)\n(?P<body>.*?)^ *(?P=t)[`~]* *$", re.M | re.S),
        "body",
        "info",
    ),
    Pattern("display", "$$", re.compile(r"^[ \t]*\$\$(.*?)\$\$", re.M | re.S), 1),
    Pattern("display", "\\begin{", re.compile(r"^(\\begin\{(\w+\*?)\}.*?^\\end\{\2\})[ \t]*$", re.M | re.S), 1),
    Pattern("display", "\\[", re.compile(r"^[ \t]*(?<!\\)\\\[((?:[^\\]|\\[^\]])+?)\\\]", re.M), 1),
    Pattern("code", "`", re.compile(r"(`(?<!``)`*)(?!`)(.+?)(?<!`)\1(?!`)"), 2),
    Pattern("formula", "$", re.compile(r"\$(?<![\\$]\$)(?=[^\s$])([^$\n]*?[^\s\\$])\$(?!\d)"), 1),
    Pattern("formula", "\\(", re.compile(r"\\\((?<!\\\\\()((?:[^\\\n]|\\[^)\n])+?)\\\)"), 1),
    Pattern("snippet", "8<", re.compile(r"^ *--8<-- +\"([^\"]*)\"", re.M), 1),
    Pattern(
        "heading", "#", re.compile(r"^(#{1,6})[ \t]+(.*?)(?:[ \t]*\{:?([^{}\n]*)\})?(?:[ \t]+#+)?[ \t]*$", re.M), 3, 2, hides=False
    ),
    Pattern("claim", "claim", re.compile(r"^ *///+[ \t]*claim[ \t]*\|[ \t]*(.*?)[ \t]*$", re.M), 1, hides=False),
    Pattern("details", "details", re.compile(r"^ *///+[ \t]*details[ \t]*\|[ \t]*(.*?)[ \t]*$", re.M), 1, hides=False),
    Pattern("block", "///", re.compile(r"^ *///+[ \t]*(?!claim\b|details\b)([\w-]+)", re.M), 1, hides=False),
    Pattern("block", "", re.compile(r"^[ >]*(?:!!!|\?\?\?\+?)[ ]*([\w-]+)", re.M), 1, hides=False),
    Pattern("block", "===", re.compile(r"^[ >]*(===)[+!]*[ ]*\"([^\"\n]*)", re.M), 1, 2, hides=False),
    Pattern("quote", ">", re.compile(r"^ {0,3}>[^\n]*(?:\n {0,3}>[^\n]*)*", re.M), 0, hides=False),
    Pattern("figure", "![", re.compile(r"!\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(<?([^)\s>]*)>?(?:\s+\"[^\"]*\")?\)"), 2, 1),
    Pattern("citation", "[@", re.compile(r"\[(?<!!\[)((?:@[^\]\[]+))\](?![(\[])"), 1),
    Pattern("link", "](", re.compile(r"\[(?<![!\\]\[)((?:[^\[\]]|\[[^\[\]]*\])*)\]\(<?([^)\s>]*)>?(?:\s+\"[^\"]*\")?\)"), 2, 1),
    Pattern("definition", "]:", re.compile(r"^ {0,3}\[(?!\^)([^\[\]\n]+)\]:[ \t]*<?([^\s>]+)>?", re.M), 2, 1, hides=False),
    Pattern("item", "", re.compile(r"^( *)(?:[-*+]|\d+\.)[ \t]+(?=\S)", re.M), 1, hides=False),
    Pattern("row", "|", re.compile(r"^ *\|.*\| *$", re.M), 0, hides=False),
)


def scan(text: str) -> tuple[list[Element], str]:
    """All elements of a page's Markdown in the order of the text, each with the id of its section; and the prose.

    Prose is the text with everything blanked that is none: code, formulas, comments. Lines and columns stay.
    """
    found: list[Found] = []
    written = left = text
    starts = line_starts(text)
    for number, pattern in enumerate(PATTERNS):
        if number == OPAQUE:
            left = text
        if matches := pattern.matches(text):
            found += [_found(pattern, match) for match in matches]
            if pattern.hides:
                text = _blank(text, matches)
    if "|" in text:
        found += [_found(PATTERNS[-1], match) for match in _bare_rows(text)]
    return list(_elements(sorted(found, key=OFFSET), starts)), _without_indented(left, written)


def prose(text: str) -> str:
    """The prose of any Markdown."""
    return scan(text)[1]


def _bare_rows(text: str) -> Iterator[re.Match[str]]:
    """The rows of tables that are written without their outer bars."""
    for table in TABLE.finditer(text):
        yield from (row for row in LINE.finditer(text, table.start(), table.end()) if not BARRED.match(row[0]))


def _without_indented(text: str, written: str) -> str:
    """The text without blocks that are code because they are indented; what is blank there may be code in a line, as `written`."""
    if "    " not in text and "\t" not in text:
        return text
    found = (match for match in INDENTED.finditer(text) if written[match.start()] in " \t")
    return _blank(text, [match for match in found if not _continues(text, match.start())])


OPAQUE = 9  # so many patterns, from the first, are of what is no prose
OFFSET = itemgetter(0)
TABLE = re.compile(r"^(?![ ]*\|)[ ]*\S.*\|.*\n[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)+\n(?:.*\|.*(?:\n|\Z))*", re.M)
LINE = re.compile(r"^.*\S.*$", re.M)
BARRED = re.compile(r" *\|.*\| *$")
INDENTED = re.compile(
    r"[ \t](?:(?<=\n\n.)|(?<=\A.)|(?<=\A\n.))(?:(?:(?<=\t)|[ ]{3})[^\n]*\S[^\n]*(?:\n|\Z)|[ \t]*\n(?= {4}|\t))"
    r"(?:(?: {4}|\t)[^\n]*\S[^\n]*(?:\n|\Z)|[ \t]*\n(?= {4}|\t))*"
)
CONTAINER = re.compile(r"[ >]*(?:[-*+]|\d+\.)[ \t]|!!!|\?\?\?|===|:[ \t]|\[\^|<|\*\[")


def _continues(text: str, offset: int) -> bool:
    """Whether what is indented belongs to a list item, an admonition or the like above it, and so is no code."""
    above = text[:offset].rstrip()
    for line in reversed(above.splitlines()):
        if line.strip() and not line.startswith(("    ", "\t")):
            return bool(CONTAINER.match(line))
    return False


def blanked(text: str, kinds: tuple[str, ...]) -> str:
    """The text with the elements of these kinds blanked; lines and columns stay."""
    for pattern in PATTERNS:
        if pattern.kind in kinds:
            text = _blank(text, pattern.matches(text))
    return text


ID = re.compile(r"(?:^|\s)(?:#([^\s#}]+)|id=[\"']?([^\s\"'}]+))")


def cells(row: str, bordered: bool = True) -> int:
    """How many cells a row of a table has; in a table without outer bars, a bar at the end opens a last, empty one."""
    row = row.strip()
    return len(re.findall(r"(?<!\\)\|", row.strip("|").rstrip("\\") if bordered else row)) + 1


SNIPPET = re.compile(r"^[ \t]*-+8<-+[ \t]+[\"']([^\"'\n]+)[\"']", re.M)
INK = re.compile(r"[^\n]")


def heading_id(element: Element) -> str:
    """The explicit id of a heading, or nothing."""
    return _id(element.value)


def _id(attributes: str) -> str:
    match = ID.search(attributes)
    return match[1] or match[2] if match else ""


def citations(text: str) -> Iterator[tuple[str, str]]:
    """The keys and locators of `@a, section 2; @b`."""
    for part in text.split(";"):
        key, _, locator = part.strip().partition(",")
        yield key.strip().removeprefix("@"), locator.strip()


def _found(pattern: Pattern, match: re.Match[str]) -> Found:
    whole = match[0]
    detail = match[pattern.detail].strip() if pattern.detail is not None else ""
    if pattern.kind == "heading":
        detail = f"{len(match[1])} {detail}"
    return match.start() + len(whole) - len(whole.lstrip()), pattern.kind, (match[pattern.value] or "").strip(), detail


def _blank(text: str, matches: list[re.Match[str]]) -> str:
    parts, end = [], 0
    for match in matches:
        whole = match[0]
        parts += [text[end : match.start()], INK.sub(" ", whole) if "\n" in whole else " " * len(whole)]
        end = match.end()
    return "".join(parts) + text[end:]


def _elements(found: list[Found], starts: list[int]) -> Iterator[Element]:
    """What was found, in the order of the text, with lines, columns and sections."""
    section = ""
    for offset, kind, value, detail in found:
        if kind == "heading" and detail.startswith("2 "):
            section = _id(value)
        line = bisect_right(starts, offset)
        yield Element(kind, value, detail, offset, line, offset - starts[line - 1] + 1, section)
