"""Markup that would reach the reader as it stands: what Python-Markdown left in the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa import source
from qa.issue import Issue
from qa.page import Page
from qa.rules import RULES, TOGETHER, rule
from qa.sentinel import Place
from qa.site import Site
from qa.text import position

HAN = "\u3400-\u9fff"
BEGINNING = re.compile(r"!?[\[【［](?:[^\[\]【】［］]|\[[^\[\]]*\])*$")  # of a link, up to where its text ends
FILE = r"[^\s()\[\]]*(?:\.(?:md|svg|png|html)\b|https?://)[^\s()\[\]]*"


@dataclass(frozen=True)
class Leftover:
    """Syntax in rendered text: how it looks there, what is wrong, what to do."""

    rule: str
    regex: re.Pattern[str]
    message: str
    remedy: str


HINTS = {  # characters of which a text must hold one, and an expression that must match in it: cheaper than all the others
    "full-width-markup": ("＊＄‘’·｀！｜＠＾：｛", r"｛[ \t]*[#.]|[＊＄｀｜·]|[‘’]{3}|！！！|\[[＠＾]|\n："),
    "broken-link": ("[]】］!<^/", r"[\[\]】］!<]|https?"),
    "undefined-reference": ("]", r"\]"),
    "broken-definition": ("]", r"\][:：]|\*\["),
    "broken-citation": ("@]", r"@|\d[a-z]+[\],]"),
    "broken-emphasis": ("*_~=+", ""),
    "broken-emoji": (":", ":[a-z]"),
    "broken-line-break": ("\\", r"\\\n"),
    "unclosed-code": ("`", ""),
    "unclosed-fence": ("~", "~~~"),
    "broken-attribute-list": ("{", ""),
    "unknown-block": ("/!?=:[", r"(?m)^(?://|!!!|\?\?\?|==|:::)|\[!"),
    "stray-block-end": ("/", "///"),
    "missing-snippet": ("8", "8<"),
    "broken-table": ("|", ""),
    "broken-list": ("-*+.):•●◦▪‣∙", r"(?m)^[ \t]*(?:[-*+:•●◦▪‣∙]|\d+[.)])"),
    "broken-heading": ("#＃", ""),
    "broken-comment": ("-", "-->|<!-"),
    "template-left": ("{", r"\{[{%]"),
    "broken-entity": ("&", ""),
    "unbalanced-math": ("$\\", ""),
}
LOOKS = {name: (frozenset(signs), re.compile(hint)) for name, (signs, hint) in HINTS.items()}
SIGNS = frozenset("".join(signs for signs, _ in HINTS.values()))
LEFTOVERS = tuple(
    Leftover(name, re.compile(pattern, re.M), message, remedy)
    for name, pattern, message, remedy in (
        (
            "full-width-markup",
            r"＊＊|＄[^＄\n]+＄|^[‘’·｀]{3}.*|^！！！.*|^｜.*｜[ \t]*(?=[\n\x00]|\Z)|\[[＠＾]"
            r"|｛[ \t]*[#.][^｝\n]*｝?|(?<=\n)：(?=[ \t]{2,}\S)"
            r"|(?<![A-Za-z0-9)\]}·])·(?=[A-Za-z_])[ -~]*[=_(\[][ -~]*·(?![A-Za-z0-9(\[{])",
            "full-width signs are no markup",
            "Write them half-width.",
        ),
        ("broken-link", r"<(?=https?:)|\bhttps?(?://|:/(?!/)|;//)", "this address is not recognized", "Write `<https://…>`."),
        (
            "broken-link",
            r"!(?!\[)[^\[\]()\n]{1,80}\([^()\s]+\.(?:svg|png|jpe?g|webp)\)",
            "this image is not recognized",
            "Write `![text](file)`.",
        ),
        ("broken-link", r"\^\[[^\]\n]+\]", "this site has no notes of this form", "Write `[^1]` and define it."),
        (
            "unknown-block",
            r"^//[ \t]*\w+[ \t]*\|.*|\[!(?:NOTE|TIP|WARNING|IMPORTANT|CAUTION)\]",
            "this site has no such block",
            "Write `/// name | title` and `///`.",
        ),
        (
            "broken-citation",
            r"\[[a-z]+(?:19|20)\d\d[a-z]+(?:,[^\[\]\n]*)?\]",
            "this citation is not recognized",
            "Write `[@key, section 2]`.",
        ),
        (
            "broken-attribute-list",
            r"\{:?[ \t]*[\w-]+=[\w\"'][^}\n\x00]*(?:\}|(?=[\n\x00]|\Z))",
            "this attribute list is not recognized",
            "Close it, right after its element.",
        ),
        (
            "broken-emphasis",
            r"(?<!\*)\*(?=\x00)(?!\x00\x01)|(?<=[^\x01]\x00)\*(?=[^\s*])",
            "a star without its counterpart",
            "Write `**bold**`.",
        ),
        ("unbalanced-math", r"(?<=\x01\x00)\$(?!\d)", "a dollar sign without its counterpart", "Write `$x$`."),
        ("broken-link", r"<[\w./-]+\.(?:md|html)(?:#[^<>\s]*)?>", "this names a file and is no link", "Write `[text](target)`."),
        ("broken-link", r"\]\(", "this link is not recognized", "Close its brackets: `[text](target)`."),
        ("broken-link", r"[\]】］][ \u3000]+\((?=" + FILE + ")", "a space parts the text of a link from its target", "Remove it."),
        ("broken-link", r"[\]】］]（|[】］]\(", "the brackets of a link are full-width", "Write `[text](target)`."),
        (
            "broken-link",
            r"\([^()\n]*\)\[" + FILE + r"(?:#[^\]\s]*)?\]",
            "the brackets of a link are swapped",
            "Write `[text](target)`.",
        ),
        ("broken-link", r"\[[^\[\]\n]*\(" + FILE + r"[^)\n]*\)", "the text of a link is never closed", "Write `[text](target)`."),
        ("broken-link", r"\]" + FILE + r"(?:#[^)\s]*)?\)", "the target of a link is never opened", "Write `[text](target)`."),
        ("broken-link", r"\]\{" + FILE + r"[^}\n]*\}", "the target of a link stands in braces", "Write `[text](target)`."),
        ("broken-link", r"!?\[\[[^\[\]\n]+\]\]", "a wiki link is not recognized", "Write `[text](target)`."),
        (
            "undefined-reference",
            r"(?:(?<![A-Za-z0-9_)])|(?=\[[^\[\]\n]{5}))(?:\[(?!\d+\])[^\[\]\n]+\]\s?\[[^\[\]\n^@]*\]|\[\d+\]\s?\[(?!\d)[^\[\]\n^@]*\])",
            "there is no such link reference",
            "Define it, or write `[text](target)`.",
        ),
        (
            "broken-definition",
            r"^\[\^?[^\]\n]+\][:：][ \t]?\S",
            "this definition is not recognized",
            "Begin it at the margin, after a blank line.",
        ),
        (
            "broken-definition",
            r"\*\[[^\]\n]+\][:：]?",
            "this abbreviation is not recognized",
            "Write `*[HTML]: meaning` at the margin.",
        ),
        (
            "broken-citation",
            r"\[@[\w]|(?<![\w@.])@[a-z]+(?:19|20)\d\d[a-z]+",
            "this citation is not recognized",
            "Write `[@key, section 2]`.",
        ),
        (
            "broken-emphasis",
            r"\*\* (?=\S)[^*\n]+\*\*|\*\*[^*\n]+ \*\*",
            "a space inside keeps this from being bold",
            "Write `**bold**`.",
        ),
        (
            "broken-emphasis",
            r"(?<![A-Za-z0-9])\*\*(?![\s*])|(?<![\s*])\*\*(?!\w)|(?<![\w_])__(?=[^\W_])|(?<=["
            + HAN
            + r"])_[^_\s]+_(?![A-Za-z0-9_])|(?<!\w)_[^_\s]+_(?=["
            + HAN
            + "])",
            "this emphasis is not recognized",
            "Write `**bold**`: closed, without spaces inside.",
        ),
        ("broken-emphasis", r"(?<![\w*(])\*(?=[" + HAN + r"][^*\n]{0,60}$)", "this emphasis is never closed", "Write `*word*`."),
        (
            "broken-emphasis",
            r"~~[^~\s][^~\n]*~~|(?<![=\w])==[^=\s][^=\n]*==(?![=\w])|(?<![\w+])\+\+[a-z][^+\s]*(?:\+[^+\s]+)*\+\+(?![\w+])",
            "this site has no such markup",
            "Use `**bold**`.",
        ),
        (
            "broken-emoji",
            r"(?<![\w:/])(?<![\w:/]\x00):[a-z][a-z0-9_-]{1,30}:(?![\w:/])",
            "this site has no such signs",
            "Write the character.",
        ),
        (
            "broken-emphasis",
            r"(?<=[" + HAN + r"])__[^_\s](?:[^_\n]*[^_\s])?__|__[^_\s](?:[^_\n]*[^_\s])?__(?=[" + HAN + "])",
            "underscores next to Chinese are no emphasis",
            "Write `**bold**`.",
        ),
        ("broken-line-break", r"\\(?=\n)", "a backslash breaks no line here", "End the line with two spaces, or write `<br>`."),
        ("unclosed-code", r"`", "a back-tick without its counterpart", "Close the code, or escape it: \\`."),
        ("unclosed-fence", r"~~~", "this fence is not recognized", "Put it on a line of its own and close it."),
        (
            "broken-attribute-list",
            r"\{(?!:[<>^=+,_]?\.?\d)(?::?[ \t]*[#.]|:)[^}\n]*\}?",
            "this attribute list is not recognized",
            "Write `{ #id }` at the end of the line.",
        ),
        (
            "unknown-block",
            r"^/{3,}[ \t]*[^\s\x00\x01].*$",
            "there is no such block",
            "Blocks: `/// name | title`, closed by `///`.",
        ),
        ("stray-block-end", r"^/{3,}[ \t]*(?=[\n\x00]|\Z)", "this ends no block", "Remove it, or open the block before it."),
        (
            "unknown-block",
            r"^(?:!!!|\?\?\?\+?|===|:::)[ \t]*[\w\"{“‘「『＂].*$|^={2,5}[ \t]+\"[^\"\n]+\"[ \t]*(?=[\n\x00]|\Z)",
            "this site has no such block",
            "Write `/// name | title` and `///`.",
        ),
        ("missing-snippet", r"-+8<-+", "this snippet is not recognized", 'Write `--8<-- "path"` on a line of its own.'),
        (
            "broken-table",
            r"^\|.*\|[ \t]*(?:\n\|.*\|[ \t]*)*(?=[\n\x00]|\Z)"
            r"|^[^|\n]+\|[^\n]*\n[ \t]*:?-{3,}:?[ \t]*\|.*$|\|[ \t]*:?-{3,}:?[ \t]*\|",
            "this table is not recognized",
            "A blank line before, a row `| --- |` after the head.",
        ),
        (
            "broken-list",
            r"(?<=[^\n\x00]\n)[ \t]*(?:[-*+]|\d+[.)])[ \t]+\S|(?<=\x01\x00\n)(?:[-*+]|\d+\.)[ \t]+\S",
            "a list inside a paragraph is not recognized",
            "Put a blank line before its first item.",
        ),
        (
            "broken-list",
            r"^[-*+](?=["
            + HAN
            + r"])|^\d+\.(?=["
            + HAN
            + r"])|^-(?=[A-Za-z][^\n]*\n-[A-Za-z])|^\d+\.(?=[A-Za-z][^\n]*\n\d+\.[A-Za-z])",
            "a list item without a space is none",
            "Put a space after the mark.",
        ),
        ("broken-list", r"^\d+\)[ \t]+(?=\S[^\n]*\n\d+\)[ \t])", "this makes no list", "Write `1. text`."),
        ("broken-list", r"(?<=\n):(?=[^\s:\d)][^:\n]*$)", "a definition needs spaces after its colon", "Write `:   text`."),
        ("broken-list", r"^[•●◦▪‣∙][ \t]*(?=\S)", "this sign makes no list", "Begin the items with `- `."),
        (
            "broken-heading",
            r"^[ \t]*(?:＃+|#{1,6}[ \t])[^\n]*",
            "this heading is not recognized",
            "Write `## Title { #id }` at the margin.",
        ),
        (
            "broken-comment",
            r"-->(?=[ \t]*(?:[\n\x00]|\Z))|^[ \t]*-->|<!-(?!-)",
            "this comment is not closed, or not opened",
            "Write `<!-- … -->`.",
        ),
        ("template-left", r"\{\{.*?\}\}|\{%.*?%\}", "nothing fills this template", "Write what it stands for."),
        (
            "broken-entity",
            r"&(?:amp;)?(?:nbsp|lt|gt|amp|copy|mdash|ndash|times|hellip|quot)\b;?|&[A-Za-z]{2,12};",
            "this entity is not recognized",
            "Write the character.",
        ),
        ("unbalanced-math", r"\$\$", "this formula is never closed", "Close it with `$$` on a line of its own."),
        (
            "unbalanced-math",
            r"(?<![\w$])\$(?![A-Z][A-Z_]+\b)(?=[A-Za-z\\({|\[])|(?<=[\w})\]|])\$(?![\d\w$])"
            r"|\$(?=[ \t][^$\n]*[\\_^=][^$\n]*\$)|\$(?=[^$\n\d][^$\n]*[\\_^])",
            "this formula is not closed, or has a space inside its `$`",
            "Write `$x$`.",
        ),
        (
            "unbalanced-math",
            r"\\(?:frac|sum|prod|int|sqrt|mathbf|mathrm|mathbb|mathcal|text|hat|tilde|partial|nabla|alpha|beta|sigma|theta|lambda|cdot|times)\b",
            "TeX outside of a formula",
            "Put it between `$` and `$`.",
        ),
    )
)


def _leftover_rule(name: str, doc: str) -> None:
    """Register the rule that reports the leftovers of one name."""

    def report(site: Site) -> Iterator[Issue]:
        for page in site.judged:
            yield from (issue for issue in found(page, site) if issue.rule == name)

    report.__doc__, report.__name__ = doc, name.replace("-", "_")
    RULES[name], TOGETHER[name] = report, _all


def _all(site: Site) -> Iterator[Issue]:
    """The leftovers of all names that are rules of this kind."""
    for page in site.judged:
        yield from (issue for issue in found(page, site) if issue.rule in DOCS)


DOCS = {
    "full-width-markup": ("Markup is written with half-width signs.", "`＊＊bold＊＊`, `＄x＄`", "`**bold**`, `$x$`"),
    "broken-link": (
        "A link is written so that it becomes one.",
        "`[ResNet] (resnet.en.md)`, `(ResNet)[resnet.en.md]`",
        "`[ResNet](resnet.en.md)`",
    ),
    "undefined-reference": (
        "A reference link has its definition.",
        "`[ResNet][resent]` where only `[resnet]: …` is defined",
        "`[ResNet][resnet]`",
    ),
    "broken-definition": (
        "Definitions of links, footnotes and abbreviations are recognized.",
        "`[x]:target` in the middle of a paragraph",
        "`[x]: target` at the margin",
    ),
    "broken-citation": ("A citation is written so that it becomes one.", "`[@he2016deep`, `@he2016deep`", "`[@he2016deep]`"),
    "broken-emphasis": ("Emphasis is recognized, also next to Chinese.", "`** bold **`, `**bold`", "`**bold**`"),
    "broken-line-break": ("A line is broken by what this Markdown knows.", "a backslash at the end of a line", "two spaces"),
    "broken-emoji": ("Signs are written as characters, where nothing turns their names into them.", "`:smile:`", "`☺`"),
    "unclosed-code": ("Inline code is closed.", "`` `x ``", "`` `x` ``"),
    "broken-attribute-list": (
        "Attribute lists are recognized.",
        "`## Why {#why`, `text {.big}` inside a line",
        "`## Why { #why }`",
    ),
    "unknown-block": ("Blocks have names that the site knows.", "`/// cliam | …`, `!!! note`", "`/// claim | …`"),
    "stray-block-end": ("Every `///` ends a block.", "`///` twice", "once"),
    "broken-table": ("A table is recognized as one.", "rows without `| --- |` after the first", "head, `| --- |`, rows"),
    "broken-list": (
        "A list is recognized as one.",
        "a list right after a line of text, `-item`",
        "a blank line before it, `- item`",
    ),
    "broken-heading": ("A heading is recognized as one.", "`＃＃ Why`", "`## Why { #why }`"),
    "broken-comment": ("Comments are opened and closed.", "`<!-- never closed`", "`<!-- closed -->`"),
    "template-left": ("No template language is left in the text.", "`{{ version }}`", "`1.0`"),
    "broken-entity": ("Entities are written whole.", "`&nbsp` without its semicolon", "`&nbsp;`"),
    "unbalanced-math": ("Formulas are closed, and TeX stands in them.", "`$x + 1`, `$ x $`, `\\\\alpha`", "`$x + 1$`"),
}
for _name, (_truth, _bad, _good) in DOCS.items():
    _leftover_rule(_name, f"{_truth}\n\n    Bad:  {_bad}\n    Good: {_good}\n    ")


@rule
def unclosed_fence(site: Site) -> Iterator[Issue]:
    """A fence that opens is closed; otherwise the rest of the page becomes code.

    Bad:  three back-ticks, code, and the page goes on
    Good: the same number of back-ticks after the code
    """
    for page in site.judged:
        prose = source.of(page).prose
        left = re.search(r"^ *(```+|~~~+)", prose, re.M) if "```" in prose or "~~~" in prose else None
        if left:
            line, column = position(page.text, left.start(1))
            message = "this fence is never closed"
            yield Issue(page.path, line, column, "unclosed-fence", message, f"End the code with a line of {left[1]}.")
        else:
            yield from (issue for issue in found(page, site) if issue.rule == "unclosed-fence")


def found(page: Page, site: Site) -> list[Issue]:
    """All leftovers of a page, the first kind that matches a place; found once for all rules."""
    return page.once("leftovers", lambda: list(_find(page, site)))


def _find(page: Page, site: Site) -> Iterator[Issue]:
    text = site.rendered[page.path].text
    held = frozenset(text)
    if held.isdisjoint(SIGNS):
        return
    prose = source.of(page).prose
    unclosed = ("```" in prose or "~~~" in prose) and bool(re.search(r"^ *(```+|~~~+)", prose, re.M))
    taken: list[tuple[int, int]] = []
    seen: dict[str, int] = {}
    hinted = {name for name, (signs, hint) in LOOKS.items() if not held.isdisjoint(signs) and hint.search(text)}
    for leftover in LEFTOVERS:
        if leftover.rule not in hinted:
            continue
        for match in leftover.regex.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                fragment = _fragment(text, match)
                number = seen[fragment] = seen.get(fragment, -1) + 1
                if (place := _place(page, site, text, match, fragment, number)) and not (
                    unclosed and leftover.rule != "unclosed-fence"
                ):
                    taken.append(match.span())
                    if leftover.rule == "broken-link" and match[0].lstrip()[0] in "]】］":
                        place = source.of(page).start(place, BEGINNING)
                    shown = match[0].strip()[:40]
                    yield Issue(
                        place.path, place.line, place.column, leftover.rule, f"{leftover.message}: '{shown}'", leftover.remedy
                    )


def _fragment(text: str, match: re.Match[str]) -> str:
    """The match with what surrounds it in the same line of the same piece of text."""
    start = max(text.rfind(stop, 0, match.start()) for stop in "\n\x00\x01") + 1
    ends = [end for stop in "\n\x00\x01" if (end := text.find(stop, match.end())) >= 0]
    return text[max(start, match.start() - 30) : min([match.end() + 30, *ends])]


def _place(page: Page, site: Site, text: str, match: re.Match[str], fragment: str, number: int) -> Place | None:
    """Where the source has this text; a shorter piece of it where the longer one differs, as around entities."""
    here = source.of(page)
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    lead = text[max(0, start - 30) : start].rsplit("\n", 1)[-1].rsplit("\x00", 1)[-1].rsplit("\x01", 1)[-1]
    stripped = text[start : start + len(fragment)]
    stripped = re.split(r"[\n\x00\x01]", stripped, maxsplit=1)[0][: max(len(match[0].strip()), len(fragment) - len(lead))]
    for piece, at in ((lead + stripped, len(lead)), (stripped, 0), (match[0].strip().split("\n")[0], 0)):
        if piece and (piece == lead + stripped or _counts(here, text, piece)) and (place := here.locate(piece, number, at)):
            return None if _meant(here, place, piece[at:]) else place
    return _in_snippet(page, site, stripped)


def _counts(here: source.Source, text: str, piece: str) -> bool:
    """Whether the source has a short piece as often as the rendered text, so that the n-th here is the n-th there.

    Pieces that are escaped in the source are in the rendered text, too, and are meant.
    """
    plain = len(re.findall(rf"(?<!\\){re.escape(piece)}", here.prose))
    escaped = len(re.findall("".join(rf"\\?{re.escape(one)}" for one in piece), here.prose)) - plain if "\\" in here.prose else 0
    return plain == text.count(piece) and escaped <= 0


def _meant(here: source.Source, place: Place, piece: str) -> bool:
    """Whether the writer escaped what comes before, and so wants this as text."""
    before = here.prose[here.starts[place.line - 1] :][: place.column - 1]
    return (piece.startswith("](") and before.rpartition("[")[0].endswith("\\")) or before.endswith(";")


def _in_snippet(page: Page, site: Site, piece: str) -> Place | None:
    for name in site.rendered[page.path].snippets:
        text = (site.root / name).read_text(encoding="utf-8", errors="replace")
        if (offset := text.find(piece)) >= 0:
            return Place(page.path.__class__(name), *position(text, offset))
    return None
