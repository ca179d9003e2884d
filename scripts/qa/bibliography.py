"""`docs/references.bib`: every work once, parsed by bibtexparser."""

import datetime
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import bibtexparser
from bibtexparser import middlewares
from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, ParsingFailedBlock

from qa import addresses
from qa.issue import Issue

PATH = PurePosixPath("docs/references.bib")
REQUIRED = ("title", "author", "year", "url")
NAMES = """
article book booklet inbook incollection inproceedings conference manual mastersthesis misc phdthesis proceedings
techreport unpublished online thesis report software dataset electronic
"""
KINDS = frozenset(NAMES.split())
VERBATIM = frozenset({"url", "doi", "eprint"})
VENUES = ("booktitle", "journal", "publisher", "school", "institution", "organization", "howpublished", "eprint")

ON_THE_WEB = frozenset({"misc", "online", "electronic", "software", "dataset"})  # their address says where they are


@dataclass(frozen=True)
class Work:
    """One entry; `line` and `column` are where its key stands."""

    key: str
    line: int
    column: int
    kind: str
    fields: Mapping[str, str]

    @property
    def authors(self) -> str:
        """The authors as one prints them: three by name, more as the first and "et al."."""
        names = [_first_last(name) for name in re.split(r"\s+and\s+", self.fields.get("author", ""))]
        others = names[-1:] == ["others"]
        names = names[:-1] if others else names
        if others or len(names) > 5:
            return f"{', '.join(names[:3])} et al."
        return ", ".join(names)

    @property
    def venue(self) -> str:
        """Where it appeared, volume, number and pages included."""
        field = self.fields.get
        place = field("booktitle") or field("journal") or field("publisher") or field("school") or field("institution")
        place = place or field("organization") or field("howpublished") or (f"arXiv:{field('eprint')}" if field("eprint") else "")
        volume = field("volume", "") + (f"({field('number')})" if field("number") else "")
        pages = field("pages", "").replace("--", "–")
        return " ".join(part for part in (place, volume) if part) + (f", {pages}" if pages and place else "")

    def __getattr__(self, name: str) -> str:
        """`work.title`, `work.year`, `work.url`: fields by name, empty where there is none."""
        if name.startswith("_"):
            raise AttributeError(name)
        return self.fields.get(name, "")


TEX = re.compile(r"[\\$~%&#^_]|--|``|''")  # what may be more than it looks like; decoding costs most of the reading


class Decoding(middlewares.LatexDecodingMiddleware):
    """Turns TeX into characters everywhere but in addresses, where `~` and `%` are no TeX."""

    def transform_entry(self, entry: bibtexparser.model.Entry, library: bibtexparser.Library) -> bibtexparser.model.Block:
        kept = [field for field in entry.fields if field.key.lower() in VERBATIM or not TEX.search(str(field.value))]
        entry.fields = [field for field in entry.fields if field not in kept]
        decoded = super().transform_entry(entry, library) if entry.fields else entry
        if isinstance(decoded, bibtexparser.model.Entry):
            decoded.fields = [*decoded.fields, *kept]
        return decoded


def parse(text: str) -> tuple[dict[str, Work], list[Issue]]:
    """All works by key, and what is wrong with the file."""
    library = bibtexparser.parse_string(text, append_middleware=[Decoding()])
    lines = text.split("\n")
    works = {entry.key: _work(entry, lines) for entry in library.entries}
    issues = [_failed(block, lines) for block in library.failed_blocks]
    wrong = [issue for entry in library.entries for issue in _malformed(entry, lines)]
    return works, issues + wrong + [issue for work in works.values() for issue in _incomplete(work)]


def _column(lines: list[str], line: int, text: str) -> int:
    """Where a text stands in a line, or its beginning."""
    return max(lines[line - 1].find(text), 0) + 1 if 0 < line <= len(lines) else 1


def _work(entry: bibtexparser.model.Entry, lines: list[str]) -> Work:
    fields = {field.key.lower(): " ".join(str(field.value).replace("{", "").replace("}", "").split()) for field in entry.fields}
    line = entry.start_line + 1
    return Work(entry.key, line, _column(lines, line, entry.key), entry.entry_type, fields)


def _failed(block: ParsingFailedBlock, lines: list[str]) -> Issue:
    line = block.start_line + 1
    match block:
        case DuplicateBlockKeyBlock():
            message = f"the key '{block.key}' stands twice, first on line {block.previous_block.start_line + 1}"
            return Issue(
                PATH, line, _column(lines, line, str(block.key)), "doubled-reference", message, "Keep one of the two entries."
            )
        case DuplicateFieldKeyBlock():
            return Issue(
                PATH,
                line,
                1,
                "broken-bibliography",
                f"doubled fields: {', '.join(sorted(block.duplicate_keys))}",
                "Keep one of each.",
            )
    return Issue(
        PATH,
        line,
        1,
        "broken-bibliography",
        f"no valid BibTeX: {block.error}",
        "Mend this entry: braces, commas, a key.",
    )


def _malformed(entry: bibtexparser.model.Entry, lines: list[str]) -> list[Issue]:
    """Values that cannot be what their field says."""
    found = []
    if entry.entry_type.lower() not in KINDS:
        message = f"'{entry.key}' is of the unknown kind '@{entry.entry_type}'"
        found.append(Issue(PATH, entry.start_line + 1, 1, "bad-reference", message, f"Kinds: {', '.join(sorted(KINDS))}."))
    for field in entry.fields:
        form = FORMS.get(field.key.lower())
        value = str(field.value).strip("{} ")
        if form and (problem := form(value)):
            line = (field.start_line if field.start_line is not None else entry.start_line) + 1
            column = _column(lines, line, value[:40])
            found.append(Issue(PATH, line, column, "bad-reference", f"'{field.key}' of '{entry.key}': {problem}", "Look it up."))
    return found


def _year(value: str) -> str | None:
    right = re.fullmatch(r"(1[89]|20)\d\d", value) and int(value) <= datetime.date.today().year + 1
    return None if right else f"'{value}' is no year"


def _url(value: str) -> str | None:
    return addresses.malformed(value.replace("\\", "")) or addresses.placeholder(value) or addresses.local(value)


def _author(value: str) -> str | None:
    name = next((name for name in re.split(r"\s+and\s+", value) if name.count(",") > 2), None)
    return f"'{name[:40]}' is more than one name; names are joined by `and`" if name else None


def _doi(value: str) -> str | None:
    return None if re.fullmatch(r"10\.\d{4,}/\S+", value) else f"'{value}' is no DOI"


FORMS = {"author": _author, "year": _year, "url": _url, "doi": _doi}


def _incomplete(work: Work) -> list[Issue]:
    missing = [name for name in REQUIRED if not work.fields.get(name)]
    if work.kind not in ON_THE_WEB and not any(work.fields.get(name) for name in VENUES):
        missing.append(" or ".join(VENUES[:3]))
    if not missing:
        return []
    return [
        Issue(
            PATH,
            work.line,
            work.column,
            "incomplete-reference",
            f"'{work.key}' lacks {', '.join(missing)}",
            "Look it up and add it.",
        )
    ]


def _first_last(name: str) -> str:
    last, comma, first = name.strip().partition(",")
    return unicodedata.normalize("NFC", f"{first.strip()} {last.strip()}" if comma else last)
