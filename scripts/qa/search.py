"""The search index: what is sought in (from the Markdown of the pages), under which names, and in which spellings.

Ranking and the cutting of text into terms stand in `docs/assets/search/`, in the language of the browser; Node runs the
same files here, so that what is indexed and what is sought cannot drift apart.
"""

import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from qa import markup, mathematics
from qa.page import Page
from qa.site import Site

BUILDER = Path(__file__).resolve().parent.parent / "search_index.mjs"
CHINESE = "zh"  # the language whose readers also type pinyin and traditional characters
HAN = re.compile(r"[\u4e00-\u9fff]")
Section = tuple[str, str, str]  # id, heading, text


@dataclass(frozen=True)
class Document:
    """A question as the search sees it; `other` is how the other languages call it, `asked` what people type for it."""

    id: str
    url: str
    title: str
    aliases: tuple[str, ...]
    other: tuple[str, ...]
    short: str
    sections: tuple[Section, ...]
    asked: tuple[str, ...]


def build(site: Site, language: str) -> dict[str, str]:
    """The files of one language's index by name, such as `zh.json`."""
    return index(documents(site, language), groups(site, language), language)


def documents(site: Site, language: str) -> list[Document]:
    """Every question of a language."""
    asked: dict[str, list[str]] = defaultdict(list)
    for one in site.phrasings:
        if one.language == language:
            asked[one.page].append(one.text)
    return [_document(page, site, tuple(asked[page.id])) for page in _questions(site, language)]


def index(sought: list[Document], synonyms: list[tuple[int, list[str]]], language: str) -> dict[str, str]:
    """The files of an index of any documents."""
    names = [text for one in sought for text in (one.title, *one.aliases)] + [text for _, group in synonyms for text in group]
    request = {
        "language": language,
        "documents": [asdict(one) for one in sought],
        "groups": [[home, [*group, *_taiwan(group)]] for home, group in synonyms],
        "fold": _traditional(names + [text for one in sought for _, _, text in one.sections]) if language == CHINESE else "",
        "sounds": _pinyin(names) if language == CHINESE else "",
    }
    command = [str(mathematics.node()), str(BUILDER)]
    done = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(f"{BUILDER.name}: {done.stderr}")
    return json.loads(done.stdout)


def groups(site: Site, language: str) -> list[tuple[int, list[str]]]:
    """The glossary's synonyms of all languages, term by term, each with the number of the page that explains it."""
    numbers = {page.id: number for number, page in enumerate(_questions(site, language))}
    return [(numbers.get(term.page, -1), list(term.names)) for term in site.glossary]


def _questions(site: Site, language: str) -> list[Page]:
    return [twin for page in site.questions if (twin := site.twin(page, language))]


def _document(page: Page, site: Site, asked: tuple[str, ...]) -> Document:
    twins = [twin for code in site.conventions.languages if code != page.language and (twin := site.twin(page, code))]
    other = tuple(name for twin in twins for name in (twin.title, *_aliases(twin)))
    url = site.conventions.address(f"{page.id}/", page.language)
    short = plain(page.section_text.get("short", ""))
    return Document(page.id, url, plain(page.title), _aliases(page), other, short, tuple(sections(page)), asked)


def _aliases(page: Page) -> tuple[str, ...]:
    aliases = page.meta.get("aliases")
    return tuple(str(alias) for alias in aliases) if isinstance(aliases, list) else ()


# ── From Markdown to text ────────────────────────────────────────────────────────────────────────────────────────────


def sections(page: Page) -> Iterator[Section]:
    """Everything under each heading that has an id, as plain text; empty stretches are left out."""
    body = page.body
    heads = [one for one in page.each("heading") if not one.detail.startswith("1 ")]
    ends = [one.offset for one in heads[1:]] + [len(body)]
    for head, end in zip(heads, ends, strict=True):
        text = plain(body[body.find("\n", head.offset) + 1 : end])
        if text:
            yield markup.heading_id(head), plain(head.detail.partition(" ")[2]), text


# What is no text in Markdown, and what is left of it; in this order.
MARKDOWN = (
    (re.compile(r"<!--.*?-->", re.S), " "),
    (re.compile(r"^ *--8<--.*$", re.M), " "),
    (re.compile(r"^ *(```+|~~~+).*$", re.M), " "),
    (re.compile(r"!\[[^\]]*\]\([^\s)]*(?:\s+\"([^\"]*)\")?\)"), r"\1"),
    (re.compile(r"\[@[^\]]*\]"), ""),
    (re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"^ *///+[ \t]*(?:\w+[ \t]*\|[ \t]*)?(.*)$", re.M), r"\1"),
    (re.compile(r"^\s*\|?[\s:|-]+\|[\s:|-]*$", re.M), " "),
    (re.compile(r"^ *(?:[-*+>]|\d+\.)[ \t]+|^#+[ \t]+|\{[:#][^}]*\}|\*\*|`|(?<=\s)\|(?=\s)|^\||\|$", re.M), " "),
    (re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^>]*>"), " "),
)
FORMULA = re.compile(r"\$\$(.*?)\$\$|(?<![\\$])\$(?=[^\s$])([^$\n]*?[^\s\\$])\$(?!\d)", re.S)
NAMES = """
    alpha beta gamma delta epsilon varepsilon eta theta lambda mu nu pi rho sigma tau phi varphi omega Delta Sigma Omega
    nabla partial sum prod times cdot odot leq le geq ge neq ne approx sim to rightarrow leftarrow in infty pm top lVert
    rVert lvert rvert mid ldots dots cdots ell propto circ
    xi zeta kappa chi psi Phi Psi Gamma Lambda Theta Pi forall
"""
SIGNS = """
    α β γ δ ε ε η θ λ μ ν π ρ σ τ φ φ ω Δ Σ Ω ∇ ∂ Σ Π × · ⊙ ≤ ≤ ≥ ≥ ≠ ≠ ≈ ~ → → ← ∈ ∞ ± T ‖ ‖ | | | … … … ℓ ∝ ∘
    ξ ζ κ χ ψ Φ Ψ Γ Λ Θ Π ∀
"""
SYMBOLS = dict(zip(NAMES.split(), SIGNS.split(), strict=True))
TEX = (
    (re.compile(r"\\(?:begin|end)\{[^}]*\}(?:\{[^}]*\})?|\\(?:left|right|big+[lr]?|qquad|quad|displaystyle)\b|\\[,;:! \\]"), " "),
    (re.compile(r"\\([A-Za-z]+)"), lambda match: SYMBOLS.get(match[1], match[1])),
    (re.compile(r"[{}$&]"), ""),
)
STYLED = re.compile(
    r"\\(?:math(?:rm|bf|bb|cal|it|sf)|boldsymbol|text|operatorname|(?:wide)?hat|bar|tilde|dot|limits)(?![A-Za-z])\*?(?:\{([^{}]*)\})?"
)
NESTED = (  # from the inside out
    (re.compile(r"([_^])\{([^{}]*)\}"), r"\1\2"),
    (re.compile(r"\\[td]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), r"(\1)/(\2)"),
    (re.compile(r"\\[td]?frac\s*(\w)\s*(\w)"), r"\1/\2"),
    (re.compile(r"\\sqrt\s*\{([^{}]*)\}"), r"√(\1)"),
    (re.compile(r"\{([^{}\\]?)\}"), r"\1"),
    (re.compile(r"(?<![\w)])\((\w)\)"), r"\1"),
)


def plain(markdown: str) -> str:
    """Markdown as one line of text that can be read and searched: `$\\max(0, x)$` is max(0, x)."""
    text = FORMULA.sub(lambda match: tex(match[1] or match[2]), markdown)
    for pattern, left in MARKDOWN:
        text = pattern.sub(lambda match, left=left: match.expand(left) if match.lastindex or left != r"\1" else "", text)
    return re.sub(r" (?=[，。；：、！？）」”])", "", " ".join(text.split()))


def tex(formula: str) -> str:
    """A formula in one line of Unicode."""
    formula = STYLED.sub(lambda match: match[1] or "", formula)
    for pattern, left in NESTED * 3:
        formula = pattern.sub(left, formula)
    for pattern, left in TEX:
        formula = pattern.sub(left, formula)
    return " ".join(formula.split())


# ── Spellings: what a Chinese reader may type for what stands here ───────────────────────────────────────────────────


@cache
def _converter(name: str) -> "opencc.OpenCC":  # noqa: F821 (imported below: only Chinese sites need it)
    import opencc

    return opencc.OpenCC(name)


def _traditional(texts: Iterable[str]) -> str:
    """Pairs of a traditional character and the simplified one that stands in these texts."""
    used = set(HAN.findall("".join(texts)))
    every = [chr(code) for code in range(0x4E00, 0xA000)]
    simple = _converter("t2s").convert("".join(every))
    return "".join(a + b for a, b in zip(every, simple, strict=True) if a != b and b in used)


def _taiwan(names: Iterable[str]) -> list[str]:
    """How Taiwan calls these things, in simplified characters: 神经网络 is 神经网路 there."""
    names = [name for name in names if HAN.search(name)]
    there = (_converter("t2s").convert(_converter("s2twp").convert(name)) for name in names)
    return [other for other in dict.fromkeys(there) if other not in names]


def _pinyin(names: Iterable[str]) -> str:
    """`ti:梯体|du:度`: how characters sound. The names decide the reading; the common characters serve homophones."""
    import pypinyin

    sounds: dict[str, set[str]] = defaultdict(set)
    readings: dict[str, set[str]] = defaultdict(set)
    for name in names:
        for run in re.findall(r"[\u4e00-\u9fff]+", name):
            for character, sound in zip(run, pypinyin.lazy_pinyin(run), strict=True):
                readings[character].add(sound)
    for character in _common_characters():
        readings[character] = readings[character] or {pypinyin.lazy_pinyin(character)[0]}
    for character, said in readings.items():
        for sound in said:
            sounds[sound.replace("ü", "v")].add(character)
    return "|".join(f"{sound}:{''.join(sorted(characters))}" for sound, characters in sorted(sounds.items()))


def _common_characters() -> list[str]:
    """The 3,755 characters of level 1 of GB 2312."""
    codes = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return [character for code in codes if (character := code.decode("gb2312", "ignore"))]
