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
    return Names(re.compile("|".join(map(_pattern, longest_first)) or r"(?!)"), terms)


def _marked(term: Term, language: str) -> list[str]:
    """The names of a term that mean it wherever they stand."""
    return [name for name in term.words[language].names if name not in term.everyday]


def _pattern(name: str) -> str:
    """A name as it may stand in HTML: whole words, capital at the start of a sentence, plural."""
    escaped = re.escape(html.escape(name, quote=False)).replace(r"\ ", r"\s+")
    if not LATIN.match(name[-1]):
        return escaped
    first = f"[{name[0].upper()}{name[0].lower()}]" if name[0].isalpha() and len(name) > 4 else re.escape(name[0])
    return rf"(?<![A-Za-z0-9-]){first}{escaped[len(re.escape(name[0])) :]}(?![A-Za-z0-9-])"


def _key(name: str) -> str:
    return " ".join(name.split()).lower() if len(name) > 4 else name
