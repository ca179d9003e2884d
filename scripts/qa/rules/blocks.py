"""Blocks and tables in the source: opened and closed, as wide as their head."""

import re
from collections.abc import Iterator
from itertools import pairwise

from qa import source
from qa.issue import Issue
from qa.markup import cells
from qa.nearest import nearest
from qa.page import Page
from qa.rules import rule
from qa.sentinel import Place
from qa.site import Site

BLOCK = re.compile(r"(///+)[ \t]*([^\n]*)$", re.M)
NESTED = re.compile(r"^( *)(?:[-*+]|\d+\.)[ \t]+\S.*\n(?:\n?)( +)(?=(?:[-*+]|\d+\.)[ \t]+\S)", re.M)
ATTRIBUTES = re.compile(r"\{(?<=[ )`*\]]\{):?[ \t]*([^{}\n]*#[^{}\n]*)\}[ \t]*$", re.M)
ONE_ID = re.compile(r"#[\w-]+[ \t]*")
OPEN = re.compile(
    r"(?<!\\)\\\((?!(?:[^\n]|\n(?!\n))*\\\))(?=[^\n]*[_^\\])"
    r"|^\\\[[ \t]*$(?!(?:[^\n]|\n(?!\n))*\\\])"
    r"|(?:[!！][ \u3000]+|(?:^|(?<=\s))！)(?=\[[^\]\n]*\]\([^)\s]+\.(?:svg|png|jpe?g|webp)[^)\n]*\))"
    r"|\[(?<!\\\[)(?=\[[^\[\]\n]+\]\([^()\n]*\)(?:[^\[\]\n]|\n(?!\n)|\[[^\[\]\n]*\])*(?:\n\n|\Z))",
    re.M,
)
OPENED = {
    "\\": ("this formula is never closed", "Close it."),
    "!": ("a space keeps this from being an image", "Remove the space."),
    "！": ("this makes no image", "Write `![text](file)`."),
    "[": ("this bracket is never closed", "Remove it, or close it."),
}
MODIFIERS = frozenset({"inline", "end", "annotate"})  # what may follow the type of an admonition
TYPE_NAMES = """
note abstract summary tldr info todo tip hint important success check done question help faq warning caution
attention failure fail missing danger error bug example quote cite seealso
"""
TYPES = TYPE_NAMES.split()
BARRED = re.compile(r"^(?![ >]*///)[^\n|]*\|", re.M)
OUTER = re.compile(r"^\||(?<!\\)\|$")
NEAR = 3  # lines between rows that may be of one table
NAMED = {"!!!": "admonition", "???": "pymdownx.details", "===": "pymdownx.tabbed"}  # the extension of each mark
HEAD = re.compile(
    r"^(?P<lead>[ ]*)(?P<mark>!!!|\?\?\?|===)[+!]*[ ]*(?P<name>[\w-]+(?:[ ]+[\w-]+)*)?[ ]*(?P<title>\"[^\"\n]*\")?[ ]*(?:\n|\Z)",
    re.M,
)
NEXT = re.compile(r"(?P<gap>(?:[ \t]*\n)*)(?P<indent>[ ]*)(?P<text>\S?)")
TASK = re.compile(
    r"^[ >]*(?:[-*+]|\d+\.)[ ]+(?P<box>\[(?:[ xX]\](?=[^\s(\[])|[ ]{2,}\]|[ ]+[xX][ ]*\]|[xX][ ]+\]|\](?=[ ])))", re.M
)
BOX = re.compile(r"^[ >]*[-*+][ ]+(?P<box>\[[ xX]\])(?=[ ]+\S)", re.M)
SETEXT = re.compile(r"(?<=[.。!！;；,，:：?？])[ \t]*\n(?P<rule>-{2,}|={2,})[ \t]*$", re.M)
ONE_WORD = re.compile(r"^#{1,6}[ \t].*?(?P<list>\{:?[ ]*(?P<word>[\w-]+)[ ]*\})[ \t]*$", re.M)
NUMBERED = re.compile(r"^(?P<indent> *)(?P<number>\d+)\.[ \t]+(?=\S)", re.M)
ITEM = re.compile(r"[ >]*(?:[-*+]|\d+\.)[ \t]+\S")
SANE = ("sane_lists", "markdown.extensions.sane_lists")  # with these a list begins with its own first number
PRODUCT = re.compile(r"\*(?<=\d\*)(\d+(?:\.\d+)?)(?=\*\d)")
HEADING = re.compile(r"^#{1,6}[^\s#](?!.*\{[^{}\n]*#[\w-]+[^{}\n]*\}[ #]*$)", re.M)
TABLE = re.compile(
    r"^(?P<head>[ ]*\S.*\|.*)\n(?P<rule>[ ]*\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?)[ ]*\n(?P<rows>(?:.*\S.*\n?)*)", re.M
)


@rule
def unclosed_block(site: Site) -> Iterator[Issue]:
    """A block ends with as many slashes as it starts with.

    Bad:  `/// claim | …` and the page goes on
    Good: `///` on a line of its own after its text
    """
    for page in site.judged:
        open_blocks: list[tuple[str, Place]] = []
        for place, match in source.of(page).finditer(BLOCK, "///"):
            if page.prose[page.prose.rfind("\n", 0, match.start()) + 1 : match.start()].strip(" >"):
                continue  # slashes within a line, as in file:///
            if match[2].strip():
                open_blocks.append((match[1], place))
            elif any(slashes == match[1] for slashes, _ in open_blocks):
                while open_blocks[-1][0] != match[1]:
                    yield _at(open_blocks.pop()[1], "unclosed-block", "this block is never closed", "End it with its slashes.")
                open_blocks.pop()
        for slashes, place in open_blocks:
            yield _at(place, "unclosed-block", "this block is never closed", f"End it with a line of {slashes}.")


@rule
def unindented_block(site: Site) -> Iterator[Issue]:
    """What belongs to an admonition or a tab is indented by four spaces; anything else stands outside of it.

    Bad:  `!!! note` and its text at the margin
    Good: the text indented by four spaces
    """
    for here, head in _heads(site):
        wanted = len(head["lead"]) + 4
        after = NEXT.match(here.body, head.end())
        if not (after and after["text"] and len(after["indent"]) >= wanted):
            if head["name"] or head["title"]:
                offset = after.start("text") if after and after["text"] else head.start("mark")
                message = f"nothing of '{head['mark']} {head['name'] or head['title']}' is indented, and it stays empty"
                yield _at(here.place(offset), "unindented-block", message, f"Indent what belongs to it by {wanted} spaces.")
        elif out := _outside(here.body, head.end()):
            indent, offset = out
            if wanted - 4 < indent < wanted:
                message = f"{indent - wanted + 4} spaces put this outside of the block above"
                yield _at(here.place(offset), "unindented-block", message, f"Indent it by {wanted}.")


@rule
def swallowed_title(site: Site) -> Iterator[Issue]:
    """The title of an admonition stands in quotes; without them its words vanish.

    Bad:  `!!! note Mind the arm`
    Good: `!!! note "Mind the arm"`
    """
    for place, head in _admonitions(site):
        words = [word for word in head["name"].split()[1:] if word not in MODIFIERS] if not head["title"] else []
        if len(words) > 1 or any(not word.isascii() or word[0].isupper() for word in words):
            message = f"readers do not see '{' '.join(words)}'"
            yield _at(place, "swallowed-title", message, f'Write `{head["mark"]} {head["name"].split()[0]} "{" ".join(words)}"`.')


@rule
def misspelt_admonition(site: Site) -> Iterator[Issue]:
    """The type of an admonition is one that the theme knows, or one of the site's own: a slip becomes its title.

    Bad:  `!!! wraning`
    Good: `!!! warning`
    """
    for place, head in _admonitions(site):
        kind = head["name"].split()[0].lower()
        if kind not in TYPES and (near := nearest(kind, TYPES, 0.8)):
            yield _at(place, "misspelt-admonition", f"there is no type '{kind}'", f"Did you mean '{near}'?")


@rule
def broken_task(site: Site) -> Iterator[Issue]:
    """The box of a task is `[ ]` or `[x]`, a space follows it, and the site has such lists.

    Bad:  `- [x]done`, `- [ x ] done`
    Good: `- [x] done`
    """
    known = site.settings.extension("pymdownx.tasklist") is not None
    for page in site.judged:
        here = source.of(page)
        for match in (TASK if known else BOX).finditer(here.prose) if "[" in page.text else ():
            message = f"'{match['box']}' is no box of a task" if known else "this site has no lists of tasks"
            remedy = "Write `- [ ] text` or `- [x] text`." if known else "Leave the box out, or enable pymdownx.tasklist."
            yield _at(here.place(match.start("box")), "broken-task", message, remedy)


@rule
def accidental_heading(site: Site) -> Iterator[Issue]:
    """A line of hyphens has a blank line before it: right below a sentence it makes the sentence a heading.

    Bad:  “A sentence.” and `---` on the next line
    Good: a blank line between them
    """
    for page in site.judged:
        here = source.of(page)
        for match in SETEXT.finditer(here.prose) if "\n--" in here.prose or "\n==" in here.prose else ():
            message = f"'{match['rule']}' makes the sentence above a heading"
            yield _at(here.place(match.start("rule")), "accidental-heading", message, "Put a blank line between them.")


@rule
def list_indent(site: Site) -> Iterator[Issue]:
    """A list within a list is indented by four spaces; with fewer its items join the outer list.

    Bad:  two spaces before `- inner`
    Good: four
    """
    for page in site.judged:
        here = source.of(page)
        for match in NESTED.finditer(here.prose) if any(item.column > 1 for item in page.each("item")) else ():
            outer, inner = len(match[1]), len(match[2])
            if outer < inner < outer + 4:
                place = here.place(match.end())
                message = f"{inner} spaces make this no list within the list"
                yield _at(place, "list-indent", message, f"Indent it by {outer + 4}.")


@rule
def list_start(site: Site) -> Iterator[Issue]:
    """A numbered list begins with 1: readers see 1 whatever its first number says.

    Bad:  a list that goes on with `3.` after a paragraph at the margin
    Good: the paragraph indented by four spaces, so that it belongs to the item before it
    """
    if any(site.settings.extension(name) is not None for name in SANE):
        return
    for page in site.judged:
        here = source.of(page)
        for match in (one for one in NUMBERED.finditer(here.prose) if int(one["number"]) > 1):
            above = here.body[: match.start()]
            lines = above.rstrip("\n").rpartition("\n\n")[2].lstrip("\n").split("\n")
            indent = len(lines[0]) - len(lines[0].lstrip())
            goes_on = any(map(ITEM.match, lines)) or indent >= len(match["indent"]) + 4
            if not goes_on and (not lines[-1].strip() or above.endswith("\n\n")):
                message = f"readers see 1 for this {match['number']}: a new list begins here"
                place = here.place(match.start("number"))
                yield _at(place, "list-start", message, "Indent by four spaces what stands between the items, or begin with 1.")


@rule
def eaten_star(site: Site) -> Iterator[Issue]:
    """A star between numbers is a multiplication, and two of them make what stands between them italic.

    Bad:  `2*3*4`
    Good: 2 × 3 × 4, `2\\*3\\*4`, or code
    """
    for page in site.judged:
        for place, match in source.of(page).finditer(PRODUCT, "*"):
            yield _at(
                place, "eaten-star", f"the stars around '{match[1]}' make it italic, and vanish", "Write ×, or escape them: \\*."
            )


@rule
def unclosed_brackets(site: Site) -> Iterator[Issue]:
    r"""A formula in `\(` is closed by `\)`, and the sign of an image stands right before its bracket.

    Bad:  `\(x_1`, `! [text](plot.svg)`
    Good: `\(x_1\)`, `![text](plot.svg)`
    """
    for page in site.judged:
        for place, match in source.of(page).finditer(OPEN, "\\(", "\\[", "! [", "!\u3000", "！", "[["):
            what, remedy = OPENED[match[0][0]]
            yield _at(place, "unclosed-brackets", what, remedy)


@rule
def attribute_list(site: Site) -> Iterator[Issue]:
    """An attribute list has one id, classes with a dot, and names with a value.

    Bad:  `{ #why #who }`, `{ #why wide }`
    Good: `{ #why .wide }`
    """
    for page in site.judged:
        here = source.of(page)
        for match in ATTRIBUTES.finditer(here.prose) if "{" in page.text else ():
            if ONE_ID.fullmatch(match[1]):
                continue
            words = re.sub(r"=\s*(\"[^\"]*\"|'[^']*')", "=x", match[1]).split()
            odd = [word for word in words if not re.match(r"[#.]\S|[\w:-]+=", word) and word not in {"markdown", "hidden", "-"}]
            ids = [word for word in words if word.startswith("#")]
            if ids and (odd or len(ids) > 1):
                what = f"'{odd[0]}' is neither id nor class nor value" if odd else f"there are {len(ids)} ids"
                yield _at(here.place(match.start()), "attribute-list", what, "Write `{ #id .class name=value }`.")
        for match in ONE_WORD.finditer(here.prose) if "{" in page.text and site.settings.extension("attr_list") is not None else ():
            if match["word"] not in {"markdown", "hidden", "-"}:
                what = f"'{match['word']}' is neither id nor class nor value"
                yield _at(here.place(match.start("list")), "attribute-list", what, f"Write `{{ #{match['word']} }}`.")


@rule
def heading_space(site: Site) -> Iterator[Issue]:
    """A space parts the signs of a heading from its text.

    Bad:  `##Why`
    Good: `## Why { #why }`
    """
    for page in site.judged:
        for place, match in source.of(page).finditer(HEADING, "#"):
            yield _at(place, "heading-space", f"'{match[0]}' has no space after its signs", "Write `## Title { #id }`.")


@rule
def table_columns(site: Site) -> Iterator[Issue]:
    """A table's rows have as many cells as its head: cells beyond it are dropped without a word.

    Bad:  `| a | b |` under a head of three columns; a formula with a bare bar
    Good: as many; `\\lvert` in formulas
    """
    for page in site.judged:
        here = source.of(page)
        for match in TABLE.finditer(here.with_formulas) if not _even(page) else ():
            width, offset = cells(match["rule"]), match.start("rows")
            bordered = bool(OUTER.search(match["head"].strip()))
            if cells(match["head"], bordered) != width:
                continue
            for row in match["rows"].splitlines(keepends=True):
                written = here.body[offset : offset + len(row)]
                many = cells(
                    "".join("x" if one == " " != other else one for one, other in zip(row, written, strict=True)), bordered
                )
                if not row.lstrip(" >").startswith("///") and "|" in row and many != width:
                    place = here.place(offset + len(row) - len(row.lstrip()))
                    message = f"this row has {many} cells, the table {width} columns"
                    yield _at(place, "table-columns", message, "Give it as many cells; write a bar in a cell as &#124; or \\lvert.")
                offset += len(row)


def _outside(text: str, offset: int) -> tuple[int, int] | None:
    """Indentation and offset of the first line that is not in the block whose text begins here, where a blank line parts them."""
    blank = False
    for line in text[offset:].split("\n"):
        if line.strip() and not line.startswith(("    ", "\t")):
            indent = len(line) - len(line.lstrip())
            return (indent, offset + indent) if blank else None
        blank = not line.strip()
        offset += len(line) + 1
    return None


def _even(page: Page) -> bool:
    """Whether every line with a bar is a row, those next to each other have as many cells, and no formula holds a bar."""
    rows = page.each("row")
    if len(rows) != len(BARRED.findall(page.prose)) or any("|" in formula.value for formula in page.each("formula")):
        return False
    return not any(b.line - a.line <= NEAR and cells(a.value) != cells(b.value) for a, b in pairwise(rows))


def _admonitions(site: Site) -> Iterator[tuple[Place, re.Match[str]]]:
    """The heads of admonitions and details of Python-Markdown with their places."""
    return ((here.place(head.start("mark")), head) for here, head in _heads(site) if head["mark"] != "===" and head["name"])


def _heads(site: Site) -> Iterator[tuple[source.Source, re.Match[str]]]:
    """The first lines of admonitions, details and tabs, where the site has them."""
    marks = {mark for mark, extension in NAMED.items() if site.settings.extension(extension) is not None}
    for page in site.judged:
        here = source.of(page)
        for head in HEAD.finditer(here.prose) if any(mark in page.text for mark in marks) else ():
            if head["mark"] in marks:
                yield here, head


def _at(place: Place, name: str, message: str, remedy: str) -> Issue:
    return Issue(place.path, place.line, place.column, name, message, remedy)
