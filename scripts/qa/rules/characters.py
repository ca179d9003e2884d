"""Characters that nobody means to write: controls, replacements, invisible ones; a page without any at all."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from qa import source
from qa.issue import Fix, Issue
from qa.page import Page
from qa.rules import rule, site_rule
from qa.sentinel import Place
from qa.site import Site
from qa.text import position

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
HIDDEN = re.compile(
    "[\u00ad\u200b\u200e\u200f\u2060-\u2064\ufeff]|(?<![\u0600-\u0dff])[\u200c\u200d](?![\U0001f000-\U0001faff\u2600-\u27bf\u0600-\u0dff])"
)
SIDE = re.compile(r"^(?:<{7}|>{7})", re.M)
MARKERS = r"^(?:<{7}|>{7}|\|{7}) ?\S*"
ALONE, AMONG_SIDES = (re.compile(f"{MARKERS}|{middle}={{7}}$", re.M) for middle in (r"(?<=\n\n)", "^"))
MOJIBAKE = re.compile(
    "锟斤拷|烫烫烫|屯屯屯|Ã[\u0080-\u00bf]|â€[\u0080-\u2122]|ï»¿|(?:[ä-é][\u0080-\u00bfŒœŠšŽžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]{2}){2,}"
)

DATA = re.compile(f"{CONTROL.pattern}|{HIDDEN.pattern}|\ufffd|{MOJIBAKE.pattern}")
RADICAL = re.compile("[\u2e80-\u2fdf\ufb00-\ufb06]")
ALPHABETS = re.compile("[\u0400-\u04ff](?:(?=[A-Za-z])|(?<=[A-Za-z].))")
FULL_WIDTH = re.compile(r"[，。；：！？、](?<=[A-Za-z0-9)].)(?=\s?[A-Za-z]|[ \t]*$)", re.M)
CODE_SIGN = re.compile(r"^[^#\"'`/\n]*?[A-Za-z0-9_)\]](?P<sign>[（，：；])", re.M)
PROGRAMS = frozenset({"python", "py", "bash", "sh", "js", "javascript", "json", "c", "cpp", "java", "go", "rust", "r", "sql"})
CHARACTERS = frozenset({"zh", "ja", "ko"})  # languages whose signs are full-width


RARE = re.compile(  # what the rules of this file look for one by one
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\xc3\xe2\xe4-\xe9\xef\u0400-\u04ff\u200b-\u200f\u2028-\u202e\u2060-\u2069\u2e80-\u2fdf"
    "\u5c6f\u70eb\u951f\ufb00-\ufb06\ufeff\ufffd]"
)


@rule
def control_character(site: Site) -> Iterator[Issue]:
    """Text has no control characters.

    Bad:  a vertical tab or a direction override that came with a copy
    Good: spaces and line breaks
    """
    yield from _each(site, CONTROL, "control-character", "the control character", True)


@rule
def zero_width_character(site: Site) -> Iterator[Issue]:
    """Text has no characters without a width: search finds no word that holds one.

    Bad:  a zero-width space within a word
    Good: the word
    """
    yield from _each(site, HIDDEN, "zero-width-character", "the invisible character", True)


@rule
def replacement_character(site: Site) -> Iterator[Issue]:
    """Text was decoded rightly: no replacement characters, no text read in a wrong encoding.

    Bad:  U+FFFD in the middle of a word
    Good: the character that stood there
    """
    yield from _each(site, re.compile("\ufffd+"), "replacement-character", "lost text:", False)
    yield from _each(site, MOJIBAKE, "replacement-character", "text read in a wrong encoding:", False)


@site_rule
def lost_in_data(site: Site) -> Iterator[Issue]:
    """Glossary, phrasings and bibliography were decoded rightly, and hold no characters that nobody sees.

    Bad:  U+FFFD in an explanation
    Good: the character that stood there
    """
    for path in sorted(site.files):
        if path.suffix in {".yml", ".yaml", ".bib"}:
            text = (site.root / path).read_bytes().decode("utf-8", "ignore")  # what is no UTF-8 is named elsewhere
            for match in DATA.finditer(text) if not text.isascii() or CONTROL.search(text) else ():
                message = f"U+{ord(match[0][0]):04X} stands here, which nobody means to write"
                yield Issue(path, *position(text, match.start()), "lost-in-data", message, "Write what should stand there.")


@rule
def compatibility_character(site: Site) -> Iterator[Issue]:
    """Text has the characters that people type, not their likes that come with a copy from a PDF: search does not find these.

    Bad:  the radical U+2F45 for 方, the ligature U+FB01 for fi
    Good: 方, fi
    """
    for page in site.judged:
        for match in RADICAL.finditer(page.text) if _has_rare(page) else ():
            usual, place = unicodedata.normalize("NFKC", match[0]), source.of(page).place(match.start())
            fix = Fix(match[0], usual) if usual != match[0] else None
            message = f"U+{ord(match[0]):04X} is not the character that it looks like"
            yield _at(place, "compatibility-character", message, f"Write {usual}." if fix else "Type it anew.", fix)


@rule
def mixed_alphabet(site: Site) -> Iterator[Issue]:
    """A word is written in one alphabet: search does not find one that holds a Cyrillic letter for a Latin one.

    Bad:  network with U+043A for its k
    Good: network
    """
    for page in site.judged:
        if _has_rare(page):
            for place, match in source.of(page).finditer(ALPHABETS):
                message = f"U+{ord(match[0]):04X} in a word of Latin letters only looks like one"
                yield _at(place, "mixed-alphabet", message, "Type it anew.")


@rule
def full_width_sign(site: Site) -> Iterator[Issue]:
    """Full-width signs stand in Chinese text, not between Latin words nor in code.

    Bad:  “On while training，off at inference.”; `print（x）`
    Good: “On while training, off at inference.”; `print(x)`
    """
    for page in site.judged:
        if page.text.isascii():
            continue
        here = source.of(page)
        if page.language in site.conventions.languages and page.language not in CHARACTERS:
            for place, match in here.finditer(FULL_WIDTH):
                yield _at(place, "full-width-sign", f"'{match[0]}' is a Chinese sign in a text that is not", "Write it half-width.")
        for fence in page.each("fence"):
            if fence.detail.split(" ")[0].lower() in PROGRAMS:
                start = here.body.index(fence.value, fence.offset) if fence.value else fence.offset
                for match in CODE_SIGN.finditer(fence.value):
                    message = f"'{match['sign']}' is no sign of this language"
                    yield _at(here.place(start + match.start("sign")), "full-width-sign", message, "Write it half-width.")


@rule
def decomposed_character(site: Site) -> Iterator[Issue]:
    """Ids and targets are in the composed Unicode form (NFC), in which people type.

    Bad:  `{ #e` + combining accent + ` }`
    Good: `{ #é }`
    """
    for page in site.judged:
        if page.text.isascii() or unicodedata.is_normalized("NFC", page.text):
            continue
        for match in re.finditer(r"(?:\]\(|\{ ?#)([^)}\n]*)", page.text):
            if not unicodedata.is_normalized("NFC", match[1]):
                place = source.of(page).place(match.start(1))
                fix = Fix(match[1], unicodedata.normalize("NFC", match[1]))
                yield _at(place, "decomposed-character", f"'{match[1].strip()}' is decomposed", "Type it anew.", fix)


@site_rule
def merge_marker(site: Site) -> Iterator[Issue]:
    """No conflict of a merge is left, in text or data.

    Bad:  `<<<<<<< HEAD`
    Good: one of the two sides
    """
    for page in site.pages:
        if not any(sign in page.text for sign in ("<<<<<<<", ">>>>>>>", "|||||||", "=======")):
            continue
        here = source.of(page)
        text = here.prose if not page.text.startswith("<<<<<<<") else page.text
        for match in (AMONG_SIDES if SIDE.search(text) else ALONE).finditer(text):
            yield _at(
                here.place(match.start()),
                "merge-marker",
                f"a conflict of a merge was left here: '{match[0]}'",
                "Decide for one side.",
            )
    for path in sorted(site.files):
        if path.suffix in {".yml", ".bib", ".css", ".js"}:
            text = (site.root / path).read_text(encoding="utf-8", errors="replace")
            for match in ALONE.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                yield Issue(
                    path, line, 1, "merge-marker", f"a conflict of a merge was left here: '{match[0]}'", "Decide for one side."
                )


@rule
def empty_page(site: Site) -> Iterator[Issue]:
    """A page has a title and something to read.

    Bad:  a file with front matter alone
    Good: a title and text
    """
    for page in site.judged:
        text = re.sub(r"<!--(?!\s*(?:questions|topics|sources|search)\b).*?-->", "", page.body, flags=re.S)
        lines = [line for line in text.splitlines() if line.strip()]
        if not lines:
            yield Issue(page.path, 1, 1, "empty-page", "the page is empty", "Write it, or remove the file.")
        elif len(lines) == 1 and lines[0].startswith("# "):
            yield Issue(page.path, 1, 1, "empty-page", "the page has a title and nothing else", "Write it, or remove the file.")


@rule
def title(site: Site) -> Iterator[Issue]:
    """A page has one title, and nothing stands before it.

    Bad:  no `# …`, or two of them
    Good: one `# …` at the start, sections with `## …`
    """
    for page in site.judged:
        heads = page.each("heading")
        titles = [head for head in heads if head.detail.startswith("1 ")]
        if not titles and not page.meta.get("title") and page.text.strip() and not re.search(r"<h1|^.+\n=+ *$", page.text, re.M):
            yield Issue(page.path, 1, 1, "title", "the page has no title", "Begin it with `# …`.")
        for extra in titles[1:]:
            yield Issue(page.path, extra.line, extra.column, "title", "a second title", "Make it a section: `## …`.")
        for before, after in pairwise(heads) if site.conventions.sections else ():
            if int(after.detail[0]) > int(before.detail[0]) + 1:
                message = f"the level falls from {before.detail[0]} to {after.detail[0]}"
                yield Issue(page.path, after.line, after.column, "title", message, f"Write {'#' * (int(before.detail[0]) + 1)}.")
        for head in heads:
            if not head.detail.partition(" ")[2].strip():
                yield Issue(page.path, head.line, head.column, "title", "a heading without text", "Write it or remove it.")


def _has_rare(page: Page) -> bool:
    return page.once("rare", lambda: RARE.search(page.text) is not None)


def _each(site: Site, pattern: re.Pattern[str], name: str, what: str, remove: bool) -> Iterator[Issue]:
    for page in site.judged:
        if not _has_rare(page):
            continue
        here = source.of(page)
        for match in pattern.finditer(page.text):
            shown = f"U+{ord(match[0][0]):04X}" if remove else match[0]
            fix = Fix(match[0], "") if remove else None
            yield _at(here.place(match.start()), name, f"{what} {shown}", "Remove it." if remove else "Write it again.", fix)


def _at(place: Place, name: str, message: str, remedy: str, fix: Fix | None = None) -> Issue:
    return Issue(place.path, place.line, place.column, name, message, remedy, fix)
