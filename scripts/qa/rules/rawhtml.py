"""Raw HTML in the source: tags that close, that exist, and that do nothing behind the reader's back."""

import re
from collections.abc import Iterator

from qa import source
from qa.issue import Issue
from qa.nearest import did_you_mean
from qa.page import Page
from qa.rules import rule, site_rule
from qa.sentinel import Place
from qa.site import Site
from qa.text import position

VOID_NAMES = """
area base br col embed hr img input link meta source track wbr
"""
OPTIONAL_NAMES = """
li dt dd tr td th thead tbody tfoot option optgroup colgroup rt rp
"""
OTHER_NAMES = """
a p abbr address article aside audio b bdi bdo blockquote body button canvas caption center cite code data datalist
del details dfn dialog div dl em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hgroup html
i iframe ins kbd label legend main map mark math menu meter nav noscript object ol output param picture pre progress q
ruby s samp script search section select slot small span strike strong style sub summary sup svg table template
textarea time title tt u ul var video path g circle rect line text tspan use defs symbol polyline polygon ellipse
image marker mask pattern clippath lineargradient radialgradient stop desc textpath foreignobject filter animate mi mo
mn mrow msup msub mfrac msqrt mtext mtable mtr mtd semantics annotation munder mover munderover mspace mstyle
"""
VOID, OPTIONAL = frozenset(VOID_NAMES.split()), frozenset(OPTIONAL_NAMES.split())
KNOWN = VOID | OPTIONAL | frozenset(OTHER_NAMES.split())
NEEDED = {"img": "src|srcset", "a": "href|id|name", "iframe": "src|srcdoc", "use": "href|xlink:href"}
TAG = re.compile(r"<(?<!\\<)(/?)([A-Za-z][A-Za-z0-9-]*)((?:\s+[^<>]*?|/)?)(/?)>")
SPACED = re.compile(r"\sid\s*=\s*(\"[^\"]*\s[^\"]*\"|'[^']*\s[^']*')")
HALF = re.compile(r"<(?<![\\<\w]<)/?([A-Za-z][A-Za-z0-9]*)(?=\s+[a-z-]+=[\"'][^<>]*$)", re.M)

COMMENT = re.compile(r"<!--")
REFRESH = re.compile(r"<meta\b[^>]*http-equiv\s*=\s*[\"']?refresh", re.I)


@rule
def unclosed_tag(site: Site) -> Iterator[Issue]:
    """Tags of raw HTML are closed, in the right order.

    Bad:  `<sub>2`, `<b><i>x</b></i>`
    Good: `<sub>2</sub>`
    """
    for page in site.judged:
        yield from (issue for issue in _tags(page) if issue.rule == "unclosed-tag")


@rule
def stray_tag(site: Site) -> Iterator[Issue]:
    """A closing tag closes something.

    Bad:  `2</sub>`
    Good: `<sub>2</sub>`
    """
    for page in site.judged:
        yield from (issue for issue in _tags(page) if issue.rule == "stray-tag")


@rule
def unknown_tag(site: Site) -> Iterator[Issue]:
    """Tags are HTML's own; anything else in angle brackets vanishes from the page.

    Bad:  `List<int>`, `<spam>x</spam>`
    Good: `` `List<int>` ``, `<span>x</span>`
    """
    for page in site.judged:
        for place, match in source.of(page).finditer(TAG, "<"):
            name = match[2].lower()
            if name not in KNOWN and "-" not in name and not match[1]:
                remedy = did_you_mean(name, KNOWN, "Write it as code, or the bracket as &lt;.")
                yield _at(place, "unknown-tag", f"'{match[0]}' is no HTML, and readers do not see it", remedy)


@rule
def broken_tag(site: Site) -> Iterator[Issue]:
    """A tag ends with its bracket, and quotes in it are closed.

    Bad:  `<a href="resnet.en.md">` without the last quote or bracket
    Good: `<span class="x">`
    """
    for page in site.judged:
        here = source.of(page)
        for place, match in here.finditer(TAG, "<"):
            if match[3].count('"') % 2 or (match[3].count("'") % 2 and '"' not in match[3]):
                yield _at(place, "broken-tag", f"a quote in '{match[0][:40]}' is never closed", "Close it.")
        for place, match in here.finditer(TAG, "<"):
            needs = NEEDED.get(match[2].lower()) if not match[1] else None
            if needs and not re.search(rf"\b(?:{needs})\s*=", match[3], re.I):
                yield _at(place, "broken-tag", f"'{match[0][:40]}' leads nowhere", f"Give it one of: {needs.replace('|', ', ')}.")
            if not match[1] and (spaced := SPACED.search(match[3])):
                yield _at(place, "broken-tag", f"the id {spaced[1]} has a space, and no link can name it", "Take out the space.")
        for place, match in here.finditer(HALF, "<"):
            if match[1].lower() in KNOWN and ">" not in _rest(here.prose, match.end()):
                yield _at(place, "broken-tag", f"the tag '<{match[1]}' is never closed", "Close it with '>'.")


@rule
def base_element(site: Site) -> Iterator[Issue]:
    """A page does not say from where its relative links count: all of them would lead elsewhere.

    Bad:  `<base href="https://arxiv.org/">`
    Good: whole addresses
    """
    for page in site.judged:
        for place, match in source.of(page).finditer(TAG, "<"):
            if match[2].lower() == "base":
                yield _at(place, "base-element", "every relative link of this page leads elsewhere", "Remove it.")


@rule
def unclosed_comment(site: Site) -> Iterator[Issue]:
    """A comment ends; otherwise it swallows the rest of the page.

    Bad:  `<!-- to do`
    Good: `<!-- to do -->`
    """
    for page in site.judged:
        for place, _ in source.of(page).finditer(COMMENT, "<!--"):
            yield _at(place, "unclosed-comment", "this comment is never closed", "End it with -->.")
            break


@site_rule
def meta_refresh(site: Site) -> Iterator[Issue]:
    """A page does not send its reader elsewhere.

    Bad:  `<meta http-equiv="refresh" content="0; url=…">`
    Good: a link
    """
    message, remedy = "this page sends its reader elsewhere", "Link to the other page."
    for page in site.pages:
        for place, _ in source.of(page).finditer(REFRESH, "<") if "<meta" in page.text.lower() else ():
            yield _at(place, "meta-refresh", message, remedy)
    for path in sorted(site.files):
        if path.suffix in {".html", ".htm"}:
            text = (site.root / path).read_text(encoding="utf-8", errors="replace")
            for match in REFRESH.finditer(text):
                yield Issue(path, *position(text, match.start()), "meta-refresh", message, remedy)


def _tags(page: Page) -> list[Issue]:
    return page.once("tags", lambda: list(_balance(page)) if "<" in page.text else [])


def _balance(page: Page) -> Iterator[Issue]:
    """Match opening and closing tags; what HTML allows to stay open may."""
    stack: list[tuple[str, Place]] = []
    for place, match in source.of(page).finditer(TAG, "<"):
        name = match[2].lower()
        if name in VOID and match[1]:
            yield _at(place, "stray-tag", f"'<{name}>' has no end tag", f"Remove </{name}>.")
        if name not in KNOWN or name in VOID or match[4] or match[3].endswith("/"):
            continue
        if not match[1]:
            stack.append((name, place))
        elif name not in [open_name for open_name, _ in stack]:
            yield _at(place, "stray-tag", f"'</{name}>' closes nothing", "Remove it, or open it before.")
        else:
            while stack[-1][0] != name:
                yield from _open(*stack.pop())
            stack.pop()
    for entry in stack:
        yield from _open(*entry)


def _open(name: str, place: Place) -> Iterator[Issue]:
    if name not in OPTIONAL:
        yield _at(place, "unclosed-tag", f"'<{name}>' is never closed, or closed too late", f"Close it with </{name}>.")


def _rest(text: str, offset: int) -> str:
    end = text.find("\n\n", offset)
    return text[offset : end if end >= 0 else len(text)]


def _at(place: Place, name: str, message: str, remedy: str) -> Issue:
    return Issue(place.path, place.line, place.column, name, message, remedy)
