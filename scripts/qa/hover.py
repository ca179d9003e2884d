"""Hover text: the first time that a glossary term stands in the prose of a page, it links to the page that explains it."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from qa.glossary import Term

TAG = re.compile(r"(<[^>]*>)")
NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
CLOSED = frozenset(
    {
        "a",
        "abbr",
        "code",
        "pre",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "svg",
        "math",
        "script",
        "style",
        "summary",
        "button",
        "figure",
        "cite",
        "table",
    }
)
HIDDEN_CLASS = re.compile(r'class="[^"]*\b(katex|arithmatex|qa-display|qa-citation|admonition-title|qa-facts|headerlink)\b')
VOID = frozenset({"br", "img", "hr", "input", "wbr", "source", "col", "link", "meta"})
LATIN = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True)
class Names:
    """One pattern for all names of a language's terms, and the term of each name."""

    pattern: re.Pattern[str]
    terms: dict[str, Term]


def mark(text: str, glossary: tuple[Term, ...], language: str, page_id: str, draw: Callable[[Term, str], str]) -> str:
    """The HTML with each term marked once, in prose alone; `draw` renders one, given the term and what stands there."""
    names = _names(glossary, language)
    done = {term.id for term in glossary if term.page == page_id}  # a page explains its own terms

    def replace(match: re.Match[str]) -> str:
        term = names.terms.get(_key(html.unescape(match[0])))
        if term is None or term.id in done:
            return match[0]
        done.add(term.id)
        return draw(term, match[0])

    return "".join(names.pattern.sub(replace, piece) if prose else piece for piece, prose in _pieces(text)) if glossary else text


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Tags and text in their order, and which text is prose: in a paragraph or a list, in no element of its own meaning."""
    stack: list[bool] = []
    for piece in TAG.split(text):
        if not piece.startswith("<"):
            yield piece, bool(stack) and all(stack)
            continue
        name = NAME.match(piece)
        if name and piece.startswith("</"):
            if stack:
                stack.pop()
        elif name and name[1].lower() not in VOID and not piece.endswith("/>"):
            stack.append(name[1].lower() not in CLOSED and not HIDDEN_CLASS.search(piece))
        yield piece, False


@cache
def _names(glossary: tuple[Term, ...], language: str) -> Names:
    terms: dict[str, Term] = {}
    for term in glossary:
        for name in _marked(term, language):
            terms.setdefault(_key(name), term)
    longest_first = sorted({name for term in glossary for name in _marked(term, language)}, key=lambda n: (-len(n), n))
    words = [name for name in longest_first if LATIN.match(name[-1])]
    others = [name for name in longest_first if not LATIN.match(name[-1])]
    whole = rf"(?<![A-Za-z0-9-]){_any(words)}(?![A-Za-z0-9-])"
    return Names(re.compile(f"{_any(others)}|{whole}"), terms)


def _marked(term: Term, language: str) -> list[str]:
    """The names of a term that mean it wherever they stand."""
    return [name for name in term.words[language].names if name not in term.everyday]


def _any(names: list[str]) -> str:
    """One of these names as it may stand in HTML, the longest that fits; sorted by first letters, which a search can tell soon.

    A name may begin with a capital at the start of a sentence.
    """
    by_first: dict[str, list[str]] = {}
    for name in names:
        shown = html.escape(name, quote=False)
        either = {shown[0].upper(), shown[0].lower()} if shown[0].isascii() and shown[0].isalpha() and len(name) > 4 else {shown[0]}
        for first in either:
            by_first.setdefault(first, []).append(re.escape(shown[1:]).replace(r"\ ", r"\s+"))
    if not by_first:
        return "(?!)"
    starts = f"(?=[{''.join(map(re.escape, by_first))}])"
    return f"{starts}(?:{'|'.join(f'{re.escape(first)}(?:{chr(124).join(rest)})' for first, rest in by_first.items())})"


def _key(name: str) -> str:
    return " ".join(name.split()).lower() if len(name) > 4 else name
