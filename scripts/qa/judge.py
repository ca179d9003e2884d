"""What a visit says about a link: ok, moved, broken or inconclusive. The tables are data, the order of the questions is logic.

Broken is said only where every reader would stand before a wall; what depends on who asks, or when, is inconclusive.
"""

import difflib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import SplitResult, unquote, urldefrag, urljoin, urlsplit

from qa.signs import (
    BINARY,
    CHALLENGE_MARKUP,
    CHALLENGE_TEXT,
    CHALLENGE_TITLE,
    CODE_PATH,
    CONSENT_PATH,
    CONSENT_TITLE,
    ERROR_PATH,
    FILES,
    HOME,
    HOME_QUERY,
    IDENTIFIERS,
    LAZY,
    LINES,
    LOGIN_HOST,
    LOGIN_PAGE,
    LOGIN_PATH,
    LOGIN_TITLE,
    LONG,
    MISSED,
    MOST_STATEMENTS,
    NAMING,
    NEAR_START,
    NO_LOGIN,
    NO_VIDEO,
    NOT_FOUND,
    NOT_FOUND_TEXT,
    OPENING,
    PARKED_HOST,
    PARKED_MARKUP,
    PARKED_TEXT,
    PARTS,
    PERMISSION,
    SCRIPTED_HOST,
    SEARCH_PATH,
    SHELL,
    SHORT,
    SHOWN,
    STATEMENTS,
    STOP,
    SUBJECT,
    UNTOUCHED_TITLE,
    VIEWERS,
)
from qa.visit import Answer, Visit, normal

OK, MOVED, BROKEN, INCONCLUSIVE = VERDICTS = ("ok", "moved", "broken", "inconclusive")


@dataclass(frozen=True)
class Judgement:
    """A verdict with its reason; `again` says that another try may tell more."""

    verdict: str
    reason: str = ""
    moved_to: str = ""
    status: int = 0
    again: bool = False


TROUBLE = {  # kind of trouble → verdict, and whether to try again
    "malformed": (BROKEN, False),
    "scheme": (BROKEN, False),
    "lost": (BROKEN, True),
    "loop": (BROKEN, False),
    "name": (BROKEN, False),
    "lookup": (INCONCLUSIVE, True),
    "refused": (BROKEN, True),
    "reset": (INCONCLUSIVE, True),
    "timeout": (INCONCLUSIVE, True),
    "tls": (INCONCLUSIVE, False),
    "protocol": (INCONCLUSIVE, True),
    "network": (INCONCLUSIVE, True),
}
STATUS = {  # status → verdict, reason, try again; what is not here follows its hundred
    202: (INCONCLUSIVE, "the server has accepted the request and shows no page (202), as robot walls do", True),
    204: (BROKEN, "it answers without any content (204)", True),
    205: (BROKEN, "it answers without any content (205)", True),
    400: (BROKEN, "the server calls the address wrong (400)", True),
    401: (INCONCLUSIVE, "it asks for a login (401)", False),
    402: (INCONCLUSIVE, "it asks for a payment (402)", False),
    403: (INCONCLUSIVE, "the server refuses us (403); a reader's browser may pass", False),
    404: (BROKEN, "there is no such page (404)", True),
    410: (BROKEN, "the page is gone for good (410)", False),
    414: (BROKEN, "the server calls the address too long (414)", False),
    425: (INCONCLUSIVE, "the server puts us off (425)", True),
    429: (INCONCLUSIVE, "the server limits how often we ask (429)", True),
    451: (INCONCLUSIVE, "it is withheld for legal reasons (451), here at least", False),
    999: (INCONCLUSIVE, "the server refuses robots (999)", False),
}
HUNDREDS = {
    1: (INCONCLUSIVE, "no usable answer ({})", True),
    3: (INCONCLUSIVE, "an unusual redirect ({})", False),
    4: (INCONCLUSIVE, "the server refuses the request ({})", False),
    5: (INCONCLUSIVE, "the server fails ({})", True),
}


@dataclass(frozen=True)
class Case:
    """One link and the visit to it; `probe` visits another address, asked for only where the page alone cannot tell."""

    link: str
    visit: Visit
    answer: Answer
    probe: Callable[[str], Visit]

    @cached_property
    def asked(self) -> SplitResult:
        return urlsplit(self.visit.asked)

    @cached_property
    def final(self) -> SplitResult:
        return urlsplit(self.answer.address)

    @cached_property
    def fragment(self) -> str:
        own = urlsplit(self.visit.final).fragment
        return own or urldefrag(self.link).fragment

    @cached_property
    def title(self) -> str:
        return _title(self.answer)

    @cached_property
    def headings(self) -> list[str]:
        return [" ".join(node.text().split()) for node in self.answer.tree.css("h1, h2")[:3]] if self.answer.is_html else []

    @cached_property
    def text(self) -> str:
        return _text(self.answer)

    @cached_property
    def said(self) -> list[str]:
        """What titles, paragraphs and boxes of the page say one by one; lists and tables are what a page is about."""
        if not self.answer.is_html:
            return []
        nodes = self.answer.tree.css(STATEMENTS)[:MOST_STATEMENTS]
        texts = (" ".join(node.text(deep=node.tag not in {"div", "span", "body", "main"}).split()) for node in nodes)
        return [self.title, *(text for text in texts if text)]

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Whether one of these begins with it, or nearly so: a sentence within a longer text only speaks of it."""
        found = ((pattern.search(text[:OPENING]), text) for text in self.said)
        return any(match and match.start() <= NEAR_START and not STOP.search(text[: match.start()]) for match, text in found)

    @cached_property
    def is_about(self) -> bool:
        """Whether the address names such a trouble as its subject, and more is told than that it happened."""
        return bool(SUBJECT.search(unquote(self.asked.path))) and len(self.text) >= SHORT

    @cached_property
    def scripted(self) -> bool:
        """Whether what a reader sees is made by scripts."""
        tree = self.answer.tree
        if not tree.css_first("script"):
            return False
        said = " ".join(node.text() for node in tree.css("noscript")).lower()
        shell = tree.css_first(SHELL)
        empty = shell is not None and len(shell.text(strip=True)) < 100
        bare = len(self.text) < 200 and tree.css_first("h1, h2, h3, article, p") is None
        return bare or empty or ("javascript" in said and len(self.text) < 2 * SHORT)


def judge(link: str, visit: Visit, probe: Callable[[str], Visit]) -> Judgement:
    """The verdict on a link; the first question that has an answer decides."""
    if visit.trouble or not visit.answer:
        return _troubled(visit)
    case = Case(link, visit, visit.answer, probe)
    found = next((verdict for question in QUESTIONS if (verdict := question(case))), None) or Judgement(OK)
    return replace(found, status=visit.answer.status)


def _troubled(visit: Visit) -> Judgement:
    kind, detail = (visit.trouble.kind, visit.trouble.detail) if visit.trouble else ("protocol", "no answer")
    verdict, again = TROUBLE[kind]
    if kind == "loop" and visit.cookies:
        verdict, detail = INCONCLUSIVE, f"{detail} and sets cookies; a reader's browser may pass"
    if visit.hops and kind != "loop":
        detail = f"it redirects to {visit.final}: {detail}"
    return Judgement(verdict, detail, again=again)


def _challenged(case: Case) -> Judgement | None:
    """A wall for robots, under whatever status; a page of some length needs its title to say so."""
    answer, length = case.answer, len(case.text)
    if not answer.is_html or answer.status in (404, 410) or length >= LONG or (case.is_about and answer.status == 200):
        return None
    titled = CHALLENGE_TITLE.search(case.title)
    said = case.says(CHALLENGE_TEXT) or CHALLENGE_MARKUP.search(answer.body[:50_000])
    boxed = length < SHORT // 2 and answer.tree.css_first(".g-recaptcha, .h-captcha, .cf-turnstile") is not None
    if titled or boxed or (said and (answer.status != 200 or length <= 2 * SHORT)):
        return Judgement(INCONCLUSIVE, f"a wall against robots stands there ({answer.status}); a reader's browser may pass")
    return None


def _refused(case: Case) -> Judgement | None:
    status = case.answer.status
    if status in STATUS:
        verdict, reason, again = STATUS[status]
    elif status // 100 == 2:
        return None
    else:
        verdict, reason, again = HUNDREDS.get(status // 100, (INCONCLUSIVE, "no usable answer ({})", False))
    if case.visit.hops and status != 429:
        reason = f"it redirects to {case.answer.address}: {reason}"
    return Judgement(verdict, reason.format(status), again=again)


def _at_login(case: Case) -> Judgement | None:
    """A login where something else was linked; a long page without a password is a page about logins."""
    if LOGIN_PAGE.search(unquote(case.asked.path)):
        return None
    password = case.answer.is_html and case.answer.tree.css_first('input[type="password"]') is not None
    if case.visit.hops and _is_login(case.final) and (password or len(case.text) < LONG):
        return Judgement(INCONCLUSIVE, "it redirects to a login")
    called = LOGIN_TITLE.match(case.title) is not None
    asks = password or (called and case.answer.is_html and case.answer.tree.css_first("form input") is not None)
    if asks and len(case.text) < (LONG if called else SHORT):
        return Judgement(INCONCLUSIVE, "it asks for a login")
    return None


def _asks_consent(case: Case) -> Judgement | None:
    sent = case.visit.hops and CONSENT_PATH.search(case.final.path)
    if sent or (len(case.text) < LONG and any(CONSENT_TITLE.search(one) for one in (case.title, *case.headings))):
        return Judgement(INCONCLUSIVE, "it asks for consent first, of some readers at least")
    return None


def _asks_permission(case: Case) -> Judgement | None:
    """A page that only some may see, or not now."""
    if NO_LOGIN.search(case.answer.body) or (len(case.text) < LONG // 2 and case.says(PERMISSION)):
        return Judgement(INCONCLUSIVE, "it lets only some readers in, or none at the moment")
    return None


def _parked(case: Case) -> Judgement | None:
    if PARKED_HOST.search(case.final.hostname or "") and not PARKED_HOST.search(case.asked.hostname or ""):
        return Judgement(BROKEN, f"the domain is for sale: it redirects to {case.final.hostname}")
    if UNTOUCHED_TITLE.match(case.title):
        return Judgement(BROKEN, f"the server has nothing there and says '{case.title}'")
    short = case.answer.is_html and len(case.text) < LONG and not case.is_about
    if short and (case.says(PARKED_TEXT) or PARKED_MARKUP.search(case.answer.body)):
        return Judgement(BROKEN, "the domain is parked or for sale")
    return None


def _cut(case: Case) -> Judgement | None:
    return Judgement(INCONCLUSIVE, "the body breaks off before its end", again=True) if case.answer.cut else None


def _blank(case: Case) -> Judgement | None:
    if not case.answer.body.strip():
        return Judgement(BROKEN, "the page is empty", again=True)
    if case.answer.is_html and case.answer.whole and not case.text and not case.answer.tree.css_first(SHOWN):
        return Judgement(BROKEN, "the page shows nothing", again=True)
    return None


def _mistyped(case: Case) -> Judgement | None:
    """The body is what the address and the header promise."""
    kind, sniffed, path = case.answer.type, case.answer.sniffed, case.asked.path
    suffix = path.rpartition("/")[2].rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""
    if kind in ("application/pdf", "application/x-pdf") and sniffed != "pdf":
        return Judgement(BROKEN, f"{'a web page' if sniffed == 'html' else 'something else'} is served as PDF")
    if sniffed == "pdf" and kind.startswith("text/"):
        return Judgement(BROKEN, f"a PDF is served as {kind}: browsers show its bytes")
    if sniffed == "html" and kind.startswith(("image/", "video/", "audio/", "font/")) and kind != "image/svg+xml":
        return Judgement(BROKEN, f"a web page is served as {kind}")
    if sniffed == "html" and kind in BINARY[:-1] and suffix not in FILES:
        return Judgement(BROKEN, f"a web page is served as {kind}: browsers save it instead of showing it")
    if sniffed == "html" and kind == "text/plain" and suffix in ("html", "htm") and not _is_raw(case.asked):
        return Judgement(BROKEN, "a web page is served as text/plain: browsers show its source")
    web = case.answer.is_html or (sniffed == "html" and kind in BINARY)
    if web and suffix in FILES and not VIEWERS.search(path):
        return _instead(case) or Judgement(BROKEN, f"a web page stands where the address promises .{suffix}")
    return None


def _instead(case: Case) -> Judgement | None:
    """Why a page stands in the place of a file, where the page says so."""
    return _soft(case) or _at_home(case)


def _soft(case: Case) -> Judgement | None:
    """A page that says "not found" with status 200."""
    if case.visit.hops and ERROR_PATH.search(case.final.path) and not ERROR_PATH.search(case.asked.path):
        return Judgement(BROKEN, f"it redirects to an error page: {case.answer.address}")
    if case.answer.type == "text/plain" and len(case.answer.body) < SHORT:
        said = case.answer.body.decode("utf-8", "replace")
        return Judgement(BROKEN, f"all it says is '{said.strip()}'", again=True) if NOT_FOUND.match(said) else None
    if not case.answer.is_html:
        return None
    if NO_VIDEO.search(case.answer.body):
        return Judgement(BROKEN, "the page says that there is no such video", again=True)
    names = [part for one in (case.title, *case.headings) for part in (one, *PARTS.split(one))]
    named = any(NOT_FOUND.match(part) for part in names if part)
    if not named and not (len(case.text) < LONG // 2 and case.says(NOT_FOUND_TEXT)):
        return None
    if (len(case.text) < LONG and not case.is_about) or _same_as_nothing(case):
        return Judgement(BROKEN, "the page says that there is no such page (with status 200)", again=True)
    return None


def _same_as_nothing(case: Case) -> bool:
    """Whether an address that surely does not exist gives the same page: a page about "404" is none."""
    nothing = urljoin(case.answer.address, f"{secrets.token_hex(8)}.html")
    other = case.probe(nothing).answer
    return bool(other and other.status == 200 and other.is_html and _title(other) == case.title)


def _at_home(case: Case) -> Judgement | None:
    """A deep link that ends at the front page."""
    asked_home = HOME.match(case.asked.path) and not case.asked.query
    final_home = HOME.match(case.final.path) and HOME_QUERY.search(case.final.query)
    if not case.visit.hops or asked_home or not final_home or case.asked.path == case.final.path:
        return None
    if _same_site(case.asked, case.final):
        return Judgement(BROKEN, "it redirects to the home page")
    if case.asked.path.strip("/").count("/") >= 1:
        return Judgement(INCONCLUSIVE, f"it redirects to the home page of {case.final.hostname}: is that what was linked?")
    return None


def _above(case: Case) -> Judgement | None:
    """A deep link that ends at the entrance of its part of the site, two folders above it or more."""
    asked, final = (parts.path.strip("/").split("/") for parts in (case.asked, case.final))
    if case.visit.hops and len(final) == 1 < len(asked) - 1 and asked[0] == final[0] and _same_site(case.asked, case.final):
        return Judgement(BROKEN, f"it redirects to /{final[0]}, the entrance of that part of the site")
    return None


def _at_search(case: Case) -> Judgement | None:
    """A deep link that ends at a search for it."""
    if case.visit.hops and SEARCH_PATH.search(case.final.path) and not SEARCH_PATH.search(case.asked.path):
        verdict = BROKEN if MISSED.search(case.final.query) and not MISSED.search(case.asked.query) else INCONCLUSIVE
        return Judgement(verdict, "it redirects to a search: what was linked is not there")
    return None


def _without_anchor(case: Case) -> Judgement | None:
    """The fragment names something on the page, wherever that can be known."""
    name, _, directive = case.fragment.partition(":~:")
    if not case.answer.is_html:
        return None
    if name and (verdict := _anchor(case, name)):
        return verdict
    for quoted in re.findall(r"(?:^|&)text=([^&]*)", directive):
        start = next((part for part in quoted.split(",") if not part.endswith("-")), "")
        if _squash(unquote(start)) not in _squash(case.text):
            return Judgement(INCONCLUSIVE, f"the page does not say “{unquote(start)}”")
    return None


def _anchor(case: Case, name: str) -> Judgement | None:
    decoded = unquote(name)
    if decoded.lower() == "top" or (LINES.match(decoded) and CODE_PATH.search(case.final.path)):
        return None
    tree = case.answer.tree
    attributes = [node.attributes for node in tree.css("[id], a[name]")]
    ids = {value for names in attributes for value in (names.get("id"), names.get("name")) if value}
    if ids & {name, decoded, f"user-content-{decoded}", f"user-content-{decoded.lower()}"}:
        return None
    if decoded.startswith(("/", "!")) or not case.answer.whole or case.scripted or SCRIPTED_HOST.search(case.final.hostname or ""):
        why = "is read only in part" if not case.answer.whole else "is made by scripts"
        return Judgement(INCONCLUSIVE, f"'#{decoded}' cannot be checked: the page {why}")
    scripts = [node.text() for node in tree.css("script")]
    named = any(f'"{decoded}"' in one or f"'{decoded}'" in one or NAMING.search(one) for one in scripts)
    if named or (scripts and LAZY.match(decoded)):
        return Judgement(INCONCLUSIVE, f"'#{decoded}' cannot be checked: a script of the page may make it")
    close = difflib.get_close_matches(decoded, ids, 1, 0.75)
    return Judgement(BROKEN, f"the page has no '#{decoded}'" + (f"; did you mean '#{close[0]}'?" if close else ""), again=False)


def _moved(case: Case) -> Judgement | None:
    """The page's new address, as far as the redirects are for good."""
    lasting = next((i for i, hop in enumerate(case.visit.hops) if not hop.permanent), len(case.visit.hops))
    if not lasting:
        return None
    new, asked, hop = urlsplit(case.visit.hops[lasting - 1].target), case.asked, case.visit.hops[0]
    away = new.hostname != asked.hostname
    entrance = not away and new.scheme == asked.scheme and asked.path in ("", "/") and not asked.query
    if entrance or (away and _is_identifier(asked)) or new._replace(fragment="") == asked._replace(fragment=""):
        return None
    target = new._replace(fragment=new.fragment or urlsplit(normal(case.link)).fragment).geturl()
    how = "the page forwards" if hop.by_page else "a permanent redirect leads"
    return Judgement(MOVED, f"{how} to {target}", moved_to=target)


QUESTIONS: tuple[Callable[[Case], Judgement | None], ...] = (
    _challenged,
    _refused,
    _at_login,
    _asks_consent,
    _asks_permission,
    _parked,
    _cut,
    _blank,
    _mistyped,
    _soft,
    _at_home,
    _above,
    _at_search,
    _without_anchor,
    _moved,
)


def _title(answer: Answer) -> str:
    node = answer.tree.css_first("title") if answer.is_html else None
    return " ".join(node.text().split()) if node else ""


def _text(answer: Answer) -> str:
    """The visible text of a page, spaces squeezed."""
    if not answer.is_html:
        return ""
    hidden = {node.text() for node in answer.tree.css("body script, body style, body noscript, body template")}
    body = answer.tree.body
    text = body.text(separator=" ") if body else ""
    for part in hidden:
        text = text.replace(part, " ") if part.strip() else text
    return " ".join(text.split())


def _squash(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _is_login(parts: SplitResult) -> bool:
    return bool(LOGIN_PATH.search(unquote(parts.path)) or LOGIN_HOST.match(parts.hostname or ""))


def _is_raw(parts: SplitResult) -> bool:
    return (parts.hostname or "").startswith("raw.") or "/raw/" in parts.path


def _is_identifier(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    return any(host == one or host.endswith(f".{one}") for one in IDENTIFIERS)


def _same_site(one: SplitResult, other: SplitResult) -> bool:
    """Whether two hosts are one site: equal but for `www.`, or one below the other."""
    a, b = ((parts.hostname or "").removeprefix("www.") for parts in (one, other))
    return a == b or a.endswith(f".{b}") or b.endswith(f".{a}")
