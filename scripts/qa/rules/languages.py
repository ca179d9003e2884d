"""Each language is written in its own script, with the same facts, and neither falls behind."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from qa import parity, source
from qa.issue import InputError, Issue
from qa.links import neutral
from qa.markup import Element, cells
from qa.page import Page
from qa.rules import rule, site_rule
from qa.site import Site

HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
ENGLISH = """
the a an is are was were be of and to in that for with on by as it this which from at not its but their
"""
FUNCTION_WORDS = frozenset(ENGLISH.split())
SET_APART = re.compile(
    r"&#?\w+;|\]\([^)]*\)|\[@[^\]]*\]|<[^>]*>|https?://\S+|“[^”]*”|‘[^’]*’|「[^」]*」|《[^》]*》|\"[^\"\n]*\"|(?<!\*)\*[^*\n]+\*(?!\*)|\{[^}\n]*\}|[(（][^()（）]*[)）]|[A-Za-z0-9]*_\w+"
)
GAP = re.compile(r"\n\s*\n")
INLINE = "a|abbr|b|br|cite|code|del|em|i|ins|kbd|mark|q|ruby|small|span|strong|sub|sup|time|u|var"
PLAIN = re.compile(rf"\s*(?![-*+#|>]|\d+\.|///|!!!|\?\?\?|===|\[|<(?!(?:{INLINE})\b))\S")
CHARACTERS_A_WORD = 1.7  # Chinese characters for an English word, over all pages of this site
MUCH = 1.9  # how many times as much makes it more than a manner of speaking
PARAGRAPH = re.compile(r"(?:^(?![ \t]*$|>|\||\[\^?[^\]]+\]:|\*\[).+\n?)+", re.M)
ITEM = re.compile(r"^(?=[ \t]*(?:[-*+]|\d+\.)[ \t]|#|///)", re.M)
DETAILS = re.compile(r"///[ \t]*details[ \t]*\|[ \t]*(?=\S)")
MARK = re.compile(r"[ \t]*(?:[-*+#]+|\d+\.)?[ \t]*")
SENTENCE = re.compile(r"[^。！？]+[。！？]?\s*")
ROW = re.compile(r"^\|[ \t]*(.*)\|[ \t]*$", re.M)
WORDS = re.compile(r"[A-Za-z][^A-Za-z]+[A-Za-z]")
CELL = re.compile(r"[^|\s](?:[^|\n]*[^|\s])?")
AMOUNT = re.compile(r"\**[~≈<>≤≥±+−-]?\s*\d[\d.,]*\s*[%×]?\**")
FOOTNOTE = re.compile(r"^[ ]{0,3}\[\^[^\]\n]+\]:[ \t]*(.*\S)", re.M)
FOUR_WORDS = re.compile(r"(?:[A-Za-z]+[^A-Za-z]+){3}[A-Za-z]")
NO_WORDS = re.compile(r"\]\([^)]*\)|\w*[_\d]\w*")
TITLE = re.compile(r"^[ ]*(?:!!!|\?\?\?\+?|===[!+]?)[ ]*[\w -]*\"(?P<title>[^\"\n]+)\"", re.M)
HEAD_ROW = re.compile(r"^(?P<row>.*\|.*)\n[ ]*\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*$", re.M)
BOX = re.compile(r"\s*(?:[-*+]|\d+\.)[ \t]+\[([ xX])\][ \t]")
LABEL = re.compile(
    r"<(?:summary|figcaption|caption|label|legend|button|th|h[1-6])\b[^<>]*>[ \t]*(?P<title>[^<>\n]+?)[ \t]*</", re.I
)
LAYOUT = re.compile(r"\\text\{[^}]*\}|\s|[{}]")
CITED = re.compile(r"\[@[^\]]*\]|\]\([^)]*\)")
NUMBER = re.compile(
    r"\d(?<![\w.,]\d)(?:\d*\.\d+|\d{0,2}(?:,\d{3})+|\d+)(?!\d|\.\d|[A-Za-z]|\s*(?:million|billion|thousand|trillion|[万亿千百]))"
)
SCALES = {
    "百": 1e2, "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "十亿": 1e9, "百亿": 1e10, "千亿": 1e11, "万亿": 1e12,
    "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
}  # fmt: skip
MEASURED = re.compile(
    r"(?P<number>\d(?<![\w.,/]\d)\d*(?:,\d{3})*(?:\.\d+)?)(?:"
    r"[ -]?(?P<percent>%|％|percent\b|per cent\b|percentage points?\b|个?百分点)"
    r"|[ -]?(?P<unit>[KMGT]i?B\b|(?:[nm\u00b5\u03bc]s|[kMG]?Hz|px|[nmck]m|kg|[kM]W|GFLOPS?|TFLOPS?)\b)"
    r"|[ -]?(?P<scale>(?:[十百千万]?[亿万]|千|百)(?![分克米瓦倍])|(?:thousand|million|billion|trillion)\b)"
    r"|(?P<letter>[kKMBT])\b|(?![\d\w,.]*\d))"
)
UNITS = re.compile(r"\d[ -]?(?:[%％十百千万亿个kKMGBTnmcµμpHG]|per|thou|mill|bill|trill)")  # what one of two pages must hold
ENDS = re.compile(r"[ \t]*(?:[.;:!?)。；：！？）](?!\d)|\n|\Z)")


class Measured(NamedTuple):
    """A number with its unit or scale; `ends` says that a sentence or a clause ends after it."""

    text: str
    number: str
    unit: str
    value: float
    scaled: bool
    ends: bool
    offset: int


@rule
def untranslated(site: Site) -> Iterator[Issue]:
    """A paragraph is in the language of its page; quotations and terms in brackets may be in another.

    Bad:  an English paragraph on the Chinese page
    Good: its translation
    """
    if not {"zh"} & set(site.conventions.languages):
        return
    for page in site.judged:
        if page.language in site.conventions.languages:
            yield from _meta(page)
            yield from _labels(page, site)
            suspects = [(start, text) for start, text in _sentences(page) if _is_suspect(text, page.language == "zh")]
            twins = [site.twin(page, one) for one in site.conventions.languages if suspects and page.language == "zh" != one]
            others = {text.strip() for twin in twins if twin for _, text in _pieces(twin)}
            for start, text in suspects:
                if _is_copied(text, others) or _is_foreign(
                    text, page.language == "zh", heading=page.text[:start].rpartition("\n")[2].startswith("#")
                ):
                    own = HAN.search(text) if page.language != "zh" else None
                    lead = own.start() if own and WORD.search(text[: own.start()]) else 0
                    place = source.of(page).place(start + lead)
                    message = f"this is not in the language of the page ({page.language}): '{' '.join(text.split())[:40]}…'"
                    yield Issue(page.path, place.line, place.column, "untranslated", message, "Translate it.")


@rule
def section_title(site: Site) -> Iterator[Issue]:
    """A section of a question is called what `qa.yml` calls it in the page's language.

    Bad:  `## Full answer { #answer }` on the Chinese page
    Good: `## 详解 { #answer }`
    """
    for page in site.judged:
        for heading in page.each("heading") if page.is_question else ():
            names = site.conventions.sections.get(heading.section) if heading.detail.startswith("2 ") else None
            text = heading.detail.partition(" ")[2]
            if names and page.language in names and text != names[page.language]:
                message = f"the section '{heading.section}' is called '{text}'"
                yield Issue(page.path, heading.line, heading.column, "section-title", message, f"Call it '{names[page.language]}'.")


@rule
def number_mismatch(site: Site) -> Iterator[Issue]:
    """The decimal numbers of a section's prose are the same in every language.

    Bad:  “0.87” and "0.78"
    Good: 0.87 in both
    """
    for default, page in site.pairs(site.conventions.default_language):
        theirs, ours = _numbers(default), _numbers(page)
        for section in [s for s in theirs if s in ours]:
            missing = Counter(n for n, _ in theirs[section]) - Counter(n for n, _ in ours[section])
            extra = Counter(n for n, _ in ours[section]) - Counter(n for n, _ in theirs[section])
            shapes = {re.sub(r"\d", "0", number) for number in missing}  # a slip keeps the shape; 14.7 million for 1470 万 does not
            slips = [(n, o) for n, o in ours[section] if n in extra and re.sub(r"\d", "0", n) in shapes]
            if slips and missing.total() == extra.total():
                number, offset = slips[0]
                place = source.of(page).place(offset)
                message = f"{number} stands here, and {default.path.name} has {', '.join(sorted(missing))} in '{section}'"
                yield Issue(page.path, place.line, place.column, "number-mismatch", message, "State the same number in both.")
        for row, other in zip(page.each("row"), default.each("row"), strict=False):
            here, there = _amounts(row), _amounts(other)
            wrong = next(((a, b) for a, b in zip(here, there, strict=False) if a[0] != b[0]), None)
            if len(here) == len(there) and wrong:
                message = f"{wrong[0][0]} stands here, and {default.path.name}:{other.line} has {wrong[1][0]}"
                column = row.column + wrong[0][1]
                yield Issue(page.path, row.line, column, "number-mismatch", message, "State the same number in both.")


@rule
def amount_mismatch(site: Site) -> Iterator[Issue]:
    """An amount is the same in every language: its unit, its percent sign, its thousands and millions.

    Bad:  “3 万” and "3 thousand"; “12 GB” and "12 MB"
    Good: “3 万” and "30,000"
    """
    for default, page in site.pairs(site.conventions.default_language):
        if not any(UNITS.search(_without_citations(one)) for one in (default, page)):
            continue
        theirs, ours = (_measured(one) for one in (default, page))
        for section in [one for one in theirs if one in ours]:
            there, here = theirs[section], ours[section]
            if pair := _other_unit(there, here) or _other_scale(there, here):
                one, other = pair
                place = source.of(page).place(other.offset)
                message = f"'{other.text}' stands here, and {default.path.name} has '{one.text}' in '{section or 'the beginning'}'"
                yield Issue(page.path, place.line, place.column, "amount-mismatch", message, "State the same amount in both.")


@rule
def shape_mismatch(site: Site) -> Iterator[Issue]:
    """Lists and tables have the same shape in every language: numbered or not, as deep, as many columns.

    Bad:  a numbered list here, a bulleted one there
    Good: the same in both
    """
    for default, page in site.pairs(site.conventions.default_language):
        pairs = zip(default.each("item", "row"), page.each("item", "row"), strict=False)
        for theirs, ours in pairs:
            if theirs.kind == ours.kind and (a := _shape(theirs, default)) != (b := _shape(ours, page)):
                message = f"{default.path.name}:{theirs.line} has {a}, here {b}"
                yield Issue(page.path, ours.line, ours.column, "shape-mismatch", message, "Make the two languages correspond.")
                break


@rule
def inline_formula_mismatch(site: Site) -> Iterator[Issue]:
    """The formulas in a section's text name the same things in every language.

    Bad:  `$p = 0.5$` and `$p = 0.8$`
    Good: the same formula in both
    """
    for default, page in site.pairs(site.conventions.default_language):
        theirs, ours = _formulas(default), _formulas(page)
        for section in [s for s in dict.fromkeys([*theirs, *ours]) if s in page.sections and s in default.sections]:
            pair = theirs.get(section, []), ours.get(section, [])
            there, here = ({_plain(e) for e in some} for some in pair)
            missing = [e for e in pair[0] if _plain(e) not in here]
            extra = [e for e in pair[1] if _plain(e) not in there]
            if extra:
                at = (
                    f"is '{missing[0].value}' in {default.path.name}:{missing[0].line}"
                    if missing
                    else f"is not in {default.path.name}"
                )
                message, line, column = f"the formula '{extra[0].value}' {at}", extra[0].line, extra[0].column
            elif missing:
                line, column = page.section_place(section)
                message = f"the formula '{missing[0].value}' of {default.path.name}:{missing[0].line} is not in this section"
            else:
                continue
            yield Issue(page.path, line, column, "inline-formula-mismatch", message, "Make them the same.")


@rule
def inline_code_mismatch(site: Site) -> Iterator[Issue]:
    """The code in a section's text names the same things in every language.

    Bad:  `model.eval()` here and `model.train()` there
    Good: the same in both
    """
    for default, page in site.pairs(site.conventions.default_language):
        names = site.conventions.languages
        theirs, ours = (
            {(e.section, neutral(e.value, names)): e for e in one.each("code") if not HAN.search(e.value)}
            for one in (default, page)
        )
        sections = {section for section, _ in theirs} & {section for section, _ in ours}
        for section in [s for s in dict.fromkeys(section for section, _ in ours) if s in sections]:
            missing = [e for key, e in theirs.items() if key not in ours and key[0] == section]
            extra = [e for key, e in ours.items() if key not in theirs and key[0] == section]
            if missing and extra:
                message = f"the code '{extra[0].value}' is '{missing[0].value}' in {default.path.name}:{missing[0].line}"
                yield Issue(page.path, extra[0].line, extra[0].column, "inline-code-mismatch", message, "Make them the same.")


@rule
def shorter_twin(site: Site) -> Iterator[Issue]:
    """A section says as much in every language: neither paragraphs nor most of what they say are missing in one.

    Bad:  three paragraphs in Chinese, the first of them in English
    Good: all three in both
    """
    if "zh" not in site.conventions.languages:
        return
    for chinese, other in site.pairs("zh"):
        for name in [name for name in chinese.sections if name in other.sections]:
            if short := _shorter(chinese.prose[chinese.sections[name]], other.prose[other.sections[name]]):
                page = chinese if short == "zh" else other
                line, column = page.section_place(name) if name else (1, 1)
                twin = other if page is chinese else chinese
                message = f"'{name or 'the beginning'}' has fewer paragraphs than in {twin.path.name}, and says much less"
                yield Issue(page.path, line, column, "shorter-twin", message, "Translate what is missing.")


@site_rule
def outdated_translation(site: Site) -> Iterator[Issue]:
    """When a section changes in one language, it changes in the others; `check.py --accept` records that they agree.

    Bad:  a new paragraph in Chinese alone
    Good: the same in English, then `check.py --accept training/dropout`
    """
    try:
        recorded = parity.load(site.root)
    except InputError as error:
        yield error.issue
        return
    for page_id, sections in recorded.items():
        pages = {language: page for language in site.conventions.languages if (page := site.by_id.get((page_id, language)))}
        if len(pages) == len(site.conventions.languages):
            now = {language: parity.fingerprints(page) for language, page in pages.items()}
            for section, accepted in sections.items():
                changed = [one for one in pages if now[one].get(section) != accepted.get(one)]
                for language in set(pages) - set(changed) if changed else ():
                    page = pages[language]
                    line, column = page.section_place(section)
                    message = f"'{section or 'the beginning'}' changed in {', '.join(changed)} and not here"
                    remedy = f"Bring it up to date, then run check.py --accept {page_id}."
                    yield Issue(page.path, line, column, "outdated-translation", message, remedy)


def _shorter(chinese: str, other: str) -> str:
    """Which of two texts lacks paragraphs and most of what the other says: `zh`, `other` or neither."""
    parts = [[one for one in GAP.split(text) if PLAIN.match(one)] for text in (chinese, other)]
    if len(parts[0]) == len(parts[1]):
        return ""
    characters, words = len(HAN.findall(chinese)), len(WORD.findall(CITED.sub(" ", other)))
    if characters > MUCH * CHARACTERS_A_WORD * words and len(parts[0]) > len(parts[1]):
        return "other"
    if words * CHARACTERS_A_WORD > MUCH * characters and len(parts[1]) > len(parts[0]):
        return "zh"
    return ""


def _pieces(page: Page, hint: re.Pattern[str] | None = None) -> Iterator[tuple[int, str]]:
    """Paragraphs, items, headings and titles with their offsets; quotations, code and tables of terms are left out.

    Of paragraphs in which `hint` finds nothing, none.
    """
    for match in PARAGRAPH.finditer(_without_citations(page)):
        if hint and not hint.search(match[0]):
            continue
        start = match.start()
        for line in ITEM.split(match[0]):
            first = line.partition("\n")[0] + "\n" if line.startswith("///") else ""
            if title := DETAILS.match(first):
                yield start + title.end(), first[title.end() :]
            text = line[len(first) :]
            if text.strip() and "lang=" not in text:
                mark = MARK.match(text)
                yield start + len(first) + (mark.end() if mark else 0), text
            start += len(line)


def _sentences(page: Page) -> Iterator[tuple[int, str]]:
    """Paragraphs, in Chinese their sentences, and rows of tables."""
    prose = source.of(page).prose
    if page.language != "zh" and not HAN.search(prose):
        return
    for start, text in _pieces(page, WORDS if page.language == "zh" else HAN):
        if page.language == "zh":
            yield from ((start + match.start(), match[0]) for match in SENTENCE.finditer(text))
        else:
            yield start, text
    for match in ROW.finditer(prose) if "|" in prose else ():
        yield match.start(1), match[1].replace("|", " ")
        yield from ((match.start(1) + cell.start(), cell[0]) for cell in CELL.finditer(match[1]))
    for match in FOOTNOTE.finditer(prose) if "[^" in prose else ():
        yield match.start(1), match[1]


def _is_suspect(text: str, chinese: bool) -> bool:
    """Whether it is worth a look: some words where characters should be, characters where words should be."""
    if not chinese:
        return bool(HAN.search(text))
    return bool(WORDS.search(text)) and (not HAN.search(text) or bool(FOUR_WORDS.search(text)))


def _is_foreign(text: str, chinese: bool, heading: bool) -> bool:
    """Whether a piece of prose is written in the other script; what is set apart (quoted, bracketed, linked) is ignored."""
    text = SET_APART.sub(" ", text)
    han, words = len(HAN.findall(text)), WORD.findall(text)
    if chinese:
        return (
            han * 8 < len(words)
            and len(words) >= 4
            and any(word.lower() in FUNCTION_WORDS for word in words if len(word) < 2 or not word.isupper())
        )
    return han >= (2 if heading and not words else 6) and han > 2 * len(words)


def _is_copied(text: str, others: set[str]) -> bool:
    """Whether a sentence stands in the other language letter for letter: See [moving](#moving)."""
    words = WORD.findall(NO_WORDS.sub(" ", text))
    plain = [word for word in words if word.islower() and word.isalpha()]
    sentence = len(words) > 1 and bool(plain) and bool(re.search(r"[a-z]\W*[.!?]\s*$", text))
    return text.strip() in others and sentence and not HAN.search(text)


def _meta(page: Page) -> Iterator[Issue]:
    """Titles and descriptions in the front matter that are in another language."""
    for key in ("title", "description"):
        text = str(page.meta.get(key) or "")
        if text and _is_foreign(text, page.language == "zh", heading=True):
            message = f"'{key}' is not in the language of the page ({page.language}): '{text[:40]}'"
            column = len(key) + 3
            yield Issue(page.path, page.line_of(key), column, "untranslated", message, "Translate it.")


def _labels(page: Page, site: Site) -> Iterator[Issue]:
    """Titles of blocks in Chinese alone on a page that is not; heads of columns that its Chinese twin has, too."""
    prose, twin = source.of(page).prose, site.twin(page, "zh")
    if page.language == "zh" or not HAN.search(prose):
        return
    found = [(match.start("title"), match["title"]) for pattern in (TITLE, LABEL) for match in pattern.finditer(prose)]
    theirs = {text for _, text in _heads(source.of(twin).prose)} if twin else set()
    for start, text in [*found, *(one for one in _heads(prose) if one[1] in theirs)]:
        if len(HAN.findall(text)) > 1 and not WORD.search(text):
            place = source.of(page).place(start)
            message = f"this is not in the language of the page ({page.language}): '{text}'"
            yield Issue(page.path, place.line, place.column, "untranslated", message, "Translate it.")


def _heads(prose: str) -> Iterator[tuple[int, str]]:
    """The heads of the columns of tables, with their offsets."""
    for match in HEAD_ROW.finditer(prose):
        for cell in CELL.finditer(match["row"]):
            yield match.start("row") + cell.start(), cell[0]


def _numbers(page: Page) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for match in NUMBER.finditer(_without_citations(page)):
        found.setdefault(page.section_at(match.start()), []).append((match[0].replace(",", ""), match.start()))
    return found


def _without_citations(page: Page) -> str:
    """The prose with citations and targets blanked: their numbers are no amounts."""
    return page.once("without citations", lambda: CITED.sub(lambda m: " " * len(m[0]), page.prose))


def _measured(page: Page) -> dict[str, list[Measured]]:
    """The amounts in the text of each section."""
    prose = _without_citations(page)
    found: dict[str, list[Measured]] = {}
    for match in MEASURED.finditer(prose):
        unit = (match["unit"] or "").replace("\u00b5", "\u03bc")
        unit = "%" if match["percent"] else unit
        scale = (match["scale"] or match["letter"] or "").lower()
        value = float(match["number"].replace(",", "")) * SCALES.get(scale, 1)
        ends = bool(ENDS.match(prose, match.end()))
        one = Measured(match[0].strip(), match["number"], unit, value, bool(scale), ends, match.start())
        found.setdefault(page.section_at(one.offset), []).append(one)
    return found


def _other_unit(theirs: list[Measured], ours: list[Measured]) -> tuple[Measured, Measured] | None:
    """The same number, once in each, with different units; or a percent sign in one where the other's sentence ends."""
    for one in theirs:
        same = [[other for other in some if other.number == one.number] for some in (theirs, ours)]
        if [len(some) for some in same] == [1, 1]:
            other = same[1][0]
            lost = {one.unit, other.unit} == {"%", ""} and (one if not one.unit else other).ends
            if one.unit != other.unit and not one.scaled and not other.scaled and ((one.unit and other.unit) or lost):
                return one, other
    return None


def _other_scale(theirs: list[Measured], ours: list[Measured]) -> tuple[Measured, Measured] | None:
    """One amount in thousands, millions, 万 or 亿 in each language that the other has not."""
    here, there = ({f"{one.value:.9g}" for one in some} for some in (ours, theirs))
    missing = [one for one in theirs if one.scaled and f"{one.value:.9g}" not in here]
    extra = [one for one in ours if one.scaled and f"{one.value:.9g}" not in there]
    return (missing[0], extra[0]) if len(missing) == len(extra) == 1 else None


def _amounts(row: Element) -> list[tuple[str, int]]:
    """The cells of a row that hold a number alone, with their offsets in it."""
    found = ((cell[0], cell.start()) for cell in CELL.finditer(row.value))
    return [(text.strip("* ").replace(",", ""), offset) for text, offset in found if AMOUNT.fullmatch(text)]


def _formulas(page: Page) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {}
    for element in page.each("formula"):
        found.setdefault(element.section, []).append(element)
    return found


def _plain(element: Element) -> str:
    return LAYOUT.sub("", element.value)


def _shape(element: Element, page: Page) -> str:
    if element.kind == "row":
        return f"{cells(element.value)} columns"
    line = page.text.splitlines()[element.line - 1]
    kind = "a numbered item" if re.match(r"\s*\d", line) else "an item with a bullet"
    box = BOX.match(line)
    return f"{kind}, its box {'empty' if box[1] == ' ' else 'ticked'}" if box else kind
