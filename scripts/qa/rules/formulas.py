"""Formulas: balanced, and made of commands that KaTeX has."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from qa import source
from qa.issue import Issue
from qa.markup import Element
from qa.nearest import did_you_mean
from qa.page import Page
from qa.rules import rule
from qa.site import Site

COMMANDS = Path(__file__).resolve().parent.parent / "katex-commands.txt"
COMMAND = re.compile(r"\\([A-Za-z]+)\*?")
DEFINES = re.compile(r"\\(?:def|newcommand|renewcommand|providecommand|gdef|let|operatorname\*?)\s*\{?\\?([A-Za-z]+)")


@rule
def unknown_macro(site: Site) -> Iterator[Issue]:
    r"""Formulas use commands that KaTeX knows.

    Bad:  `$\apha$`
    Good: `$\alpha$`
    """
    for page, formula, offset in _formulas(site):
        own = set(DEFINES.findall(formula.value)) | _macros(site)
        for match in COMMAND.finditer(formula.value):
            name = match[1]
            if name not in _commands() and name not in own and f"{name}*" not in _commands():
                place = source.of(page).place(offset + match.start())
                remedy = did_you_mean(name, sorted(_commands()), "Look it up in KaTeX's list of commands.")
                yield Issue(page.path, place.line, place.column, "unknown-macro", f"KaTeX has no command '{match[0]}'", remedy)


@rule
def price_as_formula(site: Site) -> Iterator[Issue]:
    """Amounts of money are text: two of them in a paragraph become a formula unless their signs are escaped.

    Bad:  `US$100 or 5$`
    Good: `US\\$100 or 5 dollars`
    """
    for page, formula, offset in _formulas(site):
        words = re.findall(r"(?<![\\A-Za-z{])[A-Za-z]{3,}(?![A-Za-z}])", formula.value)
        chinese = re.search(r"[\u4e00-\u9fff]", re.sub(r"\\(?:text|mathrm|operatorname)\{[^}]*\}", "", formula.value))
        if formula.kind == "formula" and re.match(r"\d", formula.value) and (len(words) > 1 or chinese):
            place = source.of(page).place(offset - 1)
            message = f"'${formula.value}$' is set as a formula"
            yield Issue(page.path, place.line, place.column, "price-as-formula", message, "Escape the signs: \\$100.")


@rule
def broken_formula(site: Site) -> Iterator[Issue]:
    r"""Braces, `\left` and `\right`, `\begin` and `\end` correspond; `_` and `^` stand once each.

    Bad:  `$\frac{1}{2$`, `$x_1_2$`, `\begin{aligned}` without `\end{aligned}`
    Good: `$\frac{1}{2}$`
    """
    for page, formula, offset in _formulas(site):
        if problem := _problem(formula.value):
            message, at = problem
            place = source.of(page).place(offset + at)
            yield Issue(page.path, place.line, place.column, "broken-formula", message, "Mend the formula.")


def _formulas(site: Site) -> Iterator[tuple[Page, Element, int]]:
    """Every formula with the offset at which its TeX starts."""
    for page in site.judged:
        for element in page.each("display", "formula"):
            yield page, element, page.text.index(element.value, element.offset) if element.value else element.offset


@cache
def _problem(tex: str) -> tuple[str, int] | None:
    """The first thing that is wrong with a formula, and where; its twins in other languages ask again."""
    return next(_problems(tex), None)


def _problems(tex: str) -> Iterator[tuple[str, int]]:
    yield from _braces(tex)
    for opening, closing in (("left", "right"), ("begin", "end")):
        opens, closes = ([m.start() for m in re.finditer(rf"\\{word}(?![A-Za-z])", tex)] for word in (opening, closing))
        if len(opens) != len(closes):
            yield f"{len(opens)} \\{opening} and {len(closes)} \\{closing}", (opens or closes)[0]
    names = re.findall(r"\\(begin|end)\{([^}]*)\}", tex)
    stack: list[str] = []
    for kind, name in names:
        if kind == "begin":
            stack.append(name)
        elif stack and stack.pop() != name:
            yield f"\\end{{{name}}} closes another environment", tex.index(f"\\end{{{name}}}")
    if match := re.search(r"([_^])(?:\{[^{}]*\}|\\[A-Za-z]+|[^\\{}\s])\s*\1", tex):
        yield f"two '{match[1]}' in a row", match.start()
    if match := re.search(r"\\frac\s*(?:\{[^{}]*\})?\s*$|(?<!\\)[_^]\s*$", tex):
        yield f"'{match[0].strip()}' lacks what follows it", match.start()
    if not re.search(r"\\begin|\\matrix|\\cases|\\substack", tex) and (match := re.search(r"(?<!\\)&", tex)):
        yield "an alignment mark outside of an environment", match.start()
    yield from _signs(tex)


def _signs(tex: str) -> Iterator[tuple[str, int]]:
    """Signs that cannot stand where they stand."""
    if match := re.search(r"\\text(?:bf|it|rm|sf|tt|normal)?\{[^{}$]*?(?<!\\)([_^])[^{}]*\}", tex):
        yield f"'{match[1]}' in text wants a backslash", match.start(1)
    if match := re.search(r"\\(?:left|right|[bB]igg?[lrm]?)\s*([（）【】｛｝｜〈〉])", tex):
        yield f"'{match[1]}' is no delimiter", match.start(1)
    if match := re.search(r"(?<!\\)%", tex):
        yield "'%' hides the rest of the formula", match.start()


def _braces(tex: str) -> Iterator[tuple[str, int]]:
    stack = []
    for match in re.finditer(r"\\.|[{}]", tex, re.S):
        if match[0] == "{":
            stack.append(match.start())
        elif match[0] == "}":
            if not stack:
                yield "'}' closes nothing", match.start()
                return
            stack.pop()
    if stack:
        yield "'{' is never closed", stack[-1]


@cache
def _commands() -> frozenset[str]:
    return frozenset(COMMANDS.read_text(encoding="utf-8").split())


def _macros(site: Site) -> set[str]:
    """Commands that the site's own conventions define."""
    return {str(name).lstrip("\\") for name in site.settings.data.get("extra", {}).get("macros", ())}
